"""A person's request through the app or the website: one answer for everyone, one record, and no id."""

import pytest
from sqlalchemy import select

from models import SubjectRequest

PATH = "/subject-requests"
ASKED = {"kind": "removal", "email": "Jean@Courriel.Example"}


def rows(world):
    columns = (SubjectRequest.kind, SubjectRequest.email, SubjectRequest.source, SubjectRequest.language)
    return [tuple(row) for row in world.all(select(*columns).order_by(SubjectRequest.number))]


@pytest.mark.parametrize("scope", ["app", "website"])
def test_request_when_sent_is_stored_and_answered_without_an_id(world, app_machine, website, scope):
    machine = {"app": app_machine, "website": website}[scope]

    answer = machine.post(PATH, {**ASKED, "language": "nl"})

    assert (answer.status_code, answer.json) == (202, {"status": "received"})
    assert rows(world) == [("removal", "jean@courriel.example", scope, "nl")]


def test_answer_is_the_same_when_the_address_is_known_unknown_folded_or_limited(world, app_machine):
    account = world.account()
    sent = [account.email, "nobody@else.example", account.email, *["often@x.example"] * 7]

    answers = [app_machine.post(PATH, {"kind": "overview", "email": email}) for email in sent]

    assert {(answer.status_code, answer.data) for answer in answers} == {(202, answers[0].data)}
    assert {frozenset(answer.headers.keys()) for answer in answers} == {frozenset(answers[0].headers.keys())}
    assert [row[1] for row in rows(world)] == [account.email, "nobody@else.example", "often@x.example"]


def test_request_when_sent_twice_under_a_key_is_counted_once(world, website):
    first, second = (website.post(PATH, ASKED, key="k-1") for _ in range(2))
    third = website.post(PATH, ASKED, key="k-2")

    assert [answer.status_code for answer in (first, second, third)] == [202, 202, 202]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert world.all(select(SubjectRequest.times_asked)) == [(2,)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "erase", "email": "a@x.example"}, "kind"),
        ({"kind": "removal", "email": "nonsense"}, "email"),
        ({"kind": "removal"}, "email"),
        ({**ASKED, "language": "de"}, "language"),
        ({**ASKED, "name": "Jean"}, "body"),
    ],
)
def test_field_is_named_and_nothing_stored_when_it_is_amiss(world, website, body, field):
    answer = website.post(PATH, body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert rows(world) == []

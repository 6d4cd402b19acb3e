"""One ticket: its words and its person, recorded before they are shown, and to its engineer alone."""

from datetime import timedelta

import pytest

from models import Account, utcnow
from tests.broken_log import broken_log
from tests.tickets.pages import PERSON, at, events, person_in, plain, record
from tests.world import canary, new_id

WORDS = [canary("ticket", "a", "subject"), canary("ticket", "a", "body")]


def test_words_and_person_show_when_the_ticket_is_mine(world):
    ticket = world.ticket(world.account(), assignee="support")
    world.ticket(world.account("b"), assignee="support", name="b")
    client = world.sign_in("support")

    answer = client.get(at(ticket))

    assert person_in(answer) == PERSON
    assert all(word in answer.text for word in WORDS)
    assert person_in(answer, "b") == set()
    assert f"ticket T-{ticket.number} is yours until it closes" in answer.text


def test_a_look_says_whose_and_what_when_it_is_recorded(world):
    account = world.account()
    ticket = world.ticket(account, assignee="support")
    client = world.sign_in("support")

    client.get(at(ticket))

    line = record(world, "ticket_seen")
    assert (line.case_ref, line.case_id, line.subject_key) == (f"T-{ticket.number}", ticket.id, account.id)
    assert (line.table, line.count, line.allowed) == ("ticket", 1, True)
    assert line.fields == "subject,body,finding,first_name,last_name,email,company"
    assert (line.staff_id, line.role, line.permission, line.purpose) == (
        world.staff["support"], "support", "ticket:read", "support",
    )  # fmt: skip
    assert line.request_id


def test_nothing_shows_when_the_look_cannot_be_recorded(world):
    ticket = world.ticket(world.account(), assignee="support")
    client = world.sign_in("support")

    with broken_log(world):
        answer = client.get(at(ticket))
    mended = client.get(at(ticket))

    assert answer.status_code == 503
    assert person_in(answer) == set()
    assert not any(word in answer.text for word in WORDS)
    assert person_in(mended) == PERSON


@pytest.mark.parametrize(
    "bad", ["A" * 26, "0" * 26, "%00", "-1", "9" * 400, "%F0%9F%98%80", "1' OR 1=1--", "%ED%A0%80"]
)
def test_every_id_out_of_reach_is_the_same_404_when_it_is_asked_for(world, bad):
    foreign = world.ticket(world.account(), assignee="support2")
    client = world.sign_in("support")
    client.get("/admin/")

    answers = [client.get(f"/admin/tickets/{key}") for key in (foreign.id, new_id(), bad)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({plain(answer) for answer in answers}) == 1
    assert events(world) == ["access_refused"] * 3


def test_a_deactivated_person_is_shown_as_such_when_the_ticket_is_open(world):
    account = world.account(deactivated_at=utcnow(), deactivated_by="self")
    ticket = world.ticket(account, assignee="support")
    client = world.sign_in("support")

    answer = client.get(at(ticket))

    assert person_in(answer) == PERSON
    assert "deactivated" in answer.text


def test_words_show_without_a_person_when_the_account_is_gone(world):
    ticket = world.ticket(world.account(), assignee="support", account_id=None)
    client = world.sign_in("support")

    answer = client.get(at(ticket))

    assert answer.status_code == 200
    assert WORDS[0] in answer.text
    assert person_in(answer) == set()
    assert record(world, "ticket_seen").fields == "subject,body,finding"


def test_markup_stays_text_when_a_customer_writes_it(world):
    ticket = world.ticket(world.account(), assignee="support", subject="<script>alert(1)</script>", body="<img src=x>")
    client = world.sign_in("support")

    answer = client.get(at(ticket))

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<img" not in answer.text


def test_a_changed_name_shows_at_the_next_read_when_the_app_sends_it(world):
    account = world.account()
    ticket = world.ticket(account, assignee="support")
    client = world.sign_in("support")
    client.get(at(ticket))
    world.set(Account, account.id, first_name="Anneke")

    answer = client.get(at(ticket))

    assert "Anneke" in answer.text


def test_only_the_latest_errors_before_the_ticket_are_offered_when_it_has_none(world):
    account, now = world.account(), utcnow()
    ticket = world.ticket(account, assignee="support")
    before = [world.error(account, at=now - timedelta(hours=n), code=f"E-OLD-{n}") for n in range(1, 13)]
    later = world.error(account, at=now + timedelta(minutes=5), code="E-LATER")
    theirs = world.error(world.account("b"), at=now - timedelta(hours=1), code="E-THEIRS")
    client = world.sign_in("support")

    page = client.get(at(ticket)).text

    assert [error.id in page for error in before] == [True] * 10 + [False] * 2
    assert later.id not in page
    assert theirs.id not in page
    assert "UTC" not in page

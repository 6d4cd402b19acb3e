"""A lost mailbox: the administrator says who asks, two different staff sign, the known address may object for a week."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from dashboard.services import outbox
from dashboard.services.erasure import running
from models import Company, CompanyAdministrator, RequestLink, SubjectRequest
from tests.erasure import persons
from tests.subject_requests.desk import at
from tests.subject_requests.visits import KNOWN, awaiting, events, link, messages, request, send, token_in
from tests.world import World, post

ADMIN = "boss@x.example"
IDENTITY, OBJECT = "/privacy/identity/{}", "/privacy/object/{}"


@pytest.fixture
def company(world: World):
    """A person and the administrator of their company, and an administrator of another one."""
    person = world.account()
    boss = world.account("boss", email=ADMIN, company=_company(world, person))
    away = world.account(
        "away", email="away@x.example", company=_company(world, person), deactivated_at=boss.created_at
    )
    stranger = world.account("b", email="stranger@y.example")
    world.add(
        *(
            CompanyAdministrator(company_id=a.company_id, account_external_id=a.external_id)
            for a in (person, boss, away, stranger)
        )
    )
    return person


def _company(world: World, account):
    return world.all(select(Company).where(Company.id == account.company_id))[0][0]


def start(world: World, **facts) -> str:
    request_id = awaiting(world, KNOWN, **{"state": "assigned", **facts})
    answer = post(world.sign_in("support"), at(request_id, "lost-mailbox"))
    assert answer.status_code == 303
    return request_id


def identified(world: World, **facts) -> str:
    request_id = start(world, **facts)
    token = token_in(messages(world)[-1].body, "identity")
    assert send(world, IDENTITY.format(token), word="colleague").status_code == 200
    return request_id


def sign(world: World, request_id: str, who: str) -> int:
    return int(post(world.sign_in(who), at(request_id, "sign")).status_code)


def test_administrators_of_the_company_alone_are_asked(world: World, company):
    start(world)

    assert [(message.type, message.address) for message in messages(world)] == [("request_identity", ADMIN)]
    assert KNOWN not in messages(world)[0].body


def test_nothing_shows_whether_there_is_an_administrator(world: World):
    request_id = start(world)

    row = request(world, request_id)
    assert messages(world) == []
    assert row.state == "awaiting_validation"
    assert len(world.all(select(RequestLink.purpose))) == 1


@pytest.mark.parametrize("kind", ["overview", "retrieval"])
def test_no_export_goes_this_way(world: World, company, kind: str):
    request_id = awaiting(world, KNOWN, kind, state="assigned")

    post(world.sign_in("support"), at(request_id, "lost-mailbox"))

    assert messages(world) == []
    assert request(world, request_id).state == "assigned"


def test_looking_never_confirms_who_asks(world: World, company):
    request_id = start(world)
    url = IDENTITY.format(token_in(messages(world)[-1].body, "identity"))
    client = world.app.test_client()

    statuses = {client.open(url, method=method).status_code for method in ("GET", "HEAD") for _ in range(50)}
    wrong = send(world, url, word="yes")

    assert statuses == {200}
    assert "Type COLLEAGUE to go on." in wrong.text
    assert request(world, request_id).identity_at is None
    assert "CNRY-" not in client.get(url).text


def test_two_different_people_sign_before_it_is_validated(world: World, company):
    request_id = identified(world)
    assert request(world, request_id).validated_at is None

    first, again, second = (sign(world, request_id, who) for who in ("support", "support", "support2"))

    row = request(world, request_id)
    assert (first, again, second) == (303, 404, 303)
    assert (row.first_signer_id, row.second_signer_id) == (world.staff["support"], world.staff["support2"])
    assert (row.state, row.validated_how) == ("validated", "administrator")
    assert row.not_before - row.validated_at == timedelta(days=7)
    assert messages(world)[-1][:2] == ("request_notice", KNOWN)
    wanted = ["request_identity_confirmed", "request_signed", "request_signed", "request_confirmed"]
    assert [event for event, _reason in events(world)][-4:] == wanted


def test_author_cannot_sign_what_they_wrote(world: World, company):
    request_id = identified(world, author_id=world.staff["support"])

    assert sign(world, request_id, "support") == 404
    assert "Sign as one of two" not in world.sign_in("support").get(at(request_id)).text
    assert sign(world, request_id, "support2") == 303
    assert request(world, request_id).validated_at is None


@pytest.mark.parametrize("who", ["rep", "sysadmin", "compliance"])
def test_no_other_role_signs(world: World, company, who: str):
    request_id = identified(world)

    assert sign(world, request_id, who) == 403
    assert request(world, request_id).first_signer_id is None


def test_nobody_signs_when_no_administrator_has_confirmed(world: World, company):
    request_id = start(world)

    assert [sign(world, request_id, who) for who in ("support", "support2")] == [404, 404]


def test_signature_is_asked_on_the_desks_of_others(world: World, company):
    request_id = identified(world)
    ref = f"R-{request(world, request_id).number}"

    desks = {who: world.sign_in(who).get("/admin/").text for who in ("support", "support2")}
    sign(world, request_id, "support2")
    after = world.sign_in("support2").get("/admin/").text

    assert all("Sign a removal whose mailbox is lost" in desk and ref in desk for desk in desks.values())
    assert KNOWN not in desks["support2"]
    assert "Sign a removal whose mailbox is lost" not in after


def test_removal_waits_for_seven_days_and_then_runs(world: World, company, tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")
    request_id = identified(world)
    sign(world, request_id, "support")
    sign(world, request_id, "support2")

    def waiting() -> list[str]:
        with world.app.app_context(), world.system() as session:
            return running.waiting(session)

    assert waiting() == []
    row = request(world, request_id)
    week = timedelta(days=8)
    moments = {name: getattr(row, name) - week for name in ("validated_at", "not_before", "identity_at")}
    world.set(SubjectRequest, request_id, **moments)
    assert waiting() == [request_id]
    assert persons.carry_out(world, request_id, persons.means(world, tmp_path)) == "certified"


def test_known_address_ends_it_when_it_objects(world: World, company):
    request_id = identified(world)
    sign(world, request_id, "support")
    sign(world, request_id, "support2")
    url = OBJECT.format(token_in(messages(world)[-1].body, "object"))

    looked = world.app.test_client().get(url)
    before = request(world, request_id).state
    answer = send(world, url)

    row = request(world, request_id)
    assert (looked.status_code, before) == (200, "validated")
    assert answer.status_code == 200
    assert (row.state, row.outcome, row.email) == ("withdrawn", "objected", None)
    assert ("request_withdrawn", "objected") in events(world)
    assert world.app.test_client().get(url).status_code == 404


def test_one_page_answers_when_a_link_is_bad(world: World, company):
    request_id = identified(world)
    foreign = [link(world, request_id, purpose) for purpose in ("confirm", "status", "certificate")]
    client = world.app.test_client()

    answers = [
        client.open(room.format(token), method=method)
        for room in (IDENTITY, OBJECT)
        for token in (*foreign, "A" * 43, "x", "%00")
        for method in ("GET", "POST")
    ]

    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}


def test_database_refuses_what_the_pages_would_not_do(world: World, company):
    request_id = awaiting(world, author_id=world.staff["support"])
    me, other = world.staff["support"], world.staff["support2"]
    row = request(world, request_id)
    for values in (
        {"executed_at": row.received_at},
        {"state": "validated"},
        {"validated_at": row.received_at},
        {"validated_at": row.received_at, "validated_how": "administrator"},
        {"first_signer_id": other, "second_signer_id": other},
        {"first_signer_id": me},
        {"second_signer_id": me},
    ):
        with pytest.raises(IntegrityError):
            world.set(SubjectRequest, request_id, **values)
    assert request(world, request_id).state == "awaiting_validation"

"""The two questions are one statement each, also by a request's code and after erasure; rights nobody uses are listed."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from dashboard.services import log_questions, rights
from dashboard.services.log_questions import Question
from models import AccessRecord, Actor, Staff, SubjectRequest, db, new_id, utcnow
from tests.compliance.looked import look, number_of
from tests.compliance.test_access_log import LOG, ask, line, shown
from tests.erasure import persons
from tests.world import World


@contextlib.contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the statements that reach the database."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@contextlib.contextmanager
def compliance(world: World):
    """A session of the compliance officer's, as the page has it."""
    with world.app.app_context():
        actor = Actor(world.staff["compliance"], "compliance", 7)
        decision = decide(actor, P.ACCESS_LOG_READ, at=utcnow())
        with guarded_session(db.engine, decision.access) as session:
            yield session


def answered(world: World, question: Question) -> tuple[list[tuple], int, list[str]]:
    """Return who, how many persons, and the statements it took."""
    with compliance(world) as session, counted() as statements:
        who, persons_seen = log_questions.answer(session, log_questions.narrowed_by(question))
    asked = [s for s in statements if s.startswith("SELECT")]
    return [(w.staff_number, w.case_ref, w.looks) for w in who], persons_seen, asked


def test_who_saw_is_one_statement_when_a_case_is_asked(world: World):
    seen = look(world)

    who, _persons, statements = answered(world, Question("who_saw", case_ref=f"T-{seen.traced.number}"))

    assert len(statements) == 1
    assert set(who) == {
        (number_of(world, "support"), f"T-{seen.traced.number}", 2),
        (number_of(world, "support2"), f"T-{seen.second.number}", 1),
    }


def test_what_was_seen_is_one_statement_when_a_staff_number_is_asked(world: World):
    seen = look(world)

    who, persons_seen, statements = answered(world, Question("what_seen", staff_number=number_of(world, "support")))

    assert len(statements) == 1
    assert (who, persons_seen) == ([(number_of(world, "support"), f"T-{seen.traced.number}", 2)], 1)


def erased_person(world: World, tmp_path):
    """A person with account and contact, both looked at, whose request was carried out; their keys and its number."""
    anna = persons.anna(world)
    for key, table, case, role in (
        (anna.account.id, "ticket", "T-7", "support"),
        (anna.contact.id, "contact_request", "C-8", "rep"),
    ):
        line(
            world,
            f"{table}_seen",
            subject_key=key,
            table=table,
            case_ref=case,
            staff_number=number_of(world, role),
            role=role,
        )
    line(
        world,
        "ticket_seen",
        subject_key=new_id(),
        table="ticket",
        case_ref="T-9",
        staff_number=number_of(world, "support2"),
    )
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    ((number, email),) = world.all(
        select(SubjectRequest.number, SubjectRequest.email).where(SubjectRequest.id == request_id)
    )
    assert email is None
    return anna, f"R-{number}"


def test_who_saw_by_request_code_is_answered_when_its_person_was_erased(world: World, tmp_path):
    _anna, ref = erased_person(world, tmp_path)

    account = answered(world, Question("who_saw", case_ref=ref, relation="account"))
    contact = answered(world, Question("who_saw", case_ref=ref, relation="contact_request"))

    assert (number_of(world, "support"), "T-7", 1) in account[0]
    assert {case[0] for _staff, case, _looks in account[0]} == {"T"}  # Anna comes with one more
    assert contact[0] == [(number_of(world, "rep"), "C-8", 1)]
    assert (len(account[2]), len(contact[2])) == (1, 1)


def test_who_saw_by_request_code_shows_no_key_and_one_relation_when_asked_on_the_page(world: World, tmp_path):
    anna, ref = erased_person(world, tmp_path)
    client = world.sign_in("compliance")

    by_code = ask(client, "who_saw", case=ref, relation="account").text
    lines = shown(client.get(f"{LOG}?case={ref}").text)
    lower = ask(client, "who_saw", case=ref.lower().replace("-", " "), relation="nonsense").text

    assert "stands for its person as a user:" in by_code
    assert "T-7" in by_code
    assert "C-8" not in shown(by_code)
    assert "T-7" in lower
    assert "A request was tied to its person" in lines
    assert anna.account.id[:13] not in lines
    assert anna.contact.id[:13] not in lines


def test_who_saw_by_request_code_knows_nobody_when_it_was_not_carried_out(world: World):
    look(world)
    request = world.add(SubjectRequest(kind="overview", source="page", email="a@x.example", due_at=utcnow()))

    who = answered(world, Question("who_saw", case_ref=f"R-{request.number}", relation="account"))

    assert who[0] == []


@pytest.fixture
def old_hands(world: World) -> World:
    """A world whose staff have been here for a hundred days, except rep2."""
    for name in world.staff:
        if name != "rep2":
            world.set(Staff, world.staff[name], created_at=utcnow() - timedelta(days=100))
    return world


def unused(world: World) -> set[tuple[int, str]]:
    with compliance(world) as session, counted() as statements:
        found = rights.unused(session)
    assert len([s for s in statements if s.startswith("SELECT")]) <= 4  # one per role, however many staff
    return {(right.staff_number, right.permission) for right in found}


def test_a_right_is_listed_when_nobody_used_it_for_ninety_days(old_hands: World):
    world = old_hands
    facts = {"staff_id": world.staff["support"], "permission": "ticket:read"}
    line(world, "ticket_seen", at=utcnow() - timedelta(days=91), **facts)
    line(world, "ticket_seen", at=utcnow(), staff_id=world.staff["support2"], permission="ticket:read")
    line(world, "access_refused", at=utcnow(), allowed=False, staff_id=world.staff["support"], permission="trace:read")

    found = unused(world)

    mine, other = number_of(world, "support"), number_of(world, "support2")
    assert {(mine, "ticket:read"), (mine, "trace:read"), (other, "trace:read")} <= found
    assert (other, "ticket:read") not in found


def test_a_right_is_not_listed_when_it_is_young_used_or_shows_no_person(old_hands: World):
    world = old_hands
    line(world, "contact_request_seen", staff_id=world.staff["rep"], permission="contact-request:read")
    line(world, "role_changed", case_id=world.staff["sysadmin"], at=utcnow() - timedelta(days=5))
    world.set(Staff, world.staff["sysadmin2"], active=False)

    found = unused(world)

    numbers = {name: number_of(world, name) for name in world.staff}
    assert not {number for number, _permission in found} & {
        numbers[n] for n in ("rep", "rep2", "sysadmin", "sysadmin2")
    }
    assert not {permission for _number, permission in found} & {"ticket:list", "work:list", "explain:read"}
    assert numbers["support"] in {number for number, _permission in found}


def test_the_page_lists_unused_rights_when_there_are_some(old_hands: World):
    page = old_hands.sign_in("compliance").get(LOG).text

    assert "Rights nobody used for 90 days" in page
    assert f"S-{number_of(old_hands, 'support')}" in page
    assert "Support" not in page.partition("Rights nobody used")[2].partition("How this works")[0].replace(
        "Support engineer", ""
    )


def test_the_page_says_so_when_every_right_was_used(world: World):
    page = world.sign_in("compliance").get(LOG).text

    assert "Every right was used" in page
    assert world.all(select(AccessRecord.event))[0] == ("access_log_read",)

"""The row condition of the trace, clause by clause: with exactly one of them false, nothing shows (P36, P37, P38)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from models import Actor, AppError, Ticket, TraceOpening, UsageEvent, db, utcnow
from tests.tickets.conftest import Case
from tests.tickets.pages import at, events, happened, open_trace, openings, traced

DAY = timedelta(days=1)


def in_reach(case: Case, name: str = "support") -> set[str]:
    """Return the events that the guard alone lets through: no page, no service, every row asked for."""
    actor = Actor(case.world.staff[name], "support")
    access = decide(actor, P.TRACE_READ, at=utcnow()).access
    with case.world.app.app_context(), guarded_session(db.engine, access) as session:
        return {event.removeprefix("ev-") for event in session.scalars(select(UsageEvent.id))}


@pytest.fixture
def opened(case: Case, neighbour) -> Case:
    """The case, with its trace opened, beside a neighbour's."""
    assert traced(open_trace(case.client, case.ticket)) == ["near", "far"]
    return case


def test_window_shows_the_day_before_the_error_when_every_clause_holds(opened):
    answer = opened.client.get(at(opened.ticket, "trace"))

    assert traced(answer) == ["near", "far"]
    assert in_reach(opened) == {"near", "far"}


def changed_ticket(**values):
    return lambda case: case.world.set(Ticket, case.ticket.id, **values)


def changed_opening(**values):
    return lambda case: case.world.set(TraceOpening, openings(case.world)[0].id, **values)


def other_engineer(case: Case) -> None:
    case.world.set(TraceOpening, openings(case.world)[0].id, engineer_id=case.world.staff["support2"])


def other_assignee(case: Case) -> None:
    case.world.set(Ticket, case.ticket.id, assignee_id=case.world.staff["support2"])


def error_of_another_account(case: Case) -> None:
    other = case.world.account("c")
    case.world.set(AppError, case.error.id, account_id=other.id)


def error_younger_than_the_ticket(case: Case) -> None:
    case.world.set(Ticket, case.ticket.id, opened_at=case.error.occurred_at - timedelta(seconds=1))


def opening_of_another_account(case: Case) -> None:
    other = case.world.account("c")
    case.world.set(TraceOpening, openings(case.world)[0].id, account_id=other.id)


def opening_of_another_ticket(case: Case) -> None:
    other = case.world.ticket(case.account, assignee="support")
    case.world.set(TraceOpening, openings(case.world)[0].id, ticket_id=other.id)


def ticket_of_another_account(case: Case) -> None:
    other = case.world.account("c")
    case.world.set(Ticket, case.ticket.id, account_id=other.id)


BREAKS = {
    "another engineer opened it": other_engineer,
    "the opening has ended": changed_opening(ended_at=utcnow(), ended_because="released"),
    "72 hours are over": changed_opening(ends_at=utcnow() - timedelta(seconds=1)),
    "the opening is of another account": opening_of_another_account,
    "the opening is for another ticket": opening_of_another_ticket,
    "the window begins later": changed_opening(window_from=utcnow() - timedelta(seconds=1)),
    "the window ends earlier": changed_opening(window_until=utcnow() - 3 * DAY),
    "the ticket is no system error": changed_ticket(kind="question"),
    "the ticket has no error record": changed_ticket(error_id=None),
    "the ticket is closed": changed_ticket(closed_at=utcnow(), closed_because="solved"),
    "the ticket is nobody's": changed_ticket(assignee_id=None),
    "the ticket is another engineer's": other_assignee,
    "the ticket has unlocked nobody": changed_ticket(unlocked_at=None, unlocked_by=None),
    "the ticket is of another account": ticket_of_another_account,
    "the error is of another account": error_of_another_account,
    "the error is younger than the ticket": error_younger_than_the_ticket,
}


@pytest.mark.parametrize("clause", BREAKS)
def test_nothing_shows_when_one_clause_is_false(opened, clause):
    before = in_reach(opened)
    BREAKS[clause](opened)

    answer = opened.client.get(at(opened.ticket, "trace"))

    assert (before, in_reach(opened)) == ({"near", "far"}, set())
    assert traced(answer) == []
    assert in_reach(opened, "support2") == set()


def test_an_event_of_the_same_moment_stays_closed_when_its_account_is_another(opened):
    happened(opened.world, opened.world.account("c"), opened.error, stranger=0.1)

    answer = opened.client.get(at(opened.ticket, "trace"))

    assert traced(answer) == ["near", "far"]
    assert in_reach(opened) == {"near", "far"}


@pytest.mark.parametrize(("before", "shown"), [(24.0, True), (24.0001, False), (0.0, True), (-0.0001, False)])
def test_the_edges_belong_to_the_window_when_an_event_lies_on_one(case, before, shown):
    happened(case.world, case.account, case.error, edge=before)

    answer = open_trace(case.client, case.ticket)

    assert ("edge" in traced(answer)) is shown


def test_looks_are_recorded_only_when_something_was_shown(opened):
    before = events(opened.world).count("trace_seen")
    changed_opening(ended_at=utcnow())(opened)

    answer = opened.client.get(at(opened.ticket, "trace"))

    assert "Why do you need the trace?" in answer.text
    assert events(opened.world).count("trace_seen") == before == 1


def test_error_arrives_after_its_ticket_when_the_app_was_slow(world):
    account = world.account()
    ticket = world.ticket(account, assignee="support", opened_at=utcnow() - timedelta(hours=2))
    error = world.error(account, at=utcnow() - timedelta(hours=3))
    happened(world, account, error, near=0.1)
    client = world.sign_in("support")

    page = client.get(at(ticket))

    assert error.id in page.text
    assert "Is it about an error?" in page.text

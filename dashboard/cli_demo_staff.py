"""What the demo's staff did before today: old cases closed, a few in hands. Through the services, as by hand.

Each act is played at the moment it would have had, by a staff member with the Access that moment gives.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.database.engine import guarded_session, system_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from dashboard.services import follow_ups, ticket_work
from models import Actor, ContactRequest, Staff, Ticket, db, utcnow

OLD = timedelta(days=3)
"""Cases older than this have been worked, but for one in a dozen."""
WITHIN_A_DAY = timedelta(hours=20)
"""Requests to be deactivated are met within a day (P42)."""
IN_HANDS = {"support": 4, "support2": 3, "rep": 3, "rep2": 2}
"""How many of the newest cases lie on whose desk."""


@dataclass(frozen=True)
class Act:
    """One thing a staff member did to one case."""

    at: datetime
    name: str
    permission: P
    do: Callable[..., Any]
    case: str
    facts: dict[str, str]


def play_staff() -> int:
    """Play everything staff did, in the order of time; return how many acts it was."""
    acts = sorted((*_tickets(), *_follow_ups(), *_in_hands()), key=lambda act: act.at)
    actors = _actors()
    for act in acts:
        with _as_staff(actors[act.name], act) as session:
            act.do(session, act.case, **act.facts)
    return len(acts)


def _tickets() -> Iterator[Act]:
    for number, case, opened in _old(Ticket, Ticket.opened_at):
        name = "support" if number % 2 else "support2"
        taken = opened + timedelta(hours=1 + number % 19)
        reason = ("solved", "solved", "solved", "no_answer", "not_a_problem")[number % 5]
        yield Act(taken, name, P.TICKET_TAKE, ticket_work.take, case, {})
        ended = taken + timedelta(hours=1 + number % 31)
        yield Act(ended, name, P.TICKET_WORK, ticket_work.close, case, {"reason": reason})


def _follow_ups() -> Iterator[Act]:
    for number, case, sent in _old(ContactRequest, ContactRequest.submitted_at):
        name = "rep" if number % 2 else "rep2"
        taken = sent + timedelta(hours=2 + number % 17)
        reached = number % 4 > 0
        yield Act(taken, name, P.CONTACT_REQUEST_TAKE, follow_ups.take, case, {})
        for attempt in range(1 if reached else 3):
            made = taken + timedelta(hours=1 + 5 * attempt)
            result = "reached" if reached else "no_answer"
            facts = {"channel": "phone", "result": result}
            yield Act(made, name, P.CONTACT_REQUEST_WORK, follow_ups.record_attempt, case, facts)
        yield from _ending(made, name, case, said=("yes" if number % 3 else "no") if reached else "not_reached")


def _ending(made: datetime, name: str, case: str, *, said: str) -> Iterator[Act]:
    asked = {"said": said, "channel": "phone", "language": "en"}
    yield Act(made + timedelta(minutes=6), name, P.CONTACT_REQUEST_WORK, follow_ups.answer, case, asked)
    outcome = {"yes": "appointment", "no": "answered"}.get(said, "not_reached")
    yield Act(made + timedelta(minutes=9), name, P.CONTACT_REQUEST_WORK, follow_ups.close, case, {"outcome": outcome})


def _in_hands() -> Iterator[Act]:
    """Put the newest cases on desks; the very newest ticket, an error told at length, on the first engineer's."""
    for names, model, moment, permission, take in (
        (("support", "support2"), Ticket, Ticket.opened_at, P.TICKET_TAKE, ticket_work.take),
        (("rep", "rep2"), ContactRequest, ContactRequest.submitted_at, P.CONTACT_REQUEST_TAKE, follow_ups.take),
    ):
        newest = iter(_newest(model, moment, count=sum(IN_HANDS[name] for name in names)))
        for name in names:
            for _case in range(IN_HANDS[name]):
                if case := next(newest, None):
                    yield Act(utcnow(), name, permission, take, case, {})


def _old(model: Any, moment: Any) -> list[Any]:
    with _system() as session:
        free = select(model.number, model.id, moment).where(model.closed_at.is_(None), model.assignee_id.is_(None))
        worked = (moment < utcnow() - OLD) & (model.number % 12 > 0)
        if model is Ticket:
            worked |= (Ticket.kind == "deactivation") & (moment < utcnow() - WITHIN_A_DAY)
        return list(session.execute(free.where(worked)).all())


def _newest(model: Any, moment: Any, *, count: int) -> list[str]:
    """Return the newest free cases; a small story has few, and those `_old` works are not free."""
    with _system() as session:
        free = select(model.id).where(model.assignee_id.is_(None), model.closed_at.is_(None), moment >= utcnow() - OLD)
        if model is Ticket:
            free = free.where(Ticket.kind != "deactivation")
        return list(session.scalars(free.order_by(model.number.desc()).limit(count)))


def _actors() -> dict[str, Actor]:
    with _system() as session:
        found = session.execute(select(Staff.email, Staff.id, Staff.role, Staff.number))
        return {row.email.partition("@")[0]: Actor(row.id, row.role, row.number) for row in found}


@contextmanager
def _as_staff(actor: Actor, act: Act) -> Iterator[Session]:
    access = decide(actor, act.permission, at=min(act.at, utcnow())).access
    with guarded_session(db.engine, access) as session:
        yield session


def _system() -> Session:
    return system_session(db.engine, "the demo's old cases", read_only=True)

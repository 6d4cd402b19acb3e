"""Staff: who they are, and how a right ends. Rights begin in proposals.py, where two people stand behind each.

What a colleague leaves behind goes back to the queue in the same transaction; nobody keeps a case by losing a role.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from dashboard.database.changes import alone, changed
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, State
from models import (
    ContactRequest,
    Invitation,
    OnboardingCase,
    Proposal,
    RowCondition,
    Staff,
    StaffSession,
    SubjectRequest,
    Ticket,
    TraceOpening,
    bound,
)
from models.stray import (
    stray_contact_requests,
    stray_onboarding_cases,
    stray_openings,
    stray_subject_requests,
    stray_tickets,
)

from . import access_log
from .cases import case_of, find
from .refusals import Invalid, SomeoneWasFaster

UNUSED = timedelta(days=90)
"""A right nobody used for so long is shown as unused."""


def _given_back() -> Any:
    """A request nobody has is as it came in; one whose person has a link, or that is being carried out, goes on."""
    released = policy.TRANSITIONS[State.ASSIGNED, Event.RELEASED].value
    return case((SubjectRequest.state == State.ASSIGNED.value, released), else_=SubjectRequest.state)


EMPTY_HANDS: dict[Any, tuple[str, dict[str, Any]]] = {
    Ticket: ("ticket_released", {"assignee_id": None, "assigned_at": None}),
    ContactRequest: ("contact_request_released", {"assignee_id": None, "taken_at": None}),
    OnboardingCase: (
        "onboarding_released",
        {"assignee_id": None, "taken_at": None, "taken_because": None, "ends_at": None},
    ),
    SubjectRequest: ("request_released", {"assignee_id": None, "assigned_at": None, "state": _given_back()}),
}
"""Per table of cases: the event of giving back, and what is emptied."""
STRAY: dict[Any, RowCondition] = {
    Ticket: stray_tickets,
    ContactRequest: stray_contact_requests,
    OnboardingCase: stray_onboarding_cases,
    SubjectRequest: stray_subject_requests,
}
"""Per table of cases: those in hands that may no longer work them."""


@dataclass(frozen=True)
class Person:
    """A staff member as pages name them."""

    id: str
    number: int
    name: str
    email: str
    role: str
    active: bool
    last_seen_at: datetime | None


def person(session: Session, public_id: str) -> Person:
    """Return a staff member; raise NotInReach when there is none."""
    row = find(session, Staff, public_id, columns=(Staff.name, Staff.email))
    return Person(row.id, row.number, row.name, row.email, row.role, row.active, row.last_seen_at)


def names(session: Session) -> dict[str, tuple[int, str]]:
    """Return number and name of every staff member by id."""
    return {key: (number, name) for key, number, name in session.execute(select(Staff.id, Staff.number, Staff.name))}


def links(session: Session) -> dict[str, datetime]:
    """Return until when an unused invitation link of a staff member holds."""
    open_links = Invitation.used_at.is_(None) & (Invitation.ends_at > bound(session).at)
    rows = session.execute(select(Invitation.staff_id, Invitation.ends_at).where(open_links))
    return {row.staff_id: row.ends_at for row in rows}


def keep_my_role(session: Session) -> None:
    """Lock my own row before something becomes mine: my role then lasts until the commit.

    Raise SomeoneWasFaster when it, or my place here, has ended since the front door. The command line has no row.
    """
    me = bound(session).actor
    if me is None:
        return
    mine = select(Staff.id).where(Staff.id == me.staff_id, Staff.role == me.role, Staff.active.is_(True))
    if session.scalar(mine.with_for_update(read=True)) is None:
        raise SomeoneWasFaster


def lock_sysadmins(session: Session) -> set[str]:
    """Return the active sysadmins, locked: staff changes happen one after the other, so that one always remains.

    Raise SomeoneWasFaster when the asking one is no longer among them.
    """
    query = select(Staff.id).where(Staff.role == "sysadmin", Staff.active.is_(True)).order_by(Staff.number)
    found = set(session.scalars(query.with_for_update()))
    me = bound(session).actor
    if me and me.staff_id not in found:
        raise SomeoneWasFaster
    return found


def keep_one(sysadmins: set[str], leaving: str) -> None:
    """Raise Invalid when nobody would be left to run the house."""
    if sysadmins == {leaving}:
        raise Invalid("role", "This is the last active system administrator. Make another one first.")


def deactivate(session: Session, public_id: str) -> int:
    """End a colleague's access at once: sessions, links, open cases, proposals. Return their number.

    Needs no second person, because it only takes away. Raise Invalid for oneself and for the last sysadmin.
    """
    sysadmins = lock_sysadmins(session)
    leaver = find(session, Staff, public_id, lock="update")
    keep_one(sysadmins, leaver.id)
    if leaver.id == bound(session).staff_id:
        raise Invalid("staff", "You cannot deactivate yourself. Ask another system administrator.")
    if not leaver.active:
        raise SomeoneWasFaster
    leaver.active = False
    number = leaver.number
    access_log.record(session, "staff_deactivated", case=case_of(leaver))
    give_back(session, leaver, reason="deactivated")
    session.execute(alone(delete(StaffSession).where(StaffSession.staff_id == leaver.id)))
    end_links(session, leaver.id)
    session.commit()
    return number


def end_links(session: Session, staff_id: str) -> None:
    """Make every invitation link of a staff member useless."""
    unused = update(Invitation).where(Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
    session.execute(alone(unused.values(used_at=bound(session).at)))


def give_back(session: Session, leaver: Staff, *, reason: str) -> None:
    """Put the open cases of someone who lost the role for them back into the queue, each recorded; end their openings.

    What they proposed, and what is proposed about them, lapses.
    """
    session.flush()
    for model, (event, emptied) in EMPTY_HANDS.items():
        held = model.assignee_id == leaver.id, model.closed_at.is_(None)
        for row in session.scalars(select(model).where(*held).order_by(model.number)).all():
            access_log.record(session, event, case=case_of(row), reason=reason)
        session.execute(alone(update(model).where(*held).values(**emptied)))
    opened = update(TraceOpening).where(TraceOpening.engineer_id == leaver.id, TraceOpening.ended_at.is_(None))
    session.execute(alone(opened.values(ended_at=bound(session).at, ended_because=reason)))
    about = or_(Proposal.proposed_by == leaver.id, Proposal.subject == leaver.id)
    waiting = update(Proposal).where(about, Proposal.decided_at.is_(None))
    session.execute(alone(waiting.values(decided_at=bound(session).at, agreed=False)))


def give_back_strays(session: Session) -> int:
    """Put cases back that lie in hands which may no longer work them, and end such openings; return how many.

    A net beneath give_back, for what slipped through. In the caller's transaction.
    """
    access, at, found = bound(session), bound(session).at, 0
    for model, stray in STRAY.items():
        event, emptied = EMPTY_HANDS[model]
        held = select(model, Staff.active).join(Staff, Staff.id == model.assignee_id).where(stray.expression(access))
        for row, active in session.execute(held.with_for_update(of=model)).all():
            reason = "role_changed" if active else "deactivated"
            access_log.record(session, event, case=case_of(row), reason=reason)
            for column, nothing in emptied.items():
                setattr(row, column, nothing)
            found += 1
    ended = (
        update(TraceOpening).where(stray_openings.expression(access)).values(ended_at=at, ended_because="role_changed")
    )
    return found + changed(session, ended)

"""Working a ticket: take, write down, link an error, release, hand over, close. Each ends in one commit."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import AppError, Staff, Ticket, TraceOpening, bound

from . import access_log
from .cases import case_of, find
from .refusals import Invalid, NotInReach, SomeoneWasFaster

RELEASE_REASONS = ("wrong_team", "no_time", "know_the_person", "looked_by_mistake")
CLOSE_REASONS = ("solved", "no_answer", "duplicate", "not_a_problem")


def take(session: Session, public_id: str) -> str:
    """Assign a free ticket to me; return its reference. Raise SomeoneWasFaster when it is no longer free."""
    try:
        ticket = find(session, Ticket, public_id, lock="update")
    except NotInReach as error:
        raise SomeoneWasFaster from error
    ticket.assignee_id = bound(session).staff_id
    ticket.assigned_at = bound(session).at
    access_log.record(session, "ticket_taken", case=case_of(ticket))
    session.commit()
    return case_of(ticket).ref


def write_finding(session: Session, public_id: str, text: str) -> str:
    """Keep what led to the problem; raise Invalid when it is empty or too long."""
    ticket = _mine(session, public_id)
    ticket.finding = _text(text)
    access_log.record(session, "finding_written", case=case_of(ticket))
    session.commit()
    return case_of(ticket).ref


def _text(text: str) -> str:
    if len(text.strip()) < 10:
        raise Invalid("finding", "Write at least 10 characters.")
    if len(text) > 4000:
        raise Invalid("finding", "Write at most 4,000 characters.")
    return text.strip()


def link_error(session: Session, public_id: str, error_id: str) -> str:
    """Tie a ticket to an error the app recorded for its person: only then can it open a trace (P36)."""
    ticket = _mine(session, public_id)
    error = session.execute(
        select(AppError.id, AppError.code, AppError.feature).where(
            AppError.id == error_id, AppError.account_id == ticket.account_id, AppError.occurred_at <= ticket.opened_at
        )
    ).first()
    if error is None:
        raise Invalid("error", "Choose one of the errors the app recorded for this person.")
    ticket.kind, ticket.error_id, ticket.error_code, ticket.feature = (
        "system_error",
        error.id,
        error.code,
        error.feature,
    )
    access_log.record(session, "error_linked", case=case_of(ticket))
    session.commit()
    return case_of(ticket).ref


def release(session: Session, public_id: str, reason: str) -> str:
    """Give a ticket back to the queue; my access to its person ends with the commit."""
    return _end(session, public_id, reason=_coded(reason, RELEASE_REASONS), event="ticket_released", to=None)


def hand_over(session: Session, public_id: str, colleague_id: str) -> str:
    """Give a ticket to a colleague in support; my access ends, theirs begins."""
    colleague = session.scalar(select(Staff.id).where(Staff.id == colleague_id))
    if colleague is None:
        raise Invalid("colleague", "Choose a colleague in support.")
    return _end(session, public_id, reason="handed_over", event="ticket_handed_over", to=colleague)


def _end(session: Session, public_id: str, *, reason: str, event: str, to: str | None) -> str:
    ticket = _mine(session, public_id)
    end_openings(session, ticket.id, because=event.removeprefix("ticket_"))
    ticket.assignee_id = to
    ticket.assigned_at = bound(session).at if to else None
    access_log.record(session, event, case=case_of(ticket), reason=reason)
    session.commit()
    return case_of(ticket).ref


def close(session: Session, public_id: str, reason: str) -> str:
    """Close a ticket; my access to its person ends with the commit."""
    ticket = _mine(session, public_id)
    end_openings(session, ticket.id, because="closed")
    ticket.closed_at, ticket.closed_because = bound(session).at, _coded(reason, CLOSE_REASONS)
    access_log.record(session, "ticket_closed", case=case_of(ticket), reason=ticket.closed_because)
    session.commit()
    return case_of(ticket).ref


def end_openings(session: Session, ticket_id: str, *, because: str) -> None:
    """End every opening of the trace for a ticket."""
    session.execute(
        update(TraceOpening)
        .where(TraceOpening.ticket_id == ticket_id, TraceOpening.ended_at.is_(None))
        .values(ended_at=bound(session).at, ended_because=because)
        .execution_options(synchronize_session=False)
    )


def _mine(session: Session, public_id: str) -> Ticket:
    return find(session, Ticket, public_id, lock="update")


def _coded(reason: str, known: tuple[str, ...]) -> str:
    if reason not in known:
        raise Invalid("reason", "Choose a reason.")
    return reason

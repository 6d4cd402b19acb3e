"""Working a ticket: take, write down, link an error, release, hand over, close. Each ends in one commit."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import AppError, Staff, Ticket, TraceOpening, bound

from . import access_log
from .cases import case_of, find
from .refusals import Invalid
from .staff import keep_my_role

RELEASE_REASONS = ("wrong_team", "no_time", "know_the_person", "looked_by_mistake")
CLOSE_REASONS = ("solved", "no_answer", "duplicate", "not_a_problem")


def take(session: Session, public_id: str) -> str:
    """Assign a free ticket to me and return its reference; taking it twice is taking it once. Raise NotInReach."""
    keep_my_role(session)
    ticket = _mine(session, public_id)
    if ticket.assignee_id is None:
        ticket.assignee_id, ticket.assigned_at = bound(session).staff_id, bound(session).at
        access_log.record(session, "ticket_taken", case=case_of(ticket))
    return _commit(session, ticket)


def write_finding(session: Session, public_id: str, text: str) -> str:
    """Keep what led to the problem; raise Invalid when it is empty or too long."""
    ticket = _mine(session, public_id)
    ticket.finding = _text(text)
    access_log.record(session, "finding_written", case=case_of(ticket))
    return _commit(session, ticket)


def _text(text: str) -> str:
    if len(text.strip()) < 10:
        raise Invalid("finding", "Write at least 10 characters.")
    if len(text) > 4000:
        raise Invalid("finding", "Write at most 4,000 characters.")
    return text.strip()


def link_error(session: Session, public_id: str, error_id: str) -> str:
    """Tie a ticket to an error the app recorded for its person: only then can it open a trace (P36).

    Once: moving the link from error to error would move the window of its trace along. Raise Invalid.
    """
    ticket = _mine(session, public_id)
    _check_linkable(ticket)
    error = session.execute(
        select(AppError.id, AppError.code, AppError.feature).where(
            AppError.id == error_id, AppError.account_id == ticket.account_id, AppError.occurred_at <= ticket.opened_at
        )
    ).first()
    if error is None:
        raise Invalid("error", "Choose one of the errors the app recorded for this person.")
    ticket.kind = "system_error"
    ticket.error_id, ticket.error_code, ticket.feature = error.id, error.code, error.feature
    access_log.record(session, "error_linked", case=case_of(ticket))
    return _commit(session, ticket)


def _check_linkable(ticket: Ticket) -> None:
    if ticket.kind == "deactivation":
        raise Invalid("error", "This ticket asks for a deactivation. An error gets a ticket of its own.")
    if ticket.error_id or ticket.unlocked_at is None:
        raise Invalid("error", "This ticket cannot be linked: it has its error, or waits for a second engineer.")


def release(session: Session, public_id: str, reason: str) -> str:
    """Give a ticket back to the queue; my access to its person ends with the commit."""
    return _end(session, public_id, reason=_coded(reason, RELEASE_REASONS), event="ticket_released", to=None)


def hand_over(session: Session, public_id: str, colleague_id: str) -> str:
    """Give a ticket to a colleague in support; my access ends, theirs begins.

    Their row is locked, so that a ticket cannot slip to somebody who is being deactivated.
    """
    colleague = session.scalar(select(Staff.id).where(Staff.id == colleague_id).with_for_update(read=True))
    if colleague is None:
        raise Invalid("colleague", "Choose a colleague in support.")
    return _end(session, public_id, reason="handed_over", event="ticket_handed_over", to=colleague)


def _end(session: Session, public_id: str, *, reason: str, event: str, to: str | None) -> str:
    ticket = _mine(session, public_id)
    end_openings(session, ticket.id, because=event.removeprefix("ticket_"))
    ticket.assignee_id = to
    ticket.assigned_at = bound(session).at if to else None
    access_log.record(session, event, case=case_of(ticket), reason=reason)
    return _commit(session, ticket)


def close(session: Session, public_id: str, reason: str) -> str:
    """Close a ticket; my access to its person ends with the commit."""
    ticket = _mine(session, public_id)
    ticket.closed_because = _coded(reason, CLOSE_REASONS)
    end_openings(session, ticket.id, because="closed")
    ticket.closed_at = bound(session).at
    access_log.record(session, "ticket_closed", case=case_of(ticket), reason=reason)
    return _commit(session, ticket)


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


def _commit(session: Session, ticket: Ticket) -> str:
    """Commit and return the reference, read before: afterwards the ticket may be out of reach."""
    ref = case_of(ticket).ref
    session.commit()
    return ref


def _coded(reason: str, known: tuple[str, ...]) -> str:
    if reason not in known:
        raise Invalid("reason", "Choose a reason.")
    return reason

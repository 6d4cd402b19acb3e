"""The trace: the usage events of one account, in the window that ends at one error, for one engineer (P36–P38).

What may be seen is decided by the row condition `error_window` alone; this room only opens, widens, reads and records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from models import AppError, Ticket, TraceOpening, TraceWidening, UsageEvent, bound

from . import access_log
from .cases import case_of, find, ref_of
from .refusals import CannotContinue, Invalid, NotInReach
from .tickets import ErrorFacts, Person, error_of, person_of

WINDOW = timedelta(hours=24)
OPEN_FOR = timedelta(hours=72)
ENDS_SOON = timedelta(minutes=30)
PAGE = 100
WIDER = (48, 72, 168)
"""Hours before the error a second engineer can agree to; a week is as far as one error reaches back."""
SEEN = "occurred_at,session,feature,action,properties,message,first_name,last_name,email,company"
"""What a look at a trace shows, by column; the error's message among it."""
REASONS = ("reproduce", "sequence", "data_lost", "repeated", "own_words")
"""Why the trace is needed, as codes."""


class NotOpened(CannotContinue):
    """Cannot continue because the engineer has not said why yet; names the ticket and the error's code only."""

    def __init__(self, ref: str, code: str) -> None:
        """Keep what the page that asks for the reason may say."""
        super().__init__(ref)
        self.ref = ref
        self.code = code


@dataclass(frozen=True)
class Event:
    """One usage event as the timeline shows it."""

    id: str
    occurred_at: datetime
    same_session: bool
    session: str
    feature: str
    action: str
    properties: dict[str, Any] | None


@dataclass(frozen=True)
class Trace:
    """One page of the trace, newest first, with the frame it stands in."""

    ticket_id: str
    ref: str
    assigned_at: datetime
    error: ErrorFacts
    message: str | None
    person: Person | None
    events: Sequence[Event]
    window_from: datetime
    window_until: datetime
    opened_at: datetime
    ends_at: datetime
    ends_soon: bool
    reason: str
    widened_at: datetime | None
    widening_asked: bool
    first: bool
    older: str


def open_trace(session: Session, public_id: str, *, reason: str, text: str) -> str:
    """Open the window of a ticket's error for 72 hours; return the ticket's reference. Raise Invalid or NotInReach.

    What is open already stays as it is: asking again does not make it last longer.
    """
    ticket = find(session, Ticket, public_id, lock="update")
    error_at = _error_at(session, ticket)
    text = _reason_text(reason, text)
    case = case_of(ticket)
    if _opening(session, ticket) is None:
        session.add(_new_opening(session, ticket, error_at=error_at, reason=reason, text=text))
        access_log.record(session, "trace_opened", case=case, reason=reason, subject_key=ticket.account_id)
    session.commit()
    return case.ref


def _new_opening(session: Session, ticket: Ticket, *, error_at: datetime, reason: str, text: str) -> TraceOpening:
    at = bound(session).at
    return TraceOpening(
        ticket_id=ticket.id, engineer_id=bound(session).staff_id, account_id=ticket.account_id, reason=reason,
        reason_text=text or None, opened_at=at, window_from=error_at - WINDOW, window_until=error_at,
        ends_at=at + OPEN_FOR,
    )  # fmt: skip


def _error_at(session: Session, ticket: Ticket) -> datetime:
    """Return when the app's own error record of this account says it failed: no record, no trace (P36)."""
    error = error_of(session, ticket)
    if error is None:
        raise NotInReach
    return error.occurred_at


def _reason_text(reason: str, text: str) -> str:
    if reason not in REASONS:
        raise Invalid("reason", "Choose a reason.")
    text = text.strip()
    if reason == "own_words" and not 10 <= len(text) <= 300:
        raise Invalid("own_words", "Write 10 to 300 characters, without names or addresses.")
    return text if reason == "own_words" else ""


def read(session: Session, public_id: str, *, before: str = "", same_only: bool = False) -> Trace:
    """Return one page of the trace: the latest events, or those before the event with this id.

    Raise NotInReach when there is no error to trace, NotOpened before a reason, RecordNotWritten when unrecorded.
    """
    ticket = find(session, Ticket, public_id, lock="share")
    error = error_of(session, ticket)
    if error is None:
        raise NotInReach
    opening = _opening(session, ticket)
    if opening is None:
        raise NotOpened(ref_of("ticket", ticket.number), error.code)
    place = _place(session, opening, before)
    rows = _events(session, opening, error_id=error.id, before=place, same_only=same_only)
    trace = _trace(session, ticket, opening, error, rows=rows, first=place is None)
    access_log.record(
        session, "trace_seen", case=case_of(ticket), table="usage_event", count=len(trace.events), fields=SEEN,
        subject_key=ticket.account_id, reason=opening.reason,
    )  # fmt: skip
    access_log.commit(session)
    return trace


def _place(session: Session, opening: TraceOpening, event_id: str) -> tuple[datetime, str] | None:
    """Return where an event stands in the trace; None for the top. An address holds its id, never its moment."""
    if not event_id:
        return None
    at = session.scalar(
        select(UsageEvent.occurred_at)
        .where(UsageEvent.account_id == opening.account_id, UsageEvent.id == event_id, *_in_window(opening))
        .limit(1)
    )
    return (at, event_id) if at else None


def _in_window(opening: TraceOpening) -> Sequence[ColumnElement[bool]]:
    """Say once more what the row condition says, as plain values: by these alone whole months are passed over."""
    return UsageEvent.occurred_at >= opening.window_from, UsageEvent.occurred_at <= opening.window_until


def still_open(session: Session, public_id: str) -> bool:
    """Say whether the trace of a ticket is open to me now; asked by an open tab, shows nothing."""
    ticket = find(session, Ticket, public_id)
    return _opening(session, ticket) is not None


def asked_for(session: Session, public_id: str) -> tuple[str, str]:
    """Return reference and error code of my ticket, for the page that asks for the reason."""
    session.rollback()
    ticket = find(session, Ticket, public_id)
    return ref_of("ticket", ticket.number), ticket.error_code or ""


def _opening(session: Session, ticket: Ticket) -> TraceOpening | None:
    return session.scalar(
        select(TraceOpening)
        .where(TraceOpening.ticket_id == ticket.id, TraceOpening.account_id == ticket.account_id)
        .order_by(TraceOpening.opened_at.desc())
        .limit(1)
    )


def _events(
    session: Session, opening: TraceOpening, *, error_id: str, before: tuple[datetime, str] | None, same_only: bool
) -> Sequence[Any]:
    error_session = select(AppError.session).where(AppError.id == error_id).scalar_subquery()
    statement = select(
        UsageEvent.id, UsageEvent.occurred_at, func.coalesce(UsageEvent.session == error_session, False),
        UsageEvent.session, UsageEvent.feature, UsageEvent.action, UsageEvent.properties,
    ).where(
        UsageEvent.account_id == opening.account_id, *_in_window(opening),
    )  # fmt: skip
    if before:
        statement = statement.where(tuple_(UsageEvent.occurred_at, UsageEvent.id) < before)
    if same_only:
        statement = statement.where(UsageEvent.session == error_session)
    newest_first = (UsageEvent.occurred_at.desc(), UsageEvent.id.desc())
    return session.execute(statement.order_by(*newest_first).limit(PAGE + 1)).all()


def _trace(
    session: Session, ticket: Ticket, opening: TraceOpening, error: ErrorFacts, *, rows: Sequence[Any], first: bool
) -> Trace:
    events = [Event(*row) for row in rows[:PAGE]]
    widenings = session.scalars(select(TraceWidening).where(TraceWidening.opening_id == opening.id)).all()
    return Trace(
        ticket_id=ticket.id, ref=ref_of("ticket", ticket.number), assigned_at=ticket.assigned_at or ticket.opened_at,
        error=error, message=session.scalar(select(AppError.message).where(AppError.id == error.id)),
        person=person_of(session, ticket), events=events,
        window_from=opening.window_from, window_until=opening.window_until, opened_at=opening.opened_at,
        ends_at=opening.ends_at, ends_soon=opening.ends_at - bound(session).at < ENDS_SOON, reason=opening.reason,
        widened_at=max((w.decided_at for w in widenings if w.agreed and w.decided_at), default=None),
        widening_asked=any(w.decided_at is None for w in widenings), first=first,
        older=events[-1].id if len(rows) > PAGE else "",
    )  # fmt: skip


def ask_wider(session: Session, public_id: str, *, hours: str, reason: str) -> str:
    """Ask a second engineer for a wider window; return the ticket's reference. Raise Invalid at the field.

    While one request waits, asking again adds none.
    """
    ticket = find(session, Ticket, public_id, lock="update")
    opening = _opening(session, ticket)
    if opening is None:
        raise NotInReach
    wider = _wider(hours, reason)
    case = case_of(ticket)
    if not _waits(session, opening):
        asked = {"asked_by": bound(session).staff_id, "asked_at": bound(session).at}
        session.add(
            TraceWidening(opening_id=opening.id, ticket_number=ticket.number, hours=wider, reason=reason, **asked)
        )
        access_log.record(session, "widening_asked", case=case, reason=reason, count=wider)
    session.commit()
    return case.ref


def _wider(hours: str, reason: str) -> int:
    if hours not in map(str, WIDER):
        raise Invalid("hours", "Choose how far back.")
    if reason not in REASONS[:-1]:
        raise Invalid("reason", "Choose a reason.")
    return int(hours)


def _waits(session: Session, opening: TraceOpening) -> bool:
    undecided = (TraceWidening.opening_id == opening.id) & TraceWidening.decided_at.is_(None)
    return session.scalar(select(TraceWidening.id).where(undecided).limit(1)) is not None


def decide_wider(session: Session, public_id: str, *, agree: bool) -> str:
    """Decide, as second engineer, on a colleague's open trace; return the ticket's reference. Raise NotInReach."""
    widening = find(session, TraceWidening, public_id, lock="update")
    opening = session.scalars(select(TraceOpening).where(TraceOpening.id == widening.opening_id)).one()
    widening.decided_by, widening.decided_at, widening.agreed = bound(session).staff_id, bound(session).at, agree
    if agree:
        opening.window_from = min(opening.window_from, opening.window_until - timedelta(hours=widening.hours))
    case = access_log.Case(ref_of("ticket", widening.ticket_number), opening.ticket_id)
    event = "widening_agreed" if agree else "widening_refused"
    access_log.record(session, event, case=case, reason=widening.reason, count=widening.hours)
    session.commit()
    return case.ref

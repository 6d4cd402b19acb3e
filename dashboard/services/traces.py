"""The trace: the usage events of one account, in the window that ends at one error, for one engineer (P36–P38).

What may be seen is decided by the row condition `error_window` alone; this room only opens, widens, reads and records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from models import AppError, Ticket, TraceOpening, TraceWidening, UsageEvent, bound

from . import access_log
from .cases import case_of, find, ref_of
from .refusals import CannotContinue, Invalid, NotInReach, SamePerson, SomeoneWasFaster
from .tickets import ErrorFacts, Person, error_facts, person_of

WINDOW = timedelta(hours=24)
OPEN_FOR = timedelta(hours=72)
ENDS_SOON = timedelta(minutes=30)
PAGE = 100
WIDER = (48, 72, 168)
"""Hours before the error a second engineer can agree to; a week is as far as one error reaches back."""
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
    person: Person | None
    finding: str | None
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
    older: tuple[datetime, str] | None


def open_trace(session: Session, public_id: str, *, reason: str, text: str) -> str:
    """Open the window of a ticket's error for 72 hours; return the ticket's reference. Raise Invalid or NotInReach."""
    ticket = find(session, Ticket, public_id, lock="update")
    error_at = _error_at(session, ticket)
    text = _reason_text(reason, text)
    at = bound(session).at
    opening = TraceOpening(
        ticket_id=ticket.id, engineer_id=bound(session).staff_id, account_id=ticket.account_id, reason=reason,
        reason_text=text or None, opened_at=at, window_from=error_at - WINDOW, window_until=error_at,
        ends_at=at + OPEN_FOR,
    )  # fmt: skip
    session.add(opening)
    access_log.record(session, "trace_opened", case=case_of(ticket), reason=reason, subject_key=ticket.account_id)
    session.commit()
    return case_of(ticket).ref


def _error_at(session: Session, ticket: Ticket) -> datetime:
    """Return when the app's own error record of this account says it failed: no record, no trace (P36)."""
    found = session.scalar(
        select(AppError.occurred_at).where(
            AppError.id == ticket.error_id,
            AppError.account_id == ticket.account_id,
            AppError.occurred_at <= ticket.opened_at,
        )
    )
    if found is None or ticket.kind != "system_error" or ticket.unlocked_at is None:
        raise NotInReach
    return found


def _reason_text(reason: str, text: str) -> str:
    if reason not in REASONS:
        raise Invalid("reason", "Choose a reason.")
    text = text.strip()
    if reason == "own_words" and not 10 <= len(text) <= 300:
        raise Invalid("own_words", "Write 10 to 300 characters, without names or addresses.")
    return text if reason == "own_words" else ""


def read(
    session: Session, public_id: str, *, before: tuple[datetime, str] | None = None, same_only: bool = False
) -> Trace:
    """Return one page of the trace; raise NotInReach when it is not open to me, RecordNotWritten when unrecorded."""
    ticket = find(session, Ticket, public_id, columns=(Ticket.finding,), lock="share")
    opening = _opening(session, ticket)
    facts = error_facts(session, ticket.error_id)
    if facts is None or ticket.unlocked_at is None:
        raise NotInReach
    if opening is None:
        raise NotOpened(ref_of("ticket", ticket.number), facts.code)
    rows = _events(session, opening, error_id=facts.id, before=before, same_only=same_only)
    trace = _trace(session, ticket, opening, facts, rows=rows, first=before is None)
    access_log.record(
        session, "trace_seen", case=case_of(ticket), table="usage_event", count=len(trace.events),
        fields="occurred_at,session,feature,action,properties,first_name,last_name,email,company",
        subject_key=ticket.account_id, reason=opening.reason,
    )  # fmt: skip
    access_log.commit(session)
    return trace


def still_open(session: Session, public_id: str) -> bool:
    """Say whether the trace of a ticket is open to me now; asked by an open tab, shows nothing."""
    ticket = find(session, Ticket, public_id)
    return _opening(session, ticket) is not None


def asked_for(session: Session, public_id: str) -> tuple[str, str]:
    """Return reference and error code of my ticket, for the page that asks for the reason."""
    session.rollback()
    ticket = find(session, Ticket, public_id)
    return ref_of("ticket", ticket.number), ticket.error_code or ""


def cursor(moment: object, event: object) -> tuple[datetime, str] | None:
    """Return a place in the trace from its signed text; None when it is none."""
    try:
        return datetime.fromisoformat(str(moment)), str(event)
    except ValueError:
        return None


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
        UsageEvent.account_id == opening.account_id,
        UsageEvent.occurred_at >= opening.window_from,
        UsageEvent.occurred_at <= opening.window_until,
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
    last = events[-1] if len(rows) > PAGE else None
    widening = session.scalar(
        select(TraceWidening)
        .where(TraceWidening.opening_id == opening.id)
        .order_by(TraceWidening.asked_at.desc())
        .limit(1)
    )
    return Trace(
        ticket_id=ticket.id, ref=ref_of("ticket", ticket.number), assigned_at=ticket.assigned_at or ticket.opened_at,
        error=error, person=person_of(session, ticket.account_id), finding=ticket.finding, events=events,
        window_from=opening.window_from, window_until=opening.window_until, opened_at=opening.opened_at,
        ends_at=opening.ends_at, ends_soon=opening.ends_at - bound(session).at < ENDS_SOON, reason=opening.reason,
        widened_at=widening.decided_at if widening and widening.agreed else None,
        widening_asked=bool(widening and widening.decided_at is None), first=first,
        older=(last.occurred_at, last.id) if last else None,
    )  # fmt: skip


def ask_wider(session: Session, public_id: str, *, hours: str, reason: str) -> str:
    """Ask a second engineer for a wider window; return the ticket's reference. Raise Invalid at the field."""
    ticket = find(session, Ticket, public_id, lock="update")
    opening = _opening(session, ticket)
    if opening is None:
        raise NotInReach
    if not hours.isdecimal() or int(hours[:6]) not in WIDER:
        raise Invalid("hours", "Choose how far back.")
    if reason not in REASONS[:-1]:
        raise Invalid("reason", "Choose a reason.")
    session.add(
        TraceWidening(
            opening_id=opening.id, ticket_number=ticket.number, asked_by=bound(session).staff_id,
            asked_at=bound(session).at, hours=int(hours), reason=reason,
        )
    )  # fmt: skip
    access_log.record(session, "widening_asked", case=case_of(ticket), reason=reason, count=int(hours))
    session.commit()
    return case_of(ticket).ref


def decide_wider(session: Session, public_id: str, *, agree: bool) -> str:
    """Decide, as second engineer, on a colleague's request; return the ticket's reference."""
    try:
        widening = find(session, TraceWidening, public_id, lock="update")
    except NotInReach as error:
        raise SomeoneWasFaster from error
    if widening.asked_by == bound(session).staff_id:
        raise SamePerson
    opening = session.scalar(select(TraceOpening).where(TraceOpening.id == widening.opening_id))
    widening.decided_by, widening.decided_at, widening.agreed = bound(session).staff_id, bound(session).at, agree
    if agree and opening:
        opening.window_from = min(opening.window_from, opening.window_until - timedelta(hours=widening.hours))
    case = access_log.Case(ref_of("ticket", widening.ticket_number), opening.ticket_id if opening else "")
    event = "widening_agreed" if agree else "widening_refused"
    access_log.record(session, event, case=case, reason=widening.reason, count=widening.hours)
    session.commit()
    return case.ref

"""Reading a ticket and its person: locked, recorded, committed, then shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models import Account, AppError, Company, Staff, Ticket, TraceOpening

from . import access_log
from .cases import case_of, find, ref_of


@dataclass(frozen=True)
class Person:
    """The account holder, as an open ticket shows them (P59)."""

    first_name: str
    last_name: str
    email: str
    company: str
    active: bool


@dataclass(frozen=True)
class ErrorFacts:
    """One error the app recorded for this person."""

    id: str
    code: str
    feature: str | None
    occurred_at: datetime


@dataclass(frozen=True)
class Colleague:
    """An engineer to whom the ticket can be handed over."""

    id: str
    name: str


@dataclass(frozen=True)
class TicketPage:
    """Everything the page of one ticket shows. `person` is None while the ticket unlocks nobody."""

    id: str
    ref: str
    kind: str
    language: str | None
    written_by: str
    unlocked_at: datetime | None
    opened_at: datetime
    assigned_at: datetime
    subject: str
    body: str
    finding: str | None
    person: Person | None
    error: ErrorFacts | None
    linkable: Sequence[ErrorFacts]
    colleagues: Sequence[Colleague]
    trace_ends_at: datetime | None
    trace_opened_at: datetime | None


def read(session: Session, public_id: str) -> TicketPage:
    """Return an open ticket of mine with its person; raise NotInReach, AccessEnded or RecordNotWritten."""
    ticket = find(session, Ticket, public_id, columns=(Ticket.subject, Ticket.body, Ticket.finding), lock="share")
    person = person_of(session, ticket)
    page = _page(session, ticket, person=person)
    access_log.record(
        session, "ticket_seen", case=case_of(ticket), table="ticket", count=1, subject_key=ticket.account_id,
        fields="subject,body,finding" + (",first_name,last_name,email,company" if person else ""),
    )  # fmt: skip
    access_log.commit(session)
    return page


def person_of(session: Session, ticket: Ticket) -> Person | None:
    """Return the account holder; None while this ticket unlocks nobody, even if another ticket of mine does."""
    if ticket.unlocked_at is None:
        return None
    found = session.execute(
        select(Account.first_name, Account.last_name, Account.email, Company.name, Account.deactivated_at)
        .join(Company, Company.id == Account.company_id)
        .where(Account.id == ticket.account_id)
    ).first()
    if found is None:
        return None
    return Person(found.first_name, found.last_name, found.email, found.name, active=found.deactivated_at is None)


def error_of(session: Session, ticket: Ticket) -> ErrorFacts | None:
    """Return the error a system-error ticket is about: the app's own record of this person, older than the ticket.

    None, and with it no trace, for any other ticket and while the ticket unlocks nobody (P36).
    """
    if ticket.kind != "system_error" or ticket.unlocked_at is None:
        return None
    found = session.execute(_errors_before(ticket).where(AppError.id == ticket.error_id)).first()
    return ErrorFacts(*found) if found else None


def _linkable(session: Session, ticket: Ticket) -> list[ErrorFacts]:
    """Return the person's latest errors before this ticket, newest first: one of them may be what it is about."""
    if ticket.kind == "deactivation" or ticket.error_id or ticket.unlocked_at is None:
        return []
    newest_first = (AppError.occurred_at.desc(), AppError.id)
    return [ErrorFacts(*row) for row in session.execute(_errors_before(ticket).order_by(*newest_first).limit(10))]


def _errors_before(ticket: Ticket) -> Select[str, str, str | None, datetime]:
    return select(AppError.id, AppError.code, AppError.feature, AppError.occurred_at).where(
        AppError.account_id == ticket.account_id, AppError.occurred_at <= ticket.opened_at
    )


def _page(session: Session, ticket: Ticket, *, person: Person | None) -> TicketPage:
    opening = session.scalar(
        select(TraceOpening).where(TraceOpening.ticket_id == ticket.id).order_by(TraceOpening.opened_at.desc()).limit(1)
    )
    return TicketPage(
        id=ticket.id, ref=ref_of("ticket", ticket.number), kind=ticket.kind, language=ticket.language,
        written_by=ticket.written_by, unlocked_at=ticket.unlocked_at, opened_at=ticket.opened_at,
        assigned_at=ticket.assigned_at or ticket.opened_at, subject=ticket.subject, body=ticket.body,
        finding=ticket.finding, person=person, error=error_of(session, ticket), linkable=_linkable(session, ticket),
        colleagues=_colleagues(session),
        trace_ends_at=opening.ends_at if opening else None, trace_opened_at=opening.opened_at if opening else None,
    )  # fmt: skip


def _colleagues(session: Session) -> list[Colleague]:
    return [Colleague(*row) for row in session.execute(select(Staff.id, Staff.name).order_by(Staff.number))]

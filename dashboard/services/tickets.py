"""Reading a ticket and its person: locked, recorded, committed, then shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    message: str | None


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
    seen_at: datetime


def read(session: Session, public_id: str) -> TicketPage:
    """Return an open ticket of mine with its person; raise NotInReach, AccessEnded or RecordNotWritten."""
    ticket = find(session, Ticket, public_id, columns=(Ticket.subject, Ticket.body, Ticket.finding), lock="share")
    person = person_of(session, ticket.account_id)
    errors = _errors_before(session, ticket)
    page = _page(session, ticket, person=person, errors=errors)
    access_log.record(
        session, "ticket_seen", case=case_of(ticket), table="ticket", count=1, subject_key=ticket.account_id,
        fields="subject,body,finding" + (",first_name,last_name,email,company" if person else ""),
    )  # fmt: skip
    access_log.commit(session)
    return page


def person_of(session: Session, account_id: str | None) -> Person | None:
    """Return the account holder in reach, if there is one."""
    found = session.execute(
        select(Account.first_name, Account.last_name, Account.email, Company.name, Account.deactivated_at)
        .join(Company, Company.id == Account.company_id)
        .where(Account.id == account_id)
    ).first()
    if found is None:
        return None
    return Person(found.first_name, found.last_name, found.email, found.name, active=found.deactivated_at is None)


def error_facts(session: Session, error_id: str | None) -> ErrorFacts | None:
    """Return one error record in reach."""
    found = session.execute(_errors().where(AppError.id == error_id)).first()
    return ErrorFacts(*found) if found else None


def _errors() -> Select[str, str, str | None, datetime, str | None]:
    return select(AppError.id, AppError.code, AppError.feature, AppError.occurred_at, AppError.message)


def _errors_before(session: Session, ticket: Ticket) -> list[ErrorFacts]:
    """Return the person's errors before this ticket, newest first: one of them may be what it is about (P36)."""
    found = session.execute(
        _errors()
        .where(AppError.account_id == ticket.account_id, AppError.occurred_at <= ticket.opened_at)
        .order_by(AppError.occurred_at.desc())
        .limit(10)
    )
    return [ErrorFacts(*row) for row in found]


def _page(session: Session, ticket: Ticket, *, person: Person | None, errors: list[ErrorFacts]) -> TicketPage:
    opening = session.scalar(
        select(TraceOpening).where(TraceOpening.ticket_id == ticket.id).order_by(TraceOpening.opened_at.desc()).limit(1)
    )
    error = next((e for e in errors if e.id == ticket.error_id), None) or error_facts(session, ticket.error_id)
    return TicketPage(
        id=ticket.id, ref=ref_of("ticket", ticket.number), kind=ticket.kind, language=ticket.language,
        written_by=ticket.written_by, unlocked_at=ticket.unlocked_at, opened_at=ticket.opened_at,
        assigned_at=ticket.assigned_at or ticket.opened_at, subject=ticket.subject, body=ticket.body,
        finding=ticket.finding, person=person, error=error, linkable=[] if ticket.error_id else errors,
        colleagues=_colleagues(session), seen_at=_now(session),
        trace_ends_at=opening.ends_at if opening else None, trace_opened_at=opening.opened_at if opening else None,
    )  # fmt: skip


def _colleagues(session: Session) -> list[Colleague]:
    return [Colleague(*row) for row in session.execute(select(Staff.id, Staff.name).order_by(Staff.number))]


def _now(session: Session) -> datetime:
    at: datetime = session.info["access"].at
    return at

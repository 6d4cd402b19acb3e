"""A customer wrote to support in the app, or confirms there a ticket that staff wrote for them (P59)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services import access_log
from dashboard.services.cases import case_of, find, ref_of
from dashboard.services.refusals import Invalid, NotInReach
from models import Account, AppError, Ticket, bound

from .acting import Answer

SYSTEM_ERROR = "system_error"


@dataclass(frozen=True)
class Letter:
    """What a customer wrote; `error` is the app's id of the error it is about, `written_at` in UTC (None: now)."""

    account: str
    kind: str
    subject: str
    body: str
    error: str | None = None
    language: str | None = None
    written_at: datetime | None = None


def add(session: Session, letter: Letter) -> Answer:
    """Open a ticket; raise Invalid at the field. A system error must be one that the app recorded (P36)."""
    account_id = session.scalar(select(Account.id).where(Account.external_id == letter.account))
    if account_id is None:
        raise Invalid("account", "No account of this id is known. Send the account first.")
    error = _error(session, letter, account_id=account_id)
    ticket = _ticket(letter, error, account_id=account_id, opened_at=_opened_at(session, letter, error))
    session.add(ticket)
    session.flush()
    return Answer(201, {"id": ticket.id, "ref": ref_of("ticket", ticket.number)})


def _ticket(letter: Letter, error: AppError | None, *, account_id: str, opened_at: datetime) -> Ticket:
    return Ticket(
        account_id=account_id,
        kind=letter.kind,
        language=letter.language,
        written_by="customer",
        subject=letter.subject,
        body=letter.body,
        error_id=error and error.id,
        error_code=error and error.code,
        feature=error and error.feature,
        opened_at=opened_at,
        unlocked_at=opened_at,
        unlocked_by="customer",
    )


def _opened_at(session: Session, letter: Letter, error: AppError | None) -> datetime:
    """The moment it was written; never before its error, which the app's clock may have a little ahead of ours."""
    now = bound(session).at
    if error is None:
        return letter.written_at or now
    opened_at = letter.written_at or max(now, error.occurred_at)
    if error.occurred_at > opened_at:
        raise Invalid("error", "The error is younger than the ticket.")
    return opened_at


def _error(session: Session, letter: Letter, *, account_id: str) -> AppError | None:
    if (letter.kind == SYSTEM_ERROR) != (letter.error is not None):
        raise Invalid("error", "A ticket of kind system_error names the error's id, and no other kind does.")
    if letter.error is None:
        return None
    known = (AppError.external_id == letter.error) & (AppError.account_id == account_id)
    error = session.scalar(select(AppError).where(known))
    if error is None:
        raise Invalid("error", "The app has recorded no error of this id for this account.")
    return error


def confirm(session: Session, public_id: str, *, account: str, at: datetime) -> Answer:
    """Unlock a ticket that staff wrote, because its person says in the app that it is theirs.

    Raise NotInReach when there is no such ticket of that account. A second time changes nothing.
    """
    ticket = find(session, Ticket, public_id, lock="update")
    theirs = session.scalar(select(Account.id).where(Account.external_id == account))
    if theirs is None or ticket.account_id != theirs:
        raise NotInReach
    if at < ticket.opened_at:
        raise Invalid("at", "This lies before the ticket was written.")
    if ticket.unlocked_at is None and ticket.closed_at is None:
        ticket.unlocked_at, ticket.unlocked_by = min(at, bound(session).at), "customer"
        access_log.record(session, "ticket_confirmed", case=case_of(ticket))
    return Answer(200, {"id": ticket.id, "ref": ref_of("ticket", ticket.number), "confirmed": bool(ticket.unlocked_at)})

"""The app failed for somebody: its own record of that, and the ticket it opens (P36)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services.cases import ref_of
from dashboard.services.refusals import DiffersFromBefore, Invalid
from models import Account, AppError, Ticket, bound

from .acting import Answer


@dataclass(frozen=True)
class ErrorFacts:
    """What the app says about one error; `id` is the app's own, `occurred_at` in UTC."""

    id: str
    account: str
    occurred_at: datetime
    code: str
    session: str | None = None
    feature: str | None = None
    message: str | None = None


def add(session: Session, facts: ErrorFacts) -> Answer:
    """Record an error and open its ticket; the same id twice is one error and one ticket."""
    known = _known(session, facts)
    if known:
        return known
    error = _error(facts, _account(session, facts), received_at=bound(session).at)
    session.add(error)
    session.flush()
    ticket = _ticket(error, facts)
    session.add(ticket)
    session.flush()
    return _answer(201, ticket.id, ticket.number)


def _error(facts: ErrorFacts, account_id: str, *, received_at: datetime) -> AppError:
    return AppError(
        external_id=facts.id,
        account_id=account_id,
        occurred_at=facts.occurred_at,
        code=facts.code,
        session=facts.session,
        feature=facts.feature,
        message=facts.message,
        received_at=received_at,
    )


def _known(session: Session, facts: ErrorFacts) -> Answer | None:
    found = session.execute(
        select(AppError.id, AppError.occurred_at, AppError.code, Account.external_id)
        .join(Account, Account.id == AppError.account_id)
        .where(AppError.external_id == facts.id)
    ).first()
    if found is None:
        return None
    if tuple(found[1:]) != (facts.occurred_at, facts.code, facts.account):
        raise DiffersFromBefore
    its_own = select(Ticket.id, Ticket.number).where(Ticket.error_id == found.id, Ticket.written_by == "app")
    ticket = session.execute(its_own.order_by(Ticket.number).limit(1)).first()
    return _answer(200, *ticket) if ticket else Answer(200)


def _account(session: Session, facts: ErrorFacts) -> str:
    found = session.execute(
        select(Account.id, Account.deactivated_at).where(Account.external_id == facts.account)
    ).first()
    if found is None:
        raise Invalid("account", "No account of this id is known. Send the account first.")
    if found.deactivated_at and facts.occurred_at > found.deactivated_at:
        raise Invalid("account", "The account was deactivated before that.")
    return str(found.id)


def _ticket(error: AppError, facts: ErrorFacts) -> Ticket:
    """The ticket is as old as its error, so that waiting times are true."""
    subject = f"{facts.code} in {facts.feature}" if facts.feature else facts.code
    return Ticket(
        account_id=error.account_id,
        kind="system_error",
        written_by="app",
        subject=subject,
        body=facts.message or "The app recorded this error.",
        error_id=error.id,
        error_code=facts.code,
        feature=facts.feature,
        opened_at=facts.occurred_at,
        unlocked_at=facts.occurred_at,
        unlocked_by="app",
    )


def _answer(status: int, public_id: str, number: int) -> Answer:
    return Answer(status, {"ticket": public_id, "ref": ref_of("ticket", number)})

"""The app reports what it sent: type, cause and moment (P31). Words and addresses are not asked for.

A type outside the catalogue, or against the person's choice, is kept as told: the board must be able to see it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services.refusals import DiffersFromBefore, Invalid
from models import Account, AppMessage, bound

from .acting import Answer


@dataclass(frozen=True)
class SentMessage:
    """What the app says about one message; `id` and `cause` are its own, `sent_at` in UTC."""

    id: str
    account: str
    type: str
    cause: str
    sent_at: datetime


def add(session: Session, facts: SentMessage) -> Answer:
    """Keep that a message was sent; the same id twice is one message. Raise Invalid, DiffersFromBefore."""
    if _is_known(session, facts):
        return Answer(200, {"id": facts.id})
    account_id = session.scalar(select(Account.id).where(Account.external_id == facts.account))
    if account_id is None:
        raise Invalid("account", "No account of this id is known. Send the account first.")
    told = {"type": facts.type, "cause": facts.cause, "sent_at": facts.sent_at, "received_at": bound(session).at}
    session.add(AppMessage(external_id=facts.id, account_id=account_id, **told))
    session.flush()
    return Answer(201, {"id": facts.id})


def _is_known(session: Session, facts: SentMessage) -> bool:
    row = AppMessage
    known = session.execute(
        select(row.type, row.cause, row.sent_at, Account.external_id)
        .join(Account, Account.id == row.account_id)
        .where(row.external_id == facts.id)
    ).first()
    if known and tuple(known) != (facts.type, facts.cause, facts.sent_at, facts.account):
        raise DiffersFromBefore
    return known is not None

"""The accounts of my open cases, each a recorded look."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Company, Ticket, bound

from . import access_log
from .cases import ref_of

MOST = 50
"""An engineer with more open cases than this sees the latest ones; each still opens from its own ticket."""


@dataclass(frozen=True)
class AccountLine:
    """One person whose open ticket is mine."""

    ticket_id: str
    ref: str
    first_name: str
    last_name: str
    email: str
    company: str
    deactivated_at: datetime | None


def of_my_cases(session: Session) -> list[AccountLine]:
    """Return the persons of my open tickets, one line per ticket; each look is recorded before it is shown.

    The tickets are locked until then, so that none changes hands in between.
    """
    found = session.execute(
        select(Ticket.id, Ticket.number, Account.id, Account.first_name, Account.last_name, Account.email, Company.name,
               Account.deactivated_at)
        .join(Account, Account.id == Ticket.account_id)
        .join(Company, Company.id == Account.company_id)
        .where(Ticket.assignee_id == bound(session).staff_id, Ticket.unlocked_at.is_not(None))
        .order_by(Ticket.number.desc())
        .limit(MOST)
        .with_for_update(read=True, of=Ticket)
    ).all()  # fmt: skip
    for ticket_id, number, account_id, *_ in found:
        access_log.record(
            session, "account_seen", case=access_log.Case(ref_of("ticket", number), ticket_id), table="account",
            fields="first_name,last_name,email,company", count=1, subject_key=account_id,
        )  # fmt: skip
    access_log.commit(session)
    return [
        AccountLine(t, ref_of("ticket", n), first, last, mail, firm, off)
        for t, n, _a, first, last, mail, firm, off in found
    ]

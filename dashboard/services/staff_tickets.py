"""Tickets that staff write for somebody who called. They unlock nobody until a second person has confirmed them.

The answer is the same whether the address is known or not: writing a ticket must never tell who is a customer.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from models import Account, Ticket, bound

from . import access_log
from .cases import case_of, find
from .refusals import Invalid
from .staff import keep_my_role

KINDS = ("question", "deactivation")


def write(session: Session, *, email: str, kind: str, language: str, subject: str, body: str) -> str:
    """Add a ticket for the person at this address and return its reference; raise Invalid at the field."""
    if kind not in KINDS:
        raise Invalid("kind", "Choose question or deactivation.")
    keep_my_role(session)
    access = bound(session)
    ticket = Ticket(
        account_id=_account_at(session, email), kind=kind, language=language or None, written_by="staff",
        author_id=access.staff_id, subject=subject, body=body, opened_at=access.at, assignee_id=access.staff_id,
        assigned_at=access.at,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    case = case_of(ticket)
    access_log.record(session, "ticket_written", case=case)
    session.commit()
    return case.ref


def _account_at(session: Session, email: str) -> str | None:
    """Look the address up outside the engineer's reach; nothing of the answer is shown.

    An address two accounts have is whose who still works with it, then the newest's.
    """
    likeliest = (Account.deactivated_at.is_not(None), Account.created_at.desc(), Account.id)
    at_address = select(Account.id).where(Account.email == email.strip().lower()).order_by(*likeliest).limit(1)
    reason = "address of a staff-written ticket"
    with system_session(session.get_bind(), reason, read_only=True, real_only=True) as look_up:
        return look_up.scalars(at_address).first()


def confirm(session: Session, public_id: str) -> str:
    """Confirm, as second engineer, that a colleague's ticket is real and return its reference. Raise NotInReach.

    Its assignee sees the person from then on.
    """
    ticket = find(session, Ticket, public_id, lock="update")
    case = case_of(ticket)
    ticket.unlocked_at, ticket.unlocked_by = bound(session).at, bound(session).staff_id
    access_log.record(session, "ticket_confirmed", case=case)
    session.commit()
    return case.ref

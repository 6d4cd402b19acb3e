"""A request comes in: by the page, the app, the website, or staff on someone's behalf. One record, one way on.

Nobody is looked up here. The same is written, in the same work, whether the address is known or not, and nobody is
told.
"""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from dashboard.policy import canaries
from dashboard.policy import requests as policy
from dashboard.services import access_log, fingerprints
from dashboard.services.cases import find, ref_of
from dashboard.services.keys import keyed
from dashboard.services.refusals import Invalid
from models import Account, Ticket, bound, count_call, receive_request

A_DAY = 5
"""So often one address may be asked about in a day; beyond that nothing is stored, and nobody is told."""
LONGEST = 254
LANGUAGES = ("en", "nl")


@dataclass(frozen=True)
class Asked:
    """What was asked, by which way, and who wrote it down if staff did.

    `canary`: the house asks for one of its own canary people; nothing from outside ever says so.
    """

    kind: str
    email: str
    source: str
    language: str = "en"
    author_id: str | None = None
    canary: bool = False


def receive(session: Session, asked: Asked, *, zone: ZoneInfo) -> access_log.Case | None:
    """Write a request, or count it on the live one of the same person and kind; the caller commits.

    Return its case, which only staff who hold it may ever be shown; None when this address was asked about too often
    today. Raise Invalid at the field.
    """
    kind, email = kind_of(asked.kind), asked.email if asked.canary else address_of(asked.email)
    if _times_today(session, email) > A_DAY:
        return None
    at = bound(session).at
    request_id, number = receive_request(
        session, kind=kind, email=email, email_key=fingerprints.of_address(email), source=asked.source,
        language=asked.language if asked.language in LANGUAGES else "en", author_id=asked.author_id, received_at=at,
        due_at=policy.due(at, zone),
    )  # fmt: skip
    case = access_log.Case(ref_of("subject_request", number), request_id)
    access_log.record(session, "request_received", case=case, reason=kind)
    return case


def kind_of(kind: str) -> policy.Kind:
    """Return what is asked for. Raise Invalid when it is none of the three."""
    try:
        return policy.Kind(kind)
    except ValueError as error:
        raise Invalid("kind", "Choose what we should do.") from error


def address_of(text: str) -> str:
    """Return an address as it is kept: in small letters. Raise Invalid when it is none, or nobody's."""
    if canaries.is_reserved_address(text):
        raise Invalid("email", canaries.RESERVED_ADDRESS)
    try:
        return validate_email(text.strip()[: LONGEST + 1], check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid("email", "Write an e-mail address, such as name@company.example.") from error


def _times_today(session: Session, email: str) -> int:
    """Count this asking. The key changes each day, so nobody can tell later which address it was."""
    key, minute = _day_key(session, email)
    return count_call(session, key, minute)


def _day_key(session: Session, email: str) -> tuple[str, int]:
    day = bound(session).at.date()
    midnight = int(bound(session).at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) // 60
    return f"day:{keyed('asked today', day.isoformat(), email)[:22]}", midnight  # no id of a token has a colon


def pause(session: Session, email: str) -> None:
    """Take no more requests for an address today: its owner says it was not them."""
    key, minute = _day_key(session, email)
    while count_call(session, key, minute) <= A_DAY:
        pass


def on_behalf(session: Session, asked: Asked, *, zone: ZoneInfo) -> None:
    """Write a request for somebody who called; nothing tells whether the address is known or was asked about before."""
    access, bind = bound(session), session.get_bind()
    session.rollback()  # on SQLite a second session could not write while this one holds the lock
    with system_session(bind, "write a request on someone's behalf") as work:
        work.info["access"] = replace(access, everything=True)  # the log keeps who wrote it
        receive(work, replace(asked, author_id=access.staff_id), zone=zone)
        work.commit()


def from_ticket(session: Session, public_id: str, *, kind: str, zone: ZoneInfo) -> None:
    """Make a request of a ticket of mine that turns out to ask for one (P47). Raise NotInReach or Invalid."""
    kind_of(kind)
    ticket = find(session, Ticket, public_id, lock="share")
    email = session.scalar(select(Account.email).where(Account.id == ticket.account_id))
    if email is None or ticket.unlocked_at is None:
        raise Invalid("kind", "This ticket shows no person yet: a second engineer must confirm it first.")
    on_behalf(session, Asked(kind, email, "ticket", ticket.language or "en"), zone=zone)

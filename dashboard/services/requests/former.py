"""An address that was changed lately: who took over an account must not walk away with its person's data.

For 14 days the address before is told of every request, with a link to stop it. An overview or a copy waits those 14
days out, unless the oldest address agrees earlier. A removal does not wait, because whoever asks has a right to it at
once: the address before hears of it before the link goes out, and can stop it until it is confirmed. A thief who is
faster can destroy what the account held, and never read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dashboard.database.changes import changed
from dashboard.policy import lifetimes
from dashboard.policy.requests import Kind, State
from dashboard.services import access_log
from dashboard.services.cases import case_of, ref_of
from dashboard.services.refusals import NotInReach
from models import Account, FormerAddress, Person, RequestLink, SubjectRequest, bound

from . import letters, links

CAN_STILL_STOP = (State.AWAITING, State.VALIDATED)
"""Afterwards it is being carried out, or has ended."""
WHEN: Mapping[str, Mapping[bool, str]] = {
    "en": {True: "It is carried out as soon as it is confirmed.", False: "We wait until {until}."},
    "nl": {True: "Het wordt uitgevoerd zodra het is bevestigd.", False: "Wij wachten tot {until}."},
}
"""When a request is carried out, by language and whether it is a removal."""


@dataclass(frozen=True)
class Former:
    """An address of one of a person's accounts before a change, and when it was changed; the oldest comes first."""

    account_id: str
    email: str
    changed_at: datetime


@dataclass(frozen=True)
class Asked:
    """What the page for the address before says: number, kind and moments, never a name."""

    ref: str
    kind: str
    received_at: datetime
    ends_at: datetime
    may_agree: bool


def note(session: Session, account: Account, email: str) -> None:
    """Keep the address an account has, if this is another; capitals are no change."""
    before = session.scalar(select(Account.email).where(Account.id == account.id)) or ""
    if before.lower() != email.lower():
        session.add(FormerAddress(account_id=account.id, email=before.lower(), changed_at=bound(session).at))


def forget(session: Session) -> int:
    """Delete the addresses whose 14 days are over; return how many."""
    old = delete(FormerAddress).where(FormerAddress.changed_at <= bound(session).at - lifetimes.FORMER_ADDRESS)
    gone = changed(session, old)
    session.commit()
    return gone


def of(session: Session, person: Person) -> list[Former]:
    """Return the addresses a person had in the last 14 days, the oldest first; for the system's eyes alone."""
    since = bound(session).at - lifetimes.FORMER_ADDRESS
    mine = (FormerAddress.account_id.in_(person.accounts), FormerAddress.changed_at > since)
    columns = select(FormerAddress.account_id, FormerAddress.email, FormerAddress.changed_at)
    query = columns.where(*mine).order_by(FormerAddress.changed_at)
    return [Former(*row) for row in session.execute(query)] if person.accounts else []


def holds_until(known: Sequence[Former], *, agreed_at: datetime | None) -> datetime | None:
    """Return until when a copy waits: 14 days after the last change, unless the address before agreed since."""
    if not known or (agreed_at and agreed_at >= known[-1].changed_at):
        return None
    return known[-1].changed_at + lifetimes.FORMER_ADDRESS


def warn(
    session: Session, request: SubjectRequest, known: Sequence[Former], sender: letters.Sender, *, person: Person
) -> None:
    """Write to each address before, with a link to stop it; the oldest, which no thief chose, may also agree."""
    until = holds_until(known, agreed_at=None)
    links.void(session, request.id, links.FORMER, links.AGREE)
    if until is None:
        return
    oldest = _oldest(known)
    for email in dict.fromkeys(one.email for one in known if one.email not in person.addresses):
        agrees = oldest == {email} and request.kind != Kind.REMOVAL
        _write(session, request, sender, address=email, key=person.keys[0], until=until, agrees=agrees)


def _oldest(known: Sequence[Former]) -> set[str]:
    """Return the oldest address of each account. Where they differ no one speaks for all of the accounts: a thief may
    have an account of their own at the address a stolen one was changed to, with an address before that.
    """
    return {one.email for one in {one.account_id: one for one in reversed(known)}.values()}


def _write(
    session: Session, request: SubjectRequest, sender: letters.Sender,
    *, address: str, key: str, until: datetime, agrees: bool,
) -> None:  # fmt: skip
    token = links.make(session, request.id, links.AGREE if agrees else links.FORMER, lasts=until - bound(session).at)
    day = letters.minute(until, request.language, sender.zone)
    when = WHEN[request.language][request.kind == Kind.REMOVAL].format(until=day)
    ref = ref_of("subject_request", request.number)
    about = letters.About(ref, request.kind, request.language, request.received_at)
    letter = "request_former_agree" if agrees else "request_former"
    link = f"{sender.base_url}/privacy/former/{token}"
    letters.send(session, letter, about, sender, address=address, subject_key=key, link=link, when=when)


def look(session: Session, token: str) -> Asked | None:
    """Return what a link for the address before is about; change nothing."""
    found = links.find(session, token, links.FORMER, links.AGREE)
    return _asked(*found) if found and found[1].state in CAN_STILL_STOP else None


def _asked(link: RequestLink, request: SubjectRequest) -> Asked:
    ref = ref_of("subject_request", request.number)
    return Asked(ref, request.kind, request.received_at, link.ends_at, link.purpose == links.AGREE)


def agree(session: Session, token: str) -> None:
    """The oldest address says that it was them: nothing waits any more. Raise NotInReach.

    They speak for what was known when they were written to: an account that came to this address since waits.
    """
    link, request = _locked(session, token, links.AGREE)
    request.agreed_at, request.not_before = link.made_at, None
    links.void(session, request.id, links.FORMER, links.AGREE)
    access_log.record(session, "request_agreed", case=case_of(request))
    session.commit()


def to_stop(session: Session, token: str) -> SubjectRequest:
    """Return the request, locked, that an address before may stop now. Raise NotInReach."""
    return _locked(session, token, links.FORMER, links.AGREE)[1]


def _locked(session: Session, token: str, *purposes: str) -> tuple[RequestLink, SubjectRequest]:
    found = links.find(session, token, *purposes, lock=True)
    if found is None or found[1].state not in CAN_STILL_STOP:
        raise NotInReach
    return found

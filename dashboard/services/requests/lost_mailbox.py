"""A removal whose mailbox is lost: an administrator says who asks, two staff sign, the known address may object.

Removals only, never an export. Seven days pass before anything happens, and the known address hears of it. Nobody signs
twice, and nobody signs what they wrote; the database refuses it too (models/subject_request.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dashboard.database.engine import system_session
from dashboard.policy import lifetimes
from dashboard.policy.requests import Event, Kind, State
from dashboard.services import access_log
from dashboard.services.cases import case_of, find, ref_of
from dashboard.services.erasure.finding import person_at
from dashboard.services.fingerprints import folded
from dashboard.services.refusals import Invalid, NotInReach
from models import Account, CompanyAdministrator, Person, RequestLink, SubjectRequest, bound

from . import confirming, letters, links, working

WORDS: Mapping[str, str] = {"en": "COLLEAGUE", "nl": "COLLEGA"}
"""What an administrator types; either language's word is taken."""


@dataclass(frozen=True)
class Asked:
    """What the pages of an administrator and of the known address say: the request's number, never a name."""

    ref: str
    received_at: datetime
    ends_at: datetime
    not_before: datetime | None


def start(session: Session, public_id: str, *, sender: letters.Sender) -> str:
    """Ask the administrators of the person's company who asks; return the reference. Raise Invalid when it cannot be.

    Whether there is such a person, company or administrator shows nowhere.
    """
    request = working.mine(session, public_id)
    if request.kind != Kind.REMOVAL or request.identity_at:
        raise Invalid("", "Only a removal can go this way, and only once.")
    request.state, request.contacted_at = working.moved(request, Event.LINK_SENT), bound(session).at
    links.void(session, request.id, links.ADMINISTRATOR)
    asked = _administrators(session, request.id)
    for address, key in asked:
        _ask(session, request, sender, address=address, key=key)
    if not asked:  # a link nobody gets: the request runs out after as many hours as any other
        links.make(session, request.id, links.ADMINISTRATOR, lasts=lifetimes.REQUEST_LINK)
    access_log.record(session, "request_link_sent", case=case_of(request))
    ref = case_of(request).ref
    session.commit()
    return ref


def _ask(session: Session, request: SubjectRequest, sender: letters.Sender, *, address: str, key: str) -> None:
    token = links.make(session, request.id, links.ADMINISTRATOR, lasts=lifetimes.REQUEST_LINK)
    until = letters.minute(bound(session).at + lifetimes.REQUEST_LINK, request.language, sender.zone)
    words = {"link": f"{sender.base_url}/privacy/identity/{token}", "until": until}
    about = working.about(request)
    letters.send(session, "request_identity", about, sender, address=address, subject_key=key, **words)


def _administrators(session: Session, request_id: str) -> list[tuple[str, str]]:
    """Return address and key of who administers the person's company, the person excepted; nothing of it is shown."""
    with system_session(session.get_bind(), "administrators of a person", read_only=True) as look_up:
        given = look_up.scalar(select(SubjectRequest.email).where(SubjectRequest.id == request_id))
        person = person_at(look_up, given or "")
        return [(row.email, row.id) for row in look_up.execute(_of_company(person))]


def _of_company(person: Person) -> Any:
    own = aliased(Account)
    return (
        select(Account.email, Account.id)
        .join(CompanyAdministrator, CompanyAdministrator.account_external_id == Account.external_id)
        .join(own, own.company_id == CompanyAdministrator.company_id)
        .where(own.id.in_(person.accounts), Account.company_id == CompanyAdministrator.company_id)
        .where(Account.id.not_in(person.accounts), Account.deactivated_at.is_(None))
        .distinct()
        .order_by(Account.id)
    )


def look(session: Session, token: str, *, purpose: str) -> Asked | None:
    """Return what a link of an administrator, or to object, is about; change nothing."""
    found = links.find(session, token, purpose)
    return _asked(*found) if found else None


def _asked(link: RequestLink, request: SubjectRequest) -> Asked:
    return Asked(ref_of("subject_request", request.number), request.received_at, link.ends_at, request.not_before)


def identify(session: Session, token: str, word: str) -> None:
    """An administrator confirms who asks; the removal still waits for two signatures. Raise NotInReach or Invalid."""
    link, request = _locked(session, token, links.ADMINISTRATOR)
    if request.state != State.AWAITING or request.identity_at:
        raise NotInReach
    if folded(word) not in {folded(known) for known in WORDS.values()}:
        confirming.count_wrong(session, link)
    links.void(session, request.id, links.ADMINISTRATOR)
    request.identity_at = bound(session).at
    access_log.record(session, "request_identity_confirmed", case=case_of(request))
    session.commit()


def sign(session: Session, public_id: str, *, sender: letters.Sender) -> str:
    """Sign, as one of two; return the reference. The second signature validates, and the known address hears of it.

    Raise NotInReach: nothing waits for this signature.
    """
    request = find(session, SubjectRequest, public_id, lock="update")
    case, me = case_of(request), bound(session).staff_id
    access_log.record(session, "request_signed", case=case)
    if request.first_signer_id is None:
        request.first_signer_id = me
    else:
        _second(session, request, me=me, sender=sender)
    session.commit()
    return case.ref


def _second(session: Session, request: SubjectRequest, *, me: str, sender: letters.Sender) -> None:
    request.second_signer_id = me
    request.not_before = bound(session).at + lifetimes.OBJECTION
    links.void(session, request.id, links.CONFIRM)
    token = links.make(session, request.id, links.OBJECT, lasts=lifetimes.OBJECTION)
    until = letters.minute(request.not_before, request.language, sender.zone)
    link = f"{sender.base_url}/privacy/object/{token}"
    working.write_to(session, request, "request_notice", sender, link=link, until=until)
    working.warn_former(session, request, sender)
    confirming.validate(session, request, how="administrator")


def object_to(session: Session, token: str) -> None:
    """The known address objects: the request ends, nothing has happened. Raise NotInReach."""
    _link, request = _locked(session, token, links.OBJECT)
    if request.state != State.VALIDATED:
        raise NotInReach
    working.end(session, request, state=working.moved(request, Event.TAKEN_BACK), outcome="objected")
    access_log.record(session, "request_withdrawn", case=case_of(request), reason="objected")
    session.commit()


def _locked(session: Session, token: str, purpose: str) -> tuple[RequestLink, SubjectRequest]:
    found = links.find(session, token, purpose, lock=True)
    if found is None:
        raise NotInReach
    return found

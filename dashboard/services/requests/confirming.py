"""The person confirms a request, or says it was not them. Looking at the page never acts (P48, P49).

A mail scanner may open a link a hundred times, and press what it finds: without the typed word nothing happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy.orm import Session

from dashboard.policy import lifetimes
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event
from dashboard.services import access_log
from dashboard.services.cases import case_of, ref_of
from dashboard.services.fingerprints import folded
from dashboard.services.refusals import Invalid, NotInReach
from models import RequestLink, SubjectRequest, bound

from . import links, receiving, working

WORDS: Mapping[str, Mapping[str, str]] = {
    "removal": {"en": "REMOVE", "nl": "VERWIJDER"},
    "retrieval": {"en": "COPY", "nl": "KOPIE"},
    "overview": {"en": "SHOW", "nl": "TOON"},
}
"""The word to type, by kind and language; either language's word is taken."""


@dataclass(frozen=True)
class Asked:
    """What the page to confirm says: no name, no address; mailboxes are shared and scanners look."""

    ref: str
    kind: str
    received_at: datetime
    ends_at: datetime
    times_asked: int
    language: str


def look(session: Session, token: str) -> Asked | None:
    """Return what a link is about, if it works; change nothing."""
    found = links.find(session, token, links.CONFIRM)
    return _asked(*found) if found and found[1].state == policy.State.AWAITING else None


def _asked(link: RequestLink, request: SubjectRequest) -> Asked:
    ref = ref_of("subject_request", request.number)
    return Asked(ref, request.kind, request.received_at, link.ends_at, request.times_asked, request.language)


def confirm(session: Session, token: str, word: str) -> str:
    """Validate a request and return a fresh status token. Raise NotInReach when the link does not work.

    A wrong word is counted, and raises Invalid; five lock the link. Of many at once, one acts.
    """
    link, request = _locked(session, token)
    if folded(word) not in {folded(known) for known in WORDS[request.kind].values()}:
        count_wrong(session, link)
    link.used_at = bound(session).at
    validate(session, request, how="link")
    status = links.make(session, request.id, links.STATUS, lasts=lifetimes.STATUS_LINK)
    session.commit()
    return status


def count_wrong(session: Session, link: RequestLink) -> NoReturn:
    """Count a wrong word, and raise Invalid."""
    link.wrong_words += 1
    session.commit()
    raise Invalid("word", "This is not the word. Nothing has happened.")


def validate(session: Session, request: SubjectRequest, *, how: str) -> None:
    """Mark a request validated: it is carried out from now on. The caller commits."""
    request.state = policy.move(request.state, Event.CONFIRMED)
    request.validated_at, request.validated_how = bound(session).at, how
    access_log.record(session, "request_confirmed", case=case_of(request), reason=how)


def not_me(session: Session, token: str) -> None:
    """End a request its person did not make, and take no more for the address today. Raise NotInReach."""
    _link, request = _locked(session, token)
    receiving.pause(session, request.email or "")
    request.paused_at = bound(session).at
    working.end(session, request, state=policy.move(request.state, Event.TAKEN_BACK), outcome="not_me")
    access_log.record(session, "request_withdrawn", case=case_of(request), reason="not_me")
    session.commit()


def _locked(session: Session, token: str) -> tuple[RequestLink, SubjectRequest]:
    found = links.find(session, token, links.CONFIRM, lock=True)
    if found is None or found[1].state != policy.State.AWAITING:
        raise NotInReach
    return found

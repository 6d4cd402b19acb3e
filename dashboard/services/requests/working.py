"""An engineer works a request: take, have the link sent, extend, refuse, withdraw, release. Never validate.

Staff see the course and the address that was given; whether we know that address they learn from nothing here. Only the
person can confirm (P48, P49).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from dashboard.policy import lifetimes
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event
from dashboard.services import access_log
from dashboard.services.cases import case_of, find, ref_of
from dashboard.services.erasure.finding import person_at
from dashboard.services.refusals import Invalid, SamePerson
from models import Person, Staff, SubjectRequest, bound

from . import former, letters, links

RELEASE_REASONS = ("wrong_team", "no_time", "know_the_person")
REFUSE_REASONS = ("not_identified", "excessive", "another_person", "law")
EXTEND_REASONS = ("complex", "many_requests")
PURGED: Mapping[str, None] = {"email": None, "email_key": None}
"""What an ended request loses: from then on it names nobody."""


def take(session: Session, public_id: str) -> str:
    """Assign a free request to me and return its reference; taking it twice is taking it once.

    Raise NotInReach, or SamePerson when the address is my own: nobody works their own request.
    """
    request = find(session, SubjectRequest, public_id, lock="update")
    if request.assignee_id is None:
        _not_my_own(session, public_id)
        request.state = policy.move(request.state, Event.TAKEN) if request.state == "received" else request.state
        request.assignee_id, request.assigned_at = bound(session).staff_id, bound(session).at
        access_log.record(session, "request_taken", case=case_of(request))
    return _commit(session, request)


def _not_my_own(session: Session, public_id: str) -> None:
    with system_session(session.get_bind(), "whether a request is the engineer's own", read_only=True) as look_up:
        given = look_up.scalar(select(SubjectRequest.email).where(SubjectRequest.id == public_id))
        mine = look_up.scalar(select(Staff.email).where(Staff.id == bound(session).staff_id))
    if given and mine and given == mine.lower():
        raise SamePerson


def release(session: Session, public_id: str, reason: str) -> str:
    """Give a request back to the queue; its link, if one was sent, is void."""
    request = mine(session, public_id)
    reason = _coded(reason, RELEASE_REASONS)
    request.state = moved(request, Event.RELEASED)
    request.assignee_id = request.assigned_at = None
    links.void(session, request.id, links.CONFIRM)
    access_log.record(session, "request_released", case=case_of(request), reason=reason)
    return _commit(session, request)


def send_link(session: Session, public_id: str, *, sender: letters.Sender) -> str:
    """Have the link to confirm sent to the address on file; a new one voids the old (P48).

    Where we know nobody at the address, nothing is sent, and nothing here shows it.
    """
    request = mine(session, public_id)
    request.state, request.contacted_at = moved(request, Event.LINK_SENT), bound(session).at
    warn_former(session, request, sender)
    links.void(session, request.id, links.CONFIRM, links.STATUS)
    confirm = links.make(session, request.id, links.CONFIRM, lasts=lifetimes.REQUEST_LINK)
    status = links.make(session, request.id, links.STATUS, lasts=lifetimes.STATUS_LINK)
    letter = "request_confirm" if request.times_asked == 1 else "request_again"
    words = {
        "link": f"{sender.base_url}/privacy/confirm/{confirm}",
        "status": f"{sender.base_url}/privacy/requests/{status}",
        "until": letters.minute(bound(session).at + lifetimes.REQUEST_LINK, request.language, sender.zone),
    }
    write_to(session, request, letter, sender, **words)
    access_log.record(session, "request_link_sent", case=case_of(request))
    return _commit(session, request)


def extend(session: Session, public_id: str, reason: str, *, sender: letters.Sender) -> str:
    """Put the due date off, once, to three months after receipt; the person is told why."""
    request = mine(session, public_id)
    reason = _coded(reason, EXTEND_REASONS)
    if request.extended_at:
        raise Invalid("reason", "This request has been extended once already.")
    request.extended_at, request.extended_because = bound(session).at, reason
    request.due_at = policy.due(request.received_at, sender.zone, extended=True)
    until = letters.day(request.due_at, request.language, sender.zone)
    write_to(session, request, "request_extended", sender, reason=_said(reason, request), until=until)
    access_log.record(session, "request_extended", case=case_of(request), reason=reason)
    return _commit(session, request)


def refuse(session: Session, public_id: str, reason: str, *, sender: letters.Sender) -> str:
    """End a request without meeting it; the person is told why, and the request names nobody any more."""
    request = mine(session, public_id)
    reason = _coded(reason, REFUSE_REASONS)
    state = moved(request, Event.REFUSED)
    write_to(session, request, "request_refused", sender, reason=_said(reason, request))
    end(session, request, state=state, outcome=reason)
    access_log.record(session, "request_refused", case=case_of(request), reason=reason)
    return _commit(session, request)


def withdraw(session: Session, public_id: str) -> str:
    """End a request the person took back, by telephone or in a ticket."""
    request = mine(session, public_id)
    end(session, request, state=moved(request, Event.TAKEN_BACK), outcome="taken_back")
    access_log.record(session, "request_withdrawn", case=case_of(request), reason="taken_back")
    return _commit(session, request)


def stop(session: Session, token: str) -> None:
    """The address before a change says it was not them: the request ends. Raise NotInReach."""
    request = former.to_stop(session, token)
    end(session, request, state=moved(request, Event.TAKEN_BACK), outcome="objected")
    access_log.record(session, "request_withdrawn", case=case_of(request), reason="objected")
    session.commit()


def end(session: Session, request: SubjectRequest, *, state: str, outcome: str) -> None:
    """End a request: what remains is kind, dates and outcome. Its unused links to act are void."""
    links.void(session, request.id, links.CONFIRM, links.ADMINISTRATOR, links.OBJECT, links.FORMER, links.AGREE)
    request.state, request.outcome, request.closed_at = state, outcome, bound(session).at
    for name, nothing in PURGED.items():
        setattr(request, name, nothing)


def about(request: SubjectRequest) -> letters.About:
    """Return what a letter says of a request."""
    ref = ref_of("subject_request", request.number)
    return letters.About(ref, request.kind, request.language, request.received_at)


def draft(request: SubjectRequest, letter: str, *, sender: letters.Sender) -> str:
    """Return the message that an act will send, its reason still open; whether anybody gets it nobody is told."""
    until = letters.day(policy.due(request.received_at, sender.zone, extended=True), request.language, sender.zone)
    return letters.text_of(letter, about(request), sender, reason="(…)", until=until)[1]


def write_to(session: Session, request: SubjectRequest, letter: str, sender: letters.Sender, **words: str) -> None:
    """Write to the person if we know them at the address; to an unknown address nothing is ever sent."""
    to = _reader(session, request.id)
    if to.person.known:
        key = to.person.keys[0]
        letters.send(session, letter, about(request), sender, address=to.email, subject_key=key, **words)


def warn_former(session: Session, request: SubjectRequest, sender: letters.Sender) -> None:
    """Tell the addresses the person had until lately; nothing of it is shown."""
    to = _reader(session, request.id)
    former.warn(session, request, to.before, sender, person=to.person)


@dataclass(frozen=True)
class _Reader:
    """To whom a letter goes: the address given, who we know there, the addresses they had until lately."""

    email: str = field(repr=False)
    person: Person = field(repr=False)
    before: Sequence[former.Former] = field(repr=False)


def _reader(session: Session, request_id: str) -> _Reader:
    """Look up whom a request is about, outside the engineer's reach; nothing of the answer is shown."""
    with system_session(session.get_bind(), "address of a subject request", read_only=True) as look_up:
        email = look_up.scalar(select(SubjectRequest.email).where(SubjectRequest.id == request_id)) or ""
        person = person_at(look_up, email)
        return _Reader(email, person, former.of(look_up, person))


def mine(session: Session, public_id: str) -> SubjectRequest:
    """Return an open request of mine, locked for a change, without its address; raise NotInReach or AccessEnded."""
    return find(session, SubjectRequest, public_id, lock="update")


def moved(request: SubjectRequest, event: Event) -> str:
    """Return the state after an event; raise Invalid when this is too late or too early for it."""
    try:
        return policy.move(request.state, event)
    except policy.CannotMove as error:
        raise Invalid("", "This cannot be done any more: the request has gone on.") from error


def _coded(reason: str, known: tuple[str, ...]) -> str:
    if reason not in known:
        raise Invalid("reason", "Choose a reason.")
    return reason


def _said(reason: str, request: SubjectRequest) -> str:
    return letters.REASONS[request.language][reason]


def _commit(session: Session, request: Any) -> str:
    ref = case_of(request).ref
    session.commit()
    return ref

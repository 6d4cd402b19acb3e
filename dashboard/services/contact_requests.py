"""Reading submissions of the contact form: the queue without persons, one follow-up with its person (P25, P58).

Name, address and number leave this room only for the rep whose open follow-up it is, after the look is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ContactAttempt, ContactRequest, bound

from . import access_log
from .cases import case_of, find

UNDO_WITHIN = timedelta(minutes=10)
"""How long a wrongly recorded attempt can be taken back."""


@dataclass(frozen=True)
class Attempt:
    """One try to reach the person; `undo` while it can be taken back."""

    id: str
    made_at: datetime
    channel: str
    result: str
    undo: bool


@dataclass(frozen=True)
class Answer:
    """What the person said to the permission question, how and in which wording it was asked (P26)."""

    answer: str
    channel: str | None
    wording: str | None
    asked_at: datetime


@dataclass(frozen=True)
class FollowUp:
    """Everything the page of one follow-up shows."""

    id: str
    ref: str
    name: str
    email: str
    phone: str
    submitted_at: datetime
    taken_at: datetime
    attempts: Sequence[Attempt]
    answer: Answer | None

    @property
    def reached(self) -> bool:
        """Whether an attempt has reached the person."""
        return any(attempt.result == "reached" for attempt in self.attempts)


def read(session: Session, public_id: str) -> FollowUp:
    """Return an open follow-up of mine with its person; raise NotInReach, AccessEnded or RecordNotWritten."""
    person = (ContactRequest.name, ContactRequest.email, ContactRequest.phone)
    request = find(session, ContactRequest, public_id, columns=person, lock="share")
    page = _page(session, request)
    access_log.record(
        session,
        "contact_request_seen",
        case=case_of(request),
        table="contact_request",
        fields="name,email,phone",
        count=1,
        subject_key=request.id,
    )
    access_log.commit(session)
    return page


def _page(session: Session, request: ContactRequest) -> FollowUp:
    return FollowUp(
        id=request.id,
        ref=case_of(request).ref,
        name=request.name,
        email=request.email,
        phone=request.phone,
        submitted_at=request.submitted_at,
        taken_at=request.taken_at or request.received_at,
        attempts=_attempts(session, request),
        answer=_answer(request),
    )


def _attempts(session: Session, request: ContactRequest) -> list[Attempt]:
    found = attempts_of(session, request)
    last = found[-1] if found else None
    return [
        Attempt(row.id, row.made_at, row.channel, row.result, undo=row is last and may_undo(session, request, row))
        for row in found
    ]


def attempts_of(session: Session, request: ContactRequest) -> Sequence[ContactAttempt]:
    """Return the attempts of a follow-up, first one first."""
    mine = select(ContactAttempt).where(ContactAttempt.contact_request_id == request.id)
    return session.scalars(mine.order_by(ContactAttempt.made_at, ContactAttempt.id)).all()


def may_undo(session: Session, request: ContactRequest, attempt: ContactAttempt) -> bool:
    """Whether an attempt can be taken back: mine, a few minutes old, and no answer rests on it."""
    mine = attempt.staff_id == bound(session).staff_id
    return mine and request.permission is None and bound(session).at - attempt.made_at < UNDO_WITHIN


def _answer(request: ContactRequest) -> Answer | None:
    if request.permission is None or request.permission_asked_at is None:
        return None
    return Answer(
        request.permission, request.permission_channel, request.permission_wording, request.permission_asked_at
    )


def tries(session: Session, ids: Sequence[str]) -> Mapping[str, int]:
    """Return how many attempts each of my follow-ups has had, in one statement; none is left out as absent."""
    key = ContactAttempt.contact_request_id
    counted = select(key, func.count()).where(key.in_(ids)).group_by(key)
    return {row[0]: row[1] for row in session.execute(counted)}

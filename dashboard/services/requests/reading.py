"""Reading a request of mine: locked, recorded, committed, then shown. Once it has ended it names nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.policy.requests import State
from dashboard.services import access_log
from dashboard.services.cases import case_of, find, ref_of
from models import AccessRecord, RequestLink, RequestStep, SubjectRequest, bound

from . import letters, links, progress, working

TO_CONTACT = (State.ASSIGNED, State.AWAITING)
"""The states in which the engineer can still do something; afterwards only the person and the machine can."""


@dataclass(frozen=True)
class Place:
    """One line of the plan: a location, what was found, what happens there, what the read-back found."""

    location: str
    relation: str
    action: str
    found: int | None
    left: int | None
    done: bool
    verified: bool
    receipt: str
    attempts: int
    late: bool


@dataclass(frozen=True)
class Course:
    """The moments of a request, in the order in which they come; None has not happened."""

    received_at: datetime
    assigned_at: datetime | None
    contacted_at: datetime | None
    link_ends_at: datetime | None
    extended_at: datetime | None
    identity_at: datetime | None
    validated_at: datetime | None
    not_before: datetime | None
    executed_at: datetime | None
    verified_at: datetime | None
    certified_at: datetime | None
    closed_at: datetime | None
    due_at: datetime


@dataclass(frozen=True)
class RequestPage:
    """Everything the page of one request shows. `email` is the address that was given, while the request is open."""

    id: str
    ref: str
    kind: str
    source: str
    state: str
    outcome: str
    language: str
    times_asked: int
    email: str | None
    extended_because: str
    validated_how: str
    signatures: int
    may_sign: bool
    course: Course
    places: Sequence[Place]
    progress: progress.Progress
    looks: int

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.course.closed_at is None

    @property
    def waits_for_me(self) -> bool:
        """Whether the engineer can still contact, refuse or release."""
        return self.is_open and self.state in TO_CONTACT

    @property
    def loses_mailbox(self) -> bool:
        """Whether its person may say that the mailbox is lost: removals only, and once."""
        return self.waits_for_me and self.kind == "removal" and self.course.identity_at is None


def read(session: Session, public_id: str) -> RequestPage:
    """Return a request of mine with the address given; raise NotInReach, AccessEnded or RecordNotWritten."""
    request = find(session, SubjectRequest, public_id, columns=(SubjectRequest.email,), lock="share")
    page = _page(session, request)
    if page.email:
        access_log.record(
            session, "request_seen", case=case_of(request), table="subject_request", count=1, subject_key=None,
            fields="email",
        )  # fmt: skip
    access_log.commit(session)
    return page


def moving(session: Session, public_id: str) -> progress.Progress:
    """Return how far a request of mine has come; nothing personal, so nothing is recorded. Raise NotInReach."""
    return progress.of(session, find(session, SubjectRequest, public_id))


@dataclass(frozen=True)
class Subject:
    """What a page about one act says of the request it is about; nothing personal."""

    id: str
    ref: str
    kind: str
    due_at: datetime
    letter: str


def subject(session: Session, public_id: str, *, letter: str, sender: letters.Sender) -> Subject:
    """Return what a page about an act shows, with the message that will be sent; raise NotInReach or AccessEnded."""
    request = find(session, SubjectRequest, public_id)
    said = working.draft(request, letter, sender=sender) if letter else ""
    return Subject(request.id, ref_of("subject_request", request.number), request.kind, request.due_at, said)


def _page(session: Session, request: SubjectRequest) -> RequestPage:
    me = bound(session).staff_id
    signers = [signer for signer in (request.first_signer_id, request.second_signer_id) if signer]
    waits = bool(request.identity_at) and request.validated_at is None and request.closed_at is None
    return RequestPage(
        id=request.id, ref=ref_of("subject_request", request.number), kind=request.kind, source=request.source,
        state=request.state, outcome=request.outcome or "", language=request.language, times_asked=request.times_asked,
        email=request.email, extended_because=request.extended_because or "", validated_how=request.validated_how or "",
        signatures=len(signers), may_sign=waits and me not in (*signers, request.author_id),
        course=_course(session, request), places=_places(session, request), progress=progress.of(session, request),
        looks=_looks(session, request),
    )  # fmt: skip


def _course(session: Session, request: SubjectRequest) -> Course:
    ends = select(func.max(RequestLink.ends_at)).where(
        RequestLink.request_id == request.id, RequestLink.purpose == links.CONFIRM, RequestLink.used_at.is_(None)
    )
    moments = {name: getattr(request, name) for name in Course.__dataclass_fields__ if name != "link_ends_at"}
    return Course(link_ends_at=session.scalar(ends), **moments)


def _places(session: Session, request: SubjectRequest) -> list[Place]:
    """Return the plan with counts: only once the person has confirmed, or anyone could be looked up by filing one."""
    if request.validated_at is None:
        return []
    return [_place(step) for step in progress.steps_of(session, request.id)]


def _place(step: RequestStep) -> Place:
    return Place(
        step.location, step.relation, step.action, step.found, step.left, progress.is_done(step),
        bool(step.verified_at), step.receipt or "", step.attempts, bool(step.late_at and not step.verified_at),
    )  # fmt: skip


def _looks(session: Session, request: SubjectRequest) -> int:
    """Return how often I looked at the address of this request before."""
    mine = (AccessRecord.case_id == request.id, AccessRecord.staff_id == bound(session).staff_id)
    query = select(func.count()).select_from(AccessRecord).where(*mine, AccessRecord.event == "request_seen")
    return session.scalar(query) or 0

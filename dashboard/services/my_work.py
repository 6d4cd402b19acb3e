"""What lies on my desk: my cases, the queue, what waits for a second person, and how often I looked today.

Nothing here shows personal data; a case shows its person only after it is opened.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.policy.requests import State
from models import (
    AccessRecord,
    ContactAttempt,
    ContactRequest,
    Heartbeat,
    JobRun,
    OnboardingCase,
    Proposal,
    SubjectRequest,
    Ticket,
    TraceWidening,
    bound,
)

from . import onboarding
from .cases import LETTERS, case_of, ref_of
from .requests import watching

REFERENCE = re.compile(r"(?:(?P<letter>[A-Z])-)?(?P<number>[0-9]{1,12})")
QUEUE = 20
"""How many free cases the desk shows; the rest waits on its own page."""


@dataclass(frozen=True)
class CaseLine:
    """One case as a desk shows it: never a name, a subject line or a company.

    `turn` says who comes next: mine, the person, or nobody because it runs by itself.
    """

    table: str
    id: str
    ref: str
    kind: str
    code: str
    feature: str
    language: str
    written_by: str
    since: datetime
    waiting_for_colleague: bool = False
    attempts: int = 0
    turn: str = "mine"
    due_at: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """Something a colleague needs a second person for."""

    kind: str
    id: str
    ref: str
    hours: int
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class CaseFound:
    """A case in reach, found by its number: mine, or waiting in the queue."""

    table: str
    id: str
    ref: str
    mine: bool


@dataclass(frozen=True)
class Desk:
    """My cases, the queue (oldest first) with whether there is more, and what colleagues ask of me."""

    mine: Sequence[CaseLine]
    free: Sequence[CaseLine]
    more: bool
    asked: Sequence[Asked] = ()
    looks: int = 0
    refused: int = 0
    longest_wait: datetime | None = None
    figures: dict[str, Any] = field(default_factory=dict)


def of_support(session: Session, *, zone: ZoneInfo) -> Desk:
    """Return a support engineer's desk."""
    mine = session.scalars(_open(Ticket, mine=True, session=session).order_by(Ticket.assigned_at, Ticket.number))
    free = session.scalars(_open(Ticket, mine=False, session=session).order_by(Ticket.number).limit(QUEUE + 1)).all()
    asked_for, free_requests = _requests(session)
    looks, refused = looks_today(session, zone=zone)
    lines = sorted([*map(ticket_line, free), *free_requests], key=lambda line: line.since)
    overdue, oldest = watching.overdue(session, today=start_of_day(bound(session).at, zone))
    return Desk(
        [*asked_for, *map(ticket_line, mine)], lines[:QUEUE], len(lines) > QUEUE,
        _asked_of_support(session), looks, refused, longest_wait=min((line.since for line in lines), default=None),
        figures={"overdue": overdue, "oldest_due_at": oldest},
    )  # fmt: skip


def of_rep(session: Session, *, zone: ZoneInfo) -> Desk:
    """Return a rep's desk: open follow-ups with their attempts, and the queue of submissions."""
    mine = session.scalars(
        _open(ContactRequest, mine=True, session=session).order_by(ContactRequest.taken_at, ContactRequest.number)
    ).all()
    free = session.scalars(
        _open(ContactRequest, mine=False, session=session).order_by(ContactRequest.number).limit(QUEUE + 1)
    ).all()
    tried = _attempts(session, [row.id for row in mine])
    looks, refused = looks_today(session, zone=zone)
    lines = [contact_line(r) for r in free[:QUEUE]]
    return Desk(
        [contact_line(r, attempts=tried.get(r.id, 0)) for r in mine], lines, len(free) > QUEUE, (), looks, refused,
        longest_wait=min((line.since for line in lines), default=None),
    )  # fmt: skip


def of_sysadmin(session: Session, *, zone: ZoneInfo) -> Desk:
    """Return a sysadmin's desk: onboarding cases, proposals that need me, jobs that failed, the scheduler's pulse."""
    cases = session.scalars(select(OnboardingCase).order_by(OnboardingCase.number)).all()
    mine = [onboarding_line(c) for c in cases if onboarding.is_mine(session, c)]
    free = [onboarding_line(c) for c in cases if not onboarding.is_mine(session, c)]
    looks, refused = looks_today(session, zone=zone)
    return Desk(
        mine, free[:QUEUE], len(free) > QUEUE, _asked_of_sysadmin(session), looks, refused, figures=pulse(session)
    )


def of_compliance(session: Session, *, zone: ZoneInfo) -> Desk:
    """Return a compliance officer's desk: figures only."""
    since = start_of_day(bound(session).at, zone)
    seen = session.execute(
        select(AccessRecord.allowed, func.count()).where(AccessRecord.at >= since).group_by(AccessRecord.allowed)
    )
    by_outcome = {row[0]: row[1] for row in seen}
    return Desk(
        (), (), more=False, looks=by_outcome.get(True, 0), refused=by_outcome.get(False, 0), figures=pulse(session)
    )


def start_of_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return when today began in the company's time zone."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def looks_today(session: Session, *, zone: ZoneInfo) -> tuple[int, int]:
    """Return how many looks and refusals of mine were recorded today."""
    since = start_of_day(bound(session).at, zone)
    mine = select(func.count()).select_from(AccessRecord).where(
        AccessRecord.staff_id == bound(session).staff_id, AccessRecord.at >= since
    )  # fmt: skip
    looks = session.scalar(mine.where(AccessRecord.event.like("%_seen"))) or 0
    refused = session.scalar(mine.where(AccessRecord.allowed.is_(False))) or 0
    return looks, refused


def pulse(session: Session) -> dict[str, Any]:
    """Return the scheduler's last sign of life and the jobs that failed within a day."""
    beat = session.scalar(select(Heartbeat.at).where(Heartbeat.process == "scheduler"))
    day_ago = bound(session).at - timedelta(days=1)
    failed = session.scalar(
        select(func.count()).select_from(JobRun).where(JobRun.state == "failed", JobRun.started_at > day_ago)
    )
    alive = beat is not None and bound(session).at - beat < timedelta(minutes=5)
    return {"beat": beat, "alive": alive, "failed": failed or 0}


def _open(model: Any, *, mine: bool, session: Session) -> Any:
    owner = model.assignee_id == bound(session).staff_id if mine else model.assignee_id.is_(None)
    return select(model).where(model.closed_at.is_(None), owner)


def _attempts(session: Session, ids: Sequence[str]) -> dict[str, int]:
    key = ContactAttempt.contact_request_id
    return {row[0]: row[1] for row in session.execute(select(key, func.count()).where(key.in_(ids)).group_by(key))}


def ticket_line(ticket: Ticket) -> CaseLine:
    """Return a ticket as a desk and a list show it."""
    return CaseLine(
        "ticket", ticket.id, ref_of("ticket", ticket.number), ticket.kind, ticket.error_code or "",
        ticket.feature or "",
        ticket.language or "", ticket.written_by, ticket.assigned_at or ticket.opened_at,
        waiting_for_colleague=ticket.unlocked_at is None,
    )  # fmt: skip


def _requests(session: Session) -> tuple[list[CaseLine], list[CaseLine]]:
    """Return my people's requests, those first in which it is my turn, and those nobody has, the oldest first."""
    me = bound(session).staff_id
    mine = session.scalars(
        _open(SubjectRequest, mine=True, session=session).order_by(SubjectRequest.due_at, SubjectRequest.number)
    )
    free = _open(SubjectRequest, mine=False, session=session).order_by(SubjectRequest.number).limit(QUEUE + 1)
    lines = sorted((request_line(request, me=me) for request in mine), key=lambda line: line.turn != "mine")
    return lines, [request_line(request) for request in session.scalars(free)]


def turn_of(request: SubjectRequest, *, me: str) -> str:
    """Return whose turn a request is: mine, a colleague's, the person's, or nobody's because it runs by itself."""
    if request.state == State.AWAITING and request.identity_at:
        return "colleague" if me in {request.first_signer_id, request.author_id} else "mine"
    if request.state == State.AWAITING:
        return "person"
    return "mine" if request.state in {State.RECEIVED, State.ASSIGNED} else "itself"


def request_line(request: SubjectRequest, *, me: str = "") -> CaseLine:
    """Return a person's request as a desk shows it."""
    turn = turn_of(request, me=me)
    return CaseLine(
        "subject_request", request.id, ref_of("subject_request", request.number), request.kind, "", "",
        request.language, request.source, request.assigned_at or request.received_at,
        turn=turn, due_at=request.due_at, waiting_for_colleague=turn == "colleague",
    )  # fmt: skip


def contact_line(request: ContactRequest, *, attempts: int = 0) -> CaseLine:
    """Return a submission as a desk shows it."""
    return CaseLine(
        "contact_request", request.id, ref_of("contact_request", request.number), "contact_request", "", "", "",
        "website", request.taken_at or request.submitted_at, attempts=attempts,
    )  # fmt: skip


def onboarding_line(case: OnboardingCase) -> CaseLine:
    """Return an onboarding case as a desk shows it."""
    return CaseLine(
        "onboarding_case", case.id, ref_of("onboarding_case", case.number), "onboarding", case.reason, "", "", "app",
        case.taken_at or case.opened_at,
    )  # fmt: skip


def _asked_of_support(session: Session) -> list[Asked]:
    widenings = session.scalars(select(TraceWidening).order_by(TraceWidening.asked_at, TraceWidening.id))
    tickets = session.scalars(
        select(Ticket)
        .where(Ticket.written_by == "staff", Ticket.unlocked_at.is_(None), Ticket.author_id != bound(session).staff_id)
        .where(Ticket.closed_at.is_(None), Ticket.assignee_id.is_distinct_from(bound(session).staff_id))
        .order_by(Ticket.number)
    )
    return [
        *(Asked("widening", w.id, ref_of("ticket", w.ticket_number), w.hours, w.reason, w.asked_at) for w in widenings),
        *(Asked("ticket", t.id, ref_of("ticket", t.number), 0, "", t.opened_at) for t in tickets),
        *_signatures(session),
    ]


def _signatures(session: Session) -> list[Asked]:
    """Return the removals whose mailbox is lost and that wait for my signature."""
    me, request = bound(session).staff_id, SubjectRequest
    waiting = session.scalars(
        select(request)
        .where(request.identity_at.is_not(None), request.validated_at.is_(None), request.closed_at.is_(None))
        .where(request.first_signer_id.is_distinct_from(me), request.author_id.is_distinct_from(me))
        .order_by(request.number)
    )
    refs = ((r, ref_of("subject_request", r.number)) for r in waiting)
    return [Asked("signature", r.id, ref, 0, "", r.identity_at or r.received_at) for r, ref in refs]


def _asked_of_sysadmin(session: Session) -> list[Asked]:
    waiting = session.scalars(
        select(Proposal)
        .where(Proposal.decided_at.is_(None), Proposal.proposed_by.is_distinct_from(bound(session).staff_id))
        .order_by(Proposal.proposed_at, Proposal.id)
    )
    return [Asked(p.kind, p.id, "", 0, p.detail, p.proposed_at) for p in waiting]


def find_case(session: Session, reference: str) -> CaseFound | None:
    """Return a case in reach by its reference (T-1042, or 1042); None when nothing is in reach."""
    parts = REFERENCE.fullmatch(reference.strip().upper())
    if parts is None:
        return None
    letter, number = parts["letter"], int(parts["number"])
    for model in (Ticket, ContactRequest, OnboardingCase, SubjectRequest):
        if letter in {None, LETTERS[model.__tablename__]}:
            found: Any = session.scalar(select(model).where(model.number == number))
            if found:
                return CaseFound(found.__tablename__, found.id, case_of(found).ref, mine=_is_mine(session, found))
    return None


def _is_mine(session: Session, row: Any) -> bool:
    if isinstance(row, OnboardingCase):
        return onboarding.is_mine(session, row)
    return bool(row.assignee_id == bound(session).staff_id)

"""How long removals take, measured from the person's word: our own stores and the processors apart. Nobody is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from dashboard.policy.requests import Kind
from models import RequestStep, SubjectRequest, bound

AIM = timedelta(minutes=15)
"""From confirmation to empty, for our own stores: nineteen of twenty removals."""
SPAN = timedelta(days=90)
MOST = 1_000
"""So many removals are measured at most, the latest ones."""


@dataclass(frozen=True)
class Measure:
    """Seconds from the person's confirmation until empty, at the middle and for nineteen of twenty; of how many."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True)
class Figures:
    """What is overdue now, when the oldest fell due, and how long removals took in the last 90 days."""

    overdue: int
    oldest_due_at: datetime | None
    own: Measure
    processors: Measure
    measured_at: datetime

    @property
    def in_time(self) -> bool:
        """Whether our own stores keep the aim."""
        return self.own.p95 <= AIM.total_seconds()


def figures(session: Session, *, today: datetime) -> Figures:
    """Return the figures over every request in reach; `today` is when the day began in the company's zone."""
    count, oldest = overdue(session, today=today)
    began = {row.id: row.validated_at for row in session.execute(_removals(bound(session).at))}
    return Figures(
        count, oldest, _measure(began, _ended(session, list(began), asked=False)),
        _measure(began, _ended(session, list(began), asked=True)), bound(session).at,
    )  # fmt: skip


def overdue(session: Session, *, today: datetime) -> tuple[int, datetime | None]:
    """Return how many open requests in reach are past their due date, and the earliest of those dates."""
    query = select(func.count(), func.min(SubjectRequest.due_at)).where(
        SubjectRequest.closed_at.is_(None), SubjectRequest.due_at < today
    )
    row = session.execute(query).one()
    return row[0], row[1]


def _removals(at: datetime) -> Select[str, datetime | None]:
    """Removals that were begun within the span; those that waited for an objection began by themselves, later."""
    request = SubjectRequest
    begun = (request.kind == Kind.REMOVAL.value, request.executed_at > at - SPAN, request.not_before.is_(None))
    return select(request.id, request.validated_at).where(*begun).order_by(request.number.desc()).limit(MOST)


def _ended(session: Session, ids: Sequence[str], *, asked: bool) -> Mapping[str, datetime]:
    """Return when the last of these places was empty, of the removals in which all of them are."""
    step = RequestStep
    ours = step.action == "ask" if asked else step.action.in_(("delete", "anonymise", "scrub"))
    empty = step.verified_at if asked else step.done_at
    query = select(step.request_id, func.max(empty)).where(step.request_id.in_(ids), ours).group_by(step.request_id)
    whole = query.having(func.count() == func.count(case((empty.is_not(None), 1))))
    return {row[0]: row[1] for row in session.execute(whole) if row[1]}


def _measure(began: Mapping[str, datetime | None], ended: Mapping[str, datetime]) -> Measure:
    took = sorted((end - begin).total_seconds() for key, end in ended.items() if (begin := began[key]))
    return Measure(len(took), _at(took, 0.5), _at(took, 0.95))


def _at(took: Sequence[float], share: float) -> float:
    """Return the smallest of these under which this share of them lies; 0 when there are none."""
    return took[min(int(len(took) * share), len(took) - 1)] if took else 0.0

"""How the processors stand: what each one is, and how far removals are there. Counts and moments; nobody is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy.calendar import add_to_date
from dashboard.processors.base import Facts
from dashboard.processors.registry import PROCESSORS, configured
from models import RequestStep

REVIEW_MONTHS = 12
"""How long a review of a processor holds (P56)."""
COUNTED = 100
"""Waiting removals are counted this far: more is alarming enough."""


@dataclass(frozen=True)
class Standing:
    """One processor: its facts, whether it can be asked at all, its last read-back, what waits there, how much of it
    for more than a day.
    """

    facts: Facts
    configured: bool
    read_back_at: datetime | None
    waiting: int
    late: int
    attempts: int
    next_try_at: datetime | None
    review_due: date | None


def standings(session: Session, settings: Settings) -> Sequence[Standing]:
    """Return every processor of the registry with how removals stand there."""
    ready = configured(settings)
    return [_standing(session, facts, ready=facts.name in ready) for facts in PROCESSORS]


def _standing(session: Session, facts: Facts, *, ready: bool) -> Standing:
    step = RequestStep
    mine = (step.location == facts.name, step.action == "ask")
    verified = select(step.verified_at).where(*mine, step.verified_at.is_not(None))
    waiting = session.execute(
        select(step.attempts, step.next_try_at, step.late_at).where(*mine, step.verified_at.is_(None)).limit(COUNTED)
    ).all()
    return Standing(
        facts=facts,
        configured=ready,
        read_back_at=session.scalar(verified.order_by(step.verified_at.desc()).limit(1)),
        waiting=len(waiting),
        late=sum(row.late_at is not None for row in waiting),
        attempts=max((row.attempts for row in waiting), default=0),
        next_try_at=min((row.next_try_at for row in waiting if row.next_try_at), default=None),
        review_due=add_to_date(facts.reviewed, REVIEW_MONTHS) if facts.reviewed else None,
    )

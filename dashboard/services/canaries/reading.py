"""How the canary people fared, as pages and evidence show it: counts and moments of people who do not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import CanaryPath, CanaryRun, bound

MONTHS = 12
"""So many runs are shown: a year."""


@dataclass(frozen=True)
class Went:
    """One way in: whose, which call of the contract, how many, when."""

    person: str
    path: str
    count: int
    at: datetime


@dataclass(frozen=True)
class Walk:
    """One month's run. `seconds` from the canary's word to the certificate; `left` what the removal left behind."""

    month: str
    state: str
    started_at: datetime
    genuine: bool | None
    left: int | None
    seconds: float | None
    waits_for: str
    unexpired: int | None
    expires_by: datetime | None
    ended_at: datetime | None
    ways: Sequence[Went]
    is_late: bool

    @property
    def is_clean(self) -> bool:
        """Whether the certificate holds and nothing was left."""
        return self.genuine is True and self.left == 0


def walks(session: Session) -> list[Walk]:
    """Return the runs of the last year, the newest first."""
    runs = session.scalars(select(CanaryRun).order_by(CanaryRun.month.desc()).limit(MONTHS)).all()
    return [_walk(session, run) for run in runs]


def latest(session: Session) -> Walk | None:
    """Return the newest run; None before the first."""
    run = session.scalars(select(CanaryRun).order_by(CanaryRun.month.desc()).limit(1)).first()
    return _walk(session, run) if run else None


def _walk(session: Session, run: CanaryRun) -> Walk:
    path = CanaryPath
    ways = session.scalars(select(path).where(path.run_id == run.id).order_by(path.went_at, path.person, path.path))
    took = (run.certified_at - run.validated_at).total_seconds() if run.certified_at and run.validated_at else None
    late = run.ended_at is None and run.expires_by is not None and run.expires_by < bound(session).at
    return Walk(
        run.month, run.state, run.started_at, run.genuine, run.left, took, run.waits_for or "", run.unexpired,
        run.expires_by, run.ended_at, [Went(w.person, w.path, w.count, w.went_at) for w in ways], late,
    )  # fmt: skip

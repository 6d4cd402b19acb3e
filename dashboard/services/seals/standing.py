"""How far the access log is sealed and anchored right now, for the page: from the ends of the tables, not by a scan."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AccessRecord, Seal, SealCheckpoint, bound

from . import anchor, chain, checking
from .checking import Verification
from .outcome import LATE

MOST = 10_000
"""Lines that are counted as not sealed yet; more are "more than" that."""


@dataclass(frozen=True)
class Standing:
    """Where the chain ends, what is not sealed yet, where it begins, and how it was last verified."""

    newest: chain.Base
    sealed_at: datetime | None
    unsealed: int
    oldest_at: datetime | None
    is_late: bool
    anchored: int | None
    pruned_at: datetime | None
    pruned: int
    begins_behind: int
    running: Verification | None
    verified: Verification | None

    @property
    def is_red(self) -> bool:
        """Whether something is amiss that a person must look at."""
        behind = self.anchored is None or self.anchored > self.newest.number
        return self.is_late or behind or bool(self.verified and self.verified.state == "broken")


def standing(session: Session, path: Path) -> Standing:
    """Return how the log stands; `path` is the file of anchors."""
    ends, current = chain.newest(session), checking.newest(session)
    unsealed, oldest = _unsealed(session, ends.last)
    pruned = session.scalar(select(SealCheckpoint).order_by(SealCheckpoint.number.desc()).limit(1))
    return Standing(
        ends, session.scalar(select(Seal.at).where(Seal.number == ends.number)), unsealed, oldest,
        oldest is not None and oldest < bound(session).at - LATE, _anchored(path),
        pruned.at if pruned else None, pruned.lines if pruned else 0, pruned.last if pruned else 0,
        current if current and current.runs else None, checking.newest(session, ended=True),
    )  # fmt: skip


def _unsealed(session: Session, last: int) -> tuple[int, datetime | None]:
    """Return how many lines follow the last sealed one, up to a limit, and when the first of them was written."""
    behind = select(AccessRecord.number).where(AccessRecord.number > last).limit(MOST).subquery()
    first = select(AccessRecord.at).where(AccessRecord.number > last).order_by(AccessRecord.number).limit(1)
    return session.scalar(select(func.count()).select_from(behind)) or 0, session.scalar(first)


def _anchored(path: Path) -> int | None:
    """Return the newest anchored seal; None when the file cannot be read."""
    try:
        return anchor.newest(path)
    except anchor.AnchorUnreadable:
        return None

"""Verifications that are asked for: kept as rows, run by a job, their progress and outcome shown on the page."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.changes import alone
from dashboard.database.engine import system_session
from dashboard.policy import lifetimes
from dashboard.services import access_log
from dashboard.services.cases import find
from models import AccessRecord, SealVerification, bound, new_id, utcnow

from . import chain, telling, verifying
from .findings import Finding
from .outcome import Outcome

BEAT_SECONDS = 1.0
"""How often a running verification says how far it is."""
LOST = timedelta(minutes=1)
"""A running verification silent for longer belongs to a process that is gone: it is begun again."""
OPEN = ("waiting", "running")


@dataclass(frozen=True)
class Verification:
    """A verification as the page shows it."""

    id: str
    state: str
    asked_at: datetime
    ended_at: datetime | None
    lines: int
    lines_of: int
    seals: int
    last: int
    findings: Sequence[Finding]

    @property
    def runs(self) -> bool:
        """Whether it is not over yet."""
        return self.state in OPEN

    @property
    def mark(self) -> str:
        """What a page has shown: while it is the same, there is nothing new."""
        return f"{self.id}-{self.state}-{self.lines}"


def ask(session: Session) -> None:
    """Ask for a verification, unless one is waiting or running; commits."""
    access_log.record(session, "verification_asked")
    if not _open(session):
        session.add(SealVerification(asked_at=bound(session).at))
    access_log.commit(session)


def _open(session: Session) -> bool:
    return session.scalar(select(SealVerification.id).where(SealVerification.state.in_(OPEN)).limit(1)) is not None


def newest(session: Session, *, ended: bool = False) -> Verification | None:
    """Return the newest verification; or the newest that has ended."""
    query = select(SealVerification).order_by(SealVerification.number.desc()).limit(1)
    row = session.scalar(query.where(SealVerification.ended_at.is_not(None)) if ended else query)
    return _shown(row) if row else None


def one(session: Session, public_id: str) -> Verification:
    """Return one verification; raise NotInReach when there is none of this id."""
    return _shown(find(session, SealVerification, public_id))


def _shown(row: SealVerification) -> Verification:
    same = {name: getattr(row, name) for name in Verification.__dataclass_fields__ if name != "findings"}
    return Verification(**same, findings=[Finding(**facts) for facts in row.findings])


def verify_when_asked(session: Session, settings: Settings) -> int:
    """Carry out what was asked for; return how many verifications ended."""
    done = 0
    while (public_id := _claim(session)) is not None:
        _carry_out(session, settings, public_id)
        done += 1
    return done


def verify_nightly(session: Session, settings: Settings) -> int:
    """Verify everything, tell compliance how it stands and what the newest seal is, forget old verifications."""
    row = SealVerification(id=new_id(), state="running", started_at=utcnow(), seen_at=utcnow())
    public_id = row.id
    session.add(row)
    session.commit()
    outcome = _carry_out(session, settings, public_id)
    telling.tell(session, settings, outcome)
    old = SealVerification.asked_at < utcnow() - lifetimes.JOB_RUNS
    session.execute(alone(delete(SealVerification).where(old)))
    session.commit()
    return outcome.lines


def _claim(session: Session) -> str | None:
    """Take the oldest verification that waits, or whose process is gone; committed, so that no other takes it too."""
    at = utcnow()
    lost = (SealVerification.state == "running") & (SealVerification.seen_at < at - LOST)
    free = or_(SealVerification.state == "waiting", lost)
    oldest = select(SealVerification.id).where(free).order_by(SealVerification.number).limit(1)
    public_id = session.scalar(oldest.with_for_update(skip_locked=True))
    if public_id:
        _set(session, public_id, state="running", started_at=at, seen_at=at, lines=0, seals=0)
    session.commit()
    return public_id


def _carry_out(session: Session, settings: Settings, public_id: str) -> Outcome:
    engine = session.get_bind().engine
    with verifying.snapshot(engine) as reading:
        _set(session, public_id, lines_of=_about(reading))
        session.commit()
        outcome = verifying.verify(reading, path=settings.anchor_file, beat=_beats(engine, public_id))
    state = "holds" if outcome.holds else "broken"
    found = [finding.facts() for finding in outcome.findings]
    _set(
        session, public_id, state=state, ended_at=utcnow(), seen_at=utcnow(), lines=outcome.lines, seals=outcome.seals,
        last=outcome.newest.last, findings=found,
    )  # fmt: skip
    session.commit()
    return outcome


def _about(session: Session) -> int:
    """Return about how many lines there are to read, from both ends of the numbers: nothing is counted."""
    ends = chain.newest(session).last
    first = session.scalar(select(func.min(AccessRecord.number))) or 0
    return max(ends - first + 1, 0) if first else 0


def _beats(engine: Any, public_id: str) -> Callable[[Outcome], None]:
    """Return what writes the progress, once a second, in a session of its own."""
    said = [time.monotonic()]

    def beat(outcome: Outcome) -> None:
        if time.monotonic() - said[0] < BEAT_SECONDS:
            return
        said[0] = time.monotonic()
        with system_session(engine, "say how far a verification is") as session:
            _set(session, public_id, lines=outcome.lines, seals=outcome.seals, seen_at=utcnow())
            session.commit()

    return beat


def _set(session: Session, public_id: str, **values: Any) -> None:
    session.execute(alone(update(SealVerification).where(SealVerification.id == public_id).values(**values)))

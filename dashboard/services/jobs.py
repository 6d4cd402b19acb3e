"""What runs by itself: each verb looks at the state, does what is due, commits, and says how many rows it dealt with.

A run is a row, unique per job, slot and try, so that several schedulers run it once. A verb must stand being cut off at
any moment and run again: what one run leaves, the next one finds. A failure is kept by its kind, never by its text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.changes import alone, changed
from dashboard.policy import lifetimes
from models import (
    Heartbeat,
    IdempotencyRecord,
    JobRun,
    Message,
    OnboardingCase,
    RateWindow,
    StaffSession,
    TraceOpening,
    utcnow,
)

from . import access_log, outbox
from .cases import case_of
from .staff import give_back_strays

Verb = Callable[[Session, Settings], int]
SCHEDULER = "scheduler"
"""The name under which schedulers give their sign of life."""
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""How long after each failure a slot is tried again, as long as it lasts."""


def slot(every: timedelta, at: datetime) -> datetime:
    """Return the beginning of the slot a moment lies in, counted from 1970 in UTC: the same on every machine."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def begin(session: Session, job: str, *, period: datetime) -> str | None:
    """Claim a slot of a job, also one that began long ago; return the run's id.

    Return None when another scheduler has it, when it has been run, and when it failed and its next try must wait.
    """
    slot = f"{period:%Y-%m-%dT%H:%M:%SZ}"
    tries = [slot, *(f"{slot}, try {number}" for number in range(2, len(WAITS) + 2))]
    so_far = select(JobRun.state, JobRun.ended_at).where(JobRun.job == job, JobRun.period.in_(tries))
    tried = session.execute(so_far.order_by(JobRun.number)).all()
    if tried and not _is_tried_again(tried[-1].state, tried[-1].ended_at, times=len(tried)):
        return None
    return _claim(session, JobRun(job=job, period=tries[len(tried)], started_at=utcnow()))


def _is_tried_again(state: str, ended_at: datetime | None, *, times: int) -> bool:
    waited = ended_at is not None and times <= len(WAITS) and utcnow() - ended_at >= WAITS[times - 1]
    return state == "failed" and waited


def _claim(session: Session, run: JobRun) -> str | None:
    session.add(run)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return None
    run_id: str = run.id
    session.commit()
    return run_id


def end(session: Session, run_id: str, *, count: int = 0, error: str | None = None) -> None:
    """Keep how a run ended."""
    state = "failed" if error else ("done" if count else "idle")
    values = {"state": state, "ended_at": utcnow(), "count": count, "error": error and error[:60]}
    session.execute(alone(update(JobRun).where(JobRun.id == run_id).values(**values)))
    session.commit()


def beat(session: Session) -> None:
    """Give a sign of life."""
    alive = update(Heartbeat).where(Heartbeat.process == SCHEDULER).values(at=utcnow()).returning(Heartbeat.process)
    if session.scalar(alone(alive)) is None:
        session.add(Heartbeat(process=SCHEDULER, at=utcnow()))
    session.commit()


def last_sign(session: Session) -> datetime | None:
    """Return when a scheduler last gave a sign of life; None when none ever did."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.process == SCHEDULER))


def is_alive(sign: datetime | None, *, at: datetime) -> bool:
    """Whether the sign of life is recent enough: silence is never green."""
    return sign is not None and at - sign < lifetimes.SILENCE


def deliver_messages(session: Session, settings: Settings) -> int:
    """Send what waits in the outbox."""
    return outbox.deliver(session, settings)


def end_what_is_over(session: Session, settings: Settings) -> int:  # noqa: ARG001 - every verb takes both
    """End openings of a trace and set-ups past their time, and what lies in hands that may not work it (P37, P60)."""
    ended = _end_openings(session) + _end_set_ups(session) + give_back_strays(session)
    session.commit()
    return ended


def _end_openings(session: Session) -> int:
    at = utcnow()
    over = (TraceOpening.ended_at.is_(None), TraceOpening.ends_at <= at)
    ended = update(TraceOpening).where(*over).values(ended_at=TraceOpening.ends_at, ended_because="time")
    return changed(session, ended)


def _end_set_ups(session: Session) -> int:
    at = utcnow()
    held = (OnboardingCase.closed_at.is_(None), OnboardingCase.assignee_id.is_not(None), OnboardingCase.ends_at <= at)
    cases = session.scalars(select(OnboardingCase).where(*held).with_for_update()).all()
    for case in cases:
        case.assignee_id = case.taken_at = case.taken_because = case.ends_at = None
        access_log.record(session, "onboarding_released", case=case_of(case), reason="time")
    return len(cases)


def delete_dead_sessions(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Delete the sessions of browsers that are signed out by time."""
    at = utcnow()
    dead = or_(
        StaffSession.seen_at <= at - lifetimes.SESSION_IDLE, StaffSession.created_at <= at - lifetimes.SESSION_LONGEST
    )
    gone = changed(session, delete(StaffSession).where(dead))
    session.commit()
    return gone


def delete_old_calls(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Delete what was kept of calls: repeated ones after a day, rates after an hour."""
    at = utcnow()
    repeated = delete(IdempotencyRecord).where(IdempotencyRecord.created_at < at - lifetimes.IDEMPOTENCY)
    minute = int((at - lifetimes.RATE_WINDOW).timestamp()) // 60
    gone = changed(session, repeated)
    gone += changed(session, delete(RateWindow).where(RateWindow.minute < minute))
    session.commit()
    return gone


def delete_old_runs(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Say which runs were abandoned, and delete old ones: soon those with nothing to do, later the others."""
    at = utcnow()
    lost = (JobRun.state == "running", JobRun.started_at < at - lifetimes.ABANDONED)
    session.execute(alone(update(JobRun).where(*lost).values(state="failed", ended_at=at, error="Abandoned")))
    idle = (JobRun.state == "idle") & (JobRun.started_at < at - lifetimes.IDLE_RUNS)
    gone = changed(session, delete(JobRun).where(or_(idle, JobRun.started_at < at - lifetimes.JOB_RUNS)))
    session.commit()
    return gone


@dataclass(frozen=True)
class Run:
    """A run of a job as the page shows it."""

    state: str
    started_at: datetime
    count: int
    error: str | None


def last_runs(session: Session, jobs: Sequence[str]) -> dict[str, Run]:
    """Return the last run of each job that ever ran: one look into the index per job, however long the history."""
    found: dict[str, Run] = {}
    for job in jobs:
        columns = select(JobRun.state, JobRun.started_at, JobRun.count, JobRun.error)
        row = session.execute(columns.where(JobRun.job == job).order_by(JobRun.number.desc()).limit(1)).first()
        if row:
            found[job] = Run(*row)
    return found


def failed_within_a_day(session: Session) -> int:
    """Return how many runs failed in the last 24 hours."""
    failed = (JobRun.state == "failed", JobRun.started_at > utcnow() - timedelta(days=1))
    return session.scalar(select(func.count()).select_from(JobRun).where(*failed)) or 0


def unsent(session: Session) -> int:
    """Return how many messages were given up."""
    given_up = (Message.sent_at.is_(None), Message.attempts >= len(outbox.WAITS))
    return len(session.scalars(select(Message.id).where(*given_up).limit(100)).all())

"""Carrying out runs: batches, one transaction each, bounded by rows and by time, that any process can take up.

A batch holds the lease, asks whether the rule is paused, removes, counts, and commits all of it together: a process
that dies between two statements leaves the last batch whole, and the next one goes on from there. A run that finds more
than its preview allows stops and asks a human; one that fails is tried again, longer apart each time.
"""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.engine import in_turn, system_session
from dashboard.policy.retention import most, rule_of
from dashboard.services.erasure import fault
from models import RetentionRun, utcnow

from . import lease, nights, planning, removing, telling
from .due import Due
from .planning import DONE, FAILED, RUNNING, STOPPED

ROWS_FIRST, ROWS_LEAST, ROWS_MOST = 200, 50, 20_000
"""Rows of a run's first batch, and of its smallest and largest: the first tells how fast this machine is."""
AIM_SECONDS = 0.03
"""How long a batch may hold its locks: others wait less than 150 ms behind it, also where SQLite lets one write."""
REST = 0.5
"""The share of a batch's time that is left to others before the next one."""
TURN = timedelta(minutes=5)
"""One run of the job works so long at most, and the next one, a minute later, goes on."""
JUST_NOW = timedelta(minutes=10)
"""A run that a human asked for so shortly ago was asked for under the clock as it is now."""
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
"""How long a failed run is left alone after each try; the last for ever after."""


@dataclass(frozen=True)
class Means:
    """What a run needs: the database, the settings, how long it may work."""

    engine: Engine
    settings: Settings
    turn: timedelta = TURN

    def session(self) -> Session:
        """Open a session for one transaction."""
        return system_session(self.engine, "keep to the limits")

    def turn_to_write(self) -> AbstractContextManager[None]:
        """Queue with other writers of bulk."""
        return in_turn(self.engine)


def keep(means: Means, *, nightly: bool = True, only: Iterable[str] = ()) -> int:
    """Plan what this night wants, carry out what waits, as far as one turn goes; return how many rows went.

    `only`: runs of these rules. While another process has the lease, it does the work and this one nothing.
    """
    with means.session() as session:
        held = lease.take(session, at=utcnow())
    if held is None:
        return 0
    try:
        return _keep(means, held, nightly=nightly, only=only)
    except lease.LeaseLost:
        return 0
    finally:
        with means.session() as session:
            lease.give_back(session, held.token, at=utcnow())


def _keep(means: Means, held: lease.Held, *, nightly: bool, only: Iterable[str]) -> int:
    with means.session() as session:
        if nightly:
            _plan(session, means.settings)
        if not _clock_is_believed(session, held, means.settings):
            return 0
        waiting = [run.id for run in planning.live(session, only) if run.next_try_at <= utcnow()]
    ends = time.monotonic() + means.turn.total_seconds()
    return sum(_carry_out(means, run_id, held.token, ends) for run_id in waiting)


def _plan(session: Session, settings: Settings) -> None:
    """Plan this night's runs; one that begins hours late after others was missed, and the sysadmins are told."""
    at, zone = utcnow(), settings.zone
    has_run = planning.has_run(session)
    night = nights.last(at, zone)
    if planning.plan_night(session, at=at, zone=zone) and has_run:
        if at - nights.began(night, zone) > telling.MISSED_AFTER:
            telling.tell_missed(session, night.isoformat(), settings=settings)
        session.commit()


def _clock_is_believed(session: Session, held: lease.Held, settings: Settings) -> bool:
    """Whether the clock may be acted on; if not, every run stops and a human is asked. A run they ask for says yes."""
    at, doubt = utcnow(), lease.doubt(held, at=utcnow())
    waiting = planning.live(session)
    said_yes = any(run.period.startswith("asked:") and -lease.BACK < at - run.planned_at < JUST_NOW for run in waiting)
    if not doubt or said_yes:
        lease.trust(session, held.token, at=at)
        session.commit()
        return True
    for run in waiting:
        _stop(session, run, because=doubt, settings=settings)
    session.commit()
    return False


def _stop(session: Session, run: RetentionRun, *, because: str, settings: Settings) -> None:
    run.state, run.because, run.ended_at = STOPPED, because, utcnow()
    telling.tell(session, run, settings=settings)


def _carry_out(means: Means, run_id: str, token: int, ends: float) -> int:
    """Carry out one run as far as this turn goes; a failure is kept by its kind and tried again later."""
    try:
        return _batches(means, run_id, token, ends) if _begin(means, run_id, token) else 0
    except lease.LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other rules go on
        _fail(means, run_id, token, kind=type(error).__name__)
        return 0


def _begin(means: Means, run_id: str, token: int) -> bool:
    """Count what the run finds, by the query it will delete by; stop when that is more than its preview allows."""
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, what = _run_of(session, run_id)
        if run.found is None:
            run.started_at, run.found = utcnow(), what.count(session)
        run.state, run.beat_at = RUNNING, utcnow()
        if run.found > most(run.previewed, what.rule):
            _stop(session, run, because="more_than_preview", settings=means.settings)
        goes_on = run.ended_at is None and not planning.is_paused(session, run.rule, at=utcnow())
        session.commit()
    fault.point("retention.begun")
    return goes_on and _whole_parts(means, what, run_id, token)


def _whole_parts(means: Means, what: Due, run_id: str, token: int) -> bool:
    """Let whole parts of the table go first, where that is possible; return whether all of them went.

    What went is counted by what is left: a process that died before it said so leaves no other trace of it. A part
    that is on its way out is found by no statement, and the run is not done before it has gone: the next turn goes on.
    """
    shed = removing.BEFORE_BATCHES.get(what.rule.name)
    if shed is None:
        return True
    if not shed(means.engine, what.before):
        return False
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, _what = _run_of(session, run_id)
        run.count = max(run.count, (run.found or 0) - what.count(session))
        session.commit()
    return True


def _run_of(session: Session, run_id: str) -> tuple[RetentionRun, Due]:
    run = session.scalars(select(RetentionRun).where(RetentionRun.id == run_id)).one()
    rule = rule_of(run.rule)
    if rule is None:
        raise LookupError(run.rule)
    return run, Due(rule, run.before)


def _batches(means: Means, run_id: str, token: int, ends: float) -> int:
    rows, gone = ROWS_FIRST, 0
    while time.monotonic() < ends:
        began = time.monotonic()
        with means.turn_to_write():
            went = _batch(means, run_id, token, rows)
        took = time.monotonic() - began
        gone += went.rows
        fault.point("retention.batch")
        if not went.more:
            break
        rows = _next(rows, took)
        time.sleep(took * REST)
    return gone


def _next(rows: int, took: float) -> int:
    """Return how many rows the next batch takes, so that it holds its locks for about as long as it may."""
    wanted = int(rows * AIM_SECONDS / max(took, 0.001))
    return max(ROWS_LEAST, min(ROWS_MOST, wanted, rows * 2))


def _batch(means: Means, run_id: str, token: int, rows: int) -> removing.Went:
    """Carry out one batch in one transaction with its count; at the end of the run, foresee the coming nights."""
    began = time.monotonic()
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, what = _run_of(session, run_id)
        if run.ended_at is not None or planning.is_paused(session, run.rule, at=utcnow()):
            session.rollback()
            return removing.Went(0, more=False)
        went = removing.remove(session, what, rows=rows)
        _note(run, went, milliseconds=int((time.monotonic() - began) * 1000))
        if run.count > most(run.previewed, what.rule):
            session.rollback()
            return _stopped_midway(means, run_id, token)
        fault.point("retention.before_commit")
        session.commit()
    if not went.more:
        _end(means, run_id, token)
    return went


def _note(run: RetentionRun, went: removing.Went, *, milliseconds: int) -> None:
    run.count += went.rows
    run.batches += went.rows > 0
    run.longest_ms = max(run.longest_ms, milliseconds)
    run.beat_at = utcnow()


def _stopped_midway(means: Means, run_id: str, token: int) -> removing.Went:
    """Rows became due that the preview had not: the batch that would pass the margin is undone, and a human asked."""
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, what = _run_of(session, run_id)
        run.found = run.count + what.count(session)
        _stop(session, run, because="more_than_preview", settings=means.settings)
        session.commit()
    return removing.Went(0, more=False)


def _end(means: Means, run_id: str, token: int) -> None:
    """Say that the run is done, and with it what the coming nights will find: the next run is held against that."""
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, what = _run_of(session, run_id)
        run.state, run.ended_at, run.error = DONE, utcnow(), None
        planning.foresee(session, what.rule, at=utcnow(), zone=means.settings.zone)
        fault.point("retention.foreseen")
        session.commit()
    fault.point("retention.ended")


def _fail(means: Means, run_id: str, token: int, *, kind: str) -> None:
    """Keep the kind of a failure, say when it is tried again, and tell the sysadmins the first time."""
    with means.session() as session:
        lease.hold(session, token, at=utcnow())
        run, _what = _run_of(session, run_id)
        run.state, run.error = FAILED, kind[:60]
        run.next_try_at = utcnow() + WAITS[min(run.attempts, len(WAITS) - 1)]
        run.attempts += 1
        if run.attempts == 1:
            telling.tell(session, run, settings=means.settings)
        session.commit()


def next_night(at: datetime, settings: Settings) -> datetime:
    """Return when the next night's runs begin (UTC)."""
    return nights.began(nights.coming(at, settings.zone, count=1)[0], settings.zone)

"""Which runs there are to do: each night's, and those somebody asked for. Planning a run fixes what it may delete.

A run is held against a preview that was counted at least a night before it (RetentionForecast), or, when a human asked
for it, against what they were shown. A rule whose last run stopped waits for a human: no night runs it again by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.policy.retention import RULES, Rule
from models import RetentionForecast, RetentionPause, RetentionRun, new_id

from . import nights
from .due import due

FORESEEN = 7
"""So many nights are counted ahead: after a longer standstill the clock's leap has asked a human already."""
STOPPED, DONE, FAILED, WAITING, RUNNING = "stopped", "done", "failed", "waiting", "running"


def nightly() -> list[Rule]:
    """Return the rules that a night carries out, in their order."""
    return [rule for rule in RULES if rule.is_nightly]


def plan_night(session: Session, *, at: datetime, zone: ZoneInfo) -> int:
    """Plan the runs of the night that has begun last, where they are not planned yet; return how many. Commits."""
    night = nights.last(at, zone).isoformat()
    wanted = [rule for rule in nightly() if _is_wanted(session, rule, night, at=at)]
    return sum(_add(session, _tonight(session, rule, night, at=at, zone=zone)) for rule in wanted)


def _is_wanted(session: Session, rule: Rule, night: str, *, at: datetime) -> bool:
    last = last_run(session, rule.name)
    planned = select(RetentionRun.id).where(RetentionRun.rule == rule.name, RetentionRun.period == night)
    if session.scalar(planned) or is_paused(session, rule.name, at=at):
        return False
    return last is None or (last.ended_at is not None and last.state != STOPPED)


def _tonight(session: Session, rule: Rule, night: str, *, at: datetime, zone: ZoneInfo) -> RetentionRun:
    what = due(rule, at, zone)
    foreseen = session.scalar(
        select(RetentionForecast.count).where(RetentionForecast.rule == rule.name, RetentionForecast.night == night)
    )
    previewed = what.count(session) if foreseen is None else foreseen  # a rule's first night has no night before
    return RetentionRun(
        rule=rule.name, period=night, before=what.before, previewed=previewed, planned_at=at, next_try_at=at
    )


def asked(rule: Rule, *, at: datetime, before: datetime, previewed: int, staff_id: str | None = None) -> RetentionRun:
    """Return a run to be done now, held against what was shown."""
    return RetentionRun(
        rule=rule.name, period=f"asked:{new_id()}", before=before, previewed=previewed, planned_at=at, next_try_at=at,
        asked_by=staff_id,
    )  # fmt: skip


def ask(session: Session, rule: Rule, *, at: datetime, before: datetime, previewed: int) -> bool:
    """Plan a run now; one that waits or runs already is that run. Commits."""
    return _add(session, asked(rule, at=at, before=before, previewed=previewed))


def _add(session: Session, run: RetentionRun) -> bool:
    """Add a run unless its rule has a live one, or its period had one: the database decides, whoever else adds it."""
    session.add(run)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return False
    return True


def live(session: Session, names: Iterable[str] = ()) -> list[RetentionRun]:
    """Return the runs that wait, run or are to be tried again, in the order of the rules."""
    query = select(RetentionRun).where(RetentionRun.ended_at.is_(None))
    place = {rule.name: n for n, rule in enumerate(RULES)}
    wanted = set(names)
    found = [run for run in session.scalars(query) if run.rule in place and (not wanted or run.rule in wanted)]
    return sorted(found, key=lambda run: place[run.rule])


def last_run(session: Session, name: str) -> RetentionRun | None:
    """Return the newest run of a rule."""
    query = select(RetentionRun).where(RetentionRun.rule == name).order_by(RetentionRun.number.desc()).limit(1)
    return session.scalar(query)


def last_success(session: Session, name: str) -> datetime | None:
    """Return when a rule's last run was done."""
    query = select(func.max(RetentionRun.ended_at)).where(RetentionRun.rule == name, RetentionRun.state == DONE)
    return session.scalar(query)


def runs_of(session: Session, name: str, *, count: int) -> Sequence[RetentionRun]:
    """Return the latest runs of a rule, newest first."""
    query = select(RetentionRun).where(RetentionRun.rule == name).order_by(RetentionRun.number.desc()).limit(count)
    return session.scalars(query).all()


def pause_of(session: Session, name: str, *, at: datetime) -> RetentionPause | None:
    """Return the pause in which a rule is now."""
    pause = RetentionPause
    query = select(pause).where(pause.rule == name, pause.lifted_at.is_(None), pause.ends_at > at)
    return session.scalar(query)


def is_paused(session: Session, name: str, *, at: datetime) -> bool:
    """Whether a rule deletes nothing now."""
    return pause_of(session, name, at=at) is not None


def has_run(session: Session) -> bool:
    """Whether any run was ever done: before that no night was missed."""
    return session.scalar(select(RetentionRun.id).where(RetentionRun.state == DONE).limit(1)) is not None


def foresee(session: Session, rule: Rule, *, at: datetime, zone: ZoneInfo) -> None:
    """Count what each coming night will find, and keep it for those nights' runs; the caller commits."""
    session.execute(delete(RetentionForecast).where(RetentionForecast.rule == rule.name))
    total, since = 0, None
    for night in nights.coming(at, zone, count=FORESEEN):
        what = due(rule, nights.began(night, zone), zone)
        total += what.count(session, since=since)
        since = what.before
        session.add(RetentionForecast(rule=rule.name, night=night.isoformat(), count=total, made_at=at))

"""What a system administrator may do with a rule: have it run now, pause it with a reason and an end, end the pause.

Each is recorded in the same transaction. A run that is asked for twice is one run; it is held against the number its
asker was shown, so that nobody confirms more than they saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.policy.calendar import began
from dashboard.policy.retention import Rule, most, rule_of
from dashboard.services import access_log
from dashboard.services.access_log import Case
from dashboard.services.refusals import Invalid
from models import RetentionPause, RetentionRun, bound

from . import planning
from .outcome import due_now

WORD = "RUN"
"""What is typed to confirm, in every language."""
REASONS = ("legal_hold", "investigation", "repair", "wrong_preview")
LONGEST = timedelta(days=30)
"""A pause ends by itself; whoever needs longer says so again, and it is recorded again."""


@dataclass(frozen=True)
class Shown:
    """What somebody who asks for a run has been shown: how many rows, and what they typed below it."""

    count: str
    word: str


def run_now(session: Session, name: str, shown: Shown, *, zone: ZoneInfo) -> tuple[int, bool]:
    """Have a rule run now; return the run's number and whether it is new. Raise Invalid at the field."""
    rule, at = nightly_rule(name), bound(session).at
    if shown.word.strip() != WORD:
        raise Invalid("word", "Type %(word)s to confirm.", word=WORD)
    before, count = due_now(session.get_bind().engine, rule, at=at, zone=zone)
    previewed = int(shown.count) if shown.count.isascii() and shown.count.isdecimal() and len(shown.count) < 12 else 0
    if count > most(previewed, rule):
        raise Invalid(
            "word", "Meanwhile %(count)s rows are due. Look at the number and confirm again.", count=str(count)
        )
    held_to = min(previewed, count)  # what was sent may be any number, and would let the run find as many
    run = planning.asked(rule, at=at, before=before, previewed=held_to, staff_id=bound(session).staff_id)
    return _add(session, run)


def nightly_rule(name: str) -> Rule:
    """Return the nightly rule of this name; raise Invalid when there is none."""
    rule = rule_of(name)
    if rule is None or not rule.is_nightly:
        raise Invalid("rule", "Choose a rule.")
    return rule


def _add(session: Session, run: RetentionRun) -> tuple[int, bool]:
    """Add a run, unless the rule has one that waits or runs: then that is the one."""
    name = run.rule
    session.add(run)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return _number_of_live(session, name), False
    number = run.number
    access_log.record(session, "retention_run_asked", case=Case(f"run {number}", run.id), reason=name)
    access_log.commit(session)
    return number, True


def _number_of_live(session: Session, name: str) -> int:
    live = select(func.max(RetentionRun.number)).where(RetentionRun.rule == name)
    return session.scalar(live) or 0


def pause(session: Session, name: str, *, reason: str, until: date | None, zone: ZoneInfo) -> RetentionPause:
    """Pause a rule until a day ends where the company is; raise Invalid at the field, or when it is paused."""
    rule, at = nightly_rule(name), bound(session).at
    if reason not in REASONS:
        raise Invalid("reason", "Choose a reason.")
    ends_at = _end_of(until, at=at, zone=zone)
    _close_ended(session, rule.name, at=at)
    made = RetentionPause(
        rule=rule.name, reason=reason, paused_by=bound(session).staff_id, paused_at=at, ends_at=ends_at
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Invalid("rule", "This rule is paused already. End that pause first.") from None
    access_log.record(session, "retention_paused", case=Case(f"pause {made.number}", made.id), reason=reason)
    access_log.commit(session)
    return made


def _end_of(until: date | None, *, at: datetime, zone: ZoneInfo) -> datetime:
    today = at.astimezone(zone).date()
    if until is None or not today <= until <= today + LONGEST:
        raise Invalid("until", "Choose a day within the next %(days)s days.", days=str(LONGEST.days))
    return began(until + timedelta(days=1), zone)


def _close_ended(session: Session, name: str, *, at: datetime) -> None:
    """Note of a pause that has ended by itself that it did: one pause at a time is open."""
    open_ones = select(RetentionPause).where(RetentionPause.rule == name, RetentionPause.lifted_at.is_(None))
    for pause_ in session.scalars(open_ones.where(RetentionPause.ends_at <= at)):
        pause_.lifted_at = pause_.ends_at
    session.flush()


def lift(session: Session, name: str) -> None:
    """End a rule's pause now; raise Invalid when it is not paused."""
    rule, at = nightly_rule(name), bound(session).at
    found = planning.pause_of(session, rule.name, at=at)
    if found is None:
        raise Invalid("rule", "This rule is not paused.")
    found.lifted_at, found.lifted_by = at, bound(session).staff_id
    case = Case(f"pause {found.number}", found.id)
    access_log.record(session, "retention_pause_lifted", case=case, reason=found.reason)
    access_log.commit(session)


def pauses(session: Session, *, at: datetime) -> dict[str, RetentionPause]:
    """Return the pauses that hold now, by rule."""
    query = select(RetentionPause).where(RetentionPause.lifted_at.is_(None), RetentionPause.ends_at > at)
    return {found.rule: found for found in session.scalars(query)}


def history(session: Session, *, count: int) -> Sequence[RetentionRun]:
    """Return the latest runs of all rules, newest first."""
    return session.scalars(select(RetentionRun).order_by(RetentionRun.number.desc()).limit(count)).all()

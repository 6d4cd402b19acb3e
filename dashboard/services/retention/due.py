"""What is due under a rule: one query object. The preview counts it, the run deletes it, the outcome looks at its
oldest row. Whatever asks is answered from the index that the rule's clock leads, never by reading the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from dashboard.policy.calendar import kept_from
from dashboard.policy.retention import Rule
from models import Base, every_table


def model_of(rule: Rule) -> type[Base]:
    """Return the table of a rule."""
    return every_table()[rule.table]


def clock_of(rule: Rule) -> Any:
    """Return the column that says when the period of a row began; where it is empty, it has not."""
    return getattr(model_of(rule), rule.clock)


def stands(rule: Rule) -> Sequence[ColumnElement[bool]]:
    """Return what must hold, besides the clock, for a row to be one the rule is about."""
    model, conditions = model_of(rule), []
    if rule.gone_when:
        conditions.append(getattr(model, rule.gone_when).is_(None))
    if rule.unless:
        conditions.append(getattr(model, rule.unless[0]).is_distinct_from(rule.unless[1]))
    if rule.empties:
        conditions.append(or_(*(getattr(model, name).is_not(None) for name in rule.empties)))
    return conditions


@dataclass(frozen=True)
class Due:
    """The rows of a rule whose clock lies before a moment (UTC)."""

    rule: Rule
    before: datetime

    def where(self, *, since: datetime | None = None, before: datetime | None = None) -> ColumnElement[bool]:
        """Return the condition for what is due; `since` and `before` narrow it to a stretch of time."""
        clock = clock_of(self.rule)
        later = [] if since is None else [clock >= since]
        return and_(clock < min(before or self.before, self.before), *later, *stands(self.rule))

    def count(self, session: Session, *, since: datetime | None = None, at_most: int | None = None) -> int:
        """Return how many rows are due; `at_most`: stop counting there."""
        found = select(clock_of(self.rule)).where(self.where(since=since))
        counted = select(func.count()).select_from(found.limit(at_most).subquery())
        return session.scalar(counted) or 0

    def clocks(self, session: Session, *, at_most: int) -> list[datetime]:
        """Return the clocks of the due rows, oldest first, at most so many."""
        clock = clock_of(self.rule)
        return list(session.scalars(select(clock).where(self.where()).order_by(clock).limit(at_most)))

    def nth(self, session: Session, place: int) -> datetime | None:
        """Return the clock of the due row at this place, oldest first from 0; None when there are not so many."""
        clock = clock_of(self.rule)
        found: datetime | None = session.scalar(
            select(clock).where(self.where()).order_by(clock).offset(place).limit(1)
        )
        return found


def due(rule: Rule, at: datetime, zone: ZoneInfo) -> Due:
    """Return what is due under a rule at a moment: what a run that begins then deletes."""
    return Due(rule, kept_from(at, rule.period, zone))


def oldest(session: Session, rule: Rule) -> datetime | None:
    """Return the clock of the oldest row the rule is about, due or not; None when there is none."""
    clock = clock_of(rule)
    found: datetime | None = session.scalar(
        select(clock).where(clock.is_not(None), *stands(rule)).order_by(clock).limit(1)
    )
    return found

"""The outcome first: the oldest row against its limit, and how many rows are overdue, read from the data itself.

Nothing here asks a job how it fared. Each figure is a look at the old end of an index; what would take long to count
is counted up to a limit, and says so.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from dashboard.policy.calendar import due_at, kept_from
from dashboard.policy.retention import RULES, Rule

from .due import Due, due, oldest
from .nights import AHEAD, began, coming

GRACE = timedelta(hours=24)
"""Gone within 24 hours of being due; overdue means later than that."""
OVERDUE_AT_MOST = 10_000
"""Overdue rows are counted so far: one is too many already."""
FEW = 500
"""So many rows are looked at one by one; more are counted by the database, a statement per night."""
LOOK_AT_MOST = 600_000
"""Rows that a look ahead counts in all; at 10 million events in two years, 30 nights are 420,000."""


@dataclass(frozen=True)
class Outcome:
    """How a rule stands. `oldest` and `due_at` are None when the table holds nothing the rule is about.

    A page shows `oldest_on`, the company's day: to the second, the moment would be that of one person's deed.
    """

    rule: Rule
    oldest: datetime | None
    due_at: datetime | None
    overdue: int
    oldest_on: date | None = None

    @property
    def kept_through(self) -> datetime | None:
        """The last second of the oldest row's period: its day is the last one on which the row is kept."""
        return self.due_at and self.due_at - timedelta(seconds=1)

    @property
    def counted_out(self) -> bool:
        """Whether there are more overdue rows than were counted."""
        return self.overdue >= OVERDUE_AT_MOST


@dataclass(frozen=True)
class Night:
    """What one coming night will delete, by the name of the rule."""

    day: date
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many rows that is."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Ahead:
    """What the coming nights will delete. `more`: by then so many were counted that the rest was not."""

    nights: Sequence[Night]
    more: bool = False

    def within(self, count: int, name: str = "") -> int:
        """Return how many rows the next so many nights delete: of one rule, or of all."""
        return sum(n.counts.get(name, 0) if name else n.total for n in self.nights[:count])

    def busy(self, count: int = AHEAD) -> list[str]:
        """Return the rules that have work in the next so many nights."""
        return [rule.name for rule in RULES if self.within(count, rule.name)]


def outcomes(
    engine: Engine | Connection, *, at: datetime, zone: ZoneInfo, rules: Sequence[Rule] = RULES
) -> list[Outcome]:
    """Return how each rule stands now (P40, P41, P50). Counts and clocks only; whoever asks sees no row."""
    with system_session(engine, "outcome of retention", read_only=True) as session:
        return [outcome(session, rule, at=at, zone=zone) for rule in rules]


def due_now(engine: Engine | Connection, rule: Rule, *, at: datetime, zone: ZoneInfo) -> tuple[datetime, int]:
    """Return before which moment rows are due now, and how many there are: what a run that begins now deletes."""
    with system_session(engine, "preview of retention", read_only=True) as session:
        what = due(rule, at, zone)
        return what.before, what.count(session)


def outcome(session: Session, rule: Rule, *, at: datetime, zone: ZoneInfo) -> Outcome:
    """Return how one rule stands; an index look for the oldest row, a second one only if that is overdue."""
    first = oldest(session, rule)
    if first is None:
        return Outcome(rule, None, None, 0)
    late = Due(rule, kept_from(at - GRACE, rule.period, zone))
    overdue = late.count(session, at_most=OVERDUE_AT_MOST) if first < late.before else 0
    return Outcome(rule, first, due_at(first, rule.period, zone), overdue, first.astimezone(zone).date())


def ahead(
    engine: Engine | Connection, *, at: datetime, zone: ZoneInfo, rules: Sequence[Rule] = RULES,
    count: int = AHEAD, look: int = LOOK_AT_MOST,
) -> Ahead:  # fmt: skip
    """Return what each coming night will delete, by the query the run itself asks; nothing runs in between is assumed.

    `look`: how many rows are counted in all.
    """
    with system_session(engine, "preview of retention", read_only=True) as session:
        return _ahead(session, [r for r in rules if r.is_nightly], at=at, zone=zone, count=count, look=look)


def _ahead(session: Session, rules: Sequence[Rule], *, at: datetime, zone: ZoneInfo, count: int, look: int) -> Ahead:
    days, found, left = coming(at, zone, count=count), dict[str, list[int]](), look
    for rule in rules:
        edges = [due(rule, began(night, zone), zone) for night in days]
        found[rule.name] = _per_night(session, edges, look=left)
        left -= sum(found[rule.name])
    nights = [Night(day, {name: counts[n] for name, counts in found.items()}) for n, day in enumerate(days)]
    return Ahead(nights, more=left <= 0)


def _per_night(session: Session, edges: Sequence[Due], *, look: int) -> list[int]:
    """Return how many rows each night deletes: from their clocks while they are few, else counted night by night."""
    few = edges[-1].clocks(session, at_most=FEW)
    if len(few) < FEW:
        ends = [0, *(bisect_left(few, edge.before) for edge in edges)]
        return [after - before for before, after in pairwise(ends)]
    counts: list[int] = []
    for edge, before in zip(edges, [None, *(edge.before for edge in edges)], strict=False):
        left = look - sum(counts)
        counts.append(edge.count(session, since=before, at_most=left) if left > 0 else 0)
    return counts

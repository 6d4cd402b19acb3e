"""The tables behind a table by months, as PostgreSQL's catalogue has them, and how locks on them are asked for."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from models import UsageEvent

TABLE = UsageEvent.__tablename__
LOCK_TIMEOUT = 20
"""Milliseconds anybody may wait behind a lock that we wait for; nobody shall wait 50, and few feel 20."""
PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between two tries to get a lock; the last one again and again."""
TRY_AGAIN = frozenset({"55P03", "40P01"})
"""PostgreSQL's codes for "lock not available" and "deadlock": nothing was done, the same again may work."""
MARK = "Its time is over; to be dropped."
"""Stands as comment on a month that is to go, from before it leaves the table until it is gone."""
BOUNDS = re.compile(r"FROM \('([^']+)'\) TO \('([^']+)'\)")

FOUND = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), coalesce(i.inhdetachpending, false), i.inhrelid IS NOT NULL,
       obj_description(c.oid, 'pg_class') IS NOT DISTINCT FROM :mark, pg_stat_get_live_tuples(c.oid),
       pg_relation_size(c.oid) IS DISTINCT FROM 0
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass(:table))
  AND (i.inhparent = to_regclass(:table)
       OR i.inhparent IS NULL AND c.relname ~ ('^' || :table || '_[0-9]{4}_[0-9]{2}$'))
ORDER BY c.relname
"""


@dataclass(frozen=True)
class Month:
    """One month of usage events, from `first` to before `until` (UTC).

    `rows` is what PostgreSQL counts by itself in passing: free, about right, 0 when the month was emptied.
    """

    name: str
    first: datetime
    until: datetime
    rows: int = 0


@dataclass(frozen=True)
class MonthTable:
    """One month's table: `part` of the whole, `leaving` it, or loose; `marked` when it is to go.

    `holds_pages`: whether there can be rows in it at all; not once it was emptied to be dropped.
    """

    name: str
    bounds: str | None
    leaving: bool
    part: bool
    marked: bool
    rows: int
    holds_pages: bool

    @property
    def attached(self) -> bool:
        """Whether statements over the whole see it."""
        return self.part and not self.leaving

    @property
    def cut_off(self) -> bool:
        """Whether a run that dropped it did not come to its end."""
        return self.marked and not self.attached

    @property
    def month(self) -> Month:
        """Return which month it is: by its bounds, or by its name once it has none."""
        found = BOUNDS.search(self.bounds or "")
        if found:
            first, until = (datetime.fromisoformat(bound).astimezone(UTC) for bound in found.groups())
        else:
            named = month_of(datetime.strptime(self.name[-7:], "%Y_%m").replace(tzinfo=UTC))
            first, until = named.first, named.until
        return Month(self.name, first, until, self.rows)


def tables(connection: Connection) -> list[MonthTable]:
    """Return every table that is a month of the whole, or was one and has its name, oldest first."""
    found = connection.execute(text(FOUND), {"table": TABLE, "mark": MARK}).all()
    return sorted((MonthTable(*row) for row in found), key=lambda table: table.month.first)


def month_of(moment: datetime) -> Month:
    """Return the month (UTC) a moment lies in."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Month(f"{TABLE}_{first:%Y_%m}", first, first + relativedelta(months=1))


def months_between(since: datetime, until: datetime) -> Iterator[Month]:
    """Yield the months from that of one moment to that of another, both included."""
    month = month_of(since)
    while month.first <= until:
        yield month
        month = month_of(month.until)


def until_done(work: Callable[[], Any], *, deadline: float) -> Any:
    """Do something that gives up when it finds a lock, again and again; return its result.

    Raise TimeoutError when the next try would come after `deadline` (of time.monotonic).
    """
    for pause in _pauses():
        try:
            return work()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                raise
        if time.monotonic() + pause > deadline:
            break
        time.sleep(pause)
    raise TimeoutError("a lock could not be had")


def _pauses() -> Iterator[float]:
    yield from PAUSES
    while True:
        yield PAUSES[-1]

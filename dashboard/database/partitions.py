"""Usage events by month, on PostgreSQL: which months there are, making the next ones, dropping whole ones (P40, P50).

What must never happen here: that somebody waits for us. A statement that needs a lock gives up soon and is tried again;
a long reader delays the dropping, and nobody else. SQLite keeps one table: there, nothing here does anything.

A month goes in steps, each with its own commit, so that a process may be killed between any two: marked, detached
beside its readers, dropped; and emptied before, where the dropping has to wait. `finish` takes up what was cut off.
Why so: docs/decisions/0006.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError

from models import UsageEvent, utcnow

from .month_tables import LOCK_TIMEOUT, MARK, TABLE, Month, MonthTable, months_between, tables, until_done

PATIENCE = 30.0
"""Seconds a run tries to get a lock; what it leaves, the next run finds. Shorter than any lease on the work."""
AHEAD = relativedelta(months=3)
"""How far months are made before they come: a scheduler may stand still for so long and no call makes its own."""
LOOK_BACK = relativedelta(months=27)
"""What a new database gets: as far back as the demo's intake goes."""
UNFELT = 2_000
"""Milliseconds to wait for a lock in whose line only other upkeep can stand; autovacuum yields after one second."""
TOGETHER = 12
"""Months dropped by one statement, which waits for the disk once; a year of them is gone before anybody waits long."""
AT_ONCE = 0.0
"""A deadline that is always over: one try."""
MAKING, DROPPING = 7_370_001, 7_370_002
"""Keys of two advisory locks: one process at a time makes months, one drops them."""


class MonthMissing(Exception):
    """Cannot continue because a month has no partition yet: call `ensure` for this span, then try again."""

    def __init__(self, since: datetime, until: datetime) -> None:
        """Keep which span of time the rows need."""
        super().__init__("a month of usage events has no partition")
        self.since, self.until = since, until


def is_missing(error: IntegrityError) -> bool:
    """Whether a write failed because the month of one of its rows has no partition."""
    diagnosis: Any = getattr(error.orig, "diag", None)
    return bool(diagnosis) and diagnosis.sqlstate == "23514" and not diagnosis.constraint_name


def months(engine: Engine) -> list[Month]:
    """Return the months that are part of the table, oldest first; none on SQLite."""
    return [table.month for table in _tables(engine) if table.attached]


def ensure(engine: Engine, *, since: datetime, until: datetime, patience: float = PATIENCE) -> int:
    """Make every month between two moments (both included) that is not there; return how many were made.

    Several may do so at once. Raise TimeoutError when a lock cannot be had within `patience`, in seconds.
    """
    if not _by_months(engine):
        return 0
    there = {table.name for table in _tables(engine)}
    missing = [month for month in months_between(since, until) if month.name not in there]
    deadline = time.monotonic() + patience
    return sum(until_done(partial(_make, engine, month), deadline=deadline) for month in missing)


def _make(engine: Engine, month: Month) -> bool:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MAKING})
        if month.name in {table.name for table in tables(connection)}:
            return False
        _attach(connection, month)
        return True


def _attach(connection: Connection, month: Month) -> None:
    """Make a table like the whole, then attach it: unlike PARTITION OF, that lets all others read and write."""
    connection.execute(text(f'CREATE TABLE "{month.name}" (LIKE "{TABLE}" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'))
    span = f"FROM ('{month.first.isoformat()}') TO ('{month.until.isoformat()}')"
    connection.execute(text(f'ALTER TABLE "{TABLE}" ATTACH PARTITION "{month.name}" FOR VALUES {span}'))


@event.listens_for(UsageEvent.__table__, "after_create")
def _with_its_months(table: Any, connection: Connection, **_: Any) -> None:  # noqa: ARG001
    """A table made from the models gets the months a migrated one has."""
    if not _by_months(connection):
        return
    there = {known.name for known in tables(connection)}
    for month in months_between(utcnow() - LOOK_BACK, utcnow() + AHEAD):
        if month.name not in there:
            _attach(connection, month)


def drop_whole_months(engine: Engine, *, before: datetime, patience: float = PATIENCE) -> list[Month]:
    """Drop every month that ended at a moment or earlier; return those whose rows are gone, with about how many.

    Emptied months go as full ones do, in the same time. Whoever reads on delays that: to a later run when it takes
    longer than `patience`, in seconds. Returns none while another process drops.
    """
    if not _by_months(engine):
        return []
    with _dropping(engine) as connection:
        return list(_drop(connection, before, time.monotonic() + patience)) if connection else []


def finish(engine: Engine, *, patience: float = PATIENCE) -> list[Month]:
    """Drop what a run that was cut off had begun to detach; return those whose rows are gone now.

    For whoever must know that nothing lies beside the table, such as a removal.
    """
    if not any(table.cut_off for table in _tables(engine)):
        return []
    with _dropping(engine) as connection:
        return list(_finish(connection, time.monotonic() + patience)) if connection else []


def beside(engine: Engine) -> list[Month]:
    """Return the months that lie beside the table with rows in them, where no statement finds those."""
    return [table.month for table in _tables(engine) if table.cut_off and table.holds_pages]


@contextmanager
def _dropping(engine: Engine) -> Iterator[Connection | None]:
    """Yield a connection that commits each statement, as the only one to drop; None while somebody else does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": DROPPING}):
            yield None
            return
        try:
            # A step that a crash takes back is done again; a DROP waits for the disk, and so for all before it.
            connection.execute(text("SET synchronous_commit = off"))
            yield connection
        finally:
            connection.execute(text("RESET synchronous_commit"))
            connection.execute(text("RESET lock_timeout"))
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": DROPPING})


def _drop(connection: Connection, before: datetime, deadline: float) -> Iterator[Month]:
    yield from _finish(connection, deadline)
    due = [table for table in tables(connection) if table.attached and table.month.until <= before]
    with suppress(TimeoutError):
        _mark(connection, [table.name for table in due], deadline)
        yield from _take_out(connection, due, deadline)


def _finish(connection: Connection, deadline: float) -> Iterator[Month]:
    _wait_at_most(connection, LOCK_TIMEOUT)
    cut_off = [table for table in tables(connection) if table.cut_off]
    yield from _take_out(connection, sorted(cut_off, key=lambda table: table.part), deadline)


def _take_out(connection: Connection, leaving: list[MonthTable], deadline: float) -> Iterator[Month]:
    """Detach months one after the other, for only one at a time can be on its way out; then drop them together.

    Where readers hold one back, the next run goes on with it and those behind it.
    """
    out: list[MonthTable] = []
    with suppress(TimeoutError):
        for table in leaving:
            _detach(connection, table, deadline)
            out.append(table)
    for first in range(0, len(out), TOGETHER):
        yield from _gone(connection, out[first : first + TOGETHER], deadline)


def _mark(connection: Connection, names: list[str], deadline: float) -> None:
    """Mark months, and wait for autovacuum to step aside from them, which it does for nobody sooner."""
    _wait_at_most(connection, UNFELT)
    for name in names:
        until_done(partial(connection.execute, text(f"COMMENT ON TABLE \"{name}\" IS '{MARK}'")), deadline=deadline)
    _wait_at_most(connection, LOCK_TIMEOUT)


def _wait_at_most(connection: Connection, milliseconds: int) -> None:
    connection.execute(text(f"SET lock_timeout = {milliseconds}"))


def _detach(connection: Connection, table: MonthTable, deadline: float) -> None:
    """Take a month out of the table, beside its readers. Raise TimeoutError when they read on.

    Once begun no new statement sees it, and to try again is to ask whether the old ones have ended.
    """
    known = [table]

    def step() -> None:
        now = known.pop() if known else next(t for t in tables(connection) if t.name == table.name)
        if now.part:
            how = "FINALIZE" if now.leaving else "CONCURRENTLY"
            connection.execute(text(f'ALTER TABLE "{TABLE}" DETACH PARTITION "{now.name}" {how}'))

    until_done(step, deadline=deadline)


def _gone(connection: Connection, out: list[MonthTable], deadline: float) -> Iterator[Month]:
    """Drop detached months, at once if that can be: as tables that point at accounts, when nobody reads those.

    Else they are emptied, which takes nobody's leave, and their shells dropped when they can be.
    """
    names = ", ".join(f'"{table.name}"' for table in out)
    drop = partial(connection.execute, text(f"DROP TABLE {names}"))
    try:
        until_done(drop, deadline=AT_ONCE)
        yield from (table.month for table in out)
    except TimeoutError:
        with suppress(TimeoutError):
            until_done(partial(connection.execute, text(f"TRUNCATE {names}")), deadline=deadline)
            yield from (table.month for table in out)
            until_done(drop, deadline=deadline)  # else the next run finds the shells


def _tables(engine: Engine) -> list[MonthTable]:
    if not _by_months(engine):
        return []
    with engine.connect() as connection:
        return tables(connection)


def _by_months(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "postgresql"

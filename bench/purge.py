"""Purging the oldest fifth of all usage events: what it costs, and what others feel while it goes on.

Every figure is of a copy of the filled database, made anew. `one DELETE` and the raw batches are the driver's own
statements; ours are the product's. Costs are taken with nobody else about, ours and raw by turns; waits are taken
with a writer and a reader beside, fifty times a second each.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from bench import copies
from bench.beside import Beside
from bench.filling import BY_TIME
from bench.purging import Ours, Raw, batches
from bench.settings import ROOT
from bench.story import SPAN
from dashboard.database import partitions
from dashboard.database.engine import prepare
from dashboard.services.retention import running

SHARE = 0.2


def measure(url: str, facts: dict[str, Any], *, quiet: float) -> dict[str, Any]:
    """Measure one database in a process of its own, so that its memory is its own.

    `quiet`: seconds in which others are watched before anything is purged, and for which a long reader reads.
    """
    command = [sys.executable, "-m", "bench.purge", url, json.dumps({**facts, "quiet": quiet})]
    return dict(json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout))


def main(url: str, facts: dict[str, Any]) -> None:
    """Print the figures of one database as JSON."""
    now = datetime.fromisoformat(facts["now"] + "+00:00")
    cut = now - SPAN * (1 - SHARE)
    unburden(url)
    of = on_postgres if url.startswith("postgresql") else on_sqlite
    print(json.dumps(of(url, facts, cut)))


def on_sqlite(url: str, facts: dict[str, Any], cut: datetime) -> dict[str, Any]:
    """Batches by turns, ours and raw; then ours alone with others beside."""
    found: dict[str, Any] = {}
    with copied(url) as engine:
        found |= by_turns(engine, cut, rows=batch_of(facts))
    with copied(url) as engine, copies.watched_log(engine.url.database) as log:
        found["felt"], found["batches"] = felt(engine, facts, lambda: alone(engine, cut, rows=batch_of(facts)))
        found["log_mb"] = log[0] / 2**20
    return found


def on_postgres(url: str, facts: dict[str, Any], cut: datetime) -> dict[str, Any]:
    """One DELETE against whole months, then the boundary month by turns; then all of it with others beside."""
    found: dict[str, Any] = {}
    with durable(url), copied(url) as engine:
        whole = [month for month in partitions.months(engine) if month.until <= cut]
        last = whole[-1].until
        found |= by_delete(engine, since=whole[0].first, until=last)
    with durable(url), copied(url) as engine:
        copies.forget(engine)
        found["drop"] = cost(engine, lambda _c: len(partitions.drop_whole_months(engine, before=last)))
        copies.settle(engine)
        boundary = partitions.months(engine)[0]
        found |= by_turns(engine, boundary.until, rows=batch_of(facts))
    with copied(url) as engine:
        found["felt"], _ = felt(engine, facts, lambda: partitions.drop_whole_months(engine, before=last))
        batched = partial(alone, engine, boundary.until, rows=batch_of(facts))
        found["felt batches"], found["batches"] = felt(engine, facts, batched)
    for name, statement in LONG_READERS.items():
        with copied(url) as engine:
            found[f"felt {name}"], _ = felt(engine, facts, partial(behind, engine, statement, last, facts["quiet"]))
    return found


def by_delete(engine: Engine, *, since: datetime, until: datetime) -> dict[str, Any]:
    """One DELETE of whole months, then what it takes to drop them empty."""
    copies.forget(engine)
    deleted = cost(engine, lambda c: c.execute(text(WHOLE), {"since": since, "until": until}).rowcount)
    vacuum(engine)
    emptied = cost(engine, lambda _c: len(partitions.drop_whole_months(engine, before=until)))
    return {"delete": deleted, "emptied": emptied}


WHOLE = "DELETE FROM usage_event WHERE occurred_at >= :since AND occurred_at < :until"
LONG_READERS = {
    "reader of usage": "SELECT count(*) FROM (SELECT 1 FROM usage_event LIMIT 10) few",
    "reader of accounts": "SELECT count(*) FROM account",
}


@contextmanager
def durable(url: str) -> Iterator[None]:
    """Let PostgreSQL write as where data matters: the tests' server forgets, which favours one large DELETE."""
    names = ("fsync", "full_page_writes", "synchronous_commit")
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"ALTER SYSTEM SET {name} = on"))
        connection.execute(text("SELECT pg_reload_conf()"))
        try:
            yield
        finally:
            for name in names:
                connection.execute(text(f"ALTER SYSTEM RESET {name}"))
            connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def unburden(url: str) -> None:
    """Take away the index that only the bench's own list needs."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"DROP INDEX IF EXISTS {BY_TIME}"))
    engine.dispose()


@contextmanager
def copied(url: str) -> Iterator[Engine]:
    """Yield an engine on a copy."""
    with copies.copied(url) as copy:
        engine = create_engine(copy)
        prepare(engine)
        copies.settle(engine)
        yield engine
        engine.dispose()


def cost(engine: Engine, work: Callable[[Connection], int]) -> dict[str, float]:
    """Return seconds and megabytes of write-ahead log of something, and what it counted."""
    with engine.connect() as connection:
        connection.commit()
        began, log = time.perf_counter(), connection.scalar(text("SELECT pg_current_wal_insert_lsn()"))
        connection.commit()
        count = work(connection)
        connection.commit()
        seconds = time.perf_counter() - began
        written = connection.scalar(text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :log)"), {"log": log})
    return {"count": count, "seconds": seconds, "log_mb": float(written or 0) / 2**20}


def vacuum(engine: Engine) -> None:
    """Do what autovacuum does after a large DELETE, so that it is not at it while something else is measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM usage_event"))


def by_turns(engine: Engine, before: datetime, *, rows: int) -> dict[str, Any]:
    """Empty all before a moment, batch by batch, one of ours and one by the driver; return rows a second of each."""
    ours, raw = Ours(engine, before), Raw(engine, before)
    for one in (ours, raw):
        one.one(1)  # the scheduler's process has compiled its statements long before
    memory = [peak()]
    for who in batches(ours, raw, rows=rows):
        memory += [peak()] if who is ours and ours.batches == 20 else []
    raw.close()
    pace = {name: who.rows / max(who.seconds, 1e-9) for name, who in (("ours", ours), ("raw", raw))}
    return {"turns": pace, "rows": ours.rows + raw.rows, "memory_mb": [*memory, peak()]}


def batch_of(facts: dict[str, Any]) -> int:
    """Return how many rows a batch has: a month of the smallest database still has some."""
    return max(running.ROWS_LEAST, min(running.ROWS_MOST, int(facts["rows"]) // 600))


def alone(engine: Engine, before: datetime, *, rows: int) -> int:
    """Empty all before a moment by batches of ours, resting as long as each took; return how many it were.

    As a run of retention does, each has as many rows as the last one's pace lets it do in the time a run aims at.
    """
    ours = Ours(engine, before)
    size = min(rows, running.ROWS_FIRST)
    while ours.go(size):
        size = min(rows, running._next(size, ours.last))  # noqa: SLF001 - the very pace of a run
        time.sleep(ours.last)
    return ours.batches


def behind(engine: Engine, statement: str, before: datetime, seconds: float) -> Any:
    """Drop whole months while a transaction that has read stays open for some seconds."""
    with copies.reading_on(engine, statement, seconds):
        return partitions.drop_whole_months(engine, before=before)


def felt(engine: Engine, facts: dict[str, Any], work: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
    """Return p99 and the longest of others' calls before and during something, in milliseconds, and its result."""
    with Beside(engine.url.render_as_string(hide_password=False), facts) as beside:
        before = time.time(), time.time() + facts["quiet"]
        time.sleep(facts["quiet"])
        with copies.watched_waits(engine) as waited:
            began = time.time()
            result = work()
            during = began, time.time()
        time.sleep(0.5)
    spans = {"before": before, "during": during}
    figures = {kind: {name: beside.during(kind, span) for name, span in spans.items()} for kind in beside.times}
    return {**figures, "seconds": during[1] - during[0], "waited": waited[0]}, result


def peak() -> float:
    """Return the most memory this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))

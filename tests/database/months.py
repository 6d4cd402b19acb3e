"""Short ways to months of usage events: filled ones, who stands in the way of one, what the database is left with."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text

from dashboard.database import partitions
from dashboard.database.month_tables import MonthTable, tables
from models import UsageEvent, db
from tests.world import World

OLD = datetime(2019, 5, 1, tzinfo=UTC)
"""A month no other test meets, and the end of the one after it."""
NEXT = datetime(2019, 6, 1, tzinfo=UTC)
LATER = datetime(2019, 7, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def fill(world: World) -> dict[str, Any]:
    """Put events into three months, at both edges of each; return the ids by month."""
    account = world.account()
    edges = {"old": (OLD, NEXT - MOMENT), "next": (NEXT, LATER - MOMENT), "later": (LATER, LATER + timedelta(days=3))}
    return {name: {world.event(account, at=at).id for at in moments} for name, moments in edges.items()}


def ids(world: World) -> set[str]:
    """Return every event that statements over the whole table find."""
    return {row.id for row in world.all(select(UsageEvent.id))}


def drop(world: World, *, before: datetime, patience: float = 20) -> list[str]:
    """Drop whole months, and return the names of those from OLD on that are gone."""
    with world.app.app_context():
        gone = partitions.drop_whole_months(db.engine, before=before, patience=patience)
    return [month.name for month in gone if month.first >= OLD]


def finish(world: World, *, patience: float = 20) -> list[str]:
    """Finish what was cut off; return the names of what is gone."""
    with world.app.app_context():
        return [month.name for month in partitions.finish(db.engine, patience=patience)]


def known(world: World) -> dict[str, MonthTable]:
    """Return every month's table the catalogue has, by name."""
    with world.app.app_context(), db.engine.connect() as connection:
        return {table.name: table for table in tables(connection)}


def clear(world: World) -> None:
    """Leave no month of these tests behind, whatever became of it."""
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return
    with world.app.app_context(), db.engine.begin() as connection:
        for name in [table.name for table in tables(connection) if table.month.first < OLD + timedelta(days=365)]:
            connection.execute(text(f'DROP TABLE "{name}"'))


@contextmanager
def holding(world: World, statement: str) -> Iterator[Connection]:
    """Keep a transaction open that has run a statement, and with it its locks."""
    with world.app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql(statement)
        yield connection
        connection.rollback()


@contextmanager
def meanwhile(work: Callable[[], Any]) -> Iterator[list[Any]]:
    """Do something in a thread of its own; what it returned is in the list once the block has ended."""
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(work()))
    thread.start()
    yield done
    thread.join(30)
    assert not thread.is_alive()


def waits(world: World, what: str) -> bool:
    """Whether, within some seconds, a connection was seen that waits for a lock while it runs `what`."""
    seen = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE :what "
        "AND datname = current_database()"
    )
    for _ in range(500):
        with world.app.app_context(), db.engine.connect() as connection:
            if connection.scalar(seen, {"what": f"%{what}%"}):
                return True
        time.sleep(0.005)
    return False


def count(world: World) -> int:
    """Return how many events there are."""
    return int(world.all(select(func.count()).select_from(UsageEvent))[0][0])

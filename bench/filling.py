"""Makes one database and fills it in bulk: `python -m bench.filling URL ROWS`; prints the facts as JSON.

Rows go in by time, as they would have come in, so that one person's events lie scattered as in real life. It runs in
a process of its own, so that both engines are filled at once. On SQLite nobody ever calls ANALYZE in the product:
neither does this; PostgreSQL does so by itself (autovacuum), here by command.
"""

import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, Table, create_engine, make_url

from bench.story import SPAN, Story, Values
from dashboard.database import partitions
from dashboard.database.engine import prepare
from dashboard.database.migrate import upgrade
from models import Base

BY_TIME = "bench_usage_by_time"
"""Only for the bench: the product shows nobody the usage of everybody, so it has no such index."""


def fill(url: str, rows: int) -> dict[str, Any]:
    """Create the tables by the migrations, write all rows, then the indexes; return the facts."""
    engine, story = create_engine(url), Story(rows, datetime.now(UTC))
    prepare(engine)
    upgrade(engine)
    partitions.ensure(engine, since=story.now - SPAN, until=story.now)
    load = _load_postgres if engine.dialect.name == "postgresql" else _load_sqlite
    big = Base.metadata.tables["usage_event"]
    with engine.begin() as connection:
        _without_indexes(connection, big)
    load(url, story)
    with engine.begin() as connection:
        _with_indexes(connection, big)
    _settle(engine)
    engine.dispose()
    return story.facts().as_dict()


def _without_indexes(connection: Connection, table: Table) -> None:
    for index in table.indexes:
        index.drop(connection)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT {table.name}_pkey")


def _with_indexes(connection: Connection, table: Table) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        key = ", ".join(column.name for column in table.primary_key)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({key})")
    else:
        connection.exec_driver_sql("PRAGMA cache_size = -1000000")
    for index in table.indexes:
        index.create(connection)
    connection.exec_driver_sql(f"CREATE INDEX {BY_TIME} ON {table.name} (occurred_at, id)")


def _load_postgres(url: str, story: Story) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no foreign key is checked row by row
        cursor.execute("SET timezone = 'UTC'")
        for table, columns, rows in story.tables():
            with cursor.copy(f"COPY {table} ({_quoted(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _load_sqlite(url: str, story: Story) -> None:
    with sqlite3.connect(str(make_url(url).database), isolation_level=None) as connection:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = OFF",
            "cache_size = -2000000",
            "wal_autocheckpoint = 100000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for table, columns, rows in story.tables():
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({_quoted(columns)}) VALUES ({marks})"
            for batch in _batches(rows, 500_000):
                connection.execute("BEGIN")
                connection.executemany(statement, batch)
                connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _batches(rows: Iterator[Values], size: int) -> Iterator[list[Values]]:
    while batch := list(islice(rows, size)):
        yield batch


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _settle(engine: Engine) -> None:
    """Let the database reach the state of a quiet hour, so that its upkeep is not measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        settle = (
            ("VACUUM ANALYZE", "CHECKPOINT")
            if engine.dialect.name == "postgresql"
            else ("PRAGMA wal_checkpoint(TRUNCATE)",)
        )
        for statement in settle:
            connection.exec_driver_sql(statement)


if __name__ == "__main__":
    print(json.dumps(fill(sys.argv[1], int(sys.argv[2]))))

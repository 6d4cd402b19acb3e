"""Copies of a filled database, to be spoilt; and what lies around them."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url, text

WARM = """
SELECT pg_prewarm(oid, 'read') FROM pg_class WHERE relname LIKE 'usage_event%' AND relkind IN ('r', 'i')
"""


@contextmanager
def copied(url: str) -> Iterator[str]:
    """Yield the address of a copy; it goes when the block ends."""
    made = make_url(url)
    with _of_postgres(url) if made.get_backend_name() == "postgresql" else _of_sqlite(str(made.database)) as copy:
        yield copy


@contextmanager
def _of_postgres(url: str) -> Iterator[str]:
    made = make_url(url)
    name = f"{made.database}_copy"
    admin = made.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{made.database}" STRATEGY file_copy')
        try:
            yield made.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _of_sqlite(path: str) -> Iterator[str]:
    copy = Path(path).with_suffix(".copy.db")
    shutil.copyfile(path, copy)
    os.sync()
    try:
        yield f"sqlite:///{copy}"
    finally:
        for left in copy.parent.glob(f"{copy.name}*"):
            left.unlink()


def settle(engine: Engine) -> None:
    """Let what copying left to do be done before anything is measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_prewarm"))
            connection.execute(text(WARM))
            connection.execute(text("CHECKPOINT"))
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def forget(engine: Engine) -> None:
    """Let a copy's files leave the memory of the machine: what is two years old has not been read for long."""
    with engine.connect() as connection:
        folder = connection.scalar(text("SELECT current_setting('data_directory')"))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    for path in Path(str(folder), "base", str(number)).iterdir() if hasattr(os, "posix_fadvise") else ():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def watched_log(path: str | None) -> Iterator[list[int]]:
    """Yield a list whose one number is the largest the write-ahead log of SQLite has been, in bytes."""
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            with suppress(OSError):
                most[0] = max(most[0], Path(f"{path}-wal").stat().st_size)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        stop.set()
        watching.join()


WAITED = """
SELECT max(extract(epoch FROM clock_timestamp() - waitstart)) FROM pg_locks w
WHERE NOT granted AND NOT EXISTS (SELECT 1 FROM pg_locks d WHERE d.pid = w.pid AND d.locktype = 'advisory')
"""
"""How long the one who waits longest has waited for a lock by now, but for whoever drops months."""


@contextmanager
def watched_waits(engine: Engine) -> Iterator[list[float]]:
    """Yield a list whose one number is the longest that anybody was seen to wait for a lock, in milliseconds.

    By PostgreSQL's own clock, looked at every 2 ms: what a busy machine adds to everything is not in it.
    """
    most, stop = [0.0], threading.Event()
    if engine.dialect.name != "postgresql":
        yield most
        return

    def watch() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not stop.wait(0.002):
                most[0] = max(most[0], 1_000 * float(connection.scalar(text(WAITED)) or 0))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        stop.set()
        watching.join()


@contextmanager
def reading_on(engine: Engine, statement: str, seconds: float) -> Iterator[None]:
    """Keep a transaction open that has read, for so many seconds from now."""
    connection = engine.connect()
    connection.execute(text(statement)).all()
    ends = threading.Timer(seconds, connection.close)
    ends.start()
    try:
        yield
    finally:
        ends.join()

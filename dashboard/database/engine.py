"""How connections behave: SQLite waits, writes ahead and keeps foreign keys; both keep values out of error texts."""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from models.access import Access

ENGINE_OPTIONS = {"hide_parameters": True, "pool_pre_ping": True}
BUSY_TIMEOUT = "PRAGMA busy_timeout = 30000"
SQLITE_PRAGMAS = (
    BUSY_TIMEOUT,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # an answered call must survive a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -65536",
    "PRAGMA wal_autocheckpoint = 16384",  # 64 MB: a page that usage keeps changing is copied once, not per call
)

COPY = "PRAGMA wal_checkpoint(PASSIVE)"
"""Waits for no reader and no writer."""
COPY_BACK = 4_096
"""Pages (16 MB) in the write-ahead log at which whoever has had a turn copies them into the file."""
_INDEXES: dict[str, tuple[int, int]] = {}
"""The open index of each log: which file it is, and by which number it is open."""
_OPENING = Lock()


def prepare(engine: Engine) -> None:
    """Set up each new connection of an engine; transactions are begun by the guard."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)


def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def system_session(
    engine: Engine | Connection, reason: str, *, read_only: bool = False, real_only: bool = False
) -> Session:
    """Open a short session with full reach, for work nobody is signed in for. Close it yourself.

    `real_only` leaves canary people out of every statement: for whatever counts people.
    """
    access = Access.system(reason, read_only=read_only, real_only=real_only)
    return Session(engine, info={"access": access})


def guarded_session(engine: Engine, access: Access | None, *, request_id: str = "") -> Session:
    """Open a session that serves one Access; without one it reaches nothing."""
    info = {"request_id": request_id} | ({"access": access} if access else {})
    return Session(engine, info=info)


@contextmanager
def in_turn(engine: Engine) -> Iterator[None]:
    """Let writers of bulk queue on SQLite, whatever process they are in, and be woken when it is their turn.

    At the database itself SQLite makes them poll, asleep for up to 0.1 s while it is free: half as much usage came in.
    The queue is a lock on an empty file beside the database. Never open a second turn inside one. What has grown in
    the log is copied into the file once the turn is over, in small parts: inside, everybody else waited for it.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with _turn(engine.url.database):
        yield
    if _pages_in_log(engine.url.database) >= COPY_BACK:
        _copy_back(engine, engine.url.database)


@contextmanager
def _turn(path: str) -> Iterator[None]:
    with Path(f"{path}-turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # until it is closed, or its process has died
        yield


def _copy_back(engine: Engine, path: str) -> None:
    """Copy the log beside other writers, then, in a turn, the little they added: copied to its end, it begins anew."""
    with engine.connect() as connection:
        connection.exec_driver_sql(COPY)
        with _turn(path):
            connection.exec_driver_sql(COPY)


def _head_of_index(path: Path) -> bytes:
    """Read the head of the index of a log, and leave it open as long as it is the same file.

    Closing any file drops every lock its process holds on it, SQLite's own too (sqlite.org/howtocorrupt.html, 2.2);
    the next process that came would think itself alone, and empty the index under the feet of the others.
    """
    with _OPENING:
        now, (known, file) = path.stat().st_ino, _INDEXES.get(str(path), (0, -1))
        if known != now:
            if file >= 0:
                os.close(file)  # of an index that is gone, with whatever locks were on it
            file = os.open(path, os.O_RDONLY)
            _INDEXES[str(path)] = (os.fstat(file).st_ino, file)
        return os.pread(file, 100, 0)


def _pages_in_log(path: str) -> int:
    """Return how many pages wait in the log: the head of its index (sqlite.org/walformat.html) says last and copied."""
    try:
        head = _head_of_index(Path(f"{path}-shm"))
    except FileNotFoundError:
        return 0
    last, copied = (struct.unpack_from("=I", head, place)[0] for place in (16, 96)) if len(head) == 100 else (0, 0)
    return int(last - copied)

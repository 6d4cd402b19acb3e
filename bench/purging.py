"""Batches of old usage events: the product's own way, and the same by the driver alone."""

import time
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench.raw import connect
from bench.story import text
from dashboard.database.engine import in_turn, system_session
from dashboard.policy.retention import rule_of
from dashboard.services.retention import removing
from dashboard.services.retention.due import Due


def batch(session: Session, before: datetime, rows: int) -> int:
    """Delete the oldest events, at most so many, as a run of retention does."""
    rule = rule_of("usage_events")
    assert rule
    return removing.remove(session, Due(rule, before), rows=rows).rows


class Batches:
    """Somebody's batches: how many rows and seconds they came to. `last`: seconds of the last one."""

    def __init__(self, engine: Engine, before: datetime) -> None:
        """Remember what for."""
        self.engine, self.before = engine, before
        self.rows = self.batches = 0
        self.seconds = self.last = 0.0

    def go(self, rows: int) -> bool:
        """Do one, and say whether there was anything to do."""
        began = time.perf_counter()
        gone = self.one(rows)
        self.last = time.perf_counter() - began
        if gone:
            self.rows, self.batches, self.seconds = self.rows + gone, self.batches + 1, self.seconds + self.last
        return gone > 0

    def one(self, rows: int) -> int:
        """Delete at most so many of the oldest; return how many."""
        raise NotImplementedError


class Ours(Batches):
    """By the product: session, guard, ORM, in turn with other writers."""

    def one(self, rows: int) -> int:
        """Delete one batch and commit it."""
        with in_turn(self.engine), system_session(self.engine, "bench") as session:
            gone = batch(session, self.before, rows)
            session.commit()
        return gone


class Raw(Batches):
    """By the driver: ranges of the clock, found by one look along its index."""

    def __init__(self, engine: Engine, before: datetime) -> None:
        """Open a connection as the product's are."""
        super().__init__(engine, before)
        url = engine.url.render_as_string(hide_password=False)
        self.connection, self.mark = connect(url)
        if self.mark == "?":
            self.connection.isolation_level = None
            for pragma in ("synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 16384"):
                self.connection.execute(f"PRAGMA {pragma}")

    def one(self, rows: int) -> int:
        """Delete one batch; it commits by itself."""
        look = "SELECT occurred_at FROM usage_event WHERE occurred_at < ? ORDER BY occurred_at LIMIT 1 OFFSET ?"
        until = text(self.before) if self.mark == "?" else self.before
        found = self.connection.execute(look.replace("?", self.mark), (until, rows)).fetchone()
        stretch = "DELETE FROM usage_event WHERE occurred_at < ?".replace("?", self.mark)
        return int(self.connection.execute(stretch, (found[0] if found else until,)).rowcount)

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def batches(*who: Batches, rows: int) -> Iterator[Batches]:
    """Let each have a batch by turns until nothing is left; yield who had one."""
    while True:
        for one in who:
            if not one.go(rows):
                return
            yield one

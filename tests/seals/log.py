"""A small log, sealed in several ranges, and hands that reach past the application: raw SQL and a text editor."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dashboard.services.seals import anchor, sealing, verifying
from dashboard.services.seals.outcome import Outcome, Told
from models import AccessRecord, Base, Seal, db, new_id, utcnow
from tests.world import World

STEP = 10
"""Numbers are this far apart, so that a line can be put in between."""
RANGES = 3
PER_RANGE = 2
TABLES = ("access_record", "seal", "seal_checkpoint")
Rows = dict[str, list[dict[str, Any]]]


def line(number: int, *, at: datetime, full: bool) -> AccessRecord:
    """Return one line: with a value in every column, or with as few as there can be."""
    few = {"event": "signed_in", "permission": "own", "purpose": "own", "allowed": True, "count": 0}
    every = {
        "event": "ticket_seen", "staff_id": new_id(), "staff_number": 4, "role": "support", "permission": "ticket:read",
        "purpose": "support", "allowed": False, "reason": "reproduce", "case_ref": f"T-{number}", "case_id": new_id(),
        "table": "ticket", "fields": "subject,body", "count": 2, "subject_key": new_id(), "request_id": "f" * 16,
    }  # fmt: skip
    return AccessRecord(number=number, at=at, **(every if full else few))


@dataclass
class Log:
    """The log of a world, its anchors, and what lay there before somebody laid hands on it."""

    world: World
    kept: Rows = field(default_factory=dict)
    anchors: bytes = b""

    @property
    def path(self) -> Path:
        """The file of anchors."""
        return self.world.app.extensions["settings"].anchor_file

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return bool(self.world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"))

    def write(self, *numbers: int, at: datetime | None = None) -> None:
        """Write lines as the house would; every other one has a value in each column."""
        at = at or utcnow()
        self.world.add(*(line(n, at=at + timedelta(seconds=n), full=n // STEP % 2 == 1) for n in numbers))
        if not self.on_sqlite:  # what the house writes next comes behind these, as it does on SQLite by itself
            self.sql("SELECT setval('access_record_number_seq', (SELECT max(number) FROM access_record))")

    def seal(self) -> int:
        """Seal and anchor, as the job does."""
        with self.world.app.app_context(), self.world.system() as session:
            return sealing.seal_access_log(session, self.world.app.extensions["settings"])

    def verify(self, told: Told | None = None) -> Outcome:
        """Verify, as the command and the job do."""
        with self.world.app.app_context(), verifying.snapshot(db.engine) as session:
            return verifying.verify(session, path=self.path, told=told)

    def found(self) -> list[str]:
        """Verify and return the codes of what was found."""
        return [finding.code for finding in self.verify().findings]

    def said(self) -> str:
        """Verify and return what was found, in words."""
        return "\n".join(finding.sentence for finding in self.verify().findings)

    def sql(self, statement: str, **values: Any) -> None:
        """Do something to the database behind the application's back."""
        with self.world.app.app_context(), db.engine.begin() as connection:
            connection.execute(text(statement), values)

    def numbers(self) -> list[int]:
        """Return the numbers of the lines."""
        return [row[0] for row in self.world.all(AccessRecord.__table__.select().order_by(AccessRecord.number))]

    def seals(self) -> list[Any]:
        """Return the seals."""
        return self.world.all(Seal.__table__.select().order_by(Seal.number))

    def keep(self) -> None:
        """Remember how everything lies."""
        with self.world.app.app_context(), db.engine.connect() as connection:
            for name in TABLES:
                table = Base.metadata.tables[name]
                self.kept[name] = [dict(row._mapping) for row in connection.execute(table.select())]
        self.anchors = self.path.read_bytes() if self.path.exists() else b""

    def put_back(self) -> None:
        """Lay everything as it was kept."""
        with self.world.app.app_context(), db.engine.begin() as connection:
            for name, rows in self.kept.items():
                table = Base.metadata.tables[name]
                connection.execute(table.delete())
                if rows:
                    connection.execute(table.insert(), rows)
        self.path.write_bytes(self.anchors)

    @contextlib.contextmanager
    def tampered(self, *statements: str, **values: Any) -> Iterator[None]:
        """Do something behind the application's back, and undo it afterwards."""
        for statement in statements:
            self.sql(statement, **values)
        try:
            yield
        finally:
            self.put_back()


def sealed_log(world: World, *, at: datetime | None = None) -> Log:
    """Return a log of three ranges of two lines each, sealed and anchored: numbers 10 to 60."""
    log, at = Log(world), at or datetime.now(UTC) - timedelta(seconds=90)
    for part in range(RANGES):
        first = part * PER_RANGE + 1
        log.write(*(STEP * n for n in range(first, first + PER_RANGE)), at=at)
        assert log.seal() == PER_RANGE
    log.keep()
    return log


def anchored(log: Log) -> list[anchor.Anchor]:
    """Return the anchors that count."""
    return list(anchor.counting(log.path))

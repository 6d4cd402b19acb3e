"""Twins of the checks: each makes a world in which its promise holds, breaks it behind the application's back, mends it.

A twin is a generator: what stands before its `yield` is the good world, what follows breaks it, and what follows a
second `yield` mends what would outlive the test (a column, a constraint).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Finding, Look
from dashboard.config import Settings
from dashboard.services import fingerprints
from models import db, utcnow
from tests.world import World


@dataclass
class Bench:
    """A world, the settings its checks are asked with, and raw SQL that no guard sees."""

    world: World
    monkeypatch: Any
    settings: Settings
    at: datetime = field(default_factory=utcnow)

    def raw(self, statement: str, **values: Any) -> None:
        """Run a statement as somebody at the database's console would."""
        with self.world.app.app_context(), db.engine.begin() as connection:
            if self.is_sqlite:  # a connection that slept believes in the columns of then until it has read something
                connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar()
            connection.execute(text(statement), values)

    def moment(self, at: datetime) -> str:
        """Write a moment as this database keeps it."""
        return at.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if self.is_sqlite else "+00")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        with self.world.app.app_context():
            return db.engine.dialect.name == "sqlite"

    def ask(self, promise: str) -> Finding:
        """Ask the check of a promise, now."""
        with self.world.app.app_context(), self.world.system() as session:
            return CHECKS[promise](Look(session, self.settings, utcnow(), fingerprints.of_address))


Twin = Callable[[Bench], Iterator[None]]
TWINS: dict[str, Twin] = {}


def twin(promise: str) -> Callable[[Twin], Twin]:
    """Register the decorated generator as the twin of a promise's check."""

    def register(breaks: Twin) -> Twin:
        assert promise not in TWINS, f"{promise} has a twin already"
        TWINS[promise] = breaks
        return breaks

    return register

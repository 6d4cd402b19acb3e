"""What the page asks is answered from an index: no statement of it reads a table of persons through."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import event, text

from dashboard.policy.retention import RULES
from dashboard.services.retention import outcome
from models import db
from tests.retention.aged import AMSTERDAM, DAY, NAMES, old, plant

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SCANS = re.compile(r"\bSeq Scan on|\bSCAN (?!anon_)\w+\b(?! USING)")


@pytest.fixture
def asked(world):
    """Collect the statements that the figures ask, and how the database would find their rows."""
    statements: list[tuple[str, object]] = []
    with world.app.app_context():
        engine = db.engine

    def notice(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", notice)
    yield engine, statements
    event.remove(engine, "before_cursor_execute", notice)


def plans(engine, statements) -> list[str]:
    how = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("SET LOCAL enable_seqscan = off")
            )  # a table of a few rows is read through otherwise
        return ["\n".join(str(row[-1]) for row in connection.exec_driver_sql(how + s, p)) for s, p in statements]


@pytest.mark.parametrize("few", [1, 500])
def test_no_table_is_read_through_when_the_figures_are_asked(world, asked, monkeypatch, few: int):
    monkeypatch.setattr(outcome, "FEW", few)
    engine, statements = asked
    with time_machine.travel(NOW, tick=False):
        for name in NAMES:
            plant(world, name, old(name, NOW - 3 * DAY))
        statements.clear()
        standings = outcome.outcomes(engine, at=NOW, zone=AMSTERDAM)
        outcome.ahead(engine, at=NOW, zone=AMSTERDAM)
    read_through = [plan for plan in plans(engine, list(statements)) if SCANS.search(plan)]

    assert len(statements) > len(RULES)
    assert {standing.overdue for standing in standings} == {1}
    assert read_through == []

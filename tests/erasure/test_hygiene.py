"""What was erased is out of SQLite's file and log, and out of PostgreSQL's indexes and statistics.

PostgreSQL leaves the bytes of a deleted row in the free space of its page until they are written over (docs/erasure.md):
no statement reads them, so tables' own files are not searched there.
"""

from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.services import outbox
from models import db
from tests.erasure import persons
from tests.world import World

FILLING = 40
"""Rows enough for PostgreSQL to keep a histogram of their addresses."""


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def in_files(world: World, value: str) -> bool:
    """Whether a value stands in a file of the database: of PostgreSQL, in those of its indexes."""
    with world.app.app_context():
        paths = _of_sqlite() if db.engine.dialect.name == "sqlite" else _of_postgres()
    return any(value.encode() in path.read_bytes() for path in paths)


def _of_sqlite() -> list[Path]:
    name = db.engine.url.database or ""
    return [path for path in (Path(name), Path(f"{name}-wal")) if path.exists()]


def _of_postgres() -> list[Path]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        home = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        files = connection.execute(text("SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind = 'i'"))
        return [home / path for (path,) in files if path and (home / path).exists()]


def in_statistics(world: World, value: str) -> bool:
    with world.app.app_context(), db.engine.connect() as connection:
        kept = connection.execute(text("SELECT histogram_bounds::text, most_common_vals::text FROM pg_stats"))
        return any(value in str(row) for row in kept)


def test_no_file_holds_the_address_when_a_removal_is_certified(world: World, tmp_path):
    anna, beth = persons.anna(world), persons.neighbour(world)
    for number in range(FILLING):
        world.account(f"filling-{number}")
    postgres = _analysed(world)
    before = in_files(world, anna.email), not postgres or in_statistics(world, anna.email)
    request_id = persons.confirmed(world, anna.email)

    ended = persons.carry_out(world, request_id, persons.means(world, tmp_path))

    assert before == (True, True)
    assert ended == "certified"
    assert not in_files(world, anna.email)
    assert in_files(world, beth.email)
    assert not (postgres and in_statistics(world, anna.email))


def _analysed(world: World) -> bool:
    """Let PostgreSQL take its statistics, as it does by itself; say whether this is PostgreSQL."""
    with world.app.app_context():
        if db.engine.dialect.name == "sqlite":
            return False
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE account"))
    return True

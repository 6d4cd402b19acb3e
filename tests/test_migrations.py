"""The migrations lay exactly the tables of the models, on both databases; no application runs behind them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, text

from dashboard.app import create_app, refuse_if_behind
from dashboard.config import UnsafeSetting
from dashboard.database import migrate, partitions
from models import Base, utcnow
from tests import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """Hold the PostgreSQL server of this run."""
    held = postgres.start()
    yield held
    held.stop()


@pytest.fixture
def empty(engine_name: str, server: postgres.Server, tmp_path: Path, worker_id: str) -> str:
    """Return the address of a database without any table."""
    if engine_name == "postgresql":
        return server.create_database(f"migrations_{worker_id}")
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    """An engine on it."""
    made = create_engine(empty)
    yield made
    made.dispose()


def differences(engine: Engine) -> list[object]:
    """Return what Alembic would still change to come from the database to the models."""
    with engine.connect() as connection:
        names = names_of_env()
        how = {"compare_type": names["compare"], "include_name": names["include"]}
        return list(compare_metadata(MigrationContext.configure(connection, opts=how), Base.metadata))


def names_of_env():
    """Return how migrations/env.py compares; that file runs migrations when it is imported."""
    source = Path(migrate.SCRIPTS / "env.py").read_text().partition("context.configure(")[0]
    names: dict[str, Any] = {}
    exec(compile(source, "env.py", "exec"), names)
    return names


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {month.name for month in partitions.months(engine)}


def test_the_tables_are_those_of_the_models_when_migrated(engine: Engine):
    migrate.upgrade(engine)

    assert differences(engine) == []
    assert tables(engine) == {*Base.metadata.tables, "alembic_version"}


def test_keys_are_those_of_the_models_when_migrated(engine: Engine):
    migrate.upgrade(engine)

    wanted = {table.name: [c.name for c in table.primary_key] for table in Base.metadata.tables.values()}
    found = {name: inspect(engine).get_pk_constraint(name)["constrained_columns"] for name in wanted}
    assert found == wanted


def test_usage_lies_in_months_that_follow_one_another_when_migrated(engine: Engine):
    migrate.upgrade(engine)

    months = partitions.months(engine)
    if engine.dialect.name == "sqlite":
        assert months == []
        return
    assert [month.until for month in months[:-1]] == [month.first for month in months[1:]]
    assert (months[0].first, months[-1].until) < (utcnow() - timedelta(days=800), utcnow() + timedelta(days=120))
    assert months[-1].until > utcnow() + timedelta(days=88)


BEFORE_MONTHS = "92c76a81dae5"
OLD, NEW = "2015-02-03 04:05:06.000007", "2026-01-01 00:00:00.000000"
"""Long before the months a new database gets, and the very beginning of one."""


def plant(engine: Engine) -> None:
    """Put an account and two events where no month has been thought of yet."""
    account = "(id, external_id, company_id, first_name, last_name, email, source, set_up, created_at)"
    event = "(account_id, id, occurred_at, session, feature, action, properties)"
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO company (id, external_id, name, created_at) VALUES ('c', 'c', 'c', '2015-01-01 00:00:00')",
            f"INSERT INTO account {account} VALUES ('a', 'a', 'c', 'f', 'l', 'e', 'self', 'automatic', '2015-01-01')",
            f"INSERT INTO usage_event {event} VALUES ('a', 'one', '{OLD}', 's', 'f', 'a', '{{\"widgets\": 9}}')",
            f"INSERT INTO usage_event {event} VALUES ('a', 'two', '{NEW}', 's', 'f', 'a', NULL)",
        ):
            connection.exec_driver_sql(statement)


def planted(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM usage_event ORDER BY id").mappings().all()
    return [
        (
            r["account_id"],
            r["id"],
            str(r["occurred_at"])[:26].removesuffix("+00:00"),
            r["session"],
            str(r["properties"]),
        )
        for r in rows
    ]


def move(engine: Engine, way: Callable[..., None], revision: str) -> None:
    with engine.connect() as connection:
        way(migrate._config(connection), revision)
        connection.commit()


def test_every_event_moves_along_when_months_are_laid_and_taken_back(engine: Engine):
    move(engine, command.upgrade, BEFORE_MONTHS)
    plant(engine)
    before = planted(engine)

    move(engine, command.upgrade, "head")
    between = planted(engine)
    move(engine, command.downgrade, BEFORE_MONTHS)

    assert len(before) == 2
    assert before == between == planted(engine)
    assert partitions.months(engine) == []


def test_a_missing_column_is_noticed_when_the_schema_lags(engine: Engine):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE ticket DROP COLUMN language"))

    assert [difference[0] for difference in differences(engine)] == ["add_column"]


def test_the_conditions_of_the_models_hold_when_migrated(engine: Engine):
    migrate.upgrade(engine)

    wanted = {
        c.name for table in Base.metadata.tables.values() for c in table.constraints if isinstance(c, CheckConstraint)
    }
    found = {c["name"] for table in Base.metadata.tables for c in inspect(engine).get_check_constraints(table)}
    assert wanted == found
    assert wanted


def test_foreign_keys_and_indexes_are_those_of_the_models_when_migrated(engine: Engine):
    migrate.upgrade(engine)

    wanted = {
        (t.name, key.parent.name, key.column.table.name)
        for t in Base.metadata.tables.values()
        for key in t.foreign_keys
    }
    found = {
        (table, key["constrained_columns"][0], key["referred_table"])
        for table in Base.metadata.tables
        for key in inspect(engine).get_foreign_keys(table)
    }
    assert wanted == found


def test_numbers_are_never_used_again_when_the_newest_row_has_gone(engine: Engine):
    migrate.upgrade(engine)
    numbered = [table for table in Base.metadata.tables.values() if table.dialect_options["sqlite"]["autoincrement"]]

    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
        assert [t.name for t in numbered if "AUTOINCREMENT" not in made[t.name]] == []
    assert numbered


def test_nothing_is_left_when_all_is_taken_back(engine: Engine):
    migrate.upgrade(engine)

    with engine.connect() as connection:
        command.downgrade(migrate._config(connection), "base")
        connection.commit()

    assert tables(engine) == {"alembic_version"}
    migrate.upgrade(engine)
    assert differences(engine) == []


def test_upgrading_twice_changes_nothing_when_all_is_there(engine: Engine):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO heartbeat (process, at) VALUES ('x', '2026-01-01 00:00:00')"))

    migrate.upgrade(engine)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM heartbeat")) == 1


def test_a_database_is_behind_until_it_is_migrated_when_asked(engine: Engine):
    before = migrate.behind(engine)
    migrate.upgrade(engine)

    assert (before, migrate.behind(engine)) == (True, False)


def test_the_application_does_not_run_when_its_database_is_behind(empty: str, engine: Engine, tmp_path):
    ledger = str(tmp_path / "ledger.jsonl")
    app = create_app({"DATABASE_URL": empty, "DEMO": "1", "SECRET_KEY": "k" * 40, "LEDGER_PATH": ledger})

    with pytest.raises(UnsafeSetting, match="flask --app wsgi database upgrade"):
        refuse_if_behind(app)
    migrate.upgrade(engine)

    refuse_if_behind(app)


def test_the_application_does_not_run_when_its_database_is_of_another_time(empty: str, engine: Engine):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'unknown'"))
    app = create_app({"DATABASE_URL": empty, "DEMO": "1", "SECRET_KEY": "k" * 40})

    with pytest.raises(UnsafeSetting):
        refuse_if_behind(app)


def test_there_is_one_way_forward_when_migrations_are_read():
    scripts = ScriptDirectory(str(migrate.SCRIPTS))

    assert len(scripts.get_heads()) == 1
    assert all(revision.doc and revision.module.downgrade for revision in scripts.walk_revisions())


def test_a_migration_stands_on_its_own_when_it_is_read():
    sources = [path.read_text() for path in (migrate.SCRIPTS / "versions").glob("*.py")]

    assert not [source for source in sources if "import models" in source or "from models" in source]

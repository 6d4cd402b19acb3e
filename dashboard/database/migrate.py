"""Bringing a database up to date, and knowing whether it is. The application never changes tables by itself."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from dashboard.config import ROOT

SCRIPTS = ROOT / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations a database has not seen yet."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), "head")
        connection.commit()


def revise(engine: Engine, message: str) -> None:
    """Write a new migration from the difference between tables and models."""
    with engine.connect() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def behind(engine: Engine) -> bool:
    """Say whether a database lacks a migration."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current != ScriptDirectory(str(SCRIPTS)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config

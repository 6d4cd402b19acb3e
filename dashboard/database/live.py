"""What the database really holds, beside what the models say: its tables and columns, and its open links."""

from collections.abc import Mapping

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

NOT_OURS = frozenset({"alembic_version"})
"""Tables of the tools that keep the database."""
OPEN_LINKS = text(
    "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
    "WHERE datname = current_database() AND NOT ssl AND client_addr IS NOT NULL "
    "AND NOT client_addr <<= inet '127.0.0.0/8' AND client_addr <> inet '::1'"
)


PARTS = text("SELECT relname FROM pg_class WHERE relispartition")


def columns(session: Session) -> Mapping[str, frozenset[str]]:
    """Return the columns of every table of the database, by the table's name; parts of a table are that table."""
    found = inspect(session.connection()).get_multi_columns()
    left_out = NOT_OURS | _parts(session)
    return {
        str(name): frozenset(str(column["name"]) for column in table)
        for (_schema, name), table in found.items()
        if name not in left_out
    }


def _parts(session: Session) -> frozenset[str]:
    """Return the tables that are a part of another: one of a month that lies apart is none, and must not stay."""
    if session.get_bind().dialect.name != "postgresql":
        return frozenset()
    return frozenset(session.scalars(PARTS))


def foreign_keys(session: Session) -> Mapping[str, frozenset[str]]:
    """Return the tables each table of the database refers to."""
    found = inspect(session.connection()).get_multi_foreign_keys()
    return {str(name): frozenset(key["referred_table"] for key in keys) for (_schema, name), keys in found.items()}


FIGURES = "usage_figure"
SMALL_FIGURES = text("SELECT count(*) FROM usage_figure WHERE people < :fewer_than")


def small_figures(session: Session, *, fewer_than: int) -> int | None:
    """Return how many published figures count fewer people than that; None while there is no table of them."""
    if not inspect(session.connection()).has_table(FIGURES):
        return None
    return int(session.execute(SMALL_FIGURES, {"fewer_than": fewer_than}).scalar_one())


def open_links(session: Session) -> int:
    """Return how many links from other machines to this database are not encrypted; SQLite has no links at all."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    return int(session.execute(OPEN_LINKS).scalar_one())

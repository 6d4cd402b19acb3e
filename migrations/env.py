"""Runs the migrations on the connection it is given. Never makes a connection of its own."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import context

from models import Base
from models.base import UtcDateTime


def render(kind: str, item: Any, _context: Any) -> Any:
    """Write our moment as a plain column type: a migration must not depend on today's models."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def compare(_context: Any, _column: Any, _metadata_column: Any, found: Any, wanted: Any) -> Any:
    """Take our moment for what the database makes of it."""
    return False if isinstance(wanted, UtcDateTime) and isinstance(found, sa.DateTime) else None


def include(name: str | None, kind: str, _parents: Any) -> bool:
    """Take the months of a table by months for what they are: parts of it, no tables of their own."""
    return kind != "table" or not re.fullmatch(r"usage_event_\d{4}_\d{2}", name or "")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render,
    compare_type=compare,
    include_name=include,
)
with context.begin_transaction():
    context.run_migrations()

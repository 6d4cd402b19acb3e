"""The ground all tables stand on: the declarative base, the column helpers, the row conditions.

A table without `__privacy__`, or a column not made by one of the helpers below, cannot be defined: the import fails and
names the culprit. That is the point of this room; never soften it with a default.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, ForeignKey, Integer, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column
from sqlalchemy.types import TypeDecorator

from .access import Access
from .classification import CLOSED, Category, ColumnPrivacy, OnErasure, TablePrivacy

Key = String(26)
"""The type of every public id: 26 characters, random, in URLs instead of numbers that could be counted up."""
Number = BigInteger().with_variant(Integer, "sqlite")


def new_id() -> str:
    """Return a fresh public id: 130 random bits as 26 characters of a-z and 2-7."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26))


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC. The only clock the tables use."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on both databases; a naive one is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn the moment into UTC; SQLite keeps no zone, so there it is stored without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("cannot store a moment without a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DeclaredPrivacy:
    """Refuses a table that does not say whose data it holds and why."""

    def __init_subclass__(cls, **kw: Any) -> None:
        """Check the declaration before the table is mapped."""
        if "__tablename__" in cls.__dict__ and not isinstance(cls.__dict__.get("__privacy__"), TablePrivacy):
            raise TypeError(f"{cls.__name__} must state __privacy__ = TablePrivacy(subject=…, reason=…)")
        super().__init_subclass__(**kw)


class Base(DeclaredPrivacy, DeclarativeBase):
    """The declarative base of every table."""

    __privacy__: TablePrivacy


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def column(
    type_: Any = None,
    *,
    category: Category = Category.WORK,
    note: str,
    on_erasure: OnErasure = OnErasure.KEEP,
    foreign_key: str | None = None,
    **kw: Any,
) -> Mapped[Any]:
    """Declare a column: its category, a sentence for the compliance officer, its fate at erasure.

    Columns of a closed category are never loaded with their row: reading one takes a statement that names it, which
    the guard checks, and touching it otherwise raises.
    """
    closed = category in CLOSED
    info = {"privacy": ColumnPrivacy(category, note, on_erasure)}
    args: list[Any] = [a for a in (type_, foreign_key and ForeignKey(foreign_key)) if a is not None]
    fate: dict[str, Any] = {"deferred": True, "deferred_raiseload": True} if closed else {}
    made: Mapped[Any] = mapped_column(*args, info=info, **fate, **kw)
    return made


def personal(type_: Any, category: Category, *, note: str, **kw: Any) -> Mapped[Any]:
    """Declare a column that holds personal data; it goes when its person goes unless said otherwise."""
    kw.setdefault("on_erasure", OnErasure.DELETE)
    return column(type_, category=category, note=note, **kw)


@event.listens_for(Mapper, "instrument_class")
def _every_column_is_classified(mapper: Mapper[Any], class_: type) -> None:
    """Refuse a mapped column that no helper above has made."""
    for name, col in mapper.local_table.c.items():
        if "privacy" not in col.info:
            raise TypeError(f"{class_.__name__}.{name} must be made by column(…) or personal(…) of models.base")


def privacy_of(model: type[Base]) -> dict[str, ColumnPrivacy]:
    """Return what each column of a table holds, by the column's name."""
    return {name: col.info["privacy"] for name, col in model.__table__.c.items()}


@dataclass(frozen=True)
class RowCondition:
    """Which rows of a table a staff member reaches: a name, a sentence, and the expression both follow from."""

    name: str
    table: str
    sentence: str
    expression: Callable[[Access], ColumnElement[bool]]


CONDITIONS: dict[str, RowCondition] = {}
"""Every row condition by name: bound by the guard, compiled for the database, tested, printed. One source."""


def row_condition(table: str, sentence: str) -> Callable[[Callable[[Access], ColumnElement[bool]]], RowCondition]:
    """Register the decorated expression as the row condition that bears its name.

    Tables inside its EXISTS must be aliases: a plain one would be tied to the same table of the outer statement.
    """

    def register(expression: Callable[[Access], ColumnElement[bool]]) -> RowCondition:
        condition = RowCondition(expression.__name__, table, sentence, expression)
        CONDITIONS[condition.name] = condition
        return condition

    return register

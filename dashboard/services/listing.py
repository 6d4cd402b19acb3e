"""Pages of a list by keyset: the page after a key, at the same cost on the first page and on the last.

A cursor is signed and holds a number only; a tampered one shows the first page. Nothing is counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import SelectBase, select
from sqlalchemy.orm import Session, undefer

from models import CLOSED, bound, privacy_of

SET = object()
"""Stands for "has a value" in the conditions of a list."""
_KEYS: dict[str, URLSafeSerializer] = {}


@dataclass(frozen=True)
class Found:
    """One page: its records in the list's order, and the cursors of the pages beside it (empty where there is none)."""

    records: Sequence[Any]
    newer: str
    older: str


@dataclass(frozen=True)
class Between:
    """A stretch of time to narrow a list by (UTC): from its start on, and before its end."""

    start: datetime
    end: datetime


def sign_cursors_with(secret_key: str) -> None:
    """Set the key that signs cursors; called once when the application is made."""
    _KEYS["cursor"] = URLSafeSerializer(secret_key, salt="cursor")


def page(
    session: Session, model: Any, *, cursor: str = "", where: Mapping[str, Any], size: int, oldest_first: bool = False
) -> Found:
    """Return one page of the rows in reach. `where` maps attributes to a value, None, SET, a tuple or a Between."""
    start = "newer" if oldest_first else "older"
    direction, key = _read(cursor, start=start)
    statement = select(model).options(*_columns_in_reach(session, model))
    statement = statement.where(*(narrowed(getattr(model, name), value) for name, value in where.items()))
    forward = direction != "newer"
    if key is not None:
        statement = statement.where(model.number < key if forward else model.number > key)
    order = model.number.desc() if forward else model.number.asc()
    records = session.scalars(statement.order_by(order).limit(size + 1)).all()
    if key is not None and (not records or (direction != start and len(records) <= size)):
        # Back at the beginning, or what stood here has gone: show the first page, whole.
        return page(session, model, where=where, size=size, oldest_first=oldest_first)
    found = _found(records, size=size, forward=forward, first=key is None)
    return replace(found, records=found.records[::-1]) if oldest_first else found


def narrowed(column: Any, value: Any) -> Any:
    """Return the condition that narrows a column to a value, None, SET, any of a tuple or a select, or a Between."""
    if value is SET:
        return column.is_not(None)
    if isinstance(value, Between):
        return (column >= value.start) & (column < value.end)
    return column.in_(value) if isinstance(value, tuple | SelectBase) else column == value


def _columns_in_reach(session: Session, model: Any) -> list[Any]:
    """A list shows the closed columns its Access reaches, and cannot load the others."""
    access, table = bound(session), model.__tablename__
    closed = {name: kept.category for name, kept in privacy_of(model).items() if kept.category in CLOSED}
    return [undefer(getattr(model, name)) for name, kind in closed.items() if access.may_read(table, kind)]


def _found(records: Sequence[Any], *, size: int, forward: bool, first: bool) -> Found:
    more, kept = len(records) > size, list(records[:size])
    if not forward:
        kept.reverse()
    if not kept:
        return Found((), "", "")
    newer = (not first) if forward else more
    older = more if forward else not first
    return Found(kept, _sign("newer", kept[0].number) * newer, _sign("older", kept[-1].number) * older)


def _sign(direction: str, number: int) -> str:
    return str(_KEYS["cursor"].dumps([direction, number]))


def _read(cursor: str, *, start: str) -> tuple[str, int | None]:
    try:
        direction, number = _KEYS["cursor"].loads(cursor)
    except (BadData, ValueError, TypeError):
        return start, None
    return str(direction), int(number)

"""The row conditions of an Access as the mapper takes them: one loader criterion for each mapped table."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Mapper, Session, with_loader_criteria

from .access import Access
from .base import CONDITIONS, Base
from .canary import keys_of, real


class _Others:
    """Stands for every mapped table but some, where a criterion takes a base class and asks which classes it has."""

    def __init__(self, some: frozenset[Mapper[Any]]) -> None:
        self._classes = [mapper.class_ for mapper in Base.registry.mappers if mapper not in some]

    def __subclasses__(self) -> list[type[Any]]:
        return self._classes


def row_criteria(session: Session, access: Access, asked_for: Collection[str | None]) -> list[Any]:
    """Return the row condition of each mapped table that is asked for, and that any other gives no row at all.

    So a table that hides from the walk through the statement gives nothing.
    """
    found = sorted((mapper for mapper in Base.registry.mappers if _table_of(mapper) in asked_for), key=_table_of)
    return [*(_criterion_once(session, access, mapper) for mapper in found), _no_row_but_of(frozenset(found))]


def _criterion_once(session: Session, access: Access, mapper: Mapper[Any]) -> Any:
    """A row condition follows from the Access alone, and a session has one: build it once."""
    built: dict[Mapper[Any], Any] = session.info.setdefault("criteria", {})
    if mapper not in built:
        built[mapper] = _criterion(mapper, rows_of(access, mapper))
    return built[mapper]


def _table_of(mapper: Mapper[Any]) -> str:
    return str(mapper.local_table.name)  # type: ignore[attr-defined]


def _model_of(mapper: Mapper[Any]) -> Any:
    return mapper.class_


def _criterion(mapper: Mapper[Any], condition: ColumnElement[bool]) -> Any:
    return with_loader_criteria(mapper.class_, condition, include_aliases=True)


@cache  # one criterion for all of them: each that stands on a statement is read whenever it runs
def _no_row_but_of(some: frozenset[Mapper[Any]]) -> Any:
    others: Any = _Others(some)
    return with_loader_criteria(others, false(), include_aliases=True)


def real_rows() -> list[Any]:
    """Return the criteria for every row that is no canary's."""
    return [_real_row(mapper) for mapper in Base.registry.mappers if keys_of(_model_of(mapper))]


@cache
def _real_row(mapper: Mapper[Any]) -> Any:
    return _criterion(mapper, real(_model_of(mapper)))


def rows_of(access: Access, mapper: Mapper[Any]) -> Any:
    """The row condition, and never a canary: nobody is sent after, or counts, who does not exist."""
    reach = access.reach.get(_table_of(mapper))
    if reach is None:
        return false()
    model, condition = _model_of(mapper), CONDITIONS[reach.condition].expression(access)
    return condition & real(model) if keys_of(model) else condition

"""What shape the tables have: asked by those who check rules against them. Pure facts, no row."""

from typing import Any

from sqlalchemy import Column, Table

from .base import Base, UtcDateTime


def every_table() -> dict[str, type[Base]]:
    """Return every table of the house by its name."""
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def columns_of(model: type[Base]) -> dict[str, Column[Any]]:
    """Return the columns of a table by their names."""
    return dict(_table(model).c.items())


def is_moment(model: type[Base], name: str) -> bool:
    """Whether a column holds a moment in time."""
    return isinstance(_table(model).c[name].type, UtcDateTime)


def leads_an_index(model: type[Base], name: str) -> bool:
    """Whether rows can be found by a column from its lowest value on, without reading the table."""
    return any(next(iter(index.columns)).name == name for index in _table(model).indexes)


def pointing_at(model: type[Base]) -> list[tuple[type[Base], str]]:
    """Return the tables whose rows point at rows of this one, each with the name of the column that does."""
    return [
        (child, name)
        for child in every_table().values()
        for name, column in columns_of(child).items()
        if any(key.column.table is _table(model) for key in column.foreign_keys)
    ]


def _table(model: type[Base]) -> Table:
    table: Any = model.__table__
    found: Table = table
    return found

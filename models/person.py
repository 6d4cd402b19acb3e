"""Whose rows these are: for each table, which of its rows belong to one person, and what an erasure does to them.

One source for the overview, the erasure plan and its read-back. A row belongs to a person through its tie: a LINK
column with a foreign key to a row of the person, or an expression that stands below by `tie`. A table that could hold
a person and has neither fails the build (tests/every).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, String, Table, cast, exists, false, or_

from .audit import AccessRecord
from .base import Base, privacy_of
from .classification import Category, OnErasure
from .company import Company, CompanyAdministrator
from .operation import IdempotencyRecord
from .staff import Message


@dataclass(frozen=True)
class Person:
    """One person in every relation with us, each listed apart (P8): opaque keys, the app's ids and addresses.

    `companies` are those that consist of this person alone: such a company's name is the person's.
    """

    accounts: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The subject keys: one per relation."""
        return self.accounts + self.contacts

    @property
    def known(self) -> bool:
        """Whether we hold anything of this person."""
        return bool(self.keys)

    def __or__(self, other: "Person") -> "Person":
        """Return both as one."""
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Person(**{name: tuple(dict.fromkeys(values)) for name, values in both.items()})


ROOTS = {"account": "accounts", "contact_request": "contacts", "subject_request": "requests"}
"""The tables whose rows are a person in one relation, and where Person keeps their ids."""
Tie = Callable[[Person], ColumnElement[bool]]
TIES: dict[str, Tie] = {}
"""The ties that no foreign key shows, by table."""
NEEDS: dict[str, str] = dict(ROOTS)
"""What of a Person a table is searched by; a table that is searched by several things is not here."""


def tie(table: str, *, needs: str = "") -> Callable[[Tie], Tie]:
    """Register the decorated expression as the tie of a table; `needs` is what alone of a Person it searches by."""

    def register(expression: Tie) -> Tie:
        TIES[table] = expression
        if needs:
            NEEDS[table] = needs
        return expression

    return register


def rows_of(model: type[Base], person: Person) -> ColumnElement[bool]:
    """Return the condition for the rows of a table that belong to a person; raise KeyError where none can."""
    return _rows(model.__table__, person)


def _rows(table: FromClause, person: Person) -> ColumnElement[bool]:
    name = _name(table)
    if name in ROOTS:
        return table.c.id.in_(getattr(person, ROOTS[name]))
    if name in TIES:
        return TIES[name](person)
    link = tie_of(Base.metadata.tables[name])
    if link is None:
        raise KeyError(name)
    above = _points_at(link)
    if above.name in ROOTS:
        return table.c[link.name].in_(getattr(person, ROOTS[above.name]))
    parent = above.alias()
    return exists().where(parent.c.id == table.c[link.name], _rows(parent, person))


def may_hold(model: type[Base], person: Person) -> bool:
    """Whether a table need be searched for a person: not for whom it could only find by what they do not have."""
    table: Any = model.__table__
    while table.name not in NEEDS and table.name not in TIES and (link := tie_of(table)) is not None:
        table = _points_at(link)
    return table.name not in NEEDS or bool(getattr(person, NEEDS[table.name]))


def _name(table: FromClause) -> str:
    return str(getattr(getattr(table, "element", table), "name"))  # noqa: B009 - an alias or the table itself


def _points_at(link: Column[Any]) -> Table:
    return next(iter(link.foreign_keys)).column.table


def tie_of(table: Table) -> Column[Any] | None:
    """Return the column that ties a row to its person: the first LINK column with a foreign key."""
    links = (c for c in table.c if c.foreign_keys and c.info["privacy"].category == Category.LINK)
    return next(links, None)


def holds_persons(model: type[Base]) -> bool:
    """Whether rows of this table can belong to a customer or a contact."""
    table: Any = model.__table__
    return table.name in ROOTS or table.name in TIES or tie_of(table) is not None


@cache
def models_of_persons() -> tuple[type[Base], ...]:
    """Return every table that can hold a person, those that are pointed at first."""
    by_table = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    return tuple(by_table[table] for table in Base.metadata.sorted_tables if holds_persons(by_table[table]))


def fate_of(model: type[Base]) -> OnErasure:
    """Return what an erasure does to a person's rows: delete them, empty some of their columns, or keep them.

    One column that must go takes its row with it.
    """
    fates = {kept.on_erasure for kept in privacy_of(model).values()}
    return next(fate for fate in (OnErasure.DELETE, OnErasure.ANONYMISE, OnErasure.KEEP) if fate in fates)


@tie("company", needs="companies")
def _companies(person: Person) -> ColumnElement[bool]:
    return Company.id.in_(person.companies)


@tie("company_administrator", needs="external_ids")
def _administrators(person: Person) -> ColumnElement[bool]:
    return CompanyAdministrator.account_external_id.in_(person.external_ids)


@tie("access_record", needs="keys")
def _looks(person: Person) -> ColumnElement[bool]:
    return AccessRecord.subject_key.in_(person.keys)


@tie("message")
def _messages(person: Person) -> ColumnElement[bool]:
    return Message.subject_key.in_(person.keys) | Message.address.in_(person.addresses)


@tie("idempotency_record")
def _answers(person: Person) -> ColumnElement[bool]:
    answer = cast(IdempotencyRecord.answer, String)
    return or_(false(), *(answer.contains(f'"{i}"', autoescape=True) for i in _ids(person)))


def _ids(person: Person) -> tuple[str, ...]:
    return person.keys + person.external_ids

"""Every place that holds something of a person, from the same map an erasure follows (models/person.py).

App and website stand apart: a row is listed where its own tie leads, and nothing joins the two (P8). Which columns are
shown, and as what, follows from their classification; what is not shown is named with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, false, func, inspect, not_

from models import Base, Category, ColumnPrivacy, Person, models_of_persons, privacy_of, rows_of

RELATIONS = ("app", "website", "house")
"""The headings, in order. House: what belongs to the requests themselves, or to no relation."""
READABLE = frozenset({"message.address"})
"""Closed columns that are no hash: the person's own address, while a message to it waits."""
STAFF_KEYS = frozenset({"access_record.staff_id", "access_record.staff_number"})
"""Who a staff member is; the role stands beside it and is shown."""
STAFF_OR_WORD = {"ticket.unlocked_by": frozenset({"app", "customer"})}
"""Columns that hold a word or else a staff member's key."""
PERSON_OR_WORD = {"account.deactivated_by": frozenset({"self", "company"})}
"""Columns that hold a word or else somebody's key at the app: the person's own, or a colleague's."""
ROLES = {"contact_request": "rep", "contact_attempt": "rep", "onboarding_case": "sysadmin", "ticket": "support",
         "trace_opening": "support", "trace_widening": "support", "subject_request": "support"}  # fmt: skip
"""In which role staff appear in a table: that, and never who, is told."""
SUMMARISED = frozenset({"usage_event"})
"""Tables whose rows the page counts by month; the copy has every one."""


@dataclass(frozen=True)
class Place:
    """A table in one relation, and which of its rows are the person's there."""

    model: type[Base]
    relation: str
    where: ColumnElement[bool] = field(repr=False)

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


def apart(person: Person) -> dict[str, Person]:
    """Return the person as each relation alone knows them."""
    return {
        "app": Person(accounts=person.accounts, external_ids=person.external_ids, companies=person.companies),
        "website": Person(contacts=person.contacts),
        "house": person,
    }


def places(person: Person) -> Iterator[Place]:
    """Yield every place, also those where nothing will be found. Each row of the person lies in exactly one."""
    for relation, known in apart(person).items():
        for model in models_of_persons():
            yield Place(model, relation, _only_here(model, relation, known, person))


def _only_here(model: type[Base], relation: str, known: Person, person: Person) -> ColumnElement[bool]:
    elsewhere = [rows_of(model, p) for r, p in apart(person).items() if RELATIONS.index(r) < RELATIONS.index(relation)]
    return and_(rows_of(model, known), *(not_(func.coalesce(rows, false())) for rows in elsewhere))


@cache
def kind_of(table: str, name: str) -> str:
    """Return how a column is told: value, staff (by role), person (own key or a word), hidden."""
    full = f"{table}.{name}"
    if full in STAFF_KEYS or (_category(table, name) == Category.SECRET and full not in READABLE):
        return "hidden"
    if full in STAFF_OR_WORD or _points_at_staff(table, name):
        return "staff"
    return "person" if full in PERSON_OR_WORD else "value"


def _category(table: str, name: str) -> Category:
    kept: ColumnPrivacy = privacy_of(model_of(table))[name]
    return kept.category


def model_of(table: str) -> type[Base]:
    """Return a table that can hold a person by its name."""
    return next(model for model in models_of_persons() if model.__tablename__ == table)


def _points_at_staff(table: str, name: str) -> bool:
    column: Any = inspect(model_of(table)).columns[name]
    return any(key.column.table.name == "staff" for key in column.foreign_keys)


def shown(table: str) -> list[str]:
    """Return the columns of a table a person is told, in the order of the table."""
    return [name for name in privacy_of(model_of(table)) if kind_of(table, name) != "hidden"]


def hidden(table: str) -> list[str]:
    """Return the columns of a table a person is not told: hashes, keys, and who of the staff it was."""
    return [name for name in privacy_of(model_of(table)) if kind_of(table, name) == "hidden"]


def clock_of(model: type[Base]) -> str | None:
    """Return the column that says since when a row is here: its first moment that is never empty."""
    columns = inspect(model).columns.items()
    return next((name for name, column in columns if is_moment(column) and not column.nullable), None)


def is_moment(column: Any) -> bool:
    """Whether a column holds a moment (UTC)."""
    return isinstance(getattr(column.type, "impl", column.type), DateTime)

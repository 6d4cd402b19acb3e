"""Collecting everything we hold of a person, place by place, as it stands at one moment (P1, P2).

What an erasure would touch is what is found here: both follow models/person.py. Rows are read in batches; only what the
page shows one by one is kept in memory, so a hundred thousand usage events take no more room than ten.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from dashboard.database.engine import system_session
from dashboard.policy.wordings import LIST_PERMISSION
from dashboard.processors.base import Facts
from dashboard.processors.registry import PROCESSORS
from dashboard.services.erasure.profile import profile_of
from models import Account, Company, Person, bound

from . import facts
from .colleagues import Colleagues, colleagues
from .labels import STAFF
from .places import PERSON_OR_WORD, ROLES, STAFF_OR_WORD, SUMMARISED, Place, clock_of, kind_of, places, shown

BATCH = 500
"""Rows read at once."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """One place and what was found there; `months` counts the rows of a table that is summarised, by 2026-11."""

    place: Place = field(repr=False)
    count: int
    first: datetime | None
    last: datetime | None
    goes_at: datetime | None
    rows: Sequence[Row] = field(default=(), repr=False)
    months: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Consent:
    """What the person answered to "May we add you to our contact list?", and what was read out to them (P26)."""

    answer: str
    channel: str | None
    answered_at: datetime | None
    version: str | None
    wording: str


@dataclass(frozen=True)
class Overview:
    """Everything we hold of a person at one moment; nobody else's data, and of staff the role alone."""

    at: datetime
    person: Person = field(repr=False)
    companies: Sequence[str] = field(repr=False)
    sections: Sequence[Section] = field(repr=False)
    consents: Sequence[Consent] = field(repr=False)
    processors: Sequence[Facts] = ()

    def of(self, table: str) -> Iterator[Section]:
        """Yield what one table holds, relation by relation."""
        return (section for section in self.sections if section.place.table == table)


def snapshot(engine: Engine, reason: str) -> Session:
    """Open a session that sees one moment only, however long it reads."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return system_session(engine, reason, read_only=True)


def collect(session: Session, person: Person, *, zone: ZoneInfo) -> Overview:
    """Return the overview of a person, with every row but those of the tables that are summarised."""
    read = Reader(session, person)
    ended = session.scalar(select(func.min(Account.deactivated_at)).where(Account.id.in_(person.accounts)))
    sections = [_section(read, place, ended=ended, zone=zone) for place in places(person)]
    return Overview(
        at=bound(session).at, person=person, companies=_companies(session, person), sections=sections,
        consents=_consents(sections), processors=_processors(person),
    )  # fmt: skip


class Reader:
    """Reads the rows of a place as their person is told them."""

    def __init__(self, session: Session, person: Person) -> None:
        """Take the session of one moment and the person."""
        self.session, self.person = session, person
        self.staff: Colleagues = colleagues(session, (*person.addresses, *profile_of(session, person).addresses))

    def extent(self, place: Place) -> tuple[int, datetime | None, datetime | None]:
        """Return how many rows there are, and the first and last moment among them."""
        clock = clock_of(place.model)
        moments = (func.min(getattr(place.model, clock)), func.max(getattr(place.model, clock))) if clock else ()
        found = self.session.execute(select(func.count(), *moments).select_from(place.model).where(place.where)).one()
        return found[0], *(found[1:] if clock else (None, None))

    def rows(self, place: Place, *, batch: int = BATCH) -> Iterator[Row]:
        """Yield every row, oldest first; read in batches."""
        names = shown(place.table)
        changed = [name for name in names if kind_of(place.table, name) != "value"]
        statement = select(*(getattr(place.model, name) for name in names)).where(place.where)
        found = self.session.execute(statement.order_by(*_order(place)).execution_options(yield_per=batch))
        for values in found:
            row = dict(zip(names, values, strict=True))
            told = {name: self._value(place.table, name, row[name]) for name in changed}
            yield self.staff.told(place.table, {**row, **told})

    def moments(self, place: Place) -> Iterator[datetime]:
        """Yield when each row happened."""
        clock = getattr(place.model, clock_of(place.model) or "")
        yield from self.session.scalars(select(clock).where(place.where).execution_options(yield_per=10 * BATCH))

    def _value(self, table: str, name: str, value: Any) -> Any:
        kind, full = kind_of(table, name), f"{table}.{name}"
        if value is None:
            return value
        if kind == "staff":
            return value if value in STAFF_OR_WORD.get(full, ()) else STAFF[ROLES[table]]
        return value if value in (*PERSON_OR_WORD[full], *self.person.external_ids) else "administrator"


def _order(place: Place) -> list[Any]:
    clock = clock_of(place.model)
    names = [column.key for column in inspect(place.model).primary_key]
    return [getattr(place.model, name) for name in filter(None, (clock, *names))]


def _section(read: Reader, place: Place, *, ended: datetime | None, zone: ZoneInfo) -> Section:
    count, first, last = read.extent(place)
    goes_at = facts.goes_at(place.table, oldest=first, deactivated_at=ended, zone=zone) if count else None
    whole = place.table not in SUMMARISED
    rows = tuple(read.rows(place)) if count and whole else ()
    months = {} if whole or not count else Counter(f"{at.astimezone(zone):%Y-%m}" for at in read.moments(place))
    return Section(place, count, first, last, goes_at, rows, dict(sorted(months.items())))


def _companies(session: Session, person: Person) -> tuple[str, ...]:
    """Return the names of the companies the person's accounts belong to."""
    mine = select(Account.company_id).where(Account.id.in_(person.accounts))
    return tuple(session.scalars(select(Company.name).where(Company.id.in_(mine)).order_by(Company.name)))


def _consents(sections: Sequence[Section]) -> tuple[Consent, ...]:
    asked = [row for s in sections if s.place.table == "contact_request" for row in s.rows if row["permission"]]
    return tuple(
        Consent(row["permission"], row["permission_channel"], row["permission_asked_at"], row["permission_wording"],
                _wording(row["permission_wording"] or ""))
        for row in asked
    )  # fmt: skip


def _wording(version: str) -> str:
    number, _dash, language = version.partition("-")
    return LIST_PERMISSION.get(number, {}).get(language, "")


def _processors(person: Person) -> tuple[Facts, ...]:
    """Return who else can hold something: those of the relations the person is in, and those of everybody."""
    known = {"app": bool(person.accounts), "website": bool(person.contacts), "house": True}
    return tuple(p for p in PROCESSORS if known[p.relation] or not p.reachable)

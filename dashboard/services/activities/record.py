"""What article 30, paragraph 1 asks for, (a) to (g): each part read from where the code keeps it. Nobody's data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.config import Settings
from dashboard.policy.grants import GRANTS, Grant
from dashboard.policy.promises import register
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence
from dashboard.policy.texts import N_
from dashboard.processors.base import Facts
from dashboard.processors.registry import PROCESSORS
from models import PERSONAL, Base, Category, OnErasure, fate_of, models_of_persons, privacy_of

from .limits import Limit, limit_of

NOBODY = "nobody"
EU = "European Union"


PERSONS: Mapping[str, str] = {
    "account": N_("Users of the app"),
    "contact": N_("Visitors who filled in the contact form, and people who ask about their own data"),
    "visitor": N_("Visitors of the website, as statistics that name nobody"),
    "staff": N_("Staff"),
}
"""The categories of persons, by the subject that tables declare."""
MEASURES: Mapping[str, tuple[str, ...]] = {
    N_("Who can see what"): ("P36", "P37", "P38", "P57", "P58", "P59", "P60"),
    N_("Encrypted links, and no other way out"): ("P52", "P53", "P54"),
    N_("Where the data lies"): ("P17", "P19"),
    N_("Removal and its proof"): ("P45", "P46", "P49", "P51"),
    N_("Time limits"): ("P41", "P50"),
    N_("Regular testing of all this"): ("P1", "P55", "P56"),
}
"""Technical and organisational measures: the controls of these promises, by what they are for."""


@dataclass(frozen=True)
class Controller:
    """(a) Who answers for the processing; empty where the settings do not say."""

    name: str
    address: str
    contact: str


@dataclass(frozen=True)
class Use:
    """One role's use of data for one purpose: categories of columns by table, and the promises it rests on."""

    role: Role
    promises: tuple[str, ...]
    data: Mapping[str, tuple[Category, ...]]


@dataclass(frozen=True)
class Activity:
    """(b) One purpose, in a sentence, with whose data it touches and who uses what for it."""

    purpose: Purpose
    sentence: str
    persons: tuple[str, ...]
    uses: Sequence[Use]


@dataclass(frozen=True)
class Table:
    """(c), (f) One table: whose data, why, which personal columns by category, what removal and time do to it."""

    name: str
    person: str
    reason: str
    columns: Mapping[Category, tuple[str, ...]]
    removal: OnErasure | None
    kept: str
    limit: Limit


@dataclass(frozen=True)
class Measure:
    """(g) What the measures under one heading are for, and each control with its promise."""

    heading: str
    controls: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Record:
    """The whole record."""

    controller: Controller
    activities: Sequence[Activity]
    tables: Sequence[Table]
    of_nobody: Sequence[tuple[str, str]]
    recipients: Sequence[Role]
    processors: Sequence[Facts]
    measures: Sequence[Measure]

    @property
    def transfers(self) -> list[Facts]:
        """(e) The processors whose data may leave the European Union, each with the ground the policy names."""
        return [facts for facts in self.processors if facts.place != EU]


def record(settings: Settings) -> Record:
    """Return the record as the code stands now."""
    tables = list(_tables())
    return Record(
        Controller(settings.company_name, settings.company_address, settings.privacy_contact),
        [_activity(purpose) for purpose in Purpose],
        [table for table in tables if table.person != NOBODY],
        [(table.name, table.reason) for table in tables if table.person == NOBODY],
        list(Role),
        list(PROCESSORS),
        [_measure(heading, numbers) for heading, numbers in MEASURES.items()],
    )


def _activity(purpose: Purpose) -> Activity:
    grants = [grant for grant in GRANTS if grant.purpose == purpose]
    uses = [_use(role, [g for g in grants if g.role == role]) for role in Role if any(g.role == role for g in grants)]
    subjects = {_model(table).__privacy__.subject for use in uses for table in use.data}
    return Activity(purpose, sentence(purpose), tuple(s for s in PERSONS if s in subjects), uses)


def _use(role: Role, grants: Sequence[Grant]) -> Use:
    reached: dict[str, set[Category]] = {}
    for rows in (rows for grant in grants for rows in grant.reach):
        reached.setdefault(rows.table, set()).update(rows.categories & SHOWN)
    data = {table: tuple(c for c in Category if c in found) for table, found in sorted(reached.items()) if found}
    return Use(role, tuple(dict.fromkeys(g.promise for g in grants)), data)


SHOWN = PERSONAL | {Category.STAFF}
"""The categories that say something about a person; plain work data and opaque keys do not."""


def _tables() -> Iterator[Table]:
    for model in sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda m: m.__tablename__):
        privacy = model.__privacy__
        removal = fate_of(model) if model in models_of_persons() else None
        yield Table(
            model.__tablename__, privacy.subject, privacy.reason, _columns(model), removal, privacy.kept,
            limit_of(model),
        )  # fmt: skip


def _columns(model: type[Base]) -> dict[Category, tuple[str, ...]]:
    kinds = {name: kept.category for name, kept in privacy_of(model).items()}
    held = (c for c in Category if c in SHOWN | {Category.LINK, Category.SECRET} and c in kinds.values())
    return {category: tuple(name for name, kind in kinds.items() if kind == category) for category in held}


def _model(table: str) -> type[Base]:
    return next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == table)


def _measure(heading: str, numbers: Sequence[str]) -> Measure:
    return Measure(heading, [(register()[no].control, no) for no in numbers])

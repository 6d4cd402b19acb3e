"""The erasure plan: every place a person can be in, and what happens there. Derived, never listed by hand.

Tables come from the models' classification, processors from their registry; what nobody declared fails the build. The
plan's hash stands on the certificate, so that what was carried out can be told from any other plan.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache

from dashboard.processors.registry import PROCESSORS
from models import Base, OnErasure, fate_of, models_of_persons, privacy_of

RELATIONS = {"account": "app", "contact": "website"}
"""Under which heading a table of a subject stands; everything else is the house's own."""
MESSAGES_ON_DISK, EXPORT_FILES, FREE_TEXT, RESIDUE = "messages on disk", "export files", "free text", "residue"
OWN_FILES = (MESSAGES_ON_DISK, EXPORT_FILES)
OF_THE_REQUEST = frozenset({"subject_request", "request_link", "request_step", "sealed_payload", "export_file"})
"""The tables of requests themselves: what they lose, they lose when a request ends (services/requests)."""


@dataclass(frozen=True)
class Place:
    """One line of the plan: a location, the relation it belongs to, what happens there, which columns it is about."""

    location: str
    relation: str
    action: str
    columns: tuple[str, ...] = ()


@cache
def plan() -> tuple[Place, ...]:
    """Return every place, in the order in which it is dealt with."""
    tables = [_place(model) for model in models_of_persons() if model.__tablename__ not in OF_THE_REQUEST]
    order = [OnErasure.ANONYMISE, OnErasure.DELETE, OnErasure.KEEP]
    ours = sorted(tables, key=lambda place: order.index(OnErasure(place.action)))
    texts = Place(FREE_TEXT, "house", "scrub", free_text_columns())
    files = tuple(Place(location, "house", "delete") for location in OWN_FILES)
    others = tuple(Place(p.name, p.relation, "ask" if p.reachable else "out_of_reach") for p in PROCESSORS)
    return (texts, *ours, *files, *others, Place(RESIDUE, "house", "scan"))


def _place(model: type[Base]) -> Place:
    fate = fate_of(model)
    columns = tuple(sorted(name for name, kept in privacy_of(model).items() if kept.on_erasure == fate))
    relation = RELATIONS.get(model.__privacy__.subject, "house")
    return Place(model.__tablename__, relation, fate.value, columns if fate != OnErasure.KEEP else ())


def free_text_columns() -> tuple[str, ...]:
    """Return every column people type words into, as table.column."""
    return tuple(
        f"{model.__tablename__}.{name}"
        for model in sorted((m.class_ for m in Base.registry.mappers), key=lambda m: m.__tablename__)
        for name, kept in privacy_of(model).items()
        if kept.category == "free_text"
    )


def hash_of(places: Sequence[Place]) -> str:
    """Return the hash of a plan: 64 hexadecimal characters."""
    return hashlib.sha256(json.dumps([astuple(place) for place in places]).encode()).hexdigest()


def model_of(location: str) -> type[Base] | None:
    """Return the table a location names; None for files and processors."""
    return next((m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == location), None)

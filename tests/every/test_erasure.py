"""Nobody is forgotten by an erasure: every table, column and foreign key that can hold a person is in the plan.

Each net fails with the culprit's name and the line to write.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table

from dashboard.services.erasure import planning
from models import PERSONAL, Base, Category, ColumnPrivacy, OnErasure, fate_of, models_of_persons, privacy_of
from models.person import holds_persons

OF_PERSONS = {"account", "contact"}
STAFF_OWN = {"staff_session.data", "proposal.subject", "proposal.name"}


def models() -> list[type[Base]]:
    return [mapper.class_ for mapper in Base.registry.mappers]


def tied_faults() -> Iterator[str]:
    """A table about accounts or contacts without a tie could keep a person for ever."""
    for model in models():
        if model.__privacy__.subject in OF_PERSONS and not holds_persons(model):
            yield f"{model.__tablename__}: write its tie in models/person.py, or a LINK column with a foreign key"
        personal = [n for n, kept in privacy_of(model).items() if kept.category in PERSONAL]
        if personal and not holds_persons(model):
            yield f"{model.__tablename__}: {personal} are personal, and no tie says whose"


def kept_faults() -> Iterator[str]:
    """What stays has a ground and an end."""
    for model in models_of_persons():
        stays = fate_of(model) == OnErasure.KEEP or model.__tablename__ in planning.OF_THE_REQUEST - {"sealed_payload"}
        declared = bool(model.__privacy__.kept and model.__privacy__.kept_months)
        if stays and not declared:
            yield f"{model.__tablename__}: its rows stay; state kept=… and kept_months=… in __privacy__"
        if declared and not stays:
            yield f"{model.__tablename__}: states a ground to stay, and its rows go"


def column_faults(name: str, kept: ColumnPrivacy) -> Iterator[str]:
    """A personal column never stays as it is."""
    if kept.category in PERSONAL and kept.on_erasure == OnErasure.KEEP:
        yield f"{name}: personal data cannot be kept; on_erasure is DELETE or ANONYMISE"


def pointing_faults(tables: Iterable[Table], fates: dict[str, OnErasure]) -> Iterator[str]:
    """A foreign key to a row that goes must go with its own row, or be emptied."""
    for table in tables:
        for key in table.foreign_keys:
            target = key.column.table.name
            if fates.get(target) != OnErasure.DELETE or fates.get(table.name) == OnErasure.DELETE:
                continue
            if key.parent.info["privacy"].on_erasure != OnErasure.ANONYMISE:
                yield f"{table.name}.{key.parent.name} points at {target}, whose rows go: on_erasure=ANONYMISE"


def fates() -> dict[str, OnErasure]:
    return {model.__tablename__: fate_of(model) for model in models_of_persons()}


def test_every_table_of_persons_has_a_tie_when_it_is_mapped():
    faults = list(tied_faults())

    assert len(models_of_persons()) > 15
    assert not faults, "\n".join(faults)


def test_every_row_that_stays_has_a_ground_and_an_end_when_a_person_is_erased():
    faults = list(kept_faults())

    assert not faults, "\n".join(faults)


def test_no_personal_column_is_kept_when_a_person_is_erased():
    found = [(f"{m.__tablename__}.{n}", kept) for m in models() for n, kept in privacy_of(m).items()]

    faults = [fault for name, kept in found for fault in column_faults(name, kept)]

    assert not faults, "\n".join(faults)


def test_no_foreign_key_points_at_nothing_when_a_person_is_erased():
    faults = list(pointing_faults(Base.metadata.tables.values(), fates()))

    assert not faults, "\n".join(faults)


def test_every_table_of_persons_is_in_the_plan_when_it_is_derived():
    planned = {place.location for place in planning.plan()} | planning.OF_THE_REQUEST

    missing = {model.__tablename__ for model in models_of_persons()} - planned

    assert not missing


def test_plan_has_another_hash_when_one_place_changes():
    plan = planning.plan()

    assert planning.hash_of(plan) != planning.hash_of(plan[1:])
    assert planning.hash_of(plan) == planning.hash_of(list(plan))


def test_a_personal_column_is_named_when_it_would_be_kept():
    kept = ColumnPrivacy(Category.IDENTITY, "A name that stays.", OnErasure.KEEP)

    assert list(column_faults("diary.name", kept)) == [
        "diary.name: personal data cannot be kept; on_erasure is DELETE or ANONYMISE"
    ]


@pytest.mark.parametrize(("fate", "faults"), [(OnErasure.KEEP, 1), (OnErasure.ANONYMISE, 0), (OnErasure.DELETE, 1)])
def test_a_foreign_key_is_named_when_it_would_be_left_pointing(fate: OnErasure, faults: int):
    metadata, info = MetaData(), {"privacy": ColumnPrivacy(Category.LINK, "Whose.", fate)}
    Table("person", metadata, Column("id", String, primary_key=True))
    diary = Table("diary", metadata, Column("person_id", String, ForeignKey("person.id"), info=info))
    known: dict[str, Any] = {"person": OnErasure.DELETE, "diary": OnErasure.ANONYMISE}

    assert len(list(pointing_faults([diary], known))) == faults

"""Every table and column says what it holds, in words a compliance officer can use; a silent one cannot be defined."""

from collections.abc import Iterator

import pytest
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, mapped_column

from models import Base, Category, ColumnPrivacy, OnErasure, TablePrivacy
from models.base import DeclaredPrivacy, Key, column

SUBJECTS = {"account", "contact", "staff", "nobody"}
UNFINISHED = ("tbd", "todo", "fixme", "xxx", "???")


def table_faults(name: str, privacy: object) -> Iterator[str]:
    if not isinstance(privacy, TablePrivacy):
        yield f"{name}: state __privacy__ = TablePrivacy(subject=…, reason=…)"
        return
    if privacy.subject not in SUBJECTS:
        yield f"{name}: subject={privacy.subject!r} must be one of {sorted(SUBJECTS)}"
    if len(privacy.reason) < 15 or is_unfinished(privacy.reason):
        yield f"{name}: reason={privacy.reason!r} must say why the table exists, in 15 characters or more"


def column_faults(name: str, privacy: object) -> Iterator[str]:
    if not isinstance(privacy, ColumnPrivacy):
        yield f"{name}: make it by column(…, note=…) or personal(…, note=…) of models.base"
        return
    if not isinstance(privacy.category, Category) or not isinstance(privacy.on_erasure, OnErasure):
        yield f"{name}: category and on_erasure must be members of Category and OnErasure"
    if len(privacy.note) < 8 or not privacy.note.endswith(".") or is_unfinished(privacy.note):
        yield f"{name}: note={privacy.note!r} must be a sentence of 8 characters or more, with its full stop"


def is_unfinished(text: str) -> bool:
    return any(mark in text.lower() for mark in UNFINISHED)


@pytest.fixture
def scratch() -> Iterator[type[DeclarativeBase]]:
    """A base with a registry and tables of its own, under the same rules as the product's."""

    class Scratch(DeclaredPrivacy, DeclarativeBase):
        pass

    yield Scratch
    Scratch.registry.dispose()


def test_every_table_says_whose_data_and_why_when_it_is_mapped():
    tables = {mapper.local_table.name: mapper.class_.__privacy__ for mapper in Base.registry.mappers}

    faults = [fault for name, privacy in tables.items() for fault in table_faults(name, privacy)]

    assert len(tables) > 15
    assert not faults, "\n".join(faults)


def test_every_table_is_mapped_when_the_metadata_knows_it():
    mapped = {mapper.local_table.name for mapper in Base.registry.mappers}

    bare = set(Base.metadata.tables) - mapped

    assert not bare, f"map these tables to a class with __privacy__: {sorted(bare)}"


def test_every_column_says_what_it_holds_when_it_is_mapped():
    columns = [(f"{table.name}.{c.name}", c) for table in Base.metadata.tables.values() for c in table.c]

    faults = [fault for name, c in columns for fault in column_faults(name, c.info.get("privacy"))]

    assert len(columns) > 100
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "privacy",
    [
        None,
        TablePrivacy("customer", "Holds what a customer said to us."),
        TablePrivacy("account", "Because."),
        TablePrivacy("account", "TBD, ask the lawyers about it."),
    ],
)
def test_a_table_is_named_when_its_declaration_is_hollow(privacy: TablePrivacy | None):
    faults = list(table_faults("diary", privacy))

    assert len(faults) == 1
    assert faults[0].startswith("diary: ")


@pytest.mark.parametrize(
    "privacy",
    [
        None,
        ColumnPrivacy(Category.WORK, "TODO say it.", OnErasure.KEEP),
        ColumnPrivacy(Category.WORK, "A state.", "keep"),
        ColumnPrivacy("diary", "What they wrote.", OnErasure.DELETE),
        ColumnPrivacy(Category.WORK, "Without its full stop", OnErasure.KEEP),
        ColumnPrivacy(Category.WORK, "State.", OnErasure.KEEP),
    ],
)
def test_a_column_is_named_when_its_declaration_is_hollow(privacy: ColumnPrivacy | None):
    faults = list(column_faults("diary.words", privacy))

    assert len(faults) == 1
    assert faults[0].startswith("diary.words: ")


def test_a_table_cannot_be_defined_when_it_states_no_privacy():
    with pytest.raises(TypeError, match="Diary must state __privacy__"):
        type("Diary", (Base,), {"__tablename__": "diary", "id": column(Key, primary_key=True, note="Its key.")})

    assert "diary" not in Base.metadata.tables


def test_a_column_cannot_be_defined_when_no_helper_made_it(scratch: type[DeclarativeBase]):
    fields = {
        "__tablename__": "diary",
        "__privacy__": TablePrivacy("nobody", "A scratch table of a test."),
        "id": column(Key, primary_key=True, note="Its key, random."),
        "words": mapped_column(String(10)),
    }

    with pytest.raises(TypeError, match=r"Diary\.words must be made by column"):
        type("Diary", (scratch,), fields)

    assert "diary" not in Base.metadata.tables


def test_a_table_is_defined_when_it_and_its_columns_say_what_they_hold(scratch: type[DeclarativeBase]):
    fields = {
        "__tablename__": "diary",
        "__privacy__": TablePrivacy("nobody", "A scratch table of a test."),
        "id": column(Key, primary_key=True, note="Its key, random."),
    }

    made = type("Diary", (scratch,), fields)

    assert made.__table__.c.id.info["privacy"].note == "Its key, random."

"""The residue scan: is a value of an erased person left anywhere? Asked of fingerprints, so the values need not be
kept.

Everything that could hold text is read: every text and JSON column of every table, and every file in the project's
care. What looks like an address, a phone number or an id is fingerprinted and compared; whole names are looked for in
the rows that were tied to the person. A hit names the place, never the value.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import JSON, String, cast, inspect, or_, select
from sqlalchemy.orm import Session

from dashboard.services import fingerprints
from models import Base, Category, ErasedFingerprint, UsageEvent, privacy_of

ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"\+?\d(?:[\s().\-/]*\d){6,16}")
KEY = re.compile(r"(?<![\w.:-])[A-Za-z0-9][\w.:-]{2,63}")
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
LONGEST_NAME = 5
"""Words of the longest whole name that is looked for."""
ROWS = 2_000
"""Rows read at once: a large table is never in memory whole."""
POINTING_ON_PURPOSE = {"access_record.subject_key", "ledger_entry.key", "canary_key.key"}
"""Columns that keep the opaque key with a ground: it points to nobody any more."""


@dataclass(frozen=True)
class Hit:
    """A place where something is left: a table's column or a file's folder, and what kind of value."""

    place: str
    kind: str


def known(session: Session, request_id: str) -> dict[str, str]:
    """Return the fingerprints of a request's erased values, with the kind of each."""
    rows = session.execute(
        select(ErasedFingerprint.fingerprint, ErasedFingerprint.kind).where(ErasedFingerprint.request_id == request_id)
    )
    return {fingerprint: kind for fingerprint, kind in rows}  # noqa: C416 - rows are no pairs to mypy


def scan(
    session: Session, sought: dict[str, str], *, folders: Iterable[Path] = (), own: Iterable[tuple[Any, Any]] = ()
) -> list[Hit]:
    """Return every place where one of these fingerprints is found. `own`: rows in which whole names count too."""
    rows = set(own)
    hits = [hit for model in _models() for hit in _in_table(session, model, sought, own=rows)]
    hits += [hit for folder in folders for hit in _in_folder(folder, sought)]
    return list(dict.fromkeys(hits))


def _models() -> list[type[Base]]:
    return sorted((m.class_ for m in Base.registry.mappers), key=lambda m: m.__tablename__)


def _in_table(session: Session, model: Any, sought: dict[str, str], *, own: set[tuple[Any, Any]]) -> Iterator[Hit]:
    columns = _text_columns(model)
    if not columns:
        return
    key = inspect(model).primary_key[0]
    texts = (cast(getattr(model, name), String).label(f"text_{name}") for name in columns)
    statement = select(key.label("row_key"), *texts)
    if model is UsageEvent:  # the largest by far: the database itself passes over what cannot hold a value
        statement = statement.where(_could_hold_one(model, columns))
    for rows in session.execute(statement.execution_options(yield_per=ROWS)).partitions():
        for row_key, *read in rows:
            for name, text in zip(columns, read, strict=True):
                place = f"{model.__tablename__}.{name}"
                if text and place not in POINTING_ON_PURPOSE:
                    yield from (Hit(place, kind) for kind in in_text(text, sought, names=(model, row_key) in own))


def _text_columns(model: Any) -> list[str]:
    """Return the columns that can hold a text; hashes cannot be turned back and are passed over."""
    kinds = privacy_of(model)
    return [
        name
        for name, column in inspect(model).columns.items()
        if isinstance(column.type, String | JSON) and not _is_hash(name, kinds[name].category)
    ]


def _is_hash(name: str, category: Category) -> bool:
    return category == Category.SECRET and name.endswith(("hash", "key", "fingerprint", "signature", "password"))


def _could_hold_one(model: Any, columns: list[str]) -> Any:
    marks = ("@", "%40")
    return or_(
        *(cast(getattr(model, name), String).contains(mark, autoescape=True) for name in columns for mark in marks)
    )


def in_text(text: str, sought: dict[str, str], *, names: bool = False) -> set[str]:
    """Return the kinds of the sought values that stand in a text."""
    return {sought[fingerprint] for fingerprint in _fingerprints(text, names=names) if fingerprint in sought}


def _fingerprints(text: str, *, names: bool) -> Iterator[str]:
    for written in {text, unquote(text)}:
        yield from (fingerprints.of_address(found) for found in set(ADDRESS.findall(written)))
        yield from (fingerprints.of_phone(found) for found in set(PHONE.findall(written)))
        yield from (fingerprints.of_key(found) for found in set(KEY.findall(written)))
        if names:
            yield from map(fingerprints.of_name, _runs(WORD.findall(written)))


def _runs(words: list[str]) -> set[str]:
    """Return every run of two to five words: a whole name is one of them."""
    return {
        " ".join(words[start : start + length])
        for length in range(2, LONGEST_NAME + 1)
        for start in range(len(words) - length + 1)
    }


def _in_folder(folder: Path, sought: dict[str, str]) -> Iterator[Hit]:
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="replace")
            yield from (Hit(folder.name, kind) for kind in in_text(text, sought))

"""The canonical form of a line: the same bytes on every database, today and after a column has been added.

FORMS is history: a version is never changed or removed, because seals were made in it. A new column makes a new
version; ranges sealed before it keep theirs. A value is taken as the database holds it, not as the models would read
it, so that even `2` in place of true is seen.
"""

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, Row, String, select, type_coerce
from sqlalchemy.orm import Session

from dashboard.services import keys
from models import AccessRecord

FORMS: dict[int, tuple[str, ...]] = {
    1: (
        "number", "at", "event", "staff_id", "staff_number", "role", "permission", "purpose", "allowed", "reason",
        "case_ref", "case_id", "table", "fields", "count", "subject_key", "request_id",
    )
}  # fmt: skip
"""The columns of each version, in the order in which they are hashed."""
NEWEST = max(FORMS)
AS_HELD: dict[str, Any] = {"at": String(), "allowed": Integer()}
"""Columns whose type would smooth over what the database holds."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT_ONCE = 2_000
"""Lines read at a time: memory stays flat, however long the log."""


class Digest:
    """A keyed hash over lines in order, and how many they were."""

    def __init__(self, form: int) -> None:
        """Begin a range in this version of the form."""
        self._hash, self._names, self.count = keys.stream("access log lines"), FORMS[form], 0

    def add(self, line: Row[Any]) -> None:
        """Take in the next line."""
        self._hash.update(canonical(line, self._names))
        self.count += 1

    def value(self) -> str:
        """Return the hash: 64 hexadecimal characters."""
        return self._hash.hexdigest()


def canonical(line: Row[Any], names: Sequence[str]) -> bytes:
    """Return the bytes of a line: a JSON list in ASCII; a moment is [microseconds since 1970], truth is 1 or 0."""
    held = line._mapping  # noqa: SLF001 - SQLAlchemy's public way to a row's values by name
    told = [_told(moment(held[name]) if name == "at" else held[name]) for name in names]
    return json.dumps(told, separators=(",", ":"), ensure_ascii=True, default=_foreign).encode() + b"\n"


def _told(value: Any) -> Any:
    """What no column can hold by itself, a list, stands for a moment: a number put in its place is another value."""
    if isinstance(value, datetime):
        return [_microseconds(value)]
    return int(value) if isinstance(value, bool) else value


def _foreign(value: Any) -> dict[str, str]:
    """A value of a kind that we never write, such as SQLite's bytes in a column of text."""
    return {"held": repr(value)}


def _microseconds(moment: datetime) -> int:
    since = moment.astimezone(UTC) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(held: Any) -> Any:
    """Return a moment as the database holds it: SQLite's text, when it is written as we write it, else as it is."""
    if not isinstance(held, str):
        return held
    try:
        read = datetime.fromisoformat(held)
    except ValueError:
        return held
    as_we_write = read.tzinfo is None and read.isoformat(sep=" ", timespec="microseconds") == held
    return read.replace(tzinfo=UTC) if as_we_write else held


def above(session: Session, number: int, *, until: int | None = None, most: int | None = None) -> Generator[Row[Any]]:
    """Yield the lines above a number, in order, as the database holds them; a few at a time."""
    columns = [_held(name) for name in FORMS[NEWEST]]
    statement = select(*columns).where(AccessRecord.number > number).order_by(AccessRecord.number).limit(most)
    if until is not None:
        statement = statement.where(AccessRecord.number <= until)
    with closing(session.execute(statement.execution_options(yield_per=AT_ONCE))) as found:
        yield from found


def _held(name: str) -> Any:
    column = getattr(AccessRecord, name)
    return type_coerce(column, AS_HELD[name]).label(name) if name in AS_HELD else column

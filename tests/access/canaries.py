"""Values that name where they came from, and finding them again however a page has written them.

A canary is letters and digits only, so escaping for HTML, JSON or an address leaves it as it is; what could hide it is
base64 (a cookie), which is opened here. Moments are told by their second, phone numbers by their digits, days and counts
by lying where no true one does: before 1960, above 1,987 millions.
"""

import base64
import hashlib
import html
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import JSON, Column, Date, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

from models import CLOSED, Base
from models.base import UtcDateTime

WORD = re.compile(r"cnry[0-9a-f]{10}")
PHONE = re.compile(r"316\d{8}")
CLOCK = re.compile(r"\d\d:\d\d:\d\d")
DAY = re.compile(r"19[0-5]\d-\d\d-\d\d")
COUNT = re.compile(r"1987\d{6}")
REF = re.compile(r"\b[TCOR]-\d{4,}\b")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}")


@dataclass(frozen=True, order=True)
class Cell:
    """One personal value: its column as `table.column`, and the name of its row."""

    column: str
    row: str


def digest(*parts: str) -> str:
    """Return a stable hexadecimal name for these parts."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def closed_columns() -> dict[str, Column[Any]]:
    """Return every column of a closed category, as `table.column`: the personal ones, staff's and secrets."""
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.sorted_tables
        for column in table.c
        if column.info["privacy"].category in CLOSED
    }


@dataclass
class Canaries:
    """Which canary stands for which cell."""

    cells: dict[str, Cell] = field(default_factory=dict)
    read: dict[str, frozenset[str]] = field(default_factory=dict)
    """What each text read so far holds that looks like a canary: an answer is judged several times."""

    def planted_columns(self) -> set[str]:
        """Return the columns in which at least one canary stands."""
        return {cell.column for cell in self.cells.values()}

    def know(self, needle: str, cell: Cell) -> None:
        """Remember a value that was planted by hand."""
        self.cells[needle] = cell

    def value(self, column: Column[Any], row: str, *, salt: str = "", at: datetime) -> Any:
        """Return a fresh canary of the column's type for this row; `at` is about when, where it is a moment."""
        cell = Cell(f"{column.table.name}.{column.name}", row)
        word = "cnry" + digest(cell.column, row, salt)[:10]
        if isinstance(column.type, UtcDateTime):
            return self._moment(cell, at, word)
        if column.name == "phone":
            return self._phone(cell, word)
        if isinstance(column.type, (Date, Integer)):
            return self._day_or_count(cell, int(word[4:], 16), is_day=isinstance(column.type, Date))
        self.know(word, cell)
        return _dressed(word, column.type, column.name)

    def _moment(self, cell: Cell, at: datetime, word: str) -> datetime:
        chance = int(word[4:], 16)
        moment = at.replace(minute=chance % 60, second=1 + chance // 60 % 59, microsecond=0)
        for hours in (0, 1, 2):  # the pages speak the company's time, winter or summer
            self.know((moment + timedelta(hours=hours)).strftime("%H:%M:%S"), cell)
        return moment

    def _phone(self, cell: Cell, word: str) -> str:
        digits = f"{int(word[4:], 16) % 10**8:08d}"
        self.know("316" + digits, cell)
        return f"+31 6 {digits}"

    def _day_or_count(self, cell: Cell, chance: int, *, is_day: bool) -> Any:
        value = date(1901, 1, 1) + timedelta(days=chance % 20_000) if is_day else 1_987_000_000 + chance % 10**6
        self.know(str(value), cell)
        return value

    def found_in(self, text: str) -> Iterator[Cell]:
        """Yield the cells whose canary stands anywhere in a text, in any of its writings."""
        if text not in self.read:
            self.read[text] = frozenset(needles(text))
        yield from (self.cells[needle] for needle in self.read[text] if needle in self.cells)


def _dressed(word: str, type_: TypeEngine[Any], name: str) -> Any:
    if isinstance(type_, JSON):
        return {"chart": word}
    if isinstance(type_, LargeBinary):
        return word.encode()
    if name in {"email", "address"}:
        return f"{word}@x.example"
    room = (type_.length or 1000) if isinstance(type_, String) else 1000
    return f"Zoë <{word}> & 'co'" if room >= 100 else word


def needles(text: str) -> Iterator[str]:
    """Yield everything in a text that looks like a canary."""
    for writing in (text, *_opened(text)):
        lower = html.unescape(unquote_plus(writing)).lower() if "%" in writing or "&" in writing else writing.lower()
        yield from WORD.findall(lower)
        yield from CLOCK.findall(lower)
        yield from DAY.findall(lower)
        yield from COUNT.findall(re.sub(r"[.,\s]", "", lower) if "987" in lower else "")
        yield from PHONE.findall(re.sub(r"[\s().+-]", "", lower) if "6" in lower else "")


def _opened(text: str) -> Iterator[str]:
    """Yield what base64 in the text says, compressed or not, at any of the four positions it could begin."""
    for run in BASE64.findall(text):
        for start in range(min(4, len(run))):
            piece = run[start:].replace("-", "+").replace("_", "/")
            raw = base64.b64decode(piece[: len(piece) // 4 * 4])
            yield raw.decode("latin-1")
            if raw[:1] == b"\x78":
                with suppress(zlib.error):
                    yield zlib.decompressobj().decompress(raw).decode("latin-1")

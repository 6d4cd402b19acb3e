"""The ledger: what must be done again after a restore, in the database and in a file outside it.

A line is added in the transaction of its cause and written to the file after COMMIT, before anything is certified.
The lines are chained with keyed hashes: one that was changed, taken out or put in is noticed. Keys in it are opaque
and point to nobody.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.services import append_only
from dashboard.services.keys import keyed
from models import LedgerEntry, bound, lock_ledger

BEGINNING = "0" * 64
"""What the first line is chained to."""


class LedgerBroken(Exception):
    """Cannot continue because a line of the ledger's file is not what was written; its number is in the text."""


@dataclass(frozen=True)
class Line:
    """One line, as the file holds it; `at` in UTC."""

    number: int
    at: str
    event: str
    relation: str
    key: str
    request_id: str | None
    chained: str

    def follows(self, chained: str) -> bool:
        """Whether this line is the one that was written after the line with this hash."""
        return self.chained == _chain(chained, self)


def _chain(before: str, line: Line) -> str:
    facts = (str(line.number), line.at, line.event, line.relation, line.key, line.request_id or "")
    return keyed("ledger", before, *facts)


def add(session: Session, event: str, *, relation: str, key: str, request_id: str | None = None) -> None:
    """Add a line in the caller's transaction; others that add one wait for its end."""
    lock_ledger(session)
    session.flush()
    last = session.execute(
        select(LedgerEntry.number, LedgerEntry.chained).order_by(LedgerEntry.number.desc()).limit(1)
    ).first()
    number, before = (last.number + 1, last.chained) if last else (1, BEGINNING)
    at = bound(session).at
    line = Line(number, at.isoformat(), event, relation, key, request_id, "")
    session.add(_entry(line, _chain(before, line), at))


def _entry(line: Line, chained: str, at: datetime) -> LedgerEntry:
    return LedgerEntry(
        number=line.number, at=at, event=line.event, relation=line.relation, key=line.key, request_id=line.request_id,
        chained=chained,
    )  # fmt: skip


def catch_up(session: Session, path: Path) -> int:
    """Write to the file what the database has and the file has not; return how many lines. Safe to call at any time."""
    with append_only.held(path):
        last = _last(path)
        rows = session.scalars(select(LedgerEntry).where(LedgerEntry.number > last).order_by(LedgerEntry.number)).all()
        if rows:
            append_only.append(path, [json.dumps(vars(_line(row))) for row in rows])
    return len(rows)


def _line(row: LedgerEntry) -> Line:
    return Line(row.number, row.at.isoformat(), row.event, row.relation, row.key, row.request_id, row.chained)


def _last(path: Path) -> int:
    lines = read(path)
    return lines[-1].number if lines else 0


def read(path: Path) -> list[Line]:
    """Return the lines of the file; raise LedgerBroken when one is not what was written."""
    lines: list[Line] = []
    for number, text in enumerate(_whole_lines(path), start=1):
        line = _parsed(text, number)
        if line.number != number or not line.follows(lines[-1].chained if lines else BEGINNING):
            raise LedgerBroken(f"line {number}")
        lines.append(line)
    return lines


def _whole_lines(path: Path) -> list[str]:
    text = path.read_text() if path.exists() else ""
    return text.split("\n")[:-1]


def _parsed(text: str, number: int) -> Line:
    try:
        return Line(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise LedgerBroken(f"line {number}") from error


def missing(session: Session, path: Path) -> list[Line]:
    """Return the file's lines that the database has not: a backup was restored. Raise LedgerBroken."""
    known: dict[int, Any] = {n: c for n, c in session.execute(select(LedgerEntry.number, LedgerEntry.chained))}  # noqa: C416
    lines = read(path)
    for line in lines:
        if line.number in known and known[line.number] != line.chained:
            raise LedgerBroken(f"line {line.number} differs from the database's")
    return [line for line in lines if line.number not in known]


def is_behind(session: Session, path: Path) -> bool:
    """Whether the database lacks lines of the file: it must not serve before they are replayed."""
    newest = session.scalar(select(func.max(LedgerEntry.number))) or 0
    return _last(path) > newest


def adopt(session: Session, line: Line) -> None:
    """Add a line of the file to the database as it stands, once what it says has been done again."""
    session.add(_entry(line, line.chained, datetime.fromisoformat(line.at)))

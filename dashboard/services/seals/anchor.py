"""The anchors: a file outside the database that only grows, one line per seal, written after the seal's commit.

Who cuts off the end of the log in the database would have to cut it off here too, and in the messages that compliance
has had. After a restore the file is ahead of the database; `resume` writes down, signed, what was lost by it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.services import append_only
from dashboard.services.keys import keyed
from models import Seal

from . import chain

AT_ONCE = 1_000
TAIL = 4_096
"""Bytes from the end in which the last line surely begins: one is about 200 long."""


class AnchorAhead(Exception):
    """Cannot continue because the database ends before, or differs from, what is anchored; numbers are in the text."""


class AnchorUnreadable(Exception):
    """Cannot continue because a line of the file is not what was written; its number is in the text."""


@dataclass(frozen=True)
class Anchor:
    """What the file says of one seal. `at` as text, in UTC."""

    seal: int
    last: int
    at: str
    chained: str


@dataclass(frozen=True)
class Resumed:
    """A restore that was owned up to: the chain went on behind seal `back_to`; anchors up to `lost` do not count."""

    back_to: int
    lost: int
    at: str
    signature: str = ""

    def signed(self) -> "Resumed":
        """Return it with its signature."""
        return Resumed(self.back_to, self.lost, self.at, keyed("access log resumed", *map(str, self._facts())))

    def _facts(self) -> tuple[int, int, str]:
        return self.back_to, self.lost, self.at

    def holds(self) -> bool:
        """Whether it was signed with our key."""
        return self == self.signed()


def of(seal: Any) -> Anchor:
    """Return what the file must say of a seal."""
    return Anchor(seal.number, seal.last, chain.written(seal.at), seal.chained)


def read(path: Path) -> Iterator[tuple[int, Anchor | Resumed]]:
    """Yield the file's lines with their numbers, one at a time. Raise AnchorUnreadable."""
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for number, text in enumerate(file, start=1):
            yield number, _parsed(text, number)


def counting(path: Path) -> Iterator[Anchor]:
    """Yield the anchors that count, one after the other: not those that a restore lost. Raise AnchorUnreadable."""
    resumed = [(number, line.back_to) for number, line in read(path) if isinstance(line, Resumed)]
    before = None
    for number, line in read(path):
        if isinstance(line, Resumed) or any(later > number and back_to < line.seal for later, back_to in resumed):
            continue
        if before is not None and line.seal != before + 1:
            raise AnchorUnreadable(_place(number))
        before = line.seal
        yield line


def resumptions(path: Path) -> list[Resumed]:
    """Return the restores that were owned up to, oldest first."""
    return [line for _number, line in read(path) if isinstance(line, Resumed)]


def _parsed(text: str, number: int) -> Anchor | Resumed:
    try:
        facts = json.loads(text)
        line = (Resumed if "lost" in facts else Anchor)(**facts)
    except (ValueError, TypeError) as error:
        raise AnchorUnreadable(_place(number)) from error
    if isinstance(line, Resumed) and not line.holds():
        raise AnchorUnreadable(_place(number))
    return line


def _place(number: int) -> str:
    return f"line {number}" if number else "its last line"


def newest(path: Path) -> int:
    """Return the number of the newest seal that is anchored, from the file's end alone; 0 when none is."""
    return _last(path)[0]


def _last(path: Path) -> tuple[int, str]:
    if not path.exists():
        return 0, ""
    with path.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - TAIL, 0))
        texts = file.read().decode("ascii", "replace").split("\n")[:-1]
    if not texts:
        return 0, ""
    line = _parsed(texts[-1], 0)
    return (line.back_to, "") if isinstance(line, Resumed) else (line.seal, line.chained)


def catch_up(session: Session, path: Path) -> int:
    """Write to the file the seals it has not; return how many. Safe to call at any time. Raise AnchorAhead."""
    with append_only.held(path):
        number, chained = _last(path)
        compare(session, number, chained)
        query = select(Seal).where(Seal.number > number).order_by(Seal.number)
        written = 0
        for seals in session.scalars(query.execution_options(yield_per=AT_ONCE)).partitions():
            append_only.append(path, [json.dumps(asdict(of(seal))) for seal in seals])
            written += len(seals)
    return written


def compare(session: Session, number: int, chained: str) -> None:
    """Raise AnchorAhead when the database does not reach up to, or differs at, the newest seal that is anchored."""
    ends = chain.newest(session)
    if ends.number < number:
        raise AnchorAhead(f"seal {number} is anchored, the database ends at seal {ends.number}")
    found = session.scalar(select(Seal.chained).where(Seal.number == number))
    if chained and found and found != chained:
        raise AnchorAhead(f"seal {number} differs from its anchor")


def refuse_if_ahead(session: Session, path: Path) -> None:
    """Raise AnchorAhead: nothing is sealed on top of a log that was cut off."""
    compare(session, *_last(path))


def resume(session: Session, path: Path, *, at: datetime) -> Resumed | None:
    """Own up to a restore: from now on the chain goes on from the database's end. None when nothing was lost."""
    with append_only.held(path):
        ends, lost = chain.newest(session).number, _last(path)[0]
        if lost <= ends:
            return None
        line = Resumed(ends, lost, chain.written(at)).signed()
        append_only.append(path, [json.dumps(asdict(line))])
    return line

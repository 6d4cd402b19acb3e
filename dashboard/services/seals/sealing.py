"""Sealing: every minute the new lines become a range of the chain, and its seal is anchored outside the database.

A number that is drawn and not yet committed is never passed over: database/horizon.py says how far the log is decided.
A range holds lines of one day (UTC), so that retention, which takes whole ranges, is late by a day at most.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database import horizon
from models import Seal, lock_seals, utcnow

from . import anchor, chain, lines

MOST = 5_000
"""Lines in one range: a backlog becomes several, so that what is broken can be said narrowly."""


def seal_access_log(session: Session, settings: Settings) -> int:
    """Seal what is decided and anchor it; return how many lines. Raise AnchorAhead when the log was cut off."""
    sealed = seal(session, path=settings.anchor_file)
    anchor.catch_up(session, settings.anchor_file)
    session.rollback()
    return sealed


def seal(session: Session, *, path: Path, patience: float = horizon.PATIENCE) -> int:
    """Seal every line that is decided, a transaction per range; return how many lines."""
    engine = session.get_bind().engine
    session.rollback()
    until, sealed = horizon.decided(engine, patience=patience), 0
    while count := _seal_range(session, until=until, path=path):
        sealed += count
    return sealed


def _seal_range(session: Session, *, until: int, path: Path) -> int:
    lock_seals(session)
    anchor.refuse_if_ahead(session, path)
    ends = chain.newest(session)
    found = _of_one_day(list(lines.above(session, ends.last, until=until, most=MOST)))
    if found:
        session.add(_next(ends, found))
    session.commit()
    return len(found)


def _of_one_day(found: Sequence[Row[Any]]) -> list[Row[Any]]:
    return list(takewhile(lambda line: _day(line) == _day(found[0]), found))


def _day(line: Row[Any]) -> Any:
    at = lines.moment(line.at)
    return at.astimezone(UTC).date() if isinstance(at, datetime) else at


def _next(ends: chain.Base, found: Sequence[Row[Any]]) -> Seal:
    digest = lines.Digest(lines.NEWEST)
    for line in found:
        digest.add(line)
    link = chain.Link(
        number=ends.number + 1, at=utcnow(), form=lines.NEWEST, after=ends.last, last=found[-1].number,
        count=digest.count, digest=digest.value(), before=ends.chained,
    )  # fmt: skip
    return Seal(**vars(link), chained=link.chained())

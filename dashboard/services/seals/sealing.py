"""Sealing: every minute the new lines become a range of the chain, and its seal is anchored outside the database.

A number that is drawn and not yet committed is never passed over: database/horizon.py says how far the log is decided.
A range holds lines of one of the company's days, by which retention counts: what it takes is whole ranges.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database import horizon
from models import Seal, lock_seals, utcnow

from . import anchor, chain, lines

MOST = 5_000
"""Lines read at a time, and in one range at most, so that what is broken can be said narrowly."""


def seal_access_log(session: Session, settings: Settings) -> int:
    """Seal what is decided and anchor it; return how many lines. Raise AnchorAhead when the log was cut off."""
    sealed = seal(session, path=settings.anchor_file, zone=settings.zone)
    anchor.catch_up(session, settings.anchor_file)
    session.rollback()
    return sealed


def seal(session: Session, *, path: Path, zone: tzinfo = UTC, patience: float = horizon.PATIENCE) -> int:
    """Seal every line that is decided, a few thousand to a transaction; return how many lines."""
    engine = session.get_bind().engine
    session.rollback()
    until, sealed = horizon.decided(engine, patience=patience), 0
    while count := _seal_some(session, until=until, path=path, zone=zone):
        sealed += count
    return sealed


def _seal_some(session: Session, *, until: int, path: Path, zone: tzinfo) -> int:
    """Seal the next lines, each day's in a range of its own; the last day's wait while more of it may follow."""
    lock_seals(session)
    anchor.refuse_if_ahead(session, path)
    ends, sealed = chain.newest(session), 0
    found = list(lines.above(session, ends.last, until=until, most=MOST))
    days = [list(day) for _day, day in groupby(found, key=partial(_day, zone=zone))]
    for day in days[:-1] if len(found) == MOST and len(days) > 1 else days:
        seal = _next(ends, day)
        session.add(seal)
        ends, sealed = chain.Base(seal.number, seal.last, seal.chained), sealed + len(day)
    session.commit()
    return sealed


def _day(line: Row[Any], *, zone: tzinfo) -> Any:
    at = lines.moment(line.at)
    return at.astimezone(zone).date() if isinstance(at, datetime) else at


def _next(ends: chain.Base, found: Sequence[Row[Any]]) -> Seal:
    digest = lines.Digest(lines.NEWEST)
    for line in found:
        digest.add(line)
    link = chain.Link(
        number=ends.number + 1, at=utcnow(), form=lines.NEWEST, after=ends.last, last=found[-1].number,
        count=digest.count, digest=digest.value(), before=ends.chained,
    )  # fmt: skip
    return Seal(**vars(link), chained=link.chained())

"""Pruning: lines whose time is over go in whole ranges and leave a signed checkpoint, so that the rest still verifies.

Called by retention. A range that is not as it was sealed stays: what shows the tampering is not deleted by a job.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dashboard.database.changes import changed
from models import AccessRecord, Seal, SealCheckpoint, bound, lock_seals

from . import chain, lines

MOST = 5_000
"""Lines in one transaction, about: ranges are whole."""


class RangeBroken(Exception):
    """Cannot continue because a range that is due is not as it was sealed, or the checkpoint it follows not as it was
    signed; the seal's number is in the text.
    """


def prune(session: Session, *, before: datetime, most: int = MOST) -> int:
    """Delete the oldest ranges whose lines are all older than `before`; return how many lines went, 0 when none is due.

    In the caller's transaction, and about `most` lines at a time: call it again, after a commit, until it returns 0.
    Raise RangeBroken when one that is due, or the checkpoint, does not verify. What stands before the beginning stays.
    """
    lock_seals(session)
    begins = chain.base(session)
    due = list(_due(session, begins, before=before, most=most))
    if not due:
        return 0
    _hold_checkpoint(session)
    last = due[-1]
    gone = changed(session, delete(AccessRecord).where(AccessRecord.number.between(begins.last + 1, last.last)))
    changed(session, delete(Seal).where(Seal.number.between(begins.number + 1, last.number)))
    _leave_checkpoint(session, last, lines=begins.lines + gone)
    return gone


def _leave_checkpoint(session: Session, last: chain.Link, *, lines: int) -> None:
    """Say, signed, where the chain begins from now on, and how many lines have gone in all."""
    changed(session, delete(SealCheckpoint))
    ends = chain.Base(last.number, last.last, last.chained(), lines, bound(session).at)
    session.add(SealCheckpoint(**vars(ends), signature=ends.signature()))
    session.flush()


def due(session: Session, *, before: datetime) -> int:
    """Return how many lines lie in ranges that are due: what `prune` will delete."""
    return sum(link.count for link in _old(session, chain.base(session), before=before))


def _due(session: Session, begins: chain.Base, *, before: datetime, most: int) -> Iterator[chain.Link]:
    taken = 0
    for link in _old(session, begins, before=before):
        if taken >= most:
            return
        _hold(session, link, begins)
        begins = chain.Base(link.number, link.last, link.chained())
        taken += link.count
        yield link


def _old(session: Session, begins: chain.Base, *, before: datetime) -> Iterator[chain.Link]:
    """Yield the ranges from the beginning on, until one holds a line that is not old enough."""
    number = begins.number
    while links := [chain.link_of(s) for s in session.scalars(_after(number))]:
        for link in links:
            if not _is_old(session, link, before=before):
                return
            yield link
        number = links[-1].number


def _after(number: int) -> Any:
    return select(Seal).where(Seal.number > number).order_by(Seal.number).limit(100)


def _is_old(session: Session, link: chain.Link, *, before: datetime) -> bool:
    inside = (AccessRecord.number > link.after, AccessRecord.number <= link.last)
    newest = session.scalar(select(func.max(AccessRecord.at)).where(*inside))
    return newest is None or newest < before


def _hold(session: Session, link: chain.Link, begins: chain.Base) -> None:
    """Raise RangeBroken unless the range follows where the chain begins, and its lines are those that were sealed."""
    digest = lines.Digest(link.form)
    for line in lines.above(session, link.after, until=link.last):
        digest.add(line)
    follows = (link.number, link.after, link.before) == (begins.number + 1, begins.last, begins.chained)
    stored = session.scalar(select(Seal.chained).where(Seal.number == link.number))
    if not follows or stored != link.chained() or (digest.count, digest.value()) != (link.count, link.digest):
        raise RangeBroken(f"seal {link.number}")


def _hold_checkpoint(session: Session) -> None:
    """Raise RangeBroken when a checkpoint is not as it was signed: the next one would sign what was put there."""
    for found in session.scalars(select(SealCheckpoint)):
        if found.signature != chain.base_of(found).signature():
            raise RangeBroken(f"checkpoint at seal {found.number}")

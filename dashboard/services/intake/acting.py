"""One call acts once: the effect, the answer to a repeated call and the commit stand in one transaction.

Two equal calls at the same moment: the database lets one through, the other is tried again and finds what is there.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from dashboard.database import partitions
from dashboard.database.engine import in_turn, system_session
from dashboard.policy.lifetimes import IDEMPOTENCY
from dashboard.services.refusals import KeyUsedOtherwise, SomeoneWasFaster
from models import IdempotencyRecord, bound

ATTEMPTS = 5
PATIENCE = 5.0
"""Seconds a call waits for a month to be made; after that it is sent again later."""
TRY_AGAIN = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for "could not serialize" and "deadlock": nothing was written, the same again may
work."""


@dataclass(frozen=True)
class Answer:
    """What a call is answered: status, JSON body of ids, codes and counts, and whether it is a stored one."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True)
class Repeat:
    """What tells a repeated call: keyed hashes of its key (with token and address) and of its body."""

    key_hash: str
    body_hash: str


Effect = Callable[[Session], Answer]


def act(engine: Engine, effect: Effect, *, repeat: Repeat | None = None, read_only: bool = False) -> Answer:
    """Run an effect and commit it, or return the stored answer. Raise SomeoneWasFaster when the crowd is too thick."""
    for _ in range(ATTEMPTS):
        queue = nullcontext() if read_only else in_turn(engine)
        with queue, system_session(engine, "intake", read_only=read_only) as session:
            try:
                return _once(session, effect, repeat)
            except IntegrityError:
                session.rollback()
            except partitions.MonthMissing as missing:
                session.rollback()
                _make_room(engine, missing)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in TRY_AGAIN:
                    raise
                session.rollback()
    raise SomeoneWasFaster


def _make_room(engine: Engine, missing: partitions.MonthMissing) -> None:
    """Make the months a call needs; raise SomeoneWasFaster when somebody keeps the lock for it too long."""
    try:
        partitions.ensure(engine, since=missing.since, until=missing.until, patience=PATIENCE)
    except TimeoutError:
        raise SomeoneWasFaster from None


def _once(session: Session, effect: Effect, repeat: Repeat | None) -> Answer:
    earlier = _stored(session, repeat) if repeat else None
    if earlier:
        return earlier
    answer = effect(session)
    if repeat:
        session.add(
            IdempotencyRecord(
                key_hash=repeat.key_hash, body_hash=repeat.body_hash, status=answer.status,
                answer=dict(answer.body), created_at=bound(session).at,
            )
        )  # fmt: skip
    session.commit()
    return answer


def _stored(session: Session, repeat: Repeat) -> Answer | None:
    """Return the answer this key had in the last 24 hours; raise KeyUsedOtherwise when the body was another."""
    record = IdempotencyRecord
    found = session.execute(
        select(record.body_hash, record.status, record.answer, record.created_at).where(
            record.key_hash == repeat.key_hash
        )
    ).first()
    if found is None:
        return None
    if found.created_at < bound(session).at - IDEMPOTENCY:
        session.execute(delete(record).where(record.key_hash == repeat.key_hash))
        return None
    if found.body_hash != repeat.body_hash:
        raise KeyUsedOtherwise
    return Answer(found.status, found.answer, repeated=True)

"""Seals: what shows that no line of the access log was changed, taken out or put in afterwards. Nobody's data.

A seal covers every line whose number lies above `after` and not above `last`; it carries a keyed hash over those lines
and the hash of the seal before it. Lines are only ever sealed, or pruned in whole ranges that leave a checkpoint.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, String, func, select, true
from sqlalchemy.orm import Mapped, Session

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import TablePrivacy

Hash = String(64)


class Seal(Base):
    """One link of the chain over the access log."""

    __tablename__ = "seal"
    __privacy__ = TablePrivacy("nobody", "Shows that the access log is as it was written (P57).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=False, note="Its place in the chain.")
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was made.")
    form: Mapped[int] = column(Integer, note="Which version of the canonical form its lines were hashed in.")
    after: Mapped[int] = column(Number, note="It begins behind the line of this number.")
    last: Mapped[int] = column(Number, note="The number of its last line.")
    count: Mapped[int] = column(Integer, note="How many lines it covers: numbers may have gaps.")
    digest: Mapped[str] = column(Hash, note="Keyed hash over its lines, in order.")
    before: Mapped[str] = column(Hash, note="The chained hash of the seal before it.")
    chained: Mapped[str] = column(Hash, note="Keyed hash over all of the above.")


class SealCheckpoint(Base):
    """Where the chain begins since lines were pruned: one row, replaced and signed at each pruning."""

    __tablename__ = "seal_checkpoint"
    __privacy__ = TablePrivacy("nobody", "Lines go when their time is over, and the rest still proves itself (P57).")

    number: Mapped[int] = column(
        Number, primary_key=True, autoincrement=False, note="The last seal that was pruned, by its place in the chain."
    )
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was pruned.")
    last: Mapped[int] = column(Number, note="The number of the last line that was pruned.")
    lines: Mapped[int] = column(Number, note="How many lines were pruned, ever.")
    chained: Mapped[str] = column(Hash, note="The chained hash of that seal: the next one follows it.")
    signature: Mapped[str] = column(Hash, note="Keyed hash over all of the above.")


class SealVerification(Base):
    """One time the whole chain was verified, or is to be: how far it has come, and what was found."""

    __tablename__ = "seal_verification"
    __privacy__ = TablePrivacy("nobody", "A proof nobody looks at proves nothing: shows when it was last done (P57).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of asking.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    state: Mapped[str] = column(String(10), default="waiting", index=True, note="waiting, running, holds or broken.")
    asked_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was asked for.")
    started_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it began.")
    seen_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Its last sign of life.")
    ended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it ended.")
    lines: Mapped[int] = column(Number, default=0, note="How many lines it has read.")
    lines_of: Mapped[int] = column(Number, default=0, note="About how many there are to read.")
    seals: Mapped[int] = column(Number, default=0, note="How many seals it has checked.")
    last: Mapped[int] = column(Number, default=0, note="Up to which line the log was sealed.")
    findings: Mapped[list[dict[str, Any]]] = column(JSON, default=list, note="What does not hold: codes and numbers.")
    __table_args__ = ({"sqlite_autoincrement": True},)


SEAL_LOCK = 7_201_947
"""A number nobody else takes for an advisory lock on PostgreSQL."""


def lock_seals(session: Session) -> None:
    """Let one transaction at a time lengthen or shorten the chain; on SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(SEAL_LOCK)))


@row_condition("seal", "every seal")
def all_seals(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the chain."""
    return true()


@row_condition("seal_checkpoint", "where the chain begins")
def all_checkpoints(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the checkpoint."""
    return true()


@row_condition("seal_verification", "every verification of the chain")
def all_verifications(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the verifications."""
    return true()

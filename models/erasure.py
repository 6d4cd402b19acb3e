"""What remains of an erasure, without saying whose: the ledger, tombstones, fingerprints (P46, P51)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from .base import Base, Key, Number, UtcDateTime, column, utcnow
from .classification import Category, TablePrivacy


class LedgerEntry(Base):
    """One line of the ledger: what must be done again after a restore. Its twin is a line of the file outside."""

    __tablename__ = "ledger_entry"
    __privacy__ = TablePrivacy("nobody", "A restored backup must not bring back who was erased or what was withdrawn.")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=False, note="Its place in the chain.")
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it happened.")
    event: Mapped[str] = column(String(30), note="erased, token_revoked or staff_deactivated.")
    relation: Mapped[str] = column(String(10), note="app, website or house.")
    key: Mapped[str] = column(Key, note="The opaque key; it points to nobody any more.")
    request_id: Mapped[str | None] = column(Key, nullable=True, note="On which request, by its public id.")
    chained: Mapped[str] = column(String(64), note="Keyed hash over this line and the one before.")
    __table_args__ = (Index("ix_ledger_entry_key", "key"),)


class Tombstone(Base):
    """An app's id that must not come back: as a keyed fingerprint (P51)."""

    __tablename__ = "tombstone"
    __privacy__ = TablePrivacy("nobody", "Late usage and re-sent copies of an erased account are refused (P51).")

    fingerprint: Mapped[str] = column(
        String(64), primary_key=True, category=Category.SECRET, note="Keyed fingerprint of the app's id."
    )
    erased_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Since when.")


class Suppression(Base):
    """An address nobody here may write to for the contact list: as a keyed fingerprint (P29)."""

    __tablename__ = "suppression"
    __privacy__ = TablePrivacy("nobody", "A later import or sync must not bring back who was taken off (P29).")

    fingerprint: Mapped[str] = column(
        String(64), primary_key=True, category=Category.SECRET, note="Keyed fingerprint of the address."
    )
    since: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Since when.")
    because: Mapped[str] = column(String(20), note="erased or unsubscribed.")


class ErasedFingerprint(Base):
    """A value that was erased, as a keyed fingerprint: what a scan for residue looks for."""

    __tablename__ = "erased_fingerprint"
    __privacy__ = TablePrivacy("nobody", "Whether something was left can be asked again while backups live (P46).")

    request_id: Mapped[str] = column(Key, primary_key=True, note="On which request, by its public id.")
    fingerprint: Mapped[str] = column(
        String(64), primary_key=True, category=Category.SECRET, note="Keyed fingerprint of one value."
    )
    kind: Mapped[str] = column(String(10), note="address, phone, name or key.")
    ends_at: Mapped[datetime] = column(UtcDateTime, index=True, note="Deleted when the last backup has gone.")


Mark = type[Tombstone] | type[Suppression] | type[ErasedFingerprint]


def leave_marks(session: Session, mark: Mark, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add marks that are not there yet, in one statement: the person may have been here before."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table: Any = mark.__table__
    if rows:
        session.execute(insert(table).on_conflict_do_nothing(), list(rows))


LEDGER_LOCK = 7_201_946
"""A number nobody else takes for an advisory lock on PostgreSQL."""


def lock_ledger(session: Session) -> None:
    """Let one transaction at a time add to the ledger, until it ends; on SQLite a writer is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LEDGER_LOCK)))

"""What keeps the retention rules honest: previews, runs, pauses, and the lease that one scheduler at a time holds."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, Integer, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import TablePrivacy

LIVE = "ended_at IS NULL"
"""A run that waits, runs or is to be tried again: there is one per rule at most."""


class RetentionRun(Base):
    """One run of one rule. Unique per rule and period: however many schedulers there are, a night happens once."""

    __tablename__ = "retention_run"
    __privacy__ = TablePrivacy("nobody", "Shows what was deleted when, and that a run stopped rather than guessed.")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of planning.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    rule: Mapped[str] = column(String(40), note="Which rule, by its name in policy/retention.py.")
    period: Mapped[str] = column(String(40), note="The company's day of the night, or asked: and a random id.")
    state: Mapped[str] = column(String(10), default="waiting", note="waiting, running, failed, done or stopped.")
    asked_by: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="Who asked for it; empty: the night, or the command line."
    )
    planned_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was planned or asked for.")
    before: Mapped[datetime] = column(UtcDateTime, note="Rows whose clock is older are due; fixed when planned.")
    previewed: Mapped[int] = column(Integer, note="How many rows its preview found.")
    found: Mapped[int | None] = column(Integer, nullable=True, note="How many rows it found when it began.")
    count: Mapped[int] = column(Integer, default=0, note="How many rows went.")
    batches: Mapped[int] = column(Integer, default=0, note="In how many transactions.")
    longest_ms: Mapped[int] = column(Integer, default=0, note="How long the longest of them took, in milliseconds.")
    started_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it first began.")
    beat_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When its last batch was committed.")
    ended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was done or stopped.")
    attempts: Mapped[int] = column(Integer, default=0, note="How often it failed.")
    next_try_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Not tried before then.")
    because: Mapped[str | None] = column(String(40), nullable=True, note="Why it stopped, as a code.")
    error: Mapped[str | None] = column(String(60), nullable=True, note="The kind of the last failure, never its text.")
    __table_args__ = (
        UniqueConstraint("rule", "period", name="uq_retention_run_period"),
        Index("uq_retention_run_live", "rule", unique=True, sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index("ix_retention_run_rule", "rule", "number"),
        {"sqlite_autoincrement": True},
    )


class RetentionForecast(Base):
    """What a coming night's run will find, counted at least a night before: what the run is held against."""

    __tablename__ = "retention_forecast"
    __privacy__ = TablePrivacy("nobody", "A run that finds far more than was foreseen stops and asks a human.")

    rule: Mapped[str] = column(String(40), primary_key=True, note="Which rule.")
    night: Mapped[str] = column(String(10), primary_key=True, note="The company's day of that night.")
    count: Mapped[int] = column(Integer, note="How many rows will be due then.")
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was counted.")


class RetentionPause(Base):
    """A stretch in which a rule deletes nothing: by whom, for which coded reason, until when."""

    __tablename__ = "retention_pause"
    __privacy__ = TablePrivacy("nobody", "A legal hold needs a reason and an end; what it keeps too long stays red.")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of writing.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    rule: Mapped[str] = column(String(40), note="Which rule.")
    reason: Mapped[str] = column(String(40), note="The coded reason.")
    paused_by: Mapped[str] = column(Key, foreign_key="staff.id", note="Who paused it.")
    paused_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was paused.")
    ends_at: Mapped[datetime] = column(UtcDateTime, note="It ends by itself then.")
    lifted_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When somebody ended it earlier.")
    lifted_by: Mapped[str | None] = column(Key, foreign_key="staff.id", nullable=True, note="Who did.")
    __table_args__ = (
        Index(
            "uq_retention_pause_open",
            "rule",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class Lease(Base):
    """Whose turn it is. Each taking raises the token; a holder of an older one is refused at its next batch."""

    __tablename__ = "lease"
    __privacy__ = TablePrivacy("nobody", "Two schedulers on two machines must not delete at once.")

    name: Mapped[str] = column(String(40), primary_key=True, note="Of which work.")
    token: Mapped[int] = column(Integer, note="Raised with each taking; every batch checks it.")
    ends_at: Mapped[datetime] = column(UtcDateTime, note="Another may take it from then on.")
    trusted_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="The last moment at which the clock was believed."
    )


@row_condition("retention_run", "every run of every rule")
def all_retention_runs(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the history of runs."""
    return true()


@row_condition("retention_pause", "every pause of every rule")
def all_retention_pauses(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the pauses."""
    return true()

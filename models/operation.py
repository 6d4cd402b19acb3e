"""What keeps the house running: jobs, heartbeats, repeated calls, rates. Nobody's data."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, Integer, String, UniqueConstraint, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class JobRun(Base):
    """One run of one job. Unique per job and period: two schedulers run it once."""

    __tablename__ = "job_run"
    __privacy__ = TablePrivacy("nobody", "Shows that jobs ran, and with what outcome.")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of beginning.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    job: Mapped[str] = column(String(40), note="Which job.")
    period: Mapped[str] = column(String(40), note="Which slot of its schedule, and which try in it.")
    state: Mapped[str] = column(
        String(10), default="running", note="running, done, idle (there was nothing to do) or failed."
    )
    started_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="When it began.")
    ended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it ended.")
    count: Mapped[int] = column(Integer, default=0, note="How many rows it dealt with.")
    error: Mapped[str | None] = column(String(60), nullable=True, note="The kind of failure, never its text.")
    __table_args__ = (
        UniqueConstraint("job", "period", name="uq_job_run_period"),
        Index("ix_job_run_job", "job", "number"),
        {"sqlite_autoincrement": True},
    )


class Heartbeat(Base):
    """The last sign of life of a process."""

    __tablename__ = "heartbeat"
    __privacy__ = TablePrivacy("nobody", "A scheduler that stands still must be noticed.")

    process: Mapped[str] = column(String(40), primary_key=True, note="Which process.")
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it last beat.")


class IdempotencyRecord(Base):
    """The answer to a call that may be sent again. Keys and bodies only as keyed hashes."""

    __tablename__ = "idempotency_record"
    __privacy__ = TablePrivacy("nobody", "A call sent twice acts once.")

    key_hash: Mapped[str] = column(String(64), primary_key=True, category=Category.SECRET, note="Token, call, key.")
    body_hash: Mapped[str] = column(String(64), category=Category.SECRET, note="Of the body; keyed.")
    status: Mapped[int] = column(Integer, note="The status answered.")
    answer: Mapped[dict[str, Any]] = column(JSON, note="The answer: ids and counts only.", on_erasure=OnErasure.DELETE)
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="Kept for 24 hours.")


class RateWindow(Base):
    """How many calls one token made in one minute."""

    __tablename__ = "rate_window"
    __privacy__ = TablePrivacy("nobody", "Too many calls are refused, on any number of machines.")

    token_id: Mapped[str] = column(Key, primary_key=True, note="Which token.")
    minute: Mapped[int] = column(Integer, primary_key=True, note="Minutes since 1970.")
    calls: Mapped[int] = column(Integer, note="How many.")


def count_call(session: Session, token_id: str, minute: int) -> int:
    """Count one call of a token in a minute, in one statement; return how many there were, this one included."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(RateWindow).values(token_id=token_id, minute=minute, calls=1)
    one_more = first.on_conflict_do_update(index_elements=["token_id", "minute"], set_={"calls": RateWindow.calls + 1})
    return session.execute(one_more.returning(RateWindow.calls)).scalar_one()


@row_condition("job_run", "every run of every job")
def all_job_runs(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the run history."""
    return true()


@row_condition("heartbeat", "every process")
def all_heartbeats(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the signs of life."""
    return true()

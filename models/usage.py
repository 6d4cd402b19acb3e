"""Usage events and the opening of one person's trace. The most closed data of the house (P35–P38)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Dialect,
    Index,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    exists,
    func,
    select,
    true,
)  # fmt: skip
from sqlalchemy import column as column_of
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from .access import Access
from .base import Base, Key, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy
from .ticket import AppError, Ticket


class UsageEvent(Base):
    """One thing one account did in the app. Leads its key with the account: one person's rows lie together."""

    __tablename__ = "usage_event"
    __privacy__ = TablePrivacy("account", "How and when the app is used; aggregated by default (P10, P35).")

    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        primary_key=True,
        category=Category.LINK,
        note="Who did it.",
        on_erasure=OnErasure.DELETE,
    )
    id: Mapped[str] = column(String(64), primary_key=True, note="The app's id: the same twice is one event.")
    occurred_at: Mapped[datetime] = personal(UtcDateTime, Category.USAGE, note="When it happened.")
    session: Mapped[str] = personal(String(64), Category.USAGE, note="The session in the app it belongs to.")
    feature: Mapped[str] = personal(String(60), Category.USAGE, note="Where in the app.")
    action: Mapped[str] = personal(String(60), Category.USAGE, note="What was done.")
    properties: Mapped[dict[str, Any] | None] = personal(
        JSON(none_as_null=True), Category.USAGE, nullable=True, note="Details from the allow-list (P10)."
    )
    __table_args__ = (
        Index("ix_usage_event_trace", "account_id", "occurred_at", "id"),
        Index("ix_usage_event_time", "occurred_at"),
    )


class TraceOpening(Base):
    """One engineer's look at one person's trace, for one ticket: why, from when, until when (P36–P38)."""

    __tablename__ = "trace_opening"
    __privacy__ = TablePrivacy("account", "Opens one window on one person's usage for one engineer (P36–P38).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    ticket_id: Mapped[str] = column(Key, foreign_key="ticket.id", index=True, note="For which ticket.")
    engineer_id: Mapped[str] = column(Key, foreign_key="staff.id", note="Who opened it.")
    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        index=True,
        category=Category.LINK,
        note="Whose trace.",
        on_erasure=OnErasure.DELETE,
    )
    reason: Mapped[str] = column(String(40), note="The coded reason.")
    reason_text: Mapped[str | None] = personal(
        String(300), Category.FREE_TEXT, nullable=True, note="The reason in the engineer's own words."
    )
    opened_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was opened.")
    window_from: Mapped[datetime] = column(UtcDateTime, note="Start of the window.")
    window_until: Mapped[datetime] = column(UtcDateTime, note="End of the window: the error (P37).")
    ends_at: Mapped[datetime] = column(UtcDateTime, note="72 hours after opening.")
    ended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it ended, if earlier.")
    ended_because: Mapped[str | None] = column(String(40), nullable=True, note="closed, released, handed_over.")


class TraceWidening(Base):
    """A request to see further back: a reason, and a second engineer (P37)."""

    __tablename__ = "trace_widening"
    __privacy__ = TablePrivacy("account", "Two people stand behind every wider look (P37).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    opening_id: Mapped[str] = column(
        Key,
        foreign_key="trace_opening.id",
        index=True,
        category=Category.LINK,
        note="Which opening.",
        on_erasure=OnErasure.DELETE,
    )
    ticket_number: Mapped[int] = column(Integer, note="The ticket, for the colleague who is asked.")
    asked_by: Mapped[str] = column(Key, foreign_key="staff.id", note="Who asked.")
    asked_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was asked.")
    hours: Mapped[int] = column(Integer, note="How far back, in hours before the error.")
    reason: Mapped[str] = column(String(40), note="The coded reason.")
    decided_by: Mapped[str | None] = column(Key, foreign_key="staff.id", nullable=True, note="The second engineer.")
    decided_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When they decided.")
    agreed: Mapped[bool | None] = column(nullable=True, note="Yes or no.")
    __table_args__ = (CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="ck_widening_two"),)


def record_events(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Add usage events that are not there yet; return how many were new. Only the system may do so.

    They go as one document that the database reads itself: one statement, of one length, for a thousand rows. Row by
    row each cost several times as much, and on SQLite let another thread of the process in between two rows.
    """
    dialect = session.get_bind().dialect
    table: Any = UsageEvent.__table__
    insert, given = (postgresql.insert, _recordset) if dialect.name == "postgresql" else (sqlite.insert, _each)
    statement = insert(table).from_select(table.columns.keys(), given(table)).on_conflict_do_nothing()
    sent = json.dumps(list(rows), default=partial(_moment_as_text, dialect))
    result: Any = session.execute(statement, {"sent": sent}, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def _recordset(table: Table) -> Select[Any]:
    sent = func.json_to_recordset(bindparam("sent", type_=String()).cast(JSON))
    columns = [column_of(c.name, c.type) for c in table.columns]
    return select(*sent.table_valued(*columns, name="sent").render_derived(with_types=True).columns)


def _each(table: Table) -> Select[Any]:
    event = func.json_each(bindparam("sent", type_=String())).table_valued("value").c.value
    # The condition keeps SQLite from reading the ON of "on conflict" as that of a join.
    return select(*(func.json_extract(event, f"$.{c.name}") for c in table.columns)).where(true())


def _moment_as_text(dialect: Dialect, moment: datetime) -> str:
    """Write a moment as this database keeps it; UtcDateTime refuses one without a zone."""
    kept: Any = UtcDateTime().process_bind_param(moment, dialect)
    return str(kept.isoformat(" ", "microseconds"))


@row_condition("trace_opening", "you opened it, and neither its time nor the ticket has ended")
def my_openings(access: Access) -> ColumnElement[bool]:
    """Reach my own openings that still hold."""
    ticket = Ticket.__table__.alias()
    return (
        (TraceOpening.engineer_id == access.staff_id)
        & TraceOpening.ended_at.is_(None)
        & (TraceOpening.ends_at > access.at)
        & exists().where(
            ticket.c.id == TraceOpening.ticket_id, ticket.c.assignee_id == access.staff_id, ticket.c.closed_at.is_(None)
        )
    )


@row_condition(
    "usage_event",
    "it is the account of an open system-error ticket that is yours, the app recorded that error itself, you opened "
    "the trace with a reason, and the event lies in the window that ends at the error",
)
def error_window(access: Access) -> ColumnElement[bool]:
    """Reach the events of one account before one error: the row condition of P36, P37 and P38 together."""
    opening, ticket, error = TraceOpening.__table__.alias(), Ticket.__table__.alias(), AppError.__table__.alias()
    return exists().where(
        opening.c.account_id == UsageEvent.account_id,
        opening.c.engineer_id == access.staff_id,
        opening.c.ended_at.is_(None),
        opening.c.ends_at > access.at,
        UsageEvent.occurred_at >= opening.c.window_from,
        UsageEvent.occurred_at <= opening.c.window_until,
        UsageEvent.occurred_at <= error.c.occurred_at,
        ticket.c.id == opening.c.ticket_id,
        ticket.c.kind == "system_error",
        ticket.c.assignee_id == access.staff_id,
        ticket.c.closed_at.is_(None),
        ticket.c.unlocked_at.is_not(None),
        ticket.c.account_id == UsageEvent.account_id,
        error.c.id == ticket.c.error_id,
        error.c.account_id == UsageEvent.account_id,
        error.c.occurred_at <= ticket.c.opened_at,
    )


@row_condition("trace_widening", "a colleague whose trace is still open asks for it, and nobody has decided yet")
def widenings_to_decide(access: Access) -> ColumnElement[bool]:
    """Reach the widenings a second engineer can agree to."""
    opening = TraceOpening.__table__.alias()
    return (
        (TraceWidening.asked_by != access.staff_id)
        & TraceWidening.decided_at.is_(None)
        & exists().where(
            opening.c.id == TraceWidening.opening_id, opening.c.ended_at.is_(None), opening.c.ends_at > access.at
        )
    )


@row_condition("trace_widening", "you asked for it")
def my_widenings(access: Access) -> ColumnElement[bool]:
    """Reach what I asked for myself."""
    return TraceWidening.asked_by == access.staff_id


@row_condition("trace_opening", "it still holds, and a colleague asks to see further back in it")
def openings_to_widen(access: Access) -> ColumnElement[bool]:
    """Reach the openings a second engineer may widen: their frame only, none of their events."""
    widening = TraceWidening.__table__.alias()
    return (
        TraceOpening.ended_at.is_(None)
        & (TraceOpening.ends_at > access.at)
        & exists().where(
            widening.c.opening_id == TraceOpening.id,
            widening.c.asked_by != access.staff_id,
            widening.c.decided_at.is_(None),
        )
    )

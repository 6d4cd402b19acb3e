"""Support tickets and the app's own error records: the case that lets an engineer see one person."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, Text, exists, text
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy

FREE = "closed_at IS NULL AND assignee_id IS NULL"
"""What the queue holds: it has an index of its own, in the queue's order, however many tickets there were."""
FILLED = "message IS NOT NULL OR session IS NOT NULL"
"""The error records that still say something of a person's usage: retention finds the oldest in an index of its own."""


class AppError(Base):
    """The app's own record that it failed for one account: without one there is no trace (P36)."""

    __tablename__ = "app_error"
    __privacy__ = TablePrivacy("account", "Proves that the person met a system error (P36).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    external_id: Mapped[str] = column(String(64), unique=True, note="The app's id of the error.")
    account_id: Mapped[str] = column(
        Key, foreign_key="account.id", category=Category.LINK, note="Who met it.", on_erasure=OnErasure.DELETE
    )
    occurred_at: Mapped[datetime] = column(UtcDateTime, note="When: the window of the trace ends here (P37).")
    code: Mapped[str] = column(String(40), note="The app's error code.")
    feature: Mapped[str | None] = column(String(60), nullable=True, note="Where in the app.")
    message: Mapped[str | None] = personal(
        String(300), Category.FREE_TEXT, note="The app's short technical text.", nullable=True
    )
    session: Mapped[str | None] = personal(
        String(64), Category.USAGE, note="The usage session it broke.", nullable=True
    )
    received_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it arrived here.")
    __table_args__ = (
        Index("ix_app_error_account", "account_id", "occurred_at"),
        Index("ix_app_error_filled", "occurred_at", sqlite_where=text(FILLED), postgresql_where=text(FILLED)),
    )


class Ticket(Base):
    """A support request: question, system_error or deactivation."""

    __tablename__ = "ticket"
    __privacy__ = TablePrivacy("account", "A person's request for help; ties one engineer to one person (P59).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as T-1042.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    account_id: Mapped[str | None] = column(
        Key,
        foreign_key="account.id",
        nullable=True,
        index=True,
        category=Category.LINK,
        note="Whose ticket it is; empty when staff wrote it for an address nobody has.",
        on_erasure=OnErasure.ANONYMISE,
    )
    kind: Mapped[str] = column(String(20), note="question, system_error or deactivation.")
    language: Mapped[str | None] = column(String(2), nullable=True, note="The language it is written in.")
    written_by: Mapped[str] = column(String(10), note="app, customer or staff: who wrote it.")
    author_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="The staff member who wrote it, if one did."
    )
    subject: Mapped[str] = personal(
        String(200), Category.FREE_TEXT, note="Subject line.", on_erasure=OnErasure.ANONYMISE
    )
    body: Mapped[str] = personal(
        Text, Category.FREE_TEXT, note="What the person wrote.", on_erasure=OnErasure.ANONYMISE
    )
    finding: Mapped[str | None] = personal(
        Text, Category.FREE_TEXT, nullable=True, note="What the engineer found.", on_erasure=OnErasure.ANONYMISE
    )
    error_id: Mapped[str | None] = column(
        Key,
        foreign_key="app_error.id",
        nullable=True,
        index=True,
        note="The error record it is about (P36).",
        on_erasure=OnErasure.ANONYMISE,
    )
    error_code: Mapped[str | None] = column(String(40), nullable=True, note="Its code, for the queue.")
    feature: Mapped[str | None] = column(String(60), nullable=True, note="Where in the app, for the queue.")
    opened_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was written.")
    unlocked_at: Mapped[datetime | None] = column(
        UtcDateTime,
        nullable=True,
        note="From when it may show its person: at once if the app or the customer wrote it, else when confirmed.",
    )
    unlocked_by: Mapped[str | None] = column(
        String(26), nullable=True, note="app, customer, or the id of the second engineer who confirmed it."
    )
    assignee_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="The engineer who has it (P38, P59)."
    )
    assigned_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Since when.")
    closed_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, index=True, note="When it ended.")
    closed_because: Mapped[str | None] = column(String(40), nullable=True, note="How it ended, as a code.")
    __table_args__ = (
        CheckConstraint("unlocked_by IS NULL OR unlocked_by <> author_id", name="ck_ticket_second_person"),
        Index("ix_ticket_free", "number", sqlite_where=text(FREE), postgresql_where=text(FREE)),
        Index("ix_ticket_mine", "assignee_id", "closed_at", "number"),
        {"sqlite_autoincrement": True},
    )


def _mine(access: Access) -> ColumnElement[bool]:
    return (Ticket.assignee_id == access.staff_id) & Ticket.closed_at.is_(None)


def _free() -> ColumnElement[bool]:
    return Ticket.closed_at.is_(None) & Ticket.assignee_id.is_(None)


@row_condition("ticket", "the ticket is open, and free or yours")
def tickets_to_work(access: Access) -> ColumnElement[bool]:
    """Reach open tickets nobody has, and my own."""
    return _free() | _mine(access)


@row_condition("ticket", "the ticket is free, yours, closed by you, or waits for a second engineer")
def tickets_i_list(access: Access) -> ColumnElement[bool]:
    """Reach what the ticket page lists: the queue, mine, those I closed, and those a colleague asks me to confirm."""
    return _free() | (Ticket.assignee_id == access.staff_id) | _to_confirm(access)


@row_condition("ticket", "the ticket is open and assigned to you")
def my_open_tickets(access: Access) -> ColumnElement[bool]:
    """Reach my own open tickets (P59)."""
    return _mine(access)


@row_condition("ticket", "a colleague wrote it, and it waits for a second engineer")
def tickets_to_confirm(access: Access) -> ColumnElement[bool]:
    """Reach staff-written tickets that are not mine and wait for confirmation."""
    return _to_confirm(access)


def _to_confirm(access: Access) -> ColumnElement[bool]:
    return (
        (Ticket.written_by == "staff")
        & Ticket.unlocked_at.is_(None)
        & Ticket.closed_at.is_(None)
        & (Ticket.author_id != access.staff_id)
        & (Ticket.assignee_id.is_(None) | (Ticket.assignee_id != access.staff_id))
    )


@row_condition("app_error", "the app recorded it for the person of an open ticket that is assigned to you")
def errors_of_my_open_tickets(access: Access) -> ColumnElement[bool]:
    """Reach the error records of the person whose ticket I have, older than that ticket (P36)."""
    ticket = Ticket.__table__.alias()
    return exists().where(
        ticket.c.account_id == AppError.account_id,
        ticket.c.assignee_id == access.staff_id,
        ticket.c.closed_at.is_(None),
        ticket.c.unlocked_at.is_not(None),
        AppError.occurred_at <= ticket.c.opened_at,
    )

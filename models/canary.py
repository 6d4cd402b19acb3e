"""Canary people: synthetic persons on whom the house proves itself every month, and the marks that keep them apart.

Whoever bears a mark is nobody: no staff member is ever sent after them, and no figure counts them. The guard leaves
marked rows out of every statement of staff by itself; work of the system that counts people asks for `real(…)`. Only
the job that makes a canary marks it, in the transaction in which it comes in: no address, name or id sent from outside
ever does.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, String, UniqueConstraint, and_, exists, func, or_, select, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import Category, TablePrivacy
from .staff import Message

MARKED = ("company", "account", "contact_request", "ticket", "subject_request")
"""The tables whose rows are marked by their own id; every other row of a canary hangs on one of them."""
UNMARKED = {
    "access_record": "The log is complete: a line left out would look like one taken away.",
    "idempotency_record": "Holds the answer to a call from outside; a canary makes none.",
    "trace_widening": "Hangs on an opening, which needs a ticket in somebody's hands; no canary's ever is.",
}
"""Tables of persons in which no mark is looked for, and why."""


class CanaryRun(Base):
    """One month's canary people: how far they have come, and what their removal left."""

    __tablename__ = "canary_run"
    __privacy__ = TablePrivacy("nobody", "Shows that the house removes and expires people, on some who are invented.")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    month: Mapped[str] = column(String(7), note="Which month, as 2026-11: one run each.")
    state: Mapped[str] = column(
        String(10), default="walking", note="walking, asked, confirmed, erased, and then done or failed."
    )
    started_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it began.")
    validated_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When the canary confirmed it.")
    certified_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When the certificate was signed.")
    genuine: Mapped[bool | None] = column(
        Boolean, nullable=True, note="Whether the certificate the canary was sent holds."
    )
    left: Mapped[int | None] = column(Integer, nullable=True, note="What read-back and scan still found; must be 0.")
    waits_for: Mapped[str | None] = column(String(40), nullable=True, note="The location a removal waits for.")
    expires_by: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="By when what was sent to expire must be gone."
    )
    unexpired: Mapped[int | None] = column(Integer, nullable=True, note="How many rows that must expire are there.")
    ended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When erased and expired were both.")
    __table_args__ = (UniqueConstraint("month", name="uq_canary_run_month"),)


class CanaryPath(Base):
    """One way in that a canary went: through the very service that the call from outside reaches."""

    __tablename__ = "canary_path"
    __privacy__ = TablePrivacy("nobody", "Shows which ways in were tried, and with how much.")

    run_id: Mapped[str] = column(Key, foreign_key="canary_run.id", primary_key=True, note="In which run.")
    person: Mapped[str] = column(String(10), primary_key=True, note="leaver (removed) or stayer (expires).")
    path: Mapped[str] = column(String(40), primary_key=True, note="The call of the contract it stands for.")
    count: Mapped[int] = column(Integer, note="How many went in.")
    went_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it went in.")


class CanaryKey(Base):
    """The mark: this opaque key stands for somebody who does not exist."""

    __tablename__ = "canary_key"
    __privacy__ = TablePrivacy("nobody", "Keeps invented persons out of every queue and every figure.")

    key: Mapped[str] = column(Key, primary_key=True, note="The id of a company, person, case or request.")
    run_id: Mapped[str] = column(Key, foreign_key="canary_run.id", index=True, note="Of which run.")


@cache  # the same for every statement, and every session asks for it
def real(model: Any) -> ColumnElement[bool]:
    """Return the condition for rows of a table that are no canary's. Every count of people by the system needs it."""
    return and_(true(), *(~marked(getattr(model, name)) for name in keys_of(model)))


def marked(key: Any) -> ColumnElement[bool]:
    """Return the condition for a column to hold a canary's key."""
    mark = CanaryKey.__table__.alias()
    return exists().where(mark.c.key == key)


@cache
def keys_of(model: Any) -> tuple[str, ...]:
    """Return the columns of a table that can hold a marked key: its own id, or what ties it to a marked row."""
    table = model.__table__
    if table.name in MARKED:
        return ("id",)
    if table.name in UNMARKED:
        return ()
    return tuple(c.name for c in table.c if _points_at_marked(c) or _is_loose_key(c))


def _points_at_marked(column: Any) -> bool:
    return any(key.column.table.name in MARKED for key in column.foreign_keys)


def _is_loose_key(column: Any) -> bool:
    """An opaque key of a person without a foreign key, as messages have it."""
    is_link = column.info["privacy"].category == Category.LINK
    return is_link and not column.foreign_keys and getattr(column.type, "length", 0) == Key.length


def to_the_house(domain: str, *, sealed: str) -> ColumnElement[bool]:
    """Return the condition for messages to canary people, whose mailbox is the house's own: none goes outside.

    `sealed` is what an address begins with that lies encrypted in a request's payload.
    """
    request_id = func.substr(Message.address, len(sealed) + 1)
    of_canary = Message.address.startswith(sealed) & request_id.in_(select(CanaryKey.key))
    return or_(Message.address.endswith(f"@{domain}", autoescape=True), of_canary)


@row_condition("canary_run", "every run of the canary people")
def all_canary_runs(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach how the canaries fared."""
    return true()


@row_condition("canary_path", "every way the canary people came in")
def all_canary_paths(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach which ways in were tried."""
    return true()

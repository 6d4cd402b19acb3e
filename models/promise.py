"""What the checks of the published promises found: the last word on each, and the history behind it. Nobody's data."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, Integer, String, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Number, UtcDateTime, column, row_condition, utcnow
from .classification import TablePrivacy

PROMISE = String(4)
"""P1 to P61, as the register counts them."""
STATE = String(15)


class PromiseStanding(Base):
    """How one promise stands: one row per promise, so that the board reads as many rows as there are promises."""

    __tablename__ = "promise_standing"
    __privacy__ = TablePrivacy("nobody", "Shows whether each published sentence is true now.")

    promise: Mapped[str] = column(PROMISE, primary_key=True, note="Which promise, as P38.")
    state: Mapped[str] = column(STATE, note="holds, broken or not_measurable.")
    figure: Mapped[int | None] = column(Integer, nullable=True, note="What was counted or measured; never a value.")
    of: Mapped[int | None] = column(Integer, nullable=True, note="Out of how many, where that is known.")
    unit: Mapped[str] = column(String(200), note="What the figure counts, in the check's own words.")
    where: Mapped[str] = column(String(100), note="Where to look: a page or a file.")
    because: Mapped[str] = column(String(400), default="", note="Why it is broken or not measurable, in fixed words.")
    since: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Since when it has been in this state.")
    checked_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was last checked.")


class PromiseResult(Base):
    """One check of one promise: the history."""

    __tablename__ = "promise_result"
    __privacy__ = TablePrivacy("nobody", "Shows how each promise stood over time, and when it broke.")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of checking.")
    promise: Mapped[str] = column(PROMISE, note="Which promise.")
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="When it was checked.")
    state: Mapped[str] = column(STATE, note="holds, broken or not_measurable.")
    figure: Mapped[int | None] = column(Integer, nullable=True, note="What was counted or measured; never a value.")
    of: Mapped[int | None] = column(Integer, nullable=True, note="Out of how many, where that is known.")
    __table_args__ = (Index("ix_promise_result_promise", "promise", "at"), {"sqlite_autoincrement": True})


@row_condition("promise_standing", "every promise")
def all_promise_standings(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach how the promises stand."""
    return true()


@row_condition("promise_result", "every check of every promise")
def all_promise_results(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the history of the promises."""
    return true()

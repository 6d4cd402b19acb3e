"""The access log: one line for every look, refusal and change. No personal value, ever."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, Integer, String, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class AccessRecord(Base):
    """Who saw or did what, when, in which role, for which case: in keys and codes, never in values."""

    __tablename__ = "access_record"
    __privacy__ = TablePrivacy(
        "account",
        "Proves that looks at personal data followed the policy (P57–P60).",
        kept="Shows that looks followed the policy; its key points to nobody once the person is erased.",
        kept_months=24,
    )

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of writing.")
    at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it happened.")
    event: Mapped[str] = column(String(40), note="What happened, in the past tense.")
    staff_id: Mapped[str | None] = column(Key, nullable=True, note="Who, by key; empty when nobody was signed in.")
    staff_number: Mapped[int | None] = column(Integer, nullable=True, note="Who, as S-4.")
    role: Mapped[str | None] = column(String(20), nullable=True, note="In which role.")
    permission: Mapped[str] = column(String(40), note="Under which permission.")
    purpose: Mapped[str] = column(String(40), note="For which purpose (P30).")
    allowed: Mapped[bool] = column(note="False: refused.")
    reason: Mapped[str | None] = column(String(40), nullable=True, note="The coded reason.")
    case_ref: Mapped[str | None] = column(String(20), nullable=True, note="The case, as T-1042.")
    case_id: Mapped[str | None] = column(Key, nullable=True, note="The case, by its public id.")
    table: Mapped[str | None] = column(String(40), nullable=True, note="What was seen: the table.")
    fields: Mapped[str | None] = column(String(200), nullable=True, note="Which columns, by name.")
    count: Mapped[int] = column(Integer, default=0, note="How many rows.")
    subject_key: Mapped[str | None] = column(
        Key,
        nullable=True,
        category=Category.LINK,
        on_erasure=OnErasure.KEEP,
        note="Whose data, by opaque key; it points to nobody once the person is erased.",
    )
    request_id: Mapped[str | None] = column(String(32), nullable=True, note="The web request.")
    __table_args__ = (
        Index("ix_access_record_staff", "staff_id", "number"),
        Index("ix_access_record_right", "staff_id", "permission", "number"),  # when a right was last used
        Index("ix_access_record_subject", "subject_key", "number"),
        Index("ix_access_record_case", "case_ref", "number"),
        Index("ix_access_record_case_id", "case_id", "staff_id", "number"),  # what one person did in one case
        Index("ix_access_record_event", "event", "number"),
        Index("ix_access_record_event_at", "event", "at"),  # the figures count events since a moment
        Index("ix_access_record_at", "at"),
        {"sqlite_autoincrement": True},
    )


@row_condition("access_record", "every line of the access log")
def all_access_records(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the whole log."""
    return true()


@row_condition("access_record", "the line is about a look of yours")
def my_access_records(access: Access) -> ColumnElement[bool]:
    """Reach my own lines."""
    return AccessRecord.staff_id == access.staff_id

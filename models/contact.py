"""Submissions of the website's contact form and their follow-up (P6, P25, P26, P58)."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, exists
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class ContactRequest(Base):
    """One submission: name, e-mail, phone, and nothing else (P6)."""

    __tablename__ = "contact_request"
    __privacy__ = TablePrivacy("contact", "A visitor asked to be contacted; used for that alone (P25).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as C-31.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Subject key, random, opaque.")
    external_id: Mapped[str | None] = column(
        String(64),
        unique=True,
        nullable=True,
        category=Category.LINK,
        note="The website's id.",
        on_erasure=OnErasure.DELETE,
    )
    name: Mapped[str] = personal(String(200), Category.CONTACT, note="Name as typed (P6).")
    email: Mapped[str] = personal(String(254), Category.CONTACT, note="E-mail address (P6).", index=True)
    phone: Mapped[str] = personal(String(40), Category.CONTACT, note="Phone number (P6).")
    submitted_at: Mapped[datetime] = column(UtcDateTime, note="When the person pressed send (P25).")
    received_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it arrived here.")
    assignee_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="The rep who follows up (P58)."
    )
    taken_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Since when.")
    permission: Mapped[str | None] = column(
        String(20), nullable=True, note="May we add you to our contact list: yes, no or not_reached (P26)."
    )
    permission_channel: Mapped[str | None] = column(String(20), nullable=True, note="How it was asked.")
    permission_wording: Mapped[str | None] = column(
        String(20), nullable=True, note="Version and language of the wording read out (P26)."
    )
    permission_asked_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was answered.")
    closed_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When the follow-up ended.")
    outcome: Mapped[str | None] = column(String(40), nullable=True, note="How it ended, as a code.")
    __table_args__ = (
        Index("ix_contact_request_queue", "closed_at", "assignee_id", "number"),
        {"sqlite_autoincrement": True},
    )


class ContactAttempt(Base):
    """One try to reach the person."""

    __tablename__ = "contact_attempt"
    __privacy__ = TablePrivacy("contact", "Shows that the follow-up the visitor asked for took place (P25).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    contact_request_id: Mapped[str] = column(
        Key,
        foreign_key="contact_request.id",
        index=True,
        category=Category.LINK,
        note="Whose attempt.",
        on_erasure=OnErasure.DELETE,
    )
    staff_id: Mapped[str] = column(Key, foreign_key="staff.id", note="The rep.")
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was made.")
    channel: Mapped[str] = column(String(20), note="phone or email.")
    result: Mapped[str] = column(String(20), note="reached, no_answer, voicemail or wrong_number.")


def _mine(access: Access) -> ColumnElement[bool]:
    return (ContactRequest.assignee_id == access.staff_id) & ContactRequest.closed_at.is_(None)


@row_condition("contact_request", "the submission is open, and free or yours")
def contact_requests_to_work(access: Access) -> ColumnElement[bool]:
    """Reach open submissions nobody has, and my own."""
    free = ContactRequest.closed_at.is_(None) & ContactRequest.assignee_id.is_(None)
    return free | _mine(access)


@row_condition("contact_request", "the submission is open, free or yours, or you closed it")
def contact_requests_i_list(access: Access) -> ColumnElement[bool]:
    """Reach what the page lists: the queue, mine, and those I closed."""
    free = ContactRequest.closed_at.is_(None) & ContactRequest.assignee_id.is_(None)
    return free | (ContactRequest.assignee_id == access.staff_id)


@row_condition("contact_request", "the follow-up is open and yours")
def my_follow_ups(access: Access) -> ColumnElement[bool]:
    """Reach the submissions I follow up (P58)."""
    return _mine(access)


@row_condition("contact_attempt", "it belongs to a follow-up that is open and yours")
def attempts_of_my_follow_ups(access: Access) -> ColumnElement[bool]:
    """Reach the attempts of my own follow-ups."""
    request = ContactRequest.__table__.alias()
    return exists().where(
        request.c.id == ContactAttempt.contact_request_id,
        request.c.assignee_id == access.staff_id,
        request.c.closed_at.is_(None),
    )

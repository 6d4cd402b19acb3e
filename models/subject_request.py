"""A person's request for overview, retrieval or removal, its links, its steps and its files (P2–P4, P45–P51).

The database itself refuses to carry one out that nobody has validated. Nothing here names a person once it has ended.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, Integer, String, text, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class SubjectRequest(Base):
    """One request of one person; its address goes the moment it is carried out or ends otherwise."""

    __tablename__ = "subject_request"
    __privacy__ = TablePrivacy(
        "contact",
        "The person asked for it, at any time and as a right (P2–P4).",
        kept="Shows that requests were met in time: kind, dates and outcome remain, which name nobody.",
        kept_months=24,
    )

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as R-2207.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    kind: Mapped[str] = column(String(10), note="overview, retrieval or removal.")
    source: Mapped[str] = column(String(10), note="page, app, website, staff or ticket: how it came in.")
    author_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="Who wrote it on the person's behalf, if staff did."
    )
    email: Mapped[str | None] = personal(
        String(254), Category.CONTACT, nullable=True, note="The address given with it.", on_erasure=OnErasure.ANONYMISE
    )
    email_key: Mapped[str | None] = column(
        String(64),
        nullable=True,
        category=Category.SECRET,
        note="Keyed fingerprint of the address, while it is open: one live request per person and kind.",
        on_erasure=OnErasure.ANONYMISE,
    )
    language: Mapped[str] = column(String(2), default="en", note="The language of its messages and pages.")
    state: Mapped[str] = column(String(20), default="received", note="Where it stands; moved by TRANSITIONS alone.")
    times_asked: Mapped[int] = column(Integer, default=1, note="How often it was asked while it was open.")
    received_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it came in: the clock starts.")
    due_at: Mapped[datetime] = column(UtcDateTime, index=True, note="One calendar month later, or as extended.")
    extended_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was extended.")
    extended_because: Mapped[str | None] = column(String(40), nullable=True, note="The coded reason.")
    assignee_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="The one engineer it belongs to (P48)."
    )
    assigned_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Since when.")
    contacted_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="When the engineer last had a link sent (P48)."
    )
    paused_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="The person said it was not them: no further mail."
    )
    validated_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="When the person confirmed it: only then is it carried out (P49)."
    )
    validated_how: Mapped[str | None] = column(String(15), nullable=True, note="link or administrator.")
    identity_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="Lost mailbox: when the company's administrator confirmed who asks."
    )
    first_signer_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="Lost mailbox: the first of two who sign."
    )
    second_signer_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, note="Lost mailbox: the second."
    )
    not_before: Mapped[datetime | None] = column(
        UtcDateTime,
        nullable=True,
        note="Until then the known address may object: lost mailbox (7 days), or address changed lately (14 days).",
    )
    agreed_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="When the address before a change said that it was them."
    )
    executed_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it began to be carried out.")
    verified_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When nothing was found any more.")
    certified_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When the certificate was signed.")
    closed_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it ended.")
    outcome: Mapped[str | None] = column(String(40), nullable=True, note="How it ended, as a code.")
    plan_hash: Mapped[str | None] = column(String(64), nullable=True, note="Hash of the plan that was carried out.")
    backups_until: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="Until when backups made before still live."
    )
    signature: Mapped[str | None] = column(
        String(64), nullable=True, category=Category.SECRET, note="Over the certificate's lines."
    )
    __table_args__ = (
        CheckConstraint("kind IN ('overview', 'retrieval', 'removal')", name="ck_request_kind"),
        CheckConstraint(
            "executed_at IS NULL OR (validated_at IS NOT NULL AND validated_at <= executed_at)",
            name="ck_request_validated",
        ),
        CheckConstraint(
            "state NOT IN ('validated', 'running', 'awaiting_processors', 'verified', 'certified', 'delivered') "
            "OR validated_at IS NOT NULL",
            name="ck_request_state_validated",
        ),
        CheckConstraint("validated_at IS NULL OR validated_how IS NOT NULL", name="ck_request_validated_how"),
        CheckConstraint(
            "validated_how IS NULL OR validated_how = 'link' OR (kind = 'removal' AND identity_at IS NOT NULL "
            "AND first_signer_id IS NOT NULL AND second_signer_id IS NOT NULL)",
            name="ck_request_lost_mailbox",
        ),
        CheckConstraint("first_signer_id IS NULL OR first_signer_id <> second_signer_id", name="ck_request_two"),
        CheckConstraint("author_id IS NULL OR author_id <> first_signer_id", name="ck_request_author_first"),
        CheckConstraint("author_id IS NULL OR author_id <> second_signer_id", name="ck_request_author_second"),
        CheckConstraint("closed_at IS NULL OR email IS NULL", name="ck_request_ended_names_nobody"),
        Index(
            "uq_request_live",
            "email_key",
            "kind",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_request_queue", "closed_at", "assignee_id", "number"),
        Index("ix_request_state", "state", "number"),
        {"sqlite_autoincrement": True},
    )


def _mine(access: Access) -> ColumnElement[bool]:
    return (SubjectRequest.assignee_id == access.staff_id) & SubjectRequest.closed_at.is_(None)


def _free() -> ColumnElement[bool]:
    return SubjectRequest.closed_at.is_(None) & SubjectRequest.assignee_id.is_(None)


@row_condition("subject_request", "the request is open, and free or yours")
def subject_requests_to_work(access: Access) -> ColumnElement[bool]:
    """Reach open requests nobody has, and my own."""
    return _free() | _mine(access)


@row_condition("subject_request", "the request is open and free, yours, or was yours when it ended")
def subject_requests_i_list(access: Access) -> ColumnElement[bool]:
    """Reach what the page lists."""
    return _free() | (SubjectRequest.assignee_id == access.staff_id)


@row_condition("subject_request", "the request is assigned to you")
def subject_requests_assigned_to_me(access: Access) -> ColumnElement[bool]:
    """Reach my requests, the ended ones too: those name nobody any more."""
    return SubjectRequest.assignee_id == access.staff_id


@row_condition("subject_request", "the request is open and assigned to you")
def my_subject_requests(access: Access) -> ColumnElement[bool]:
    """Reach my own open requests (P48)."""
    return _mine(access)


def _to_sign(access: Access) -> ColumnElement[bool]:
    request = SubjectRequest
    return (
        request.closed_at.is_(None)
        & request.identity_at.is_not(None)
        & request.validated_at.is_(None)
        & request.second_signer_id.is_(None)
        & request.first_signer_id.is_distinct_from(access.staff_id)
        & request.author_id.is_distinct_from(access.staff_id)
    )


@row_condition("subject_request", "its mailbox is lost, who asks is confirmed, and it waits for your signature")
def subject_requests_to_sign(access: Access) -> ColumnElement[bool]:
    """Reach removals that two must sign: not those I wrote or signed already."""
    return _to_sign(access)


@row_condition("subject_request", "the request is open and free, yours, or waits for your signature")
def subject_requests_on_my_desk(access: Access) -> ColumnElement[bool]:
    """Reach what a desk shows: the queue, my own, and what colleagues ask me to sign."""
    return _free() | _mine(access) | _to_sign(access)


@row_condition("subject_request", "every request, by its kind, dates and outcome")
def all_subject_requests(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the clocks of all requests."""
    return true()


def receive_request(session: Session, **values: Any) -> tuple[str, int]:
    """Add a request, or count one more asking on the live one of this person and kind; return its id and number.

    One statement either way: it takes the same work whether there was one or not.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(SubjectRequest).values(id=new_id(), times_asked=1, state="received", **values)
    again = first.on_conflict_do_update(
        index_elements=["email_key", "kind"],
        index_where=text("closed_at IS NULL"),
        set_={"times_asked": SubjectRequest.times_asked + 1},
    )
    row = session.execute(again.returning(SubjectRequest.id, SubjectRequest.number)).one()
    return row.id, row.number

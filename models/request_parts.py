"""What belongs to one request: links, the steps of carrying it out, what is sealed, the files made for its person."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, Integer, LargeBinary, String, exists, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy
from .subject_request import SubjectRequest


class RequestLink(Base):
    """A link only the person has: 256 random bits, kept as a hash, bound to one request and one purpose."""

    __tablename__ = "request_link"
    __privacy__ = TablePrivacy(
        "contact",
        "Validates a request with the person, and shows them alone what became of it (P48).",
        kept="The person can check the certificate with it later; a hash, which names nobody.",
        kept_months=24,
    )

    token_hash: Mapped[str] = column(String(64), primary_key=True, category=Category.SECRET, note="SHA-256.")
    request_id: Mapped[str] = column(
        Key, foreign_key="subject_request.id", index=True, category=Category.LINK, note="For which request."
    )
    purpose: Mapped[str] = column(
        String(15),
        note="confirm, administrator, object, former, agree, status, download or certificate; for nothing else.",
    )
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was made.")
    ends_at: Mapped[datetime] = column(UtcDateTime, note="It stops working then.")
    wrong_words: Mapped[int] = column(Integer, default=0, note="Wrong words typed; five lock it.")
    used_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="When it was used, or voided by a new one."
    )


class RequestStep(Base):
    """One step of carrying out a request: one location, what was found there, what happened, the proof."""

    __tablename__ = "request_step"
    __privacy__ = TablePrivacy(
        "contact",
        "Shows where a request stands, and afterwards that every location was dealt with (P46).",
        kept="Counts per location are the certificate; they name nobody.",
        kept_months=24,
    )

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    request_id: Mapped[str] = column(
        Key, foreign_key="subject_request.id", index=True, category=Category.LINK, note="Of which request."
    )
    position: Mapped[int] = column(Integer, note="Its place in the plan.")
    location: Mapped[str] = column(String(40), note="A table, a file store or a processor, by its name.")
    relation: Mapped[str] = column(String(10), note="app, website or house: listed apart (P8).")
    action: Mapped[str] = column(String(15), note="delete, anonymise, keep, scrub, ask, scan or out_of_reach.")
    found: Mapped[int | None] = column(Integer, nullable=True, note="How many rows or files were found.")
    left: Mapped[int | None] = column(Integer, nullable=True, note="How many the read-back found afterwards.")
    done_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was carried out.")
    verified_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When the read-back found nothing.")
    receipt: Mapped[str | None] = column(String(80), nullable=True, note="What a processor answered, as a code.")
    attempts: Mapped[int] = column(Integer, default=0, note="How often a processor was asked.")
    next_try_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it is asked again.")
    late_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="When a processor had had a day, and the engineer and compliance were told."
    )
    __table_args__ = (
        Index("uq_request_step", "request_id", "position", unique=True),
        Index("ix_request_step_location", "location", "verified_at"),
    )


class SealedPayload(Base):
    """What carrying out still needs when the tables are empty: encrypted, declared, destroyed last."""

    __tablename__ = "sealed_payload"
    __privacy__ = TablePrivacy("contact", "Processors and the closing message need the address a little longer (P46).")

    request_id: Mapped[str] = column(
        Key,
        foreign_key="subject_request.id",
        primary_key=True,
        category=Category.LINK,
        note="Of which request.",
        on_erasure=OnErasure.DELETE,
    )
    sealed: Mapped[bytes] = column(
        LargeBinary, category=Category.SECRET, note="Addresses, keys and names, encrypted.", on_erasure=OnErasure.DELETE
    )
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was sealed.")


class ExportFile(Base):
    """A file made for the person; the file goes after seven days and its absence is checked (P3)."""

    __tablename__ = "export_file"
    __privacy__ = TablePrivacy(
        "contact",
        "The person fetches their data with it (P3).",
        kept="Shows that the file was made and is gone; it names nobody.",
        kept_months=24,
    )

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id; the file's name.")
    request_id: Mapped[str] = column(
        Key, foreign_key="subject_request.id", index=True, category=Category.LINK, note="For which request."
    )
    email_key: Mapped[str | None] = column(
        String(64),
        nullable=True,
        category=Category.SECRET,
        note="Keyed fingerprint of whose file it is, until it is deleted.",
    )
    kind: Mapped[str] = column(String(10), note="page, pdf or zip.")
    size: Mapped[int] = column(Integer, note="Its size in bytes.")
    checksum: Mapped[str] = column(String(64), note="SHA-256 of the file.")
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="When it was made.")
    ends_at: Mapped[datetime] = column(UtcDateTime, index=True, note="Seven days later it goes.")
    deleted_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was deleted.")
    verified_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When its absence was checked.")


@row_condition("request_step", "it belongs to a request that is assigned to you")
def steps_of_my_requests(access: Access) -> ColumnElement[bool]:
    """Reach the steps of my own requests."""
    request = SubjectRequest.__table__.alias()
    return exists().where(request.c.id == RequestStep.request_id, request.c.assignee_id == access.staff_id)


@row_condition("request_link", "its request is open and assigned to you; only its clock, never the link")
def links_of_my_requests(access: Access) -> ColumnElement[bool]:
    """Reach until when the links of my requests hold."""
    request = SubjectRequest.__table__.alias()
    return exists().where(
        request.c.id == RequestLink.request_id, request.c.assignee_id == access.staff_id, request.c.closed_at.is_(None)
    )


@row_condition("request_link", "its request waits for your signature; only its clock, never the link")
def links_of_requests_to_sign(access: Access) -> ColumnElement[bool]:
    """Reach the links that a second signature ends."""
    request = SubjectRequest.__table__.alias()
    return exists().where(
        request.c.id == RequestLink.request_id,
        request.c.closed_at.is_(None),
        request.c.identity_at.is_not(None),
        request.c.author_id.is_distinct_from(access.staff_id),
    )


@row_condition("request_step", "every step, by its location and counts")
def all_request_steps(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach how processors and locations fare."""
    return true()

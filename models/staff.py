"""Staff members, their sessions, and what two of them must agree on."""

from datetime import datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import JSON, Boolean, CheckConstraint, ColumnElement, Index, String, Text, exists, true
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class Staff(UserMixin, Base):
    """A staff member: one role, nothing of a customer."""

    __tablename__ = "staff"
    __privacy__ = TablePrivacy("staff", "Who may sign in, and in which role (P57).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as S-4.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")  # type: ignore[assignment]
    email: Mapped[str] = column(
        String(254), unique=True, category=Category.STAFF, note="Staff address, within STAFF_DOMAINS (P54)."
    )
    name: Mapped[str] = column(String(120), category=Category.STAFF, note="Name as colleagues see it.")
    password: Mapped[str | None] = column(
        String(255), nullable=True, category=Category.SECRET, note="Argon2 hash of the password."
    )
    fs_uniquifier: Mapped[str] = column(
        String(64),
        unique=True,
        category=Category.SECRET,
        note="Ties sessions to the row; renewed to end them all.",
        default=new_id,
    )
    active: Mapped[bool] = column(Boolean, default=True, note="False: signed out and locked out at once.")
    role: Mapped[str] = column(String(20), note="rep, support, sysadmin or compliance.")
    language: Mapped[str | None] = column(String(2), nullable=True, note="The language they chose.")
    theme: Mapped[str | None] = column(String(5), nullable=True, note="light or dark, if they chose.")
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When the account was made.")
    last_seen_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Last sign-in.")
    __table_args__ = ({"sqlite_autoincrement": True},)

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]
        """Flask-Security's own roles are not used: policy/decide.py decides."""
        return []


class StaffSession(Base):
    """A signed-in browser. The cookie holds a random key, this row all the rest; without the row it is dead."""

    __tablename__ = "staff_session"
    __privacy__ = TablePrivacy("staff", "Sessions end when staff sign out, not when a cookie is forgotten (P57).")

    key_hash: Mapped[str] = column(
        String(64), primary_key=True, category=Category.SECRET, note="SHA-256 of the cookie's key."
    )
    staff_id: Mapped[str] = column(Key, foreign_key="staff.id", index=True, note="Whose session.")
    data: Mapped[dict[str, Any]] = column(
        JSON, category=Category.SECRET, note="What the session carries: sign-in facts, form token, notices."
    )
    created_at: Mapped[datetime] = column(
        UtcDateTime, default=utcnow, index=True, note="Signed in when; 8 hours at most."
    )
    seen_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Last used, to the minute; 15 idle at most.")


class Proposal(Base):
    """Something two sysadmins must agree on: an invitation, a role, a token (design: nobody grants themselves)."""

    __tablename__ = "proposal"
    __privacy__ = TablePrivacy("staff", "Two people stand behind every right (P57).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as proposal 7.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    kind: Mapped[str] = column(String(20), note="invitation, role or token.")
    subject: Mapped[str] = column(String(254), category=Category.STAFF, note="The address, staff id or token name.")
    name: Mapped[str | None] = column(
        String(120), nullable=True, category=Category.STAFF, note="How an invited colleague is called."
    )
    detail: Mapped[str] = column(String(40), note="The role, or the token's scope.")
    proposed_by: Mapped[str | None] = column(
        Key,
        foreign_key="staff.id",
        nullable=True,
        note="Who proposed it; empty: the command line, and nobody stands behind it yet.",
    )
    proposed_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was proposed.")
    decided_by: Mapped[str | None] = column(Key, foreign_key="staff.id", nullable=True, note="Who decided.")
    decided_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was decided.")
    agreed: Mapped[bool | None] = column(Boolean, nullable=True, note="Yes or no.")
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="ck_proposal_two"),
        CheckConstraint("decided_by IS NULL OR proposed_by IS NOT NULL", name="ck_proposal_stood_behind"),
        CheckConstraint("kind <> 'role' OR decided_by IS NULL OR decided_by <> subject", name="ck_proposal_own_role"),
        CheckConstraint("kind <> 'role' OR proposed_by IS NULL OR proposed_by <> subject", name="ck_proposal_self"),
        {"sqlite_autoincrement": True},
    )


class Invitation(Base):
    """A one-time link by which an invited colleague sets a password."""

    __tablename__ = "invitation"
    __privacy__ = TablePrivacy("staff", "Lets a colleague whom two people invited come in, once.")

    token_hash: Mapped[str] = column(String(64), primary_key=True, category=Category.SECRET, note="SHA-256.")
    staff_id: Mapped[str] = column(Key, foreign_key="staff.id", index=True, note="For whom.")
    ends_at: Mapped[datetime] = column(UtcDateTime, note="72 hours after sending.")
    used_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was used.")


class ApiToken(Base):
    """A machine's key to the intake API: hashed, scoped, revocable."""

    __tablename__ = "api_token"
    __privacy__ = TablePrivacy("nobody", "Only the app and the website may send data here (P18).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    name: Mapped[str] = column(String(60), unique=True, note="What it is called.")
    scope: Mapped[str] = column(String(10), note="app or website.")
    token_hash: Mapped[str] = column(String(64), unique=True, category=Category.SECRET, note="SHA-256.")
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it was made.")
    last_used_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="Last used, to the minute.")
    revoked_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it stopped working.")


class Message(Base):
    """An e-mail that waits to be sent, with its cause; written in the same transaction as what caused it."""

    __tablename__ = "message"
    __privacy__ = TablePrivacy("staff", "What is to be sent, so that nothing promised is lost on the way.")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    type: Mapped[str] = column(String(40), note="From the catalogue.")
    cause: Mapped[str] = column(String(60), note="What caused it, as kind and id.")
    subject_key: Mapped[str | None] = column(
        Key,
        nullable=True,
        index=True,
        category=Category.LINK,
        note="Whose message, by opaque key; empty for staff.",
        on_erasure=OnErasure.DELETE,
    )
    address: Mapped[str] = column(
        String(254),
        category=Category.SECRET,
        note="To whom; emptied once sent or given up.",
        on_erasure=OnErasure.DELETE,
    )
    subject: Mapped[str] = column(String(200), note="Subject line: never a personal value.")
    body: Mapped[str] = column(Text, category=Category.SECRET, note="The text; emptied once sent or given up.")
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="When it was written.")
    sent_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it went.")
    attempts: Mapped[int] = column(default=0, note="How often it was tried; five times at most.")
    next_try_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="Not tried before then.")
    error: Mapped[str | None] = column(String(60), nullable=True, note="Kind of the last failure.")
    __table_args__ = (Index("ix_message_waiting", "sent_at", "next_try_at"),)


@row_condition("staff", "every staff member")
def all_staff(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach every staff member."""
    return true()


@row_condition("proposal", "every proposal")
def all_proposals(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach what two sysadmins must agree on."""
    return true()


@row_condition("api_token", "every token")
def all_tokens(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the list of tokens; never a token itself, of which only a hash is kept."""
    return true()


@row_condition("invitation", "every invitation")
def all_invitations(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach until when links hold; never a link, of which only a hash is kept."""
    return true()


@row_condition("message", "every message, without address and text")
def all_messages(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach how messages fare."""
    return true()


@row_condition("staff_session", "its staff member has been deactivated")
def sessions_of_those_who_left(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach sessions that must not live on."""
    staff = Staff.__table__.alias()
    return exists().where(staff.c.id == StaffSession.staff_id, staff.c.active.is_(False))


@row_condition("staff", "it is your own row")
def myself(access: Access) -> ColumnElement[bool]:
    """Reach my own row."""
    return Staff.id == access.staff_id


@row_condition("staff", "it is a colleague in support who can take the ticket")
def support_colleagues(access: Access) -> ColumnElement[bool]:
    """Reach the engineers to whom a ticket can be handed over: those who have come in, not those only invited."""
    here = Staff.active.is_(True) & Staff.last_seen_at.is_not(None)
    return (Staff.role == "support") & here & (Staff.id != access.staff_id)

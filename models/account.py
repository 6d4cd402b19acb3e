"""A person's login at the app: exactly three personal columns (P9), and the case of a set-up that needs a human."""

from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, Index, String, exists
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, Number, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy
from .ticket import Ticket


class Account(Base):
    """An account. Its id is the subject key of the person in this relation; contacts never share it (P8)."""

    __tablename__ = "account"
    __privacy__ = TablePrivacy("account", "Lets a person sign in to the app and be served there (P30).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Subject key, random, opaque.")
    external_id: Mapped[str] = column(
        String(64),
        unique=True,
        category=Category.LINK,
        note="The app's id of the account; a keyed tombstone refuses it once the account is erased.",
        on_erasure=OnErasure.DELETE,
    )
    company_id: Mapped[str] = column(Key, foreign_key="company.id", index=True, note="The customer (P7).")
    first_name: Mapped[str] = personal(String(100), Category.IDENTITY, note="First name (P9).")
    last_name: Mapped[str] = personal(String(100), Category.IDENTITY, note="Last name (P9).")
    email: Mapped[str] = personal(String(254), Category.IDENTITY, note="E-mail address (P9).", index=True)
    source: Mapped[str] = column(String(20), note="Who gave the data: self or company_admin (P16).")
    set_up: Mapped[str] = column(String(20), default="automatic", note="automatic or needs_help (P61).")
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, index=True, note="When the account was made.")
    first_sign_in_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="First use; ends any sysadmin access (P60)."
    )
    deactivated_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, index=True, note="When it was deactivated; starts the 24 months (P40, P41)."
    )
    deactivated_by: Mapped[str | None] = column(
        String(64),
        nullable=True,
        category=Category.LINK,
        note="self, company, or the app's id of the administrator who asked (P42–P44).",
        on_erasure=OnErasure.ANONYMISE,
    )


class FormerAddress(Base):
    """The address an account had before it was changed: whoever took an account over must not get its person's data."""

    __tablename__ = "former_address"
    __privacy__ = TablePrivacy(
        "account", "For 14 days the address before a change is told what is asked about its data (P3, P48)."
    )

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        index=True,
        category=Category.LINK,
        note="Whose address it was.",
        on_erasure=OnErasure.DELETE,
    )
    email: Mapped[str] = personal(String(254), Category.IDENTITY, note="The address before; gone after 14 days.")
    changed_at: Mapped[datetime] = column(UtcDateTime, index=True, note="When it was changed.")


class AccountPreference(Base):
    """Whether the person wants one type of message (P32)."""

    __tablename__ = "account_preference"
    __privacy__ = TablePrivacy("account", "The person decides which messages come (P32).")

    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        primary_key=True,
        note="The account.",
        category=Category.LINK,
        on_erasure=OnErasure.DELETE,
    )
    message_type: Mapped[str] = column(String(40), primary_key=True, note="The type of message.")
    wanted: Mapped[bool] = column(Boolean, note="Yes or no.")
    changed_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When the person chose.")


class OnboardingCase(Base):
    """The rare account that could not be set up automatically (P60, P61)."""

    __tablename__ = "onboarding_case"
    __privacy__ = TablePrivacy("account", "Lets one sysadmin help with one set-up, and no longer (P60).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Shown as O-12.")
    id: Mapped[str] = column(Key, unique=True, default=new_id, note="Public random id.")
    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        index=True,
        category=Category.LINK,
        note="Whose set-up it is.",
        on_erasure=OnErasure.DELETE,
    )
    reason: Mapped[str] = column(String(60), note="Why automation could not finish, as a code (P61).")
    opened_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it came in.")
    assignee_id: Mapped[str | None] = column(
        Key, foreign_key="staff.id", nullable=True, index=True, note="The sysadmin who has it."
    )
    taken_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it was taken.")
    taken_because: Mapped[str | None] = column(String(40), nullable=True, note="The coded reason for taking it (P61).")
    ends_at: Mapped[datetime | None] = column(
        UtcDateTime, nullable=True, note="Seven days after it was taken: sight ends by itself (P60)."
    )
    closed_at: Mapped[datetime | None] = column(UtcDateTime, nullable=True, note="When it ended.")
    outcome: Mapped[str | None] = column(String(40), nullable=True, note="How it ended, as a code.")
    __table_args__ = (Index("ix_onboarding_open", "closed_at", "number"), {"sqlite_autoincrement": True})


def _held(access: Access) -> ColumnElement[bool]:
    return (
        (OnboardingCase.assignee_id == access.staff_id)
        & OnboardingCase.closed_at.is_(None)
        & (OnboardingCase.ends_at > access.at)
    )


@row_condition("onboarding_case", "the case is open, and free, run out or yours")
def onboarding_to_work(access: Access) -> ColumnElement[bool]:
    """Reach open cases nobody has or whose seven days have run out, and my own."""
    free = OnboardingCase.assignee_id.is_(None) | (OnboardingCase.ends_at <= access.at)
    return (OnboardingCase.closed_at.is_(None) & free) | _held(access)


@row_condition("onboarding_case", "the case is open, yours, and taken less than 7 days ago")
def onboarding_in_my_hands(access: Access) -> ColumnElement[bool]:
    """Reach my own open cases."""
    return _held(access)


@row_condition("account", "you have its onboarding case, and the person has not signed in yet")
def accounts_i_set_up(access: Access) -> ColumnElement[bool]:
    """Reach an account while its onboarding case is mine and the person has not signed in (P60)."""
    case = OnboardingCase.__table__.alias()
    return Account.first_sign_in_at.is_(None) & exists().where(
        case.c.account_id == Account.id,
        case.c.assignee_id == access.staff_id,
        case.c.closed_at.is_(None),
        case.c.ends_at > access.at,
    )


@row_condition("account", "the person has an open ticket that is assigned to you and not waiting for confirmation")
def accounts_of_my_open_tickets(access: Access) -> ColumnElement[bool]:
    """Reach an account through an open ticket of mine that has unlocked it (P59)."""
    ticket = Ticket.__table__.alias()
    return exists().where(
        ticket.c.account_id == Account.id,
        ticket.c.assignee_id == access.staff_id,
        ticket.c.closed_at.is_(None),
        ticket.c.unlocked_at.is_not(None),
    )

"""Customers of SiteLucent and who administers them there."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, exists
from sqlalchemy.orm import Mapped

from .access import Access
from .base import Base, Key, UtcDateTime, column, new_id, personal, row_condition, utcnow
from .classification import Category, OnErasure, TablePrivacy


class Company(Base):
    """A customer."""

    __tablename__ = "company"
    __privacy__ = TablePrivacy("account", "Accounts belong to a customer; without one there is no account (P7).")

    id: Mapped[str] = column(Key, primary_key=True, default=new_id, note="Public random id.")
    external_id: Mapped[str] = column(String(64), unique=True, note="The app's id of the company.")
    name: Mapped[str] = personal(
        String(200),
        Category.COMPANY,
        note="Trading name; for a one-person company it names the person.",
        on_erasure=OnErasure.ANONYMISE,
    )
    cancelled_at: Mapped[datetime | None] = column(
        UtcDateTime, note="When the subscription ended (P44).", nullable=True
    )
    created_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When it arrived here.")


class CompanyAdministrator(Base):
    """An account that administers its company in the app; only such a one may ask to deactivate others (P43)."""

    __tablename__ = "company_administrator"
    __privacy__ = TablePrivacy("account", "Decides whether a deactivation came from an administrator (P43).")

    company_id: Mapped[str] = column(Key, foreign_key="company.id", primary_key=True, note="The company.")
    account_external_id: Mapped[str] = column(
        String(64),
        primary_key=True,
        category=Category.LINK,
        note="The app's id of the administrator's account.",
        on_erasure=OnErasure.DELETE,
    )


@row_condition("company", "it is the company of a person whose open ticket is assigned to you")
def companies_of_my_open_tickets(access: Access) -> ColumnElement[bool]:
    """Reach the company through the account that an open ticket of mine has unlocked."""
    account = Base.metadata.tables["account"].alias()
    ticket = Base.metadata.tables["ticket"].alias()
    return exists().where(
        account.c.company_id == Company.id,
        ticket.c.account_id == account.c.id,
        ticket.c.assignee_id == access.staff_id,
        ticket.c.closed_at.is_(None),
        ticket.c.unlocked_at.is_not(None),
    )

"""Usage in figures (P34, P35): working rows of days that are still open, and figures of weeks, which name nobody.

A figure is written once, when its week is over and settled, and never again: two versions of one figure would tell who
came or went between them. Only figures that may be shown are kept at all (policy/disclosure.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Index,
    Integer,
    Select,
    String,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session

from .access import Access
from .account import Account
from .base import Base, Key, Number, UtcDateTime, column, personal, row_condition, utcnow
from .canary import real
from .classification import Category, OnErasure, TablePrivacy
from .company import Company
from .usage import UsageEvent

EVERYONE, REST = "everyone", "rest"
"""Stand where a figure is of no single company: all people, and all companies that are not shown by name."""
ANYTHING = ""
"""Stands for feature and action where a figure counts whoever did anything at all."""


class UsageDay(Base):
    """What one account did on one day, by feature and action: kept until the week's figures are made."""

    __tablename__ = "usage_day"
    __privacy__ = TablePrivacy("account", "People of a week can only be counted while it is known who did what (P35).")

    number: Mapped[int] = column(Number, primary_key=True, autoincrement=True, note="Order of writing.")
    account_id: Mapped[str] = column(
        Key,
        foreign_key="account.id",
        index=True,
        category=Category.LINK,
        note="Who did it.",
        on_erasure=OnErasure.DELETE,
    )
    day: Mapped[date] = personal(Date, Category.USAGE, index=True, note="The company's day on which it happened.")
    feature: Mapped[str] = personal(String(60), Category.USAGE, note="Where in the app.")
    action: Mapped[str] = personal(String(60), Category.USAGE, note="What was done.")
    uses: Mapped[int] = personal(Integer, Category.USAGE, note="How often.")


class UsageWeek(Base):
    """A week whose figures have been made; they are never made again."""

    __tablename__ = "usage_week"
    __privacy__ = TablePrivacy("nobody", "Says which weeks have figures: each is counted once.")

    week: Mapped[date] = column(Date, primary_key=True, note="Its Monday.")
    made_at: Mapped[datetime] = column(UtcDateTime, default=utcnow, note="When its figures were made.")


class UsageCompany(Base):
    """A company that figures may name: its people are enough that its name is nobody's."""

    __tablename__ = "usage_company"
    __privacy__ = TablePrivacy("nobody", "Figures are shown per customer (P35), of those with enough people alone.")

    id: Mapped[str] = column(Key, primary_key=True, note="The company's public random id.")
    name: Mapped[str] = column(
        String(200), note="Trading name of a company with five people or more: names none of them."
    )


class UsageFigure(Base):
    """How many people of a group did something in a week, and how often: rounded, and of large groups only."""

    __tablename__ = "usage_figure"
    __privacy__ = TablePrivacy("nobody", "What staff see of usage by default (P35): counts of people, no key of any.")

    scope: Mapped[str] = column(Key, primary_key=True, note="A company's id, everyone or rest.")
    week: Mapped[date] = column(Date, primary_key=True, note="The Monday of the week.")
    feature: Mapped[str] = column(String(60), primary_key=True, note="Where in the app; empty: anywhere.")
    action: Mapped[str] = column(String(60), primary_key=True, note="What was done; empty: anything.")
    people: Mapped[int] = column(Integer, note="How many people, rounded to 5.")
    uses: Mapped[int | None] = column(Integer, nullable=True, note="How often, rounded to 5; none for anything at all.")
    __table_args__ = (Index("ix_usage_figure_what", "feature", "action", "week"),)


class WebsiteFigure(Base):
    """How often a page of the website was visited on a day, as the analytics tool adds it up."""

    __tablename__ = "website_figure"
    __privacy__ = TablePrivacy("nobody", "Aggregates of the website alone: no visitor, no address (P5, P13, P22, P23).")

    day: Mapped[date] = column(Date, primary_key=True, note="The day.")
    page: Mapped[str] = column(String(200), primary_key=True, note="The page's path, without what follows a ?.")
    week: Mapped[date] = column(Date, note="The Monday of its week.")
    visits: Mapped[int] = column(Integer, note="How many visits.")
    views: Mapped[int | None] = column(Integer, nullable=True, note="How many views, where the file says so.")
    __table_args__ = (Index("ix_website_figure_week", "week", "page", "visits"),)


@dataclass(frozen=True)
class WeekCount:
    """What the people of one company did in a week, exactly: never shown, never kept."""

    feature: str
    action: str
    company: str
    people: int
    uses: int
    largest: int


def first_use(session: Session) -> datetime | None:
    """Return when the oldest usage event occurred: one look into the index per account, never a scan."""
    oldest = select(UsageEvent.occurred_at).where(UsageEvent.account_id == Account.id)
    of_one = oldest.order_by(UsageEvent.occurred_at).limit(1).correlate(Account).scalar_subquery()
    return session.scalar(select(func.min(of_one, type_=UtcDateTime())))


def roll_up_day(session: Session, day: date, *, begin: datetime, end: datetime) -> int:
    """Write a day's working rows anew from the events of [begin, end); return how many. Only the system may do so.

    Each account's events of the day are found through the key that leads with the account: nothing else is read, and
    the intake keeps no further index for it.
    """
    session.execute(delete(UsageDay).where(UsageDay.day == day).execution_options(synchronize_session=False))
    given = _of_each_account(session.get_bind().dialect.name, begin=begin, end=end)
    counted = given.add_columns(literal(day, Date), func.count()).group_by(*given.selected_columns)
    written: Any = session.execute(
        insert(_table(UsageDay)).from_select(["account_id", "feature", "action", "day", "uses"], counted),
        execution_options={"preserve_rowcount": True},
    )
    return int(written.rowcount)


def _of_each_account(dialect: str, *, begin: datetime, end: datetime) -> Select[Any]:
    account, event = _table(Account), _table(UsageEvent)
    on = (event.c.account_id == account.c.id, event.c.occurred_at >= begin, event.c.occurred_at < end)
    if dialect == "postgresql":  # OFFSET keeps the planner from turning it into a scan of all events
        mine: Any = select(event.c.feature, event.c.action).where(*on).offset(0).lateral()
        each = select(account.c.id, mine.c.feature, mine.c.action).select_from(account.join(mine, true()))
        return each.where(real(Account))
    # A left join is walked from its left on SQLite, whatever it believes of the tables' sizes.
    pairs = account.outerjoin(event, on[0] & on[1] & on[2])
    found = select(account.c.id, event.c.feature, event.c.action).select_from(pairs)
    return found.where(func.length(event.c.id) > 0, real(Account))


def counts_of_week(session: Session, first: date, last: date) -> Iterator[WeekCount]:
    """Yield what was done on the days from first to last, question by question, and in each company by company.

    Whoever did anything at all comes first, under ANYTHING, without uses.
    """
    mine = select(UsageDay.account_id).join(Account, Account.id == UsageDay.account_id)
    mine = mine.where(UsageDay.day.between(first, last))
    anything = mine.with_only_columns(Account.company_id, func.count(UsageDay.account_id.distinct()))
    for company, people in session.execute(anything.group_by(Account.company_id).order_by(Account.company_id)):
        yield WeekCount(ANYTHING, ANYTHING, company, people, 0, 0)
    parts = (UsageDay.feature, UsageDay.action, Account.company_id)
    one = mine.with_only_columns(*parts, func.sum(UsageDay.uses).label("uses")).group_by(UsageDay.account_id, *parts)
    each = one.subquery()
    what = (each.c.feature, each.c.action, each.c.company_id)
    counted = select(*what, func.count(), func.sum(each.c.uses), func.max(each.c.uses)).group_by(*what).order_by(*what)
    for feature, action, company, people, uses, largest in session.execute(counted):
        yield WeekCount(feature, action, company, people, int(uses), largest)


def people_of_companies(session: Session, ids: list[str]) -> Sequence[tuple[str, str, int]]:
    """Return (id, name, accounts) of companies that have any account."""
    counted = select(Company.id, Company.name, func.count(Account.id)).join(Account, Account.company_id == Company.id)
    counted = counted.where(Company.id.in_(ids), real(Account))
    found = session.execute(counted.group_by(Company.id, Company.name))
    return [(company, name, people) for company, name, people in found]


def _table(model: type[Base]) -> Table:
    table: Table = model.__table__  # type: ignore[assignment]
    return table


@row_condition("usage_week", "every week that has figures")
def all_usage_weeks(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the weeks."""
    return true()


@row_condition("usage_company", "every company with enough people to be named in figures")
def all_usage_companies(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the companies that are named in figures."""
    return true()


@row_condition("usage_figure", "every figure: each is of five people or more, ten across companies")
def all_usage_figures(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the figures of usage."""
    return true()


@row_condition("website_figure", "every figure of the website")
def all_website_figures(access: Access) -> ColumnElement[bool]:  # noqa: ARG001 - the same for everyone
    """Reach the figures of the website."""
    return true()

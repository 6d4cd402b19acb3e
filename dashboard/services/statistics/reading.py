"""The fixed reports of the statistics, as the nights left them: figures of groups, nothing that could be asked anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.policy.disclosure import Group, Shown, publish
from dashboard.services.refusals import NotInReach
from models import ANYTHING, EVERYONE, REST, UsageCompany, UsageFigure, UsageWeek, WebsiteFigure

WEEK = timedelta(days=7)
PERIODS = (4, 13, 52)
"""In weeks: a month, a quarter, a year."""
WEBSITE_PAGES = 50
"""The pages shown: those with most visits."""


@dataclass(frozen=True)
class Line:
    """One row of a report: the figure of each week, or none where it may not be shown."""

    name: str
    figures: tuple[Shown | None, ...]
    id: str = ""


@dataclass(frozen=True)
class Part:
    """A feature of the app with its actions."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Usage:
    """A report of usage: who did anything at all, and each feature by action."""

    weeks: tuple[date, ...]
    anything: Line
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class SideBySide:
    """A report of lines that add up: all together, each by name, and all others as one."""

    weeks: tuple[date, ...]
    everyone: Line
    lines: tuple[Line, ...]
    rest: Line


def period(text: str) -> int:
    """Return a period in weeks; raise NotInReach when there is no such one."""
    found = next((weeks for weeks in PERIODS if str(weeks) == text), None)
    if found is None:
        raise NotInReach
    return found


def companies(session: Session) -> Sequence[tuple[str, str]]:
    """Return the companies that have a report, as (id, name)."""
    found = session.execute(select(UsageCompany.id, UsageCompany.name).order_by(UsageCompany.name, UsageCompany.id))
    return [(company, name) for company, name in found]


def last_weeks(session: Session, count: int) -> tuple[date, ...]:
    """Return the last weeks that have figures, the oldest first."""
    found = session.scalars(select(UsageWeek.week).order_by(UsageWeek.week.desc()).limit(count)).all()
    return tuple(reversed(found))


def of_everyone(session: Session, *, weeks: int) -> Usage:
    """Return the usage of all users together (P35)."""
    return _usage(session, EVERYONE, weeks=last_weeks(session, weeks))


def of_company(session: Session, company: str, *, weeks: int) -> tuple[str, Usage]:
    """Return a company's name and usage; raise NotInReach where there is none, or it has too few people."""
    name = session.scalar(select(UsageCompany.name).where(UsageCompany.id == company))
    if name is None:
        raise NotInReach
    return name, _usage(session, company, weeks=last_weeks(session, weeks))


def _usage(session: Session, scope: str, *, weeks: tuple[date, ...]) -> Usage:
    figure = UsageFigure
    columns = select(figure.feature, figure.action, figure.week, figure.people, figure.uses)
    found = session.execute(columns.where(figure.scope == scope, figure.week.in_(weeks)))
    cells: dict[tuple[str, str], dict[date, Shown]] = {}
    for feature, action, week, people, uses in found:
        cells.setdefault((feature, action), {})[week] = Shown(people, uses or 0)
    anything = _line("", cells.pop((ANYTHING, ANYTHING), {}), weeks)
    features: dict[str, list[Line]] = {}
    for feature, action in sorted(cells):
        features.setdefault(feature, []).append(_line(action, cells[feature, action], weeks))
    return Usage(weeks, anything, tuple(Part(name, tuple(lines)) for name, lines in features.items()))


def _line(name: str, by_week: Mapping[date, Shown], weeks: Sequence[date], *, key: str = "") -> Line:
    return Line(name, tuple(by_week.get(week) for week in weeks), key)


def across_companies(session: Session, *, weeks: int) -> SideBySide:
    """Return the people of each company that may be named, side by side, all others as one, and everyone."""
    chosen = last_weeks(session, weeks)
    figure = UsageFigure
    asked = (figure.feature == ANYTHING, figure.action == ANYTHING, figure.week.in_(chosen))
    by_scope: dict[str, dict[date, Shown]] = {}
    for scope, week, people in session.execute(select(figure.scope, figure.week, figure.people).where(*asked)):
        by_scope.setdefault(scope, {})[week] = Shown(people, 0)
    lines = [_line(name, by_scope[key], chosen, key=key) for key, name in companies(session) if key in by_scope]
    everyone, rest = (_line("", by_scope.get(scope, {}), chosen) for scope in (EVERYONE, REST))
    return SideBySide(chosen, everyone, tuple(lines), rest)


def of_website(session: Session, *, weeks: int, today: date) -> SideBySide:
    """Return the visits of the website's pages in whole weeks, under the same rules as people across companies.

    Who visited is not known here (P22): ten visits may be one visitor's, and nothing here could tell.
    """
    last = today - timedelta(days=today.weekday()) - WEEK
    chosen = tuple(last - WEEK * n for n in reversed(range(weeks)))
    site = WebsiteFigure
    columns = select(site.week, site.page, func.sum(site.visits)).where(site.week.between(chosen[0], chosen[-1]))
    visits: dict[date, dict[str, Group]] = {week: {} for week in chosen}
    for week, page, count in session.execute(columns.group_by(site.week, site.page)):
        visits[week][page] = Group(int(count))
    published = {week: publish(pages) for week, pages in visits.items()}
    names = {name for found in published.values() for name in found.groups or ()}
    lines = [Line(name, tuple((found.groups or {}).get(name) for found in published.values())) for name in names]
    lines.sort(key=lambda line: (-sum(f.people for f in line.figures if f), line.name))
    everyone = Line("", tuple(found.everyone for found in published.values()))
    rest = Line("", tuple(found.rest for found in published.values()))
    return SideBySide(chosen, everyone, tuple(lines[:WEBSITE_PAGES]), rest)

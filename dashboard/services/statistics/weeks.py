"""The nights of the statistics: days become working rows, weeks that are over and settled become figures, once.

A night reads each open day by itself, so late events of those days come along; when a week's figures are made its
working rows go. A week is made in one transaction with its mark: cut off anywhere, the next night goes on.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.changes import alone
from dashboard.policy.calendar import first_kept
from dashboard.policy.disclosure import LEAST_IN_COMPANY, Group, Published, Shown, publish
from models import (
    ANYTHING,
    EVERYONE,
    REST,
    UsageCompany,
    UsageDay,
    UsageFigure,
    UsageWeek,
    WeekCount,
    bound,
    counts_of_week,
    first_use,
    people_of_companies,
    roll_up_day,
)

WEEK = timedelta(days=7)
SETTLES = timedelta(days=3)
"""An app that was offline over a weekend has sent its events by then; later ones count in no figure."""
KEPT_MONTHS = 24
"""Figures go with the events they are of (P50)."""
TRIES = 3
"""An account that is erased while its day is written makes the day start again."""


def make_figures(session: Session, settings: Settings) -> int:
    """Roll up the open days and make the figures of settled weeks; return how many rows that wrote."""
    zone, at = settings.zone, bound(session).at
    today = at.astimezone(zone).date()
    oldest = monday(first_kept(at, KEPT_MONTHS, zone).astimezone(zone).date() + timedelta(days=6))
    done = forget(session, before=oldest)
    for week in open_weeks(session, oldest=oldest, today=today, zone=zone):
        done += _roll_up_week(session, week, today=today, zone=zone)
        if is_settled(week, today=today):
            done += make_week(session, week)
    return done


def monday(day: date) -> date:
    """Return the Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


def is_settled(week: date, *, today: date) -> bool:
    """Whether a week is over, and its late events have had their time."""
    return today >= week + WEEK + SETTLES


def open_weeks(session: Session, *, oldest: date, today: date, zone: ZoneInfo) -> Iterator[date]:
    """Yield the Mondays of the weeks without figures, the oldest first, up to this one."""
    made = session.scalar(select(func.max(UsageWeek.week)))
    began = None if made else first_use(session)
    if made is None and began is None:
        return
    week = max(oldest, made + WEEK if made else monday((began or bound(session).at).astimezone(zone).date()))
    while week <= today:
        yield week
        week += WEEK


def _roll_up_week(session: Session, week: date, *, today: date, zone: ZoneInfo) -> int:
    """Write the working rows of a week's days that are over, each day in a transaction of its own."""
    days = (week + timedelta(days=n) for n in range(7))
    return sum(_roll_up(session, day, zone=zone) for day in days if day < today)


def _roll_up(session: Session, day: date, *, zone: ZoneInfo) -> int:
    begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    for left in reversed(range(TRIES)):
        try:
            written = roll_up_day(session, day, begin=begin, end=end)
            session.commit()
            return written
        except IntegrityError:
            session.rollback()
            if not left:
                raise
    return 0


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins where the company is; days of 23 and 25 hours are as long as they are."""
    return datetime.combine(day, time.min, zone)


def make_week(session: Session, week: date) -> int:
    """Make a week's figures, mark it, and delete its working rows, in one transaction; return how many figures."""
    session.add(UsageWeek(week=week))
    session.flush()  # who comes second finds the mark and stops here
    figures = list(_figures(session, week))
    session.add_all(figures)
    _name_companies(session, {f.scope for f in figures} - {EVERYONE, REST})
    session.execute(alone(delete(UsageDay).where(UsageDay.day < week + WEEK)))
    session.commit()
    return len(figures)


def _figures(session: Session, week: date) -> Iterator[UsageFigure]:
    """Decide question by question. A company's parts are shown only where its whole is: else they would bound it."""
    active: set[str] | None = None
    counts = counts_of_week(session, week, week + WEEK - timedelta(days=1))
    for (feature, action), of_companies in groupby(counts, key=attrgetter("feature", "action")):
        found = publish({count.company: _group(count) for count in of_companies}, within=active)
        active = set(found.groups or ()) if active is None else active
        for scope, shown in _scopes(found):
            uses = None if feature == ANYTHING else shown.uses
            yield UsageFigure(scope=scope, week=week, feature=feature, action=action, people=shown.people, uses=uses)


def _group(count: WeekCount) -> Group:
    return Group(count.people, count.uses, count.largest)


def _scopes(found: Published) -> Iterator[tuple[str, Shown]]:
    """Yield what is shown, by scope; all other companies as one have no figure beside a total without companies."""
    if found.everyone and found.rest:
        yield EVERYONE, found.everyone
        yield from (found.groups or {}).items()
        if found.groups:
            yield REST, found.rest


def _name_companies(session: Session, ids: set[str]) -> None:
    known = set(session.scalars(select(UsageCompany.id)))
    for company, name, people in people_of_companies(session, sorted(ids - known)):
        if people >= LEAST_IN_COMPANY:
            session.add(UsageCompany(id=company, name=name))


def forget(session: Session, *, before: date) -> int:
    """Delete figures older than the events they were of, and those of companies that have become too small to name."""
    named = list(session.scalars(select(UsageCompany.id)))
    large = {company for company, _name, people in people_of_companies(session, named) if people >= LEAST_IN_COMPANY}
    small = [company for company in named if company not in large]
    session.execute(alone(delete(UsageCompany).where(UsageCompany.id.in_(small))))
    nameless = UsageFigure.scope.not_in(select(UsageCompany.id)) & UsageFigure.scope.not_in((EVERYONE, REST))
    gone = delete(UsageFigure).where(nameless | (UsageFigure.week < before)).returning(UsageFigure.week)
    count = len(session.execute(alone(gone)).all())
    session.execute(alone(delete(UsageWeek).where(UsageWeek.week < before)))
    session.commit()
    return count

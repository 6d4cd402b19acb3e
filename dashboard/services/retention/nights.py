"""When the nights are: a run begins at 02:15 where the company is, after the day's last hour has surely ended."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NIGHT = time(2, 15)
"""When it begins. Due at midnight and gone within 24 hours leaves all day to try again."""
AHEAD = 30
"""So many nights are foreseen."""


def began(night: date, zone: ZoneInfo) -> datetime:
    """Return when the run of a night begins (UTC); where the clock skips that hour, an hour later on it."""
    return datetime.combine(night, NIGHT, zone).astimezone(UTC)


def last(at: datetime, zone: ZoneInfo) -> date:
    """Return the night whose run has begun last: today's, or before 02:15 yesterday's."""
    today = at.astimezone(zone).date()
    return today if began(today, zone) <= at else today - timedelta(days=1)


def coming(at: datetime, zone: ZoneInfo, *, count: int = AHEAD) -> list[date]:
    """Return the next nights, the coming one first."""
    before = last(at, zone)
    return [before + timedelta(days=n) for n in range(1, count + 1)]

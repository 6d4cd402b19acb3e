"""When things happen: office hours, weekends, seasons, in the time zone of a company.

Moments inside the demo are whole seconds since 1970, UTC, and become text at the edge.
What must never happen here: the future.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 86_400
HOUR: Final = 3_600
A_BREATH: Final = 90
"""Seconds between the story's last moment and now."""

_HOURS: Final = (0, 0, 0, 0, 0, 1, 4, 18, 60, 95, 88, 70, 38, 62, 84, 78, 62, 34, 14, 9, 7, 4, 2, 0)
"""How busy each local hour is."""
_BY_HOUR: Final = tuple(hour for hour, weight in enumerate(_HOURS) for _ in range(weight))
_WEEK: Final = {
    "office": (1.0, 1.05, 1.0, 0.95, 0.75, 0.06, 0.04),
    "shop": (1.0, 0.95, 0.9, 0.95, 1.05, 0.6, 0.2),
    "visitors": (0.55, 0.9, 0.9, 0.9, 1.0, 0.7, 0.55),
}


def busyness(kind: str, day: date) -> float:
    """Return how much a company of this kind works on `day`, 1.0 on an ordinary Monday."""
    return _WEEK[kind][day.weekday()]


def season(day: date) -> float:
    """Return how much everyone works at this time of the year: less in August and at its turn."""
    if (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1):
        return 0.25
    return {7: 0.8, 8: 0.65, 11: 1.15, 12: 1.1}.get(day.month, 1.0)


def share_of_today(now: datetime) -> float:
    """Return which part of the day's work lies behind us; nothing before eight in the morning."""
    done = [weight for hour, weight in enumerate(_HOURS) if hour < now.hour]
    return sum(done) / sum(_HOURS) if now.hour >= 8 else 0.0


def midnight(day: date) -> int:
    """Return the first second of `day` in UTC."""
    return int(datetime.combine(day, time.min, UTC).timestamp())


def office_second(rng: Random) -> int:
    """Return a second of the local day, mostly in office hours."""
    return _BY_HOUR[int(rng.random() * len(_BY_HOUR))] * HOUR + int(rng.random() * HOUR)


def in_office_hours(now: datetime, days_ago: int, zone: ZoneInfo, *, rng: Random) -> int:
    """Return a moment between eight and five, local time, `days_ago` whole days before today."""
    day = now.date() - timedelta(days=days_ago)
    local = datetime.combine(day, time(8 + int(rng.random() * 9), int(rng.random() * 60), int(rng.random() * 60)), zone)
    return min(int(local.timestamp()), int(now.timestamp()) - A_BREATH)


def waking_moment(now: datetime, oldest_hours: float, newest_hours: float, zone: ZoneInfo, *, rng: Random) -> int:
    """Return a moment in that span before now, in which people of the zone are awake if the span has one."""
    latest = int(now.timestamp()) - A_BREATH
    moment = latest
    for _ in range(60):
        moment = latest - round((newest_hours + rng.random() * (oldest_hours - newest_hours)) * HOUR)
        if 7 <= datetime.fromtimestamp(moment, zone).hour <= 20:
            break
    return moment


def offset_of(zone: ZoneInfo, day: date) -> int:
    """Return the zone's seconds east of UTC at noon of `day`."""
    offset = datetime.combine(day, time(12), zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def text_of(moment: int) -> str:
    """Return a moment as RFC 3339 text with its offset."""
    return datetime.fromtimestamp(moment, UTC).isoformat()

"""Stretches of time a list can be narrowed by, as codes that may stand in an address: week, 2026-11."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .listing import Between

DAYS = {"today": 1, "week": 7, "month": 30}
"""Codes that reach back from the end of today, in days of the company's time zone."""
MONTHS = 12
"""How many calendar months can be chosen, this one included."""


def day_began(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the company's day of this moment began."""
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def months(at: datetime, zone: ZoneInfo) -> list[str]:
    """Return the codes of the last calendar months, newest first: 2026-11, 2026-10."""
    year, month = at.astimezone(zone).year, at.astimezone(zone).month
    counted = (year * 12 + month - 1 - back for back in range(MONTHS))
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in counted]


def between(code: str, *, at: datetime, zone: ZoneInfo) -> Between | None:
    """Return the stretch a code stands for; None when it is no code."""
    today = day_began(at, zone)
    if code in DAYS:
        return Between(today - timedelta(days=DAYS[code] - 1), today + timedelta(days=1))
    return _month(code, zone) if code in months(at, zone) else None


def _month(code: str, zone: ZoneInfo) -> Between:
    year, month = (int(part) for part in code.split("-"))
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return Between(datetime(year, month, 1, tzinfo=zone), end)

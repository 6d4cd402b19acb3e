"""Calendar months: the only place that adds them. No period of the house is counted in days that stand for months.

The day is the company's own: a period that ends on a day has ended when that day is over where the company is. A day
the month does not have becomes its last one: 29 Feb 2028 + 24 months is 28 Feb 2030, 31 Aug + 6 months the end of
February.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """How long something is kept, in one of three ways: calendar months, calendar days, or by the clock.

    Months and days end with the last hour of a day of the company's; `lasts` ends to the second.
    """

    months: int = 0
    days: int = 0
    lasts: timedelta = timedelta(0)

    def __str__(self) -> str:
        """Say it in English."""
        whole = int(self.lasts.total_seconds())
        by_the_clock = f"{whole // 86400} days" if whole % 86400 == 0 and whole > 86400 else f"{whole // 3600} hours"
        return f"{self.months} months" if self.months else f"{self.days} days" if self.days else by_the_clock

    @property
    def is_one(self) -> bool:
        """Whether exactly one of the three is given, and more than nothing of it."""
        given = [amount for amount in (self.months, self.days, self.lasts) if amount]
        return len(given) == 1 and min(self.months, self.days) >= 0 and self.lasts >= timedelta(0)


def kept_from(at: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) whose period has not ended yet: anything earlier is due. Never a day early."""
    if period.lasts:
        return at.astimezone(UTC) - period.lasts
    if period.months:
        return first_kept(at, period.months, zone)
    return began(at.astimezone(zone).date() - timedelta(days=period.days), zone)


def due_at(moment: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """Return when the period that began at this moment is over (UTC): as its last day ends where the company is."""
    if period.lasts:
        return moment.astimezone(UTC) + period.lasts  # in UTC: elsewhere a day may have 23 hours
    last = add_to_date(moment.astimezone(zone).date(), period.months) + timedelta(days=period.days)
    return began(last + DAY, zone)


def began(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day of the company's begins, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def add_months(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the moment so many calendar months later (or earlier), in UTC; the wall clock of the zone stays."""
    return (moment.astimezone(zone) + relativedelta(months=months)).astimezone(UTC)


def first_kept(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) whose period of so many months has not ended yet; anything earlier is too old."""
    today = at.astimezone(zone).date()
    day = add_to_date(today, -months)
    while add_to_date(day, months) < today:  # at the end of a month, going back and forth is not the same
        day += DAY
    return began(day, zone)


def add_to_date(day: date, months: int) -> date:
    """Return the day so many calendar months later; the last of the month where the day does not exist."""
    return day + relativedelta(months=months)

"""Calendar months: the only place that adds them. No period of the house is counted in days that stand for months.

The day is the company's own: a period that ends on a day has ended when that day is over where the company is. A day
the month does not have becomes its last one: 29 Feb 2028 + 24 months is 28 Feb 2030, 31 Aug + 6 months the end of
February.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta


def add_months(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the moment so many calendar months later (or earlier), in UTC; the wall clock of the zone stays."""
    return (moment.astimezone(zone) + relativedelta(months=months)).astimezone(UTC)


def first_kept(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) whose period of so many months has not ended yet; anything earlier is too old."""
    today = at.astimezone(zone).date()
    day = add_to_date(today, -months)
    while add_to_date(day, months) < today:  # at the end of a month, going back and forth is not the same
        day += timedelta(days=1)
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def add_to_date(day: date, months: int) -> date:
    """Return the day so many calendar months later; the last of the month where the day does not exist."""
    return day + relativedelta(months=months)

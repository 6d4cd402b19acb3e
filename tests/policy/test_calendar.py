"""Calendar months, at their ends, in leap years and where the clocks change."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from dashboard.policy.calendar import Period, add_months, add_to_date, due_at, first_kept, kept_from

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), -9, date(2026, 2, 28)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_months_when_added_to_a_day_end_on_one_that_exists(day, months, expected):
    assert add_to_date(day, months) == expected


def test_months_when_added_over_a_change_of_clocks_keep_the_wall_clock():
    winter = datetime(2026, 1, 15, 12, tzinfo=AMSTERDAM)

    summer = add_months(winter, 6, AMSTERDAM)

    assert summer.astimezone(AMSTERDAM) == datetime(2026, 7, 15, 12, tzinfo=AMSTERDAM)
    assert summer.tzinfo is UTC


def test_months_when_added_just_before_midnight_count_the_companys_day():
    evening = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)  # 1 March in Amsterdam

    assert add_months(evening, 12, AMSTERDAM).astimezone(AMSTERDAM).date() == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("today", "kept", "gone"),
    [
        (date(2030, 2, 28), date(2028, 2, 28), date(2028, 2, 27)),
        (date(2030, 3, 1), date(2028, 3, 1), date(2028, 2, 29)),
        (date(2026, 11, 22), date(2024, 11, 22), date(2024, 11, 21)),
    ],
)
def test_look_back_when_24_months_keeps_through_the_last_day(today, kept, gone):
    at = datetime(today.year, today.month, today.day, 15, tzinfo=AMSTERDAM)

    oldest = first_kept(at, 24, AMSTERDAM)

    assert datetime(kept.year, kept.month, kept.day, tzinfo=AMSTERDAM) == oldest
    assert datetime(gone.year, gone.month, gone.day, 23, 59, 59, tzinfo=AMSTERDAM) < oldest


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    months=st.integers(1, 60),
)
def test_look_back_when_compared_with_adding_agrees_on_every_day(at, months):
    today = at.astimezone(AMSTERDAM).date()

    first = first_kept(at, months, AMSTERDAM).astimezone(AMSTERDAM).date()

    for days in range(-5, 6):
        day = first + timedelta(days=days)
        assert (day >= first) == (day + relativedelta(months=months) >= today)


ZONES = [
    ZoneInfo(name) for name in ("Europe/Amsterdam", "America/New_York", "Pacific/Auckland", "America/Sao_Paulo", "UTC")
]
MOMENTS = st.datetimes(datetime(2016, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PERIODS = st.one_of(
    st.integers(1, 60).map(lambda n: Period(months=n)),
    st.integers(1, 400).map(lambda n: Period(days=n)),
    st.integers(1, 9_000).map(lambda n: Period(lasts=timedelta(minutes=n))),
)


def last_day(day: date, months: int) -> date:
    """The oracle: a month's last day from the standard library's own calendar, not from what the product adds with."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def limit(moment: datetime, period: Period, zone: ZoneInfo) -> datetime:
    """The oracle: when a period is over."""
    if period.lasts:
        return moment + period.lasts
    day = moment.astimezone(zone).date()
    last = last_day(day, period.months) if period.months else date.fromordinal(day.toordinal() + period.days)
    return datetime.combine(date.fromordinal(last.toordinal() + 1), time.min, zone).astimezone(UTC)


@given(day=st.dates(date(2016, 1, 1), date(2040, 1, 1)), months=st.integers(0, 120))
def test_months_when_added_agree_with_two_other_calendars(day: date, months: int):
    assert add_to_date(day, months) == last_day(day, months) == day + relativedelta(months=months)


@given(moment=MOMENTS, period=PERIODS, zone=st.sampled_from(ZONES))
def test_period_when_it_ends_ends_where_the_oracle_says(moment: datetime, period: Period, zone: ZoneInfo):
    assert due_at(moment, period, zone) == limit(moment, period, zone)


@given(moment=MOMENTS, period=PERIODS, zone=st.sampled_from(ZONES), seconds=st.integers(-90_000, 90_000))
def test_look_back_when_held_against_the_end_is_never_a_second_early_or_late(
    moment: datetime, period: Period, zone: ZoneInfo, seconds: int
):
    end = limit(moment, period, zone)
    at = end + timedelta(seconds=seconds)

    is_due = moment < kept_from(at, period, zone)

    assert is_due == (at > end if period.lasts else at >= end)


@pytest.mark.parametrize(
    ("began", "period", "ends"),
    [
        ("2028-02-29 12:00", Period(months=24), "2030-03-01 00:00"),
        ("2026-08-31 23:59", Period(months=6), "2027-03-01 00:00"),
        ("2027-08-31 00:00", Period(months=6), "2028-03-01 00:00"),
        ("2027-01-31 08:00", Period(months=1), "2027-03-01 00:00"),
        ("2028-01-31 08:00", Period(months=1), "2028-03-01 00:00"),
        ("2026-08-31 08:00", Period(months=1), "2026-10-01 00:00"),
        ("2024-11-24 00:00", Period(months=24), "2026-11-25 00:00"),
        ("2026-03-28 09:00", Period(days=1), "2026-03-30 00:00"),
        ("2026-10-24 09:00", Period(days=1), "2026-10-26 00:00"),
        ("2026-10-24 09:00", Period(lasts=timedelta(days=1)), "2026-10-25 08:00"),
    ],
)
def test_period_when_written_down_by_hand_ends_then(began: str, period: Period, ends: str):
    moment = datetime.fromisoformat(began).replace(tzinfo=AMSTERDAM)

    end = due_at(moment, period, AMSTERDAM)

    assert end.astimezone(AMSTERDAM) == datetime.fromisoformat(ends).replace(tzinfo=AMSTERDAM)
    assert moment >= kept_from(end - timedelta(seconds=1), period, AMSTERDAM)
    assert moment < kept_from(end + timedelta(seconds=1), period, AMSTERDAM)


@pytest.mark.parametrize(
    ("period", "words"),
    [(Period(months=24), "24 months"), (Period(days=30), "30 days"), (Period(lasts=timedelta(days=7)), "7 days"),
     (Period(lasts=timedelta(hours=24)), "24 hours"), (Period(lasts=timedelta(hours=8)), "8 hours")],
)  # fmt: skip
def test_period_when_it_is_said_is_said_in_its_own_unit(period: Period, words: str):
    assert str(period) == words

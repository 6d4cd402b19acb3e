"""Calendar months, at their ends, in leap years and where the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from dashboard.policy.calendar import add_months, add_to_date, first_kept

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

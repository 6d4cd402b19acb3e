"""The clock of a request: one calendar month, three when extended, counted in the company's days."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.policy.requests import days_left, due

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("received", "ends", "extended"),
    [
        (datetime(2027, 1, 31, 9, 0, tzinfo=UTC), datetime(2027, 2, 28, 9, 0, tzinfo=UTC), datetime(2027, 4, 30, 8, 0, tzinfo=UTC)),
        (datetime(2028, 1, 31, 9, 0, tzinfo=UTC), datetime(2028, 2, 29, 9, 0, tzinfo=UTC), datetime(2028, 4, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), datetime(2026, 12, 25, 9, 0, tzinfo=UTC), datetime(2027, 2, 25, 9, 0, tzinfo=UTC)),
        (datetime(2027, 3, 15, 9, 0, tzinfo=UTC), datetime(2027, 4, 15, 8, 0, tzinfo=UTC), datetime(2027, 6, 15, 8, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_request_is_due_a_calendar_month_later_when_it_came_in(received: datetime, ends: datetime, extended: datetime):
    assert due(received, AMSTERDAM) == ends
    assert due(received, AMSTERDAM, extended=True) == extended


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (datetime(2026, 12, 18, 22, 59, tzinfo=UTC), 7),
        (datetime(2026, 12, 18, 23, 1, tzinfo=UTC), 6),
        (datetime(2026, 12, 25, 22, 59, tzinfo=UTC), 0),
        (datetime(2026, 12, 25, 23, 1, tzinfo=UTC), -1),
    ],
)
def test_days_are_those_of_the_company_when_it_counts_down(at: datetime, left: int):
    assert days_left(datetime(2026, 12, 25, 9, 0, tzinfo=UTC), at, AMSTERDAM) == left

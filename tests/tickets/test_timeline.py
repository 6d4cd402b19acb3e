"""The timeline: sessions as groups, the error on top, time told backwards from it, in the company's zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.services.tickets import ErrorFacts
from dashboard.services.traces import Event, Trace
from dashboard.views.timeline import timeline
from models import utcnow

ERROR_AT = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # 00:30 on the 10th in Amsterdam


def event(name: str, *, session: str, same: bool = False, **before: float) -> Event:
    return Event(name, ERROR_AT - timedelta(**before), same, session, "Reports", name, {"zone_count": 3})


def trace(*events: Event, first: bool = True, **facts: Any) -> Trace:
    now = utcnow()
    error = ErrorFacts("e", "E-1", "Reports", ERROR_AT)
    known = {
        "ticket_id": "t", "ref": "T-1", "assigned_at": now, "error": error, "message": "It broke.", "person": None,
        "window_from": now, "window_until": now, "opened_at": now, "ends_at": now, "ends_soon": False,
        "reason": "reproduce", "widened_at": None, "widening_asked": False, "older": "",
    }  # fmt: skip
    return Trace(events=events, first=first, **{**known, **facts})


@pytest.fixture
def told(app):
    """Tell a trace as the page does."""

    def tell(*events: Event, **facts: Any):
        with app.test_request_context():
            return timeline(trace(*events, **facts))

    return tell


@pytest.fixture
def engine_name() -> str:
    """No database is asked: one engine is enough."""
    return "sqlite"


def test_sessions_become_groups_when_they_follow_each_other(told):
    groups = told(
        event("c", session="s1", same=True, minutes=1),
        event("b", session="s1", same=True, minutes=2),
        event("a", session="s0", hours=5),
    )

    assert [(group.same, [row.what for row in group.rows]) for group in groups] == [
        (True, ["It broke.", "c", "b"]), (False, ["a"]),
    ]  # fmt: skip


def test_the_error_leads_the_first_group_when_it_is_the_errors_session(told):
    groups = told(event("a", session="s1", same=True, minutes=1))

    error = groups[0].rows[0]
    assert (error.error, error.code, error.before, error.at) == (True, "E-1", "the error", ERROR_AT)
    assert [row.error for group in groups for row in group.rows] == [True, False]


@pytest.mark.parametrize("events", [(), (event("a", session="s0", hours=5),)])
def test_the_error_stands_alone_when_the_session_is_another_or_empty(told, events):
    groups = told(*events)

    assert groups[0].heading == "The error"
    assert [row.error for row in groups[0].rows] == [True]
    assert len(groups) == 1 + len(events)


def test_there_is_no_error_row_when_the_page_is_not_the_first(told):
    groups = told(event("a", session="s1", same=True, minutes=1), first=False)

    assert [row.error for group in groups for row in group.rows] == [False]


def test_the_app_is_named_when_the_error_has_no_text(told):
    groups = told(message=None)

    assert groups[0].rows[0].what == "Reported by the app itself."


def test_headings_tell_day_and_hours_in_the_companys_zone_when_it_is_late(told):
    groups = told(event("b", session="s0", minutes=20), event("a", session="s0", minutes=40))

    assert groups[1].heading == "Earlier session · Tuesday 10 March 23:50–00:10 · 2 events"


def test_a_line_names_its_weekday_when_it_is_another_day_than_the_error(told):
    groups = told(event("b", session="s0", minutes=20), event("a", session="s0", minutes=40))

    assert [row.day for row in groups[1].rows] == ["", "Mon"]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ({"seconds": 0}, "0 s before"),
        ({"seconds": 59}, "59 s before"),
        ({"seconds": 60}, "1 min 00 s before"),
        ({"minutes": 59}, "59 min 00 s before"),
        ({"hours": 16, "minutes": 20}, "16 h 20 min before"),
        ({"hours": 47}, "47 h 0 min before"),
        ({"days": 3}, "3 days before"),
    ],
)
def test_time_is_told_backwards_when_a_line_is_read(told, before, words):
    groups = told(event("a", session="s0", **before))

    assert groups[1].rows[0].before == words


def test_properties_are_words_when_their_names_have_underscores(told):
    groups = told(event("a", session="s0", hours=1))

    assert groups[1].rows[0].props == [("zone count", 3)]

"""Never a day early, gone within 24 hours, overdue only later: every rule, on both databases, at its own boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from dashboard.services import jobs, request_jobs
from dashboard.services.overview import cleaning
from dashboard.services.retention import outcome
from dashboard.services.retention.due import model_of
from dashboard.services.retention.outcome import ahead, outcomes
from models import db
from tests.retention.aged import AMSTERDAM, DAY, NAMES, NIGHTLY, due_moment, night, old, plant, the, young

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def left(world, name: str) -> int:
    rule = the(name)
    model = model_of(rule)
    kept = [getattr(model, column).is_not(None) for column in rule.empties]
    if rule.gone_when:
        kept.append(getattr(model, rule.gone_when).is_(None))
    clock = getattr(model, rule.clock)
    return world.all(select(func.count()).select_from(model).where(clock.is_not(None), *kept))[0][0]


def standing(world, name: str, at: datetime):
    with world.app.app_context():
        return outcomes(db.engine, at=at, zone=AMSTERDAM, rules=[the(name)])[0]


def carry_out(world, name: str) -> None:
    """Let the job that the rule names do its work."""
    other = {"delete_copies": cleaning.clean, "delete_old_calls": jobs.delete_old_calls,
             "delete_dead_sessions": jobs.delete_dead_sessions,
             "forget_former_addresses": request_jobs.forget_former_addresses}.get(the(name).by)  # fmt: skip
    if other is None:
        night(world)
        return
    with world.app.app_context(), world.system() as session:
        other(session, world.app.extensions["settings"])


@pytest.mark.parametrize("name", NAMES)
def test_row_goes_when_its_period_is_over_and_its_neighbour_a_second_younger_stays(world, name: str):
    with time_machine.travel(NOW, tick=False):
        plant(world, name, old(name, NOW))
        plant(world, name, young(name, NOW) + SECOND)
        before = left(world, name)

        carry_out(world, name)

        assert (before, left(world, name)) == (2, 1)


@pytest.mark.parametrize("name", NAMES)
def test_row_is_overdue_when_it_is_there_a_day_after_its_end(world, name: str):
    with time_machine.travel(NOW, tick=False):
        clock = old(name, NOW)
        plant(world, name, clock)
    end = due_moment(name, clock)

    in_time, late = standing(world, name, end + DAY - SECOND), standing(world, name, end + DAY + SECOND)

    assert (in_time.overdue, late.overdue) == (0, 1)
    assert (late.oldest, late.due_at) == (clock, end)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_stands_against_a_rule_when_its_table_is_empty(world, name: str):
    found = standing(world, name, NOW)

    assert (found.oldest, found.due_at, found.overdue) == (None, None, 0)


@pytest.mark.parametrize(
    ("day", "kept_through"),
    [
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 12, 31), date(2028, 12, 31)),
        (date(2027, 3, 1), date(2029, 3, 1)),
    ],
)
def test_usage_goes_on_the_first_of_march_when_it_occurred_on_a_leap_day(world, day: date, kept_through: date):
    event = datetime(day.year, day.month, day.day, 0, 0, 1, tzinfo=AMSTERDAM)
    last_second = datetime(kept_through.year, kept_through.month, kept_through.day, 23, 59, 59, tzinfo=AMSTERDAM)
    plant(world, "usage_events", event)

    with time_machine.travel(last_second - 30 * timedelta(hours=1), tick=False):
        night(world)  # the clock is believed from here on
    with time_machine.travel(last_second, tick=False):
        night(world)
        on_the_last_day = left(world, "usage_events")
    with time_machine.travel(last_second + timedelta(hours=3), tick=False):
        night(world)

    assert (on_the_last_day, left(world, "usage_events")) == (1, 0)


def test_submission_stays_when_its_person_is_on_the_contact_list(world):
    with time_machine.travel(NOW, tick=False):
        listed = plant(world, "contact_requests", old("contact_requests", NOW))
        world.set(type(listed), listed.id, permission="yes")
        refused = plant(world, "contact_requests", old("contact_requests", NOW))
        world.set(type(refused), refused.id, permission="no")

        night(world)

        assert [row[0] for row in world.all(select(type(listed).id))] == [listed.id]
        assert standing(world, "contact_requests", NOW).oldest is None


def test_preview_is_what_the_run_deletes_when_nothing_comes_between(world):
    at = NOW.replace(hour=1, minute=20)  # 02:20 in Amsterdam: the night has just begun
    with time_machine.travel(at, tick=False):
        for name in NIGHTLY:
            plant(world, name, old(name, NOW + DAY))
            plant(world, name, old(name, NOW + 3 * DAY))
            plant(world, name, old(name, NOW + 60 * DAY))
        night(world)
        before = {name: left(world, name) for name in NIGHTLY}
        with world.app.app_context():
            coming = ahead(db.engine, at=at, zone=AMSTERDAM)
    foreseen = [coming.within(count, name) for name in NIGHTLY for count in (1, 3, 30)]

    gone = {}
    for days in (1, 2, 3):
        with time_machine.travel(at + days * DAY, tick=False):
            night(world)
        gone[days] = {name: before[name] - left(world, name) for name in NIGHTLY}

    assert foreseen == [gone[days][name] for name in NIGHTLY for days in (1, 3, 3)]
    assert {gone[1][name] for name in NIGHTLY} == {1}
    assert sorted(coming.busy()) == sorted(NIGHTLY)


def test_look_ahead_says_so_when_there_is_more_than_it_counts(world, monkeypatch):
    with time_machine.travel(NOW, tick=False):
        for days in range(1, 4):
            plant(world, "usage_events", old("usage_events", NOW + days * DAY))

        with world.app.app_context():
            monkeypatch.setattr(outcome, "FEW", 1)
            some = ahead(db.engine, at=NOW, zone=AMSTERDAM, look=2)
            every = ahead(db.engine, at=NOW, zone=AMSTERDAM)

    assert (some.more, some.within(30)) == (True, 2)
    assert (every.more, every.within(30)) == (False, 3)

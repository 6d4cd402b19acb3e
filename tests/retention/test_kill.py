"""kill -9 at every named point of a night (every sixth, but for `make hostile`): the next one takes it up, nothing is lost, and nothing goes early."""

import multiprocessing
import signal
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select, update

from dashboard.services.erasure import fault
from dashboard.services.retention import planning, running
from dashboard.services.retention.due import model_of
from models import Lease, RetentionForecast, RetentionRun, db
from tests.retention.aged import night, old, plant, the, young
from tests.world import World

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")
RULES = ("usage_events", "accounts", "tickets")
MOST = 60
"""Far more points than there are; the loop ends at the first night that nobody killed."""


def run(world: World, *, kill_at: int = 0) -> int | None:
    """Run a night in a process of its own, killed at the so-manieth point; return how it ended."""
    with world.app.app_context():
        db.engine.dispose()
    child = FORK.Process(target=one_night, args=(world, kill_at))
    child.start()
    child.join(60)
    return child.exitcode


def one_night(world: World, kill_at: int) -> None:
    fault.ARMED = str(kill_at) if kill_at else ""
    with world.app.app_context(), world.system() as session:
        session.execute(update(Lease).values(ends_at=NOW))  # a minute later
        session.commit()
    night(world)


def left(world: World) -> dict[str, int]:
    return {name: world.all(select(func.count()).select_from(model_of(the(name))))[0][0] for name in RULES}


def outcome(world: World) -> tuple:
    run_, foreseen = RetentionRun, RetentionForecast
    return (
        left(world),
        sorted(tuple(row) for row in world.all(select(run_.rule, run_.state, run_.count))),
        sorted(tuple(row) for row in world.all(select(foreseen.rule, foreseen.night, foreseen.count))),
    )


def furnish(world: World) -> None:
    world.empty()
    world.hire()
    for name in RULES:
        for clock in (old(name, NOW), old(name, NOW), young(name, NOW)):
            plant(world, name, clock)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Three rules, batches of one row: every kind of batch, each more than once, with few points between."""
    nightly = [rule for rule in planning.nightly() if rule.name in RULES]
    monkeypatch.setattr(planning, "nightly", lambda: nightly)
    monkeypatch.setattr(planning, "FORESEEN", 1)
    for name in ("ROWS_FIRST", "ROWS_LEAST", "ROWS_MOST"):
        monkeypatch.setattr(running, name, 1)


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.hostile), 6])
def test_end_is_the_same_when_the_process_dies_at_any_point(world, record_property, step: int):
    with time_machine.travel(NOW, tick=False):
        furnish(world)
        untouched = left(world)
        assert run(world) == 0
        uninterrupted = outcome(world)
        ended = []
        for kill_at in range(1, MOST, step):
            furnish(world)
            ended.append(run(world, kill_at=kill_at))
            between = left(world)
            assert all(uninterrupted[0][name] <= between[name] <= untouched[name] for name in RULES), kill_at
            if ended[-1] == 0:
                break
            assert (run(world), outcome(world)) == (0, uninterrupted), kill_at

    record_property("points", len(ended) - 1)
    assert set(ended[:-1]) == {-signal.SIGKILL}
    assert (ended[-1], len(ended) * step > 25) == (0, True)


def test_each_rule_runs_once_when_two_schedulers_look_at_the_same_moment(world):
    with time_machine.travel(NOW, tick=False):
        furnish(world)
        with world.app.app_context():
            db.engine.dispose()
        two = [FORK.Process(target=night, args=(world,)) for _ in range(2)]
        for child in two:
            child.start()
        for child in two:
            child.join(60)

    once = [(name, "done", 2) for name in sorted(RULES)]
    assert [child.exitcode for child in two] == [0, 0]
    assert outcome(world)[1] == once

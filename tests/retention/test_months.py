"""Where usage lies by the month: what whole months take is counted, a pause holds, and nothing is said to be done too soon."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dashboard.database import partitions
from dashboard.services import usage_months
from dashboard.services.retention import removing
from models import RetentionPause, db
from tests.database import months
from tests.database.months import fill, holding
from tests.database.test_dropping import MAY, READ, lie_beside
from tests.retention.aged import night, runs
from tests.world import World

NOW = datetime(2021, 7, 10, 9, 0, tzinfo=UTC)
"""24 months after the events of months.fill, all six of them due."""


@pytest.fixture
def engine_name() -> str:
    """There are no months anywhere else."""
    return "postgresql"


@pytest.fixture(autouse=True)
def clock(world: World):
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
    months.clear(world)


def test_rows_of_dropped_months_are_counted_when_the_process_dies_before_it_says_so(world: World, clock, monkeypatch):
    fill(world)

    def dies(engine, before):
        removing._whole_months(engine, before)
        raise KeyboardInterrupt

    monkeypatch.setitem(removing.BEFORE_BATCHES, "usage_events", dies)
    with pytest.raises(KeyboardInterrupt):
        night(world)
    monkeypatch.undo()
    clock.shift(timedelta(minutes=2))
    night(world)

    assert months.count(world) == 0
    assert runs(world, "usage_events") == [("done", 6, None)]


def test_a_month_on_its_way_out_stays_when_its_rule_is_paused(world: World):
    fill(world)
    lie_beside(world)
    ends = NOW + timedelta(days=2)
    pause = {"rule": "usage_events", "reason": "legal_hold", "paused_by": world.staff["sysadmin"]}
    held = world.add(RetentionPause(**pause, paused_at=NOW, ends_at=ends))

    def keep_months() -> None:
        with world.app.app_context(), world.system() as session:
            usage_months.keep_months(session, world.app.extensions["settings"])

    def beside() -> list[str]:
        with world.app.app_context():
            return [month.name for month in partitions.beside(db.engine)]

    keep_months()
    during = beside()
    world.set(RetentionPause, held.id, lifted_at=NOW)
    keep_months()

    assert (during, beside()) == ([MAY], [])


def test_a_run_is_done_when_the_month_it_drops_has_gone(world: World, clock, monkeypatch):
    monkeypatch.setattr(removing, "PATIENCE", 0.2)
    fill(world)

    with holding(world, READ):
        night(world)
        during = runs(world, "usage_events")
    clock.shift(timedelta(minutes=2))
    night(world)

    assert during == [("running", 0, None)]
    assert (months.count(world), runs(world, "usage_events")) == (0, [("done", 6, None)])

"""`flask retention …`: figures that the run keeps to, and an exit code that says whether all is well."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select

from dashboard.services.retention import lease
from models import RetentionPause, UsageEvent
from tests.retention.aged import DAY, NAMES, NIGHTLY, night, old, plant, runs

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def command(world, *words: str):
    return world.app.test_cli_runner().invoke(args=["retention", *words])


def test_preview_names_every_rule_when_nothing_is_due(world):
    answer = command(world, "preview")

    assert answer.exit_code == 0
    assert [line.split()[0] for line in answer.output.splitlines()[1:-1]] == NAMES
    assert answer.output.splitlines()[-1] == "Nothing is overdue."


def test_preview_exits_with_one_when_a_row_is_overdue(world):
    plant(world, "usage_events", old("usage_events", NOW - 2 * DAY))

    every, one, other = (
        command(world, "preview"),
        command(world, "preview", "usage_events"),
        command(world, "preview", "tickets"),
    )

    assert (every.exit_code, one.exit_code, other.exit_code) == (1, 1, 0)
    assert "Overdue: usage_events." in one.output
    assert one.output.splitlines()[1].split()[3:] == ["1", "1", "1", "1"]


def test_run_deletes_what_its_preview_said_when_it_is_told_to(world):
    plant(world, "usage_events", old("usage_events", NOW - 2 * DAY))
    plant(world, "messages", old("messages", NOW))
    plant(world, "usage_events", NOW)

    answer = command(world, "run", "usage_events")

    assert answer.exit_code == 0
    assert "usage_events: done, 1 rows in 1 batches" in answer.output
    assert world.all(select(func.count()).select_from(UsageEvent)) == [(1,)]
    assert runs(world, "messages") == []


def test_run_carries_out_every_nightly_rule_when_none_is_named(world):
    plant(world, "messages", old("messages", NOW))

    answer = command(world, "run")

    assert answer.exit_code == 0
    assert answer.output.count(": done, ") == len(NIGHTLY)


def test_run_exits_with_one_when_the_rule_is_paused(world):
    plant(world, "usage_events", old("usage_events", NOW - 2 * DAY))
    world.add(
        RetentionPause(rule="usage_events", reason="legal_hold", paused_by=world.staff["sysadmin"], ends_at=NOW + DAY)
    )

    answer = command(world, "run", "usage_events")

    assert answer.exit_code == 1
    assert world.all(select(func.count()).select_from(UsageEvent)) == [(1,)]


def test_run_says_so_when_another_process_does_not_end(world, monkeypatch):
    night(world)
    monkeypatch.setattr("dashboard.cli_retention.PATIENCE", 0.1)
    with world.app.app_context(), world.system() as session:
        lease.take(session, at=NOW)

    answer = command(world, "run", "tickets")

    assert answer.exit_code == 1
    assert "Another process has the lease" in answer.output


@pytest.mark.parametrize(("words", "says"), [
    (("preview", "diary"), "There is no rule diary. There are: usage_events, accounts,"),
    (("run", "diary"), "There is no rule diary."),
    (("run", "sessions"), "The job delete_dead_sessions carries this rule out"),
])  # fmt: skip
def test_command_explains_itself_when_the_rule_is_not_its_own(world, words, says):
    answer = command(world, *words)

    assert answer.exit_code == 1
    assert says in answer.output

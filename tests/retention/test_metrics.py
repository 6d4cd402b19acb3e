"""/metrics and /readyz: loud when a rule is not kept, and nobody's data in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from dashboard.config import UnsafeSetting, read
from models import Heartbeat, RetentionRun
from tests.retention.aged import DAY, NAMES, night, old, plant

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TOKEN = "m" * 32


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def ask(world, *, token: str = "", address: str = "127.0.0.1"):
    headers = {"Authorization": token} if token else {}
    return world.app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})


def figures(world) -> dict[str, float]:
    lines = ask(world).get_data(as_text=True).splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


@pytest.fixture
def with_token(world, monkeypatch):
    monkeypatch.setitem(
        world.app.extensions, "settings", replace(world.app.extensions["settings"], metrics_token=TOKEN)
    )


def test_figures_come_from_the_data_when_they_are_asked_for(world):
    world.add(Heartbeat(process="scheduler", at=NOW - timedelta(seconds=12)))
    night(world)
    overdue = old("usage_events", NOW - 2 * DAY)
    plant(world, "usage_events", overdue)

    found = figures(world)

    assert found["need_to_know_scheduler_heartbeat_age_seconds"] == 12
    assert found['need_to_know_retention_overdue_rows{rule="usage_events"}'] == 1
    assert (
        found['need_to_know_retention_oldest_row_timestamp_seconds{rule="usage_events"}']
        == overdue.timestamp() // 86400 * 86400
    )
    assert found['need_to_know_retention_last_success_timestamp_seconds{rule="tickets"}'] == NOW.timestamp()
    assert sum(found[f'need_to_know_retention_overdue_rows{{rule="{name}"}}'] for name in NAMES) == 1
    assert {value for name, value in found.items() if "amiss" in name} == {0}


def test_each_name_has_its_help_and_type_before_its_lines_when_it_is_written(world):
    lines = ask(world).get_data(as_text=True).splitlines()

    seen = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    order = [line.split("{")[0].split()[0] for line in lines if not line.startswith("#")]
    assert len(seen) == len(set(seen))
    assert list(dict.fromkeys(order)) == seen


def test_figure_is_one_when_a_run_has_stopped(world):
    world.add(
        RetentionRun(rule="tickets", period="x", state="stopped", previewed=0, before=NOW, planned_at=NOW, ended_at=NOW)
    )

    found = figures(world)

    assert [found[f'need_to_know_retention_amiss{{why="{why}"}}'] for why in ("stopped", "failed", "late")] == [1, 0, 0]


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.0.0.7", 404)])
def test_this_machine_alone_may_ask_when_there_is_no_token(world, address: str, status: int):
    assert ask(world, address=address).status_code == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"])
def test_a_call_through_a_proxy_is_not_this_machine_when_there_is_no_token(world, header: str):
    answer = world.app.test_client().get("/metrics", headers={header: "127.0.0.1"})

    assert answer.status_code == 404


def test_a_call_through_a_socket_file_is_not_this_machine_when_there_is_no_token(world):
    assert ask(world, address="").status_code == 404


@pytest.mark.parametrize(
    ("token", "status"),
    [(f"Bearer {TOKEN}", 200), ("", 404), ("Bearer ", 404), (f"Bearer {TOKEN}x", 404), (TOKEN, 404), ("Bearer é", 404)],
)
def test_the_token_decides_when_one_is_set(world, with_token, token: str, status: int):
    assert ask(world, token=token).status_code == status


def test_a_weak_token_is_refused_when_the_application_starts():
    safe = {"SECRET_KEY": "k" * 20 + "0123456789abcdefghij", "BASE_URL": "https://x.example"}

    with pytest.raises(UnsafeSetting, match="METRICS_TOKEN"):
        read({**safe, "METRICS_TOKEN": "short"})
    assert read({**safe, "METRICS_TOKEN": TOKEN}).metrics_token == TOKEN


@pytest.mark.parametrize(("state", "missing"), [("done", []), ("stopped", ["retention"]), ("failed", ["retention"])])
def test_house_is_not_ready_when_a_run_stopped_or_failed(world, monkeypatch, state: str, missing: list[str]):
    monkeypatch.setattr("dashboard.public.operations.behind", lambda _engine: False)
    world.add(Heartbeat(process="scheduler", at=NOW))
    ended = None if state == "failed" else NOW
    world.add(
        RetentionRun(rule="tickets", period="x", state=state, previewed=0, before=NOW, planned_at=NOW, ended_at=ended)
    )

    answer = world.app.test_client().get("/readyz")

    assert answer.get_json()["missing"] == missing


def test_house_is_not_ready_when_no_run_was_done_for_longer_than_a_night(world, monkeypatch, clock):
    monkeypatch.setattr("dashboard.public.operations.behind", lambda _engine: False)
    night(world)
    clock.shift(timedelta(hours=27))
    world.add(Heartbeat(process="scheduler", at=NOW + timedelta(hours=27)))

    assert world.app.test_client().get("/readyz").get_json()["missing"] == ["retention"]

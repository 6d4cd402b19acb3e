"""The scheduler as a process: two run each slot once, a killed one loses nothing, a stopped one ends cleanly."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.services import outbox
from models import Base, Heartbeat, JobRun, Message, db
from tests.conftest import make_app
from tests.jobs.test_outbox import Mailbox, free_port, serve  # noqa: F401 - a fixture
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


@pytest.fixture
def house(engine_name: str, database_urls, tmp_path: Path):
    """Return a world on a database of its own, and a way to start schedulers on it."""
    url = database_urls["postgresql"] if engine_name == "postgresql" else f"sqlite:///{tmp_path / 'house.db'}"
    app = make_app(url)
    world = World(app)
    world.empty()
    started: list[subprocess.Popen[bytes]] = []

    def start(smtp: str) -> subprocess.Popen[bytes]:
        settings = {"DATABASE_URL": url, "DEMO": "1", "SECRET_KEY": app.config["SECRET_KEY"], "SMTP_URL": smtp}
        settings |= {"LEDGER_PATH": str(tmp_path / "ledger.jsonl")}
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "scheduler.py")], cwd=ROOT, env={**os.environ, **settings}
        )
        started.append(process)
        return process

    yield world, start
    for process in started:
        process.kill()
        process.wait()
    with app.app_context():
        db.engine.dispose()


def until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.2)


def write(world: World, number: int) -> None:
    with world.app.app_context(), world.system() as session:
        outbox.queue(session, type="t", cause="c", address=f"m{number}@demo.example", subject="s", body="b")
        session.commit()


def runs(world: World) -> list[tuple[str, str]]:
    return [tuple(row) for row in world.all(select(JobRun.job, JobRun.period))]


def sent(world: World) -> int:
    """How many of the messages of `write` went; jobs of the night write some of their own."""
    return len(world.all(select(Message.id).where(Message.sent_at.is_not(None), Message.type == "t")))


def received(box: Mailbox) -> list[str]:
    return sorted(to for to, _content in box.received if to.startswith("m"))


def test_each_slot_runs_once_when_two_schedulers_share_a_database(house, serve) -> None:  # noqa: F811
    world, start = house
    box = Mailbox()
    url = serve(box)
    write(world, 1)

    two = [start(url), start(url)]
    until(lambda: len({period for job, period in runs(world) if job == "deliver_messages"}) >= 2, "two slots")

    deliveries = [period for job, period in runs(world) if job == "deliver_messages"]
    assert max(Counter(deliveries).values()) == 1
    assert received(box) == ["m1@demo.example"]
    assert len(world.all(select(Heartbeat.process))) == 1
    assert all(process.poll() is None for process in two)


def test_nothing_is_lost_when_a_scheduler_is_killed_and_started_again(house, serve) -> None:  # noqa: F811
    world, start = house
    box = Mailbox()
    url = serve(box)
    write(world, 1)
    first = start(url)
    until(lambda: sent(world) == 1, "the first message")

    first.send_signal(signal.SIGKILL)
    first.wait()
    write(world, 2)
    start(url)
    until(lambda: sent(world) == 2, "the second message")

    assert received(box) == ["m1@demo.example", "m2@demo.example"]


def test_failure_is_kept_by_kind_and_mended_in_the_next_slot_when_the_server_returns(house, serve) -> None:  # noqa: F811
    world, start = house
    box = Mailbox()
    write(world, 1)
    broken = start(f"smtp://127.0.0.1:{free_port('127.0.0.1')}")
    failed = select(JobRun.id).where(JobRun.state == "failed", JobRun.job == "deliver_messages")
    until(lambda: world.all(failed), "a failed run")
    broken.terminate()
    broken.wait(PATIENCE)

    start(serve(box))
    until(lambda: received(box), "the message")

    errors = select(JobRun.error).where(JobRun.state == "failed", JobRun.job == "deliver_messages")
    assert {row[0] for row in world.all(errors)} == {"ConnectionRefusedError"}


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_scheduler_ends_cleanly_when_told_to_stop(house, name: signal.Signals) -> None:
    world, start = house
    process = start("")
    until(lambda: world.all(select(Heartbeat.process)), "a sign of life")

    process.send_signal(name)

    assert process.wait(8) == 0


def test_scheduler_goes_on_when_the_database_is_not_there_yet(house) -> None:
    world, start = house
    with world.app.app_context():
        Base.metadata.drop_all(db.engine)
    process = start("")
    time.sleep(4)
    still_running = process.poll() is None

    with world.app.app_context():
        Base.metadata.create_all(db.engine)
    until(lambda: world.all(select(Heartbeat.process)), "a sign of life")

    assert still_running

"""kill -9 at every named point of a removal: the next run takes it up, and the end is that of a run nobody killed."""

import multiprocessing
import signal
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.services import outbox
from dashboard.services.erasure import fault, ledger, running
from models import LedgerEntry, RequestStep, SubjectRequest, db
from tests.erasure import persons
from tests.world import World

MOST = 40
"""Far more points than there are; the loop ends at the first run that nobody killed."""
FORK = multiprocessing.get_context("fork")


def run(world: World, folder: Path, *, kill_at: int = 0) -> int | None:
    """Carry out what waits in a process of its own, killed at the so-manieth point; return how it ended."""
    with world.app.app_context():
        db.engine.dispose()
    child = FORK.Process(target=carry_out_all, args=(world, folder, kill_at))
    child.start()
    child.join(60)
    return child.exitcode


def carry_out_all(world: World, folder: Path, kill_at: int) -> None:
    """What the job does, in the child; a processor may be asked again at once."""
    fault.ARMED = str(kill_at) if kill_at else ""
    how = persons.means(world, folder)
    with world.app.app_context(), world.system() as session:
        for step in session.scalars(select(RequestStep)):
            step.next_try_at = None
        session.commit()
        waiting = running.waiting(session)
    for request_id in waiting:
        persons.carry_out(world, request_id, how)


def outcome(world) -> tuple:
    """Return what a removal has come to: its state, the proof of each step, the ledger, whether anything is left."""
    steps = select(RequestStep.location, RequestStep.action, RequestStep.found, RequestStep.left)
    return (
        [tuple(row) for row in world.all(select(SubjectRequest.state, SubjectRequest.outcome))],
        [tuple(row) for row in world.all(steps.order_by(RequestStep.position))],
        [tuple(row) for row in world.all(select(LedgerEntry.number, LedgerEntry.relation))],
    )


@pytest.fixture(autouse=True)
def no_stray_files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def test_end_is_the_same_when_the_process_dies_at_any_point(world, tmp_path, record_property):
    endings, uninterrupted = [], None
    for kill_at in range(MOST):
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        world.empty()
        world.hire()
        anna, beth = persons.anna(world), persons.neighbour(world)
        persons.confirmed(world, anna.email)

        ended = run(world, folder, kill_at=kill_at)
        between = persons.accounts(world)
        taken_up = run(world, folder) if ended else 0

        dump, keys = persons.everything(world).casefold(), {anna.account.id, anna.contact.id}
        uninterrupted = uninterrupted or outcome(world)
        assert between in ({anna.email, beth.email}, {beth.email})
        assert (taken_up, outcome(world)) == (0, uninterrupted), kill_at
        assert [v for v in anna.values if v.casefold() in dump and v not in keys] == []
        with world.app.app_context():
            assert len(ledger.read(folder / "ledger.jsonl")) == 2
        endings.append(ended)
        if kill_at and ended == 0:
            break

    record_property("points", len(endings) - 2)
    assert endings[0] == endings[-1] == 0
    assert set(endings[1:-1]) == {-signal.SIGKILL}
    assert len(endings) > 12

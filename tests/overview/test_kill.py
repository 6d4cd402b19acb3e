"""kill -9 at every named point of a delivery: the next run does it whole, and what the dead one left is cleaned away."""

import multiprocessing
import os
import signal
import time

import pytest
from sqlalchemy import select

from dashboard.services.erasure import fault
from models import AccessRecord, Message, db
from tests.erasure import persons
from tests.overview import deliveries

MOST = 12
"""More points than there are; the loop ends at the first run that nobody killed."""
FORK = multiprocessing.get_context("fork")


def run(world, request_id: str, *, kill_at: int = 0) -> int | None:
    """Carry a request out in a process of its own, killed at the so-manieth point; return how it ended."""
    with world.app.app_context():
        db.engine.dispose()
    child = FORK.Process(target=in_the_child, args=(world, request_id, kill_at))
    child.start()
    child.join(60)
    return child.exitcode


def in_the_child(world, request_id: str, kill_at: int) -> None:
    fault.ARMED = str(kill_at) if kill_at else ""
    deliveries.carry_out(world, request_id)


def age(folder) -> None:
    """Let an hour go by for every file."""
    for path in folder.iterdir() if folder.exists() else ():
        os.utime(path, (time.time() - 3700, time.time() - 3700))


@pytest.mark.parametrize("kind", ["overview", "retrieval"])
def test_it_is_delivered_once_and_whole_when_the_process_dies_at_any_point(world, exports, kind):
    endings = []
    for kill_at in range(1, MOST):
        world.empty()
        world.hire()
        for path in exports.iterdir() if exports.exists() else ():
            path.unlink()
        request_id = persons.confirmed(world, persons.anna(world).email, kind=kind)

        ended = run(world, request_id, kill_at=kill_at)
        taken_up = run(world, request_id) if ended else 0
        age(exports)
        deliveries.clean(world)

        claimed = {f"{request_id}-{file.id}" for file in deliveries.files(world, request_id)}
        delivered = select(AccessRecord.number).where(AccessRecord.event == "request_delivered")
        assert (taken_up, persons.state(world, request_id).state) == (0, "delivered"), kill_at
        assert {path.name.partition(".")[0] for path in exports.iterdir()} == claimed
        assert len(world.all(select(Message.id).where(Message.type == "request_ready"))) == 1
        assert len(world.all(delivered)) == 1
        endings.append(ended)
        if ended == 0:
            break

    assert endings[-1] == 0
    assert set(endings[:-1]) == {-signal.SIGKILL}
    assert len(endings) == 6

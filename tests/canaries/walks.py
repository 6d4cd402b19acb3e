"""A month's canary people walked through a world, as the scheduler does it, with processors in memory."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from dashboard.services import jobs, request_jobs
from dashboard.services.canaries import walking
from dashboard.services.erasure import running
from models import CanaryRun
from tests.erasure import persons
from tests.world import World


def tick(world: World) -> int:
    """Run the job once; return how many stages were passed."""
    with world.app.app_context(), world.system() as session:
        return walking.walk(session, world.app.extensions["settings"])


def carry_out(world: World, folder: Path, **adapters: Any) -> None:
    """Run the job that carries out confirmed removals, with processors in memory."""
    means = persons.means(world, folder, **adapters)
    with world.app.app_context(), world.system() as session:
        waiting = running.waiting(session)
    for request_id in waiting:
        persons.carry_out(world, request_id, means)


def erased(world: World, folder: Path) -> Any:
    """Walk until the one who leaves has their certificate; return the run."""
    tick(world)
    carry_out(world, folder)
    tick(world)
    return run(world)


def run(world: World) -> Any:
    """Return the one run there is."""
    return world.all(select(CanaryRun))[0][0]


def job(world: World, name: str) -> int:
    """Run another job of the house once."""
    verb = getattr(request_jobs, name, None) or getattr(jobs, name)
    with world.app.app_context(), world.system() as session:
        return int(verb(session, world.app.extensions["settings"]))

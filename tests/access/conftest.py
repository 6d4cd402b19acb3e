"""Fixtures of the proof of the access rules: a planted world per engine, in databases of its own, at a frozen moment."""

from collections.abc import Iterator

import coverage
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from models import db
from tests import postgres
from tests.access.planted import NOW, SETTINGS, Planted, plant
from tests.conftest import make_app

_apps: dict[str, Flask] = {}
_worlds: dict[Flask, Planted] = {}


@pytest.fixture(autouse=True)
def unmeasured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave these tests out of the coverage: they ask the same lines thousands of times, at half the pace if measured.

    The first walk of each principal, which test_data takes, is measured; what follows asks the same again.
    """
    measuring = coverage.Coverage.current()
    if measuring is None or request.module.__name__.endswith("test_data"):
        yield
        return
    measuring.stop()
    yield
    measuring.start()


@pytest.fixture(scope="session")
def access_server() -> Iterator[postgres.Server]:
    """Hold the PostgreSQL server of this run."""
    server = postgres.start()
    yield server
    server.stop()


@pytest.fixture
def access_app(
    engine_name: str, access_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Flask:
    """Return an application of this engine whose database nobody else empties; made once per worker."""
    if engine_name not in _apps:
        folder = tmp_path_factory.mktemp("access")
        urls = {"sqlite": f"sqlite:///{folder / 'access.db'}"}
        if engine_name == "postgresql":
            urls["postgresql"] = access_server.create_database(f"access_{worker_id}")
        _apps[engine_name] = make_app(urls[engine_name], **SETTINGS)
        _forget_durability(_apps[engine_name])
    return _apps[engine_name]


def _forget_durability(app: Flask) -> None:
    """SQLite need not survive a power cut here; thousands of requests write to it."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _e: connection.execute("PRAGMA synchronous = OFF"))
            db.engine.dispose()


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """Stop the clock at the planted world's moment."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def planted(access_app: Flask, frozen: time_machine.Traveller) -> Planted:
    """Return the planted world as it was planted."""
    world = _worlds.get(access_app)
    if world is None or not world.stands:
        world = _worlds[access_app] = plant(access_app)
    world.restore()
    return world

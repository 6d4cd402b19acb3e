"""Fixtures of every test: an application on an empty database, on SQLite and on PostgreSQL."""

import tempfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.app import create_app
from models import Base, db
from tests import postgres
from tests.world import World

ENGINES = ("sqlite", "postgresql")
_apps: dict[str, Flask] = {}


def make_app(url: str, **settings: str) -> Flask:
    """Return an application on a database whose tables are made from the models."""
    ledger = Path(tempfile.mkdtemp(prefix="need-to-know-")) / "ledger.jsonl"
    environ = {"DATABASE_URL": url, "DEMO": "1", "SECRET_KEY": "k" * 20 + "0123456789abcdefghij", **settings}
    app = create_app({"LEDGER_PATH": str(ledger), **environ})
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":  # a test's data need not survive a power cut
            event.listen(
                db.engine, "connect", lambda connection, _entry: connection.execute("PRAGMA synchronous = OFF")
            )
            db.engine.dispose()
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
    return app


@pytest.fixture(scope="session")
def database_urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> dict[str, str]:
    """Return one database of each engine for this worker."""
    folder: Path = tmp_path_factory.mktemp("db")
    server = postgres.start()
    request.addfinalizer(server.stop)  # noqa: PT021 - the address is returned, the end belongs to the session
    name = f"test_{worker_id}"
    server.create_database(name)
    return {"sqlite": f"sqlite:///{folder / 'test.db'}", "postgresql": server.url(name)}


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Run the test once on each engine."""
    return str(request.param)


@pytest.fixture
def app(engine_name: str, database_urls: dict[str, str]) -> Flask:
    """Return the application of this engine; made once per worker."""
    if engine_name not in _apps:
        _apps[engine_name] = make_app(database_urls[engine_name])
    return _apps[engine_name]


@pytest.fixture
def world(app: Flask) -> World:
    """Return an empty world with staff of every role."""
    made = World(app)
    made.empty()
    made.hire()
    return made

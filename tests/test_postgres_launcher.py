"""The launcher of the tests' PostgreSQL: whom it chooses, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgres import NoPostgres, start
from tests.postgres.choice import Binaries, choose

ROOT = Path(__file__).resolve().parent.parent


def _install(folder: Path, *names: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    for name in names or ("initdb", "postgres"):
        (folder / "bin" / name).touch(mode=0o755)
    return folder / "bin"


def test_choice_is_the_given_server_when_a_url_is_set(tmp_path):
    _install(tmp_path / "system/17")

    found = choose(
        environ={"TEST_DATABASE_URL": "postgresql://u:p@db/x"}, system=tmp_path / "system", wheel=tmp_path / "wheel"
    )

    assert found.render_as_string(hide_password=False) == "postgresql+psycopg://u:p@db/x"


def test_choice_is_the_newest_installed_server_when_no_url_is_set(tmp_path):
    _install(tmp_path / "system/9")
    newest = _install(tmp_path / "system/15")
    _install(tmp_path / "wheel/pginstall18")

    found = choose(environ={}, system=tmp_path / "system", wheel=tmp_path / "wheel")

    assert found == Binaries(newest)


def test_choice_is_the_newest_of_the_wheel_when_only_a_client_is_installed(tmp_path):
    _install(tmp_path / "system/17", "psql")
    _install(tmp_path / "wheel/pginstall")
    newest = _install(tmp_path / "wheel/pginstall18")

    found = choose(environ={}, system=tmp_path / "system", wheel=tmp_path / "wheel")

    assert found == Binaries(newest)


def test_choice_names_the_remedy_when_there_is_no_server(tmp_path):
    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        choose(environ={}, system=tmp_path / "system", wheel=None)


@pytest.fixture
def run(monkeypatch):
    """A test run of its own, so that its server is not the one the other tests use."""
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    name = f"own{time.time_ns() % 10**9:09d}"
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", name)
    return Path(f"/tmp/ntk-pg-{os.getuid()}-{name}")


def test_server_is_shared_until_the_last_one_leaves_when_a_run_has_two_workers(run):
    first, second = start(), start()
    one, two = first.create_database("one"), second.create_database("two", template="one")

    first.stop()

    with psycopg.connect(two.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("two",)
    assert one.partition("?")[2] == two.partition("?")[2]

    second.stop()

    assert not run.exists()


def test_server_is_gone_when_its_user_was_killed(run):
    command = [sys.executable, "-m", "tests.postgres", "scratch"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as user:
        assert user.stdout.readline().startswith(b"postgresql+psycopg://")
        server = int((run / "data/postmaster.pid").read_text().split()[0])

        user.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 20
    while run.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not run.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)

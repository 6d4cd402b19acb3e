"""The process that keeps the tests' PostgreSQL server: starts it, watches its users, ends it, tidies up.

Everything stands in one private folder: the lock `users`, the data, the socket, the log, and a copy of the
binaries where the server's identity could not reach them. While somebody holds `users` the server runs; when
nobody does, the folder goes. It must never touch anything outside: no user added, no permission changed.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.postgres.choice import Binaries, NoPostgres, chosen

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds; initdb and the first start took 0.7 to 3 on two busy cores
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # a table by months is many tables
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


def join(folder: Path) -> IO[str]:
    """Takes a share in the server of that folder; whoever comes first starts it."""
    with _gate():
        first = not folder.exists()
        folder.mkdir(mode=0o700, exist_ok=True)
        users = (folder / "users").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)
        if first:
            _spawn_supervisor(folder)
        return users


def _spawn_supervisor(folder: Path) -> None:
    quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("COV")}  # not measured
    subprocess.run(
        [sys.executable, "-m", "tests.postgres", "--supervise", str(folder)],
        check=True,
        cwd=ROOT,
        env=environ,
        start_new_session=True,
        **quiet,
    )


def give_back(users: IO[str]) -> None:
    """Lets go of a share; the last one waits until everything is gone."""
    folder = Path(users.name).parent
    users.close()
    if _is_unused(folder):
        wait(lambda: not folder.exists())


@contextmanager
def _gate() -> Iterator[None]:
    """One at a time across processes: joining, and deciding that nobody will. This file is the lock."""
    with Path(__file__).open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _is_unused(folder: Path) -> bool:
    try:
        with (folder / "users").open() as users:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True


def wait(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds, or after PATIENCE: ask again then."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def supervise(folder: Path) -> None:
    """Runs the server of that folder for as long as somebody holds its lock, then removes everything."""
    if os.fork():
        return  # the parent ends at once, so that no test has a child process to look after
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    server = None
    try:
        server = _launch(folder)
    except Exception as error:  # noqa: BLE001 - whatever it was, those who wait must read it
        (folder / "failed").write_text(f"{error}\n{_last_words(folder)}")
    try:
        _outlast_the_users(folder, server)
    finally:
        _end(folder, server)


def _outlast_the_users(folder: Path, server: subprocess.Popen[bytes] | None) -> None:
    while True:
        time.sleep(0.1)
        if _is_unused(folder):
            with _gate():  # nobody can join between the last look and the end
                if _is_unused(folder):
                    return _end(folder, server)


def _end(folder: Path, server: subprocess.Popen[bytes] | None) -> None:
    if server is not None and server.poll() is None:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: connections are cut, files closed
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


def _launch(folder: Path) -> subprocess.Popen[bytes]:
    """initdb, then the server itself; returns when it takes connections."""
    found = chosen()
    if not isinstance(found, Binaries):
        raise NoPostgres("TEST_DATABASE_URL needs no server of its own")
    identity = _identity()
    if identity:
        os.chown(folder, identity["user"], identity["group"])
    with (folder / "log").open("ab") as log:
        quiet: dict[str, Any] = {"cwd": folder, "env": _environ(), "stdin": subprocess.DEVNULL, "stdout": log}
        quiet |= {"stderr": log, **identity}
        binaries = _within_reach(found, folder=folder, quiet=quiet)
        data = str(folder / "data")
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run([binaries / "initdb", "-D", data, *options], check=True, **quiet)
        settings = SETTINGS | {"unix_socket_directories": str(folder)}
        with (folder / "data" / "postgresql.conf").open("a") as file:  # not flags, which nothing could change later
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        server = subprocess.Popen([binaries / "postgres", "-D", data], **quiet)
    wait(lambda: server.poll() is not None or _takes_connections(folder))
    if server.poll() is not None:
        raise NoPostgres("postgres ended at once")
    (folder / "ready").touch()
    return server


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody. Empty for everybody else."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _environ() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _within_reach(binaries: Binaries, *, folder: Path, quiet: dict[str, Any]) -> Path:
    """The bin folder; a copy of it if whoever runs the server cannot enter it (root's home is private)."""
    try:
        subprocess.run([binaries.folder / "initdb", "--version"], check=True, **quiet)
    except (PermissionError, subprocess.CalledProcessError):
        installation = binaries.folder.parent
        copy = folder / "copy" / installation.parent.name / installation.name
        shutil.copytree(installation, copy, symlinks=True)
        libraries = installation.parent.with_suffix(".libs")  # beside the package: where wheels keep theirs
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "copy" / libraries.name, symlinks=True)
        return copy / "bin"
    return binaries.folder


def _takes_connections(folder: Path) -> bool:
    status = folder / "data" / "postmaster.pid"
    return status.exists() and status.read_text().rstrip().endswith("ready")


def _last_words(folder: Path) -> str:
    log = folder / "log"
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""

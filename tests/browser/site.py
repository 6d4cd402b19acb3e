"""The product on a loopback port, over the small world of the tests: what the browser is pointed at."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from flask_security import hash_password
from sqlalchemy import update
from werkzeug.serving import make_server

from dashboard.cli_demo import PASSWORD
from models import Staff
from tests.world import World


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which an application answers, from a thread of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@functools.cache
def password_hash(app: Flask) -> str:
    """The demo password as the table keeps it; hashing is costly on purpose, so it happens once."""
    with app.app_context():
        return str(hash_password(PASSWORD))


@dataclass(frozen=True)
class Site:
    """A world that answers over HTTP, and its address."""

    world: World
    url: str

    def give_passwords(self) -> None:
        """Let everybody of the world's staff sign in with the demo password."""
        with self.world.app.app_context(), self.world.system() as session:
            session.execute(update(Staff).values(password=password_hash(self.world.app)))
            session.commit()


@contextmanager
def open_site(world: World) -> Iterator[Site]:
    """The world's application, serving; its staff can sign in."""
    with served(world.app) as url:
        site = Site(world, url)
        site.give_passwords()
        yield site

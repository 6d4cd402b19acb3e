"""A website of our own on this machine, encrypted with the tests' certificate, or open: what checks from outside look at."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

PEM = Path(__file__).parents[1] / "jobs" / "mail_server.pem"
"""Made once, for tests alone (tests/jobs/test_outbox.py); it is for 127.0.0.2."""
HOST = "127.0.0.2"
INSISTS = ("Strict-Transport-Security", "max-age=31536000")


@dataclass
class Site:
    """How a site answers; a test changes it while it runs."""

    url: str = ""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [INSISTS])
    body: str = '<a href="/about">About</a><script src="/own.js"></script>'
    asked: list[str] = field(default_factory=list)


@contextmanager
def site(*, encrypted: bool = True, **facts: Any) -> Iterator[Site]:
    """Run a site on a free port."""
    made = Site(**facts)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(made.status)
            for name, value in made.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.body.encode())

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Answers)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign] - who speaks plain to it is no error of ours
    if encrypted:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    made.url = f"{'https' if encrypted else 'http'}://{HOST}:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The partners' stand-ins on this machine: HubSpot, the app and the website, over real HTTP, for demo and tests.

They check tokens and signatures from the written contract, not from the code that makes them. Each can be told to fail.
Nothing here is ever reachable from another machine, and nothing that was held survives the process.
"""

import hashlib
import hmac
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any, Final

from dashboard.demo.copies import Body, Copies, Reply, answers

HOST: Final = "127.0.0.1"
FRESH: Final = 300
"""Seconds a signed call stays good."""
MODES: Final = "/modes"
"""Where a running stand-in is told how to answer: {"path": …, "status": 503, "retry_after": "120"}."""


@dataclass(frozen=True)
class Mode:
    """How one path answers from now on. `keep` says yes and erases nothing; `late` waits so many seconds first."""

    status: int = 0
    retry_after: str = ""
    location: str = ""
    body: str = ""
    late: float = 0
    drop: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Secrets:
    """What callers must know: HubSpot's token, and the secret shared with each of the two others."""

    hubspot: str
    app: str
    website: str


class Partners(ThreadingHTTPServer):
    """The server of all three."""

    daemon_threads = True

    def __init__(self, port: int, secrets: Secrets) -> None:
        """Take a port, 0 for a free one, and the secrets."""
        super().__init__((HOST, port), Handler)
        self.secrets, self.copies, self.ending = secrets, Copies(), Event()
        self.modes: dict[str, Mode] = {}
        self.calls: list[tuple[str, int]] = []
        self.answers = {**answers(self.copies), MODES: ("hubspot", self._told)}

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""

    def reply(self, path: str, headers: Message, body: bytes) -> Reply:
        """Return what a path answers, after looking who asks."""
        if path not in self.answers:
            return 404, None
        who, answer = self.answers[path]
        if not self._is_known(who, path=path, headers=headers, body=body):
            return 401, {"status": "error", "category": "INVALID_AUTHENTICATION"}
        if self.modes.get(path, Mode()).keep:
            return 204, None
        try:
            return answer(json.loads(body))
        except (ValueError, LookupError, TypeError, AttributeError):
            return 400, {"status": "error", "category": "VALIDATION_ERROR"}

    def _told(self, body: Body) -> Reply:
        mood = Mode(**{name: value for name, value in body.items() if name != "path"})
        self.modes[str(body["path"])] = mood
        return 204, None

    def _is_known(self, who: str, *, path: str, headers: Message, body: bytes) -> bool:
        secret = str(getattr(self.secrets, who))
        if who == "hubspot":
            return hmac.compare_digest(headers.get("Authorization", "").encode(), f"Bearer {secret}".encode())
        at = headers.get("X-Timestamp", "")
        if not at.isdecimal() or abs(time.time() - int(at)) > FRESH:
            return False
        made = hmac.new(secret.encode(), f"POST\n{path}\n{at}\n".encode() + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(headers.get("X-Signature", "").encode(), made.encode())


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    server: Partners

    def do_POST(self) -> None:
        """Answer in the mood this path is in."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1_000_000))
        mode = self.server.modes.get(self.path, Mode())
        if mode.late:
            self.server.ending.wait(mode.late)
        if mode.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif mode.status:
            self._send(mode.status, mode.body.encode(), mode)
        else:
            status, told = self.server.reply(self.path, self.headers, body)
            self._send(status, b"" if told is None else json.dumps(told).encode(), mode)

    def _send(self, status: int, content: bytes, mode: Mode) -> None:
        self.server.calls.append((self.path, status))
        self.send_response(status)
        named = {"Retry-After": mode.retry_after, "Location": mode.location}
        for name, value in {**named, "X-HubSpot-Correlation-Id": os.urandom(8).hex()}.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: what runs beside it has the terminal."""


def main() -> int:
    """Serve until the process is ended; port and secrets come from the environment, the copies by standard input."""
    known = {name: os.environ[f"PARTNERS_{name.upper()}_SECRET"] for name in ("hubspot", "app", "website")}
    server = Partners(int(os.environ["PARTNERS_PORT"]), Secrets(**known))
    if os.environ.get("PARTNERS_TOLD"):
        server.copies.take(json.loads(sys.stdin.buffer.read()))
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

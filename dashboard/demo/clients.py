"""Two ways to reach the intake API: inside this process, and over HTTP.

What must never happen here: a token or a body in an error's text.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.test import Client as TestClient

from dashboard.demo.calls import API, Answer, Audience, Call, Client
from dashboard.demo.copies import FORMS

TIMEOUT: Final = 30.0
"""Seconds without an answer after which a server counts as away."""
SHORT: Final = 2.0
"""The same for what stands on this machine."""


class InProcessClient:
    """Calls a WSGI application without a network: what `flask demo` fills an empty database with."""

    def __init__(
        self, app: WSGIApplication, tokens: Mapping[Audience, str], *, base_url: str = "http://127.0.0.1:8000"
    ) -> None:
        """Take the application and one bearer token per audience."""
        self.client, self.tokens, self.base_url = TestClient(app), tokens, base_url

    def __call__(self, call: Call) -> Answer:
        """Send one call."""
        response = self.client.open(
            call.path,
            method=call.method,
            data=_text(call.body),
            headers=_headers(call, self.tokens),
            base_url=self.base_url,
        )
        return _answer(response.status_code, response.get_data(), response.headers.get("Retry-After"))


class HttpClient:
    """Calls a running server over one kept connection. Raises OSError when nobody answers."""

    def __init__(self, base_url: str, tokens: Mapping[Audience, str]) -> None:
        """Take the server's address and one bearer token per audience."""
        address = urlsplit(base_url)
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        self.connection = kind(address.hostname or "127.0.0.1", address.port, timeout=TIMEOUT)
        self.prefix, self.tokens = address.path.rstrip("/"), tokens

    def __call__(self, call: Call) -> Answer:
        """Send one call; once more on a fresh connection, because a server may close one that was idle."""
        try:
            return self._send(call)
        except (HTTPException, ConnectionResetError, BrokenPipeError):
            return self._send_afresh(call)

    def _send_afresh(self, call: Call) -> Answer:
        try:
            return self._send(call)
        except HTTPException as error:
            raise ConnectionError(type(error).__name__) from None

    def _send(self, call: Call) -> Answer:
        try:
            self.connection.request(call.method, self.prefix + call.path, _text(call.body), _headers(call, self.tokens))
            response: HTTPResponse = self.connection.getresponse()
            return _answer(response.status, response.read(), response.getheader("Retry-After"))
        except (OSError, HTTPException):
            self.connection.close()
            raise


class HandingOn:
    """Sends calls through another client; each form that was taken also reaches the partners' stand-ins, as the
    website would hand it on.
    """

    def __init__(self, client: Client, *, port: int, token: str) -> None:
        """Take the client to use, the stand-ins' port on this machine, and the token they know."""
        self.client, self.port, self.token = client, port, token

    def __call__(self, call: Call) -> Answer:
        """Send one call; stand-ins that are away miss a form, and nothing else happens."""
        answer = self.client(call)
        if answer.is_fine and call.path == f"{API}/contact-requests":
            with suppress(OSError, HTTPException):
                self._hand_on(call)
        return answer

    def _hand_on(self, call: Call) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SHORT)
        try:
            connection.request("POST", FORMS, _text(call.body), {"Authorization": f"Bearer {self.token}"})
            connection.getresponse().read()
        finally:
            connection.close()


def _text(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _headers(call: Call, tokens: Mapping[Audience, str]) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {tokens[call.audience]}", "Content-Type": "application/json"}
    if call.idempotency_key:
        headers["Idempotency-Key"] = call.idempotency_key
    return headers


def _answer(status: int, content: bytes, retry_after: str | None) -> Answer:
    return Answer(status, _parsed(content), _seconds(retry_after))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None

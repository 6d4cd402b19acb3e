"""Signed calls to those of our own who hold copies: what the app's and the website's adapter have in common.

Each call carries `X-Timestamp` (seconds since 1970) and `X-Signature`: HMAC-SHA256, as hex, with the shared secret over
method, path, timestamp and body, one below the other. Persons stand in the body alone, never in an address.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from . import outgoing
from .base import NotNow, Search
from .receipts import NOTHING_TO_ASK, receipt


def signature(secret: str, *, path: str, timestamp: str, body: bytes) -> str:
    """Return what proves that a call is ours, untouched and fresh."""
    message = b"\n".join((b"POST", path.encode(), timestamp.encode(), body))
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class Webhook:
    """A holder of copies that takes our signed calls; subclasses say by what it knows a person."""

    key: str
    """How its calls name what it knows a person by: external_ids or addresses."""

    def __init__(self, url: str, *, secret: str, allowed: frozenset[str]) -> None:
        """Take its address, the shared secret and the hosts that may be called."""
        self._url, self._secret, self._allowed = url.rstrip("/"), secret, allowed

    def known_by(self, search: Search) -> Sequence[str]:
        """Return what this holder can know the person by."""
        raise NotImplementedError

    def erase(self, search: Search) -> str:
        """Ask it to erase the person; return the receipt or raise NotNow."""
        if not (who := self.known_by(search)):
            return NOTHING_TO_ASK
        trace = secrets.token_hex(8)
        return receipt(self._call("/erasure", {self.key: list(who)}, trace=trace).status, trace=trace)

    def still_there(self, search: Search) -> bool:
        """Look how many copies it still has: only a number it says counts, never a missing page."""
        if not (who := self.known_by(search)):
            return False
        return _found(self._call("/erasure/check", {self.key: list(who)}, trace=secrets.token_hex(8))) > 0

    def _call(self, path: str, told: Mapping[str, Any], *, trace: str) -> outgoing.Answer:
        url, body, timestamp = self._url + path, json.dumps(told).encode(), str(int(time.time()))
        signed = signature(self._secret, path=urlsplit(url).path, timestamp=timestamp, body=body)
        headers = {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signed}
        answer = outgoing.post(url, body=body, headers={**headers, "X-Request-Id": trace}, allowed=self._allowed)
        if refusal := outgoing.refusal(answer.status, answer.headers):
            raise refusal
        return answer


def _found(answer: outgoing.Answer) -> int:
    try:
        found = json.loads(answer.body)["found"] if answer.status == 200 else None
    except (ValueError, LookupError, TypeError):
        found = None
    if type(found) is not int or found < 0:
        raise NotNow("not_understood")
    return found

"""The one way out to processors: only to hosts the settings name, over links nobody else can read (P53).

Never here: a redirect followed, a retry (the caller asks again later), a proxy or password taken from the environment,
or anything of a person in an address, a log line or an error. A failed call is told by a code and nothing else.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from dashboard.config import Settings, is_closed

from .base import NotNow

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
WHOLE_SECONDS = 30.0
"""However slowly it trickles: a stop of the scheduler must not wait longer."""
LARGEST_ANSWER = 64 * 1024
"""Bytes; a yes, a count or an error need less than one."""
LARGEST_PAGE = 2 * 1024 * 1024
"""Bytes of a page of our own that is looked at."""
LOOK_SECONDS = 4.0
"""For one page: somebody may be waiting for the answer."""
TRUST: bool | str = True
"""The certificates that are trusted when looking at our own addresses: those of this machine."""
LONGEST_WAIT = 24 * 3600
"""Seconds a processor may put us off at a time: the alarm rings after a day."""
CODES = {401: "not_allowed", 403: "not_allowed", 408: "timed_out", 429: "too_many"}
KINDS = {3: "redirected", 4: "refused", 5: "server_error"}
log = logging.getLogger(__name__)


class Once(requests.Session):
    """One call and no other. Where a redirect leads is not even prepared: that would read its whole body, however long
    and slow.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Lead nowhere."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def hosts(settings: Settings) -> frozenset[str]:
    """Return the hosts that may be called, with their ports: those of the registry's processors, and no other."""
    return frozenset(host(url) for url in addresses(settings))


def addresses(settings: Settings) -> tuple[str, ...]:
    """Return the addresses of the registry's processors that are set."""
    urls = (settings.hubspot_base_url, settings.app_webhook_url, settings.website_webhook_url)
    return tuple(filter(None, urls))


def host(url: str) -> str:
    r"""Return the host of an address with its port, read as the sender reads it; raise ValueError when it is none.

    Another reader could take `https://there\@here/` for an address of here, while the call goes there.
    """
    parts = parse_url(url)
    return f"{parts.host}:{parts.port or {'https': 443}.get(parts.scheme or '', 80)}"


def check(url: str, *, allowed: frozenset[str]) -> None:
    """Raise NotNow when nothing may be sent there."""
    if not is_closed(url):
        raise NotNow("link_not_encrypted")
    if host(url) not in allowed:
        raise NotNow("host_not_allowed")


def note(url: str, outcome: object) -> None:
    """Log that something went out: the host and how it ended. The path could be a processor's, but never a person's."""
    log.info("outgoing %s %s", host(url), outcome)


def post(url: str, *, body: bytes, headers: Mapping[str, str], allowed: frozenset[str]) -> Answer:
    """Send one call and return its answer, whatever its status; raise NotNow when there is none."""
    check(url, allowed=allowed)
    try:
        answer = _post(url, body=body, headers=headers)
    except (requests.Timeout, TimeoutError):
        because = "timed_out"
    except (requests.RequestException, HTTPError, OSError):
        because = "unreachable"
    else:
        note(url, answer.status)
        return answer
    note(url, because)
    raise NotNow(because)


@dataclass(frozen=True)
class Seen:
    """What an address of our own site or app showed to anybody: status, headers, page, and cookies as they are set."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...]


def look(url: str, *, allowed: frozenset[str]) -> Seen:
    """Look at an address of our own from outside, as anybody would; nothing is sent along, so it may be an open link.

    Raise NotNow: not_trusted when its certificate is not, else what a call is refused with.
    """
    if host(url) not in allowed:
        raise NotNow("host_not_allowed")
    try:
        seen = _look(url)
    except requests.exceptions.SSLError:
        because = "not_trusted"
    except (requests.Timeout, TimeoutError):
        because = "timed_out"
    except (requests.RequestException, HTTPError, OSError, ValueError):
        because = "unreachable"
    else:
        note(url, seen.status)
        return seen
    note(url, because)
    raise NotNow(because)


def _look(url: str) -> Seen:
    ends = time.monotonic() + LOOK_SECONDS
    with Once() as session:
        session.trust_env = False
        patience = (CONNECT_SECONDS, LOOK_SECONDS)
        sent = session.get(url, timeout=patience, allow_redirects=False, stream=True, verify=TRUST)
        cookies = tuple(sent.raw.headers.getlist("Set-Cookie"))
        return Seen(sent.status_code, sent.headers, _read(sent, ends=ends, largest=LARGEST_PAGE), cookies)


def _post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    ends = time.monotonic() + WHOLE_SECONDS
    with Once() as session:
        session.trust_env = False
        patience = (CONNECT_SECONDS, READ_SECONDS)
        sent = session.post(url, data=body, headers=headers, timeout=patience, allow_redirects=False, stream=True)
        return Answer(sent.status_code, sent.headers, _read(sent, ends=ends))


def _read(sent: requests.Response, *, ends: float, largest: int = LARGEST_ANSWER) -> bytes:
    body = b""
    for part in sent.iter_content(1024):
        body += part
        if time.monotonic() > ends:
            raise TimeoutError
        if len(body) > largest:
            raise OSError
    return body


def refusal(status: int, headers: Mapping[str, str]) -> NotNow | None:
    """Return why an answer is no yes; None when it is one. 404 is a yes: somebody unknown is as good as erased."""
    if status == 404 or 200 <= status < 300:
        return None
    because = CODES.get(status) or KINDS.get(status // 100, "not_understood")
    return NotNow(because, wait=wait(headers))


def wait(headers: Mapping[str, str]) -> int:
    """Return the seconds an answer asks us to wait: Retry-After, as seconds or as a date; 0 when it names none."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, min(round((until - datetime.now(UTC)).total_seconds()), LONGEST_WAIT))

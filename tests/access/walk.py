"""Walking the house as one principal: every door with every id, every link, cursor and filter, every form.

What comes back is kept as `Answer`s: status, headers, cookies and body, with the endpoint that answered and the group of
the record its address named.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from werkzeug.exceptions import HTTPException

from tests.access.canaries import digest
from tests.access.doors import Door, candidates, doors, knock
from tests.access.planted import Planted
from tests.access.principals import Visitor

LONG_TEXT = "Twenty words of nothing in particular, written by a test."
SKIPPED = {"security.logout"}
"""Forms that would end the walk."""


@dataclass
class FormFound:
    """A form as it stands on a page."""

    url: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    """Name → the values it offers; an empty list for free text."""

    def filled(self) -> dict[str, str]:
        """Return what a person would send: the last choice of each list, some words in each text."""
        return {name: (values[-1] if values else LONG_TEXT) for name, values in self.fields.items()}


class Reader(HTMLParser):
    """Collects the links and forms of a page, with their addresses as the page writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[FormFound] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Remember links, forms and their fields."""
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "form":
            self.forms.append(FormFound(found.get("action") or "", (found.get("method") or "get").upper()))
        elif self.forms:
            self._field(tag, found)

    def _field(self, tag: str, found: dict[str, Any]) -> None:
        form, name = self.forms[-1], found.get("name") or ""
        if tag == "option":
            form.fields.setdefault(self._select, []).append(found.get("value") or "")
        elif tag == "select":
            self._select = name
            form.fields.setdefault(name, [])
        elif tag in {"input", "textarea", "button"} and name and name != "csrf_token":
            offered = (
                [found.get("value") or ""]
                if tag == "button" or found.get("type") in {"hidden", "radio", "checkbox"}
                else []
            )
            form.fields.setdefault(name, []).extend(offered)


CHANGING = (
    (re.compile(r"nonce[-=]\"?[\w-]+"), "nonce"),
    (re.compile(r"(name=\"csrf_token\"[^>]*value=\")[^\"]+"), r"\1token"),
    (re.compile(r"(?m)^(Set-Cookie|Date|X-Request-Id|Content-Length):.*$"), r"\1"),
)
"""What differs from request to request: the page's nonce, the form's token, the cookie, the request's id."""


def steady(text: str) -> str:
    """Return an answer without what changes from request to request."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return text


@lru_cache(maxsize=10_000)
def read(page: str) -> tuple[tuple[str, ...], tuple[FormFound, ...]]:
    """Return the links and forms of a page; many answers are the same page, also in the second of two worlds."""
    reader = Reader()
    reader.feed(page)
    return tuple(reader.links), tuple(reader.forms)


@dataclass
class Answer:
    """One answer, with where it was asked."""

    who: str
    endpoint: str
    method: str
    url: str
    group: str
    status: int
    text: str
    after: bool = False
    """Seen after a change went through."""
    sent: dict[str, str] | None = None
    """The form that was sent, if any."""

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.url} ({self.endpoint}) → {self.status}"


@dataclass
class Walk:
    """One principal's way through a planted world."""

    world: Planted
    visitor: Visitor
    answers: list[Answer] = field(default_factory=list)
    links: dict[str, None] = field(default_factory=dict)
    forms: dict[tuple[str, str], FormFound] = field(default_factory=dict)
    changed: bool = False
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Path → the ids to ask it about; those of the first world are kept for the second."""

    refs: list[str] = field(default_factory=list)
    """The references of cases to look for, likewise."""

    forms_from: int = 0
    """How many answers came before the first form of `every_form`."""

    def about(self, door: Door) -> list[str]:
        """Return the ids to ask a door about."""
        method = "GET" if "GET" in door.methods else "POST"
        return self.ids.setdefault(door.path, candidates(self.world, door, method))

    def ask(self, method: str, url: str, **sent: Any) -> Answer:
        """Send one request and keep the answer whole: status, headers, cookies, body."""
        answer = knock(self.visitor, method, url, **sent)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        kept = Answer(
            self.visitor.name, self._endpoint(method, url), method, url, self._group(url), answer.status_code,
            f"{headers}\n\n{answer.get_data(as_text=True)}", self.changed, sent.get("data"),
        )  # fmt: skip
        self.answers.append(kept)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            self._read(url, answer.get_data(as_text=True))
        return kept

    def follow(self, answer: Answer) -> None:
        """Go where an answer sends the browser: flashes show there."""
        location = next((line[10:] for line in answer.text.split("\n") if line.startswith("Location: ")), "")
        if 300 <= answer.status < 400 and urlsplit(location).path != "/login":
            self.changed = True
            self.ask("GET", location)
            self.changed = False

    def _endpoint(self, method: str, url: str) -> str:
        try:
            return str(self.world.app.url_map.bind("localhost").match(urlsplit(url).path, method=method)[0])
        except HTTPException:
            return "nowhere"

    def _group(self, url: str) -> str:
        named = [self.world.groups[part] for part in urlsplit(url).path.split("/") if part in self.world.groups]
        return named[-1] if named else ""

    def _read(self, url: str, page: str) -> None:
        links, forms = read(steady(page))
        self.links |= dict.fromkeys(link for href in links if urlsplit(link := urljoin(url, href)).path.startswith("/"))
        self.forms |= {(form.method, urlsplit(urljoin(url, form.url)).path): form for form in forms}


SHUT_AFTER = 4
"""Ids after which a door that has only said "not you" is taken at its word: no id was even looked at."""


def everywhere(walk: Walk, *, limit: int = 10_000) -> Walk:
    """GET every door with every planted id, then every link found (cursors, tabs and filters with them)."""
    for door in doors(walk.world.app):
        if "GET" in door.methods:
            try_ids(walk, door, lambda url: walk.ask("GET", url))
    asked = {answer.url for answer in walk.answers}
    for _round in range(2):
        for link in [*walk.links, *narrowed(walk)]:
            if link not in asked and len(asked) < limit:
                asked.add(link)
                walk.ask("GET", link)
    return walk


def narrowed(walk: Walk) -> Iterator[str]:
    """Yield the addresses of every choice that a filter form offers, one at a time."""
    for (method, path), form in list(walk.forms.items()):
        if method == "GET":
            for name, values in form.fields.items():
                yield from (f"{path}?{name}={value}" for value in values[:12])


def try_ids(walk: Walk, door: Door, ask: Callable[[str], Answer]) -> None:
    """Ask a door for every planted case; a door that is shut to this principal whatever the id, for a few."""
    if door.endpoint in SKIPPED:
        return
    shut = 0
    for value in walk.about(door):
        shut += ask(door.url(value)).status in {302, 401, 403}
        if shut >= SHUT_AFTER:
            return


def every_form(walk: Walk) -> Walk:
    """Send every POST door an empty form for every id, and every form a page showed as a person would fill it in."""
    walk.forms_from = len(walk.answers)
    for door in doors(walk.world.app):
        if "POST" in door.methods:
            try_ids(walk, door, lambda url: send(walk, url, {}))
    for (method, path), form in list(walk.forms.items()):
        if method == "POST" and path != "/logout":
            send(walk, path, form.filled())
    return walk


ONE_IN = 3


def has_its_turn(url: str) -> bool:
    """Whether an empty form is among the third that is sent once more where every id has been asked about already.

    Decided by its address alone: each door gets another part of the ids, over all doors every id has its turn.
    """
    return int(digest("turn", url)[:8], 16) % ONE_IN == 0


def send(walk: Walk, url: str, data: dict[str, str]) -> Answer:
    """Send a form, go where its answer leads, and put back what it changed."""
    answer = walk.ask("POST", url, data=data)
    walk.follow(answer)
    if answer.status < 400 and answer.endpoint != "security.login":
        walk.world.restore()
    return answer


ODD = ("0", "-1", "9" * 20, "x" * 5_000, "%00", "%ED%A0%80", "%F0%9F%94%91", "1,2", "'", "%25", "None")
"""Ids and parameters nobody meant."""
MAILS = ("someone@x.example", "nobody@x.example", "A@B", "%@x.example", "_" * 20 + "@x.example", "")
"""Addresses to try; the first is an account's in the second of two worlds only."""


def odd_requests(walk: Walk) -> Walk:
    """Ask what nobody meant: odd ids and parameters, references of every case, addresses, refused writes."""
    for path in sorted({door.path for door in doors(walk.world.app) if "GET" in door.methods}):
        for odd in ODD:
            odd_url = re.sub(r"<[^>]+>", odd, path) if "<" in path else f"{path}?at={odd}&tab={odd}&kind={odd}&q={odd}"
            walk.ask("GET", odd_url)
    for number in range(1000, 9000, 23):
        walk.ask("POST", "/admin/find", data={"q": f"{'TCOR'[number % 4]}-{number}"})
    walk.refs = walk.refs or sorted(walk.world.refs)
    for ref in walk.refs:
        walk.ask("POST", "/admin/find", data={"q": ref})
    for mail in MAILS:
        walk.ask("POST", "/login", data={"email": mail, "password": "not the password"})
        walk.ask("POST", "/admin/tickets/write", data={"email": mail, "kind": "none", "subject": "x", "body": "y"})
    return walk

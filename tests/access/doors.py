"""Every door of the house: the rules of the URL map, the methods, and how an answer is classed.

Written over `app.url_map`, the thing that serves requests: a page that appears is covered the moment it is registered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule

from tests.access.planted import Planted, key
from tests.access.principals import Visitor

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STATIC = {"filename"}
"""Parameters that name a file of the product, not a record."""
ABSENT = key("a record that nobody planted")


@dataclass(frozen=True)
class Door:
    """One rule of the URL map."""

    endpoint: str
    path: str
    methods: frozenset[str]
    parameters: tuple[str, ...]
    beside: frozenset[str] = frozenset()
    """Methods that another endpoint takes at the same address."""

    @property
    def takes_id(self) -> bool:
        """Whether its address names a record."""
        return bool(set(self.parameters) - STATIC)

    def url(self, value: str) -> str:
        """Return its address for one id."""
        url = self.path
        for name in self.parameters:
            filled = "need-to-know.css" if name in STATIC else value
            start, end = url.index("<"), url.index(">")
            url = url[:start] + filled + url[end + 1 :]
        return url


def doors(app: Flask) -> Iterator[Door]:
    """Yield every rule of the URL map."""
    rules = sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint))
    for rule in rules:
        beside = {m for other in rules if other.rule == rule.rule and other is not rule for m in other.methods or ()}
        yield Door(rule.endpoint, rule.rule, frozenset(rule.methods or ()), tuple(_names(rule)), frozenset(beside))


def _names(rule: Rule) -> Iterator[str]:
    for piece in rule.rule.split("<")[1:]:
        yield piece.partition(">")[0].rpartition(":")[2]


def knock(visitor: Visitor, method: str, url: str, *, data: Any = None, json: Any = None) -> Any:
    """Send one request as a principal; never follow a redirect."""
    answer = visitor.client.open(url, method=method, data=data, json=json, headers=visitor.headers)
    answer.get_data()
    answer.close()
    return answer


def classed(answer: Any) -> str:
    """Return how an answer counts in the access matrix."""
    status = answer.status_code
    if status in {401, 403}:
        return {401: "401", 403: "deny"}[status]
    if status in {404, 405}:
        return "none"
    if status in {301, 302, 303, 307, 308} and urlsplit(answer.headers["Location"]).path == "/login":
        return "sign-in"
    if status == 503:
        return "down"
    return "allow" if status < 500 else f"error {status}"


def opened(world: Planted, visitor: Visitor, door: Door, method: str) -> str:
    """Try a door with every planted id it could be meant for, until one answers; return the class of that answer.

    A door that opens for no record at all is "none": absent, foreign and undeclared look alike, as they must.
    """
    seen = "none"
    for value in candidates(world, door, method):
        seen = classed(knock(visitor, method, door.url(value)))
        if seen != "none":
            break
    return seen


KINDS = {
    "tickets": ("ticket", "trace_widening"),
    "contact-requests": ("contact_request",),
    "onboarding": ("onboarding_case",),
    "subject-requests": ("subject_request",),
    "staff": ("staff", "proposal", "api_token"),
    "accounts": ("account",),
    "access-log": ("seal_verification",),
    "statistics": ("usage_company",),
}
"""Under /admin/…: the tables whose ids belong in the addresses; elsewhere all of them are tried. Of the others, two."""
PROMISE = "P38"
"""What stands in the address of one promise."""
EXTERNAL = ("account-mine_question", "company-mine_question")
"""The app's own ids, which stand in the addresses of the intake API."""


def candidates(world: Planted, door: Door, method: str) -> list[str]:
    """Return the ids worth trying at a door, an absent one first."""
    if not door.takes_id or method not in door.methods:
        return [ABSENT]
    if "no" in door.parameters:
        return [ABSENT, PROMISE]
    meant = next((KINDS[part] for part in door.path.split("/") if part in KINDS), tuple(KINDS["staff"]))
    return [ABSENT, *EXTERNAL, *(i for table, ids in world.ids.items() for i in (ids if table in meant else ids[:2]))]


def settle(world: Planted, method: str, seen: str) -> None:
    """Undo what an allowed change has changed."""
    if method not in {"GET", "HEAD", "OPTIONS"} and seen in {"allow", "sign-in"}:
        world.restore()

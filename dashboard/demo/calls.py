"""What passes between the story and whoever sends it: one call to the intake API, and its answer.

What must never happen here: knowledge of anything behind the API.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Audience = Literal["app", "website"]
"""Who calls; each has a bearer token of its own."""

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the intake API. `weight` is how many records it carries."""

    audience: Audience
    method: Literal["POST", "PUT", "GET"]
    path: str
    body: Mapping[str, Any]
    idempotency_key: str | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, the parsed JSON (None if there was none), seconds to wait."""

    status: int
    body: Any = None
    retry_after: float | None = None

    @property
    def is_fine(self) -> bool:
        """True for 2xx."""
        return self.status // 100 == 2


Client = Callable[[Call], Answer]
"""Sends one call. Raises OSError when nobody answers."""


def problem_of(answer: Answer) -> str:
    """Return the problem's type and fields in one line; the API never echoes personal data in either."""
    problem = answer.body if isinstance(answer.body, dict) else {}
    kind = str(problem.get("type", "no problem type")).rstrip("/").rsplit("/", maxsplit=1)[-1]
    errors = problem.get("errors")
    return f"{answer.status} {kind}" + (f": {_fields(errors)}" if errors else "")


def refusals(answer: Answer) -> list[str]:
    """Return the reasons for which records of a batch were refused, with their place in the batch."""
    refused = answer.body.get("refused") if isinstance(answer.body, dict) else None
    if isinstance(refused, int):
        return [f"{refused} records"] if refused else []
    return [_fields([entry]) for entry in refused or ()]


def _fields(errors: Any) -> str:
    if not isinstance(errors, list):
        return str(errors)
    return "; ".join(" ".join(map(str, entry.values())) if isinstance(entry, dict) else str(entry) for entry in errors)

"""Every refusal of the API, as application/problem+json (RFC 9457): one table of kinds, stable for the programs
outside.

What must never happen here: a word of the body, the path or a header in an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic_core import to_json
from werkzeug.exceptions import HTTPException

URN = "urn:need-to-know:problem:"


@dataclass(frozen=True)
class Kind:
    """One kind of refusal: its status, and what it says."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "not-json": Kind(400, "The body is not JSON."),
    "invalid-key": Kind(400, "The Idempotency-Key must be 1 to 128 visible ASCII characters."),
    "bad-request": Kind(400, "The request cannot be read."),
    "no-token": Kind(401, "A valid bearer token is needed."),
    "wrong-scope": Kind(403, "This token is not for this call."),
    "not-found": Kind(404, "There is nothing here."),
    "wrong-method": Kind(405, "This address takes another method."),
    "conflict": Kind(409, "The same id came before with other content. Nothing was changed."),
    "too-large": Kind(413, "The body is larger than 2 MB."),
    "too-many-events": Kind(413, "A call takes at most 1,000 usage events."),
    "not-a-json-body": Kind(415, "Send Content-Type: application/json, without Content-Encoding."),
    "invalid": Kind(422, "The body is not what this call takes."),
    "key-used-otherwise": Kind(422, "This Idempotency-Key belongs to a call with another body."),
    "too-many-calls": Kind(429, "This token has made too many calls in this minute."),
    "unexpected": Kind(500, "Something went wrong here. Nothing was changed."),
    "try-again": Kind(503, "This cannot be done at the moment. Nothing was changed; send it again."),
}
"""Every kind, by the last part of its `type`."""

OF_STATUS = {kind.status: name for name, kind in reversed(list(KINDS.items()))}
"""The first kind of each status: what a refusal of the web framework becomes."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="intake"'}
SOON = {"Retry-After": "1"}


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with one field: the field's name as the contract has it, and what to do."""

    field: str
    message: str


class Problem(Exception):
    """Cannot continue because the call is not acceptable; says which kind, and what is wrong at which field."""

    def __init__(
        self, kind: str, *, mistakes: Sequence[Mistake] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        """Take a kind of KINDS; no text of a caller may be in the mistakes."""
        super().__init__(kind)
        self.kind, self.mistakes, self.headers = kind, mistakes, headers or {}


def answer(problem: Problem) -> Response:
    """Return the response of a problem; the same problem is the same bytes."""
    kind = KINDS[problem.kind]
    body: dict[str, Any] = {"type": URN + problem.kind, "title": kind.title, "status": kind.status}
    if problem.mistakes:
        body["errors"] = [vars(mistake) for mistake in problem.mistakes]
    response = Response(to_json(body), status=kind.status, content_type="application/problem+json")
    response.headers.update(problem.headers)
    return response


def of_http(error: HTTPException) -> Response:
    """Return a refusal of the web framework in our own words, with the headers its status calls for."""
    status = HTTPStatus(error.code or 500)
    name = OF_STATUS.get(status, "bad-request" if status < 500 else "unexpected")
    allow = {key: value for key, value in error.get_headers() if key == "Allow"}
    return answer(Problem(name, headers=allow))

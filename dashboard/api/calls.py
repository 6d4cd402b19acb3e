"""One call of the API: what it takes, what it answers, and the way every one of them goes.

A handler gets the checked body and returns the effect; `call` reads, repeats, runs and answers. No handler commits.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json

from dashboard.policy import canaries
from dashboard.services.intake.acting import Answer, Effect, Repeat, act
from dashboard.services.intake.moments import Horizon
from models import db

from .fields import EXTERNAL_ID, TICKET_ID
from .problems import Mistake, Problem
from .reading import body, read

View = Callable[..., Response]
Reader = Callable[[bytes], Any]
KEY = re.compile(r"[\x21-\x7e]{1,128}")
PATH_PARTS = {"external_id": re.compile(EXTERNAL_ID), "id": re.compile(TICKET_ID)}
"""The ids that can stand in an address."""


@dataclass(frozen=True)
class Call:
    """A call as the document describes it. `takes` is the model of its body, `reads` how the body is read."""

    method: str
    path: str
    answers: Mapping[int, type[BaseModel]]
    takes: Any = None
    reads: Reader | None = None


def call(
    method: str, path: str, *, answers: Mapping[int, type[BaseModel]], takes: Any = None, reads: Reader | None = None
) -> Callable[[Callable[..., Effect]], View]:
    """Make a view of a handler, which takes the body (if there is one) and the path's ids, and returns an effect."""
    reader = reads or (_reader(takes) if takes else None)

    def make(handler: Callable[..., Effect]) -> View:
        @wraps(handler)
        def view(**path_ids: str) -> Response:
            _check_path(path_ids)
            sent = body() if reader else b""
            arguments = (reader(sent),) if reader else ()
            effect = handler(*arguments, **path_ids)
            return _respond(act(db.engine, effect, repeat=_repeat(sent), read_only=method == "GET"))

        view.call = Call(method, path, answers, takes, reader)  # type: ignore[attr-defined]
        return view

    return make


def call_of(view: View) -> Call:
    """Return the call a view serves."""
    found: Call = view.call  # type: ignore[attr-defined]
    return found


def horizon() -> Horizon:
    """Return the span in which something that is sent now can have happened."""
    settings = current_app.extensions["settings"]
    return Horizon.around(g.at, months=settings.intake_oldest_months, zone=settings.zone)


def _reader(model: Any) -> Reader:
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    return lambda sent: read(adapter, sent)


def _check_path(path_ids: Mapping[str, str]) -> None:
    for name, value in path_ids.items():
        amiss = _amiss(name, value)
        if amiss and request.method == "PUT":
            raise Problem("invalid", mistakes=[Mistake(name, amiss)])
        if amiss:
            raise Problem("not-found")


def _amiss(name: str, value: str) -> str:
    """Return what is wrong with an id in an address; empty when nothing is."""
    if not PATH_PARTS[name].fullmatch(value):
        return "Letters, digits and . _ : - only, 64 at most."
    return canaries.RESERVED_ID if canaries.is_reserved_id(value) else ""


def _repeat(sent: bytes) -> Repeat | None:
    """Return what tells whether this call was made before; only a POST needs a key, a PUT repeats itself."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return None
    if not KEY.fullmatch(key):
        raise Problem("invalid-key")
    return Repeat(_keyed(g.machine.token_id, request.path, key), _keyed(sent))


def _keyed(*parts: str | bytes) -> str:
    """Return a hash that nobody can make or try out without the application's secret key."""
    secret = b"intake:" + str(current_app.secret_key).encode()
    told = [part if isinstance(part, bytes) else part.encode() for part in parts]
    return hmac.new(secret, b"\0".join(told), hashlib.sha256).hexdigest()


def _respond(answer: Answer) -> Response:
    response = Response(to_json(answer.body), status=answer.status, content_type="application/json")
    if answer.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response

"""Reading what was sent: JSON, strictly as its model says. Says what is wrong where, in our own words.

Pydantic's texts are not passed on: some of them quote the input.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from flask import request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from .problems import Mistake, Problem

T = TypeVar("T")
OWN = frozenset({"moment", "email", "phone", "personal", "reason", "reserved"})
"""Refusals whose text is ours (fields.py, bodies.py)."""
UNKNOWN = "extra_forbidden"
WORDS = {
    "missing": "This is required.",
    UNKNOWN: "A property stands here that this call does not take.",
    "string_type": "Write a text.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This is too long: {max_length} characters at most.",
    "string_pattern_mismatch": "This holds a character, or has a form, that is not taken here.",
    "int_type": "Write a whole number.",
    "float_type": "Write a number.",
    "finite_number": "Write a number.",
    "bool_type": "Write true or false.",
    "greater_than_equal": "This must be {ge} or more.",
    "less_than_equal": "This is too large.",
    "literal_error": "Choose one of: {expected}.",
    "too_long": "This is too long: {max_length} at most.",
    "list_type": "Write a list.",
    "dict_type": "Write an object.",
    "model_type": "Write an object.",
}
MOST_MISTAKES = 50
"""More would only fill the answer."""
MOST_COLONS = 60_000
"""A batch of 1,000 full events has half of them; naming what is wrong with 400,000 properties took 500 MB."""
MOST_LISTED = 5_000
"""How many mistakes are looked at before giving up on naming them."""
MOST_BYTES = 2 * 1024 * 1024
DRAINED = 64 * 1024 * 1024
"""How much of a body that is too large is read and forgotten."""
BODY = "body"
"""The field of a mistake that concerns the body as a whole."""


def body() -> bytes:
    """Return the bytes sent; raise Problem when they are not announced as plain JSON, or too many."""
    if request.mimetype != "application/json" or request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem("not-a-json-body")
    request.max_content_length = MOST_BYTES + 1  # one more than we take, to see that there is more
    sent = b"" if (request.content_length or 0) > MOST_BYTES else request.get_data(cache=False)
    if len(sent) > MOST_BYTES or (request.content_length or 0) > MOST_BYTES:
        _drain()
        raise Problem("too-large")
    return sent


def _drain() -> None:
    """Read on and forget: a client that is still sending when the connection closes never sees its 413."""
    left = min(request.content_length or DRAINED, DRAINED)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, 65_536))):
        left -= len(piece)


def not_too_many(sent: bytes) -> None:
    """Raise Problem when more properties were sent than any call takes, before each of them is looked at."""
    if sent.count(b":") > MOST_COLONS:
        raise Problem("invalid", mistakes=[Mistake(BODY, "There are more properties here than any call takes.")])


def read(model: TypeAdapter[T], sent: bytes) -> T:
    """Return what was sent as the model has it; raise Problem naming the fields that are wrong."""
    not_too_many(sent)
    try:
        return model.validate_json(sent)
    except ValidationError as error:
        raise refusal(error) from None


def refusal(error: ValidationError) -> Problem:
    """Return the Problem of an unreadable or unacceptable body."""
    found = details(error)
    if found and found[0]["type"] == "json_invalid":
        return Problem("not-json")
    mistakes = list(dict.fromkeys(_mistakes(found)))[:MOST_MISTAKES]
    return Problem("invalid", mistakes=mistakes or [Mistake(BODY, "Too much is wrong here to name it.")])


def details(error: ValidationError) -> list[ErrorDetails]:
    """Return what is wrong, without what was sent; nothing when listing it would cost more than it helps."""
    if error.error_count() > MOST_LISTED:
        return []
    return error.errors(include_input=False, include_url=False)


def _mistakes(found: list[ErrorDetails]) -> Iterator[Mistake]:
    for detail in found:
        yield Mistake(field_of(detail), _message(detail))


def field_of(detail: ErrorDetails) -> str:
    """Return where a mistake is, as `events.3.account`; the name of an unknown property is not repeated."""
    place = detail["loc"][:-1] if detail["type"] == UNKNOWN else detail["loc"]
    return ".".join(str(part) for part in place) or BODY


def _message(detail: ErrorDetails) -> str:
    if detail["type"] in OWN:
        return detail["msg"]
    context: dict[str, Any] = detail.get("ctx", {})
    return WORDS.get(detail["type"], "This is not taken here.").format(**context)

"""Usage events, up to a thousand a call: the good ones land, each bad one is named by its place and a reason."""

from functools import partial
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from dashboard.policy.declare import machine
from dashboard.services.intake import usage
from dashboard.services.intake.acting import Effect

from . import answers, bodies
from .calls import call, horizon
from .problems import Problem
from .reading import BODY, MOST_COLONS, UNKNOWN, details, field_of, not_too_many, refusal

BATCH = TypeAdapter(bodies.UsageEvents)
ONE = TypeAdapter(bodies.Event)


class AnyEvents(bodies.Sent):
    """A batch before its events are looked at."""

    events: list[Any]


ANY = TypeAdapter(AnyEvents)


class Sifted(NamedTuple):
    """The good events, each with its place in the batch, and the refusals of the others."""

    good: list[tuple[int, Any]]
    refused: list[dict[str, Any]]


def sift(sent: bytes) -> Sifted:
    """Read a batch: in one go when all is well, else event by event. Raise Problem when it is no batch at all."""
    if sent.count(b":") > MOST_COLONS:
        _events(sent)  # too many events, or not JSON, is the better answer
        not_too_many(sent)
    try:
        return Sifted(list(enumerate(BATCH.validate_json(sent).events)), [])
    except ValidationError:
        return _sift_each(_events(sent))


def _events(sent: bytes) -> list[Any]:
    """Return the events as they came; raise Problem when they are none or too many."""
    try:
        events = ANY.validate_json(sent).events
    except ValidationError as error:
        raise refusal(error) from None
    if len(events) > bodies.MOST_EVENTS:
        raise Problem("too-many-events")
    return events


def _sift_each(events: list[Any]) -> Sifted:
    sifted = Sifted([], [])
    for index, event in enumerate(events):
        try:
            sifted.good.append((index, ONE.validate_json(to_json(event))))
        except ValidationError as error:
            sifted.refused.append(_refused(index, error))
    return sifted


def _refused(index: int, error: ValidationError) -> dict[str, Any]:
    """Name one thing that is wrong, an unknown property before all others."""
    found = details(error)
    if not found:
        return {"index": index, "reason": "invalid", "field": BODY}
    detail = next((d for d in found if d["type"] == UNKNOWN), found[0])
    reason = "unknown_property" if detail["type"] == UNKNOWN else "invalid"
    return {"index": index, "reason": reason, "field": field_of(detail)}


@machine("app")
@call("POST", "/usage-events", takes=bodies.UsageEvents, reads=sift, answers={200: answers.UsageAnswer})
def add_usage_events(sent: Sifted) -> Effect:
    """What happened in the app: up to 1,000 events a call. A bad event never spoils the good ones.

    The same id of the same account twice is one event. `refused` says why, per place in the batch (from 0).
    """
    return partial(usage.record, events=sent.good, refused=sent.refused, horizon=horizon())

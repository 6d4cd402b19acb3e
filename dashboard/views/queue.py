"""Telling a lost race from a guess: who saw a case in the queue may be told that someone else took it.

The button of a queue row carries a signed mark. Without it an id out of reach is the same 404 as an absent one.
"""

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer


def seen(public_id: str, ref: str) -> str:
    """Return the mark of a case that stands in a queue on a page."""
    return str(_marks().dumps([public_id, ref]))


def seen_as(public_id: str) -> str:
    """Return the reference under which this request's sender saw the case in a queue; empty when they did not."""
    try:
        marked, ref = _marks().loads(request.args.get("seen", ""))
    except (BadData, ValueError, TypeError):
        return ""
    return str(ref) if marked == public_id else ""


def _marks() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="seen-in-queue")

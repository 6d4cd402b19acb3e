"""/metrics: figures for whoever watches the machines, in the text format of Prometheus. Counts and ages, nobody's data.

Answered to a bearer token (METRICS_TOKEN) or, while none is set, to this machine alone. What a proxy passes on comes
from this machine too: it is refused by the headers proxies add. One that adds none cannot be told: set the token there.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, request

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.policy.declare import public
from dashboard.services import jobs
from dashboard.services.retention import outcome, planning, telling
from models import db, utcnow

blueprint = Blueprint("metrics", __name__)
KIND = "text/plain; version=0.0.4; charset=utf-8"


HERE = frozenset({"127.0.0.1", "::1"})
"""This machine, over its network; who comes through a socket file has no address, and may be anybody's proxy."""
PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""What proxies add to a call."""


class Sample(NamedTuple):
    """One line: a name, its labels, a number."""

    name: str
    labels: Mapping[str, str]
    value: float


HELP = {
    "need_to_know_scheduler_heartbeat_age_seconds": "Seconds since the scheduler gave a sign of life.",
    "need_to_know_retention_overdue_rows": "Rows more than 24 hours past their limit, counted from the data.",
    "need_to_know_retention_oldest_row_timestamp_seconds": "The day of the oldest row a rule is about (UTC).",
    "need_to_know_retention_last_success_timestamp_seconds": "When a rule's last run was done.",
    "need_to_know_retention_amiss": "1 while a run has stopped, has failed, or is late.",
}
"""What each figure means; all are gauges."""


@blueprint.get("/metrics")
@public("Whoever watches the machines shows a bearer token or is this machine; figures without a person.")
def metrics() -> Response:
    """Answer the figures of now, read from the data."""
    settings: Settings = current_app.extensions["settings"]
    if not _may_ask(settings):
        abort(404)
    at = utcnow()
    return Response(text_of([*_heartbeat(at), *_retention(at, settings)]), content_type=KIND)


def _may_ask(settings: Settings) -> bool:
    if not settings.metrics_token:
        return request.remote_addr in HERE and not any(name in request.headers for name in PASSED_ON)
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode())


def _heartbeat(at: datetime) -> Iterator[Sample]:
    with system_session(db.engine, "metrics", read_only=True) as session:
        sign = jobs.last_sign(session)
        codes = telling.amiss(session, at=at)
        last = {rule.name: planning.last_success(session, rule.name) for rule in planning.nightly()}
    if sign:
        yield Sample("need_to_know_scheduler_heartbeat_age_seconds", {}, (at - sign).total_seconds())
    for code in ("stopped", "failed", "late"):
        yield Sample("need_to_know_retention_amiss", {"why": code}, float(code in codes))
    for name, done in last.items():
        if done:
            yield Sample("need_to_know_retention_last_success_timestamp_seconds", {"rule": name}, done.timestamp())


def _retention(at: datetime, settings: Settings) -> Iterator[Sample]:
    for standing in outcome.outcomes(db.engine, at=at, zone=settings.zone):
        rule = {"rule": standing.rule.name}
        yield Sample("need_to_know_retention_overdue_rows", rule, standing.overdue)
        if standing.oldest:
            oldest = standing.oldest.timestamp() // 86400 * 86400  # the day: the second is that of one person's deed
            yield Sample("need_to_know_retention_oldest_row_timestamp_seconds", rule, oldest)


def text_of(samples: list[Sample]) -> str:
    """Write samples in the text format, each name once with its help and all its lines together."""
    lines = []
    for name, said in HELP.items():
        mine = [sample for sample in samples if sample.name == name]
        lines += [f"# HELP {name} {said}", f"# TYPE {name} gauge"] if mine else []
        lines += [f"{name}{_labels(sample.labels)} {sample.value:.15g}" for sample in mine]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    said = ",".join(f'{name}="{value}"' for name, value in labels.items())  # values are words of the code: no quotes
    return f"{{{said}}}" if said else ""

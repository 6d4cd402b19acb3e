"""Whether this process lives, and whether it can serve: for whoever keeps the machines running.

Names what is missing and nothing else: no address, no version, no text of an error.
"""

from flask import Blueprint, Response, jsonify

from dashboard.database.engine import system_session
from dashboard.database.migrate import behind
from dashboard.policy.declare import public
from dashboard.services import jobs
from models import db, utcnow

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
@public("A supervisor asks whether the process answers; the answer says nothing else.")
def healthz() -> Response:
    """Answer: the process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public("A balancer asks whether requests can be served; the answer names what is missing, without detail.")
def readyz() -> tuple[Response, int]:
    """Answer what is missing: the database, its migrations, the scheduler's sign of life."""
    missing = _missing()
    return jsonify(status="not ready" if missing else "ready", missing=missing), 503 if missing else 200


def _missing() -> list[str]:
    try:
        migrations = ["migrations"] if behind(db.engine) else []
        with system_session(db.engine, "readiness", read_only=True) as session:
            sign = jobs.last_sign(session)
    except Exception:  # noqa: BLE001 - whatever it is, requests cannot be served
        return ["database"]
    return migrations + ([] if jobs.is_alive(sign, at=utcnow()) else ["scheduler"])

"""Whether this process lives, and whether it can serve: for whoever keeps the machines running.

Names what is missing and nothing else: no address, no version, no text of an error.
"""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from dashboard.database.engine import system_session
from dashboard.database.migrate import behind
from dashboard.policy.declare import public
from dashboard.services import jobs
from dashboard.services.erasure import ledger
from dashboard.services.retention import telling
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
    """Answer what is missing: database, migrations, what the ledger knows, a sign of life, a night's run."""
    missing = _missing()
    return jsonify(status="not ready" if missing else "ready", missing=missing), 503 if missing else 200


def _is_behind_ledger(session: Any) -> bool:
    try:
        return ledger.is_behind(session, current_app.extensions["settings"].ledger_file)
    except ledger.LedgerBroken:
        return True


def _missing() -> list[str]:
    try:
        migrations = ["migrations"] if behind(db.engine) else []
        with system_session(db.engine, "readiness", read_only=True) as session:
            sign = jobs.last_sign(session)
            restored = ["ledger"] if _is_behind_ledger(session) else []
            retention = ["retention"] if telling.amiss(session, at=utcnow()) else []
    except Exception:  # noqa: BLE001 - whatever it is, requests cannot be served
        return ["database"]
    return migrations + restored + ([] if jobs.is_alive(sign, at=utcnow()) else ["scheduler"]) + retention

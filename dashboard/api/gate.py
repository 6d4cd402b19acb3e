"""The gate of the API: which machine is calling, may it make this call, and not too often. The only place that asks.

A missing, unknown and revoked token get the same answer, byte for byte.
"""

import re

from flask import current_app, g, request

from dashboard.database.engine import system_session
from dashboard.policy.declare import Declaration, declaration_of
from dashboard.services import access_log, tokens
from dashboard.services.intake import rates
from models import db

from .problems import CHALLENGE, Problem

BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{20,100})")


def stand_guard() -> None:
    """Let a call pass, or raise the Problem that ends it. Runs before every call of the API, before its
    body is read.
    """
    declaration = declaration_of(current_app.view_functions[request.endpoint or ""])
    if declaration is None or declaration.public:
        return
    machine = _machine()
    _not_too_often(machine)
    if machine.scope not in declaration.scope.split(","):
        _record_refusal()
        raise Problem("wrong-scope")
    g.machine = machine


def _machine() -> tokens.Machine:
    sent = BEARER.fullmatch(request.headers.get("Authorization", ""))
    if sent:
        with system_session(db.engine, "intake", read_only=True) as session:
            machine = tokens.find(session, sent[1])
        if machine:
            return machine
    raise Problem("no-token", headers=CHALLENGE)


def _not_too_often(machine: tokens.Machine) -> None:
    limit = current_app.extensions["settings"].intake_rate_per_minute
    seconds = rates.enter(db.engine, machine, limit=limit)
    if seconds:
        raise Problem("too-many-calls", headers={"Retry-After": str(seconds)})


def _record_refusal() -> None:
    """A token that knocks at the wrong door is worth a line in the access log."""
    with system_session(db.engine, "intake") as session:
        session.info["request_id"] = g.request_id
        access_log.record(session, "access_refused", reason="wrong_scope")
        session.commit()


def scopes(declaration: Declaration) -> list[str]:
    """Return the scopes a declaration takes."""
    return [scope for scope in declaration.scope.split(",") if scope]

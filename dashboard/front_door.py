"""The first line: before every request, who is it, what do they want, may they.

Knows every endpoint of the URL map by its declaration and denies what declares nothing. A yes binds one Access to the
page's session; a no is recorded. Views never decide.
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.wrappers import Response

from dashboard.database.engine import system_session
from dashboard.policy.decide import Decision, decide
from dashboard.policy.declare import Declaration, declaration_of
from dashboard.policy.permissions import Permission
from dashboard.services.access_log import record
from dashboard.sign_in import actor_of
from models import Access, Actor, bind, db, utcnow

PUBLIC_ENDPOINTS = {
    "static": "Style sheets and scripts hold no data.",
    "security.login": "One must be able to sign in.",
    "security.logout": "One must always be able to sign out.",
}
"""Endpoints of libraries, which cannot carry a declaration of ours, and why anyone may call them."""

REFUSED_ENDPOINTS = {
    "security.static": "Flask-Security brings no page of its own.",
    "security.verify": "Asking for the password again comes with the second factor.",
    "admin.static": "Flask-Admin's own assets are not used.",
}
"""Endpoints of libraries that nobody needs: refused for everyone."""


FORM_BYTES = 256 * 1024
"""Ten thousand characters of any script fit several times; a machine's call may be larger."""
FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
"""What a browser's form sends. The form library would also read JSON, whose values need not be texts."""
UNTYPED = re.compile("[\0\ud800-\udfff]")
"""What no keyboard types and no database keeps: a NUL, half a character."""


class SilentEndpoint(Exception):
    """Cannot start because an endpoint does not declare who it is for."""


def declared(app: Flask, endpoint: str) -> Declaration | None:
    """Return what an endpoint declares."""
    if endpoint in PUBLIC_ENDPOINTS:
        return Declaration(public=PUBLIC_ENDPOINTS[endpoint])
    return declaration_of(app.view_functions[endpoint])


def verify_declarations(app: Flask) -> None:
    """Refuse to start while an endpoint is silent; name it."""
    silent = [e for e in app.view_functions if e not in REFUSED_ENDPOINTS and declared(app, e) is None]
    if silent:
        raise SilentEndpoint(f"these endpoints must use permits(), acts(), machine() or public(): {sorted(silent)}")


def stand_before(app: Flask) -> None:
    """Put the front door before every request of an application."""
    app.before_request(name_the_request)
    app.before_request(guard)
    app.before_request(check_the_form)


def name_the_request() -> None:
    """Give the request a random id, the nonce of its page, and its moment."""
    g.request_id = secrets.token_hex(8)
    g.csp_nonce = secrets.token_urlsafe(16)
    g.at = utcnow()


def check_the_form() -> None:
    """Refuse a body that is no form, a form too large for one, and characters nobody types."""
    if request.path.startswith("/api/"):
        return  # the body of a call is read in one place, with its own limits
    if request.mimetype not in FORMS:
        abort(400)
    request.max_content_length = FORM_BYTES
    sent = (text for values in (request.args, request.form) for pair in values.items(multi=True) for text in pair)
    if any(map(UNTYPED.search, sent)):
        abort(400)


def guard() -> Response | None:
    """Let a request pass, send it to sign in, or refuse it."""
    if getattr(session, "unreachable", False):
        abort(503)
    if request.endpoint is None:
        return None  # no such address: the error page answers
    declaration = g.declaration = declared(current_app, request.endpoint)
    if declaration is None:
        abort(404)
    if declaration.public or declaration.scope:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.path if request.method == "GET" else None))
    enter(declaration.permission(request.method))
    return None


def enter(permission: Permission | None) -> None:
    """Decide for the signed-in staff member and bind what they may reach to the page's session."""
    g.actor = actor_of(current_user)
    if permission is None:
        abort(405)
    g.decision = decide(g.actor, permission, at=g.at)
    if not g.decision.allowed:
        refuse(g.actor, permission, reason=g.decision.reason)
        raise NotYourRole(g.decision)
    guarded = db.session()
    guarded.info["request_id"] = g.request_id
    bind(guarded, g.decision.access)


class NotYourRole(Forbidden):
    """Cannot continue because the role has no grant for it."""

    def __init__(self, decision: Decision) -> None:
        """Keep the decision for the page that explains it."""
        super().__init__()
        self.decision = decision


def refuse(actor: Actor, permission: str, *, reason: str) -> None:
    """Record a refusal, in a session of its own so that nothing of the refused request is written with it.

    Not when another site sent the browser here: its links must not fill a colleague's log, and a no tells nothing.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return
    with system_session(db.engine, "record a refusal") as work:
        work.info["access"] = Access(actor, permission, "own", "P57", writes=frozenset({"access_record"}), at=utcnow())
        work.info["request_id"] = g.get("request_id", "")
        record(work, "access_refused", reason=reason)
        work.commit()


def endpoints(app: Flask) -> Iterator[tuple[str, str, str, Declaration | None]]:
    """Yield every endpoint with its rule, each method and its declaration: what the access matrix is made from."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield rule.endpoint, rule.rule, method, declared(app, rule.endpoint)


def is_http(error: Any) -> bool:
    """Whether an exception is an HTTP answer of its own."""
    return isinstance(error, HTTPException)

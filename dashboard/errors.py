"""One handler for every refusal: which page, which status. No page tells a foreign record from an absent one."""

import logging
from typing import Any

from flask import Flask, current_app, g, has_app_context, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from dashboard.api import problems
from dashboard.front_door import NotYourRole, refuse
from dashboard.policy.declare import PERSONS
from dashboard.services.refusals import AccessEnded, NotInReach, OwnRole, RecordNotWritten, SamePerson, SomeoneWasFaster
from models import db

Answer = tuple[str, int]
PAGES = {400, 403, 404, 409, 413, 429, 500, 503}


class KindOnly(logging.Filter):
    """Keeps of an exception its kind and the request's id.

    What breaks while an answer is being finished passes by `unexpected`; Flask would log address, text and all, and
    PostgreSQL's texts show the row.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line through, without the text of an exception."""
        if record.exc_info and record.exc_info[0] and not (has_app_context() and current_app.debug):
            request_id = g.get("request_id", "") if has_app_context() else ""
            record.msg, record.args = "%s in request %s", (record.exc_info[0].__name__, request_id)
            record.exc_info = record.exc_text = None
        return True


KIND_ONLY = KindOnly()


def handle_errors(app: Flask) -> None:
    """Register the pages of every refusal, and keep the texts of exceptions out of the log."""
    app.logger.addFilter(KIND_ONLY)
    app.register_error_handler(HTTPException, http_page)
    app.register_error_handler(CSRFError, lambda _error: page(400))
    app.register_error_handler(NotYourRole, not_your_role)
    app.register_error_handler(NotInReach, not_in_reach)
    app.register_error_handler(AccessEnded, access_ended)
    app.register_error_handler(SomeoneWasFaster, lambda _error: page(409))
    app.register_error_handler(SamePerson, second_person)
    app.register_error_handler(RecordNotWritten, lambda _error: page(503))
    app.register_error_handler(Exception, unexpected)


def page(status: int, /, **context: object) -> Answer:
    """Render the page of a status; whatever a person asks for that is not there is a link that does not work."""
    if status == 404 and request.path.startswith(PERSONS):
        return render_template("public/gone.html"), status
    return render_template(f"errors/{status}.html", **context), status


def http_page(error: HTTPException) -> Any:
    """Answer an HTTP refusal in our own words; a redirect stays what it is."""
    status = error.code or 500
    if status < 400:
        return error
    if request.path.startswith("/api/"):
        return problems.of_http(error)
    return page(status if status in PAGES else (404 if status == 405 else 400))


def not_your_role(_error: NotYourRole) -> Answer:
    """Say that the role has no such right, and where that is explained."""
    reason = _("No grant gives your role what you asked for.")
    return page(403, reason=reason, promise="P57", explain_url=url_for("explain.index", role=g.actor.role))


def not_in_reach(_error: NotInReach) -> Answer:
    """Record the try and answer as if there were nothing."""
    db.session.rollback()
    if current_user.is_authenticated and "actor" in g and not _recorded("not_in_reach"):
        return page(503)
    return page(404)


def _recorded(reason: str) -> bool:
    """Record a try; false when that cannot be done, and then no page tells anything."""
    try:
        refuse(g.actor, g.decision.access.permission, reason=reason)
    except RecordNotWritten:
        return False
    return True


def access_ended(error: AccessEnded) -> Answer:
    """Record the try, and tell the former assignee, and nobody else, that and why their access has ended.

    A page left open that asks by itself is no try of anybody's.
    """
    db.session.rollback()
    if not g.declaration.by_itself and not _recorded("access_ended"):
        return page(503)
    return render_template("errors/ended.html", at=error.at, because=error.because), 404


def second_person(error: SamePerson) -> Answer:
    """Record the try, and say that somebody else must do this."""
    db.session.rollback()
    own_role = isinstance(error, OwnRole)
    if not _recorded("own_role" if own_role else "same_person"):
        return page(503)
    if own_role:
        return page(403, reason=_("You cannot change your own role."), promise="P57")
    return page(403, reason=_("A second person must decide this: you asked for it yourself."), promise="P57")


def unexpected(error: Exception) -> Any:
    """Answer a bug without a word of its cause; the log has its kind and place."""
    db.session.rollback()
    current_app.logger.error("unexpected %s", type(error).__name__, exc_info=current_app.debug)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return http_page(InternalServerError())

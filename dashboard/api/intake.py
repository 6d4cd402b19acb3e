"""The intake API put together: every call at its address, behind the gate, with problems for refusals."""

from flask import Blueprint, Flask, Response, current_app
from pydantic_core import to_json
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from dashboard.extensions import csrf
from dashboard.policy.declare import public
from dashboard.services.refusals import (
    CannotContinue,
    DiffersFromBefore,
    Invalid,
    KeyUsedOtherwise,
    NotInReach,
    RecordNotWritten,
    SomeoneWasFaster,
)

from . import accounts, companies, messages, persons, support, usage, website
from .calls import call_of
from .document import describe
from .gate import stand_guard
from .problems import SOON, Mistake, Problem, answer, of_http

PREFIX = "/api/v1"
VIEWS = (
    website.add_contact_request,
    companies.put_company,
    companies.cancel_company,
    accounts.put_account,
    accounts.note_first_sign_in,
    accounts.deactivate_account,
    accounts.put_preferences,
    accounts.get_preferences,
    usage.add_usage_events,
    support.add_error,
    support.add_ticket,
    support.confirm_ticket,
    messages.add_message,
    persons.add_subject_request,
)
"""Every call of the contract."""

REFUSALS = {
    NotInReach: "not-found",
    DiffersFromBefore: "conflict",
    KeyUsedOtherwise: "key-used-otherwise",
    SomeoneWasFaster: "try-again",
    RecordNotWritten: "try-again",
}
"""What a refusal of a service becomes."""


def connect(app: Flask) -> None:
    """Put the API up in an application."""
    blueprint = Blueprint("intake", __name__, url_prefix=PREFIX)
    for view in VIEWS:
        rule = call_of(view).path.replace("{", "<").replace("}", ">")
        blueprint.add_url_rule(rule, view.__name__, view, methods=[call_of(view).method], merge_slashes=False)
    blueprint.add_url_rule("/openapi.json", "openapi", openapi)
    blueprint.before_request(stand_guard)
    blueprint.register_error_handler(Problem, answer)
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(CannotContinue, refused)
    blueprint.register_error_handler(OperationalError, busy)
    blueprint.register_error_handler(PoolTimeout, busy)
    blueprint.register_error_handler(Exception, unexpected)
    csrf.exempt(blueprint)  # no cookie is read, so no browser can be made to call
    app.register_blueprint(blueprint)


@public("The contract holds no data; whoever writes a client reads it.")
def openapi() -> Response:
    """Return the OpenAPI document."""
    server = current_app.extensions["settings"].base_url
    return Response(to_json(describe(VIEWS, server=server + PREFIX)), content_type="application/json")


def refused(error: CannotContinue) -> Response:
    """Answer a refusal of a service."""
    if isinstance(error, Invalid):
        return answer(Problem("invalid", mistakes=[Mistake(error.field, error.message)]))
    kind = REFUSALS.get(type(error), "unexpected")
    return answer(Problem(kind, headers=SOON if kind == "try-again" else None))


def busy(error: Exception) -> Response:
    """Answer that the database is away or busy: nothing was written, sending it again is right."""
    current_app.logger.error("intake: %s", type(error).__name__)
    return answer(Problem("try-again", headers=SOON))


def unexpected(error: Exception) -> Response:
    """Answer a bug without a word of its cause; the log has its kind and place."""
    current_app.logger.error("unexpected %s in the intake", type(error).__name__, exc_info=current_app.debug)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return answer(Problem("unexpected"))

"""What the pages of the person share: no account, no session, no cookie; a form carries a signed token of its own.

A link that is unknown, used, expired, meant for something else or mutilated: one page, one status, whatever is asked.
"""

from datetime import timedelta
from typing import Any

from flask import current_app, render_template, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from wtforms import Form

from dashboard.services.refusals import Invalid

FORM_LASTS = timedelta(hours=4)
"""A form may lie open this long; then it comes back with what was typed in it."""
FIELD = "form_token"
WHY = "The person has no account with us: what they can show is their address, or the link that was sent to it."


def page(template: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page of the person."""
    return render_template(template, form_token=_signer().dumps(request.blueprint), **context), status


def gone() -> tuple[str, int]:
    """Answer a link that does not work."""
    return render_template("public/gone.html"), 404


def form_holds(form: Form) -> bool:
    """Whether a form was made by this page, a short while ago; if not, say so on it."""
    try:
        made_by = _signer().loads(request.form.get(FIELD, ""), max_age=int(FORM_LASTS.total_seconds()))
    except BadData:
        made_by = ""
    if made_by == request.blueprint:
        return True
    form.form_errors.append(_("This form lay open too long. Nothing has happened; please send it again."))
    return False


def refuse(form: Form, refusal: Invalid) -> None:
    """Put a refusal at the field it names."""
    field = form[refusal.field]
    field.errors = [*field.errors, _(refusal.message, **refusal.values)]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="public form")

"""A staff member's own language and colours."""

import re

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts
from dashboard.policy.permissions import Permission as P
from dashboard.services import own_preferences
from models import db

OWN_PAGE = re.compile(r"/admin/[a-z0-9/-]*")
"""Where a switch may lead back to: a path of ours, never another site."""
blueprint = Blueprint("preferences", __name__, url_prefix="/admin/preferences")


@blueprint.post("/language")
@acts(P.PREFERENCES_CHANGE)
def language() -> Response:
    """Choose the language of the pages."""
    return _keep("language", {"en", "nl"})


@blueprint.post("/theme")
@acts(P.PREFERENCES_CHANGE)
def theme() -> Response:
    """Choose light or dark, or leave it to the machine."""
    return _keep("theme", {"light", "dark", ""})


def _keep(field: str, known: set[str]) -> Response:
    value = request.form.get(field, "")
    if value not in known:
        abort(400)
    own_preferences.keep(db.session(), **{field: value or None})
    back = request.form.get("back", "")
    return redirect(back if OWN_PAGE.fullmatch(back) else url_for("admin.index"), code=303)

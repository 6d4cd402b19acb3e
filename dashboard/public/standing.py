"""Where a request stands, behind the person's own link; the bar of what is being done moves by itself."""

from typing import Any

from flask import Blueprint, render_template, request

from dashboard.database.engine import system_session
from dashboard.frame import here
from dashboard.policy.declare import public
from dashboard.policy.requests import State
from dashboard.services.requests import standing
from models import db

from .person import WHY, gone, page

blueprint = Blueprint("standing", __name__)
STOP = 286
"""The status at which htmx asks no more."""


@blueprint.get("/privacy/requests/<path:token>", merge_slashes=False)
@public(WHY)
def show(token: str) -> Any:
    """Show where the request stands."""
    found = _look(token)
    if found is None:
        return gone()
    ready = here("downloads.show", token=token) if found.state == State.DELIVERED else None
    return page("public/standing.html", found=found, token=token, download_url=ready)


@blueprint.get("/privacy/requests/<path:token>/progress", merge_slashes=False)
@public(WHY)
def progress(token: str) -> Any:
    """Answer an open page: nothing new (204), how far it has come, or that it has ended (286)."""
    found = _look(token)
    if found is None:
        return gone()
    if not found.progress.runs:
        return "", STOP, {"HX-Refresh": "true"}
    if request.args.get("seen") == found.progress.mark:
        return "", 204
    return render_template("public/progress.html", found=found, token=token)


def _look(token: str) -> standing.Standing | None:
    with system_session(db.engine, "show where a request stands", read_only=True) as session:
        return standing.look(session, token)

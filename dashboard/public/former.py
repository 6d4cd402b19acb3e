"""The link for the address an account had before: stop what was asked, or, as the oldest one, let it go on."""

from typing import Any

from flask import Blueprint, request
from wtforms import Form

from dashboard.database.engine import system_session
from dashboard.policy.declare import public
from dashboard.services.refusals import NotInReach
from dashboard.services.requests import former, working
from models import db

from .person import form_holds, gone, page

blueprint = Blueprint("former", __name__)
WHY = "Whoever reads the address before has no account here; the link was sent to that address alone."


@blueprint.get("/privacy/former/<path:token>", merge_slashes=False)
@public(WHY)
def ask(token: str) -> Any:
    """Say what was asked, and from which address; change nothing."""
    return _page(token, Form())


@blueprint.post("/privacy/former/<path:token>", merge_slashes=False)
@public(WHY)
def stop(token: str) -> Any:
    """End the request; nothing has happened to the data."""
    form = Form(request.form)
    if _look(token) is None or not form_holds(form):
        return _page(token, form, 400)
    try:
        with system_session(db.engine, "the address before stops a request") as session:
            working.stop(session, token)
    except NotInReach:
        return gone()
    return page("public/former_stopped.html")


@blueprint.post("/privacy/former/<path:token>/agree", merge_slashes=False)
@public(WHY)
def agree(token: str) -> Any:
    """Wait no longer: the address before says that it was them."""
    form = Form(request.form)
    asked = _look(token)
    if asked is None or not asked.may_agree:
        return gone()
    if not form_holds(form):
        return _page(token, form, 400)
    try:
        with system_session(db.engine, "the address before agrees") as session:
            former.agree(session, token)
    except NotInReach:
        return gone()
    return page("public/former_agreed.html")


def _look(token: str) -> former.Asked | None:
    with system_session(db.engine, "show a request to the address before", read_only=True) as session:
        return former.look(session, token)


def _page(token: str, form: Form, status: int = 200) -> Any:
    asked = _look(token)
    return page("public/former.html", status, asked=asked, token=token, form=form) if asked else gone()

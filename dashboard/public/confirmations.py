"""Where the person confirms their request, or says it was not theirs. Looking never acts."""

from typing import Any

from flask import Blueprint, current_app, g, redirect, request
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from wtforms import Form, StringField

from dashboard.database.engine import system_session
from dashboard.frame import here
from dashboard.policy.declare import public
from dashboard.policy.requests import Kind
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.requests import confirming
from models import db

from .person import WHY, form_holds, gone, page

blueprint = Blueprint("confirmations", __name__)


class WordForm(Form):
    """A word that nobody types by accident."""

    word = StringField(lazy_gettext("The word"))


@blueprint.get("/privacy/confirm/<path:token>", merge_slashes=False)
@public(WHY)
def show(token: str) -> Any:
    """Say what will happen; change nothing."""
    return _page(_look(token), token, WordForm())


@blueprint.post("/privacy/confirm/<path:token>", merge_slashes=False)
@public(WHY)
def confirm(token: str) -> Any:
    """Confirm, by the typed word; of many at once, one acts."""
    form = WordForm(request.form)
    asked = _look(token)
    if asked is None or not form_holds(form):
        return _page(asked, token, form, 400)
    try:
        with system_session(db.engine, "a person confirms") as session:
            status = confirming.confirm(session, token, form.word.data or "")
    except NotInReach:
        return gone()
    except Invalid:
        return _wrong_word(token, form)
    return redirect(here("standing.show", token=status), code=303)


def _wrong_word(token: str, form: WordForm) -> Any:
    """Show the page again, unless this was one wrong word too many."""
    asked = _look(token)
    if asked:
        word = confirming.WORDS[asked.kind][_language()]
        nothing = _("Nothing has been removed.") if asked.kind == Kind.REMOVAL else _("Nothing has happened.")
        form.word.errors = (_("Type %(word)s to go on.", word=word), nothing)
    return _page(asked, token, form)


@blueprint.post("/privacy/confirm/<path:token>/not-me", merge_slashes=False)
@public(WHY)
def not_me(token: str) -> Any:
    """End a request its person did not make."""
    form = WordForm(request.form)
    asked = _look(token)
    if asked is None or not form_holds(form):
        return _page(asked, token, form, 400)
    try:
        with system_session(db.engine, "a person says it was not them") as session:
            confirming.not_me(session, token)
    except NotInReach:
        return gone()
    return page("public/not_me.html")


def _look(token: str) -> confirming.Asked | None:
    with system_session(db.engine, "show a request to its person", read_only=True) as session:
        return confirming.look(session, token)


def _page(asked: confirming.Asked | None, token: str, form: WordForm, status: int = 200) -> Any:
    if asked is None:
        return gone()
    word = confirming.WORDS[asked.kind][_language()]
    form.word.label.text = _("Type the word %(word)s", word=word)
    backups_until = g.at + current_app.extensions["settings"].backups
    return page("public/confirm.html", status, asked=asked, token=token, form=form, backups_until=backups_until)


def _language() -> str:
    return str(get_locale())

"""The two links of a lost mailbox: an administrator says who asks, the known address objects. Looking never acts."""

from typing import Any

from flask import Blueprint, request
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from wtforms import Form, StringField

from dashboard.database.engine import system_session
from dashboard.policy.declare import public
from dashboard.services.refusals import Invalid, NotInReach
from dashboard.services.requests import links, lost_mailbox
from models import db

from .person import form_holds, gone, page

blueprint = Blueprint("lost_mailbox", __name__)
WHY = "Whoever administers a company, or reads the known mailbox, has no account here; the link was sent to them alone."


class WordForm(Form):
    """A word that nobody types by accident."""

    word = StringField(lazy_gettext("The word"))


@blueprint.get("/privacy/identity/<path:token>", merge_slashes=False)
@public(WHY)
def ask(token: str) -> Any:
    """Ask an administrator whether this is their colleague; change nothing."""
    return _identity(token, WordForm())


@blueprint.post("/privacy/identity/<path:token>", merge_slashes=False)
@public(WHY)
def identify(token: str) -> Any:
    """Keep that an administrator knows who asks."""
    form = WordForm(request.form)
    if _look(token, links.ADMINISTRATOR) is None or not form_holds(form):
        return _identity(token, form, 400)
    try:
        with system_session(db.engine, "an administrator says who asks") as session:
            lost_mailbox.identify(session, token, form.word.data or "")
    except NotInReach:
        return gone()
    except Invalid:
        form.word.errors = (_("Type %(word)s to go on.", word=_word()), _("Nothing has happened."))
        return _identity(token, form)
    return page("public/identified.html")


@blueprint.get("/privacy/object/<path:token>", merge_slashes=False)
@public(WHY)
def warn(token: str) -> Any:
    """Say what will happen to the data of this address, and that one may object; change nothing."""
    return _objection(token, Form())


@blueprint.post("/privacy/object/<path:token>", merge_slashes=False)
@public(WHY)
def object_to(token: str) -> Any:
    """End the request; nothing has happened to the data."""
    form = Form(request.form)
    if _look(token, links.OBJECT) is None or not form_holds(form):
        return _objection(token, form, 400)
    try:
        with system_session(db.engine, "the known address objects") as session:
            lost_mailbox.object_to(session, token)
    except NotInReach:
        return gone()
    return page("public/objected.html")


def _look(token: str, purpose: str) -> lost_mailbox.Asked | None:
    with system_session(db.engine, "show a lost mailbox's request", read_only=True) as session:
        return lost_mailbox.look(session, token, purpose=purpose)


def _identity(token: str, form: WordForm, status: int = 200) -> Any:
    asked = _look(token, links.ADMINISTRATOR)
    if asked is None:
        return gone()
    form.word.label.text = _("Type the word %(word)s", word=_word())
    return page("public/identity.html", status, asked=asked, token=token, form=form)


def _objection(token: str, form: Form, status: int = 200) -> Any:
    asked = _look(token, links.OBJECT)
    return page("public/objection.html", status, asked=asked, token=token, form=form) if asked else gone()


def _word() -> str:
    return lost_mailbox.WORDS[str(get_locale())]

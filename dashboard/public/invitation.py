"""Where an invited colleague sets a password. The link is the only key; looking at it changes nothing.

Used, expired, unknown or mutilated: one page and one status, so that nobody learns which links exist.
"""

import unicodedata
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import hash_password
from flask_wtf import FlaskForm
from wtforms import PasswordField

from dashboard.database.engine import system_session
from dashboard.policy.declare import public
from dashboard.policy.passwords import SHORTEST
from dashboard.services import invitations
from dashboard.services.refusals import Invalid, NotInReach
from models import db

blueprint = Blueprint("invitation", __name__)
WHY = "An invited colleague has no password yet: the link in their mailbox is what they can show."


class PasswordForm(FlaskForm):
    """A password, twice, because a mistyped one would lock its owner out."""

    password = PasswordField(lazy_gettext("New password"))
    again = PasswordField(lazy_gettext("The same again"))


@blueprint.get("/invitation/<path:token>")
@public(WHY)
def show(token: str) -> Any:
    """Show the form, if the link holds; change nothing."""
    with system_session(db.engine, "show an invitation", read_only=True) as session:
        holds = invitations.holds(session, token)
    return _form(PasswordForm(formdata=None), token) if holds else _gone()


@blueprint.post("/invitation/<path:token>")
@public(WHY)
def accept(token: str) -> Any:
    """Set the password and use up the link."""
    form = PasswordForm()
    try:
        with system_session(db.engine, "accept an invitation") as session:
            given = {"password": _typed(form.password), "again": _typed(form.again)}
            invitations.accept(session, token, **given, hash_with=hash_password)
    except NotInReach:
        return _gone()
    except Invalid as refusal:
        field = form[refusal.field]
        field.errors = [*field.errors, _(refusal.message, **refusal.values)]
        return _form(form, token)
    flash(_("Your password is set. Sign in with it."))
    return redirect(url_for("security.login"), code=303)


def _typed(field: PasswordField) -> str:
    """Return what was typed in the form in which signing in will compare it."""
    return unicodedata.normalize(current_app.config["SECURITY_PASSWORD_NORMALIZE_FORM"], field.data or "")


def _form(form: PasswordForm, token: str) -> str:
    return render_template("public/invitation.html", form=form, token=token, shortest=SHORTEST)


def _gone() -> tuple[str, int]:
    return render_template("public/invitation_gone.html"), 404

"""Where a person asks: kind and e-mail address, nothing more. The answer is the same for everyone, known or not."""

from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from wtforms import EmailField, Form, RadioField
from wtforms.validators import ValidationError

from dashboard.database.engine import system_session
from dashboard.policy.declare import public
from dashboard.policy.requests import Kind
from dashboard.services.refusals import Invalid
from dashboard.services.requests import receiving
from models import db

from .person import WHY, form_holds, page

blueprint = Blueprint("privacy", __name__)
KINDS = {
    Kind.OVERVIEW: lazy_gettext("Tell me what you have about me"),
    Kind.RETRIEVAL: lazy_gettext("Give me a copy"),
    Kind.REMOVAL: lazy_gettext("Remove everything"),
}


class AskForm(Form):
    """What should happen, and with whose data."""

    kind = RadioField(lazy_gettext("What should we do?"), choices=list(KINDS.items()), validate_choice=False)
    email = EmailField(lazy_gettext("Your e-mail address"))

    def validate_kind(self, field: Any) -> None:
        """Take one of the three."""
        _refused_by(receiving.kind_of, field.data)

    def validate_email(self, field: Any) -> None:
        """Take an address as it may be written."""
        _refused_by(receiving.address_of, field.data)


def _refused_by(check: Any, typed: str | None) -> None:
    try:
        check(typed or "")
    except Invalid as refusal:
        raise ValidationError(_(refusal.message)) from refusal


@blueprint.get("/privacy")
@public(WHY)
def ask() -> Any:
    """Show the form."""
    return page("public/privacy.html", form=AskForm())


@blueprint.post("/privacy")
@public(WHY)
def receive() -> Any:
    """Write the request down; say the same to everyone."""
    form = AskForm(request.form)
    valid = form.validate()
    if not form_holds(form):
        return page("public/privacy.html", 400, form=form)
    if not valid:
        return page("public/privacy.html", form=form)
    asked = receiving.Asked(form.kind.data, form.email.data, "page", str(get_locale()))
    with system_session(db.engine, "a person's request") as session:
        receiving.receive(session, asked, zone=current_app.extensions["settings"].zone)
        session.commit()
    return page("public/received.html")

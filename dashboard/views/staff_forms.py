"""The forms and words of the staff pages."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, StringField
from wtforms.validators import InputRequired

from dashboard.frame import ROLE_LABELS
from dashboard.policy.roles import Role

ROLE_HINTS = {
    Role.REP: lazy_gettext("Follows up submissions of the contact form."),
    Role.SUPPORT: lazy_gettext("Works tickets; sees a person while the ticket is theirs."),
    Role.SYSADMIN: lazy_gettext("Helps rare set-ups, watches jobs, manages staff and tokens."),
    Role.COMPLIANCE: lazy_gettext("Reads the access log; sees no personal data of customers."),
}
SCOPE_LABELS = {"website": lazy_gettext("Website"), "app": lazy_gettext("App")}
SCOPE_HINTS = {
    "website": lazy_gettext("May send submissions of the contact form, nothing else."),
    "app": lazy_gettext("May send companies, accounts, usage, errors and tickets."),
}
ROLE_WORDS: Mapping[str, Any] = {role.value: label for role, label in ROLE_LABELS.items()}
ROLES = list(ROLE_WORDS.items())

CHOOSE_ROLE = InputRequired(lazy_gettext("Choose a role."))


class InviteForm(FlaskForm):
    """Whom to invite, and as what."""

    name = StringField(lazy_gettext("Name"), [InputRequired(lazy_gettext("Write the name."))])
    email = EmailField(lazy_gettext("Staff address"), [InputRequired(lazy_gettext("Write the staff address."))])
    role = RadioField(lazy_gettext("Role"), [CHOOSE_ROLE], choices=ROLES, validate_choice=False)


class RoleForm(FlaskForm):
    """Which role instead."""

    role = RadioField(lazy_gettext("New role"), choices=ROLES, validate_choice=False)


class TokenForm(FlaskForm):
    """What the token is called, and what it may send."""

    name = StringField(lazy_gettext("Name"), [InputRequired(lazy_gettext("Write a name for the token."))])
    scope = RadioField(
        lazy_gettext("Scope"),
        [InputRequired(lazy_gettext("Choose website or app."))],
        choices=list(SCOPE_LABELS.items()),
        validate_choice=False,
    )

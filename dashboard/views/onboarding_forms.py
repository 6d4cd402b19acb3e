"""The forms and words of the set-up pages. What is allowed stands in services/onboarding.py; here it gets a name."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField

from dashboard.services.onboarding import OUTCOMES, RELEASE_REASONS, TAKE_REASONS

WHY_LABELS = {
    "single_sign_on_mismatch": _l("Single sign-on names another person"),
    "address_at_two_companies": _l("The address is known at two companies"),
    "invitation_bounced": _l("The invitation came back"),
    "imported_from_old_app": _l("Moved over from the old app"),
    "name_letters_refused": _l("A letter of the name was refused"),
    "company_merger": _l("Two companies were merged"),
}
"""Why automation could not finish, as the app says it in codes."""
ADVICE = {
    "single_sign_on_mismatch": _l(
        "Compare this address with the one the company's sign-in sends, and have one corrected."
    ),
    "address_at_two_companies": _l("Ask both companies where the person works now. Only one account can sign in."),
    "invitation_bounced": _l("Check the address for a slip, and have the company correct it in the app."),
    "imported_from_old_app": _l("Compare the three fields with the old account, then start the set-up again."),
    "name_letters_refused": _l(
        "Look for a sign in the name that the app refuses, and report it as a fault of the app."
    ),
    "company_merger": _l("Ask which company keeps the account, and have the app move it."),
}
"""What usually helps."""
TAKE_LABELS = {
    "finish_by_hand": _l("Finish by hand what automation could not"),
    "find_the_cause": _l("Find out why automation stopped"),
    "asked_for_help": _l("The person or their company asked for help"),
    "handed_on": _l("A colleague gave it to me"),
}
RELEASE_LABELS = {
    "no_time": _l("I cannot get to it"),
    "needs_the_company": _l("The company has to act first"),
    "know_the_person": _l("I know the person"),
    "looked_by_mistake": _l("I opened it by mistake"),
}
OUTCOME_LABELS = {
    "set_up": _l("The account is set up"),
    "by_itself": _l("It finished by itself"),
    "cannot": _l("It cannot be set up, and the company knows"),
}


def why(reason: str) -> str:
    """Return in words why automation stopped; a code we do not know is shown only if it is a plain code."""
    if reason in WHY_LABELS:
        return str(WHY_LABELS[reason])
    plain = re.fullmatch(r"[a-z]+(_[a-z]+)*", reason)
    return reason.replace("_", " ").capitalize() if plain else _("Another reason")


def _choices(codes: tuple[str, ...], labels: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(code, labels[code]) for code in codes]


class TakeForm(FlaskForm):
    """Why a person has to help."""

    reason = RadioField(_l("Why do you take it?"), choices=_choices(TAKE_REASONS, TAKE_LABELS), validate_choice=False)


class CloseForm(FlaskForm):
    """How the case ends."""

    outcome = SelectField(
        _l("How does it end?"),
        choices=[("", _l("Choose…")), *_choices(OUTCOMES, OUTCOME_LABELS)],
        validate_choice=False,
    )


class ReleaseForm(FlaskForm):
    """Why the case goes back to the queue."""

    reason = SelectField(
        _l("Why do you give it back?"),
        choices=[("", _l("Choose…")), *_choices(RELEASE_REASONS, RELEASE_LABELS)],
        validate_choice=False,
    )

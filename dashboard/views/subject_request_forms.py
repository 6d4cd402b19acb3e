"""The forms and words of the pages of subject requests. What is allowed stands in services/requests/working.py."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectField
from wtforms.validators import Email, InputRequired, Length

from dashboard.services.requests.receiving import LANGUAGES
from dashboard.services.requests.working import EXTEND_REASONS, REFUSE_REASONS, RELEASE_REASONS

KIND_LABELS = {"overview": _l("Overview"), "retrieval": _l("Copy of the data"), "removal": _l("Removal")}
LANGUAGE_LABELS = {"en": _l("English"), "nl": _l("Dutch")}
REASON_LABELS = {
    "wrong_team": _l("It belongs to another team"),
    "no_time": _l("I cannot get to it"),
    "know_the_person": _l("I know the person"),
    "not_identified": _l("Nobody could make sure who asks"),
    "excessive": _l("The same was asked again and again without need"),
    "another_person": _l("It concerns another person's data"),
    "law": _l("A law obliges us to keep this data"),
    "complex": _l("It needs work with several partners"),
    "many_requests": _l("Many people asked at the same time"),
}


def tab_labels(role: str) -> dict[str, str]:
    """Return the parts of the list: an engineer's own, or everything for compliance."""
    if role == "compliance":
        return {"open": _("Open"), "due": _("Due"), "closed": _("Ended")}
    return {"mine": _("Mine"), "free": _("Unassigned"), "due": _("Due"), "waiting": _("Waiting"), "closed": _("Ended")}


def empty_texts() -> dict[str, tuple[str, str]]:
    """Return what each part says when it is empty."""
    return {
        "mine": (_("Nothing in your hands"), _("Take the oldest request under Unassigned.")),
        "free": (_("No unassigned requests"), _("New ones appear by themselves.")),
        "due": (_("Nothing falls due within 7 days"), _("Requests appear here a week before their date.")),
        "waiting": (_("Nothing waits"), _("Requests that wait for the person or for a processor appear here.")),
        "open": (_("No open request"), _("New ones appear by themselves.")),
        "closed": (_("No request has ended yet"), _("Ended ones stay here; they name nobody any more.")),
    }


def act_labels() -> dict[str, str]:
    """Return what each act is called."""
    return {
        "refuse": _("Refuse the request"),
        "extend": _("Extend the request"),
        "release": _("Give the request back"),
        "withdraw": _("Withdraw the request"),
        "lost_mailbox": _("The mailbox is lost"),
    }


class ReasonForm(FlaskForm):
    """Why: one of the coded reasons of an act."""

    reason = RadioField(_l("Why?"), choices=[], validate_choice=False)


REASONS = {"refuse": REFUSE_REASONS, "extend": EXTEND_REASONS, "release": RELEASE_REASONS}


def reason_form(act: str) -> ReasonForm:
    """Return the form of an act with its reasons."""
    form = ReasonForm()
    form.reason.choices = [(code, str(REASON_LABELS[code])) for code in REASONS[act]]
    return form


class WriteForm(FlaskForm):
    """A request for somebody who called."""

    kind = RadioField(_l("What does the person ask for?"), choices=list(KIND_LABELS.items()), validate_choice=False)
    email = EmailField(
        _l("E-mail address of the person"),
        [
            InputRequired(_l("Write the address the person gave.")),
            Email(_l("This is no e-mail address.")),
            Length(max=254, message=_l("This is no e-mail address.")),
        ],
        filters=[lambda typed: typed and typed.strip()],
    )
    language = SelectField(_l("Language of the person"), choices=[(c, LANGUAGE_LABELS[c]) for c in LANGUAGES])

    def facts(self) -> dict[str, Any]:
        """Return what was typed."""
        return {"kind": self.kind.data or "", "email": self.email.data, "language": self.language.data or "en"}

"""The forms and words of the ticket pages."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length

from dashboard.frame import day_time
from dashboard.services.ticket_work import CLOSE_REASONS, RELEASE_REASONS
from dashboard.services.tickets import Colleague, ErrorFacts
from dashboard.services.traces import REASONS, WIDER

LANGUAGES = ("", "nl", "en", "fr", "de", "es", "pl")


def reason_labels() -> dict[str, str]:
    """Return why the trace is needed, in words."""
    return {
        "reproduce": _("Reproduce the error"),
        "sequence": _("Find the step that led to it"),
        "data_lost": _("See whether data was lost"),
        "repeated": _("The error came back after a fix"),
        "own_words": _("In your own words"),
    }


RELEASE_LABELS = {
    "wrong_team": lazy_gettext("It belongs to another team"),
    "no_time": lazy_gettext("I cannot get to it"),
    "know_the_person": lazy_gettext("I know the person"),
    "looked_by_mistake": lazy_gettext("I opened it by mistake"),
}
CLOSE_LABELS = {
    "solved": lazy_gettext("Solved"),
    "no_answer": lazy_gettext("The person did not answer"),
    "duplicate": lazy_gettext("Duplicate of another ticket"),
    "not_a_problem": lazy_gettext("Not a problem"),
}


def tab_labels() -> dict[str, str]:
    """Return the parts of the ticket list."""
    return {"mine": _("Mine"), "free": _("Unassigned"), "closed": _("Closed by me")}


def empty_texts() -> dict[str, tuple[str, str]]:
    """Return what each part says when it is empty."""
    return {
        "mine": (_("Nothing in your hands"), _("Take the oldest ticket under Unassigned.")),
        "free": (_("No unassigned tickets"), _("New ones appear by themselves.")),
        "closed": (_("You have not closed a ticket yet"), _("Closed tickets stay here without their person.")),
    }


class FindingForm(FlaskForm):
    """What led to the problem."""

    finding = TextAreaField(lazy_gettext("What led to it"))


class CloseForm(FlaskForm):
    """How the ticket ends."""

    reason = SelectField(
        lazy_gettext("How does it end?"),
        choices=[("", lazy_gettext("Choose…")), *((r, CLOSE_LABELS[r]) for r in CLOSE_REASONS)],
        validate_choice=False,
    )


class ReleaseForm(FlaskForm):
    """Why the ticket goes back."""

    reason = SelectField(
        lazy_gettext("Why do you release it?"),
        choices=[("", lazy_gettext("Choose…")), *((r, RELEASE_LABELS[r]) for r in RELEASE_REASONS)],
        validate_choice=False,
        id="release-reason",
    )


class HandOverForm(FlaskForm):
    """Who gets the ticket."""

    colleague = SelectField(lazy_gettext("Hand over to"), validate_choice=False)


def hand_over_form(colleagues: Sequence[Colleague]) -> HandOverForm:
    """Return the form with the colleagues in support."""
    form = HandOverForm()
    form.colleague.choices = colleague_choices(colleagues)
    return form


def colleague_choices(colleagues: Sequence[Colleague]) -> list[Any]:
    """Return the colleagues as choices; nobody is chosen beforehand."""
    return [("", _("Choose…")), *((c.id, c.name) for c in colleagues)]


class LinkForm(FlaskForm):
    """Which recorded error the ticket is about."""

    error = RadioField(lazy_gettext("Which error is it about?"), validate_choice=False)


def link_form(errors: Sequence[ErrorFacts]) -> LinkForm:
    """Return the form with the errors the app recorded for the person before the ticket."""
    form = LinkForm()
    form.error.choices = error_choices(errors)
    return form


def error_choices(errors: Sequence[ErrorFacts]) -> list[Any]:
    """Return the errors as choices: code, place and moment."""
    return [(e.id, " · ".join(filter(None, (e.code, e.feature, day_time(e.occurred_at))))) for e in errors]


class ReasonForm(FlaskForm):
    """Why the trace is needed."""

    reason = RadioField(lazy_gettext("Why do you need the trace?"), choices=[], validate_choice=False)
    own_words = StringField(lazy_gettext("In your own words"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the coded reasons in the reader's language."""
        super().__init__(*args, **kwargs)
        self.reason.choices = [(r, reason_labels()[r]) for r in REASONS]


class WidenForm(FlaskForm):
    """How far back, and why."""

    hours = SelectField(lazy_gettext("How far back?"), validate_choice=False)
    reason = SelectField(lazy_gettext("Why?"), validate_choice=False, id="widen-reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the choices in the reader's language."""
        super().__init__(*args, **kwargs)
        self.hours.choices = [("", _("Choose…")), *((str(h), _("%(n)s hours before the error", n=h)) for h in WIDER)]
        self.reason.choices = [("", _("Choose…")), *((r, reason_labels()[r]) for r in REASONS[:-1])]


class WriteForm(FlaskForm):
    """A ticket for somebody who called."""

    email = EmailField(
        lazy_gettext("E-mail address of the person"),
        [
            InputRequired(lazy_gettext("Write the address the person gave.")),
            Email(lazy_gettext("This is no e-mail address.")),
            Length(max=254, message=lazy_gettext("This is no e-mail address.")),
        ],
        filters=[lambda typed: typed and typed.strip()],
    )
    kind = SelectField(
        lazy_gettext("What is it about?"),
        choices=[("question", lazy_gettext("Question")), ("deactivation", lazy_gettext("Deactivation"))],
    )
    language = SelectField(lazy_gettext("Language of the person"), choices=[(c, c or "–") for c in LANGUAGES])
    subject = StringField(
        lazy_gettext("Subject"),
        [
            InputRequired(lazy_gettext("Write a subject.")),
            Length(max=200, message=lazy_gettext("At most 200 characters.")),
        ],
    )
    body = TextAreaField(
        lazy_gettext("What the person said"),
        [
            InputRequired(lazy_gettext("Write what the person said.")),
            Length(max=10_000, message=lazy_gettext("At most 10,000 characters.")),
        ],
    )

    def facts(self) -> dict[str, str]:
        """Return what was typed."""
        return {name: self[name].data or "" for name in ("email", "kind", "language", "subject", "body")}

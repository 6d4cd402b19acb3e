"""The forms and words of the follow-up pages. What is allowed stands in services/follow_ups.py; here it gets a name."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, RadioField, SelectField

from dashboard.policy import wordings
from dashboard.services.follow_ups import ANSWERS, CHANNELS, OUTCOMES, RELEASE_REASONS, RESULTS, UNREACHED

CHANNEL_LABELS = {"phone": _l("By phone"), "email": _l("By e-mail")}
RESULT_LABELS = {
    "reached": _l("Reached"),
    "no_answer": _l("No answer"),
    "voicemail": _l("Left a voicemail"),
    "wrong_number": _l("Wrong number"),
}
ANSWER_LABELS = {"yes": _l("Yes, the person agrees"), "no": _l("No"), "not_reached": _l("Not reached, so not asked")}
OUTCOME_LABELS = {
    "appointment": _l("We made an appointment"),
    "answered": _l("Their question is answered"),
    "not_interested": _l("They are not interested any more"),
    "not_reached": _l("Nobody was reached"),
    "wrong_details": _l("Phone and e-mail do not work"),
}
RELEASE_LABELS = {
    "no_time": _l("I cannot get to it"),
    "other_language": _l("The person speaks another language"),
    "know_the_person": _l("I know the person"),
    "looked_by_mistake": _l("I opened it by mistake"),
}
LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands"}
TAB_LABELS = {"mine": _l("Mine"), "free": _l("Unassigned"), "closed": _l("Closed by me")}
EMPTY = {
    "mine": (_l("Nothing in your hands"), _l("Take the oldest submission under Unassigned.")),
    "free": (_l("No unassigned submissions"), _l("New ones appear by themselves.")),
    "closed": (_l("You have not closed a follow-up yet"), _l("Closed ones stay here, without their person.")),
}


def _choices(codes: tuple[str, ...], labels: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(code, labels[code]) for code in codes]


def _spoken() -> list[tuple[str, Markup]]:
    """Return today's wordings as choices, each marked as being in its language."""
    label = Markup('<strong lang="{0}">{1}</strong><br><span lang="{0}">{2}</span>')
    return [(code, label.format(code, LANGUAGE_NAMES[code], text)) for code, text in wordings.wordings().items()]


class AttemptForm(FlaskForm):
    """One try to reach the person."""

    channel = RadioField(_l("How did you try?"), choices=_choices(CHANNELS, CHANNEL_LABELS), validate_choice=False)
    result = RadioField(_l("What came of it?"), choices=_choices(RESULTS, RESULT_LABELS), validate_choice=False)
    known = HiddenField()


class AnswerForm(FlaskForm):
    """What the person said to the permission question."""

    language = RadioField(_l("Read this out, word for word"), choices=_spoken(), validate_choice=False)
    asked_by = RadioField(_l("How did you ask?"), choices=_choices(CHANNELS, CHANNEL_LABELS), validate_choice=False)
    said = RadioField(_l("What did the person say?"), choices=_choices(ANSWERS, ANSWER_LABELS), validate_choice=False)

    def offer(self, *, reached: bool) -> "AnswerForm":
        """Offer the answers that go with the attempts so far."""
        fitting = ANSWERS[:2] if reached else ANSWERS
        self.said.choices = _choices(fitting, ANSWER_LABELS)
        return self


class CloseForm(FlaskForm):
    """How the follow-up ends."""

    outcome = SelectField(_l("How does it end?"), validate_choice=False)

    def offer(self, answer: str | None) -> "CloseForm":
        """Offer the outcomes that go with the answer to the permission question."""
        fitting = [o for o in OUTCOMES if answer is None or (o in UNREACHED) == (answer == "not_reached")]
        self.outcome.choices = [("", _l("Choose…")), *((o, OUTCOME_LABELS[o]) for o in fitting)]
        return self


class ReleaseForm(FlaskForm):
    """Why the submission goes back to the queue."""

    reason = SelectField(
        _l("Why do you give it back?"),
        choices=[("", _l("Choose…")), *_choices(RELEASE_REASONS, RELEASE_LABELS)],
        validate_choice=False,
    )

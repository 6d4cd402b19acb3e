"""The words and forms of the retention pages: what each rule, period, reason and ending is called."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import Optional

from dashboard.policy.calendar import Period
from dashboard.policy.retention import Action, Rule
from dashboard.services.retention.asking import REASONS

RULES: Mapping[str, Any] = {
    "usage_events": lazy_gettext("Usage events"),
    "accounts": lazy_gettext("Accounts, with all that hangs on them"),
    "contact_requests": lazy_gettext("Contact requests"),
    "tickets": lazy_gettext("Closed tickets"),
    "error_records": lazy_gettext("Error records (text and session)"),
    "set_ups": lazy_gettext("Set-ups"),
    "requests": lazy_gettext("Subject requests"),
    "access_records": lazy_gettext("Access log"),
    "messages": lazy_gettext("Messages"),
    "app_messages": lazy_gettext("Messages the app reported"),
    "former_addresses": lazy_gettext("Former addresses"),
    "export_files": lazy_gettext("Export files"),
    "call_answers": lazy_gettext("Answers to repeated calls"),
    "sessions": lazy_gettext("Sign-ins"),
}
SINCE: Mapping[str, Any] = {
    "occurred_at": lazy_gettext("after it happened"),
    "deactivated_at": lazy_gettext("after deactivation"),
    "closed_at": lazy_gettext("after it was closed"),
    "at": lazy_gettext("after it was written"),
    "created_at": lazy_gettext("after it was made"),
    "made_at": lazy_gettext("after it was made"),
    "sent_at": lazy_gettext("after it was sent"),
    "changed_at": lazy_gettext("after it was changed"),
}
REASON_LABELS: Mapping[str, Any] = {
    "legal_hold": lazy_gettext("A law or a court obliges us to keep the data"),
    "investigation": lazy_gettext("An incident is being looked into"),
    "repair": lazy_gettext("A fault in the data is being repaired"),
    "wrong_preview": lazy_gettext("The preview looks wrong"),
}
STOPS: Mapping[str, Any] = {
    "more_than_preview": lazy_gettext("Stopped: %(found)s rows found, preview said %(previewed)s."),
    "clock_back": lazy_gettext("Stopped: the clock stepped back."),
    "clock_ahead": lazy_gettext(
        "Stopped: the clock leapt more than 48 hours ahead, or everything stood still for so long."
    ),
}


def kept_for(rule: Rule) -> str:
    """Return how long a rule keeps rows, in words."""
    return f"{_period(rule.period)} {SINCE[rule.clock]}"


def _period(period: Period) -> str:
    if period.months:
        return ngettext("%(num)s calendar month", "%(num)s calendar months", period.months)
    days = period.days or period.lasts // timedelta(days=1)
    if days > 1:
        return ngettext("%(num)s day", "%(num)s days", days)
    return ngettext("%(num)s hour", "%(num)s hours", period.lasts // timedelta(hours=1))


def ground(rule: Rule) -> str:
    """Return on what a period rests: the promises it keeps, or that the policy does not say."""
    if not rule.promises:
        return _("not in the policy: owner’s decision")
    return ngettext("promise %(names)s", "promises %(names)s", len(rule.promises), names=", ".join(rule.promises))


def then(rule: Rule) -> str:
    """Return what happens to a row then."""
    return _("emptied, kept for its figures") if rule.action == Action.ANONYMISE else _("deleted")


def stop(run: Any) -> str:
    """Return why a run stopped."""
    return str(STOPS[run.because]) % {"found": run.found, "previewed": run.previewed}


class RunForm(FlaskForm):
    """Have a rule run now, held against the number that was shown."""

    rule = HiddenField()
    shown = HiddenField()
    word = StringField(lazy_gettext("Type RUN to confirm"))


class PauseForm(FlaskForm):
    """Pause a rule, with a reason and an end."""

    rule = HiddenField()
    reason = RadioField(
        lazy_gettext("Reason"), choices=[(code, REASON_LABELS[code]) for code in REASONS], validate_choice=False
    )
    until = DateField(lazy_gettext("Until the end of"), [Optional()])

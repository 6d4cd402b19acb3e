"""What the pages of subject requests share: banners, the sender of letters, the company's time zone."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from dashboard.frame import short
from dashboard.services.requests import letters, reading

from .base import Banner


def zone() -> Any:
    """Return the company's time zone."""
    return current_app.extensions["settings"].zone


def sender() -> letters.Sender:
    """Return who writes to persons."""
    settings = current_app.extensions["settings"]
    return letters.Sender(settings.base_url, settings.company_name, settings.zone)


def request_banner(page: reading.RequestPage) -> Banner:
    """Say what a request's page shows and why."""
    yours = _("request %(ref)s is assigned to you", ref=page.ref)
    looks = ngettext("%(num)s look by you", "%(num)s looks by you", page.looks + bool(page.email))
    since = short(page.course.assigned_at)
    recorded = _("%(looks)s since %(at)s", looks=looks, at=since) if page.course.assigned_at else looks
    if page.email:
        return Banner(
            _("the address that was given, and the course of the request"), yours,
            _("it ends, or your part does: you refuse, withdraw or release it"), recorded, personal=True,
        )  # fmt: skip
    return Banner(_("The course of the request; its address has been erased."), yours, _("it is deleted"), recorded)


def watching_banner() -> Banner:
    """Say what compliance sees of requests."""
    return Banner(
        _("Kinds, dates, states and measured times of requests; no person, in any state."),
        _("compliance must know that requests are met in time"),
        _("every request, by its kind, dates and outcome"), _("nothing: there is nobody to see"),
        until_label=_("Your reach"),
    )  # fmt: skip

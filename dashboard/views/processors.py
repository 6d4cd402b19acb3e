"""Processors: who else holds data of persons, on what ground, and how far removals are there. No personal data."""

from flask import current_app, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import processors

from .base import Banner, Page, expose


class ProcessorsView(Page):
    """The registry of processors, read from the code that calls them."""

    def __init__(self) -> None:
        """Mount at /admin/processors/."""
        super().__init__(name=lazy_gettext("Processors"), endpoint="processors", url="/admin/processors/")

    @expose("/")
    @permits(P.PROCESSOR_LIST)
    def index(self) -> str:
        """Show every processor with its ground and its last read-back."""
        settings = current_app.extensions["settings"]
        lines = processors.standings(self.guarded, settings)
        return self.page(
            "processors/index.html", lines=lines, today=g.at.astimezone(settings.zone).date(), banner=_banner(),
            invalid=sum(not line.facts.valid for line in lines), waiting=sum(line.waiting for line in lines),
            late=sum(line.late for line in lines),
            unconfigured=sum(line.facts.reachable and not line.configured for line in lines),
        )  # fmt: skip


def _banner() -> Banner:
    return Banner(
        _("Processors and what they hold in general; of removals, how many wait and when one was last read back."),
        _("compliance must know who else holds data, and whether removals arrive there"),
        _("the registry that outgoing calls are held to, as it is now"),
        _("nothing: there is nobody to see"),
        until_label=_("Where it comes from"),
    )  # fmt: skip

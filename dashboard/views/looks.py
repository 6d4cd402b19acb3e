"""My looks: what the access log holds about me, for everyone, in the words of the log itself."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from dashboard.policy.declare import permits
from dashboard.policy.permissions import Permission as P
from dashboard.services import oversight
from models import AccessRecord

from . import log_filters
from .base import PAGE_SIZE, Banner, RecordList, Row, expose

FILTERS = ("event", "period", "case")


class LooksView(RecordList):
    """My own lines of the access log."""

    list_template = "looks/index.html"
    caption = lazy_gettext("What was recorded about you, newest first")
    columns = (
        ("at", lazy_gettext("Time")),
        ("event", lazy_gettext("What happened")),
        ("count", lazy_gettext("How many")),
        ("because", lazy_gettext("Because")),
        ("outcome", lazy_gettext("Outcome")),
    )

    def __init__(self) -> None:
        """Mount at /admin/looks/."""
        super().__init__(AccessRecord, name=lazy_gettext("My looks"), endpoint="looks", url="/admin/looks/")

    @expose("/")
    @permits(P.LOOKS_LIST)
    def index(self) -> str:
        """List my own lines; the guard lets no other through."""
        found = oversight.lines(self.guarded, cursor=request.args.get("at", ""), where=self.filters(), size=PAGE_SIZE)
        context = self._list_context(found) | {
            "filters": log_filters.shown(FILTERS), "ignored": log_filters.ignored(FILTERS),
            "banner": _banner(), "empty": _nothing(narrowed=bool(log_filters.chosen(FILTERS))),
        }  # fmt: skip
        return self.page(self.list_template, **context)

    def filters(self) -> Mapping[str, Any]:
        """Narrow the list by its coded parameters."""
        return log_filters.narrowed(FILTERS)

    def row(self, record: Any) -> Row:
        """Show one line in words."""
        return Row(log_filters.cells(record, self.columns))


def _banner() -> Banner:
    return Banner(
        _("Your own lines: what you opened and changed, by number and code."),
        _("everyone may know what is recorded about them"),
        _("only your lines, in any role you had"),
        _("nothing new: reading your own lines is not a look at anyone"),
        until_label=_("Your reach"),
    )  # fmt: skip


def _nothing(*, narrowed: bool) -> tuple[str, str]:
    if narrowed:
        return _("No line of yours fits"), _("Remove a filter to see more.")
    return _("Nothing recorded yet"), _("A line appears here when you open a case or change something.")

"""Statistics: usage of the app and of the website in figures of groups. Fixed reports; no person, and no row of one.

An address names a report by codes and a company by its random id; what is too small to be shown is answered like what
does not exist.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from dashboard.policy.declare import permits
from dashboard.policy.disclosure import LEAST_ACROSS, LEAST_IN_COMPANY, ROUNDED_TO
from dashboard.policy.permissions import Permission as P
from dashboard.services.refusals import NotInReach
from dashboard.services.statistics import reading
from dashboard.services.statistics.reading import Line, SideBySide, Usage

from . import charts
from .base import Banner, Page, expose

REPORTS = {
    "usage": lazy_gettext("Usage of the app"),
    "companies": lazy_gettext("Across companies"),
    "website": lazy_gettext("Website"),
}
DEFAULT_WEEKS = "13"


@dataclass(frozen=True)
class Choice:
    """One select of the page."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True)
class Asked:
    """Which report, of which company (none: all users), over how many weeks."""

    report: str
    company: str
    weeks: int


class StatisticsView(Page):
    """The reports, one at a time."""

    def __init__(self) -> None:
        """Mount at /admin/statistics/."""
        super().__init__(name=lazy_gettext("Statistics"), endpoint="statistics", url="/admin/statistics/")

    @expose("/")
    @permits(P.STATISTICS_READ)
    def index(self) -> str:
        """Show the report that was chosen; raise NotInReach when there is none such."""
        asked = read_asked()
        context = getattr(self, f"_{asked.report}")(asked)
        return self.page(
            "statistics/index.html", banner=_banner(), choices=list(self._choices(asked)), asked=asked,
            least=LEAST_IN_COMPANY, least_across=LEAST_ACROSS, rounded_to=ROUNDED_TO, **context,
        )  # fmt: skip

    def _usage(self, asked: Asked) -> dict[str, Any]:
        name = _("All users")
        if asked.company:
            name, usage = reading.of_company(self.guarded, asked.company, weeks=asked.weeks)
        else:
            usage = reading.of_everyone(self.guarded, weeks=asked.weeks)
        return {"about": name, "usage": usage, "weeks": usage.weeks, "figures": usage_charts(usage, name)}

    def _companies(self, asked: Asked) -> dict[str, Any]:
        found = reading.across_companies(self.guarded, weeks=asked.weeks)
        words = (_("People who used the app"), _("people"), _("All users"), _("All other companies together"))
        return {"about": REPORTS["companies"], "links": True, **_side_by_side(found, words, _("Company"))}

    def _website(self, asked: Asked) -> dict[str, Any]:
        today = g.at.astimezone(current_app.extensions["settings"].zone).date()
        found = reading.of_website(self.guarded, weeks=asked.weeks, today=today)
        words = (_("Visits to the website"), _("visits"), _("All pages"), _("All other pages together"))
        return {"about": REPORTS["website"], "links": False, **_side_by_side(found, words, _("Page"))}

    def _choices(self, asked: Asked) -> Iterator[Choice]:
        yield Choice("report", _("Report"), [(name, str(label)) for name, label in REPORTS.items()], asked.report)
        companies = [("", _("All users")), *reading.companies(self.guarded)]
        if asked.report == "usage":
            yield Choice("company", _("Company"), companies, asked.company)
        periods = [(str(n), ngettext("%(num)s week", "%(num)s weeks", n)) for n in reading.PERIODS]
        yield Choice("weeks", _("Period"), periods, str(asked.weeks))


def read_asked() -> Asked:
    """Read the codes of the address; raise NotInReach at one that names nothing."""
    report = request.args.get("report", "usage")
    if report not in REPORTS:
        raise NotInReach
    company = request.args.get("company", "") if report == "usage" else ""
    return Asked(report, company, reading.period(request.args.get("weeks", DEFAULT_WEEKS)))


def usage_charts(usage: Usage, name: str) -> dict[str, Any]:
    """Return the large chart of whoever did anything, and a small one per feature and action, by their place."""
    people = _("people")
    title = _("People who used the app: %(name)s", name=name)
    found: dict[str, Any] = {"all": _chart("all", title, usage.anything, usage.weeks, people, large=True)}
    for row, part in enumerate(usage.parts):
        for place, line in enumerate(part.lines):
            key = f"p{row}-{place}"
            title = _("People: %(feature)s, %(action)s", feature=part.name, action=line.name)
            found[key] = _chart(key, title, line, usage.weeks, people)
    return found


def _chart(key: str, title: str, line: Line, weeks: Sequence[date], unit: str, *, large: bool = False) -> charts.Chart:
    counts = [figure.people if figure else None for figure in line.figures]
    return charts.chart(key, title, counts, weeks=weeks, unit=unit, large=large)


def _side_by_side(found: SideBySide, words: tuple[str, str, str, str], head: str) -> dict[str, Any]:
    title, unit, everyone, rest = words
    return {
        "found": found, "weeks": found.weeks, "head": head, "unit": unit, "title": title, "everyone": everyone,
        "rest": rest, "nothing": not any(found.everyone.figures),
        "figures": {"all": _chart("all", title, found.everyone, found.weeks, unit, large=True)},
    }  # fmt: skip


def _banner() -> Banner:
    return Banner(
        _("Groups of %(least)s people or more, %(across)s across companies; counts rounded to %(rounded)s.",
          least=LEAST_IN_COMPANY, across=LEAST_ACROSS, rounded=ROUNDED_TO),
        _("usage is used in aggregated form, to improve the experience in and with the app"),
        _("figures that a night job made; nobody can ask for others"),
        _("nothing: there is nobody to see"),
        until_label=_("Where it comes from"),
    )  # fmt: skip

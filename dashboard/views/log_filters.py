"""How lists of the access log are narrowed by coded parameters, and how one line of it is shown.

Every code is checked against what it can be; an unknown one is ignored, and the page says so. Nothing of a
person or of a staff member can be written in these parameters.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import current_app, g, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from dashboard.frame import ROLE_LABELS
from dashboard.policy.roles import Role
from dashboard.services import periods
from dashboard.services.access_log import EVENTS
from dashboard.services.log_questions import LOOKS
from dashboard.services.oversight import Line

from . import log_words as words

CASE = re.compile(r"[A-Z]-\d{1,12}")
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Filter:
    """One select above a list, and the address that takes it away."""

    name: str
    label: str
    choices: Choices
    value: str
    remove_url: str | None


def narrowed(names: Sequence[str]) -> dict[str, Any]:
    """Return what the parameters of the request narrow the list by: attributes and values."""
    return dict(_condition(name, value) for name, value in chosen(names).items())


def chosen(names: Sequence[str]) -> dict[str, str]:
    """Return the parameters that are set and understood."""
    return {name: request.args[name] for name in names if request.args.get(name) and _known(name)}


def ignored(names: Sequence[str]) -> list[str]:
    """Return the labels of parameters that were set and not understood."""
    return [str(_labels()[name]) for name in names if request.args.get(name) and not _known(name)]


def shown(names: Sequence[str]) -> list[Filter]:
    """Return the selects; a case has none, it is chosen by its number, and shows when it narrows."""
    selects = [name for name in names if name != "case" or name in chosen(names)]
    return [_filter(name, chosen(names)) for name in selects]


def _filter(name: str, active: Mapping[str, str]) -> Filter:
    value = active.get(name, "")
    rest = urlencode({key: text for key, text in request.args.items() if key not in {name, "at"}})
    return Filter(name, _labels()[name], choices(name), value, f"{url_for('.index')}?{rest}" if value else None)


def choices(name: str) -> Choices:
    """Return the codes a parameter can have, each with its words."""
    if name == "role":
        return [("", _("Every role")), *((role.value, str(ROLE_LABELS[role])) for role in Role)]
    if name == "event":
        groups = [("", _("Everything")), ("looks", _("All looks at personal data")), ("refused", _("All refusals"))]
        return groups + [(event, words.word(words.EVENTS, event)) for event in EVENTS]
    if name == "period":
        return _periods()
    return [("", _("Every case")), (request.args["case"], request.args["case"])]


def _periods() -> Choices:
    days = [("", _("Any time")), ("today", _("Today")), ("week", _("Last 7 days")), ("month", _("Last 30 days"))]
    months = periods.months(g.at, zone())
    return days + [(m, format_date(datetime.strptime(m, "%Y-%m"), "MMMM yyyy")) for m in months]  # noqa: DTZ007


def zone() -> Any:
    """Return the company's time zone."""
    return current_app.extensions["settings"].zone


def _known(name: str) -> bool:
    value = request.args.get(name, "")
    if name == "case":
        return bool(CASE.fullmatch(value))
    return value in {code for code, _text in choices(name)}


def _condition(name: str, value: str) -> tuple[str, Any]:
    if name == "period":
        return "at", periods.between(value, at=g.at, zone=zone())
    if name == "case":
        return "case_ref", value
    if name == "event" and value == "looks":
        return "event", LOOKS
    if name == "event" and value == "refused":
        return "allowed", False
    return name, value


def _labels() -> dict[str, str]:
    return {"role": _("Role"), "event": _("What"), "period": _("When"), "case": _("Case")}


def cells(line: Line, columns: Sequence[tuple[str, Any]]) -> list[Any]:
    """Return one line of the log as the cells of a list."""
    return [getattr(_macros(), name)(line) for name, _label in columns]


def _macros() -> Any:
    """The macros of the cells, made once per request: a template's words are looked up whenever it is made."""
    if "log_cells" not in g:
        template = current_app.jinja_env.get_template("access_log/cells.html")
        context = {"words": words, "role_labels": ROLE_LABELS, **current_app.jinja_env.globals}
        g.log_cells = template.make_module(context)
    return g.log_cells

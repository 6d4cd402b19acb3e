"""Turns a trace into a readable timeline: sessions as groups, the error on top, time told backwards from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import current_app
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from dashboard.frame import clock, span
from dashboard.services.traces import Event, Trace


@dataclass(frozen=True)
class Line:
    """One row of the timeline."""

    before: str
    at: datetime
    where: str
    what: str
    day: str = ""
    code: str = ""
    error: bool = False
    props: Sequence[tuple[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Group:
    """The rows of one session of the person."""

    heading: str
    same: bool
    rows: Sequence[Line]


def timeline(trace: Trace) -> list[Group]:
    """Return the groups of a page of the trace, newest first."""
    found = [
        _group(trace, key[1], list(events), lead=index == 0) for index, (key, events) in enumerate(_sessions(trace))
    ]
    if trace.first and not (found and found[0].same):
        found.insert(0, Group(_("The error"), same=True, rows=[_error(trace)]))
    return found


def _sessions(trace: Trace) -> Iterator[tuple[tuple[str, bool], Iterator[Event]]]:
    return groupby(trace.events, key=lambda event: (event.session, event.same_session))


def _group(trace: Trace, same: bool, events: list[Event], *, lead: bool) -> Group:  # noqa: FBT001
    rows = [_line(trace, event) for event in events]
    if same and lead and trace.first:
        rows.insert(0, _error(trace))
    name = _("Same session as the error") if same else _("Earlier session")
    first, last = events[-1].occurred_at, events[0].occurred_at
    count = ngettext("%(num)s event", "%(num)s events", len(events))
    return Group(f"{name} · {_day(last)} {clock(first)}–{clock(last)} · {count}", same, rows)


def _error(trace: Trace) -> Line:
    return Line(
        before=_("the error"), at=trace.error.occurred_at, where=trace.error.feature or "",
        what=trace.message or _("Reported by the app itself."), code=trace.error.code, error=True,
    )  # fmt: skip


def _line(trace: Trace, event: Event) -> Line:
    seconds = (trace.error.occurred_at - event.occurred_at).total_seconds()
    zone = current_app.extensions["settings"].zone
    other_day = event.occurred_at.astimezone(zone).date() != trace.error.occurred_at.astimezone(zone).date()
    return Line(
        before=_("%(span)s before", span=before(seconds)), at=event.occurred_at, where=event.feature, what=event.action,
        day=format_date(event.occurred_at, "EEE") if other_day else "",
        props=[(name.replace("_", " "), value) for name, value in (event.properties or {}).items()],
    )  # fmt: skip


def before(seconds: float) -> str:
    """4 s, 1 min 48 s, 16 h 20 min: to the second where the steps before an error lie seconds apart."""
    if 60 <= seconds < 3600:
        return str(_("%(m)s min %(s)s s", m=int(seconds // 60), s=f"{int(seconds % 60):02d}"))
    return span(seconds)


def _day(moment: datetime) -> str:
    return str(format_date(moment, "EEEE d MMMM"))

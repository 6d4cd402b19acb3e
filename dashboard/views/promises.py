"""Promises: whether what was published is true now, sentence by sentence. Figures and sentences; no person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from werkzeug.wrappers import Response

from dashboard.policy.declare import acts, permits
from dashboard.policy.permissions import Permission as P
from dashboard.policy.promises import register
from dashboard.services.canaries import reading as canaries
from dashboard.services.evidence import signing
from dashboard.services.promises import asking, reading
from dashboard.services.promises.reading import Board, Day

from .base import Banner, Page, expose

STATES = {
    "holds": (lazy_gettext("Holds"), "ok", "check", "ok"),
    "broken": (lazy_gettext("Broken"), "bad", "cross", "bad"),
    "unproven": (lazy_gettext("Unproven"), "doubt", "doubt", "doubt"),
    "not_measurable": (lazy_gettext("Not measurable"), "warn", "minus", "warn"),
    "by_construction": (lazy_gettext("By construction"), "busy", "build", "built"),
    "out_of_reach": (lazy_gettext("Out of our reach"), "", "reach", "none"),
}
"""By state: its word, the kind of its tag, its icon, and its colour in the bar."""
BAR, GAP = 1000, 3


@dataclass(frozen=True)
class Filter:
    """One select of the filters."""

    name: str
    label: str
    choices: Sequence[tuple[str, Any]]
    value: str
    remove_url: str = ""


class PromisesView(Page):
    """The promise board."""

    def __init__(self) -> None:
        """Mount at /admin/promises/."""
        super().__init__(name=lazy_gettext("Promises"), endpoint="promises", url="/admin/promises/")

    @expose("/")
    @permits(P.PROMISE_LIST)
    def index(self) -> str:
        """Show every promise with its state, counts first."""
        board = reading.board(self.guarded)
        chosen = _chosen()
        return self.page(
            "promises/index.html", board=board, states=STATES, bar=_bar(board), banner=_banner(),
            groups=board.groups(**chosen), filters=_filters(chosen), narrowed=any(chosen.values()),
            walk=canaries.latest(self.guarded), fingerprint=signing.fingerprint(),
        )  # fmt: skip

    @expose("/<no>")
    @permits(P.PROMISE_LIST)
    def details(self, no: str) -> str:
        """Show one promise in its paragraph, with what keeps it and its last thirty days."""
        found = reading.details(self.guarded, no, zone=current_app.extensions["settings"].zone)
        return self.page(
            "promises/details.html", crumbs=[(found.line.promise.no, None)], promise=found, states=STATES,
            banner=_banner(), strip=_strip(found.days),
        )  # fmt: skip

    @expose("/check/now", methods=("POST",))
    @acts(P.PROMISE_CHECK)
    def check(self) -> Response:
        """Have every promise checked, or the one that is named."""
        no = request.form.get("promise", "")
        broken = asking.check_now(self.guarded, current_app.extensions["settings"], promise=no)
        _tell(broken, no)
        return self.back("promises.details", no=no) if no else self.back("promises.index")


def _tell(broken: Sequence[str], no: str) -> None:
    if no and broken:
        flash(_("%(no)s was checked: it is broken.", no=no), "bad")
    elif no:
        flash(_("%(no)s was checked.", no=no))
    else:
        _tell_of_all(broken)


def _tell_of_all(broken: Sequence[str]) -> None:
    new = sum(not register()[no].red for no in broken)
    text = ngettext("Checked. %(num)s promise is broken", "Checked. %(num)s promises are broken", len(broken))
    since = ngettext(
        "%(num)s of them has broken since it was mapped.", "%(num)s of them have broken since they were mapped.", new
    )
    flash(f"{text}; {since}", "bad" if new else "ok")


def _chosen() -> dict[str, str]:
    """Read the filters from the address; a value that is none counts as no filter."""
    state, owner = request.args.get("state", ""), request.args.get("owner", "")
    return {"state": state if state in STATES else "", "owner": owner if owner in _owners() else ""}


def _owners() -> dict[str, str]:
    return dict(sorted({promise.owner_code: promise.owner for promise in register().values()}.items()))


def _filters(chosen: dict[str, str]) -> list[Filter]:
    every = ("", _("all"))
    states = [every, *((name, words[0]) for name, words in STATES.items())]
    owners = [every, *((slug, _(name)) for slug, name in _owners().items())]
    return [
        Filter("state", _("State"), states, chosen["state"], _without("state", chosen)),
        Filter("owner", _("Owner"), owners, chosen["owner"], _without("owner", chosen)),
    ]


def _without(name: str, chosen: dict[str, str]) -> str:
    if not chosen[name]:
        return ""
    kept = {other: value for other, value in chosen.items() if value and other != name}
    return f"{url_for('promises.index')}?{urlencode(kept)}" if kept else url_for("promises.index")


def _bar(board: Board) -> list[tuple[str, float, float]]:
    """Return the segments of the bar above the counts: colour, from where, how wide; a thousand parts in all."""
    told = [(STATES[state][3], count) for state, count in board.counts.items() if count]
    part = (BAR - GAP * (len(told) - 1)) / max(1, sum(count for _colour, count in told))
    segments, x = [], 0.0
    for colour, count in told:
        segments.append((colour, round(x, 1), round(count * part, 1)))
        x += count * part + GAP
    return segments


def _strip(days: Sequence[Day]) -> list[tuple[str, int]]:
    """Return the days as bars: colour and place, today's the last of thirty-one."""
    today = days[0].day if days else None
    return [(STATES[day.state][3], 30 - (today - day.day).days) for day in days if today]


def _banner() -> Banner:
    return Banner(
        _("Figures and sentences only."),
        _("compliance shows that the policy holds without looking at people"),
        _("every hour, or when you press the button"),
        _("that you had promises checked"),
        until_label=_("Checked"),
    )  # fmt: skip

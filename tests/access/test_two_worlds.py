"""Two worlds that differ only in what a viewer may not know answer alike, byte for byte.

The second world has other values in every cell the viewer may not see, and of the cases they may not know some are gone
and the rest are there three or five times. Each principal asks both the same thousand things: whatever a count, a sort,
a cursor, a search or a refusal would tell about the hidden shows as a difference.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, true

from dashboard.database.engine import system_session
from dashboard.policy import decide
from dashboard.policy.grants import GRANTS
from models import CONDITIONS, RowCondition, Ticket, db
from tests.access.canaries import Cell, digest
from tests.access.first_walk import first_walk, grouped
from tests.access.planted import Planted, plant
from tests.access.principals import visitor
from tests.access.visible import knows, promised
from tests.access.walk import MAILS, Answer, Walk, everywhere, has_its_turn, odd_requests, send, steady

VIEWERS = ("anonymous", "rep", "support", "sysadmin", "compliance", "demoted", "deactivated", "token-website")
AT_LEAST = 1_000
COUNTS_REFUSALS = "compliance"
"""Whose pages count what was refused today: both worlds must have refused the same, so they get every empty form."""
TOLD_ON_PURPOSE = (
    re.compile(r"<p class=\"figure\">\d+ <span class=\"figure-of\">of \d+</span></p>\s*<p>[^<]*</p>"),
    re.compile(
        r"<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><a href=\"/admin/retention/rule.*?</tr>", re.DOTALL
    ),
    re.compile(r"<dt>Oldest row</dt><dd>.*?</dd>"),
)
"""Figures over everyone that their readers are meant to see: how many of this month's accounts needed a person (P61), and
the day of the oldest row under each rule (P41, P50)."""
POINTED_AT = {"mine_question"}
"""Its company is another person's too, so it cannot go or double."""


def hides(who: str) -> Callable[[Cell], bool]:
    """Return whether a viewer may not see a cell; what they may see of it anywhere stays as it is."""
    shown = promised(who)
    return lambda cell: cell not in shown and not cell.row.startswith(("staff_", "proposal_", "token"))


def copies(who: str) -> Callable[[str], int]:
    """Return how often a group stands in the second world: once where it is known, else not at all or more often."""
    return lambda group: 1 if knows(who, group) or group in POINTED_AT else (0, 3, 5)[int(digest(group)[:2], 16) % 3]


def second_world(first: Planted, who: str) -> Planted:
    """Plant the other world over the first."""
    world = plant(first.app, hides=hides(who), copies=copies(who), existing=MAILS[0])
    assert alike_in_number(first, world) == []
    return world


def alike_in_number(first: Planted, second: Planted) -> list[str]:
    """Return the tables of hidden cases that hold equally many rows in both worlds: a count of them would tell nothing."""
    hidden = {table for table, ids in second.ids.items() if any("~" in second.groups[i] for i in ids)}
    return sorted(table for table in hidden if len(first.ids.get(table, [])) == len(second.ids[table]))


def told(answers: list[Answer]) -> dict[str, str]:
    """Return each answer by what was asked, without what changes from request to request.

    What was free and has just been taken shows its person, who is another in the other world: such answers are left out.
    """
    times: Counter[str] = Counter()
    by_request = {}
    for answer in answers:
        if answer.after:
            continue
        asked = f"{answer.method} {answer.url[:200]} {answer.sent or ''}"
        times[asked] += 1
        by_request[f"{asked} #{times[asked]}"] = f"{answer.status}\n{without_figures(steady(answer.text))}"
    return by_request


def without_figures(text: str) -> str:
    """Return an answer without the figures that are told on purpose."""
    for figures in TOLD_ON_PURPOSE:
        text = figures.sub("figures", text)
    return text


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return what was answered differently, with the first line that differs."""
    return [
        f"{asked}: {_first(one.get(asked, ''), other.get(asked, ''))}"
        for asked in {**one, **other}
        if one.get(asked) != other.get(asked)
    ]


def _first(one: str, other: str) -> str:
    pairs = zip(one.split("\n"), other.split("\n"), strict=False)
    return next((f"{a.strip()[:120]!r} ≠ {b.strip()[:120]!r}" for a, b in pairs if a != b), "one is longer")


def chosen(first: Walk) -> list[Answer]:
    """Return what the second world is asked as well: every page, every odd thing, every form as a person fills it in.

    Of the empty forms, which each door got for every id, a part; over all doors every id has its turn.
    """
    forms = [answer for answer in first.answers[first.forms_from :] if not answer.after]
    whole = first.visitor.name == COUNTS_REFUSALS
    part = [answer for answer in forms if whole or answer.sent or has_its_turn(answer.url)]
    return [*first.answers[: first.forms_from], *part]


def asked_again(first: Walk, world: Planted) -> Walk:
    """Ask another world what the first was asked."""
    walk = odd_requests(everywhere(Walk(world, visitor(world, first.visitor.name), ids=first.ids, refs=first.refs)))
    for answer in chosen(first)[first.forms_from :]:
        send(walk, answer.url, answer.sent or {})
    return walk


@pytest.mark.parametrize("who", grouped(VIEWERS))
def test_answers_are_alike_when_only_the_hidden_differs(planted, who, record_property):
    first = first_walk(planted, who).walk
    one = told(chosen(first))

    other = told(asked_again(first, second_world(planted, who)).answers)

    record_property("requests", len(one))
    assert len(one) >= AT_LEAST
    assert differing(one, other) == []


@pytest.mark.parametrize("who", grouped(["sysadmin"]))
def test_answers_are_alike_when_the_same_world_is_asked_twice(planted, who):
    """The others are as steady: they would differ above, where also the world is another."""
    first = first_walk(planted, who).walk
    planted.restore()

    again = asked_again(first, planted)

    assert differing(told(chosen(first)), told(again.answers)) == []


def test_difference_is_noticed_when_a_grant_reaches_too_far(planted, monkeypatch):
    monkeypatch.setitem(
        CONDITIONS, "every_ticket", RowCondition("every_ticket", "ticket", "all", lambda _access: true())
    )
    monkeypatch.setattr(decide, "GRANTS", tuple(widened(grant, "case:find") for grant in GRANTS))

    assert differences_on(planted, "/admin/find") != []


def test_difference_is_noticed_when_a_header_counts_what_there_is(planted, monkeypatch):
    def counting(response):
        with system_session(db.engine, "a leak on purpose", read_only=True) as session:
            response.headers["X-Total"] = session.scalar(select(func.count()).select_from(Ticket))
        return response

    monkeypatch.setitem(planted.app.after_request_funcs, None, [*planted.app.after_request_funcs[None], counting])

    assert differences_on(planted, "/admin/looks/") != []


def test_nothing_differs_when_nothing_leaks_on_the_same_two_pages(planted):
    assert differences_on(planted, "/admin/find", "/admin/looks/") == []


def differences_on(planted: Planted, *urls: str) -> list[str]:
    """Ask both worlds for single pages as a support engineer; the search, for every case there is in the first."""
    answers, refs = [], sorted(planted.refs)
    for make in (lambda: planted, lambda: second_world(planted, "support")):
        world = make()
        walk = Walk(world, visitor(world, "support"))
        for url in urls:
            for ref in refs if url == "/admin/find" else [""]:
                walk.ask("POST" if ref else "GET", url, data={"q": ref} if ref else None)
        answers.append(told(walk.answers))
    return differing(*answers)


def widened(grant, permission):
    """Return a grant that reaches every ticket."""
    if grant.permission != permission:
        return grant
    return replace(
        grant, reach=tuple(replace(r, condition="every_ticket") if r.table == "ticket" else r for r in grant.reach)
    )

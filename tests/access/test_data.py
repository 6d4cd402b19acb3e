"""Every personal value over every sink: none where the hand-written table says no, all of it where it says yes.

Sinks: body, headers, cookies, redirects, flashes, error pages of every GET and POST; the log; the access log; messages.
"""

import pytest

from models import PERSONAL
from tests.access.canaries import Cell, closed_columns, needles
from tests.access.first_walk import first_walk, grouped
from tests.access.planted import Planted
from tests.access.principals import PRINCIPALS
from tests.access.visible import KNOWN, MINE, SIGHTS, allowed, knows, promised
from tests.access.walk import Answer

ENTERING = {"staff.fs_uniquifier", "staff_session.key_hash", "staff_session.data", "api_token.token_hash"}
"""Secrets that must work for anyone to come in; they are looked for by their value (Planted.secrets)."""


def leaks(world: Planted, answers: list[Answer]) -> list[str]:
    """Say which value stood where it may not, once per page and value."""
    found = {}
    for answer in answers:
        for cell in world.canaries.found_in(answer.text):
            if not allowed(answer.who, answer.endpoint, cell=cell, group=answer.group, after=answer.after):
                found.setdefault(
                    (answer.endpoint, cell.column, cell.row, answer.group), f"{answer}: {cell.column} of {cell.row}"
                )
        for secret, column in world.secrets.items():
            if secret in answer.text:
                found.setdefault((answer.endpoint, column, "", ""), f"{answer}: {column} itself")
    return list(found.values())


def seen(world: Planted, answers: list[Answer]) -> set[Cell]:
    """Return every cell that stood on a page, changes aside."""
    return {cell for answer in answers if not answer.after for cell in world.canaries.found_in(answer.text)}


def test_every_closed_column_has_a_canary_when_the_world_is_planted(planted):
    planted_columns = planted.canaries.planted_columns()

    missing = closed_columns().keys() - planted_columns - ENTERING

    assert not missing, (
        f"tests/access/planted.py plants no canary in {sorted(missing)}: add a row of that table to a story"
    )


def test_hand_written_table_names_columns_that_exist_when_a_column_is_renamed():
    named = {column for sight in SIGHTS for column in sight.columns}

    assert named <= closed_columns().keys()


@pytest.mark.parametrize("name", grouped(PRINCIPALS))
def test_nobody_sees_a_value_the_table_forbids_when_every_page_and_form_is_asked(planted, name, record_property):
    first = first_walk(planted, name)
    answers = first.walk.answers
    named = {planted.refs[ref]: answer for answer in first.looked for ref in refs_in(planted, answer)}

    record_property("requests", len(answers))
    assert leaks(planted, answers) == []
    assert promised(name) - seen(planted, answers) == set()
    assert {group: str(answer) for group, answer in named.items() if not knows(name, group)} == {}
    assert {group for group in KNOWN.get(name, ()) if group in planted.refs.values()} - named.keys() == set()
    assert [str(answer) for answer in answers if answer.status >= 500 and answer.endpoint not in MAY_BE_DOWN] == []
    assert [line for line in first.heard if any(planted.canaries.found_in(line))] == []
    assert [line for line in first.written if any(customers(planted, line))] == []


MAY_BE_DOWN = {"operations.readyz"}
"""Says 503 while the scheduler stands still, which it does in a test."""


def refs_in(world: Planted, answer: Answer) -> list[str]:
    """Return the references of cases that stand in an answer."""
    return [ref for ref in world.refs if ref in answer.text]


def customers(world: Planted, text: str) -> list[Cell]:
    """Return the cells of customers and contacts that stand in a text."""
    closed = closed_columns()
    return [c for c in world.canaries.found_in(text) if closed[c.column].info["privacy"].category in PERSONAL]


@pytest.mark.parametrize(
    "written",
    [
        "cnry0123456789", "CNRY0123456789", "&lt;cnry0123456789&gt;", "%3Ccnry0123456789%3E", '"\\u003ccnry0123456789"',
        "c2Vzc2lvbiBjbnJ5MDEyMzQ1Njc4OSBlbmQ=", "eJwrTi0uzszPU0jOK6o0MDQyNjE1M7ewVEjNSwEAem4IRQ",
    ],
)  # fmt: skip
def test_canary_is_found_when_it_is_written_in_another_way(written):
    assert "cnry0123456789" in set(needles(written))


def test_leak_is_named_when_a_page_shows_another_persons_value(planted):
    cell = Cell("account.email", "theirs_question")
    word = next(needle for needle, known in planted.canaries.cells.items() if known == cell)
    answer = Answer(
        "support", "tickets.details", "GET", "/admin/tickets/x", "mine_question", 200, f"<p>{word}@x.example</p>"
    )

    assert leaks(planted, [answer]) == [
        "support GET /admin/tickets/x (tickets.details) → 200: account.email of theirs_question"
    ]


def test_value_of_another_case_of_mine_is_a_leak_when_it_stands_on_a_page_about_one():
    cell = Cell("account.email", MINE[1])

    assert not allowed("support", "tickets.details", cell=cell, group=MINE[0], after=False)
    assert allowed("support", "tickets.details", cell=cell, group=MINE[1], after=False)

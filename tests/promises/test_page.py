"""The board: counts first, then what is broken, each promise with its sentence, figure, history and a button."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from dashboard.policy import promises
from dashboard.policy.promises import published, register
from dashboard.services.promises import running
from models import AccessRecord, PromiseResult, PromiseStanding, Staff, db, utcnow
from tests.world import post


@pytest.fixture
def checked(world):
    """A world in which some promises have just been checked, the two that are broken among them."""
    with world.app.app_context():
        running.check_all(db.engine, world.app.extensions["settings"], at=utcnow(), only=("P12", "P37", "P38", "P55"))
    return world


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


def page(world, url: str = "/admin/promises/") -> str:
    return text_of(world.sign_in("compliance").get(url))


def test_counts_come_first_and_the_two_are_red_when_the_board_is_opened(checked) -> None:
    html = checked.sign_in("compliance").get("/admin/promises/").get_data(as_text=True)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))

    assert "2 of 61 promises are broken" in text
    assert html.index('class="tally"') < html.index('class="promise"') < html.index("In the order of the policy")
    assert re.findall(r'<li class="promise"><div><h3 class="ref"><a href="/admin/promises/(P\d+)">', html) == [
        "P12",
        "P55",
    ]
    assert "The Privacy Shield was struck down on 16 July 2020" in text
    assert "the website analytics tools and the mail server are missing" in text


def test_every_promise_stands_there_with_its_sentence_when_the_board_is_opened(checked) -> None:
    html = checked.sign_in("compliance").get("/admin/promises/").get_data(as_text=True)

    assert len(set(re.findall(r'href="/admin/promises/(P\d+)"', html))) == 61
    assert html.count('name="promise" value=') == sum(bool(promise.check) for promise in register().values())
    assert "by the support engineer assigned" in html


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=broken", {"P12", "P55"}),
        ("state=out_of_reach", {"P21"}),
        ("owner=app", {"P20", "P31", "P32"}),
        ("owner=app&state=broken", set()),
    ],
)
def test_promises_are_narrowed_when_a_filter_is_chosen(checked, query: str, numbers: set[str]) -> None:
    html = checked.sign_in("compliance").get(f"/admin/promises/?{query}").get_data(as_text=True)

    below = html[html.index('id="all"') :]
    assert set(re.findall(r'href="/admin/promises/(P\d+)"', below)) == numbers


def test_all_are_shown_when_a_filter_is_no_filter(checked) -> None:
    html = checked.sign_in("compliance").get("/admin/promises/?state=happy&owner=nobody").get_data(as_text=True)

    assert len(set(re.findall(r'href="/admin/promises/(P\d+)"', html))) == 61


def test_nothing_is_green_when_nothing_was_ever_checked(world) -> None:
    text = page(world)

    assert "0 of 61 promises are broken" in text
    assert re.search(r"\b0 Holds\b", text)


def test_promises_are_unproven_when_their_sentence_changes(checked, monkeypatch) -> None:
    text = published().replace("assigned to that issue only", "on duty")
    monkeypatch.setattr(promises, "published", lambda: text)

    board, one = page(checked), page(checked, "/admin/promises/P38")

    assert "1 promise rests on a sentence that has changed." in board
    assert re.search(r"P38 Unproven", board)
    assert "Unproven" in one
    assert "The published sentence has changed since it was mapped." in one
    assert "Unproven" not in page(checked, "/admin/promises/P37")


def test_a_promise_stands_in_its_paragraph_with_its_days_when_it_is_opened(checked) -> None:
    now = utcnow()
    checked.add(
        PromiseResult(promise="P38", at=now - timedelta(days=3), state="holds", figure=0),
        PromiseResult(promise="P38", at=now - timedelta(days=2), state="broken", figure=4),
        PromiseResult(promise="P38", at=now - timedelta(days=2, seconds=1), state="holds", figure=0),
        PromiseResult(promise="P38", at=now - timedelta(days=31), state="broken", figure=9),
        PromiseResult(promise="P37", at=now - timedelta(days=2), state="broken", figure=7),
    )

    html = checked.sign_in("compliance").get("/admin/promises/P38").get_data(as_text=True)

    days = re.findall(r'data-label="State">(\w+)</td><td role="cell" class="num" data-label="Figure">(\d+)', html)
    assert "<mark>This will be done by the support engineer assigned to that issue only.</mark>" in html
    assert "when - and only when - you encounter a system error" in html
    assert days == [("Holds", "0"), ("Broken", "4"), ("Holds", "0")]


@pytest.mark.parametrize("no", ["P0", "P62", "P99", "p38", "38", "x" * 26])
def test_a_promise_is_the_same_404_when_there_is_none(checked, no: str) -> None:
    client = checked.sign_in("compliance")

    with time_machine.travel(utcnow(), tick=False):  # a form's token tells the second
        answer, absent = client.get(f"/admin/promises/{no}"), client.get("/admin/promises/P61x")

    assert answer.status_code == absent.status_code == 404
    assert re.sub(r'nonce="[^"]*"', "", answer.get_data(as_text=True)) == re.sub(
        r'nonce="[^"]*"', "", absent.get_data(as_text=True)
    )


def test_all_are_checked_and_recorded_when_the_button_is_pressed(world) -> None:
    client = world.sign_in("compliance")

    answer = post(client, "/admin/promises/check/now")

    events = world.all(select(AccessRecord.event, AccessRecord.count).where(AccessRecord.event == "promises_checked"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/promises/")
    assert "Checked. 2 promises are broken; 0 of them have broken since they were mapped." in text_of(
        client.get("/admin/promises/")
    )
    assert len(world.all(select(PromiseStanding.promise))) == events[0][1]


def test_one_is_checked_alone_when_its_button_is_pressed(world) -> None:
    client = world.sign_in("compliance")
    world.set(Staff, world.staff["rep"], email="rep@elsewhere.example")

    answer = post(client, "/admin/promises/check/now", promise="P54")

    shown = text_of(client.get(answer.headers["Location"]))
    assert world.all(select(PromiseStanding.promise, PromiseStanding.state)) == [("P54", "broken")]
    assert "P54 was checked: it is broken." in shown
    assert "elsewhere" not in shown


@pytest.mark.parametrize("promise", ["P21", "P99", "P22", "'"])
def test_nothing_is_checked_when_a_promise_has_no_check(world, promise: str) -> None:
    answer = post(world.sign_in("compliance"), "/admin/promises/check/now", promise=promise)

    assert answer.status_code == 404
    assert world.all(select(PromiseResult.number)) == []


@pytest.mark.parametrize("who", ["rep", "support", "sysadmin"])
def test_board_is_refused_when_the_role_has_no_part_in_it(checked, who: str) -> None:
    client = checked.sign_in(who)

    assert client.get("/admin/promises/").status_code == 403
    assert client.get("/admin/promises/P38").status_code == 403
    assert post(client, "/admin/promises/check/now").status_code == 403

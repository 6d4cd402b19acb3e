"""What stands around every page: who I am, where I may go, language, colours, and moments in the company's zone."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from dashboard import frame
from models import Staff, utcnow
from tests.world import World, post

PLACES = {
    "rep": ["My work", "Contact requests", "Statistics", "My looks", "Why may I see it?"],
    "support": ["My work", "Tickets", "Subject requests", "Accounts", "Statistics", "My looks", "Why may I see it?"],
    "sysadmin": [
        "My work",
        "Onboarding",
        "Retention",
        "Staff and tokens",
        "Jobs",
        "Statistics",
        "My looks",
        "Why may I see it?",
    ],
    "compliance": [
        "My work",
        "Subject requests",
        "Retention",
        "Promises",
        "Access log",
        "Statistics",
        "Processors",
        "Evidence",
        "Access matrix",
        "My looks",
        "Why may I see it?",
    ],
}
"""Written by hand: what the published policy lets each role have a page for."""
MOMENT = datetime(2026, 11, 23, 23, 42, 7, tzinfo=UTC)  # 00:42:07 on the 24th in Amsterdam


def navigation(text: str) -> list[tuple[str, str]]:
    """Return the words and addresses of the navigation of a page."""
    nav = re.search(r'<nav class="nav".*?</nav>', text, re.DOTALL)
    found = re.findall(r'<a href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?([^<]+)', nav[0], re.DOTALL) if nav else []
    return [(label.strip(), url) for url, label in found]


@pytest.mark.parametrize("name", PLACES)
def test_navigation_leads_only_where_the_role_may_go_when_signed_in(world: World, name):
    client = world.sign_in(name)

    places = navigation(client.get("/admin/").text)

    assert [label for label, _url in places] == PLACES[name]
    assert {client.get(url).status_code for _label, url in places} == {200}


@pytest.mark.parametrize("name", PLACES)
def test_every_other_place_is_refused_when_its_address_is_typed(world: World, name):
    client = world.sign_in(name)
    mine = {url for _label, url in navigation(client.get("/admin/").text)}
    every = {url for other in PLACES for _label, url in navigation(world.sign_in(other).get("/admin/").text)}

    answers = {url: client.get(url).status_code for url in every - mine}

    assert set(answers.values()) == {403}


def test_the_place_where_one_is_is_marked_when_a_page_shows(world: World):
    page = world.sign_in("support").get("/admin/tickets/write").text

    marked = re.findall(r'<a href="([^"]+)" aria-current="page"', page)
    assert marked == ["/admin/tickets/"]


def test_nobody_is_named_when_nobody_is_signed_in(world: World):
    page = world.app.test_client().get("/login").text

    assert navigation(page) == []
    assert "Sign out" not in page
    assert "/admin/preferences" not in page


def test_the_page_says_who_i_am_when_signed_in(world: World):
    page = world.sign_in("sysadmin").get("/admin/").text

    assert '<span class="role">System administrator</span> <span class="who">Sysadmin</span>' in page


def test_a_name_stays_text_when_it_holds_markup(world: World):
    world.set(Staff, world.staff["rep"], name="<b>Rep</b>")

    page = world.sign_in("rep").get("/admin/").text

    assert "<b>Rep</b>" not in page


@pytest.mark.parametrize(
    ("accept", "language"), [("nl", "nl"), ("nl-BE,nl;q=0.9", "nl"), ("fr", "en"), ("", "en"), ("x" * 999, "en")]
)
def test_the_browser_decides_when_no_language_was_chosen(world: World, accept, language):
    answer = world.app.test_client().get("/login", headers={"Accept-Language": accept})

    assert f'<html lang="{language}"' in answer.text


def test_the_chosen_language_wins_when_the_browser_asks_for_another(world: World):
    client = world.sign_in("rep")

    answer = post(client, "/admin/preferences/language", language="nl")
    page = client.get("/admin/", headers={"Accept-Language": "en"})

    assert answer.status_code == 303
    assert '<html lang="nl"' in page.text
    assert world.sign_in("rep2").get("/admin/").text.count('lang="nl"') == 1  # the button that offers it


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_stays_with_the_staff_member_when_chosen(world: World, theme):
    client = world.sign_in("rep")

    post(client, "/admin/preferences/theme", theme=theme)
    mine, theirs = client.get("/admin/"), world.sign_in("rep2").get("/admin/")
    post(client, "/admin/preferences/theme", theme="")

    assert f'data-theme="{theme}"' in mine.text
    assert "data-theme" not in theirs.text
    assert "data-theme" not in client.get("/admin/").text


@pytest.mark.parametrize(
    ("what", "value"), [("language", "fr"), ("language", ""), ("theme", "pink"), ("theme", "x" * 9999)]
)
def test_a_choice_is_refused_when_it_is_none(world: World, what, value):
    client = world.sign_in("rep")

    answer = post(client, f"/admin/preferences/{what}", **{what: value})

    assert answer.status_code == 400
    assert "data-theme" not in client.get("/admin/").text


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/admin/tickets/", "/admin/tickets/"),
        ("", "/admin/"),
        ("https://evil.example/admin/", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("/admin/\\evil.example", "/admin/"),
        ("/admin/..//evil.example", "/admin/"),
        ("/admin/\r\nSet-Cookie: x=y", "/admin/"),
        ("/login", "/admin/"),
    ],
)
def test_a_switch_leads_back_only_within_the_house_when_pressed(world: World, back, to):
    answer = post(world.sign_in("support"), "/admin/preferences/theme", theme="dark", back=back)

    assert (answer.status_code, answer.location) == (303, to)


def test_a_page_offers_the_way_back_to_itself_when_a_switch_is_pressed(world: World):
    page = world.sign_in("support").get("/admin/tickets/?tab=free").text

    assert page.count('name="back" value="/admin/tickets/"') == 2


@pytest.fixture
def told(world: World):
    """Call one of the frame's functions as a page in a language does."""

    def call(function, *arguments, language: str = "en") -> str:
        with world.app.test_request_context(headers={"Accept-Language": language}):
            return str(function(*arguments))

    return call


@pytest.mark.parametrize(
    ("function", "english", "dutch"),
    [
        (frame.day, "24 November 2026", "24 november 2026"),
        (frame.clock, "00:42", "00:42"),
        (frame.clock_seconds, "00:42:07", "00:42:07"),
        (frame.day_time, "24 November 2026, 00:42", "24 november 2026, 00:42"),
    ],
)
def test_moments_are_told_in_the_companys_zone_when_shown(told, function, english, dutch):
    assert (told(function, MOMENT), told(function, MOMENT, language="nl")) == (english, dutch)
    assert told(function, None) == "–"


@pytest.mark.parametrize(("month", "clock"), [(1, "13:00"), (7, "14:00")])
def test_the_clock_follows_summer_time_when_the_company_does(told, month, clock):
    assert told(frame.clock, datetime(2026, month, 1, 12, tzinfo=UTC)) == clock


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"), (58_800, "16 h 20 min"),
        (172_799, "47 h 59 min"), (172_800, "2 days"), (8_640_000, "100 days"), (-3, "0 s"), (-7200, "0 s"),
    ],
)  # fmt: skip
def test_a_span_says_as_much_as_a_reader_needs_when_told(told, seconds, words):
    assert told(frame.span, seconds) == words


def test_a_moment_is_so_long_ago_when_it_has_passed(told):
    assert told(frame.ago, utcnow() - timedelta(minutes=34, seconds=5)) == "34 min ago"
    assert told(frame.ago, None) == "–"

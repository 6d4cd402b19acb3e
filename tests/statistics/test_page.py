"""The page of the statistics: fixed reports for all staff, and nothing of a group too small."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from time_machine import travel

from models import AccessRecord, UsageFigure, UsageWeek, WebsiteFigure, db, new_id
from tests.statistics.nights import SETTLED, WEEK, company, night, use

URL = "/admin/statistics/"
STAFF = ("rep", "support", "sysadmin", "compliance")
NONCE = re.compile(r"nonce[-=]\"?[\w-]+|name=\"csrf_token\"[^>]*value=\"[^\"]+")


@pytest.fixture
def used(world):
    """A week with figures: one company that may be named, four whose people are too few."""
    made = {name: company(world, name, people) for name, people in (("large", 12), ("a", 4), ("b", 4), ("c", 4))}
    for _company, accounts in made.values():
        use(world, accounts, times=2)
    use(world, made["a"][1], what=("Reports", "shared"))
    night(world)
    return made


def page(world, url: str = URL, who: str = "rep"):
    with travel(SETTLED, tick=False):
        return world.sign_in(who).get(url)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)))


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("report", ["usage", "companies", "website"])
def test_every_role_reads_every_report_when_signed_in(world, used, who: str, report: str) -> None:
    answer = page(world, f"{URL}?report={report}", who)

    assert answer.status_code == 200
    assert "No personal data on this page." in text_of(answer)


def test_nobody_reads_them_when_not_signed_in(world, used) -> None:
    answer = world.app.test_client().get(URL)

    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login")


def test_figures_are_shown_when_groups_are_large(world, used) -> None:
    text = text_of(page(world))

    assert "Reports" in text
    assert "25 people , 50 uses" in re.sub(r"\s+", " ", text)


def test_action_of_few_is_not_shown_when_others_are(world, used) -> None:
    text = text_of(page(world))

    assert "opened" in text
    assert "shared" not in text


def test_figures_not_shown_say_so_and_why_when_a_week_has_none(world, used) -> None:
    world.add(UsageWeek(week=WEEK - timedelta(days=7)))

    html = page(world).get_data(as_text=True)

    assert html.count(">not shown<") == 2
    assert 'class="hatch"' in html
    assert "fewer than 5 people (10 across companies)" in html


def test_chart_tells_its_story_when_it_is_not_seen(world, used) -> None:
    html = page(world).get_data(as_text=True)

    charts = re.findall(r'<svg class="chart" role="img"[^>]* aria-labelledby="(\S+) (\S+)"', html)

    assert len(charts) == 2
    assert all(f'<title id="{title}">' in html and f'<desc id="{desc}">' in html for title, desc in charts)
    assert "From 7 September 2026 to 7 September 2026: between 25 and 25 people a week." in html
    assert len({name for pair in charts for name in pair}) == 4


def test_company_is_offered_and_shown_when_it_is_large_enough(world, used) -> None:
    large = used["large"][0]

    html = page(world).get_data(as_text=True)
    text = text_of(page(world, f"{URL}?company={large.id}"))

    assert re.findall(r'<option value="(\w{26})"', html) == [large.id]
    assert "CNRY-company-large" in text
    assert "10 people , 25 uses" in text


def not_found(world, url: str) -> tuple[int, str]:
    answer = page(world, url)
    headers = sorted((k, v) for k, v in answer.headers if k not in {"Date", "X-Request-Id", "Set-Cookie"})
    return answer.status_code, NONCE.sub("", f"{headers}{answer.get_data(as_text=True)}")


def test_small_company_is_answered_like_an_unknown_one_when_asked_for(world, used) -> None:
    unknown = not_found(world, f"{URL}?company={new_id()}")

    small = not_found(world, f"{URL}?company={used['a'][0].id}")

    assert unknown[0] == 404
    assert small == unknown


@pytest.mark.parametrize(
    "query",
    [
        "weeks=5", "weeks=013", "weeks=", "weeks=4%27", "weeks=99999999999999999999", "report=raw", "report=",
        "company=everyone", "company=rest", "company=x", "weeks=٤",
    ],
)  # fmt: skip
def test_unknown_report_or_period_is_answered_like_an_unknown_company_when_asked_for(world, used, query: str) -> None:
    unknown = not_found(world, f"{URL}?company={new_id()}")

    assert not_found(world, f"{URL}?{query}") == unknown


def test_companies_stand_side_by_side_when_they_may_be_named(world, used) -> None:
    text = text_of(page(world, f"{URL}?report=companies"))

    assert "CNRY-company-large 10 people" in text
    assert "All other companies together 10 people" in text
    assert not re.search("CNRY-company-[abc]", text)


@pytest.mark.parametrize("report", ["usage", "companies"])
def test_empty_page_says_what_to_do_when_no_week_has_figures(world, report: str) -> None:
    text = text_of(page(world, f"{URL}?report={report}"))

    assert "three days after it ends" in text


def test_website_is_shown_in_whole_weeks_when_figures_came_in(world) -> None:
    for place, visits in (("/", 120), ("/pricing", 40), ("/jobs", 6), ("/rare", 7)):
        world.add(WebsiteFigure(day=WEEK + timedelta(days=2), week=WEEK, page=place, visits=visits))
    world.add(WebsiteFigure(day=date(2026, 9, 15), week=date(2026, 9, 14), page="/this-week", visits=500))

    text = text_of(page(world, f"{URL}?report=website&weeks=4"))

    assert re.search(r"All pages( not shown){3} 175 visits", text)
    assert re.search(r"/pricing( not shown){3} 40 visits", text)
    assert re.search(r"All other pages together( not shown){3} 15 visits", text)
    assert "/rare" not in text
    assert "/this-week" not in text


def test_website_says_how_to_import_when_there_is_nothing(world) -> None:
    assert "flask import website-statistics" in text_of(page(world, f"{URL}?report=website"))


def test_look_is_not_recorded_when_it_shows_nobody(world, used) -> None:
    page(world)

    assert world.all(select(AccessRecord.event)) == []


def test_page_reads_figures_alone_when_it_is_shown(world, used) -> None:
    statements: list[str] = []
    with world.app.app_context():
        listen = lambda *given: statements.append(given[2])  # noqa: E731 - to be removed again by its name
        event.listen(db.engine, "before_cursor_execute", listen)
        for report in ("usage", "companies", "website"):
            page(world, f"{URL}?report={report}")
        event.remove(db.engine, "before_cursor_execute", listen)

    read = {name for s in statements for name in re.findall(r"(?:FROM|JOIN) (\w+)", s)}

    assert read <= {"staff", "staff_session", "usage_figure", "usage_week", "usage_company", "website_figure", "role"}


def test_page_is_dutch_when_the_reader_is(world, used) -> None:
    world.app.test_client()
    with travel(SETTLED, tick=False):
        text = text_of(world.sign_in("rep").get(URL, headers={"Accept-Language": "nl"}))

    assert "niet getoond" in text or "Niet getoond" in text
    assert "Statistieken" in text


def test_figures_of_other_groups_are_kept_apart_when_a_company_is_chosen(world, used) -> None:
    world.add(UsageFigure(scope=new_id(), week=WEEK, feature="Secret", action="seen", people=700, uses=700))

    for query in ("", f"?company={used['large'][0].id}", "?report=companies"):
        assert "700" not in text_of(page(world, URL + query))

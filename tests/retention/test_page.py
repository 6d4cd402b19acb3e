"""The retention pages: the outcome first, from the data; run now once, held against what was shown; pause with an end."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from sqlalchemy import func, select

from models import AccessRecord, Heartbeat, RetentionPause, RetentionRun, UsageEvent
from tests.retention.aged import DAY, NAMES, night, old, plant, runs
from tests.world import post

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
URL = "/admin/retention/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def html_of(world, url: str = URL, who: str = "sysadmin") -> str:
    answer = world.sign_in(who).get(url)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)))


def figure(html: str) -> str:
    return words(re.search(r'<p class="figure (figure-\w+)">(.*?)</p>', html, re.DOTALL)[0]).strip()


@pytest.mark.parametrize("who", ["sysadmin", "compliance"])
def test_page_says_zero_overdue_when_nothing_is(world, who: str):
    world.add(Heartbeat(process="scheduler", at=NOW - timedelta(seconds=14)))
    plant(world, "usage_events", old("usage_events", NOW))

    html = html_of(world, who=who)

    assert figure(html) == "0 overdue"
    assert "figure-ok" in html
    assert "alive 14 s ago" in words(html)
    assert all(f"name={name}" in html for name in NAMES)
    assert "not in the policy: owner’s decision" in words(html)


def test_page_is_red_when_a_row_is_overdue_whatever_the_runs_say(world):
    night(world)
    plant(world, "usage_events", old("usage_events", NOW - 2 * DAY))

    html = html_of(world)

    assert figure(html) == "1 overdue"
    assert "figure-bad" in html
    assert "Something is kept longer than was said." in html


def test_page_says_the_scheduler_is_silent_when_it_is(world):
    world.add(Heartbeat(process="scheduler", at=NOW - timedelta(minutes=6)))

    assert "silent: nothing runs by itself" in words(html_of(world))


def test_page_shows_each_coming_night_when_rows_become_due(world):
    at_night = NOW.replace(hour=2)
    for days, count in ((1, 3), (2, 1), (9, 2)):
        for _n in range(count):
            plant(world, "usage_events", old("usage_events", at_night + days * DAY))

    html = html_of(world)

    heights = [float(h) for h in re.findall(r'<rect class="bar[^>]* height="([\d.]+)"', html)]
    rows = re.findall(r"scope=\"row\">(\w{3} \d+ \w{3})</th>\s*<td[^>]*>(\d+)<", html)
    assert (len(heights), sum(h > 0 for h in heights)) == (30, 3)
    assert [(day, count) for day, count in rows if count != "0"] == [
        ("Thu 26 Nov", "3"),
        ("Fri 27 Nov", "1"),
        ("Fri 4 Dec", "2"),
    ]
    assert max(heights) == heights[0]


def test_preview_counts_per_rule_when_rows_become_due(world):
    plant(world, "messages", old("messages", NOW + DAY))
    plant(world, "messages", old("messages", NOW + 20 * DAY))

    text = words(html_of(world, URL + "preview"))

    assert re.search(r"Messages deleted 1 1 2", text)
    assert "all day, by a job that runs every few minutes" in text


def confirm(world, name: str = "usage_events", *, shown: int = 1, word: str = "RUN", who: str = "sysadmin"):
    return post(world.sign_in(who), URL + "run", rule=name, shown=shown, word=word)


def test_run_now_deletes_what_was_shown_when_it_is_confirmed(world):
    plant(world, "usage_events", old("usage_events", NOW))
    plant(world, "usage_events", NOW)

    answer = confirm(world)
    night(world)

    first = world.all(select(func.min(RetentionRun.number)))[0][0]
    event = world.all(select(AccessRecord.event, AccessRecord.reason, AccessRecord.case_ref))
    assert answer.status_code == 303
    assert world.all(select(func.count()).select_from(UsageEvent)) == [(1,)]
    assert [tuple(row) for row in event] == [("retention_run_asked", "usage_events", f"run {first}")]
    assert runs(world, "usage_events")[0][:2] == ("done", 1)


def test_run_now_is_one_run_when_it_is_pressed_twice(world):
    plant(world, "usage_events", old("usage_events", NOW))

    first, second = confirm(world), confirm(world, who="sysadmin2")

    assert (first.status_code, second.status_code) == (303, 303)
    assert world.all(select(RetentionRun.rule, RetentionRun.asked_by)) == [("usage_events", world.staff["sysadmin"])]
    assert len(world.all(select(AccessRecord.number))) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"word": "run"}, "Type RUN to confirm."),
        ({"word": ""}, "Type RUN to confirm."),
        ({"name": "diary"}, "Choose a rule."),
        ({"name": "sessions"}, "Choose a rule."),
    ],
)
def test_run_now_comes_back_with_a_reason_when_it_is_not_confirmed(world, given, says: str):
    plant(world, "usage_events", old("usage_events", NOW))

    answer = confirm(world, **given)

    assert answer.status_code == 200
    assert says in words(answer.get_data(as_text=True))
    assert world.all(select(RetentionRun.number)) == []


def test_run_now_is_held_to_what_is_due_when_a_larger_number_is_sent(world):
    plant(world, "usage_events", old("usage_events", NOW))

    answer = confirm(world, shown=int("9" * 11))

    assert answer.status_code == 303
    assert world.all(select(RetentionRun.previewed)) == [(1,)]


@pytest.mark.parametrize("shown", ["0", "", "-5", "many", "9" * 40])
def test_run_now_shows_the_new_number_when_many_more_rows_became_due_meanwhile(world, monkeypatch, shown: str):
    monkeypatch.setattr("dashboard.services.retention.asking.most", lambda previewed, _rule: previewed)
    for _n in range(3):
        plant(world, "usage_events", old("usage_events", NOW))

    answer = confirm(world, shown=shown)

    text = answer.get_data(as_text=True)
    assert "Meanwhile 3 rows are due." in words(text)
    assert 'name="shown" type="hidden" value="3"' in text
    assert world.all(select(RetentionRun.number)) == []


def test_rule_is_paused_until_the_day_ends_when_a_reason_and_an_end_are_given(world):
    plant(world, "usage_events", old("usage_events", NOW))

    answer = post(
        world.sign_in("sysadmin"), URL + "pause", rule="usage_events", reason="legal_hold", until="2026-11-30"
    )
    night(world)
    page = words(html_of(world, URL + "rule?name=usage_events"))

    pause = world.all(select(RetentionPause.ends_at, RetentionPause.paused_by))[0]
    assert answer.status_code == 303
    assert tuple(pause) == (datetime(2026, 11, 30, 23, tzinfo=UTC), world.staff["sysadmin"])
    assert world.all(select(func.count()).select_from(UsageEvent)) == [(1,)]
    assert "This rule is paused." in page
    assert [row[0] for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))] == [
        "retention_paused"
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reason": ""}, "Choose a reason."),
        ({"reason": "because"}, "Choose a reason."),
        ({"until": ""}, "Choose a day within the next 30 days."),
        ({"until": "soon"}, "Choose a day within the next 30 days."),
        ({"until": "2026-11-24"}, "Choose a day within the next 30 days."),
        ({"until": "2026-12-26"}, "Choose a day within the next 30 days."),
        ({"rule": "diary"}, "Choose a rule."),
    ],
)
def test_pause_comes_back_with_a_reason_when_something_is_amiss(world, given, says: str):
    data = {"rule": "tickets", "reason": "repair", "until": "2026-12-25", **given}

    answer = post(world.sign_in("sysadmin"), URL + "pause", **data)

    assert says in words(answer.get_data(as_text=True))
    assert world.all(select(RetentionPause.number)) == []


def test_second_pause_is_refused_while_the_first_holds_and_taken_when_it_is_over(world, clock):
    client, data = world.sign_in("sysadmin"), {"rule": "tickets", "reason": "repair"}
    post(client, URL + "pause", **data, until="2026-11-25")

    second = post(client, URL + "pause", **data, until="2026-11-26")
    clock.shift(DAY)
    third = post(world.sign_in("sysadmin"), URL + "pause", **data, until="2026-11-26")

    assert "This rule is paused already." in words(second.get_data(as_text=True))
    assert third.status_code == 303
    assert len(world.all(select(RetentionPause.number))) == 2


def test_pause_ends_when_it_is_lifted(world):
    client = world.sign_in("sysadmin")
    post(client, URL + "pause", rule="usage_events", reason="repair", until="2026-11-30")
    plant(world, "usage_events", old("usage_events", NOW))

    lifted = post(client, URL + "lift", rule="usage_events")
    again = post(client, URL + "lift", rule="usage_events")
    night(world)

    assert (lifted.status_code, again.status_code) == (303, 303)
    assert [row[0] for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))] == [
        "retention_paused",
        "retention_pause_lifted",
    ]
    assert runs(world, "usage_events") == [("done", 1, None)]


@pytest.mark.parametrize("path", ["run", "pause", "lift"])
def test_compliance_reads_and_changes_nothing_when_it_tries(world, path: str):
    page = html_of(world, URL + "rule?name=tickets", who="compliance")

    answer = post(world.sign_in("compliance"), URL + path, rule="tickets", word="RUN", shown="0")

    assert answer.status_code == 403
    assert '<form method="post" action="/admin/retention' not in page
    assert world.all(select(RetentionRun.number)) == []


@pytest.mark.parametrize("who", ["rep", "support"])
def test_page_is_refused_when_the_role_has_no_part_in_it(world, who: str):
    assert world.sign_in(who).get(URL).status_code == 403


def test_rule_that_is_none_is_not_found_when_it_is_asked_for(world):
    assert world.sign_in("sysadmin").get(URL + "rule?name=diary").status_code == 404


def test_bars_move_and_end_when_a_run_does(world):
    client = world.sign_in("sysadmin")
    plant(world, "usage_events", old("usage_events", NOW))
    confirm(world)

    moving, page = client.get(URL + "progress"), html_of(world)
    night(world)
    ended = client.get(URL + "progress")

    assert (moving.status_code, ended.status_code) == (200, 286)
    assert 'hx-get="/admin/retention/progress"' in moving.get_data(as_text=True)
    assert "<progress" in page
    assert ended.headers["HX-Refresh"] == "true"
    assert "<progress" not in html_of(world)


def test_stopped_run_says_both_numbers_and_what_to_do_when_its_page_is_opened(world):
    world.add(
        RetentionRun(
            rule="usage_events", period="2026-11-25", state="stopped", because="more_than_preview", previewed=12963,
            found=14210, before=NOW, planned_at=NOW, ended_at=NOW,
        )
    )  # fmt: skip

    page, front = words(html_of(world, URL + "rule?name=usage_events")), html_of(world)

    assert "Stopped: 14210 rows found, preview said 12963." in page
    assert "A run stopped and asks a person." in front


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("path", ["", "preview", *(f"rule?name={name}" for name in NAMES)])
def test_every_page_is_whole_when_there_is_everything_to_show(world, language: str, path: str):
    client = world.sign_in("sysadmin")
    for state, facts in (("done", {"ended_at": NOW}), ("stopped", {"ended_at": NOW, "because": "clock_ahead"})):
        world.add(
            RetentionRun(rule="tickets", period=state, state=state, previewed=1, before=NOW, planned_at=NOW, **facts)
        )
    world.add(
        RetentionRun(
            rule="messages", period="x", state="failed", error="OSError", previewed=1, before=NOW, planned_at=NOW
        )
    )
    world.add(RetentionPause(rule="accounts", reason="repair", paused_by=world.staff["sysadmin"], ends_at=NOW + DAY))
    plant(world, "tickets", old("tickets", NOW - 2 * DAY))

    answer = client.get(URL + path, headers={"Accept-Language": language})

    assert answer.status_code == 200


def test_page_says_the_day_and_not_the_second_when_it_shows_the_oldest_row(world):
    clock = old("usage_events", NOW) - timedelta(hours=3, minutes=17)
    plant(world, "usage_events", clock)

    for path in ("", "rule?name=usage_events"):
        html = html_of(world, URL + path)
        assert 'datetime="2024-11-24"' in html
        assert "20:42" not in html
        assert f"{clock:%H:%M}" not in html

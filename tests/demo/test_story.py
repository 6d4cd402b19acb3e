"""The story fits the contract, is the same each time, and reads like life."""

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.demo.companies import CUSTOMERS
from dashboard.demo.properties import PROPERTIES
from dashboard.demo.story import MESSAGE_TYPES, tell
from tests.demo.shapes import bodies, event_fields, events_of, fields, kind_of, wrong_in

ORDER = [
    *("companies", "accounts", "companies", "first-sign-in", "usage-events"),
    *("errors", "tickets", "contact-requests", "deactivate", "cancel"),
]


def at(text):
    return datetime.fromisoformat(text)


def test_story_when_told_twice_is_the_same(now):
    first = list(tell(now=now, accounts=20, events=900))

    second = list(tell(now=now, accounts=20, events=900))

    assert first == second


def test_story_when_told_from_another_seed_is_another(now, small_story):
    other = list(tell(now=now, seed=1, accounts=8, events=300))

    assert not {call.path for call in small_story if "/accounts/" in call.path} & {call.path for call in other}


def test_story_when_small_is_quick_and_exact(now):
    begun = time.perf_counter()

    calls = list(tell(now=now, accounts=8, events=300))

    assert time.perf_counter() - begun < 1
    assert len(events_of(calls)) == 300
    assert sum(kind_of(call) == "accounts" for call in calls) == 8


def test_story_when_smaller_than_its_fixed_sessions_tells_only_those(now):
    calls = list(tell(now=now, accounts=1, events=0))

    assert 0 < len(events_of(calls)) < 60


def test_story_when_now_has_no_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        next(tell(now=datetime(2026, 11, 24)))  # noqa: DTZ001 - the point


def test_story_when_whole_has_the_promised_size(whole_story):
    kinds = Counter(map(kind_of, whole_story))

    assert len(CUSTOMERS) == 40
    assert kinds["companies"] == 80  # each once without and once with its administrators
    assert kinds["accounts"] == 800
    assert len(events_of(whole_story)) == 12_000
    assert (kinds["errors"], kinds["tickets"], kinds["contact-requests"]) == (120, 60, 70)
    assert (kinds["deactivate"], kinds["cancel"]) == (24, 1)
    assert kinds["preferences"] > 200


def test_story_when_played_comes_in_an_order_the_api_accepts(whole_story):
    kinds = [kind_of(call) for call in whole_story if kind_of(call) != "preferences"]

    changes = [kind for kind, before in zip(kinds, [None, *kinds[:-1]], strict=True) if kind != before]

    assert changes == ORDER


def test_calls_when_held_against_the_surface_have_its_shape(whole_story, now):
    shapes = fields(now)

    wrong = [
        (call.path, wrong_in(call.body, *shapes[kind_of(call)]))
        for call in whole_story
        if kind_of(call) != "preferences" and wrong_in(call.body, *shapes[kind_of(call)])
    ]

    assert wrong == []
    assert {tuple(body) for body in bodies(whole_story, "preferences")} == {MESSAGE_TYPES}


def test_events_when_held_against_the_surface_have_its_shape(whole_story, now):
    shape = event_fields(now)

    wrong = [(event["id"], wrong_in(event, *shape)) for event in events_of(whole_story)]

    assert [entry for entry in wrong if entry[1]] == []


def test_events_when_in_batches_come_by_time(whole_story):
    moments = [at(event["occurred_at"]) for event in events_of(whole_story)]

    assert moments == sorted(moments)


def test_ids_when_told_are_unique(whole_story):
    lists = {
        "accounts": [call.path for call in whole_story if kind_of(call) == "accounts"],
        "emails": [body["email"] for body in bodies(whole_story, "accounts")],
        "events": [event["id"] for event in events_of(whole_story)],
        "errors": [body["id"] for body in bodies(whole_story, "errors")],
        "forms": [body["external_id"] for body in bodies(whole_story, "contact-requests")],
        "tickets": [call.idempotency_key for call in whole_story if kind_of(call) == "tickets"],
    }

    twice = {name for name, ids in lists.items() if len(set(ids)) != len(ids)}

    assert twice == set()
    assert None not in lists["tickets"]


def test_names_when_told_never_stand_in_a_path_or_an_event(whole_story):
    names = {body[key].lower() for body in bodies(whole_story, "accounts") for key in ("first_name", "last_name")}
    words = {name for name in names if len(name) > 3}
    said = {
        str(value)
        for event in events_of(whole_story)
        for value in (event["feature"], event["action"], *event.get("properties", {}).values())
    }

    text = " ".join(said | {call.path for call in whole_story}).lower()

    assert not re.search(r"@|\+\d{2}|\b0\d{8,}", text)
    assert not words & set(re.findall(r"\w+", text))


def test_properties_when_used_are_all_on_the_allow_list_and_all_of_it_is_used(whole_story):
    used = {key for event in events_of(whole_story) for key in event.get("properties", {})}

    assert used == {key for key, _ in PROPERTIES}


def test_names_when_told_have_the_awkward_cases(whole_story):
    people = [f"{body['first_name']} {body['last_name']}" for body in bodies(whole_story, "accounts")]

    for part in ("'", "-", "van der ", "ł", "ß", "é", "ø", " y "):
        assert any(part in name for name in people), part
    assert max(map(len, people)) > 26


def test_companies_when_of_one_person_bear_its_name(whole_story):
    alone = [customer for customer in CUSTOMERS if customer.owner]
    companies = {body["name"]: call_id(whole_story, body["name"]) for body in bodies(whole_story, "companies")}

    staff = Counter(body["company"] for body in bodies(whole_story, "accounts"))

    assert len(alone) == 4
    assert all(staff[companies[customer.name]] == 1 for customer in alone)


def call_id(calls, name):
    return next(call.path for call in calls if kind_of(call) == "companies" and call.body["name"] == name).split("/")[
        -1
    ]


def test_accounts_when_helped_say_why_and_some_still_wait(whole_story):
    helped = {
        call.path for call in whole_story if kind_of(call) == "accounts" and call.body.get("set_up") == "needs_help"
    }
    came = {call.path.removesuffix("/first-sign-in") for call in whole_story if kind_of(call) == "first-sign-in"}

    assert 3 <= len(helped - came) < len(helped)
    assert all(call.body["reason"] for call in whole_story if call.path in helped and kind_of(call) == "accounts")


def test_deactivations_when_asked_by_an_administrator_name_one_of_the_same_company(whole_story):
    administrators = {
        call.path.split("/")[-1]: set(call.body["administrators"])
        for call in whole_story
        if kind_of(call) == "companies" and "administrators" in call.body
    }
    company = {c.path.split("/")[-1]: c.body["company"] for c in whole_story if kind_of(c) == "accounts"}

    asked = [(c.path.split("/")[4], c.body["requested_by"]) for c in whole_story if kind_of(c) == "deactivate"]

    assert Counter(by == "self" for _, by in asked) == {True: 14, False: 10}
    assert all(by in administrators[company[who]] for who, by in asked if by != "self")


def test_usage_when_an_account_has_ended_stops_before_it(whole_story):
    ended = {c.path.split("/")[4]: at(c.body["at"]) for c in whole_story if kind_of(c) == "deactivate"}

    late = [
        e["id"] for e in events_of(whole_story) if e["account"] in ended and at(e["occurred_at"]) > ended[e["account"]]
    ]

    assert late == []


def test_usage_when_told_begins_with_the_first_sign_in(whole_story):
    came = {c.path.split("/")[4]: at(c.body["at"]) for c in whole_story if kind_of(c) == "first-sign-in"}
    first = {}
    for event in events_of(whole_story):
        first.setdefault(event["account"], at(event["occurred_at"]))

    assert first == came


def test_usage_when_summed_has_the_rhythm_of_a_working_week(whole_story):
    moments = [at(event["occurred_at"]) for event in events_of(whole_story)]

    week, hours = Counter(m.weekday() for m in moments), Counter(m.hour for m in moments)

    assert min(week[day] for day in range(5)) > 1.3 * max(week[5], week[6])
    assert sum(hours[hour] for hour in range(6, 17)) > 0.85 * len(moments)
    assert sum(m > moments[-1] - timedelta(days=90) for m in moments) > 3 * sum(
        m < moments[0] + timedelta(days=90) for m in moments
    )


def test_errors_when_told_end_a_session_of_the_same_account(whole_story):
    lines = {}
    for event in events_of(whole_story):
        lines.setdefault((event["account"], event["session"]), []).append(event)

    for error in bodies(whole_story, "errors"):
        before = lines[error["account"], error["session"]]
        gap = at(error["occurred_at"]) - at(before[-1]["occurred_at"])
        assert timedelta(0) < gap < timedelta(minutes=3)
        assert len(before) >= 5
        assert before[0]["feature"] == "Sign-in"


def test_errors_when_told_have_an_earlier_session_in_the_day_before(whole_story):
    events = events_of(whole_story)

    for error in bodies(whole_story, "errors"):
        end = at(error["occurred_at"])
        other = [
            event
            for event in events
            if event["account"] == error["account"]
            and event["session"] != error["session"]
            and end - timedelta(hours=24) <= at(event["occurred_at"]) <= end
        ]
        assert other


def test_errors_when_counted_are_mostly_young(whole_story, now):
    ages = [now - at(body["occurred_at"]) for body in bodies(whole_story, "errors")]

    assert sum(age < timedelta(hours=48) for age in ages) == 12
    assert sum(age < timedelta(days=36) for age in ages) > 70
    assert len({body["code"] for body in bodies(whole_story, "errors")}) >= 10


def test_tickets_when_about_an_error_come_after_it_from_the_same_account(whole_story):
    errors = {body["id"]: body for body in bodies(whole_story, "errors")}
    about = [body for body in bodies(whole_story, "tickets") if "error" in body]

    assert len(about) == 14
    for body in about:
        assert body["kind"] == "system_error"
        assert body["account"] == errors[body["error"]]["account"]
        assert at(body["written_at"]) > at(errors[body["error"]]["occurred_at"])
        assert errors[body["error"]]["code"] in body["subject"] + body["body"]


def test_tickets_when_told_speak_six_languages_and_leave_no_gap(whole_story):
    tickets = bodies(whole_story, "tickets")

    assert {body["language"] for body in tickets} == {"nl", "en", "fr", "de", "es", "pl"}
    assert Counter(body["kind"] for body in tickets) == {"question": 36, "deactivation": 10, "system_error": 14}
    assert not [body["subject"] for body in tickets if re.search(r"[{}]", body["subject"] + body["body"])]
    assert len({body["body"] for body in tickets if body["kind"] == "question"}) == 36


def test_tickets_when_told_come_from_accounts_still_active(whole_story):
    cancelled = {c.path.split("/")[4] for c in whole_story if kind_of(c) == "cancel"}
    gone = {c.path.split("/")[4] for c in whole_story if kind_of(c) == "deactivate"}
    gone |= {c.path.split("/")[-1] for c in whole_story if kind_of(c) == "accounts" and c.body["company"] in cancelled}

    assert gone
    assert not gone & {body["account"] for body in bodies(whole_story, "tickets")}


def test_submissions_when_told_have_one_field_too_many_nowhere(whole_story, now):
    forms = bodies(whole_story, "contact-requests")

    assert {tuple(sorted(form)) for form in forms} == {("email", "external_id", "name", "phone", "submitted_at")}
    assert sum(now - at(form["submitted_at"]) < timedelta(hours=48) for form in forms) >= 5
    assert {call.audience for call in whole_story if kind_of(call) == "contact-requests"} == {"website"}
    assert {call.audience for call in whole_story if kind_of(call) != "contact-requests"} == {"app"}


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 0, 3, tzinfo=UTC),  # a Sunday just begun
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # the clock goes forward
        datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
        datetime(2026, 1, 1, 23, 59, tzinfo=UTC),
    ],
)
def test_story_when_told_at_an_odd_moment_has_nothing_in_the_future_or_too_old(moment):
    calls = list(tell(now=moment, accounts=60, events=2_000))
    shapes = fields(moment)

    wrong = [c.path for c in calls if kind_of(c) != "preferences" and wrong_in(c.body, *shapes[kind_of(c)])]
    bad = [event["id"] for event in events_of(calls) if wrong_in(event, *event_fields(moment))]

    assert (wrong, bad) == ([], [])
    assert len(events_of(calls)) == 2_000

"""Whatever is sent: a precise refusal, never a 500, never an echo, nothing half written; on both databases."""

import json
from datetime import datetime

import pytest
from sqlalchemy import func, select

from models import (
    Account,
    AppError,
    AppMessage,
    Company,
    ContactRequest,
    IdempotencyRecord,
    SubjectRequest,
    Ticket,
    UsageEvent,
)
from tests.api.conftest import ago, failure, letter, person, submission

CANARY = "CNRY-sent-value"
FUTURE = "2099-01-01T00:00:00Z"
ANCIENT = "1999-12-31T23:59:59Z"
NO_MOMENTS = [
    FUTURE,
    ANCIENT,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-22",
    "2026-11-22T10:00:00",
    "1700000000",
    "2026-02-30T10:00:00Z",
    "2026-11-22T24:61:00Z",
    "2026-11-22T10:00:00+99:99",
    "now",
    "2026-11-22T10:00:00Z\x00",
]
WRITES = {
    "submission": ("POST", "/contact-requests", submission(), ContactRequest),
    "company": ("PUT", "/companies/co-9", {"name": "Nine", "administrators": ["ac-1"]}, Company),
    "cancellation": ("POST", "/companies/co-1/cancel", {"cancelled_at": ago(days=1)}, None),
    "account": ("PUT", "/accounts/ac-9", person("co-1", set_up="needs_help", reason="x"), Account),
    "first_sign_in": ("POST", "/accounts/ac-1/first-sign-in", {"at": ago(days=1)}, None),
    "deactivation": ("POST", "/accounts/ac-1/deactivate", {"requested_by": "self", "at": ago(days=1)}, None),
    "preferences": ("PUT", "/accounts/ac-1/preferences", {"data_alert": False}, None),
    "error": ("POST", "/errors", failure("ac-1", feature="Reports", message="Page 41"), AppError),
    "ticket": ("POST", "/tickets", letter("ac-1", language="nl", written_at=ago(hours=1)), Ticket),
    "message": (
        "POST",
        "/messages",
        {"id": "m-1", "account": "ac-1", "type": "report_ready", "cause": "report-7", "sent_at": ago(hours=1)},
        AppMessage,
    ),
    "subject_request": (
        "POST",
        "/subject-requests",
        {"kind": "removal", "email": "jean@courriel.example", "language": "nl"},
        SubjectRequest,
    ),
    "confirmation": ("POST", "/tickets/" + "a" * 26 + "/confirm", {"account": "ac-1", "at": ago(hours=1)}, None),
}
WRONG = [
    None,
    True,
    7,
    -1,
    1.5,
    10**30,
    [],
    {},
    [CANARY],
    {CANARY: 1},
    "",
    " ",
    "\x00",
    f"{CANARY}\x00",
    "\u202e",
    "x" * 30_000,
]
OPTIONAL_NULL = {
    ("company", "administrators"),
    ("account", "set_up"),
    ("account", "reason"),
    ("error", "session"),
    ("error", "feature"),
    ("error", "message"),
    ("ticket", "language"),
    ("ticket", "written_at"),
    ("subject_request", "language"),
}
TAKEN = {("company", "administrators"): [[], [CANARY]], ("preferences", "data_alert"): [True]}


@pytest.fixture
def send(app_machine, website, account):
    """Send one of WRITES, with its right token."""

    def go(name, body=None, **more):
        method, path, usual, _ = WRITES[name]
        machine = website if name == "submission" else app_machine
        return machine(method, path, usual if body is None else body, **more)

    return go


def _counts(world):
    tables = (
        ContactRequest,
        Company,
        Account,
        AppError,
        AppMessage,
        Ticket,
        UsageEvent,
        IdempotencyRecord,
        SubjectRequest,
    )
    return [world.all(select(func.count()).select_from(table))[0][0] for table in tables]


def _is_problem(answer, status=None):
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"].startswith("urn:need-to-know:problem:")
    assert answer.json["status"] == answer.status_code
    assert status is None or answer.status_code == status, answer.json
    assert CANARY.encode() not in answer.data
    assert "Set-Cookie" not in answer.headers
    return answer


@pytest.mark.parametrize("name", WRITES)
def test_field_when_it_holds_anything_unusable_is_named_and_not_repeated(world, send, name):
    before = _counts(world)

    for field, value in _wrong(name):
        answer = _is_problem(send(name, {**WRITES[name][2], field: value}), 422)

        assert all(m["field"].startswith((field, "body")) and m["message"] for m in answer.json["errors"]), value
    assert _counts(world) == before


def _wrong(name):
    for field in WRITES[name][2]:
        taken = TAKEN.get((name, field), []) + [None] * ((name, field) in OPTIONAL_NULL)
        yield from (
            (field, value) for value in WRONG if not any(value is t or (value == t and value != 1) for t in taken)
        )


@pytest.mark.parametrize("name", WRITES)
def test_body_when_it_has_an_unknown_property_is_refused_without_its_name(world, send, name):
    before = _counts(world)

    answer = _is_problem(send(name, {**WRITES[name][2], CANARY: CANARY, "ip": "1.2.3.4"}), 422)

    assert answer.json["errors"] == [
        {"field": "body", "message": "A property stands here that this call does not take."}
    ]
    assert _counts(world) == before


@pytest.mark.parametrize("name", [name for name in WRITES if name != "preferences"])
def test_body_when_a_required_field_is_missing_names_it(send, name):
    usual = WRITES[name][2]

    for field in usual.keys() - {field for n, field in OPTIONAL_NULL if n == name}:
        answer = _is_problem(send(name, {key: value for key, value in usual.items() if key != field}), 422)

        assert [mistake["field"] for mistake in answer.json["errors"]] == [field]


NO_BODIES = [
    (b"", 400),
    (b"{", 400),
    (b'{"name": ' + CANARY.encode(), 400),
    (b"\xff\xfe\x00", 400),
    (b'{"name": "\\ud800"}', 400),
    (b"[" * 200_000, 400),
    (b'{"a":' * 10_000, 400),
    (b'{"name": ' + b"9" * 100_000 + b"}", 400),
    (b'{"name": NaN}', 422),
    (b'{"name": 1e999999}', 422),
    (b"null", 422),
    (b"[]", 422),
    (b'"text"', 422),
    (b"{}", 422),
    (b" " * 2_097_153, 413),
]


@pytest.mark.parametrize("name", ["submission", "company", "ticket", "preferences"])
def test_body_when_it_is_no_usable_json_is_refused(world, send, name):
    before = _counts(world)

    for raw, status in NO_BODIES:
        if (name, raw) != ("preferences", b"{}"):  # choosing nothing is fine
            _is_problem(send(name, raw=raw), status)

    assert _counts(world) == before


def test_body_when_sent_in_pieces_past_the_limit_is_refused_not_cut(world, app_machine):
    """A body without a length is cut at the limit by the framework: what is left of it must not be read as JSON."""
    from io import BytesIO  # noqa: PLC0415

    ended = b'{"events": []}' + b" " * 2_097_152
    headers = {"Authorization": f"Bearer {app_machine.token}", "Content-Type": "application/json"}

    answer = app_machine.client.post(
        "/api/v1/usage-events", input_stream=BytesIO(ended), headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip

    _is_problem(answer, 413)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Encoding": "gzip"},
    ],
)
def test_body_when_it_is_not_announced_as_plain_json_is_refused(send, headers):
    answer = send("ticket", **headers)

    _is_problem(answer, 415)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("submission", "submitted_at"),
        ("cancellation", "cancelled_at"),
        ("first_sign_in", "at"),
        ("deactivation", "at"),
        ("error", "occurred_at"),
        ("ticket", "written_at"),
        ("confirmation", "at"),
    ],
)
def test_moment_when_future_ancient_or_not_a_moment_is_refused(world, send, name, field):
    before = _counts(world)

    for moment in NO_MOMENTS:
        answer = _is_problem(send(name, {**WRITES[name][2], field: moment}), 422)

        assert [mistake["field"] for mistake in answer.json["errors"]] == [field], moment
    assert _counts(world) == before


NO_ADDRESSES = [
    "no-at",
    "a@",
    "@b.example",
    "a@b",
    "a b@c.example",
    "a@b..example",
    "a@[1.2.3.4]",
    "a@b.example\n",
    "a" * 250 + "@b.example",
]


@pytest.mark.parametrize("name", ["submission", "account"])
def test_address_when_it_cannot_be_one_is_refused(send, name):
    for email in NO_ADDRESSES:
        answer = _is_problem(send(name, {**WRITES[name][2], "email": email}), 422)

        assert [mistake["field"] for mistake in answer.json["errors"]] == ["email"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/companies/{}", {"name": "x"}),
        ("PUT", "/accounts/{}", person("co-1")),
        ("PUT", "/accounts/{}/preferences", {}),
        ("GET", "/preferences/{}", None),
        ("POST", "/accounts/{}/first-sign-in", {"at": ago(hours=1)}),
        ("POST", "/companies/{}/cancel", {"cancelled_at": ago(hours=1)}),
    ],
)
def test_id_in_the_address_when_malformed_is_refused(app_machine, company, method, path, body):
    for id_ in ("a@b.example", "%00", "a b", "é", "x" * 65, "-x", "%ed%a0%80", "%2e%2e%2f"):
        answer = _is_problem(app_machine(method, path.format(id_), body))

        assert answer.status_code in {404, 422}, id_


@pytest.mark.parametrize("id_", ["self", "company"])
def test_account_when_called_like_a_word_of_ours_is_refused(app_machine, company, id_):
    answer = app_machine.put(f"/accounts/{id_}", person(company))

    assert _is_problem(answer, 422).json["errors"][0]["field"] == "external_id"


def test_id_when_unknown_is_answered_the_same_everywhere(app_machine, company):
    at = ago(hours=1)
    sent = [
        ("GET", "/preferences/ac-none", None),
        ("POST", "/accounts/ac-none/first-sign-in", {"at": at}),
        ("POST", "/accounts/ac-none/deactivate", {"requested_by": "self", "at": at}),
        ("PUT", "/accounts/ac-none/preferences", {"data_alert": True}),
        ("POST", "/companies/co-none/cancel", {"cancelled_at": at}),
        ("POST", "/nowhere", {}),
    ]

    answers = [_is_problem(app_machine(*call), 404) for call in sent]

    assert len({answer.data for answer in answers}) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "PUT", "HEAD"])
def test_address_when_asked_with_another_method_says_which_it_takes(app_machine, method):
    answer = app_machine(method, "/tickets", {})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v2/tickets", "/api/v1/tickets/", "/api/" + CANARY]
)
def test_address_under_api_when_unknown_is_a_problem(world, path):
    answer = world.app.test_client().post(path, json={})

    _is_problem(answer, 404)


BAD_EVENTS = [
    ({"account": "ac-unknown"}, "unknown_account", "account"),
    ({"occurred_at": FUTURE}, "in_the_future", "occurred_at"),
    ({"occurred_at": "2020-01-01T00:00:00Z"}, "too_old", "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "invalid", "occurred_at"),
    ({"occurred_at": 1700000000}, "invalid", "occurred_at"),
    ({"id": "a b"}, "invalid", "id"),
    ({"id": None}, "invalid", "id"),
    ({CANARY: 1}, "unknown_property", "body"),
    ({"ip": "1.2.3.4"}, "unknown_property", "body"),
    ({"properties": {CANARY: 1}}, "unknown_property", "properties"),
    ({"properties": {"pages": "3"}}, "invalid", "properties.pages"),
    ({"properties": {"pages": 10**40}}, "invalid", "properties.pages"),
    ({"properties": {"pages": True}}, "invalid", "properties.pages"),
    ({"properties": {"seconds": float("nan")}}, "invalid", "properties.seconds"),
    ({"properties": {"seconds": float("inf")}}, "invalid", "properties.seconds"),
    ({"properties": {"chart": "jan@firma.example"}}, "invalid", "properties.chart"),
    ({"properties": {"template": "call +31 6 1234 5678"}}, "invalid", "properties.template"),
    ({"properties": {"period_from": "yesterday"}}, "invalid", "properties.period_from"),
    ({"properties": {"chart": "a\x00b"}}, "invalid", "properties.chart"),
    ({"properties": [CANARY]}, "invalid", "properties"),
    ({"feature": "mail jan@firma.example"}, "invalid", "feature"),
    ({"action": "x" * 61}, "invalid", "action"),
    ({"session": "\x00"}, "invalid", "session"),
]


def test_event_when_bad_is_refused_by_its_place_and_the_others_land(world, app_machine, event):
    bad = [event(**{"id": f"ev-{n}", **changes}) for n, (changes, _, _) in enumerate(BAD_EVENTS)]
    batch = [event("ev-first"), *bad, event("ev-last")]

    answer = app_machine.post("/usage-events", {"events": batch})

    expected = [(n, reason, field) for n, (_, reason, field) in enumerate(BAD_EVENTS, start=1)]
    assert answer.status_code == 200
    assert [(r["index"], r["reason"], r["field"]) for r in answer.json["refused"]] == expected
    assert (answer.json["accepted"], answer.json["duplicate"]) == (2, 0)
    assert {row[0] for row in world.all(select(UsageEvent.id))} == {"ev-first", "ev-last"}
    assert CANARY.encode() not in answer.data


def test_event_when_it_is_no_object_is_refused_by_its_place(app_machine, event):
    bad = [None, 7, "text", [], [[[]]], True, 10**50]

    answer = app_machine.post("/usage-events", {"events": [*bad, event()]})

    refused = [{"index": n, "reason": "invalid", "field": "body"} for n in range(len(bad))]
    assert answer.json == {"accepted": 1, "duplicate": 0, "refused": refused}


def test_event_when_after_the_account_ended_is_refused_and_before_it_lands(world, app_machine, event):
    app_machine.post("/accounts/ac-1/deactivate", {"requested_by": "self", "at": ago(hours=2)})
    batch = [event("ev-0", occurred_at=ago(hours=3)), event("ev-1", occurred_at=ago(hours=1))]

    answer = app_machine.post("/usage-events", {"events": batch})

    refused = [{"index": 1, "reason": "account_deactivated", "field": "account"}]
    assert answer.json == {"accepted": 1, "duplicate": 0, "refused": refused}


def test_error_when_after_the_account_ended_is_refused(world, app_machine, account):
    app_machine.post("/accounts/ac-1/deactivate", {"requested_by": "self", "at": ago(hours=3)})

    answer = app_machine.post("/errors", failure(account))

    assert _is_problem(answer, 422).json["errors"][0]["field"] == "account"


@pytest.mark.parametrize("count", [1_001, 10_001])
@pytest.mark.parametrize("fine", [True, False])
def test_batch_when_too_long_is_refused_naming_the_limit(world, app_machine, event, count, fine):
    one = event(properties={}) if fine else 0
    events = [dict(one, id=f"e{n}") if fine else n for n in range(count)]
    raw = json.dumps({"events": events}, separators=(",", ":")).encode()
    assert len(raw) < 2_000_000

    answer = app_machine.post("/usage-events", raw=raw)

    assert "1,000" in _is_problem(answer, 413).json["title"]
    assert world.all(select(UsageEvent.id)) == []


@pytest.mark.parametrize(
    "body", [{}, {"events": None}, {"events": {}}, {"events": [], CANARY: 1}, [], None, {"events": CANARY}]
)
def test_batch_when_it_is_none_is_refused_as_a_whole(app_machine, body):
    answer = app_machine.post("/usage-events", body)

    _is_problem(answer, 422)


def test_batch_when_every_event_is_bad_in_many_ways_is_answered_in_order(app_machine):
    events = [dict.fromkeys(map(str, range(40)), CANARY) for _ in range(1_000)]

    answer = app_machine.post("/usage-events", {"events": events})

    assert answer.json["accepted"] == 0
    assert [refusal["index"] for refusal in answer.json["refused"]] == list(range(1_000))
    assert CANARY.encode() not in answer.data


def test_error_message_when_it_names_an_address_is_refused(app_machine, account):
    answer = app_machine.post("/errors", failure(account, message="Mail to jan@firma.example failed."))

    assert _is_problem(answer, 422).json["errors"][0]["field"] == "message"


def test_usage_when_it_ends_exactly_at_the_look_back_lands_and_older_is_refused(world, app_machine, event):
    from dashboard.policy.calendar import first_kept  # noqa: PLC0415
    from models import utcnow  # noqa: PLC0415

    settings = world.app.extensions["settings"]
    oldest = first_kept(utcnow(), settings.intake_oldest_months, settings.zone)
    older = datetime.fromtimestamp(oldest.timestamp() - 1, oldest.tzinfo)

    batch = [event("ev-0", occurred_at=oldest.isoformat()), event("ev-1", occurred_at=older.isoformat())]
    answer = app_machine.post("/usage-events", {"events": batch})

    refused = [{"index": 1, "reason": "too_old", "field": "occurred_at"}]
    assert answer.json == {"accepted": 1, "duplicate": 0, "refused": refused}


@pytest.mark.parametrize("path", ["/usage-events", "/tickets"])
def test_body_when_it_has_more_properties_than_any_call_takes_costs_little(app_machine, path):
    keys = ",".join(f'"{n:x}":1' for n in range(150_000))
    raw = (f'{{"events":[{{{keys}}}]}}' if "usage" in path else f"{{{keys}}}").encode()

    answer = app_machine.post(path, raw=raw)

    assert _is_problem(answer, 422).json["errors"][0]["field"] == "body"


def test_batch_when_an_event_is_wrong_in_thousands_of_places_still_takes_the_others(app_machine, event):
    bad = dict.fromkeys((f"{CANARY}{n}" for n in range(20_000)), 1)

    answer = app_machine.post("/usage-events", {"events": [bad, event()]})

    assert answer.json == {
        "accepted": 1,
        "duplicate": 0,
        "refused": [{"index": 0, "reason": "invalid", "field": "body"}],
    }

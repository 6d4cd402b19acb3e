"""Who may call: the right token, the right scope, not too often; and every other answer alike."""

import dataclasses

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from dashboard.services import tokens
from models import AccessRecord, ApiToken, IdempotencyRecord, RateWindow
from tests.api.conftest import Machine, ago, letter, person, submission


def _headers(answer):
    """What an answer says, without what differs by itself."""
    return {key: value for key, value in answer.headers.items() if key != "Content-Security-Policy"}


def test_call_when_the_token_is_missing_unknown_or_revoked_is_answered_alike(world, app_machine):
    with world.app.app_context(), world.system() as session:
        revoked = tokens.make(session, name="gone", scope="app")
        session.flush()
        tokens.revoke(session, "gone")
        session.commit()
    sent = ["", "Bearer", "Bearer ", "Basic YTpi", f"Bearer {revoked}", f"Bearer {revoked}x", "Bearer " + "\u00e9" * 40]
    sent += [f"Token {app_machine.token}", f"Bearer {app_machine.token} x", "Bearer " + "a" * 5_000]

    answers = [
        world.app.test_client().post("/api/v1/tickets", json={}, headers={"Authorization": header} if header else {})
        for header in sent
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert all(_headers(answer) == _headers(answers[0]) for answer in answers)
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="intake"'


def test_call_when_the_token_works_is_taken(app_machine, account):
    assert app_machine.get("/preferences/ac-1").status_code == 200


def test_call_when_the_token_is_revoked_is_refused_from_the_next_one_on(world, app_machine, account):
    with world.app.app_context(), world.system() as session:
        tokens.revoke(session, "app")
        session.commit()

    assert app_machine.get("/preferences/ac-1").status_code == 401


def test_call_when_the_scope_is_another_is_refused_and_recorded(world, app_machine, website):
    calls = [(website, "POST", "/tickets", letter("ac-1")), (website, "PUT", "/companies/co-1", {"name": "x"})]
    calls += [(website, "GET", "/preferences/ac-1", None), (app_machine, "POST", "/contact-requests", submission())]

    answers = [machine(method, path, body) for machine, method, path, body in calls]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.data for answer in answers}) == 1
    records = world.all(select(AccessRecord.event, AccessRecord.reason, AccessRecord.staff_id))
    assert [tuple(record) for record in records] == [("access_refused", "wrong_scope", None)] * 4


def test_token_when_kept_is_a_hash_only(world, app_machine):
    rows = world.all(select(ApiToken.token_hash))

    assert rows[0][0] == tokens.hashed(app_machine.token)
    assert app_machine.token.startswith("ntk_")
    assert len(app_machine.token) == 47


def test_answer_when_a_browser_sends_its_session_sets_no_cookie_and_is_not_staff(world, app_machine):
    client = world.sign_in("support")

    answers = [client.post("/api/v1/tickets", json={}), client.get("/api/v1/openapi.json"), client.get("/api/v1/nope")]

    assert [answer.status_code for answer in answers] == [401, 200, 404]
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_staff_page_when_asked_with_a_machines_token_is_the_sign_in(world, app_machine):
    answer = world.app.test_client().get("/admin/tickets/", headers={"Authorization": f"Bearer {app_machine.token}"})

    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


@pytest.fixture
def few_calls(world):
    """Let a token call three times a minute."""
    settings = world.app.extensions["settings"]
    world.app.extensions["settings"] = dataclasses.replace(settings, intake_rate_per_minute=3)
    yield
    world.app.extensions["settings"] = settings


def test_call_when_there_were_too_many_is_refused_until_the_next_minute(world, website, app_machine, few_calls):
    for _ in range(2):  # whatever minute it is, these fit in it
        app_machine.get("/preferences/ac-1")
    with world.app.app_context(), world.system() as session:
        session.execute(update(RateWindow).values(calls=3, minute=RateWindow.minute))
        session.commit()

    answer = app_machine.get("/preferences/ac-1")

    assert answer.status_code in {404, 429}
    if answer.status_code == 429:  # not when the minute has just ended
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert answer.json["type"].endswith(":too-many-calls")
    assert website.post("/contact-requests", submission()).status_code == 201


def test_key_when_sent_again_gets_the_stored_answer(world, app_machine, account):
    sent = letter(account)

    first, second = (app_machine.post("/tickets", sent, key="k-1") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (False, "true")


def test_key_when_sent_with_another_body_is_refused(world, app_machine, account):
    app_machine.post("/tickets", letter(account), key="k-1")

    answer = app_machine.post("/tickets", letter(account, subject="Another"), key="k-1")

    assert answer.status_code == 422
    assert answer.json["type"].endswith(":key-used-otherwise")


def test_key_when_used_at_another_address_or_by_another_token_is_another_key(world, app_machine, account):
    other = Machine.__new__(Machine)
    with world.app.app_context(), world.system() as session:
        other.token, other.client = tokens.make(session, name="app 2", scope="app"), world.app.test_client()
        session.commit()
    at = {"at": ago(hours=1)}

    answers = [
        app_machine.post("/tickets", letter(account), key="k-1"),
        other.post("/tickets", letter(account, subject="Mine"), key="k-1"),
        app_machine.post("/accounts/ac-1/first-sign-in", at, key="k-1"),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 200]


def test_key_when_the_call_was_refused_can_be_used_again(app_machine, account):
    refused = app_machine.post("/tickets", letter(account, kind="nonsense"), key="k-1")

    answer = app_machine.post("/tickets", letter(account), key="k-1")

    assert (refused.status_code, answer.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["a b", "x" * 129, "\u00e9"])
def test_key_when_it_is_no_key_is_refused(app_machine, account, key):
    answer = app_machine.post("/tickets", letter(account), key=key)

    assert answer.status_code == 400
    assert answer.json["type"].endswith(":invalid-key")


def test_key_when_kept_is_a_keyed_hash_and_its_answer_holds_ids_only(world, app_machine, account):
    app_machine.post("/tickets", letter(account, subject="CNRY-subject"), key="CNRY-key")

    row = world.all(select(IdempotencyRecord.key_hash, IdempotencyRecord.body_hash, IdempotencyRecord.answer))[0]
    assert "CNRY-" not in str(tuple(row))
    assert set(row.answer) == {"id", "ref"}


def test_key_when_a_day_old_is_forgotten(world, app_machine, account):
    from datetime import timedelta  # noqa: PLC0415

    from models import utcnow  # noqa: PLC0415

    app_machine.post("/tickets", letter(account), key="k-1")
    with world.app.app_context(), world.system() as session:
        session.execute(update(IdempotencyRecord).values(created_at=utcnow() - timedelta(hours=25)))
        session.commit()

    answer = app_machine.post("/tickets", letter(account, subject="Another"), key="k-1")

    assert answer.status_code == 201


def test_call_when_the_database_is_away_is_to_be_sent_again(world, app_machine, company, monkeypatch):
    def away(*_args, **_more):
        raise OperationalError("SELECT CNRY", {}, Exception("CNRY"))

    monkeypatch.setattr("dashboard.services.intake.accounts.put", away)

    answer = app_machine.put("/accounts/ac-1", person(company))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert b"CNRY-" not in answer.data


def test_call_when_there_is_a_bug_says_nothing_of_it(world, app_machine, company, monkeypatch, caplog):
    def bug(*_args, **_more):
        raise RuntimeError("CNRY")

    monkeypatch.setattr("dashboard.services.intake.accounts.put", bug)

    answer = app_machine.put("/accounts/ac-1", person(company))

    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert b"CNRY-" not in answer.data
    assert "CNRY-" not in caplog.text

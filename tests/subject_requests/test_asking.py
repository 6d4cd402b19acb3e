"""Where a person asks: the same answer for everyone, a message at the field, no cookie, nothing stored amiss."""

import re

import pytest
from sqlalchemy import event

from models import StaffSession, db
from tests.subject_requests.visits import KNOWN, PRIVACY, UNKNOWN, ask, form_token, requests, send
from tests.world import World


def test_answer_is_the_same_when_the_address_is_known_unknown_folded_or_limited(world: World):
    world.account()

    known, unknown = ask(world, KNOWN), ask(world, UNKNOWN)
    folded = ask(world, KNOWN)
    limited = [ask(world, "often@x.example", kind) for kind in ("overview", "removal", "retrieval") * 3][-1]

    answers = (known, unknown, folded, limited)
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, known.data)}
    assert {tuple(sorted(_plain(answer))) for answer in answers} == {tuple(sorted(_plain(known)))}
    assert "Thank you. If we know this address" in known.text


def _plain(answer) -> list[tuple[str, str]]:
    return [(name, re.sub(r"nonce-[^']+", "", value)) for name, value in answer.headers if name != "Date"]


def test_the_same_is_written_when_the_address_is_known_or_not(world: World):
    world.account()

    ask(world, KNOWN)
    ask(world, UNKNOWN)

    first, second = requests(world)
    assert (first.kind, first.source, first.state, first.times_asked) == ("removal", "page", "received", 1)
    assert (second.kind, second.source, second.state, second.times_asked) == ("removal", "page", "received", 1)
    assert (first.email, second.email) == (KNOWN, UNKNOWN)


def test_as_many_statements_run_when_the_address_is_known_or_not(world: World):
    world.account()
    client, run = world.app.test_client(), []
    token = form_token(client.get(PRIVACY))

    def statements(email: str) -> list[str]:
        run.clear()
        client.post(PRIVACY, data={"form_token": token, "kind": "removal", "email": email})
        return list(run)

    with world.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listener := lambda *called: run.append(called[2]))
    try:
        known, unknown = statements(KNOWN), statements(UNKNOWN)
    finally:
        event.remove(engine, "before_cursor_execute", listener)

    assert known == unknown
    assert len(known) > 2


def test_one_request_lives_when_the_same_is_asked_again(world: World):
    ask(world, KNOWN)
    ask(world, KNOWN.upper())
    ask(world, KNOWN, "overview")

    assert [(row.kind, row.times_asked) for row in requests(world)] == [("removal", 2), ("overview", 1)]


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "a b@x.example", "x" * 300 + "@x.example", "a@x.example\n"])
def test_message_stands_at_the_field_when_the_address_is_malformed(world: World, email: str):
    answer = ask(world, email)

    if email == "a@x.example\n":  # a line end is trimmed, as a space is
        assert len(requests(world)) == 1
        return
    assert answer.status_code == 200
    assert 'id="email-error"' in answer.text
    assert "Write an e-mail address" in answer.text
    assert "<title>Error: " in answer.text
    assert requests(world) == []
    assert email in answer.text.replace("&#39;", "'")


@pytest.mark.parametrize("kind", ["", "erase", "Removal", "removal,overview"])
def test_message_stands_at_the_field_when_the_kind_is_unknown(world: World, kind: str):
    answer = ask(world, KNOWN, kind)

    assert 'id="kind-error"' in answer.text
    assert KNOWN in answer.text
    assert requests(world) == []


@pytest.mark.parametrize("token", ["", "forged", "InByaXZhY3ki.AAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_form_comes_back_with_what_was_typed_when_its_token_is_not_ours(world: World, token: str):
    answer = world.app.test_client().post(PRIVACY, data={"form_token": token, "kind": "removal", "email": KNOWN})

    assert answer.status_code == 400
    assert KNOWN in answer.text
    assert "Nothing has happened" in answer.text
    assert form_token(answer)
    assert requests(world) == []


def test_nothing_is_stored_when_the_body_is_oversized(world: World):
    answer = send(world, PRIVACY, kind="removal", email="a" * 300_000)

    assert answer.status_code == 413
    assert requests(world) == []


def test_no_cookie_is_set_or_read_when_anybody_comes(world: World):
    signed_in = world.sign_in("support")
    seen = world.all(StaffSession.__table__.select())
    for client in (world.app.test_client(), signed_in):
        answers = [client.get(PRIVACY), client.post(PRIVACY, data={}), client.get(PRIVACY + "/confirm/x")]

        assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], []]
        assert all(answer.headers["Referrer-Policy"] == "no-referrer" for answer in answers)
        assert all("noindex" in answer.headers["X-Robots-Tag"] for answer in answers)
    assert world.all(StaffSession.__table__.select()) == seen


@pytest.mark.parametrize(
    ("address", "browser", "says"),
    [
        (PRIVACY, "nl", "Uw gegevens bij SiteLucent"),
        (PRIVACY, "en", "Your data at SiteLucent"),
        (PRIVACY + "?lang=nl", "en", "Uw gegevens bij SiteLucent"),
        (PRIVACY + "?lang=en", "nl", "Your data at SiteLucent"),
        (PRIVACY + "?lang=xx", "de", "Your data at SiteLucent"),
    ],
)
def test_language_follows_the_address_then_the_browser(world: World, address: str, browser: str, says: str):
    page = world.app.test_client().get(address, headers={"Accept-Language": browser})

    assert f"<h1>{says}</h1>" in page.text
    assert 'hreflang="nl"' in page.text or 'hreflang="en"' in page.text


def test_request_keeps_the_language_in_which_it_was_asked(world: World):
    send(world, PRIVACY + "?lang=nl", kind="overview", email=KNOWN)

    assert [row.language for row in requests(world)] == ["nl"]

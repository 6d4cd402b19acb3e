"""Whatever a processor answers: only a yes that a look confirms is a yes, and no answer tells of the person."""

import logging
import re
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from dashboard.demo.partners import Mode, Partners
from dashboard.processors import outgoing
from dashboard.processors.base import Adapter, Search
from dashboard.processors.registry import adapters
from tests.processors.conftest import raised, settings_for

PERSON = Search(addresses=("cnry-ada@x.example",), external_ids=("CNRY-acc-1",))
HELD = {"hubspot": "/crm/v3/objects/contacts/gdpr-delete", "app": "/app/erasure", "website": "/website/erasure"}
LOOKED = {
    "hubspot": "/crm/v3/objects/contacts/search",
    "app": "/app/erasure/check",
    "website": "/website/erasure/check",
}
ECHO = '{"message": "cnry-ada@x.example CNRY-acc-1 is unwell", "correlationId": "cnry-ada@x.example"}'
FAILURES = {
    "too many": (Mode(status=429, retry_after="120", body=ECHO), "too_many", 120),
    "too many, unsaid": (Mode(status=429, body=ECHO), "too_many", 0),
    "broken": (Mode(status=500, body=ECHO), "server_error", 0),
    "away": (Mode(status=503, retry_after="30", body=ECHO), "server_error", 30),
    "gateway": (Mode(status=504, body="<html>cnry-ada@x.example</html>"), "server_error", 0),
    "no token": (Mode(status=401, body=ECHO), "not_allowed", 0),
    "no right": (Mode(status=403, body=ECHO), "not_allowed", 0),
    "bad call": (Mode(status=400, body=ECHO), "refused", 0),
    "late": (Mode(late=30), "timed_out", 0),
    "hung up": (Mode(drop=True), "unreachable", 0),
    "elsewhere": (Mode(status=307, location="http://127.0.0.1:9/"), "redirected", 0),
    "moved": (Mode(status=302, location="https://evil.example/"), "redirected", 0),
}


def hold(partners: Partners, person: Search = PERSON) -> None:
    """Let every holder have the person, and somebody else."""
    for address in (*person.addresses, "neighbour@x.example"):
        partners.copies.create({"properties": {"email": address, "firstname": "CNRY"}})
        partners.copies.website.add(address)
    partners.copies.app.update((*person.external_ids, "neighbour"))


@pytest.mark.parametrize("name", HELD)
def test_a_person_is_gone_and_a_neighbour_stays_when_the_processor_says_yes(name: str, partners: Partners, reached):
    hold(partners)
    before = reached[name].still_there(PERSON)

    receipt = reached[name].erase(PERSON)

    assert before
    assert not reached[name].still_there(PERSON)
    assert reached[name].still_there(Search(addresses=("neighbour@x.example",), external_ids=("neighbour",)))
    assert re.fullmatch(r"204 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9a-f]{16}", receipt)


@pytest.mark.parametrize("name", HELD)
def test_asking_again_does_no_harm_when_nobody_is_there(name: str, partners: Partners, reached):
    first = reached[name].erase(PERSON)

    second = reached[name].erase(PERSON)

    assert first.startswith("204")
    assert second.startswith("204")
    assert not reached[name].still_there(PERSON)


@pytest.mark.parametrize("name", HELD)
def test_not_found_is_a_yes_when_erasing_and_no_proof_when_looking(name: str, partners: Partners, reached):
    partners.modes |= {HELD[name]: Mode(status=404), LOOKED[name]: Mode()}

    receipt = reached[name].erase(PERSON)
    partners.modes[LOOKED[name]] = Mode(status=404)

    assert receipt.startswith("404 ")
    assert raised(reached[name].still_there, PERSON).because == "not_understood"


@pytest.mark.parametrize("name", HELD)
def test_the_person_is_still_there_when_a_yes_was_no_deed(name: str, partners: Partners, reached):
    hold(partners)
    partners.modes[HELD[name]] = Mode(keep=True)

    receipt = reached[name].erase(PERSON)

    assert receipt.startswith("204 ")
    assert reached[name].still_there(PERSON)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("verb", ["erase", "still_there"])
def test_a_removal_waits_and_tells_nothing_when_the_answer_is_no_yes(
    verb: str, name: str, failure: str, partners: Partners, reached, caplog: pytest.LogCaptureFixture
):
    hold(partners)
    mode, because, wait = FAILURES[failure]
    partners.modes[(HELD if verb == "erase" else LOOKED)[name]] = mode
    caplog.set_level(logging.DEBUG)

    refusal = raised(getattr(reached[name], verb), PERSON)

    assert (refusal.because, refusal.wait) == (because, wait)
    assert len(partners.calls) <= 1, "the caller asks again, never the client by itself"
    told = "".join(traceback.format_exception(refusal, chain=True)) + repr(refusal) + caplog.text
    assert "cnry-" not in told.lower()
    assert (refusal.__cause__, refusal.__context__) == (None, None)


@pytest.mark.parametrize("name", HELD)
def test_no_address_is_logged_when_everything_is_said_aloud(name: str, partners: Partners, reached, caplog):
    hold(partners)
    caplog.set_level(logging.DEBUG)

    reached[name].still_there(PERSON)
    reached[name].erase(PERSON)

    assert f"outgoing {outgoing.host(partners.url)} 20" in caplog.text
    assert "cnry-" not in caplog.text.lower()
    assert "cnry-" not in repr((PERSON, reached)).lower()


@pytest.mark.parametrize("name", HELD)
def test_a_removal_waits_when_nobody_listens(name: str):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reached = adapters(settings_for(f"http://127.0.0.1:{closed.getsockname()[1]}"))

        assert raised(reached[name].erase, PERSON).because == "unreachable"


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize(
    "body", ["", "[]", "{}", "null", "not json", '{"found": "0"}', '{"found": -1}', '{"found": false}', '{"total": 3, "results": []}',
             '{"total": "many", "results": []}', '{"results": []}', "\ufffd" * 9, "x" * 70_000],
)  # fmt: skip
def test_a_look_proves_nothing_when_its_answer_is_no_count(name: str, body: str, partners: Partners, reached):
    partners.modes[LOOKED[name]] = Mode(status=200, body=body)

    refusal = raised(reached[name].still_there, PERSON)

    assert refusal.because in {"not_understood", "unreachable"}


@pytest.mark.parametrize("name", HELD)
def test_nobody_is_asked_when_the_person_has_nothing_to_be_known_by(name: str, partners: Partners, reached):
    receipt = reached[name].erase(Search())

    assert receipt == "nothing to ask"
    assert not reached[name].still_there(Search())
    assert partners.calls == []


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "Wed, 99 Foo"])
def test_no_wait_is_made_up_when_retry_after_makes_no_sense(text: str):
    assert outgoing.wait({"Retry-After": text}) == 0


def test_the_wait_is_bounded_when_retry_after_is_a_date_or_endless():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90))

    waits = [outgoing.wait({"Retry-After": text}) for text in (soon, "9" * 40, "Fri, 01 Jan 2100 00:00:00 GMT")]

    assert 85 <= waits[0] <= 90
    assert waits[1:] == [86_400, 86_400]
    assert outgoing.wait({"Retry-After": "Fri, 01 Jan 2021 00:00:00 GMT"}) == 0


def test_a_trickle_is_cut_off_when_it_takes_too_long(partners: Partners, reached: dict[str, Adapter], monkeypatch):
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 0.0)

    assert raised(reached["app"].still_there, PERSON).because == "timed_out"

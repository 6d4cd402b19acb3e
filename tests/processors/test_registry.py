"""The registry is complete: each processor with its facts, and each one in reach with an adapter and a receipt."""

from dataclasses import fields, replace

import pytest

from dashboard.config import Settings
from dashboard.demo.partners import Partners
from dashboard.processors.base import Facts, NotNow, Search
from dashboard.processors.memory import Memory
from dashboard.processors.registry import MAKERS, PROCESSORS, adapters
from models import utcnow
from tests.processors.conftest import raised

PERSON = Search(addresses=("ada@x.example",), external_ids=("acc-1",))
WORDS = ("title", "holds", "place", "ground", "note", "erasure", "justification")


OTHERS = ("name", "valid", "relation", "reachable", "reviewed", "own")


@pytest.mark.parametrize("facts", PROCESSORS, ids=lambda facts: facts.name)
def test_every_fact_is_said_when_a_processor_stands_there(facts: Facts):
    unsaid = [word for word in WORDS if len(getattr(facts, word)) < 6]

    assert unsaid == []
    assert facts.relation in {"app", "website", "house"}
    assert facts.note.endswith(".")
    assert facts.erasure.endswith(".")
    assert facts.reviewed, "somebody must ask once a year whether it is still needed (P56)"
    assert {field.name for field in fields(Facts)} == {*WORDS, *OTHERS}


def test_every_processor_stands_there_once_when_the_table_is_read():
    names = [facts.name for facts in PROCESSORS]

    assert names == ["hubspot", "app", "website", "mail", "analytics"]
    assert len({facts.title for facts in PROCESSORS}) == len(names)


def test_no_ground_is_called_valid_when_it_is_the_struck_down_one():
    shield = [facts for facts in PROCESSORS if "Privacy Shield" in facts.ground]

    assert [facts.name for facts in shield] == ["hubspot", "analytics"]
    assert not any(facts.valid for facts in shield)
    assert all("C-311/18" in facts.note for facts in shield)


def test_every_processor_in_reach_gives_a_receipt_when_it_is_asked(partners: Partners, reached):
    receipts = {name: adapter.erase(PERSON) for name, adapter in reached.items()}

    assert set(receipts) == {facts.name for facts in PROCESSORS if facts.reachable} == set(MAKERS)
    assert all(0 < len(receipt) <= 80 for receipt in receipts.values())


def test_a_removal_waits_when_a_processor_is_not_configured():
    reached = adapters(Settings())

    refusals = [raised(call, PERSON).because for a in reached.values() for call in (a.erase, a.still_there)]

    assert set(reached) == {"hubspot", "app", "website"}
    assert set(refusals) == {"not_configured"}


def test_each_is_reached_by_itself_when_only_some_are_configured(settings: Settings):
    reached = adapters(replace(settings, hubspot_token="", website_webhook_url=""))

    assert raised(reached["hubspot"].erase, PERSON).because == "not_configured"
    assert reached["app"].erase(PERSON).startswith("204")
    assert raised(reached["website"].erase, PERSON).because == "not_configured"


def test_the_memory_answers_by_its_script_when_it_has_one():
    memory = Memory(PERSON.addresses, script=[NotNow("too_many", wait=60), "keep"], lagging=1, deaf=1)

    first = raised(memory.erase, PERSON)
    kept = memory.erase(PERSON)
    held = memory.held.copy()
    gone = memory.erase(PERSON)
    looks = [raised(memory.still_there, PERSON).because, memory.still_there(PERSON), memory.still_there(PERSON)]

    assert (first.because, first.wait) == ("too_many", 60)
    assert (kept, gone) == ("memory 2", "memory 3")
    assert held == set(PERSON.addresses)
    assert looks == ["timed_out", True, False]
    assert (memory.asked, memory.looked, memory.held) == (3, 3, set())


def test_the_memory_has_nothing_to_ask_when_nothing_is_known():
    assert Memory().erase(Search()) == "nothing to ask"
    assert not Memory(["a"]).still_there(Search())


def test_reviews_are_of_the_past_when_they_are_shown():
    assert all(facts.reviewed <= utcnow().date() for facts in PROCESSORS)

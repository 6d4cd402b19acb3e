"""HubSpot as it documents itself: second addresses, the blocklist, its limits."""

from dataclasses import replace

from dashboard.config import Settings
from dashboard.demo.partners import Mode, Partners
from dashboard.processors.base import Search
from dashboard.processors.registry import adapters
from tests.processors.conftest import raised

PURGE, SEARCH = "/crm/v3/objects/contacts/gdpr-delete", "/crm/v3/objects/contacts/search"


def test_a_merged_contact_goes_when_its_second_address_is_the_persons(partners: Partners, reached):
    partners.copies.create(
        {"properties": {"email": "old@x.example", "hs_additional_emails": "ada@x.example;a@x.example"}}
    )
    person = Search(addresses=("ada@x.example",))
    before = reached["hubspot"].still_there(person)

    reached["hubspot"].erase(person)

    assert before
    assert not reached["hubspot"].still_there(person)
    assert partners.copies.contacts == {}


def test_an_address_goes_when_it_is_typed_in_capitals(partners: Partners, reached):
    partners.copies.create({"properties": {"email": "Ada@X.example"}})

    reached["hubspot"].erase(Search(addresses=("ADA@x.example",)))

    assert partners.copies.contacts == {}


def test_all_addresses_are_searched_when_they_are_more_than_one_search_takes(partners: Partners, reached):
    addresses = tuple(f"a{number}@x.example" for number in range(12))
    partners.copies.create({"properties": {"email": addresses[-1]}})

    found = reached["hubspot"].still_there(Search(addresses=addresses))

    assert found
    assert partners.calls == [(SEARCH, 200)] * 3


def test_an_unknown_address_is_blocked_when_it_is_erased(partners: Partners, reached):
    reached["hubspot"].erase(Search(addresses=("nobody@x.example",)))

    assert partners.copies.blocked == {"nobody@x.example"}, "the registry says so: HubSpot does it by itself"


def test_the_receipt_keeps_the_trace_out_when_it_is_no_code(partners: Partners, reached):
    partners.modes[PURGE] = Mode(status=204)

    receipt = reached["hubspot"].erase(Search(addresses=("ada@x.example",)))

    assert len(receipt) <= 80
    assert "ada" not in receipt


def test_a_removal_waits_when_the_token_is_wrong(settings: Settings):
    stranger = adapters(replace(settings, hubspot_token="other"))["hubspot"]

    assert raised(stranger.erase, Search(addresses=("ada@x.example",))).because == "not_allowed"

"""A person is taken out of free text in the forms people type them, and nobody else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.erasure.scrubbing import REMOVED, Scrubber, flat

ZOE = Scrubber(
    names=(("Zoë", "Müller-Weiß"), ("Jan", "van der Berg")), addresses=("zoe.mueller@firma.example",),
    phones=("+49 171 234 56 78",), keys=("acc-000123",),
)  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "Zoë Müller-Weiß", "zoe muller-weiss", "ZOE MUELLER-WEISS", "Müller-Weiß, Zoë", "Z. Müller-Weiß", "Z Mueller-Weiss",
        "Zoe\u0308 Müller-Weiß", "Zoë  Müller-Weiß", "Zoë", "Mueller-Weiss", "Jan van der Berg", "van der Berg, Jan",
        "J. van der Berg", "VAN DER BERG", "Jan.van.der.Berg",
    ],
)  # fmt: skip
def test_name_is_removed_from_own_text_when_it_is_typed_like_this(typed):
    assert ZOE.own(f"Hello, {typed}!") == f"Hello, {REMOVED}!"


@pytest.mark.parametrize(
    "typed",
    [
        "zoe.mueller@firma.example", "Zoe.Mueller@Firma.Example", "zoe.mueller (at) firma.example",
        "zoe.mueller [at] firma [dot] example", "zoe.mueller at firma dot example", "zoe.mueller%40firma.example",
        "zoe.mueller @ firma.example", "zoë.mueller@firma.example",
    ],
)  # fmt: skip
def test_address_is_removed_from_any_text_when_it_is_typed_like_this(typed):
    assert ZOE.other(f"Mail {typed}.") == f"Mail {REMOVED}."


@pytest.mark.parametrize(
    "typed",
    ["+49 171 234 56 78", "0171-2345678", "0171/234 56 78", "0049 171 2345678", "(0171) 234.56.78", "+491712345678",
     "+49 (0)171 2345678"],
)  # fmt: skip
def test_phone_is_removed_from_any_text_when_it_is_typed_like_this(typed):
    assert ZOE.other(f"Call {typed} now") == f"Call {REMOVED} now"


@pytest.mark.parametrize(
    "kept",
    [
        "Zoë's neighbour is Zoey", "mail zoe.mueller@firma.example.org", "mail azoe.mueller@firma.example",
        "order 901712345678901", "acc-0001234", "acc-000123-x", "Müllerin", "Bergen", "Weiß nicht",
    ],
)  # fmt: skip
def test_other_text_stays_when_it_only_looks_alike(kept):
    assert ZOE.other(kept) == kept


def test_namesake_stays_when_the_text_is_not_the_persons():
    assert ZOE.other("Zoë Müller-Weiß wrote acc-000123") == f"Zoë Müller-Weiß wrote {REMOVED}"


def test_scrubbing_again_changes_nothing_when_it_was_done():
    once = ZOE.own("Zoë Müller-Weiß, zoe.mueller@firma.example, 0171 2345678, acc-000123")

    assert ZOE.own(once) == once


@given(st.text())
def test_places_stay_where_they_are_when_a_text_is_flattened(text):
    assert len(flat(text)) == len(text)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])), st.text())
def test_nothing_but_the_person_changes_when_any_text_is_scrubbed(before, after):
    scrubber = Scrubber(addresses=("someone@nowhere.example",))

    assert scrubber.other(before + " | " + after) == before + " | " + after
    assert scrubber.other(f"{before} someone@nowhere.example {after}").count(REMOVED) >= 1


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_any_name_is_gone_when_its_own_text_is_scrubbed(first, last):
    scrubber = Scrubber(names=((first, last),))

    scrubber.own(f"x {first} {last} x")  # whatever it is made of, no error


def test_empty_scrubber_changes_nothing():
    assert Scrubber().own("Anna 06 12345678 a@b.example") == "Anna 06 12345678 a@b.example"

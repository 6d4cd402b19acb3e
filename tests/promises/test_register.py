"""The register: every promise rests on a sentence as it stands; a changed one is unproven until somebody has read it."""

import tomllib

import pytest

from dashboard.policy import promises
from dashboard.policy.promises import REGISTER, BadRegister, hash_of, published, read, register, unproven

ASSIGNED = "by the support engineer assigned to that issue only"


def test_every_promise_is_proven_when_the_text_is_as_it_was_mapped() -> None:
    assert unproven() == frozenset()
    assert list(register()) == [f"P{number}" for number in range(1, 62)]


def test_a_promise_is_unproven_when_its_sentence_changes() -> None:
    text = published().replace(ASSIGNED, "by support")

    assert text != published()
    assert unproven(text) == {"P38"}


def test_every_promise_of_a_sentence_is_unproven_when_it_changes() -> None:
    text = published().replace("restricted and only accessible", "restricted and mostly accessible")

    assert unproven(text) == {"P57", "P58", "P59", "P60", "P61"}


def test_nothing_is_unproven_when_the_text_is_only_set_anew() -> None:
    text = published().replace("  • ", "\n\n   •   ").replace("\n", "  \n")

    assert text != published()
    assert unproven(text) == frozenset()


def test_a_promise_stays_unproven_when_its_sentence_is_copied_without_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    text = published().replace(ASSIGNED, "by support")
    told = tomllib.loads(REGISTER.read_text())
    for entry in told["promise"]:
        if entry["no"] == "P38":
            entry["sentence"] = entry["quote"] = "This will be done by support."
    monkeypatch.setattr(promises, "register", lambda: read(told))

    assert unproven(text) == {"P38"}


def test_a_promise_is_proven_again_when_it_is_mapped_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    text = published().replace(ASSIGNED, "by support")
    told = tomllib.loads(REGISTER.read_text())
    for entry in told["promise"]:
        if entry["no"] == "P38":
            entry["sentence"] = entry["quote"] = "This will be done by support."
            entry["hash"] = hash_of(entry["sentence"])
    monkeypatch.setattr(promises, "register", lambda: read(told))

    assert unproven(text) == frozenset()


GOOD = {
    "no": "P1", "kind": "checked", "sentence": "We keep it.", "hash": hash_of("We keep it."), "quote": "keep it",
    "control": "A lock.", "check": "a.b", "owner": "Support",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "believed"}, "P1: 'believed' is not a valid Kind"),
        ({"check": ""}, "P1: checked needs its check, test or reason"),
        ({"kind": "by_construction"}, "P1: by_construction needs its check, test or reason"),
        ({"quote": "lose it"}, "P1: the quote is not in its sentence"),
        ({"no": "X1"}, "X1: a promise is numbered"),
        ({"mood": "good"}, "P1: .*mood"),
    ],
)
def test_the_register_is_refused_when_a_line_says_what_cannot_be(change: dict[str, str], says: str) -> None:
    with pytest.raises(BadRegister, match=says):
        read({"promise": [GOOD | change]})


def test_the_register_is_refused_when_a_promise_stands_there_twice() -> None:
    with pytest.raises(BadRegister, match="P1 stands there twice"):
        read({"promise": [GOOD, GOOD]})


def test_a_promise_is_read_when_its_line_is_whole() -> None:
    assert read({"promise": [GOOD]})["P1"].check == "a.b"

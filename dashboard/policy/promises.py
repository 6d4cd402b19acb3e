"""The register of promises: each with the sentence of the published text it rests on. Pure, read from promises.toml.

A promise is mapped to a sentence by the sentence's hash. When the published text changes, the sentence is found no more
and its promises are unproven, whatever their checks say, until somebody reads it and writes the new hash.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REGISTER = HERE / "promises.toml"
PUBLISHED = HERE / "privacy-policy.txt"
"""The text as it is published; whoever changes it there changes it here."""
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
"""Where a sentence ends; an abbreviation such as "i.e. when" goes on in small letters."""


class Kind(StrEnum):
    """How a promise is held."""

    CHECKED = "checked"
    """A check measures it every hour."""
    CONSTRUCTION = "by_construction"
    """There is no way to break it in the code, and a named test says so."""
    OUT_OF_REACH = "out_of_reach"
    """No software can see it; who answers for it is named."""


@dataclass(frozen=True)
class Promise:
    """One promise: its number, kind and words, what keeps it, who answers for it.

    `check` names the check (checked) and `test` the test that holds it (by construction), as path::name. `reason` says
    why it is out of reach. `red` says why it is broken on the day it was mapped; such a one alarms nobody anew.
    """

    no: str
    kind: Kind
    sentence: str
    hash: str
    quote: str
    control: str
    owner: str
    check: str = ""
    test: str = ""
    reason: str = ""
    red: str = ""

    @property
    def owner_code(self) -> str:
        """Its owner as an address writes them."""
        return self.owner.lower().replace(", ", "-").replace(" ", "-")

    @property
    def place(self) -> int:
        """Its place in the list."""
        return int(self.no[1:])


@dataclass(frozen=True)
class Section:
    """A heading of the published text and its sentences, in order."""

    title: str
    sentences: tuple[str, ...]


class BadRegister(Exception):
    """Cannot start because the register says something that cannot be; the text names the line."""


def plain(text: str) -> str:
    """Return a text on one line, without bullets and double spaces: how it is wrapped says nothing."""
    return " ".join(text.replace("•", " ").split())


def hash_of(sentence: str) -> str:
    """Return the hash of a sentence: SHA-256 over its plain text."""
    return hashlib.sha256(plain(sentence).encode()).hexdigest()


def sections(text: str) -> Iterator[Section]:
    """Yield the headings of a text (lines in capitals) with the sentences below each."""
    title, found = "", list[str]()
    for line in filter(None, map(plain, text.splitlines())):
        if line.isupper():
            yield Section(title, tuple(found))
            title, found = line, []
        else:
            found += END.split(line)
    yield Section(title, tuple(found))


def sentences(text: str) -> frozenset[str]:
    """Return every sentence of a text."""
    return frozenset(sentence for section in sections(text) for sentence in section.sentences)


@cache
def published() -> str:
    """Return the published text."""
    return PUBLISHED.read_text(encoding="utf-8")


@cache
def register() -> Mapping[str, Promise]:
    """Return every promise by its number, in order; raise BadRegister naming what is wrong."""
    return read(tomllib.loads(REGISTER.read_text(encoding="utf-8")))


@cache
def listed() -> Mapping[str, Sequence[str]]:
    """Return the cookies and hosts the policy lets our site and app have, by `site_cookies` and the like."""
    found: Mapping[str, Sequence[str]] = tomllib.loads(REGISTER.read_text(encoding="utf-8"))["listed"]
    return found


def read(told: Mapping[str, Any]) -> Mapping[str, Promise]:
    """Turn the parsed register into promises; raise BadRegister."""
    found: dict[str, Promise] = {}
    for entry in told["promise"]:
        promise = _promise(entry)
        if promise.no in found:
            raise BadRegister(f"{promise.no} stands there twice")
        found[promise.no] = promise
    return found


def _promise(entry: Mapping[str, str]) -> Promise:
    no = entry.get("no", "")
    try:
        promise = Promise(**{**entry, "kind": Kind(entry["kind"])})  # type: ignore[arg-type]
    except (TypeError, KeyError, ValueError) as error:
        raise BadRegister(f"{no or 'a promise without no'}: {error}") from error
    needed = {Kind.CHECKED: promise.check, Kind.CONSTRUCTION: promise.test, Kind.OUT_OF_REACH: promise.reason}
    if not re.fullmatch(r"P[1-9]\d?", no):
        raise BadRegister(f"{no}: a promise is numbered P1 to P99")
    if not needed[promise.kind]:
        raise BadRegister(f"{no}: {promise.kind} needs its check, test or reason")
    if plain(promise.quote) not in plain(promise.sentence):
        raise BadRegister(f"{no}: the quote is not in its sentence")
    return promise


def is_proven(promise: Promise, *, within: frozenset[str]) -> bool:
    """Whether the sentence was read as it now stands in the published text, given that text's sentences."""
    return plain(promise.sentence) in within and hash_of(promise.sentence) == promise.hash


def unproven(text: str | None = None) -> frozenset[str]:
    """Return the promises whose sentence is not in the text any more, or was changed since it was mapped."""
    within = sentences(published() if text is None else text)
    return frozenset(no for no, promise in register().items() if not is_proven(promise, within=within))

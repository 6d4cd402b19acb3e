"""Taking a person out of free text, in the forms people type them. Pure: text in, text out.

Names go only from texts that are tied to the person (a namesake's ticket is not ours to change); addresses, phone
numbers and keys go from every text there is.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from dashboard.services.fingerprints import digits_of

REMOVED = "[removed]"
SPELLINGS = {"ä": "(?:ae|a)", "ö": "(?:oe|o)", "ü": "(?:ue|u)", "ø": "(?:oe|o)", "å": "(?:aa|a)", "æ": "(?:ae|a)",
             "ß": "s+", "œ": "(?:oe|o)", "ł": "l", "đ": "d", "ð": "d", "þ": "(?:th|t)"}  # fmt: skip
"""How letters are also written where a keyboard lacks them."""
BETWEEN_WORDS = r"[\s.,_\-]*"
BETWEEN_DIGITS = r"[\s().\-/]*"
AT = r"\s*(?:@|%40|&#64;|[(\[{]\s*at\s*[)\]}]|\s+at\s+)\s*"
DOT = r"\s*(?:\.|%2e|[(\[{]\s*dot\s*[)\]}]|\s+dot\s+)\s*"
FEWEST_DIGITS = 6
"""A phone number of fewer digits is removed only where it stands exactly as it was given."""
SHORTEST_PART = 3
"""A part of a name shorter than this is removed only together with the rest of the name."""


@dataclass(frozen=True)
class Scrubber:
    """What to take out: whole names as (first, last), addresses, phone numbers, keys."""

    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    keys: tuple[str, ...] = field(default=(), repr=False)

    def own(self, text: str) -> str:
        """Return a text tied to the person without their names, addresses, phone numbers and keys."""
        return _without(text, self._everywhere, self._in_own)

    def other(self, text: str) -> str:
        """Return any other text without the person's addresses, phone numbers and keys."""
        return _without(text, self._everywhere)

    @cached_property
    def _everywhere(self) -> re.Pattern[str] | None:
        return _any_of([
            *map(_address, self.addresses), *map(_phone, self.phones),
            *(rf"(?<![\w.:-]){_letters(key)}(?![\w:-])" for key in self.keys if key),
        ])  # fmt: skip

    @cached_property
    def _in_own(self) -> re.Pattern[str] | None:
        return _any_of([pattern for first, last in self.names for pattern in _name(first, last)])


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted({p for p in patterns if p}, key=len, reverse=True)
    return re.compile("|".join(longest_first)) if longest_first else None


def _without(text: str, *patterns: re.Pattern[str] | None) -> str:
    """Return a text without what the patterns find; one in which they find nothing stays as it is, to the byte."""
    composed = unicodedata.normalize("NFC", text)
    clean = composed
    for pattern in filter(None, patterns):
        clean = _cut(clean, pattern)
    return text if clean == composed else clean


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Find in the flat text, cut from the text as written: both have the same length."""
    kept, at = [], 0
    for found in pattern.finditer(flat(text)):
        if found.end() > found.start():
            kept += [text[at : found.start()], REMOVED]
            at = found.end()
    return "".join([*kept, text[at:]])


def flat(text: str) -> str:
    """Return a text in small letters without accents, of the same length, so that places stay where they are."""
    return text.lower() if text.isascii() else "".join(map(_flat_letter, text))


@lru_cache(maxsize=4096)  # more letters than people type
def _flat_letter(letter: str) -> str:
    if letter in SPELLINGS and letter != "ß":
        letter = re.sub(r"[^a-z]", "", SPELLINGS[letter].split("|")[-1]) or letter
    plain = [c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)]
    small = (plain[0] if plain else letter).lower()
    return "s" if small == "ß" else small[:1] or letter


def _letters(text: str) -> str:
    """Return a pattern for a word as it may be typed: with or without accents, letters doubled or not at ß."""
    return "".join(map(_letter, unicodedata.normalize("NFC", text).lower()))


def _letter(letter: str) -> str:
    if letter in SPELLINGS:
        return SPELLINGS[letter]
    return re.escape(_flat_letter(letter))


def _whole(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)"


def _name(first: str, last: str) -> Iterator[str]:
    """Yield the ways a name is typed: both parts in either order, an initial with the last name, each part alone."""
    one, other = _words(first), _words(last)
    if one and other:
        yield _whole(one + BETWEEN_WORDS + other)
        yield _whole(other + BETWEEN_WORDS + one)
        yield _whole(_letter(first.strip()[0].lower()) + r"\.?\s*" + other)
    for part in {first, last, *first.split(), *last.split()}:
        if len(part.strip()) >= SHORTEST_PART:
            yield _whole(_words(part))


def _words(text: str) -> str:
    return BETWEEN_WORDS.join(_letters(word) for word in text.split())


def _address(email: str) -> str:
    local, _at, domain = email.strip().lower().partition("@")
    if not domain:
        return ""
    host = DOT.join(_letters(label) for label in domain.split("."))
    return rf"(?<![\w.+-]){DOT.join(_letters(part) for part in local.split('.'))}{AT}{host}(?![\w-]|\.\w)"


def _phone(phone: str) -> str:
    digits = digits_of(phone)
    if len(digits) < FEWEST_DIGITS:
        return rf"(?<!\d){re.escape(flat(phone.strip()))}(?!\d)" if phone.strip() else ""
    number = BETWEEN_DIGITS.join(digits)
    country = rf"\(?(?:(?:\+|00)?(?:\d{BETWEEN_DIGITS}){{1,4}})?"
    return rf"(?<!\d){country}{number}(?!\d)"

"""What customers write, in six languages: one TOML file per language beside this one.

What must never happen here: a text that was really written by a customer.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("nl", "en", "fr", "de", "es", "pl")
"""ISO 639-1 codes of the files."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text with its gaps: `{first}`, `{last}`, `{company}`, `{colleague}`, and `{code}` for errors."""

    kind: str
    language: str
    subject: str
    body: str
    by: str = "self"
    codes: tuple[str, ...] = ()


@cache
def read(kind: str) -> tuple[Text, ...]:
    """Return all texts of a kind (`question`, `deactivation`, `error`), the languages taking turns."""
    shelves = [_shelf(kind, language) for language in LANGUAGES]
    longest = max(map(len, shelves))
    return tuple(shelf[place] for place in range(longest) for shelf in shelves if place < len(shelf))


def _shelf(kind: str, language: str) -> list[Text]:
    entries = tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text("utf-8"))[kind]
    return [_text(kind, language, entry) for entry in entries]


def _text(kind: str, language: str, entry: dict[str, Any]) -> Text:
    who, codes = entry.get("by", "self"), tuple(entry.get("codes", ()))
    return Text(kind, language, entry["subject"], entry["body"].strip(), who, codes)

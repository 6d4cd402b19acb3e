"""The texts of the product and their Dutch: collected from the code, kept complete, compiled.

`python -m translations` brings the catalogue up to date; what it lists as missing is to be translated in the .po file.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dashboard.policy.permissions import Permission
from dashboard.policy.promises import register
from dashboard.policy.purposes import Purpose
from dashboard.policy.roles import Role
from dashboard.policy.sentences import sentence
from dashboard.processors.registry import PROCESSORS
from dashboard.services.explain import notes
from dashboard.services.explain_kinds import KINDS
from models import CONDITIONS, Base, Category, OnErasure, fate_of, models_of_persons

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
METHODS = [("dashboard/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "N_": None,  # marked where it stands as data, translated where it is shown
    "Invalid": (2,),  # the message a form shows at the field
}
SENTENCES: tuple[type[Enum], ...] = (Permission, Purpose, Role, Category)
"""Enumerations whose sentences pages show."""

NOT_KEPT = (b"-Date:", b"EMAIL@ADDRESS", b"FULL NAME")
"""Header lines that would change with every run, or say nothing."""

Message = str | tuple[str, str]


def messages() -> set[Message]:
    """Return every text a page, form or message can show."""
    found: set[Message] = set(_said_by_tables())
    for folder in ("dashboard", "templates"):
        extracted = extract_from_dir(ROOT / folder, _under(folder), _options_under(folder), KEYWORDS)
        found.update(message for _file, _line, message, _comments, _context in extracted)
    return {message for message in found if message}


def _under(folder: str) -> list[tuple[str, str]]:
    return [(pattern.removeprefix(folder + "/"), method) for pattern, method in METHODS if pattern.startswith(folder)]


def _options_under(folder: str) -> dict[str, dict[str, str]]:
    return {key.removeprefix(folder + "/"): value for key, value in OPTIONS.items() if key.startswith(folder)}


def _said_by_tables() -> Iterator[str]:
    """Sentences that stand as data: beside row conditions, under permissions, in the explain page's states."""
    yield from _said_by_the_registry()
    yield from (text for promise in register().values() for text in (promise.control, promise.owner, promise.reason))
    yield from _said_by_the_record()
    yield from (model.__privacy__.kept for model in models_of_persons() if fate_of(model) == OnErasure.KEEP)
    yield from (condition.sentence for condition in CONDITIONS.values())
    yield from (sentence(member) for members in SENTENCES for member in members)
    for kind in KINDS:
        yield from (kind.words, kind.line, *notes(kind).values())
        for state in kind.states:
            yield from (state.words, *(act for act, _code in state.moves))


def _said_by_the_registry() -> Iterator[str]:
    for facts in PROCESSORS:
        yield from (facts.title, facts.holds, facts.place, facts.ground, facts.note, facts.erasure, facts.justification)


def _said_by_the_record() -> Iterator[str]:
    """Why each table exists."""
    yield from (mapper.class_.__privacy__.reason for mapper in Base.registry.mappers)


def read() -> Catalog:
    """Return the Dutch catalogue as it stands in the .po file."""
    with PO.open("rb") as file:
        return read_po(file, locale="nl")


def renewed(old: Catalog) -> Catalog:
    """Return the catalogue with exactly today's texts; what is new has no Dutch yet."""
    catalog = Catalog(locale="nl", charset="utf-8", project="Need-to-Know", header_comment="# Dutch", fuzzy=False)
    for message in sorted(messages(), key=str):
        known = old.get(message if isinstance(message, str) else message[0])
        catalog.add(message, known.string if known and known.id == message else "")
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as the .po file keeps it, without dates and places."""
    buffer = BytesIO()
    write_po(buffer, catalog, no_location=True, omit_header=False, width=120, sort_output=True)
    lines = buffer.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not any(word in line for word in NOT_KEPT))


def compiled(catalog: Catalog) -> bytes:
    """Return what gettext reads; the same texts give the same bytes, whenever it is compiled."""
    buffer = BytesIO()
    catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)  # babel would write the present moment
    write_mo(buffer, catalog)
    return buffer.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Return the texts without a Dutch one."""
    return [str(m.id) for m in catalog if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)]

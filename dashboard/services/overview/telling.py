"""The overview in words: a document of headings, sentences and fields, in one language, for the page and the PDF alike.

Nothing is read here and nothing left out: every field that is not empty, every look, every message. Only usage events
are counted by month, and the text says where each of them is.
"""

import gettext
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.config import ROOT, Settings
from dashboard.processors.base import Facts
from dashboard.services.requests import letters

from . import facts, words
from .collecting import Consent, Overview, Row, Section
from .labels import LABELS, STAFF, WORDS, label
from .places import SUMMARISED, hidden
from .words import one, said

Field = tuple[str, str]
LOOKS = "access_record"


@dataclass(frozen=True)
class Part:
    """One heading (level 2 or 3) and what stands under it: sentences, points, groups of fields."""

    heading: str
    level: int = 2
    texts: Sequence[str] = ()
    points: Sequence[str] = ()
    groups: Sequence[Sequence[Field]] = ()


@dataclass(frozen=True)
class Document:
    """A document for one person. `ref` and `kind` name it; nothing in them names a person."""

    language: str
    ref: str
    kind: str
    heading: str
    lead: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Frame:
    """What every sentence needs: the language, the company and its zone, where it keeps data, where one asks again."""

    language: str
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return self.settings.zone

    def minute(self, moment: datetime) -> str:
        """Return a moment as a person reads it."""
        return letters.minute(moment, self.language, self.zone)

    def day(self, moment: datetime) -> str:
        """Return a day as a person reads it."""
        return letters.day(moment, self.language, self.zone)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence."""
        return said(key, self.language, **values)


def tell(found: Overview, frame: Frame, *, ref: str) -> Document:
    """Return the overview as a document."""
    parts = [
        _in_short(found, frame), *_relations(found, frame), _consents(found.consents, frame), *_looks(found, frame),
        _partners(found.processors, frame), _hidden(frame), _rights(frame),
    ]  # fmt: skip
    lead = frame.say("lead", at=frame.minute(found.at), ref=ref)
    return Document(frame.language, ref, "overview", frame.say("heading"), lead, parts)


def _title(table: str, frame: Frame) -> str:
    return one(words.TABLES[table][0], frame.language)


def _in_short(found: Overview, frame: Frame) -> Part:
    full = {s.place.table for s in found.sections if s.count}
    empty = dict.fromkeys(_title(s.place.table, frame) for s in found.sections if s.place.table not in full)
    texts = [frame.say("short_text", places=len(words.TABLES))]
    texts += [frame.say("company", names=", ".join(found.companies))] if found.companies else []
    counts = [
        (f"{_title(s.place.table, frame)} · {_relation(s, frame)}", str(s.count)) for s in found.sections if s.count
    ]
    nothing = [frame.say("nothing", names=", ".join(empty))] if empty else []
    return Part(frame.say("short"), texts=[*texts, *nothing], groups=[counts])


def _relation(section: Section, frame: Frame) -> str:
    return one(words.RELATIONS[section.place.relation], frame.language)


def _relations(found: Overview, frame: Frame) -> Iterator[Part]:
    for relation, name in words.RELATIONS.items():
        inside = [s for s in found.sections if s.place.relation == relation and s.count and s.place.table != LOOKS]
        if inside:
            yield Part(one(name, frame.language))
            yield from (_section(section, frame) for section in inside)


def _section(section: Section, frame: Frame) -> Part:
    table = section.place.table
    about = [one(words.TABLES[table][1], frame.language)]
    rows = [_fields(table, row, frame) for row in section.rows]
    if table in SUMMARISED:
        about.append(frame.say("months"))
        rows = [[(month, str(count)) for month, count in section.months.items()]]
    return Part(_title(table, frame), 3, texts=about, groups=[_kept(section, frame), *rows])


def _kept(section: Section, frame: Frame) -> list[Field]:
    """Say where it is, since when, until when, from whom, and how much there is."""
    table, settings = section.place.table, frame.settings
    until = one(words.UNTIL[facts.until(table)], frame.language)
    if section.goes_at:
        until = f"{until}; {frame.say('first_goes', day=frame.day(section.goes_at))}"
    told = [(frame.say("where"), frame.say("where_ours", company=settings.company_name, region=settings.data_region))]
    if section.first and section.last:
        told += [(frame.say("since"), frame.minute(section.first)), (frame.say("last"), frame.minute(section.last))]
    source = one(words.SOURCES[facts.SOURCES[table]], frame.language)
    return [*told, (frame.say("until"), until), (frame.say("source"), source), (frame.say("count"), str(section.count))]


def _fields(table: str, row: Row, frame: Frame) -> list[Field]:
    return [(label(table, name, frame.language), _value(v, frame)) for name, v in row.items() if v not in (None, "")]


def _value(value: Any, frame: Frame) -> str:
    if isinstance(value, datetime):
        return frame.minute(value)
    if isinstance(value, bool):
        return frame.say("yes" if value else "no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(inner, frame)}" for name, inner in value.items())
    return WORDS.get(str(value), str(value)) if frame.language == "nl" else str(value)


def _consents(consents: Sequence[Consent], frame: Frame) -> Part:
    if not consents:
        return Part(frame.say("consents"), texts=[frame.say("no_consent")])
    return Part(frame.say("consents"), points=[" ".join(_consent(consent, frame)) for consent in consents])


def _consent(consent: Consent, frame: Frame) -> Iterator[str]:
    answer = frame.say(consent.answer) if consent.answer in words.SAYS else consent.answer
    day = frame.day(consent.answered_at) if consent.answered_at else "–"
    yield frame.say("answered", day=day, answer=answer)
    if consent.wording:
        yield frame.say("wording", version=consent.version, wording=consent.wording)


def _looks(found: Overview, frame: Frame) -> Iterator[Part]:
    """Tell who looked, each relation apart (P8)."""
    looked = [section for section in found.of(LOOKS) if section.count]
    about = one(words.TABLES[LOOKS][1], frame.language)
    yield Part(frame.say("looks"), texts=[about] if looked else [about, frame.say("no_look")])
    for section in looked:
        yield Part(_relation(section, frame), 3, points=[_look(row, frame) for row in section.rows])


def _look(row: Row, frame: Frame) -> str:
    who = STAFF.get(row["role"] or "")
    actor = _value(who, frame) if who else one(words.THE_SYSTEM, frame.language)
    because = one(words.BECAUSE[row["purpose"]], frame.language) if row["purpose"] in words.BECAUSE else row["purpose"]
    case = f" ({frame.say('case', ref=row['case_ref'])})" if row["case_ref"] else ""
    seen = frame.say("saw", fields=_names(row["fields"], frame)) if row["fields"] else ""
    refused = "" if row["allowed"] else frame.say("refused")
    sentence = f"{frame.minute(row['at'])}. {actor[:1].upper()}{actor[1:]}, {because}{case}."
    return " ".join(filter(None, (sentence, seen, refused)))


def _names(fields: str, frame: Frame) -> str:
    known = (name.strip() for name in fields.split(","))
    return ", ".join(LABELS[name][frame.language == "nl"].lower() if name in LABELS else name for name in known)


def _partners(processors: Sequence[Facts], frame: Frame) -> Part:
    known = catalogue(frame.language).gettext
    return Part(frame.say("partners"), groups=[_partner(p, known, frame) for p in processors])


def _partner(processor: Facts, known: Any, frame: Frame) -> list[Field]:
    ground = f"{known(processor.ground)} ({frame.say('valid' if processor.valid else 'not_valid')})"
    return [
        (known(processor.title), known(processor.place)), (frame.say("holds"), known(processor.holds)),
        (frame.say("ground"), ground), (frame.say("know"), known(processor.note)),
        (frame.say("erased"), known(processor.erasure)),
    ]  # fmt: skip


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts that pages share with the registry of processors; English is what stands in the code."""
    return gettext.translation("messages", str(ROOT / "translations"), [language], fallback=True)


def _hidden(frame: Frame) -> Part:
    names = sorted({name for table in words.TABLES for name in hidden(table)} - {"body", "staff_id", "staff_number"})
    hashes = frame.say("hidden_hashes", names=", ".join(names))
    rest = [frame.say(key) for key in ("hidden_body", "hidden_staff", "hidden_others")]
    return Part(frame.say("hidden"), points=[hashes, *rest])


def _rights(frame: Frame) -> Part:
    return Part(frame.say("rights"), texts=[frame.say("rights_text", address=f"{frame.settings.base_url}/privacy")])

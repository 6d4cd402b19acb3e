"""The page a copy opens with: what is in it and how to read it, in both languages, without any other file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from . import facts, words
from .collecting import Overview, Section
from .telling import Frame
from .words import Both, one

# ruff: noqa: E501 - a sentence is read whole

TITLE: Both = ("Your copy", "Uw kopie")
HOW: Sequence[Both] = (
    ("Each table stands here twice: as JSON, which is exact, and as CSV, which a spreadsheet opens.",
     "Elke tabel staat er twee keer in: als JSON, die precies is, en als CSV, die een rekenblad opent."),
    ("The CSV files are UTF-8 with a byte order mark. A cell that a spreadsheet would take for a formula begins with an apostrophe; the JSON has it without.",
     "De CSV-bestanden zijn UTF-8 met een byte order mark. Een cel die een rekenblad voor een formule zou houden, begint met een apostrof; in de JSON staat die er niet."),
    ("Moments are in UTC. An empty cell is a value that is not there (null in the JSON).",
     "Tijden zijn in UTC. Een lege cel is een waarde die er niet is (null in de JSON)."),
    ("overview.json says for each table where it came from and until when it is kept, with your permissions and our partners. schema.json says what each field means, manifest.json how many rows and which checksum (SHA-256) each file has.",
     "overview.json zegt per tabel waar die vandaan komt en tot wanneer die wordt bewaard, met uw toestemmingen en onze partners. schema.json zegt wat elk veld betekent, manifest.json hoeveel regels en welk controlegetal (SHA-256) elk bestand heeft."),
    ("Nothing is cut short, and nobody else's data is in it. Of our staff you read the role, not the name.",
     "Er is niets afgekapt, en er staan geen gegevens van anderen in. Van onze medewerkers leest u de rol, niet de naam."),
)  # fmt: skip
"""How to read a copy."""
LABELS: Sequence[Both] = (("What", "Wat"), ("Rows", "Regels"), ("From whom", "Van wie"), ("Until when", "Tot wanneer"),
                          ("Files", "Bestanden"))  # fmt: skip


def index(found: Overview, frame: Frame, *, ref: str) -> Iterator[str]:
    """Yield the page, the language of the request first."""
    yield f'<!doctype html>\n<html lang="{frame.language}">\n<head>\n<meta charset="utf-8">\n'
    yield f"<title>{escape(one(TITLE, frame.language))} {escape(ref)}</title>\n</head>\n<body>\n"
    for language in (frame.language, "nl" if frame.language == "en" else "en"):
        yield from _in(language, found, replace(frame, language=language), ref=ref)
    yield "</body>\n</html>\n"


def _in(language: str, found: Overview, frame: Frame, *, ref: str) -> Iterator[str]:
    lead = f"{escape(frame.settings.company_name)}, {escape(ref)}, {escape(frame.minute(found.at))}"
    yield f'<section lang="{language}">\n<h1>{escape(one(TITLE, language))}</h1>\n<p>{lead}</p>\n<ul>\n'
    yield from (f"<li>{escape(one(text, language))}</li>\n" for text in HOW)
    yield "</ul>\n"
    for relation, name in words.RELATIONS.items():
        inside = [s for s in found.sections if s.count and s.place.relation == relation]
        if inside:
            yield f'<h2>{escape(one(name, language))}</h2>\n<table border="1">\n<tr>'
            yield from (f'<th scope="col">{escape(one(text, language))}</th>' for text in LABELS)
            yield "</tr>\n"
            yield from (_row(section, language) for section in inside)
            yield "</table>\n"
    yield "</section>\n"


def _row(section: Section, language: str) -> str:
    table, path = section.place.table, f"{section.place.relation}/{section.place.table}"
    title, purpose = (escape(one(text, language)) for text in words.TABLES[table])
    source, until = words.SOURCES[facts.SOURCES[table]], words.UNTIL[facts.until(table)]
    links = ", ".join(f'<a href="{path}.{kind}">{kind.upper()}</a>' for kind in ("csv", "json"))
    cells = (f"<strong>{title}</strong><br>{purpose}", str(section.count), escape(one(source, language)),
             escape(one(until, language)), links)  # fmt: skip
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"

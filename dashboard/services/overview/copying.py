"""The copy: a zip of everything in the overview, as JSON and CSV, with a page to read, a schema and checksums (P3).

Written row by row to disk, so a hundred thousand events need no more memory than ten; whole or not at all. Nobody
else's data is in it, no file is named after a person, nothing is cut short: the manifest counts what each file holds.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from . import facts, reading, words
from .cells import exact, in_csv, in_json
from .collecting import Overview, Reader, Section
from .places import hidden, shown
from .schema import schema_of
from .telling import Frame

BOM = "﻿"
"""Before each CSV: spreadsheets read Polish and Greek letters rightly with it, and wrongly without."""


@dataclass
class Written:
    """What went into one file of the zip: its rows, its bytes and their checksum."""

    rows: int | None = None
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def told(self) -> dict[str, Any]:
        """Return it as the manifest says it."""
        return {"rows": self.rows, "bytes": self.size, "sha256": self.digest.hexdigest()}


class Bundle:
    """A zip that is being written; it counts and fingerprints what goes in."""

    def __init__(self, target: IO[bytes], *, at: datetime) -> None:
        """Take the file to write to; every entry is dated `at`."""
        self._zip = ZipFile(target, "w", ZIP_DEFLATED)
        self._date = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self.written: dict[str, Written] = {}

    def write(self, name: str, pieces: Iterable[str], *, rows: int | None = None) -> None:
        """Write one file out of pieces."""
        written = self.written[name] = Written(rows)
        info = ZipInfo(name, self._date)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                encoded = piece.encode()
                written.size += len(encoded)
                written.digest.update(encoded)
                file.write(encoded)

    def close(self) -> None:
        """Write the table of contents; without it a zip is none."""
        self._zip.close()


def write_copy(target: IO[bytes], found: Overview, read: Reader, frame: Frame, *, ref: str) -> None:
    """Write the copy of a person's data."""
    bundle = Bundle(target, at=found.at)
    full = [section for section in found.sections if section.count]
    for section in full:
        _write_table(bundle, section, read)
    bundle.write("overview.json", [_json(overview(found, frame, ref=ref))])
    bundle.write("schema.json", [_json(schema_of(section.place for section in found.sections))])
    bundle.write("index.html", reading.index(found, frame, ref=ref))
    files = {name: written.told() for name, written in bundle.written.items()}
    counts = {_path(section): section.count for section in found.sections}
    bundle.write(
        "manifest.json", [_json({"request": ref, "made_at": exact(found.at), "counts": counts, "files": files})]
    )
    bundle.close()


def _write_table(bundle: Bundle, section: Section, read: Reader) -> None:
    """Write the rows of a place twice: as JSON, and as CSV."""
    path, count = _path(section), section.count
    bundle.write(f"{path}.json", _as_json(read.rows(section.place)), rows=count)
    bundle.write(f"{path}.csv", _as_csv(shown(section.place.table), read.rows(section.place)), rows=count)


def _path(section: Section) -> str:
    return f"{section.place.relation}/{section.place.table}"


def _as_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    before = "[\n"
    for row in rows:
        yield before + in_json(row)
        before = ",\n"
    yield "\n]\n"


def _as_csv(names: list[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield BOM + _line(names)
    for row in rows:
        yield _line([in_csv(row[name]) for name in names])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


def _json(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, indent=1, default=exact_or_text) + "\n"


def exact_or_text(value: Any) -> Any:
    """Return what JSON cannot write by itself: moments exactly, days as text."""
    told = exact(value)
    return told if isinstance(told, str) else str(value)


def overview(found: Overview, frame: Frame, *, ref: str) -> dict[str, Any]:
    """Return what stands beside the rows: every place with its count, consents as read out, processors."""
    settings = frame.settings
    return {
        "request": ref, "made_at": exact(found.at), "company": settings.company_name, "region": settings.data_region,
        "companies": list(found.companies), "sections": [_section(section) for section in found.sections],
        "consents": [vars(consent) for consent in found.consents],
        "processors": [vars(processor) for processor in found.processors],
        "not_shown": [words.SAYS[key][0] for key in ("hidden_body", "hidden_staff", "hidden_others")],
    }  # fmt: skip


def _section(section: Section) -> dict[str, Any]:
    table = section.place.table
    (title, _), (purpose, _) = words.TABLES[table]
    moments = {name: exact(getattr(section, name)) for name in ("first", "last", "goes_at")}
    kept = {"until": words.UNTIL[facts.until(table)][0], "source": words.SOURCES[facts.SOURCES[table]][0]}
    files = [f"{_path(section)}.{kind}" for kind in ("json", "csv")] if section.count else []
    return {
        "table": table, "relation": section.place.relation, "title": title, "purpose": purpose,
        "count": section.count, **moments, **kept, "files": files, "not_shown": hidden(table),
    }  # fmt: skip


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that only its owner can read, and that appears whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

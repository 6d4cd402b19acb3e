"""What goes into the folder: read from the same places as the pages, as of one moment. Figures and fixed words only."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import source_of
from dashboard.config import Settings
from dashboard.policy import promises
from dashboard.policy.retention import OWNER, RULES, Rule
from dashboard.services import documents, processors
from dashboard.services.activities.record import record
from dashboard.services.activities.text import text_of
from dashboard.services.canaries import reading as canaries
from dashboard.services.erasure.residue import ADDRESS
from dashboard.services.matrix import Endpoint
from dashboard.services.promises import reading
from dashboard.services.promises.reading import Line
from dashboard.services.retention.outcome import outcome
from dashboard.services.seals.standing import standing
from models import PromiseResult, bound

from . import instruction, signing

LATEST = 5
"""Results of a promise shown as they were kept, beside the days they are summed up by."""
COLUMNS = ("promise", "state", "figure", "of", "unit", "because", "control", "kind", "proof", "owner", "checked_at")


class PersonalDataInside(Exception):
    """Cannot continue because an e-mail address stands in a file of the folder; the text names the file."""


@dataclass(frozen=True)
class Source:
    """What the folder is made from: a session that reads, the settings, the endpoints as the front door has them."""

    session: Session
    settings: Settings
    endpoints: Iterable[Endpoint]


def contents(source: Source) -> dict[str, str]:
    """Return every file by its name; raise PersonalDataInside."""
    session, settings = source.session, source.settings
    board = reading.board(session)
    found = {
        "about.json": _json(_about(source)),
        "promises.csv": _csv(COLUMNS, (_row(line) for line in board.lines)),
        "promises.json": _json([_entry(session, settings, line) for line in board.lines]),
        "policy.txt": promises.published(),
        "processing-activities.md": text_of(record(settings), made=f"Made on {bound(session).at:%Y-%m-%d %H:%M} UTC."),
        "access-matrix.csv": documents.matrix_text(source.endpoints),
        "roles.md": documents.roles_text(),
        "processors.json": _json([asdict(standing) for standing in processors.standings(session, settings)]),
        "retention.json": _json([_kept(session, settings, rule) for rule in RULES]),
        "access-log.json": _json(_sealed(session, settings)),
        "canaries.json": _json([asdict(walk) for walk in canaries.walks(session)]),
    }
    found["VERIFY.md"] = instruction.page(set(found))
    refuse_personal(found, allowed=settings.privacy_contact)
    return found


def refuse_personal(found: Mapping[str, str], *, allowed: str) -> None:
    """Raise PersonalDataInside when a file holds an e-mail address that is not the company's own published one."""
    for name, text in found.items():
        if set(map(str.lower, ADDRESS.findall(text))) - {allowed.lower()}:
            raise PersonalDataInside(name)


def _about(source: Source) -> dict[str, Any]:
    return {
        "what": "Evidence that the published privacy policy is kept",
        "controller": asdict(record(source.settings).controller),
        "made_at": bound(source.session).at,
        "database": source.session.get_bind().dialect.name,
        "public_key_sha256": signing.fingerprint(),
        "policy_sha256": promises.hash_of(promises.published()),
    }


def _kept(session: Session, settings: Settings, rule: Rule) -> dict[str, Any]:
    """How a rule stands: the day of its oldest row, never the moment, which would be that of one person's deed."""
    found = outcome(session, rule, at=bound(session).at, zone=settings.zone)
    return {
        "rule": rule.name, "table": rule.table, "clock": rule.clock, "kept_for": str(rule.period),
        "then": rule.action.value, "by": rule.promises or OWNER, "oldest": found.oldest_on,
        "kept_through": found.kept_through and found.kept_through.date(), "overdue": found.overdue,
    }  # fmt: skip


def _sealed(session: Session, settings: Settings) -> dict[str, Any]:
    """The newest seal: whoever keeps it can later have the log verified against it (`flask audit verify --told`)."""
    found = standing(session, settings.anchor_file)
    return {
        "newest_seal": found.newest.number, "hash": found.newest.chained, "sealed_at": found.sealed_at,
        "anchored_seal": found.anchored, "lines_not_sealed_yet": found.unsealed, "lines_pruned": found.pruned,
        "last_verified": found.verified and found.verified.state,
    }  # fmt: skip


def _row(line: Line) -> tuple[object, ...]:
    told = line.promise
    proof = told.check or told.test or told.reason
    return (
        told.no, line.state, line.figure, line.of, line.unit, line.because, told.control, told.kind, proof, told.owner,
        line.checked_at and line.checked_at.isoformat(),
    )  # fmt: skip


def _entry(session: Session, settings: Settings, line: Line) -> dict[str, Any]:
    told = line.promise
    check = CHECKS.get(told.no)
    return {
        **dict(zip(COLUMNS, _row(line), strict=True)), "sentence": told.sentence, "sentence_sha256": told.hash,
        "known_when_mapped": told.red, "since": line.since, "where": line.where,
        "query": source_of(check) if check else "",
        "history": [asdict(day) for day in reading.history(session, told.no, zone=settings.zone)],
        "latest": _latest(session, told.no),
    }  # fmt: skip


def _latest(session: Session, no: str) -> list[dict[str, Any]]:
    kept = PromiseResult
    columns = select(kept.at, kept.state, kept.figure, kept.of).where(kept.promise == no)
    return [dict(row._mapping) for row in session.execute(columns.order_by(kept.at.desc()).limit(LATEST))]  # noqa: SLF001 - the row's public name for itself


def _json(told: Any) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _csv(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue()

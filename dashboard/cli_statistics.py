"""`flask import website-statistics FILE`: what the analytics tool adds up, nothing of a visitor (P5, P13, P22, P23)."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dashboard.database.engine import system_session
from dashboard.services.statistics import website
from models import db

READERS = {".csv": website.lines_of_csv, ".jsonl": website.lines_of_jsonl}
REASONS = {
    "ip_address": "holds an IP address",
    "visitor_id": "holds what looks like a visitor's id",
    "email_address": "holds an e-mail address",
    "unreadable": "cannot be read",
    "unknown_column": "has a column that is no aggregate",
    "not_a_day": "is no day like 2026-11-24, or lies in the future",
    "not_a_path": "is no path of a page; leave out host, ? and #",
    "not_a_count": "is no whole number",
    "differs_from_before": "differs from what came in before for this day and page; nothing was overwritten",
}


@click.group("import")
def import_commands() -> None:
    """Take in files."""


@import_commands.command("website-statistics")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def website_statistics_command(file: Path) -> None:
    """Take in day, page, visits (and views) from a .csv or .jsonl file; exit non-zero when a row was refused."""
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise click.ClickException("The file's name must end in .csv or .jsonl.")
    try:
        outcome = _taken(file, reader)
    except website.NotAggregates:
        raise click.ClickException(
            "Nothing was taken in: the columns must be day, page, visits and, if you have them, views. "
            "A column about visitors or addresses is refused as a whole."
        ) from None
    except UnicodeDecodeError:
        raise click.ClickException("The file is not UTF-8; rows before that place are in.") from None
    click.echo(f"{outcome.taken} rows taken in, {outcome.known} known already, {len(outcome.refused)} refused.")
    rejects = file.with_name(f"{file.name}.rejects.csv")
    if outcome.refused:
        write_rejects(rejects, outcome.refused)
        raise click.ClickException(f"Refused rows, by line and reason: {rejects.name} beside the file.")
    rejects.unlink(missing_ok=True)  # of an earlier try


def _taken(file: Path, reader: Any) -> website.Outcome:
    session = system_session(db.engine, "import of website statistics")
    with file.open(encoding="utf-8-sig", newline="") as text, _bar(file) as seen, session:
        return website.take_in(session, reader(seen(text)))


@contextmanager
def _bar(file: Path) -> Iterator[Any]:
    """Show on standard error how much of the file has been read."""
    with click.progressbar(length=file.stat().st_size, label="Website statistics", file=sys.stderr) as bar:

        def seen(lines: Iterable[str]) -> Iterator[str]:
            for line in lines:
                yield line
                bar.update(len(line.encode()))

        yield seen


def write_rejects(path: Path, refused: Iterable[website.Refusal]) -> None:
    """Write which lines were refused and why; never what stood there."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(("line", "column", "reason", "why"))
        writer.writerows((r.line, r.column, r.reason, REASONS[r.reason]) for r in refused)

"""`flask promises …`: whether what we published is true now."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from dashboard.database.engine import system_session
from dashboard.policy.promises import register
from dashboard.services.promises import reading, running
from dashboard.services.promises.reading import Board, Line
from models import db, utcnow

promise_commands = AppGroup("promises", help="Check what the published policy promises.")


@promise_commands.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of lines.")
@click.argument("promise", nargs=-1)
def check_command(promise: tuple[str, ...], *, as_json: bool) -> None:
    """Check every promise (or PROMISE …) and keep what was found; exit 1 when one has broken since it was mapped."""
    if strange := [no for no in promise if no not in register()]:
        raise click.ClickException(f"There is no promise {', '.join(strange)}: they are numbered P1 to P61.")
    running.check_all(db.engine, current_app.extensions["settings"], at=utcnow(), only=promise)
    with system_session(db.engine, "print the promises", read_only=True) as session:
        board = reading.board(session)
    lines = [line for line in board.lines if not promise or line.promise.no in promise]
    click.echo(json.dumps(_document(board, lines), indent=2) if as_json else _table(board, lines))
    if any(line.fails for line in lines):
        raise SystemExit(1)


def _document(board: Board, lines: list[Line]) -> dict[str, object]:
    return {
        "checked_at": board.checked_at.isoformat() if board.checked_at else None,
        "counts": dict(board.counts),
        "promises": [_entry(line) for line in lines],
    }


def _entry(line: Line) -> dict[str, object]:
    return {
        "promise": line.promise.no,
        "sentence": line.promise.sentence,
        "state": line.state,
        "known": line.is_known,
        "figure": line.figure,
        "of": line.of,
        "unit": line.unit,
        "because": line.because,
        "where": line.where,
        "owner": line.promise.owner,
        "since": line.since.isoformat() if line.since else None,
        "checked_at": line.checked_at.isoformat() if line.checked_at else None,
    }


def _table(board: Board, lines: list[Line]) -> str:
    told = [f"{line.promise.no:>3}  {line.state:<16} {_words(line)}" for line in lines]
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in board.counts.items())
    return "\n".join((*told, "", f"{len(board.lines)} promises: {counts}."))


def _words(line: Line) -> str:
    figure = "" if line.figure is None else f"{line.figure:,} " + (f"of {line.of:,} " if line.of else "")
    known = " (known when it was mapped)" if line.is_known else ""
    return f"{figure}{line.unit}{': ' if line.unit and line.because else ''}{line.because}{known}".strip()

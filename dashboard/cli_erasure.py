"""`flask erasure …`: do again what a restored backup forgot; look for what an erasure left."""

import re

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.services import outbox
from dashboard.services.erasure import ledger, replaying, residue
from models import SubjectRequest, db

erasure_commands = AppGroup("erasure", help="Replay erasures after a restore; scan for residue.")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@erasure_commands.command("replay")
def replay_command() -> None:
    """Do again what the ledger's file says and the database lacks; the application serves only after that."""
    path = _settings().ledger_file
    try:
        with system_session(db.engine, "replay the ledger") as session:
            done = replaying.replay(session, _settings(), path=path)
    except ledger.LedgerBroken as error:
        raise click.ClickException(
            f"The ledger's file is not what was written: {error}. Nothing was changed."
        ) from None
    click.echo(f"{done} lines replayed; the database is level with the ledger." if done else "Nothing to replay.")


@erasure_commands.command("scan")
@click.argument("request")
def scan_command(request: str) -> None:
    """Look for values that were erased on REQUEST (R-2207); exit 1 when something is left."""
    number = re.fullmatch(r"R-(\d{1,12})", request)
    if number is None:
        raise click.ClickException("Write the request's number, such as R-2207.")
    with system_session(db.engine, "scan for residue", read_only=True) as session:
        request_id = session.scalar(select(SubjectRequest.id).where(SubjectRequest.number == int(number[1])))
        sought = residue.known(session, request_id or "")
        hits = residue.scan(session, sought, folders=(outbox.FOLDER, _settings().export_folder))
    if not sought:
        raise click.ClickException(
            "No fingerprints of this request are kept: it erased nothing, or its backups are gone."
        )
    for hit in hits:
        click.echo(f"left: {hit.kind} in {hit.place}")
    click.echo(f"{len(sought)} fingerprints sought, found in {len(hits)} places.")
    if hits:
        raise SystemExit(1)

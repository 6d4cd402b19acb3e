"""`flask audit …`: verify the access log against its seals and the anchors outside the database; seal what is new."""

import re
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.services.seals import anchor, sealing, verifying
from dashboard.services.seals.outcome import Outcome, Told
from models import db

audit_commands = AppGroup("audit", help="Verify and seal the access log.")
TOLD = re.compile(r"(\d{1,12}):([0-9a-f]{64})")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@audit_commands.command("verify")
@click.option("--told", metavar="SEAL:HASH", help="Also hold the log against a seal that a message told.")
def verify_command(told: str | None) -> None:
    """Verify every sealed line; name each range that is broken, and exit 1 when one is."""
    given = TOLD.fullmatch(told) if told is not None else None
    if told is not None and given is None:
        raise click.ClickException("Write --told as the message does: the seal's number, a colon, 64 characters.")
    against = Told(int(given[1]), given[2]) if given else None
    with verifying.snapshot(db.engine) as session:
        outcome = verifying.verify(session, path=_settings().anchor_file, told=against)
    _report(outcome)
    if not outcome.holds:
        raise SystemExit(1)


def _report(outcome: Outcome) -> None:
    for restore in outcome.resumed:
        click.echo(f"note: at {restore.at} a restore lost seals {restore.back_to + 1} to {restore.lost}")
    for finding in outcome.findings:
        click.echo(f"broken: {finding.sentence}")
    end = outcome.newest
    click.echo(f"{outcome.lines} lines in {outcome.seals} seals, sealed up to line {end.last}; anchored up to seal "
               f"{outcome.anchored}; {outcome.unsealed} lines not sealed yet.")  # fmt: skip
    click.echo("The access log holds." if outcome.holds else "The access log does not hold.")


@audit_commands.command("seal")
def seal_command() -> None:
    """Seal the lines that are new and anchor the seal, as the job does every minute; exit 1 when it cannot."""
    try:
        with system_session(db.engine, "seal the access log") as session:
            sealed = sealing.seal_access_log(session, _settings())
    except (anchor.AnchorAhead, anchor.AnchorUnreadable) as error:
        raise click.ClickException(_advice(error)) from None
    click.echo(f"{sealed} lines sealed.")


def _advice(error: Exception) -> str:
    if isinstance(error, anchor.AnchorUnreadable):
        return f"The file of anchors is not what was written ({error}): put it back as it was. Nothing was sealed."
    return (
        f"The log was cut off: {error}. Nothing was sealed. After a restore, and only then, run "
        "`flask --app wsgi audit resume`."
    )


@audit_commands.command("resume")
@click.confirmation_option(
    prompt="Was a backup restored? The lines sealed after it are lost, and this says so for ever"
)
def resume_command() -> None:
    """After a restore: write to the file of anchors, signed, which seals were lost, and go on from there."""
    with system_session(db.engine, "resume the access log", read_only=True) as session:
        line = anchor.resume(session, _settings().anchor_file, at=datetime.now(UTC))
    if line is None:
        click.echo("Nothing was lost: the database reaches as far as the anchors.")
        return
    click.echo(f"Seals {line.back_to + 1} to {line.lost} are lost; the chain goes on behind seal {line.back_to}.")

"""`flask evidence DIR`: a dated, signed folder for whoever must be shown that the policy is kept."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from dashboard.database.engine import system_session
from dashboard.services.evidence import folder, signing
from dashboard.services.evidence.contents import PersonalDataInside, Source, contents
from dashboard.services.promises import running
from models import db, utcnow


@click.command("evidence")
@click.argument("directory", type=click.Path(path_type=Path))
@with_appcontext
def evidence_command(directory: Path) -> None:
    """Check every promise, then write a signed folder into DIRECTORY, which must be new or empty.

    Whoever gets it verifies it with the page VERIFY.md inside, and with the fingerprint printed here.
    """
    settings = current_app.extensions["settings"]
    try:
        folder.refuse_if_taken(directory)
        running.check_all(db.engine, settings, at=utcnow())
        with system_session(db.engine, "write the evidence", read_only=True, real_only=True) as session:
            made = contents(Source(session, settings, current_app.extensions["endpoints"]()))
        written = folder.write(directory, made)
    except folder.FolderTaken as error:
        raise click.ClickException(f"{error} is not empty, or no folder: choose a new one.") from error
    except PersonalDataInside as error:
        raise click.ClickException(f"nothing was written: an e-mail address stands in {error}.") from error
    click.echo(f"{written}: {len(made)} files, signed")
    click.echo(f"fingerprint of the public key: {signing.fingerprint()}")

"""Commands that write and compare the documents made from the code."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from dashboard.config import ROOT
from dashboard.services import documents

MATRIX = "docs/access-matrix.csv"


def register(app: Flask) -> None:
    """Add the commands to an application."""
    app.cli.add_command(docs_command)
    app.cli.add_command(access_matrix_command)


@click.command("docs")
@with_appcontext
def docs_command() -> None:
    """Write the documents that say what the code says, such as docs/roles.md, anew."""
    for path, text in documents.all_documents(current_app.extensions["endpoints"]()).items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
        click.echo(path)


@click.command("access-matrix")
@with_appcontext
def access_matrix_command() -> None:
    """Print the access matrix; exit 1 when the checked-in file differs from it."""
    text = documents.matrix_text(current_app.extensions["endpoints"]())
    click.echo(text, nl=False)
    kept = ROOT / MATRIX
    if not kept.exists() or kept.read_text(encoding="utf-8") != text:
        click.echo(f"{MATRIX} differs: look at the change, then run `make docs`.", err=True)
        raise SystemExit(1)

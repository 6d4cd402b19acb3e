"""The command line: `flask --app wsgi …`. Each command exits non-zero when what it checks does not hold."""

import click
from flask import Flask, current_app

from dashboard.config import ROOT
from dashboard.serve import serve


def register(app: Flask) -> None:
    """Add the commands to an application."""
    app.cli.add_command(serve_command)


@click.command("serve")
def serve_command() -> None:
    """Run the web server and the scheduler in the foreground."""
    settings = current_app.extensions["settings"]
    raise SystemExit(serve(port=settings.port, lines=[str(ROOT)]))

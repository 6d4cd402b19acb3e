"""The command line: `flask --app wsgi …`. Each command exits non-zero when what it checks does not hold."""

import click
from flask import Flask, current_app

from dashboard import cli_documents
from dashboard.cli_audit import audit_commands
from dashboard.cli_demo import demo_command, fill, held, sign_ins, stand_ins
from dashboard.cli_erasure import erasure_commands
from dashboard.cli_evidence import evidence_command
from dashboard.cli_promises import promise_commands
from dashboard.cli_retention import retention_commands
from dashboard.cli_staff import staff_commands, token_commands
from dashboard.cli_statistics import import_commands
from dashboard.database import migrate
from dashboard.serve import serve
from models import db


def register(app: Flask) -> None:
    """Add the commands to an application."""
    app.cli.add_command(serve_command)
    app.cli.add_command(database_commands)
    app.cli.add_command(demo_command)
    app.cli.add_command(staff_commands)
    app.cli.add_command(token_commands)
    app.cli.add_command(erasure_commands)
    app.cli.add_command(audit_commands)
    app.cli.add_command(import_commands)
    app.cli.add_command(evidence_command)
    app.cli.add_command(promise_commands)
    app.cli.add_command(retention_commands)
    cli_documents.register(app)


@click.command("serve")
def serve_command() -> None:
    """Bring the database up to date, fill the demo, run web server and scheduler in the foreground."""
    settings = current_app.extensions["settings"]
    migrate.upgrade(db.engine)
    if settings.demo:
        fill()
    also = (stand_ins(settings, copies=held()),) if settings.demo else ()
    db.engine.dispose()
    lines = ["", "Sign in as one of these:", *sign_ins()] if settings.demo else []
    raise SystemExit(serve(port=settings.port, lines=lines, also=also))


@click.group("database")
def database_commands() -> None:
    """Bring the database up to date; write a migration."""


@database_commands.command("upgrade")
def upgrade_command() -> None:
    """Run the migrations the database has not seen yet."""
    migrate.upgrade(db.engine)


@database_commands.command("revision")
@click.argument("message")
def revision_command(message: str) -> None:
    """Write a migration from the difference between the tables and the models."""
    migrate.revise(db.engine, message)

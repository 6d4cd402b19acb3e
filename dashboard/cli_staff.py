"""`flask staff …` and `flask token …`: what the command line may do with rights. Each use is recorded.

It gives none by itself: it proposes, and two sysadmins decide. The exceptions are a house with fewer than two
sysadmins, which nobody could open otherwise, and the demo, whose tokens open nothing real.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.policy.roles import Role
from dashboard.services import api_tokens, invitations, proposals
from dashboard.services.refusals import CannotContinue, Invalid, SomeoneWasFaster
from models import Staff, db

TWO = 2


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _says_why(command: Callable[..., None]) -> Callable[..., None]:
    """Turn a refusal into a message and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Invalid as refusal:
            raise click.ClickException(str(refusal)) from None
        except CannotContinue as refusal:
            raise click.ClickException(f"Cannot continue: {type(refusal).__name__}.") from None

    return run


staff_commands = AppGroup("staff", help="Invite staff.")
token_commands = AppGroup("token", help="Make and revoke the tokens of the website and the app.")


@staff_commands.command("invite")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="How colleagues call them; without it, the address up to the @.")
@_says_why
def invite_command(email: str, role: str, name: str) -> None:
    """Propose to invite a colleague; the first two sysadmins are invited at once."""
    name = name or email.partition("@")[0]
    domains = _settings().staff_domains.split(",")
    with system_session(db.engine, "command line") as session:
        if role == Role.SYSADMIN and _sysadmins(session) < TWO:
            _invite_at_once(session, email.strip().lower(), name=name, domains=domains)
            return
        number = proposals.invite(session, email=email, name=name, role=role, domains=domains)
    click.echo(f"Proposal {number} waits: one system administrator must stand behind it, another agree.")


def _sysadmins(session: Session) -> int:
    found = select(func.count()).select_from(Staff).where(Staff.role == Role.SYSADMIN, Staff.active.is_(True))
    return session.scalar(found) or 0


def _invite_at_once(session: Session, email: str, *, name: str, domains: list[str]) -> None:
    proposals.check_address(email, domains=domains)
    sender = invitations.Sender(_settings().base_url, _settings().company_name)
    invitations.issue(session, email=email, name=name, role=Role.SYSADMIN, sender=sender)
    session.commit()
    click.echo("Invited, because there are not two system administrators yet. The message waits in the outbox.")


@token_commands.command("create")
@click.argument("name")
@click.option("--scope", required=True, type=click.Choice(proposals.SCOPES))
@_says_why
def create_command(name: str, scope: str) -> None:
    """Propose a token; under DEMO=1 print a working one at once."""
    with system_session(db.engine, "command line") as session:
        if not _settings().demo:
            number = proposals.new_token(session, name=name, scope=scope)
            click.echo(f"Proposal {number} waits: one system administrator must stand behind it, another agree.")
            return
        proposals.check_token(session, name=name, scope=scope)
        clear = api_tokens.make(session, name=name, scope=scope)
        session.commit()
    click.echo(clear)


@token_commands.command("revoke")
@click.argument("name")
@_says_why
def revoke_command(name: str) -> None:
    """Make a token useless at once."""
    with system_session(db.engine, "command line") as session:
        try:
            api_tokens.revoke(session, name)
        except SomeoneWasFaster:
            raise click.ClickException("No token of this name works.") from None
    click.echo("Revoked. Calls with it are refused from now on.")

"""`flask demo`: fills an empty database through the intake API, and keeps a stand-in app and website going.

Everything a customer or visitor would send enters as they would send it. Only staff, their password and the first cases
on their desks are made here, and only under DEMO=1.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event

import click
from flask import current_app
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.cli_demo_staff import play_staff
from dashboard.config import Settings
from dashboard.database.engine import system_session
from dashboard.demo.calls import Audience
from dashboard.demo.clients import HandingOn, HttpClient, InProcessClient
from dashboard.demo.live import keep_going
from dashboard.demo.player import Bar, StoryStopped, play
from dashboard.demo.story import SEED, tell
from dashboard.demo.website_figures import tell_website
from dashboard.serve import Child
from dashboard.services import api_tokens, tokens
from dashboard.services.promises.jobs import check_promises
from dashboard.services.retention.running import Means, keep
from dashboard.services.statistics import website, weeks
from models import Account, ApiToken, ContactRequest, Heartbeat, Staff, db, new_id, utcnow

PASSWORD = "demo-only-password"  # noqa: S105 - printed at start, worthless outside the demo
STAFF = {
    "rep": ("rep", "Sanne de Wit"),
    "rep2": ("rep", "Tomás Rivera"),
    "support": ("support", "Noor Haddad"),
    "support2": ("support", "Jonas Keller"),
    "sysadmin": ("sysadmin", "Ilse Maes"),
    "sysadmin2": ("sysadmin", "Piotr Nowak"),
    "compliance": ("compliance", "Amélie Laurent"),
}
"""The demo's staff: address before the @, role, name."""
PARTNERS = {
    "PARTNERS_HUBSPOT_SECRET": "hubspot_token",
    "PARTNERS_APP_SECRET": "app_webhook_secret",
    "PARTNERS_WEBSITE_SECRET": "website_webhook_secret",
}
"""What the stand-ins are told, from which setting."""
BEGUN, TOLD = "demo story begun", "demo story told"


def sign_ins() -> list[str]:
    """Return one line per demo identity, for whoever starts the demo."""
    return [f"  {name + '@demo.example':26} {role:11} {PASSWORD}" for name, (role, _name) in STAFF.items()]


def held() -> bytes:
    """Return what the partners' stand-ins hold, as JSON: each account the app has sent and each form of the website.

    Whoever was removed is not among them, however often the demo is started.
    """
    with _system("what the partners' stand-ins hold") as session:
        forms = session.execute(select(ContactRequest.name, ContactRequest.email, ContactRequest.phone)).mappings()
        told = {"accounts": list(session.scalars(select(Account.external_id))), "forms": [dict(one) for one in forms]}
    return json.dumps(told).encode()


def stand_ins(settings: Settings, *, copies: bytes = b"") -> Child:
    """Return the program that stands in for HubSpot, the app and the website, with what its callers must know."""
    secrets = {name: getattr(settings, setting) for name, setting in PARTNERS.items()}
    told = {"PARTNERS_PORT": str(settings.stand_ins_port), **secrets, **({"PARTNERS_TOLD": "1"} if copies else {})}
    command = (sys.executable, "-m", "dashboard.demo.partners")
    environment = tuple(told.items())
    return Child("The partners' stand-in", command, port=settings.stand_ins_port, environment=environment, told=copies)


@click.command("demo")
@click.option("--live", is_flag=True, help="Keep a stand-in app and website going until Ctrl-C.")
@click.option("--accounts", default=800, show_default=True, help="How many accounts the story has.")
@click.option("--events", default=300_000, show_default=True, help="How many usage events.")
def demo_command(*, live: bool, accounts: int, events: int) -> None:
    """Fill the database with a believable company, through the intake API; with --live, go on."""
    if not current_app.extensions["settings"].demo:
        raise click.ClickException("The demo needs DEMO=1: it makes staff with a known password.")
    fill(accounts=accounts, events=events)
    if live:
        go_on(accounts=accounts)


def fill(*, accounts: int = 800, events: int = 300_000) -> None:
    """Tell the story once; a story that was cut short goes on where repeating it changes nothing."""
    begun = begin()
    if begun is None:
        return
    click.echo("Telling the demo's story through the intake API …", err=True)
    with stand_in_tokens("story") as keys, Bar(length=events) as bar:
        client = InProcessClient(current_app.wsgi_app, keys)
        try:
            play(tell(now=begun, accounts=accounts, events=events), client, progress=bar)
        except StoryStopped as stopped:
            raise click.ClickException(str(stopped)) from stopped
    play_staff()
    with _system("the demo's story is told") as session:
        session.add(Heartbeat(process=TOLD))
        session.commit()
    play_nights()  # after it: told again, the story would bring back what the nights have deleted


def play_nights() -> None:
    """Do what the nights of the story would have done: figures, the website's, what is due; then check the promises."""
    settings = current_app.extensions["settings"]
    with _system("the demo's statistics") as session:
        weeks.make_figures(session, settings)
        website.take_in(session, tell_website(today=utcnow().astimezone(settings.zone).date(), seed=SEED))
    keep(Means(db.engine, settings))
    with _system("the demo's promises") as session:
        check_promises(session, settings)


def begin() -> datetime | None:
    """Make the demo's staff and note when the story began; None when it has been told already."""
    with _system("the demo's staff") as session:
        notes = {row.process: row.at for row in session.scalars(select(Heartbeat))}
        if TOLD in notes:
            return None
        if BEGUN not in notes:
            notes[BEGUN] = utcnow()
            session.add(Heartbeat(process=BEGUN, at=notes[BEGUN]))
            session.add_all(_staff())
        session.commit()
    return notes[BEGUN]


def _staff() -> Iterator[Staff]:
    password = hash_password(PASSWORD)
    for name, (role, full_name) in STAFF.items():
        here = {"password": password, "last_seen_at": utcnow()}  # who never came in is handed no ticket
        yield Staff(email=f"{name}@demo.example", name=full_name, role=role, **here)


@contextmanager
def stand_in_tokens(of: str) -> Iterator[dict[Audience, str]]:
    """Yield a key each for the stand-in app and website; they are revoked when the stand-in stops.

    A story that goes on after a break is the same caller as before: the API knows a call sent again by its token.
    """
    scopes: tuple[Audience, ...] = ("app", "website")
    names = {scope: f"stand-in {scope}, {of}" for scope in scopes}
    with _system("the demo's tokens") as session:
        keys = {scope: _key(session, name=name, scope=scope) for scope, name in names.items()}
        session.commit()
    try:
        yield keys
    finally:
        with _system("the demo's tokens") as session:
            for token in session.scalars(select(ApiToken).where(ApiToken.name.in_(names.values()))):
                token.revoked_at = utcnow()
            session.commit()


def _key(session: Session, *, name: str, scope: Audience) -> str:
    known = session.scalar(select(ApiToken).where(ApiToken.name == name))
    if known is None:
        return api_tokens.make(session, name=name, scope=scope)
    key = tokens.new_key()
    known.token_hash, known.revoked_at = tokens.hashed(key), None
    return key


def go_on(*, accounts: int) -> None:
    """Play app and website against the running server until Ctrl-C."""
    settings = current_app.extensions["settings"]
    with stand_in_tokens(f"live {new_id()[:6]}") as keys:
        calls = HttpClient(f"http://127.0.0.1:{settings.port}", keys)
        client = HandingOn(calls, port=settings.stand_ins_port, token=settings.hubspot_token)
        keep_going(client, now=utcnow, stop=Event(), people_of=(SEED, accounts))


def _system(reason: str) -> Session:
    return system_session(db.engine, reason)

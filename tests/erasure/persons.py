"""Persons planted everywhere we can hold one, with a neighbour beside each, and a removal carried out on them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dashboard.processors.memory import Memory
from dashboard.processors.registry import PROCESSORS
from dashboard.services.erasure import running
from dashboard.services.erasure.means import Means
from dashboard.services.requests import confirming, links, receiving
from models import (
    AccessRecord,
    Account,
    AccountPreference,
    CompanyAdministrator,
    ContactAttempt,
    ContactRequest,
    IdempotencyRecord,
    Message,
    SubjectRequest,
    TraceWidening,
    db,
    utcnow,
)
from tests.world import World

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Planted:
    """One person: an account, a submission, and everything that hangs on them; every value is in `values`."""

    account: Any
    contact: Any
    email: str
    values: tuple[str, ...]


def plant(world: World, name: str, *, email: str, first: str, last: str, phone: str, company: Any = None) -> Planted:
    """Plant a person in every table that can hold one."""
    now = utcnow()
    account = world.account(
        name, company=company, email=email, first_name=first, last_name=last, external_id=f"acc-{name}-0001"
    )
    submitted = {"submitted_at": now, "external_id": f"form-{name}"}
    contact = world.add(ContactRequest(name=f"{first} {last}", email=email, phone=phone, **submitted))
    ticket = world.error_ticket(
        account,
        assignee="support",
        name=name,
        body=f"Hello, {first} {last} here ({email}, {phone}). Greetings, {first}",
    )
    world.ticket(account, name=f"{name}-2", subject=f"From {last}, {first}", body=f"Mail {email.upper()}.")
    opening = world.opening(ticket, engineer="support", until=now, reason_text=f"{first} {last} asked twice")
    for hours in range(5):
        world.event(account, at=now - hours * HOUR, name=name)
    world.onboarding(account, assignee="sysadmin", ends_at=now + HOUR)
    support = world.staff["support"]
    world.add(
        AccountPreference(account_id=account.id, message_type="report_ready", wanted=True),
        CompanyAdministrator(company_id=account.company_id, account_external_id=account.external_id),
        ContactAttempt(contact_request_id=contact.id, staff_id=world.staff["rep"], channel="phone", result="reached"),
        TraceWidening(
            opening_id=opening.id, ticket_number=ticket.number, asked_by=support, hours=48, reason="pattern"
        ),
        Message(type="notice", cause="account x", address=email, subject="s", body=f"Dear {first}"),
        IdempotencyRecord(
            key_hash=f"{name:x<64}"[:64], body_hash="b" * 64, status=200, answer={"external_id": account.external_id}
        ),
        AccessRecord(
            event="ticket_seen", staff_id=support, staff_number=3, role="support", permission="ticket:read",
            purpose="support", allowed=True, case_ref=f"T-{ticket.number}", table="ticket", count=1,
            subject_key=account.id,
        ),
    )  # fmt: skip
    values = (email, phone, account.id, contact.id, account.external_id, f"{first} {last}", f"{last}, {first}")
    return Planted(account, contact, email, values)


def anna(world: World) -> Planted:
    """Plant the person who will be removed."""
    return plant(world, "one", email="anna.devries@x.example", first="Anna", last="de Vries", phone="+31 6 1234 5678")


def neighbour(world: World, company: Any = None) -> Planted:
    """Plant somebody else, with the same first name."""
    facts = {"email": "anna.smit@y.example", "first": "Anna", "last": "Smit", "phone": "+31 6 8765 4321"}
    return plant(world, "two", company=company, **facts)


def is_of(planted: Planted, line: str, *, name: str = "two") -> bool:
    """Whether a row, as text, holds something of a planted person. Random ids hold no hyphen, so `-two` is no id."""
    return any(text in line for text in (*planted.values, f"-{name}"))


def ask(world: World, email: str, *, kind: str = "removal") -> str:
    """File a request by the page and return its public id."""
    zone = world.app.extensions["settings"].zone
    with world.app.app_context(), world.system() as session:
        case = receiving.receive(session, receiving.Asked(kind, email, "page"), zone=zone)
        session.commit()
    assert case
    return case.id


def confirmed(world: World, email: str, *, kind: str = "removal") -> str:
    """File a request, have it taken, and confirm it as the person does; return its public id."""
    request_id = ask(world, email, kind=kind)
    world.set(SubjectRequest, request_id, state="awaiting_validation", assignee_id=world.staff["support"])
    with world.app.app_context(), world.system() as session:
        token = links.make(session, request_id, links.CONFIRM, lasts=timedelta(hours=72))
        session.commit()
        confirming.confirm(session, token, confirming.WORDS[kind]["en"])
    return request_id


def means(world: World, folder: Path, **adapters: Any) -> Means:
    """Return what carrying out needs, with processors in memory unless others are given."""
    settings = replace(world.app.extensions["settings"], ledger_path=str(folder / "ledger.jsonl"))
    known = {p.name: Memory() for p in PROCESSORS if p.reachable} | adapters
    with world.app.app_context():
        return Means(db.engine, settings, known)


def carry_out(world: World, request_id: str, how: Means) -> str:
    """Carry a removal out as far as it goes now; return its state."""
    with world.app.app_context():
        return running.carry_out(how, request_id)


def state(world: World, request_id: str) -> Any:
    """Return a request as it stands."""
    return world.all(select(SubjectRequest).where(SubjectRequest.id == request_id))[0][0]


def everything(world: World) -> str:
    """Return every row of every table as one text, secrets included: what a thief of the database would read."""
    with world.app.app_context(), db.engine.connect() as connection:
        tables = db.metadata.sorted_tables
        return "\n".join(str(row) for table in tables for row in connection.execute(table.select()))


def accounts(world: World) -> set[str]:
    """Return the e-mail addresses of all accounts."""
    return {row[0] for row in world.all(select(Account.email))}

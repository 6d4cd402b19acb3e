"""Rows of every rule at a given age, and a night's run over them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from dashboard.policy.calendar import due_at
from dashboard.policy.retention import RULES, Rule, rule_of
from dashboard.services.retention import planning
from dashboard.services.retention.due import due
from dashboard.services.retention.running import Means, keep
from dashboard.services.seals import sealing
from models import (
    AccessRecord,
    AppMessage,
    ContactAttempt,
    ExportFile,
    FormerAddress,
    IdempotencyRecord,
    Message,
    RequestLink,
    RequestStep,
    RetentionRun,
    StaffSession,
    SubjectRequest,
    db,
    new_id,
    utcnow,
)
from tests.world import World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
NAMES = [rule.name for rule in RULES]
NIGHTLY = [rule.name for rule in RULES if rule.is_nightly]


def the(name: str) -> Rule:
    rule = rule_of(name)
    assert rule
    return rule


def young(name: str, at: datetime) -> datetime:
    """Return the oldest clock, to the second, that is not due yet at a moment."""
    return due(the(name), at, AMSTERDAM).before


def old(name: str, at: datetime) -> datetime:
    """Return the youngest clock that is due at a moment."""
    return young(name, at) - timedelta(seconds=1)


def plant(world: World, name: str, clock: datetime) -> Any:
    """Add one row that a rule is about, with that clock; return it."""
    return PLANTED[name](world, clock)


def _event(world: World, at: datetime) -> Any:
    return world.event(world.account(new_id()[:6]), at=at)


def _submission(world: World, at: datetime) -> Any:
    row = world.contact_request(new_id()[:6], closed_at=at, outcome="done")
    world.add(ContactAttempt(contact_request_id=row.id, staff_id=world.staff["rep"], channel="phone", result="reached"))
    return row


def _ticket(world: World, at: datetime) -> Any:
    account = world.account(new_id()[:6])
    row = world.error_ticket(account, closed_at=at, closed_because="solved", name=new_id()[:6])
    world.opening(row, engineer="support", until=at)
    return row


def _request(world: World, at: datetime) -> Any:
    row = world.add(
        SubjectRequest(
            kind="overview", source="page", state="expired", received_at=at, due_at=at, closed_at=at, outcome="x"
        )
    )
    world.add(
        RequestLink(token_hash=new_id() * 2, request_id=row.id, purpose="status", ends_at=at),
        RequestStep(request_id=row.id, position=0, location="account", relation="app", action="delete"),
        ExportFile(
            request_id=row.id, kind="pdf", size=1, checksum="c", made_at=at, ends_at=at, deleted_at=at, verified_at=at
        ),
    )
    return row


def _look(world: World, at: datetime) -> Any:
    return world.add(AccessRecord(at=at, event="ticket_seen", permission="p", purpose="p", allowed=True))


def _message(world: World, at: datetime) -> Any:
    return world.add(Message(type="t", cause="c", address="", subject="s", body="", created_at=at, sent_at=at))


def _reported(world: World, at: datetime) -> Any:
    account = world.account(new_id()[:6])
    facts = {"external_id": new_id(), "type": "status", "cause": "c", "received_at": at}
    return world.add(AppMessage(account_id=account.id, sent_at=at, **facts))


def _former(world: World, at: datetime) -> Any:
    return world.add(FormerAddress(account_id=world.account(new_id()[:6]).id, email="a@x.example", changed_at=at))


def _file(world: World, at: datetime) -> Any:
    request = world.add(SubjectRequest(kind="overview", source="page", due_at=utcnow()))
    return world.add(
        ExportFile(request_id=request.id, kind="pdf", size=1, checksum="c", made_at=at, ends_at=at + 7 * DAY)
    )


def _answer(world: World, at: datetime) -> Any:
    return world.add(IdempotencyRecord(key_hash=new_id(), body_hash="b", status=200, answer={}, created_at=at))


def _session(world: World, at: datetime) -> Any:
    return world.add(StaffSession(key_hash=new_id(), staff_id=world.staff["rep"], data={}, created_at=at))


PLANTED: dict[str, Callable[[World, datetime], Any]] = {
    "usage_events": _event,
    "accounts": lambda world, at: world.account(new_id()[:6], deactivated_at=at, deactivated_by="self"),
    "contact_requests": _submission,
    "tickets": _ticket,
    "error_records": lambda world, at: world.error(world.account(new_id()[:6]), at=at, name=new_id()[:6]),
    "set_ups": lambda world, at: world.onboarding(world.account(new_id()[:6]), closed_at=at, outcome="set_up"),
    "requests": _request,
    "access_records": _look,
    "messages": _message,
    "app_messages": _reported,
    "former_addresses": _former,
    "export_files": _file,
    "call_answers": _answer,
    "sessions": _session,
}


def means(world: World, **settings: Any) -> Means:
    with world.app.app_context():
        return Means(db.engine, replace(world.app.extensions["settings"], **settings))


def night(world: World, **settings: Any) -> int:
    """Run what a scheduler's next minute would run: lines of the access log are sealed before they may go."""
    with world.app.app_context(), world.system() as session:
        sealing.seal_access_log(session, world.app.extensions["settings"])
    return keep(means(world, **settings))


def ask(world: World, name: str) -> bool:
    """Ask for a run of a rule now, held against what is due now."""
    at, rule = utcnow(), the(name)
    with world.app.app_context(), world.system() as session:
        what = due(rule, at, AMSTERDAM)
        found = what.count(session)
        return planning.ask(session, rule, at=at, before=what.before, previewed=found)


def runs(world: World, name: str) -> list[Any]:
    """Return the runs of a rule as (state, count, because), oldest first."""
    run = RetentionRun
    rows = world.all(select(run.state, run.count, run.because).where(run.rule == name).order_by(run.number))
    return [tuple(row) for row in rows]


def due_moment(name: str, clock: datetime) -> datetime:
    return due_at(clock, the(name).period, AMSTERDAM)

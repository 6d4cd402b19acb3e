"""WAYS: every way in, in the order in which the canary people take it. A call of the contract without a way fails the
build (tests/every).

Each way calls the service that the call from outside reaches; its row of the board, and the marks that keep what came
in apart, are written in the same transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.policy.calendar import first_kept
from dashboard.policy.message_types import MessageType
from dashboard.services import fingerprints
from dashboard.services.intake import (
    accounts,
    app_errors,
    companies,
    contact_requests,
    messages,
    subject_requests,
    tickets,
    usage,
)
from dashboard.services.intake.acting import Answer
from dashboard.services.intake.moments import Horizon
from dashboard.services.requests.receiving import Asked
from models import Account, CanaryKey, CanaryPath, Company, SubjectRequest, bound

from .people import LEAVER, STAYER, Canary

EVENTS = 12
"""Usage events sent for each: enough to be seen to go, few enough to cost nothing."""
USAGE_MONTHS = 24
"""How long usage is kept (P50): what is this old tomorrow expires."""


@dataclass(frozen=True)
class Went:
    """How many went in, and the ids to mark."""

    count: int
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """One way in: for which canary, and the call of the contract (its view's name) it stands for."""

    role: str
    call: str
    go: Callable[[Session, Canary, Settings], Went]


def take(session: Session, way: Way, canary: Canary, settings: Settings) -> Answer:
    """Send a canary in by one way, once; the caller commits."""
    path = CanaryPath
    gone = select(path.path).where(path.run_id == canary.run_id, path.person == way.role, path.path == way.call)
    if session.scalar(gone) is None:
        went = way.go(session, canary, settings)
        session.add_all(CanaryKey(key=key, run_id=canary.run_id) for key in _unmarked(session, went.keys))
        facts = {"count": went.count, "went_at": bound(session).at}
        session.add(path(run_id=canary.run_id, person=way.role, path=way.call, **facts))
    return Answer(200)


def _unmarked(session: Session, keys: Iterable[str]) -> list[str]:
    wanted = set(keys)
    return sorted(wanted - set(session.scalars(select(CanaryKey.key).where(CanaryKey.key.in_(wanted)))))


def _submit(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001 - every way takes both
    submission = contact_requests.Submission(canary.name, canary.email, canary.phone, canary.at, canary.external_id)
    return Went(1, (contact_requests.add(session, submission).body["id"],))


def _found_company(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    companies.put(session, canary.company, name=canary.name, administrators=[canary.external_id])
    return Went(1, tuple(session.scalars(select(Company.id).where(Company.external_id == canary.company))))


def _sign_up(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    facts = accounts.AccountFacts(
        canary.company, canary.first_name, canary.last_name, canary.email, "self", "needs_help", "canary"
    )
    accounts.put(session, canary.external_id, facts)
    return Went(1, tuple(session.scalars(select(Account.id).where(Account.external_id == canary.external_id))))


def _choose(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    accounts.choose(session, canary.external_id, dict.fromkeys(MessageType, False))
    return Went(len(MessageType))


def _sign_in(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    accounts.first_sign_in(session, canary.external_id, at=canary.at)
    return Went(1)


def _use(session: Session, canary: Canary, settings: Settings) -> Went:
    """Usage of today for the one who leaves; for the one who stays, usage whose time is over tomorrow."""
    horizon = Horizon.around(canary.at, months=settings.intake_oldest_months, zone=settings.zone)
    edge = first_kept(canary.at, USAGE_MONTHS, settings.zone) + timedelta(hours=1)
    last = canary.at if canary.role == LEAVER else edge + timedelta(minutes=EVENTS)
    events = [_event(canary, number, last) for number in range(EVENTS)]
    answer = usage.record(session, list(enumerate(events)), refused=[], horizon=horizon)
    return Went(answer.body["accepted"])


def _event(canary: Canary, number: int, last: datetime) -> usage.Event:
    return {
        "id": f"{canary.external_id}-{number}", "account": canary.external_id, "session": f"{canary.external_id}-s",
        "occurred_at": last - timedelta(minutes=number), "feature": "Reports", "action": "open", "properties": {},
    }  # fmt: skip


def _meet_an_error(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    facts = app_errors.ErrorFacts(
        canary.external_id, canary.external_id, canary.at, "E-CANARY", f"{canary.external_id}-s", "Reports"
    )
    return Went(1, (app_errors.add(session, facts).body["ticket"],))


def _write(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    body = f"Hello, {canary.name} here ({canary.email}, {canary.phone}). Greetings, {canary.first_name}"
    letter = tickets.Letter(canary.external_id, "question", f"From {canary.name}", body, language="en")
    return Went(1, (tickets.add(session, letter).body["id"],))


def _be_written_to(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    own_id = canary.external_id
    messages.add(session, messages.SentMessage(own_id, own_id, MessageType.REPORT_READY, f"{own_id}-report", canary.at))
    return Went(1)


def _deactivate(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    accounts.deactivate(session, canary.external_id, requested_by=accounts.SELF, at=bound(session).at)
    return Went(1)


def _cancel(session: Session, canary: Canary, settings: Settings) -> Went:  # noqa: ARG001
    return Went(companies.cancel(session, canary.company, at=bound(session).at).body["deactivated"])


def _ask(session: Session, canary: Canary, settings: Settings) -> Went:
    """The one who leaves asks to be removed; the one who stays asks for an overview, and never confirms it."""
    kind = "removal" if canary.role == LEAVER else "overview"
    asked = Asked(kind, canary.email, "app", canary=True)
    subject_requests.add(session, asked=asked, zone=settings.zone)
    key = fingerprints.of_address(canary.email)
    return Went(1, tuple(session.scalars(select(SubjectRequest.id).where(SubjectRequest.email_key == key))))


WAYS: tuple[Way, ...] = (
    Way(LEAVER, "add_contact_request", _submit),
    Way(LEAVER, "put_company", _found_company),
    Way(LEAVER, "put_account", _sign_up),
    Way(LEAVER, "put_preferences", _choose),
    Way(LEAVER, "add_usage_events", _use),
    Way(LEAVER, "add_error", _meet_an_error),
    Way(LEAVER, "add_ticket", _write),
    Way(LEAVER, "note_first_sign_in", _sign_in),
    Way(LEAVER, "add_message", _be_written_to),
    Way(LEAVER, "deactivate_account", _deactivate),
    Way(LEAVER, "add_subject_request", _ask),
    Way(STAYER, "put_company", _found_company),
    Way(STAYER, "put_account", _sign_up),
    Way(STAYER, "add_usage_events", _use),
    Way(STAYER, "cancel_company", _cancel),
    Way(STAYER, "add_subject_request", _ask),
)
"""Every way in."""
NOT_TAKEN = {
    "get_preferences": "It brings nothing in.",
    "confirm_ticket": "It is about a ticket that staff wrote, and staff write none for somebody who does not exist.",
}
"""Calls of the contract that no canary makes, and why."""

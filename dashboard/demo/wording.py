"""How each thing of the story is said in the words of the intake API, one function per call.

What must never happen here: a key the API does not name, a personal value in a path or a key.
"""

from collections.abc import Sequence
from typing import Any

from dashboard.demo.calls import API, Call
from dashboard.demo.companies import Company
from dashboard.demo.moments import text_of
from dashboard.demo.people import Account
from dashboard.demo.plan import Breakdown
from dashboard.demo.sessions import Line
from dashboard.demo.tickets import Letter
from dashboard.demo.visitors import Submission


def company(which: Company, administrators: Sequence[str] = ()) -> Call:
    """Say that a company is a customer, and who administers it."""
    body: dict[str, Any] = {"name": which.name}
    if administrators:
        body["administrators"] = list(administrators)
    return Call("app", "PUT", f"{API}/companies/{which.external_id}", body)


def cancellation(which: Company, at: int) -> Call:
    """Say that a company gave up its subscription."""
    return Call("app", "POST", f"{API}/companies/{which.external_id}/cancel", {"cancelled_at": text_of(at)})


def account(person: Account, created_at: int) -> Call:
    """Say that a person has an account: three personal fields, and no more (P9)."""
    body = {
        "company": person.company.external_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "source": person.source,
        "created_at": text_of(created_at),
    }
    if person.needs_help:
        body |= {"set_up": "needs_help", "reason": person.needs_help}
    return Call("app", "PUT", _path(person), body)


def first_sign_in(person: Account, at: int) -> Call:
    """Say that a person came for the first time."""
    return Call("app", "POST", f"{_path(person)}/first-sign-in", {"at": text_of(at)})


def preferences(person: Account, wishes: dict[str, bool]) -> Call:
    """Say which messages a person wants."""
    return Call("app", "PUT", f"{_path(person)}/preferences", wishes)


def deactivation(person: Account, at: int) -> Call:
    """Say that an account ended, and whether the person or an administrator asked."""
    return Call("app", "POST", f"{_path(person)}/deactivate", {"requested_by": person.ended_by, "at": text_of(at)})


def event(external_id: str, who: str, at: int, session: str, line: Line) -> dict[str, Any]:
    """Word one usage event; a step without details has no properties."""
    said: dict[str, Any] = {
        "id": external_id,
        "account": who,
        "occurred_at": text_of(at),
        "session": session,
        "feature": line.feature,
        "action": line.action,
    }
    return {**said, "properties": line.properties} if line.properties else said


def usage(events: Sequence[dict[str, Any]]) -> Call:
    """Say what happened in the app: up to a thousand events, each with an id of its own."""
    return Call("app", "POST", f"{API}/usage-events", {"events": list(events)}, weight=len(events))


def error(which: Breakdown) -> Call:
    """Say that the app failed for somebody."""
    body = {
        "id": which.external_id,
        "account": which.account.external_id,
        "occurred_at": text_of(which.occurred_at),
        "code": which.failure.code,
        "session": which.session,
        "feature": which.failure.feature,
        "message": which.failure.message,
    }
    return Call("app", "POST", f"{API}/errors", body)


def ticket(letter: Letter, key: str) -> Call:
    """Hand on what a customer wrote."""
    body = {
        "account": letter.account.external_id,
        "kind": letter.kind,
        "subject": letter.subject,
        "body": letter.body,
        "language": letter.language,
        "written_at": text_of(letter.written_at),
    }
    if letter.error:
        body["error"] = letter.error
    return Call("app", "POST", f"{API}/tickets", body, idempotency_key=key)


def contact_request(form: Submission) -> Call:
    """Hand on a contact form: name, e-mail and phone (P6)."""
    body = {
        "name": form.name,
        "email": form.email,
        "phone": form.phone,
        "submitted_at": text_of(form.submitted_at),
        "external_id": form.external_id,
    }
    return Call("website", "POST", f"{API}/contact-requests", body)


def _path(person: Account) -> str:
    return f"{API}/accounts/{person.external_id}"

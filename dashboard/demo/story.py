"""The whole demo as one stream of calls to the intake API, in an order the API accepts.

The same `now`, seed and sizes tell the same story, so a broken-off loading is finished by telling it again.
What must never happen here: a moment after `now`, or more than a day of events in memory.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any, Final

from dashboard.demo import wording
from dashboard.demo.calls import Call
from dashboard.demo.companies import Company, opaque
from dashboard.demo.moments import in_office_hours
from dashboard.demo.people import Account, cast
from dashboard.demo.plan import Plan, created, draw_up, first_sign_in
from dashboard.demo.tickets import letters
from dashboard.demo.usage import tell_usage
from dashboard.demo.visitors import submissions

SEED: Final = 2207
ACCOUNTS: Final = 800
EVENTS: Final = 300_000
BATCH: Final = 1_000
"""The API's limit for one call with usage events."""
MESSAGE_TYPES: Final = ("data_alert", "report_ready", "system_status", "weekly_summary")
"""The kinds of message the stand-in app sends and a person may switch off (P31, P32)."""


def tell(*, now: datetime, seed: int = SEED, accounts: int = ACCOUNTS, events: int = EVENTS) -> Iterator[Call]:
    """Yield every call: companies, accounts, usage by time, errors, tickets, submissions, endings.

    `now` is aware; everything lies in the 26 calendar months before it. `events` is exact unless the sessions
    that must be there (first visits, errors) are more. Raises ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("the demo needs a `now` with a time zone")
    people = cast(seed=seed, accounts=accounts)
    plan = draw_up(people, now=now, seed=seed)
    yield from _companies(people)
    yield from _accounts(people, now=now)
    yield from _in_batches(tell_usage(people, plan.sessions, now=now, seed=seed, events=events))
    yield from _cases(people, plan, now=now, seed=seed)
    yield from _endings(people, now=now)


def companies_of(people: Iterable[Account]) -> dict[str, Company]:
    """Return the companies people work for, by external id, in the story's order."""
    return {person.company.external_id: person.company for person in people}


def _companies(people: tuple[Account, ...]) -> Iterator[Call]:
    """An administrator is an account, so companies come without them first; `_accounts` names them."""
    yield from map(wording.company, companies_of(people).values())


def _accounts(people: tuple[Account, ...], *, now: datetime) -> Iterator[Call]:
    for person in people:
        yield wording.account(person, created(person, now=now))
    for company in companies_of(people).values():
        yield wording.company(company, [p.external_id for p in people if p.administrator and p.company == company])
    for person in people:
        if person.signed_in_days_ago is not None:
            yield wording.first_sign_in(person, first_sign_in(person, now=now))
            yield from _preferences(person)


def _preferences(person: Account) -> Iterator[Call]:
    """A third of the people changed what they get; the others never looked."""
    rng = Random(f"{person.external_id}:wishes")
    if rng.random() < 0.35:
        yield wording.preferences(person, {kind: rng.random() < 0.6 for kind in MESSAGE_TYPES})


def _in_batches(events: Iterator[dict[str, Any]]) -> Iterator[Call]:
    while batch := list(islice(events, BATCH)):
        yield wording.usage(batch)


def _cases(people: tuple[Account, ...], plan: Plan, *, now: datetime, seed: int) -> Iterator[Call]:
    yield from map(wording.error, plan.errors)
    for number, letter in enumerate(letters(people, plan.errors, now=now, seed=seed)):
        yield wording.ticket(letter, opaque("ti", seed, number))
    yield from map(wording.contact_request, submissions(people, now=now, seed=seed))


def _endings(people: tuple[Account, ...], *, now: datetime) -> Iterator[Call]:
    for person in people:
        if person.ended_days_ago is not None and person.ended_by != "company":
            at = _office_moment(person.external_id, person.ended_days_ago, person.company, now)
            yield wording.deactivation(person, at)
    for company in companies_of(people).values():
        if company.cancelled_days_ago is not None:
            at = _office_moment(company.external_id, company.cancelled_days_ago, company, now)
            yield wording.cancellation(company, at)


def _office_moment(what: str, days_ago: int, company: Company, now: datetime) -> int:
    """Return a moment on that day; its usage ended the day before."""
    return in_office_hours(now, days_ago, company.zone, rng=Random(f"{what}:ended"))

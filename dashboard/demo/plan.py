"""What is fixed before daily life is filled in: everybody's first visit, and what ends in an error.

What must never happen here: an error without a session of the same account before it, or one in the future.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from dashboard.demo.companies import consonants, opaque
from dashboard.demo.failures import FAILURES
from dashboard.demo.moments import HOUR, in_office_hours, waking_moment
from dashboard.demo.people import Account
from dashboard.demo.scenes import Failure
from dashboard.demo.sessions import Line, before, first_visit, ordinary, pick_failure

ERRORS_PER_ACCOUNT: Final = 0.15
"""120 errors for 800 accounts."""
FRESH_PER_ACCOUNT: Final = 0.015
"""A dozen of them in the last 48 hours."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of one account: its first second and its lines."""

    external_id: str
    account: str
    start: int
    lines: list[Line]

    @property
    def end(self) -> int:
        """The second of its last line."""
        return self.start + self.lines[-1].after


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An error the app recorded, with the session it ended."""

    external_id: str
    account: Account
    session: str
    failure: Failure
    occurred_at: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The sessions that must be in the story, and its errors by time."""

    sessions: tuple[Session, ...]
    errors: tuple[Breakdown, ...]


def draw_up(people: tuple[Account, ...], *, now: datetime, seed: int) -> Plan:
    """Return the fixed part of the story."""
    rng = Random(f"{seed}:plan")
    sessions = list(_first_visits(people, now=now, rng=rng))
    errors = []
    for number, (account, moment) in enumerate(_when_errors_happen(people, now=now, rng=rng)):
        failure = _failure_for(account, number, rng)
        earlier, last, error = _breakdown(account, failure, moment, opaque("er", seed, number), rng)
        sessions += [earlier, last]
        errors.append(error)
    return Plan(tuple(sessions), tuple(sorted(errors, key=lambda error: error.occurred_at)))


def session_id(rng: Random) -> str:
    """Return the app's opaque name of a session."""
    return f"se-{consonants(f'{rng.getrandbits(56):014x}')}"


def _first_visits(people: tuple[Account, ...], *, now: datetime, rng: Random) -> Iterator[Session]:
    for person in people:
        if person.signed_in_days_ago is not None:
            start = first_sign_in(person, now=now)
            yield Session(session_id(rng), person.external_id, start, first_visit(person, rng=rng, day=now.date()))


def first_sign_in(person: Account, *, now: datetime) -> int:
    """Return when the person came for the first time, never before the account was made."""
    days_ago = person.signed_in_days_ago or 0
    made = created(person, now=now)
    if days_ago == person.created_days_ago:
        return min(made + 1200, int(now.timestamp()) - HOUR // 2)
    return in_office_hours(now, days_ago, person.company.zone, rng=Random(f"{person.external_id}:came"))


def created(person: Account, *, now: datetime) -> int:
    """Return when the account was made."""
    rng = Random(f"{person.external_id}:made")
    return in_office_hours(now, person.created_days_ago, person.company.zone, rng=rng)


def _when_errors_happen(people: tuple[Account, ...], *, now: datetime, rng: Random) -> Iterator[tuple[Account, int]]:
    """Yield who meets an error and when: the fresh ones first, each of somebody else, then the older ones."""
    total = max(2, round(len(people) * ERRORS_PER_ACCOUNT))
    fresh = max(1, round(len(people) * FRESH_PER_ACCOUNT))
    met: set[str] = set()
    for number in range(total):
        oldest, newest = _span(number, fresh, rng)
        person = people[0] if number == 0 else _who(people, round(oldest / 24) + 2, met, rng)
        if number < fresh:
            met.add(person.external_id)
        yield person, waking_moment(now, oldest, newest, person.company.zone, rng=rng)


def _span(number: int, fresh: int, rng: Random) -> tuple[float, float]:
    """Return the hours before now between which the error lies: days, for most weeks, for some months."""
    if number == 0:
        return 3.0, 0.2
    if number < fresh:
        return 47.0, 0.5
    return (35 * 24.0, 49.0) if rng.random() < 0.7 else (380 * 24.0, 35 * 24.0)


def _who(people: tuple[Account, ...], days_ago: int, met: set[str], rng: Random) -> Account:
    present = [person for person in people if _was_there(person, days_ago) and person.external_id not in met]
    return rng.choices(present or people[:1], [person.intensity for person in present or people[:1]])[0]


def _was_there(person: Account, days_ago: int) -> bool:
    return person.is_active and not person.quiet_days_ago and (person.signed_in_days_ago or 0) > days_ago


def _failure_for(account: Account, number: int, rng: Random) -> Failure:
    return pick_failure(account, rng=rng) if number else FAILURES[0]


def _breakdown(
    account: Account, failure: Failure, moment: int, external_id: str, rng: Random
) -> tuple[Session, Session, Breakdown]:
    """Return an earlier session, the one that ends at `moment` in the error, and the error."""
    day = datetime.fromtimestamp(moment, UTC).date()
    lines = before(failure, account, rng=rng, day=day)
    start = moment - rng.randint(*failure.seconds) - lines[-1].after
    last = Session(session_id(rng), account.external_id, start, lines)
    earlier_lines = ordinary(account, rng=rng, day=day)
    begun = waking_moment(datetime.fromtimestamp(start, UTC), 22, 2, account.company.zone, rng=rng)
    earlier = Session(session_id(rng), account.external_id, begun, earlier_lines)
    return earlier, last, Breakdown(external_id, account, last.external_id, failure, moment)

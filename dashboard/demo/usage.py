"""Daily life in the app: fills each day with sessions until all wished events are told, oldest first.

One day is in memory at a time. What must never happen here: an event after now, before the first
visit, or after the account's end; a random choice that the seed does not decide.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate, pairwise
from operator import itemgetter
from random import Random
from typing import Any, NamedTuple

from dashboard.demo import wording
from dashboard.demo.companies import HISTORY_DAYS
from dashboard.demo.moments import A_BREATH, DAY, busyness, midnight, office_second, offset_of, season, share_of_today
from dashboard.demo.people import Account
from dashboard.demo.plan import Session, session_id
from dashboard.demo.sessions import Line, ordinary

_Row = tuple[int, str, str, Line]


class _Crowd(NamedTuple):
    """Who may be in the app on one day, with running sums of how likely each is."""

    people: list[Account]
    sums: list[float]


class _Calendar:
    """Starts each session of a day: in office hours, apart from its owner's others, never after now."""

    def __init__(self, day: date, latest: int, planned: list[Session]) -> None:
        self.midnight, self.latest = midnight(day), min(latest, midnight(day) + 2 * DAY)
        self.day, self.offsets = day, dict[Any, int]()
        self.taken: dict[str, list[tuple[int, int]]] = {}
        for session in planned:
            self.taken.setdefault(session.account, []).append((session.start, session.end))

    def place(self, person: Account, seconds: int, rng: Random) -> int:
        """Return a start for a session of that many seconds."""
        others = self.taken.setdefault(person.external_id, [])
        for _ in range(8):
            start = self._draw(person, rng)
            if start + seconds <= self.latest and all(
                start > end + 60 or start + seconds < begin for begin, end in others
            ):
                break
        else:
            start = min(start, self.latest - seconds - int(rng.random() * 7_200))
        others.append((start, start + seconds))
        return start

    def _draw(self, person: Account, rng: Random) -> int:
        zone = person.company.zone
        if zone not in self.offsets:
            self.offsets[zone] = offset_of(zone, self.day)
        return self.midnight + office_second(rng) - self.offsets[zone]


def tell_usage(
    people: tuple[Account, ...], planned: tuple[Session, ...], *, now: datetime, seed: int, events: int
) -> Iterator[dict[str, Any]]:
    """Yield usage events by time: the planned sessions, and ordinary ones up to `events` in all.

    It yields more than `events` only when the planned sessions alone are more.
    """
    rng, tag = Random(f"{seed}:usage"), f"{seed & 0xFFFF:04x}"
    for number, (at, account, session, line) in enumerate(_rows(people, planned, now=now, events=events, rng=rng)):
        yield wording.event(f"ev-{tag}-{number:06x}", account, at, session, line)


def _rows(
    people: tuple[Account, ...], planned: tuple[Session, ...], *, now: datetime, events: int, rng: Random
) -> Iterator[_Row]:
    latest = int(now.timestamp()) - A_BREATH
    by_day = _by_day(planned)
    budget = max(0, events - sum(len(session.lines) for session in planned))
    waiting: list[_Row] = []
    for days_ago, quota in zip(range(HISTORY_DAYS, -1, -1), _quotas(people, now, budget), strict=True):
        day = now.date() - timedelta(days=days_ago)
        fixed = by_day.pop(midnight(day), [])
        for session in (*fixed, *_fill(_crowd(people, day, days_ago), quota, _Calendar(day, latest, fixed), rng)):
            waiting += [
                (session.start + line.after, session.account, session.external_id, line) for line in session.lines
            ]
        waiting.sort(key=itemgetter(0))
        ready = sum(row[0] < midnight(day) + DAY for row in waiting)
        yield from waiting[:ready]
        del waiting[:ready]
    yield from waiting


def _by_day(planned: tuple[Session, ...]) -> dict[int, list[Session]]:
    days: dict[int, list[Session]] = {}
    for session in planned:
        days.setdefault(session.start - session.start % DAY, []).append(session)
    return days


def _quotas(people: tuple[Account, ...], now: datetime, budget: int) -> list[int]:
    """Share `budget` events over the days, from the oldest to today, in whole numbers that add up."""
    days = [(now.date() - timedelta(days=ago), ago) for ago in range(HISTORY_DAYS, -1, -1)]
    weights = [sum(_crowd(people, day, ago).sums[-1:]) * season(day) for day, ago in days]
    weights[-1] *= share_of_today(now)
    total = sum(weights)
    if not total:
        return [0] * len(days)
    marks = [round(budget * done / total) for done in accumulate(weights, initial=0.0)]
    return [high - low for low, high in pairwise(marks)]


def _crowd(people: tuple[Account, ...], day: date, days_ago: int) -> _Crowd:
    week = {kind: busyness(kind, day) for kind in ("office", "shop", "visitors")}
    present = [person for person in people if _is_present(person, days_ago)]
    return _Crowd(present, list(accumulate(person.intensity * week[person.company.kind] for person in present)))


def _is_present(person: Account, days_ago: int) -> bool:
    last = max(person.ended_days_ago or 0, person.quiet_days_ago)
    return (person.signed_in_days_ago or 0) > days_ago and (days_ago > last or not last)


def _fill(crowd: _Crowd, quota: int, calendar: _Calendar, rng: Random) -> Iterator[Session]:
    while quota > 0:
        person = rng.choices(crowd.people, cum_weights=crowd.sums)[0]
        lines = ordinary(person, rng=rng, day=calendar.day)[:quota]
        quota -= len(lines)
        start = calendar.place(person, lines[-1].after, rng)
        yield Session(session_id(rng), person.external_id, start, lines)

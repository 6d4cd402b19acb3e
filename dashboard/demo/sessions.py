"""How one session of one person goes, line by line.

What must never happen here: a step after the error that ended it.
"""

from bisect import bisect
from datetime import date
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from dashboard.demo.failures import FAILURES
from dashboard.demo.people import Account
from dashboard.demo.properties import Value, describe, own_figures
from dashboard.demo.scenes import AGAIN, FIRST_VISIT, HOME, MISTYPED, SCENES, SIGN_IN, SIGN_OUT, Failure, Scene, Step


class Line(NamedTuple):
    """One step as it was played: seconds after the session's start, where, what, details."""

    after: int
    feature: str
    action: str
    properties: dict[str, Value]


class _Deck:
    """Scenes to draw from by weight; two of them, because administrators may do more."""

    def __init__(self, scenes: tuple[Scene, ...]) -> None:
        self.scenes = scenes
        self.sums = list(accumulate(scene.weight for scene in scenes))

    def draw(self, rng: Random) -> Scene:
        return self.scenes[bisect(self.sums, rng.random() * self.sums[-1])]


_figures: Final = cache(own_figures)
_FOR_ALL: Final = _Deck(tuple(scene for scene in SCENES if not scene.for_admins))
_FOR_ADMINS: Final = _Deck(SCENES)


def ordinary(person: Account, *, rng: Random, day: date) -> list[Line]:
    """Return a session as people have them: sign in, do one to three things, perhaps sign out."""
    deck = _FOR_ADMINS if person.administrator else _FOR_ALL
    steps = [*_opening(rng)]
    for _ in range(1 + int(rng.random() ** 2 * 3)):
        steps += deck.draw(rng).steps
    return act((*steps, SIGN_OUT), person, rng=rng, day=day)


def first_visit(person: Account, *, rng: Random, day: date) -> list[Line]:
    """Return somebody's first session."""
    return act(FIRST_VISIT, person, rng=rng, day=day)


def before(failure: Failure, person: Account, *, rng: Random, day: date) -> list[Line]:
    """Return the session that ends in `failure`, without the error itself."""
    detour = SCENES[0].steps[:2] if rng.random() < 0.4 else ()
    return act((*_opening(rng), *detour, *failure.steps), person, rng=rng, day=day)


def pick_failure(person: Account, *, rng: Random) -> Failure:
    """Return an error that can happen to this kind of person."""
    possible = [failure for failure in FAILURES if person.administrator or not failure.for_admins]
    return rng.choices(possible, [failure.weight for failure in possible])[0]


def act(steps: tuple[Step, ...], person: Account, *, rng: Random, day: date) -> list[Line]:
    """Play steps in order; each may be left out by its chance."""
    lines, after, own = [], 0, _figures(person.external_id)
    for feature, action, keys, chance, (low, high) in steps:
        if chance < 1 and rng.random() > chance:
            continue
        after += low + int(rng.random() * (high - low + 1))
        lines.append(Line(after, feature, action, describe(keys, rng=rng, day=day, own=own) if keys else {}))
    return lines


def _opening(rng: Random) -> tuple[Step, ...]:
    if rng.random() < MISTYPED.chance:
        return MISTYPED._replace(chance=1.0), AGAIN, HOME
    return SIGN_IN, HOME

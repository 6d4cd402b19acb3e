"""A stand-in app and website that go on for ever, so that the pages live while one tries them.

Several people use the app at a human pace: now and then a session ends in an error, somebody writes in
or sends the contact form. What must never happen here: a printed line that says who it was, or an end because
the server was away.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count
from random import Random, SystemRandom
from threading import Event
from typing import Final

import click

from dashboard.demo.calls import Client, problem_of, refusals
from dashboard.demo.happenings import CASES, Course, Happening, World, use_the_app
from dashboard.demo.people import cast
from dashboard.demo.steady import SteadyClient
from dashboard.demo.story import ACCOUNTS, SEED

AT_ONCE: Final = 6
"""How many people use the app at the same time."""
PAUSE: Final = (3.0, 30.0)
"""Seconds between two sessions of such a place."""
EVERY: Final = (25.0, 55.0)
"""Seconds between two things that somebody at SiteLucent has to act on."""


def keep_going(
    client: Client,
    *,
    now: Callable[[], datetime],
    stop: Event,
    pace: float = 1.0,
    say: Callable[[str], object] = click.echo,
    rng: Random | None = None,
    people_of: tuple[int, int] = (SEED, ACCOUNTS),
) -> None:
    """Play until `stop` is set or Ctrl-C; `pace` stretches all waiting (0.1: ten times as fast).

    `people_of` is the seed and the number of accounts of the story that was played: it tells who exists.
    Raises StoryStopped only when a token is not accepted.
    """
    seed, accounts = people_of
    world = World(cast(seed=seed, accounts=accounts), seed=seed, now=now, rng=rng or SystemRandom())

    def tell(text: str) -> None:
        say(f"{now():%H:%M:%S}  {text}")

    tell("a stand-in app and website are running, Ctrl-C ends them")
    try:
        _Agenda(world, SteadyClient(client, stop=stop, say=tell), tell).run(stop=stop, pace=pace)
    except KeyboardInterrupt:
        stop.set()
    tell("the stand-in app and website have stopped")


class _Agenda:
    """All courses in the order of their next step."""

    def __init__(self, world: World, client: SteadyClient, say: Callable[[str], object]) -> None:
        self.world, self.client, self.say = world, client, say
        self.clock, self.numbers = 0.0, count()
        self.steps: list[tuple[float, int, Course]] = []
        for number in range(AT_ONCE):
            self.add(_usage(world), after=2.0 * number)
        self.add(self._cases(), after=EVERY[0] / 2)

    def add(self, course: Course, *, after: float) -> None:
        """Let a course go on in so many seconds."""
        heapq.heappush(self.steps, (self.clock + after, next(self.numbers), course))

    def run(self, *, stop: Event, pace: float) -> None:
        """Take step after step until told to stop."""
        while self.steps and not stop.is_set():
            due, _, course = heapq.heappop(self.steps)
            stop.wait((due - self.clock) * pace)
            self.clock = due
            self.advance(course, stop)

    def advance(self, course: Course, stop: Event) -> None:
        """Send what a course has to send, up to its next wait."""
        for step in course:
            if stop.is_set():
                return
            if not isinstance(step, Happening):
                self.add(course, after=step)
                return
            self.send(step)

    def send(self, happening: Happening) -> None:
        """Send one thing and print one line about it; forget people whom the API refuses."""
        answer = self.client(happening.call)
        if answer is None:
            return
        refused = refusals(answer) if answer.is_fine else [problem_of(answer)]
        self.say(f"{happening.label}  (refused: {refused[0]})" if refused else happening.label)
        if refused and happening.person:
            self.world.leave_out(happening.person)

    def _cases(self) -> Course:
        """Start something new every now and then; it then goes its own way."""
        while True:
            self.add(self.world.rng.choice(CASES)(self.world), after=0.0)
            yield self.world.rng.uniform(*EVERY)


def _usage(world: World) -> Course:
    """Somebody uses the app; when they leave, somebody else comes."""
    while True:
        yield from use_the_app(world)
        yield world.rng.uniform(*PAUSE)

"""What can happen in the live demo: somebody uses the app, meets an error, writes, sends the form.

Each is a course of waiting and sending; moments are read when a thing is sent, so nothing lies in the future.
What must never happen here: a label that says who it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final
from uuid import uuid4

from dashboard.demo import wording
from dashboard.demo.calls import Call
from dashboard.demo.companies import consonants
from dashboard.demo.people import Account
from dashboard.demo.plan import Breakdown, session_id
from dashboard.demo.sessions import Line, before, ordinary, pick_failure
from dashboard.demo.texts import read
from dashboard.demo.tickets import about, text_about, write, writers
from dashboard.demo.visitors import submit

HURRY: Final = 0.4
"""Sessions that end in an error go faster than life: whoever tries the demo waits for them."""
WRITES_AFTERWARDS: Final = 0.35
"""How many people write about an error they met."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One call, what to print about it, and whose it is (None: nobody's account)."""

    label: str
    call: Call
    person: Account | None = None


Course = Iterator[float | Happening]
"""What somebody does: a number is seconds to wait, a happening is to be sent at once."""


class World:
    """Who may act, what time it is, and the dice."""

    def __init__(self, everyone: tuple[Account, ...], *, seed: int, now: Callable[[], datetime], rng: Random) -> None:
        """Take the story's people; only active ones act."""
        self.people = tuple(person for person in everyone if person.is_active and not person.quiet_days_ago)
        self.seed, self.now, self.rng = seed, now, rng

    @property
    def moment(self) -> int:
        """The current second."""
        return int(self.now().timestamp())

    def somebody(self) -> Account:
        """Return a person, busy ones more often."""
        return self.rng.choices(self.people, [person.intensity for person in self.people])[0]

    def leave_out(self, person: Account) -> None:
        """Forget somebody, unless nobody would be left."""
        self.people = tuple(other for other in self.people if other != person) or self.people


def use_the_app(world: World) -> Course:
    """Yield one ordinary session."""
    person, day = world.somebody(), world.now().date()
    lines = ordinary(person, rng=world.rng, day=day)
    yield from _play(world, person, session_id(world.rng), lines, hurry=1.0)


def meet_an_error(world: World) -> Course:
    """Yield a session that ends in an error; some then write about it."""
    person, day = world.somebody(), world.now().date()
    failure, session = pick_failure(person, rng=world.rng), session_id(world.rng)
    yield from _play(world, person, session, before(failure, person, rng=world.rng, day=day), hurry=HURRY)
    yield from _fail(world, Breakdown(_new("er"), person, session, failure, 0))


def write_to_support(world: World) -> Course:
    """Yield one ticket: mostly a question, now and then a request to deactivate."""
    kind = "question" if world.rng.random() < 0.8 else "deactivation"
    texts = [(text, authors) for text in read(kind) if (authors := writers(text, world.people))]
    if texts:
        text, authors = world.rng.choice(texts)
        author = world.rng.choice(authors)
        letter = write(text, author, world.people, written_at=world.moment, rng=world.rng)
        yield Happening(f"ticket       {kind}, {text.language}", wording.ticket(letter, _new("ti")), author)


def send_the_form(world: World) -> Course:
    """Yield one submission of the contact form."""
    form = submit(world.seed, uuid4().hex, now=world.now(), days=1.0, rng=world.rng)
    now = replace(form, submitted_at=world.moment)
    yield Happening("submission   contact form", wording.contact_request(now))


CASES: Final = (
    meet_an_error,
    meet_an_error,
    meet_an_error,
    write_to_support,
    write_to_support,
    send_the_form,
    send_the_form,
)
"""What a case is drawn from."""


def _play(world: World, person: Account, session: str, lines: list[Line], *, hurry: float) -> Course:
    done = 0
    for line in lines:
        if person not in world.people:
            return  # the API refused an earlier line
        yield (line.after - done) * hurry
        done = line.after
        event = wording.event(_new("ev"), person.external_id, world.moment, session, line)
        yield Happening(f"usage        {line.feature}: {line.action}", wording.usage([event]), person)


def _fail(world: World, error: Breakdown) -> Course:
    if error.account not in world.people:
        return
    yield world.rng.uniform(1, 6)
    error = replace(error, occurred_at=world.moment)
    label = f"error        {error.failure.code} in {error.failure.feature}"
    yield Happening(label, wording.error(error), error.account)
    if world.rng.random() < WRITES_AFTERWARDS:
        yield world.rng.uniform(30, 120)
        letter = about(error, text_about(error), written_at=world.moment)
        yield Happening(f"ticket       about {error.failure.code}", wording.ticket(letter, _new("ti")), error.account)


def _new(prefix: str) -> str:
    return f"{prefix}-{consonants(uuid4().hex)}"

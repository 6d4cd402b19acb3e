"""Who writes to support, about what and when: questions, deactivations, letters about a recorded error.

What must never happen here: a letter from an account that is not active, or one about somebody else's error.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from random import Random

from dashboard.demo.moments import A_BREATH, waking_moment
from dashboard.demo.people import Account
from dashboard.demo.plan import Breakdown
from dashboard.demo.texts import Text, read

QUESTIONS_PER_ACCOUNT, DEACTIVATIONS_PER_ACCOUNT, ERRORS_PER_ACCOUNT = 0.045, 0.0125, 0.0175
"""36, 10 and 14 letters for 800 accounts."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One ticket a customer wrote."""

    account: Account
    kind: str
    subject: str
    body: str
    language: str
    written_at: int
    error: str | None = None


def letters(
    people: tuple[Account, ...], errors: tuple[Breakdown, ...], *, now: datetime, seed: int
) -> tuple[Letter, ...]:
    """Return the customers' letters by time."""
    rng = Random(f"{seed}:letters")
    written = [
        *_from_people("question", round(len(people) * QUESTIONS_PER_ACCOUNT), people, now=now, rng=rng),
        *_from_people("deactivation", round(len(people) * DEACTIVATIONS_PER_ACCOUNT), people, now=now, rng=rng),
        *_about_errors(max(1, round(len(people) * ERRORS_PER_ACCOUNT)), errors, now=now, rng=rng),
    ]
    return tuple(sorted(written, key=lambda letter: letter.written_at))


def write(text: Text, account: Account, people: tuple[Account, ...], *, written_at: int, rng: Random) -> Letter:
    """Return `text` as a letter of `account`, its gaps filled."""
    others = [
        p for p in people if p.company == account.company and p != account and not p.administrator and p.is_active
    ]
    colleague = rng.choice(others) if others else account
    gaps = {
        "first": account.first_name,
        "last": account.last_name,
        "company": account.company.name,
        "colleague": f"{colleague.first_name} {colleague.last_name}",
    }
    return Letter(account, text.kind, text.subject.format(**gaps), text.body.format(**gaps), text.language, written_at)


def about(error: Breakdown, text: Text, *, written_at: int) -> Letter:
    """Return `text` as a letter of the person who met `error`."""
    who = error.account
    gaps = {"first": who.first_name, "last": who.last_name, "company": who.company.name, "code": error.failure.code}
    subject, body = text.subject.format(**gaps), text.body.format(**gaps)
    return Letter(who, "system_error", subject, body, text.language, written_at, error.external_id)


def writers(text: Text, people: tuple[Account, ...]) -> list[Account]:
    """Return who could have written `text`: active, of its language, an administrator if need be."""
    return [
        person
        for person in people
        if person.is_active
        and person.company.language == text.language
        and (person.administrator or text.by != "administrator")
        and (person.company.owner is None or "{colleague}" not in text.subject + text.body)
        and not (text.kind == "deactivation" and text.by == "self" and person.administrator)
    ]


def _from_people(kind: str, count: int, people: tuple[Account, ...], *, now: datetime, rng: Random) -> Iterator[Letter]:
    suitable = [(text, authors) for text in read(kind) if (authors := writers(text, people))]
    for text, authors in islice(cycle(suitable), max(1, count)):
        author = rng.choices(authors, [person.intensity for person in authors])[0]
        oldest = 24 * (rng.choice((2, 6, 12, 25, 60)) if kind == "question" else 12)
        moment = waking_moment(now, oldest, 0.3, author.company.zone, rng=rng)
        yield write(text, author, people, written_at=moment, rng=rng)


def _about_errors(count: int, errors: tuple[Breakdown, ...], *, now: datetime, rng: Random) -> Iterator[Letter]:
    """Yield letters about errors, the youngest first but not each: most people do not write."""
    candidates = [error for error in reversed(errors) if rng.random() < 0.45] or list(errors)
    latest = int(now.timestamp()) - A_BREATH
    for error in candidates[:count]:
        text = text_about(error)
        yield about(error, text, written_at=min(error.occurred_at + rng.randrange(240, 9_000), latest))


def text_about(error: Breakdown) -> Text:
    """Return the text for this error in its person's language."""
    texts = [text for text in read("error") if error.failure.code in text.codes]
    return next(text for text in texts if text.language == error.account.company.language)

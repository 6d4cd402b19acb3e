"""Who fills in the contact form of the website: name, e-mail, phone, and nothing else (P6).

Phone numbers look national but are not given out (reserved or unused ranges). What must never happen here: an
address outside `.example`, a fourth field.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.demo.companies import COUNTRIES, opaque
from dashboard.demo.moments import A_BREATH, waking_moment
from dashboard.demo.names import POOLS
from dashboard.demo.people import Account, plain

VISITORS_PER_ACCOUNT: Final = 0.0875
"""70 submissions beside 800 accounts."""

_PHONES: Final[dict[str, tuple[str, ...]]] = {  # each # is a digit
    "NL": ("06-00 ## ## ##", "+31 6 00######", "088 000 0# ##", "0031 6 00 ## ## ##"),
    "BE": ("0400 ## ## ##", "+32 400 ## ## ##", "00 32 (0)400 ######"),
    "DE": ("030 23125 ###", "+49 (0)30 23125-###", "0171 39200##", "+49 171 39 200 ##"),
    "FR": ("01 99 00 ## ##", "06 39 98 ## ##", "+33 6 39 98 ## ##", "+33 (0)1 99 00 ## ##"),
    "GB": ("020 7946 0###", "07700 900###", "+44 7700 900###", "+44 (0)20 7946 0###"),
    "IE": ("(020) 91# ####", "+353 20 91# ####"),
    "ES": ("990 ## ## ##", "+34 990 ### ###"),
    "PL": ("99 ### ## ##", "+48 99 ### ## ##", "0048 99 ### ####"),
}
_COUNTRIES: Final = ("NL", "NL", "NL", "BE", "BE", "DE", "DE", "FR", "FR", "GB", "GB", "IE", "ES", "PL")
_DOMAINS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(f"{domain}.example" for domain in domains.split())
    for name, domains in {
        "NL": "postvak hofvanwesterlo bakkerij-oostwal speelparadijs-zevensprong fietsplan-noord",
        "BE": "postvak schoenenhuis-verdonck lakenhalle-events brasserie-du-canal",
        "DE": "postfach kletterhalle-nord lichtspiele-am-markt stoffe-und-garne aquarium-marenbucht",
        "FR": "courriel musee-du-papier jardins-de-lorme theatre-du-quai",
        "GB": "mailbox bowlandcycles hollybrook-estates stdunstan-market",
        "IE": "mailbox ballycastle-mills",
        "ES": "buzon mercado-del-puente",
        "PL": "skrzynka dom-ksiazki-wista",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Submission:
    """One contact form as it was sent."""

    external_id: str
    name: str
    email: str
    phone: str
    submitted_at: int


def submissions(people: tuple[Account, ...], *, now: datetime, seed: int) -> tuple[Submission, ...]:
    """Return what visitors of the website sent over the past seven months, by time.

    Two of them use the app as well and two write twice: what is never joined must be seen to stay apart (P8).
    """
    rng = Random(f"{seed}:visitors")
    count = max(2, round(len(people) * VISITORS_PER_ACCOUNT))
    known = [person for person in people if person.is_active][: count // 30]
    fresh = count - len(known) - count // 30
    forms = [submit(seed, number, now=now, days=_days(number, rng), rng=rng) for number in range(fresh)]
    again = [_again(form, seed, number, now, rng) for number, form in enumerate(forms[1 : count // 30 + 1])]
    everything = (*forms, *again, *_from_known(known, seed, now=now, rng=rng))
    return tuple(sorted(everything, key=lambda form: form.submitted_at))


def submit(seed: int, number: int | str, *, now: datetime, days: float, rng: Random) -> Submission:
    """Return a form of somebody new, sent some time in the last `days`."""
    country = rng.choice(_COUNTRIES)
    pool = POOLS["far" if rng.random() < 0.08 else COUNTRIES[country].names]
    first, last = rng.choice(pool.first), rng.choice(pool.last)
    address = rng.choice(("{f}.{l}", "{f}.{l}", "{l}", "{i}.{l}", "{f}"))
    return Submission(
        external_id=opaque("cr", seed, number),
        name=f"{first} {last}",
        email=address.format(f=plain(first), l=plain(last), i=plain(first)[0]) + "@" + rng.choice(_DOMAINS[country]),
        phone=phone(country, rng=rng),
        submitted_at=_sent(now, days, country, rng),
    )


def phone(country: str, *, rng: Random) -> str:
    """Return a phone number as people of that country type it."""
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in rng.choice(_PHONES[country]))


def _days(number: int, rng: Random) -> float:
    return 2.0 if number % 12 == 0 else rng.choice((7.0, 21.0, 60.0, 120.0, 210.0))


def _sent(now: datetime, days: float, country: str, rng: Random) -> int:
    return waking_moment(now, days * 24, 0.1, ZoneInfo(COUNTRIES[country].zone), rng=rng)


def _again(form: Submission, seed: int, number: int, now: datetime, rng: Random) -> Submission:
    """Return the same person asking once more, between the first time and now."""
    since = int(now.timestamp()) - A_BREATH - form.submitted_at
    later = form.submitted_at + int(rng.random() * max(0, since))
    return replace(form, external_id=opaque("cr", seed, f"again-{number}"), submitted_at=later)


def _from_known(known: list[Account], seed: int, *, now: datetime, rng: Random) -> Iterator[Submission]:
    for number, person in enumerate(known):
        name = f"{person.first_name} {person.last_name}"
        sent = waking_moment(now, 60 * 24, 24, person.company.zone, rng=rng)
        yield Submission(opaque("cr", seed, f"known-{number}"), name, person.email, phone("NL", rng=rng), sent)

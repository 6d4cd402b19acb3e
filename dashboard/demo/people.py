"""The people of the story: who has an account where, since when, how busy, and how it ends for some.

All moments are whole days before the story's "now", so the same seed gives the same people on any day; the
live mode relies on it.
What must never happen here: an address outside `.example`.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from dashboard.demo.companies import Company, gather, opaque
from dashboard.demo.names import POOLS

SET_UP_REASONS: Final = (
    "single_sign_on_mismatch",
    "address_at_two_companies",
    "invitation_bounced",
    "imported_from_old_app",
    "name_letters_refused",
    "company_merger",
)
"""Why automation could not finish a set-up, as codes (P61)."""
NEWCOMER_SHARE: Final = 0.09
"""How many people carry a name from elsewhere than their company's country."""
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "oe", "æ": "ae", "å": "aa", "ł": "l", "đ": "d", "ı": "i", "ä": "ae", "ö": "oe", "ü": "ue"}
)
"""How mail addresses spell letters that do not fall apart into a plain one and an accent."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's login. `*_days_ago` count whole days before now; None means never (so far)."""

    external_id: str
    company: Company
    first_name: str
    last_name: str
    email: str
    administrator: bool
    source: str
    intensity: float
    """How often the person works in the app, against 1 for most; 0 is nobody, 12 all day."""
    created_days_ago: int
    signed_in_days_ago: int | None
    quiet_days_ago: int
    """Since when it lies dormant; 0: not at all."""
    ended_days_ago: int | None = None
    ended_by: str | None = None
    """`self`, the administrator's external id, or `company` when the subscription ended."""
    needs_help: str | None = None

    @property
    def is_active(self) -> bool:
        """True while the account can still be used today."""
        return self.ended_days_ago is None and self.signed_in_days_ago is not None


def cast(*, seed: int, accounts: int) -> tuple[Account, ...]:
    """Return everyone of the story, company by company, the same for the same seed and number."""
    rng = Random(f"{seed}:people")
    companies = gather(seed=seed, accounts=accounts)
    everyone = [person for company in companies for person in _staff_of(company, seed=seed, rng=rng)]
    return tuple(_with_helped(_with_endings(everyone, rng=rng), rng=rng))


def _staff_of(company: Company, *, seed: int, rng: Random) -> Iterator[Account]:
    style = rng.choice(("{first}.{last}", "{initial}.{last}", "{initial}{last}", "{first}{initials}"))
    taken: set[str] = set()
    for seat in range(company.seats):
        first, last = _name(company, seat, rng)
        email = _address(style, first, last, company, taken)
        yield _hired(company, seat, first, last, email, seed=seed, rng=rng)


def _name(company: Company, seat: int, rng: Random) -> tuple[str, str]:
    if company.owner:
        return company.owner
    if company.name == "Brouwerij De Linde" and seat == 0:
        return "Marijke", "Verhoeven"
    pool = POOLS["far" if rng.random() < NEWCOMER_SHARE else company.names]
    return rng.choice(pool.first), rng.choice(pool.last)


def _address(style: str, first: str, last: str, company: Company, taken: set[str]) -> str:
    first, last = plain(first), plain(last)
    initials = "".join(part[0] for part in last.split("-"))
    wanted = style.format(first=first, last=last.replace("-", ""), initial=first[0], initials=initials)
    name, extra = wanted, 2
    while name in taken:
        name, extra = f"{wanted}{extra}", extra + 1
    taken.add(name)
    return f"{name}@{company.domain}"


def plain(name: str) -> str:
    """Return a name as mail addresses spell it: lower case, ASCII, parts joined by a hyphen."""
    spelled = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    words = "".join(letter if letter.isalnum() else " " for letter in spelled if letter.isascii())
    return "-".join(words.split())


def _hired(company: Company, seat: int, first: str, last: str, email: str, *, seed: int, rng: Random) -> Account:
    created = _created_days_ago(company, seat, rng)
    signed_in = max(0, created - rng.choice((0, 0, 0, 1, 1, 2, 4, 7)))
    intensity = min(12.0, rng.lognormvariate(-0.35, 0.95))
    dormant = seat > 0 and created > 120 and rng.random() < 0.17
    return Account(
        external_id=opaque("ac", seed, company.external_id, seat),
        company=company,
        first_name=first,
        last_name=last,
        email=email,
        administrator=seat == 0 or (seat == 1 and company.seats >= 25),
        source="self" if seat == 0 or rng.random() < 0.3 else "company_admin",
        intensity=max(intensity, 1.5) if seat == 0 else intensity,
        created_days_ago=created,
        signed_in_days_ago=signed_in or None,
        quiet_days_ago=rng.randrange(40, created - 30) if dormant else 0,
        ended_days_ago=company.cancelled_days_ago,
        ended_by="company" if company.cancelled_days_ago else None,
    )


def _created_days_ago(company: Company, seat: int, rng: Random) -> int:
    """The first people come with the company, the others over time; nobody after a cancelled subscription."""
    last = (company.cancelled_days_ago or 0) + 2
    if seat < 2:
        return company.joined_days_ago
    share: float = rng.random() ** 0.8
    return round(last + (company.joined_days_ago - last) * share)


def _with_endings(everyone: list[Account], *, rng: Random) -> list[Account]:
    """Let some leave by themselves and have some deactivated by their company's administrator."""
    leavers = [person.external_id for person in everyone if _may_leave(person)]
    rng.shuffle(leavers)
    by_self = set(leavers[: _some(everyone, 0.0175)])
    by_admin = set(leavers[len(by_self) :][: _some(everyone, 0.0125)])
    bosses = {person.company: person.external_id for person in reversed(everyone) if person.administrator}
    old_days = iter((727, 719, 706))  # these are about to reach 24 calendar months: the retention page has a tomorrow
    return [
        _ended(person, "self" if person.external_id in by_self else bosses[person.company], old_days, rng)
        if person.external_id in by_self | by_admin
        else person
        for person in everyone
    ]


def _may_leave(person: Account) -> bool:
    return not person.administrator and person.ended_days_ago is None and person.created_days_ago > 90


def _some(everyone: Iterable[Account], share: float) -> int:
    return max(1, round(share * len(list(everyone))))


def _ended(person: Account, by: str, old_days: Iterator[int], rng: Random) -> Account:
    days = rng.randrange(3, min(620, person.created_days_ago - 45))
    if person.created_days_ago > 735:
        days = next(old_days, days)
    return replace(person, ended_days_ago=days, ended_by=by)


def _with_helped(everyone: list[Account], *, rng: Random) -> list[Account]:
    """Give the youngest accounts to automation's exceptions: some still wait for a person, some are done."""
    ordinary = [p for p in everyone if p.ended_days_ago is None and not p.administrator]
    youngest = sorted(ordinary, key=lambda person: person.created_days_ago)[: _some(everyone, 0.015)]
    reasons = {person.external_id: SET_UP_REASONS[i % len(SET_UP_REASONS)] for i, person in enumerate(youngest)}
    waiting = {person.external_id for person in youngest[: _some(youngest, 0.6)]}
    return [_helped(person, reasons, waiting, rng) for person in everyone]


def _helped(person: Account, reasons: dict[str, str], waiting: set[str], rng: Random) -> Account:
    if person.external_id not in reasons:
        return person
    helped = replace(person, needs_help=reasons[person.external_id])
    if person.external_id not in waiting:
        return helped
    return replace(helped, created_days_ago=rng.randrange(1, 9), signed_in_days_ago=None, quiet_days_ago=0)

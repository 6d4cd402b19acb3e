"""What an erasure must know of a person until it is certified: sealed the moment the tables are emptied, destroyed
last.

Nothing of it is ever printed, logged or shown: its fields have no repr.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.services import fingerprints, keys
from models import Account, Base, ContactRequest, FormerAddress, Person, SealedPayload, bound

SEALED = "erasure payload"


@dataclass(frozen=True)
class Profile:
    """A person and the values that stand for them: whole names as (first, last), phone numbers, addresses.

    `website_addresses` are those given on the website: no other may reach a processor of the website (P8, P53).
    """

    person: Person = field(repr=False)
    names: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)
    website_addresses: tuple[str, ...] = field(default=(), repr=False)

    def fingerprints(self) -> dict[str, str]:
        """Return the keyed fingerprint of every value that must be found nowhere, with the kind of value."""
        found = {fingerprints.of_address(address): "address" for address in self.addresses}
        long_enough = (p for p in self.phones if len(fingerprints.digits_of(p)) >= SHORTEST_PHONE)
        found |= {fingerprints.of_phone(phone): "phone" for phone in long_enough}
        found |= {fingerprints.of_key(key): "key" for key in (*self.person.keys, *self.person.external_ids)}
        whole = {f"{first} {last}" for first, last in self.names if first.strip() and last.strip()}
        return found | {fingerprints.of_name(name): "name" for name in whole}


SHORTEST_PHONE = 7
"""Fewer digits stand in too many texts to tell anyone."""


def profile_of(session: Session, person: Person) -> Profile:
    """Collect the values that stand for a person, from every relation."""
    accounts = session.execute(
        select(Account.first_name, Account.last_name, Account.email).where(Account.id.in_(person.accounts))
    ).all()
    given = select(ContactRequest.name, ContactRequest.email, ContactRequest.phone)
    contacts = session.execute(given.where(ContactRequest.id.in_(person.contacts))).all() if person.contacts else []
    names = [(row.first_name, row.last_name) for row in accounts] + [_parts(row.name) for row in contacts]
    addresses = [row.email.lower() for row in (*accounts, *contacts)]
    former = _former(session, person) if person.accounts else []
    return Profile(
        person,
        names=tuple(dict.fromkeys(names)),
        phones=tuple(dict.fromkeys(row.phone for row in contacts)),
        addresses=tuple(dict.fromkeys((*addresses, *person.addresses, *former))),
        website_addresses=tuple(dict.fromkeys(row.email.lower() for row in contacts)),
    )


def _former(session: Session, person: Person) -> list[str]:
    """Return the addresses a person had until lately, save those that are somebody else's by now."""
    mine = session.scalars(select(FormerAddress.email).where(FormerAddress.account_id.in_(person.accounts))).all()
    if not mine:
        return []
    accounts = select(Account.email).where(Account.email.in_(mine), Account.id.not_in(person.accounts))
    given = func.lower(ContactRequest.email)
    contacts = select(given).where(given.in_(mine), ContactRequest.id.not_in(person.contacts))
    others = {*session.scalars(accounts), *session.scalars(contacts)}
    return [email for email in mine if email not in others]


def _parts(name: str) -> tuple[str, str]:
    """Take a name apart as it was typed: the last word is the last name."""
    first, _space, last = name.strip().rpartition(" ")
    return first, last


def with_address(known: Profile, email: str) -> Profile:
    """Return a profile that counts the address of the request itself, even where no row bears it."""
    return replace(known, addresses=tuple(dict.fromkeys((*known.addresses, *filter(None, [email])))))


def seal(session: Session, request_id: str, known: Profile, *, rows: Iterable[tuple[type[Base], Any]]) -> None:
    """Keep a profile, encrypted, for as long as this request needs it; the caller commits.

    `rows`: the rows that stay and were tied to the person, in which their name is looked for later.
    """
    told = {**asdict(known), "rows": [[model.__tablename__, key] for model, key in rows]}
    session.add(SealedPayload(request_id=request_id, sealed=keys.seal(SEALED, told), made_at=bound(session).at))


def _unsealed(session: Session, request_id: str) -> dict[str, Any] | None:
    sealed = session.scalar(select(SealedPayload.sealed).where(SealedPayload.request_id == request_id))
    return keys.unseal(SEALED, sealed) if sealed else None


def unseal(session: Session, request_id: str) -> Profile | None:
    """Return the profile of a request that is being carried out; None once it is destroyed."""
    facts = _unsealed(session, request_id)
    if facts is None:
        return None
    person = Person(**{name: tuple(values) for name, values in facts["person"].items()})
    names = tuple((first, last) for first, last in facts["names"])
    values = {name: tuple(facts[name]) for name in ("phones", "addresses", "website_addresses")}
    return Profile(person, names, **values)


def rows_kept(session: Session, request_id: str) -> list[tuple[type[Base], Any]]:
    """Return the rows that stayed and were tied to the person, as (table, key)."""
    facts = _unsealed(session, request_id) or {"rows": []}
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return [(models[table], key) for table, key in facts["rows"]]

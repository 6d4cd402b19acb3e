"""The database part of a removal: one transaction with its ledger rows. All of it happens, or none.

Texts are scrubbed first, while the ties are there; then columns are emptied; then rows go, those that point before
those that are pointed at. What an erasure leaves on purpose is a fingerprint, a tombstone, a ledger line: none says
who it was.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, false, func, inspect, or_, select, true, update
from sqlalchemy.orm import Session

from dashboard.database.changes import changed
from dashboard.services import fingerprints
from models import (
    Account,
    Base,
    Category,
    Company,
    ContactRequest,
    ErasedFingerprint,
    OnErasure,
    Person,
    Suppression,
    Ticket,
    Tombstone,
    UsageEvent,
    bound,
    fate_of,
    leave_marks,
    may_hold,
    models_of_persons,
    privacy_of,
    rows_of,
)

from . import ledger
from .planning import OF_THE_REQUEST
from .profile import Profile
from .scrubbing import REMOVED, Scrubber

BATCH = 500
"""Texts read at once while they are scrubbed; the result is the same whatever it is."""
ERASED = "person_removed"


def erase(
    session: Session, profile: Profile, *, request_id: str, kept_for: timedelta, again: bool = False
) -> dict[str, int]:
    """Erase a person from every table and return what was found, by table; the caller commits.

    `kept_for`: how long backups live, and with them the fingerprints a later scan looks for. `again`: after a restore,
    when the ledger has its lines already.
    """
    ids = _ids_from_outside(session, profile.person)
    found = take_away(session, profile)
    _leave_marks(session, profile, ids, request_id=request_id, until=bound(session).at + kept_for)
    if not again:
        _write_ledger(session, profile.person, request_id=request_id)
    return found


def take_away(session: Session, profile: Profile, *, everywhere: bool = True) -> dict[str, int]:
    """Take a person out of every table, by the one map of persons; return what was found, by table.

    `everywhere`: their address and phone number go from all texts there are, else from those tied to them alone.
    """
    person = profile.person
    found = {"free text": scrub(session, profile, everywhere=everywhere)}
    for model in _models(OnErasure.ANONYMISE):
        found[model.__tablename__] = _empty(session, model, person)
    _forget_mentions(session, person)
    for model in reversed(_models(OnErasure.DELETE)):
        found[model.__tablename__] = _delete(session, model, person)
    return found | {m.__tablename__: count(session, m, person) for m in _models(OnErasure.KEEP)}


def leave_tombstones(session: Session, external_ids: Iterable[str]) -> None:
    """Keep the app's ids from coming back with a late or repeated call (P51)."""
    _leave_tombstones(session, map(fingerprints.of_key, external_ids))


def _leave_tombstones(session: Session, marks: Iterable[str]) -> None:
    leave_marks(session, Tombstone, [{"fingerprint": one, "erased_at": bound(session).at} for one in marks])


def _models(fate: OnErasure) -> list[type[Base]]:
    return [m for m in models_of_persons() if fate_of(m) == fate and m.__tablename__ not in OF_THE_REQUEST]


def count(session: Session, model: type[Base], person: Person) -> int:
    """Return how many rows of a table belong to a person."""
    if not may_hold(model, person):
        return 0
    return session.scalar(select(func.count()).select_from(model).where(rows_of(model, person))) or 0


def _delete(session: Session, model: type[Base], person: Person) -> int:
    return changed(session, delete(model).where(rows_of(model, person))) if may_hold(model, person) else 0


def _empty(session: Session, model: type[Base], person: Person) -> int:
    """Empty the columns that must go in rows that stay; a ticket that was open ends with its person."""
    if not may_hold(model, person):
        return 0
    values: dict[str, Any] = {name: _nothing(model, name) for name in _emptied(model)}
    if model is Ticket:
        values |= _ended(bound(session).at)
    return changed(session, update(model).where(rows_of(model, person)).values(**values))


def _emptied(model: type[Base]) -> list[str]:
    """Return the columns to empty; free text has been scrubbed and stays."""
    return [
        name
        for name, kept in privacy_of(model).items()
        if kept.on_erasure == OnErasure.ANONYMISE and kept.category != Category.FREE_TEXT
    ]


def _nothing(model: type[Base], name: str) -> str | None:
    column: Any = inspect(model).columns[name]
    return None if column.nullable else REMOVED


def _ended(at: datetime) -> dict[str, Any]:
    """Return what ends a ticket that is open, and leaves a closed one as it is."""
    because = case((Ticket.closed_at.is_(None), ERASED), else_=Ticket.closed_because)
    return {"closed_at": func.coalesce(Ticket.closed_at, at), "closed_because": because}


def _forget_mentions(session: Session, person: Person) -> None:
    """Where a colleague's account says that this person ended it: that an administrator did, stays."""
    named = Account.deactivated_by.in_(person.external_ids)
    changed(session, update(Account).where(named).values(deactivated_by="administrator"))


def scrub(session: Session, profile: Profile, *, batch: int = BATCH, everywhere: bool = True) -> int:
    """Take the person out of free text: names from their own rows, the rest from all; return how many changed.

    Not `everywhere`: out of their own rows only.
    """
    person = profile.person
    scrubber = Scrubber(profile.names, profile.addresses, profile.phones, (*person.keys, *person.external_ids))
    models = (m.class_ for m in Base.registry.mappers) if everywhere else models_of_persons()
    found = sorted((model for model in models if _texts(model)), key=lambda m: m.__tablename__)
    return sum(
        _scrub_table(session, m, scrubber, where=_to_read(m, scrubber, person, everywhere=everywhere), batch=batch)
        for m in found
    )


def _texts(model: type[Base]) -> list[str]:
    return [name for name, kept in privacy_of(model).items() if kept.category == Category.FREE_TEXT]


def _to_read(model: Any, scrubber: Scrubber, person: Person, *, everywhere: bool) -> tuple[Any, Any]:
    """Return which rows of a table are read for their texts, and which of them are the person's own."""
    own = rows_of(model, person) if model in models_of_persons() else false()
    goes = fate_of(model) == OnErasure.DELETE  # with the row goes its text: nothing to scrub
    others = or_(*(_candidates(getattr(model, name), scrubber) for name in _texts(model))) if everywhere else false()
    return (others & own.is_not(true()) if goes else or_(own, others)), own


def _scrub_table(session: Session, model: Any, scrubber: Scrubber, *, where: tuple[Any, Any], batch: int) -> int:
    """Scrub the texts of one table, so many rows at a time, and return how many texts changed."""
    key, texts = inspect(model).primary_key[0], [getattr(model, name) for name in _texts(model)]
    read, own = where
    found = session.execute(select(key, own, *texts).where(read).execution_options(yield_per=batch))
    changed = 0
    for rows in found.partitions():
        clean = [(row[0], row[2:], _scrubbed(model, row, scrubber)) for row in rows]
        changed += sum(a != b for _key, before, after in clean for a, b in zip(after, before, strict=True))
        dirty = [(row_key, after) for row_key, before, after in clean if after != before]
        if dirty:
            named = [{key.name: row_key} | dict(zip(_texts(model), after, strict=True)) for row_key, after in dirty]
            session.execute(update(model), named)
    return changed


def _scrubbed(model: Any, row: Sequence[Any], scrubber: Scrubber) -> tuple[str | None, ...]:
    """Return the texts of a row (key, whether it is the person's own, texts) without the person."""
    scrub_one = scrubber.own if row[1] else scrubber.other
    lengths = [inspect(model).columns[name].type.length for name in _texts(model)]  # None: as long as one likes
    return tuple(text and scrub_one(text)[:length] for text, length in zip(row[2:], lengths, strict=True))


def _candidates(text: Any, scrubber: Scrubber) -> Any:
    """Return which texts are worth reading: those with a digit when a phone is sought, or with a piece of the rest."""
    pieces = [address.partition("@")[0].split(".")[0] for address in scrubber.addresses] + list(scrubber.keys)
    digits = [str(digit) for digit in range(10)] if scrubber.phones else []
    lowered = func.lower(text)
    return or_(*(lowered.contains(piece.lower(), autoescape=True) for piece in (*pieces, *digits) if piece))


def _ids_from_outside(session: Session, person: Person) -> list[str]:
    """Return the fingerprint of each id under which the app or the website could send the person again."""
    alone = select(Company.external_id).where(Company.id.in_(person.companies))
    forms = select(ContactRequest.external_id).where(ContactRequest.id.in_(person.contacts))
    companies = session.scalars(alone).all() if person.companies else []
    sent = session.scalars(forms).all() if person.contacts else []
    return [
        *map(fingerprints.of_key, (*person.external_ids, *companies)),
        *map(fingerprints.of_form, filter(None, sent)),
    ]


def _leave_marks(session: Session, profile: Profile, ids: Sequence[str], *, request_id: str, until: datetime) -> None:
    """Write what keeps the person away, by ids from outside and by addresses, and fingerprints for a scan."""
    _leave_tombstones(session, ids)
    away = {"since": bound(session).at, "because": "erased"}
    addresses = map(fingerprints.of_address, profile.addresses)
    leave_marks(session, Suppression, [{"fingerprint": address, **away} for address in addresses])
    mine = {"request_id": request_id, "ends_at": until}
    sought = profile.fingerprints().items()
    leave_marks(session, ErasedFingerprint, [{"fingerprint": f, "kind": kind, **mine} for f, kind in sought])


def _write_ledger(session: Session, person: Person, *, request_id: str) -> None:
    """Add one line per relation and key: what must be done again after a restore."""
    for relation, keys in (("app", person.accounts), ("website", person.contacts)):
        for key in keys:
            ledger.add(session, "erased", relation=relation, key=key, request_id=request_id)


def own_texts(session: Session, person: Person) -> list[tuple[type[Base], Any]]:
    """Return the rows that stay and are tied to the person, as (table, key): where names are looked for later."""
    found: list[tuple[type[Base], Any]] = []
    for model in _models(OnErasure.ANONYMISE):
        key = inspect(model).primary_key[0]
        statement: Select[Any] = select(key).where(rows_of(model, person))
        found += [(model, row) for row in session.scalars(statement)]
    return found


def left_over(session: Session, person: Person) -> dict[str, int]:
    """Read back: in how many rows of each table the person still is."""
    deleted = {m.__tablename__: count(session, m, person) for m in _models(OnErasure.DELETE)}
    return deleted | {m.__tablename__: _still_full(session, m, person) for m in _models(OnErasure.ANONYMISE)}


def _still_full(session: Session, model: type[Base], person: Person) -> int:
    """Count the person's rows in which a column that had to be emptied still says something."""
    nothing = {name: _nothing(model, name) for name in _emptied(model)}
    full = or_(*(getattr(model, name).is_distinct_from(value) for name, value in nothing.items()))
    return session.scalar(select(func.count()).select_from(model).where(rows_of(model, person), full)) or 0


def small_tables() -> list[str]:
    """Return the tables of persons whose files are cleaned at once; the largest one's turn comes at night."""
    return [model.__tablename__ for model in models_of_persons() if model is not UsageEvent]

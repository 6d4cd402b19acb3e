"""The database part of a removal: one transaction with its ledger rows. All of it happens, or none.

Texts are scrubbed first, while the ties are there; then columns are emptied; then rows go, those that point before
those that are pointed at. What an erasure leaves on purpose is a fingerprint, a tombstone, a ledger line: none says
who it was.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, inspect, or_, select, update
from sqlalchemy.orm import Session

from dashboard.services import fingerprints
from models import (
    Account,
    Base,
    Category,
    Company,
    ErasedFingerprint,
    OnErasure,
    Person,
    Suppression,
    Ticket,
    Tombstone,
    UsageEvent,
    bound,
    fate_of,
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
    found = take_away(session, profile)
    _leave_marks(session, profile, request_id=request_id, until=bound(session).at + kept_for)
    if not again:
        _write_ledger(session, profile.person, request_id=request_id)
    return found


def take_away(session: Session, profile: Profile, *, everywhere: bool = True) -> dict[str, int]:
    """Take a person out of every table, by the one map of persons; return what was found, by table.

    `everywhere`: their address and phone number go from all texts there are, else from those tied to them alone.
    """
    person, found = profile.person, {}
    found["free text"] = scrub(session, profile, everywhere=everywhere)
    for model in _models(OnErasure.ANONYMISE):
        found[model.__tablename__] = _empty(session, model, person)
    _forget_mentions(session, person)
    for model in reversed(_models(OnErasure.DELETE)):
        found[model.__tablename__] = _run(session, delete(model).where(rows_of(model, person)))
    return found | {m.__tablename__: count(session, m, person) for m in _models(OnErasure.KEEP)}


def leave_tombstones(session: Session, external_ids: Iterable[str]) -> None:
    """Keep the app's ids from coming back with a late or repeated call (P51)."""
    for external_id in external_ids:
        _mark(session, Tombstone(fingerprint=fingerprints.of_key(external_id), erased_at=bound(session).at))


def _models(fate: OnErasure) -> list[type[Base]]:
    return [m for m in models_of_persons() if fate_of(m) == fate and m.__tablename__ not in OF_THE_REQUEST]


def count(session: Session, model: type[Base], person: Person) -> int:
    """Return how many rows of a table belong to a person."""
    return session.scalar(select(func.count()).select_from(model).where(rows_of(model, person))) or 0


def _empty(session: Session, model: type[Base], person: Person) -> int:
    """Empty the columns that must go in rows that stay; a ticket that was open ends with its person."""
    values = {name: _nothing(model, name) for name in _emptied(model)}
    if model is Ticket:
        _end_tickets(session, person)
    return _run(session, update(model).where(rows_of(model, person)).values(**values))


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


def _end_tickets(session: Session, person: Person) -> None:
    ended = {"closed_at": bound(session).at, "closed_because": ERASED}
    _run(session, update(Ticket).where(rows_of(Ticket, person), Ticket.closed_at.is_(None)).values(**ended))


def _forget_mentions(session: Session, person: Person) -> None:
    """Where a colleague's account says that this person ended it: that an administrator did, stays."""
    named = Account.deactivated_by.in_(person.external_ids)
    _run(session, update(Account).where(named).values(deactivated_by="administrator"))


def scrub(session: Session, profile: Profile, *, batch: int = BATCH, everywhere: bool = True) -> int:
    """Take the person out of free text: names from their own rows, the rest from all; return how many changed.

    Not `everywhere`: out of their own rows only.
    """
    person = profile.person
    scrubber = Scrubber(profile.names, profile.addresses, profile.phones, (*person.keys, *person.external_ids))
    changed = 0
    models = (m.class_ for m in Base.registry.mappers) if everywhere else models_of_persons()
    for model in sorted(models, key=lambda m: m.__tablename__):
        for name in _texts(model):
            where = _to_read(model, name, scrubber, person, everywhere=everywhere)
            changed += _scrub_column(session, model, name, scrubber, where=where, batch=batch)
    return changed


def _to_read(model: type[Base], name: str, scrubber: Scrubber, person: Person, *, everywhere: bool) -> tuple[Any, Any]:
    """Return which texts of a column are read, and which of them are the person's own."""
    text: Any = getattr(model, name)
    if not _tied(model):
        return _candidates(text, scrubber), text.is_(None) & text.is_not(None)
    own = rows_of(model, person)
    return or_(own, _candidates(text, scrubber)) if everywhere else own, own


def _texts(model: type[Base]) -> list[str]:
    return [name for name, kept in privacy_of(model).items() if kept.category == Category.FREE_TEXT]


def _scrub_column(
    session: Session, model: Any, name: str, scrubber: Scrubber, *, where: tuple[Any, Any], batch: int
) -> int:
    key, text = inspect(model).primary_key[0], getattr(model, name)
    read, mine = where
    changed = 0
    for rows in session.execute(select(key, text, mine).where(text.is_not(None), read)).partitions(batch):
        for row_key, written, is_own in rows:
            clean = scrubber.own(written) if is_own else scrubber.other(written)
            if clean != written:
                values = {name: clean[: text.type.length] if getattr(text.type, "length", None) else clean}
                _run(session, update(model).where(key == row_key).values(**values))
                changed += 1
    return changed


def _tied(model: type[Base]) -> bool:
    return model in models_of_persons()


def _candidates(text: Any, scrubber: Scrubber) -> Any:
    """Return which texts are worth reading: those with a digit when a phone is sought, or with a piece of the rest."""
    pieces = [address.partition("@")[0].split(".")[0] for address in scrubber.addresses] + list(scrubber.keys)
    digits = [str(digit) for digit in range(10)] if scrubber.phones else []
    lowered = func.lower(text)
    return or_(*(lowered.contains(piece.lower(), autoescape=True) for piece in (*pieces, *digits) if piece))


def _leave_marks(session: Session, profile: Profile, *, request_id: str, until: datetime) -> None:
    """Write what keeps the person away: tombstones, suppression, and fingerprints for a scan."""
    at = bound(session).at
    companies = session.scalars(select(Company.external_id).where(Company.id.in_(profile.person.companies)))
    leave_tombstones(session, (*profile.person.external_ids, *companies))
    for address in profile.addresses:
        _mark(session, Suppression(fingerprint=fingerprints.of_address(address), since=at, because="erased"))
    for fingerprint, kind in profile.fingerprints().items():
        _mark(session, ErasedFingerprint(request_id=request_id, fingerprint=fingerprint, kind=kind, ends_at=until))


def _write_ledger(session: Session, person: Person, *, request_id: str) -> None:
    """Add one line per relation and key: what must be done again after a restore."""
    for relation, keys in (("app", person.accounts), ("website", person.contacts)):
        for key in keys:
            ledger.add(session, "erased", relation=relation, key=key, request_id=request_id)


def _mark(session: Session, mark: Tombstone | Suppression | ErasedFingerprint) -> None:
    """Add a mark unless it is there: the person may have been here before."""
    model: Any = type(mark)
    keys = [key.name for key in inspect(model).primary_key]
    same = [getattr(model, key) == getattr(mark, key) for key in keys]
    if session.scalar(select(func.count()).select_from(model).where(*same)) == 0:
        session.add(mark)
        session.flush()


def own_texts(session: Session, person: Person) -> list[tuple[type[Base], Any]]:
    """Return the rows that stay and are tied to the person, as (table, key): where names are looked for later."""
    found: list[tuple[type[Base], Any]] = []
    for model in _models(OnErasure.ANONYMISE):
        key = inspect(model).primary_key[0]
        statement: Select[Any] = select(key).where(rows_of(model, person))
        found += [(model, row) for row in session.scalars(statement)]
    return found


def _run(session: Session, statement: Any) -> int:
    """Run a change and return how many rows it touched; no row of this session needs to learn of it."""
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


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

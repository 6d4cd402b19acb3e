"""One batch of what is due: the oldest rows first, each with what hangs on it, in the caller's transaction.

Every statement asks again whether a row is due, so nothing that ceased to be goes. How a table is emptied stands in
CARRIED_OUT; a table without a line there goes by stretches of its own clock.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, inspect, select, tuple_, update
from sqlalchemy.orm import Session

from dashboard.database import partitions
from dashboard.database.changes import changed
from dashboard.policy.retention import Action
from dashboard.services.erasure import erasing, fault, finding, profile
from dashboard.services.seals import pruning
from models import Base, OnErasure, Person, UsageEvent, pointing_at, privacy_of

from .due import Due, clock_of, model_of


@dataclass(frozen=True)
class Went:
    """What a batch came to: how many due rows went, and whether there may be more to do."""

    rows: int
    more: bool


Batch = Callable[[Session, Due, int], Went]
PATIENCE = 20.0
"""Seconds in which months may be dropped: less than a lease lasts; what is not gone by then goes with the next run."""
AT_ONCE = 100
"""Rows that have others hanging on them: so many a transaction, each taking a few statements."""


def remove(session: Session, due: Due, *, rows: int) -> Went:
    """Remove at most so many due rows, oldest first; say how many went, and whether to go on. No commit."""
    return CARRIED_OUT.get(due.rule.name, _by_time)(session, due, rows)


def _by_time(session: Session, due: Due, rows: int) -> Went:
    """Remove the oldest stretch of time that holds at most so many rows: one look into the index, one statement."""
    model = model_of(due.rule)
    emptying: Any = update(model).values(dict.fromkeys(due.rule.empties))
    statement = emptying if due.rule.action == Action.ANONYMISE else delete(model)
    end = due.nth(session, rows)
    fault.point("retention.looked")
    gone = _run(session, statement.where(due.where(before=end)))
    if not gone and end is not None:  # more rows than that bear one moment
        gone = _run(session, statement.where(_of_the_first_moment(due, rows)))
    return _went(gone)


def _went(rows: int) -> Went:
    return Went(rows, more=rows > 0)


def _of_the_first_moment(due: Due, rows: int) -> Any:
    """Return the condition for so many of the oldest rows, by their keys."""
    model = model_of(due.rule)
    key = [getattr(model, column.name) for column in inspect(model).primary_key]
    oldest = select(*key).where(due.where()).order_by(clock_of(due.rule)).limit(rows)
    return due.where() & tuple_(*key).in_(oldest)


def _with_what_hangs_on_it(session: Session, due: Due, rows: int) -> Went:
    """Remove rows by their ids, and first whatever points at them: emptied where it stays, else gone as well."""
    model = model_of(due.rule)
    ids = _ids(session, due, min(rows, AT_ONCE))
    _clear(session, model, ids)
    return _went(_run(session, delete(model).where(_id(model).in_(ids), due.where())) if ids else 0)


def _ids(session: Session, due: Due, rows: int) -> Sequence[str]:
    key = _id(model_of(due.rule))
    found = select(key).where(due.where()).order_by(clock_of(due.rule)).limit(rows)
    return list(session.scalars(found.with_for_update()))


def _id(model: type[Base]) -> Any:
    return model.id  # type: ignore[attr-defined]


def _clear(session: Session, model: type[Base], ids: Sequence[str]) -> None:
    for child, name in pointing_at(model):
        points = getattr(child, name).in_(ids)
        if privacy_of(child)[name].on_erasure == OnErasure.ANONYMISE:
            _run(session, update(child).where(points).values({name: None}))
        else:
            if "id" in inspect(child).columns:
                _clear(session, child, list(session.scalars(select(_id(child)).where(points))))
            _run(session, delete(child).where(points))
        fault.point(f"retention.{child.__tablename__}")


def _accounts(session: Session, due: Due, rows: int) -> Went:
    """Remove an account with everything that hangs on it, by the map that a person's own removal goes by (P41).

    One a transaction. Usage that is left of it goes first, batch by batch: it can be any number of rows.
    """
    for key in _ids(session, due, 1):
        if _usage_left(session, key, rows):
            return Went(0, more=True)
        person = _in_this_relation(session, key)
        erasing.take_away(session, profile.profile_of(session, person), everywhere=False)
        erasing.leave_tombstones(session, person.external_ids)
        fault.point("retention.account")
        return Went(1, more=True)
    return Went(0, more=False)


def _in_this_relation(session: Session, key: str) -> Person:
    """Return the person as this one account knows them: what they are elsewhere has limits of its own (P8)."""
    known = finding.person_behind(session, key)
    return Person(accounts=(key,), external_ids=known.external_ids, companies=known.companies)


def _usage_left(session: Session, key: str, rows: int) -> bool:
    """Remove usage of an account while there is more of it than so many rows; say whether there was."""
    mine = UsageEvent.account_id == key
    nth = select(UsageEvent.occurred_at).where(mine).order_by(UsageEvent.occurred_at).offset(rows).limit(1)
    end = session.scalar(nth)
    if end is None:
        return False
    _run(session, delete(UsageEvent).where(mine, UsageEvent.occurred_at <= end))
    return True


def _submissions(session: Session, due: Due, rows: int) -> Went:
    """Remove submissions of the contact form with what hangs on each."""
    ids = _ids(session, due, min(rows, AT_ONCE // 10))
    for key in ids:
        person = Person(contacts=(key,))
        erasing.take_away(session, profile.profile_of(session, person), everywhere=False)
        fault.point("retention.submission")
    return _went(len(ids))


def _sealed_lines(session: Session, due: Due, rows: int) -> Went:
    """Remove lines of the access log in whole sealed ranges, which leave a signed checkpoint."""
    return _went(pruning.prune(session, before=due.before, most=rows))


def _whole_months(engine: Engine, before: datetime) -> bool:
    """Drop the months of usage that ended before a moment, where the database keeps it by the month."""
    partitions.drop_whole_months(engine, before=before, patience=PATIENCE)
    return not partitions.beside(engine)


def _run(session: Session, statement: Any) -> int:
    count = changed(session, statement)
    fault.point("retention.statement")
    return count


CARRIED_OUT: Mapping[str, Batch] = {
    "accounts": _accounts,
    "contact_requests": _submissions,
    "tickets": _with_what_hangs_on_it,
    "set_ups": _with_what_hangs_on_it,
    "requests": _with_what_hangs_on_it,
    "access_records": _sealed_lines,
}
"""By rule, where rows do not go by time alone."""
BEFORE_BATCHES: Mapping[str, Callable[[Engine, datetime], bool]] = {"usage_events": _whole_months}
"""By rule: what takes whole parts of a table away before the batches begin, everything before a moment (UTC), outside
of any transaction; it says whether all that it began to take is gone. Where nothing stands here, batches do it all."""

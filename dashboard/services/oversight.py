"""Reading the access log: its lines, the answers to what it is asked, and the figures above them.

Keys, codes and counts only: this room never touches a table that says who a person is, and answers per
relation (account or contact), never a join of both. Reading the whole log is recorded like a look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from models import AccessRecord, bound

from . import access_log, listing, log_questions
from .access_log import EVENTS
from .log_questions import ASKED, LOOKS, Question, Who, narrowed_by

TAKES = tuple(event for event in EVENTS if event.endswith("_taken"))
RELEASES = tuple(event for event in EVENTS if event.endswith("_released"))
RATE_OVER = timedelta(days=30)
SOON = timedelta(hours=1)
"""A case given back within the hour was hardly worked on: why was its person looked at?"""
ALARM_SHARE = 0.10
"""One in ten. No promise names a number: a first guess, to be set anew from a quarter of real figures."""
ALARM_LEAST = 3
"""Fewer than three such cases are an accident, not a habit."""


@dataclass(frozen=True)
class Line:
    """One line of the access log: keys, codes and counts."""

    number: int
    at: datetime
    event: str
    staff_number: int | None
    role: str | None
    purpose: str
    allowed: bool
    reason: str | None
    case_ref: str | None
    table: str | None
    fields: tuple[str, ...]
    count: int
    subject_key: str | None


JOINS = frozenset({"request_matched"})
"""Lines that would show an account and a contact to be one person: their keys answer questions and are not shown."""
_SAME = tuple(item.name for item in fields(Line) if item.name != "fields")


@dataclass(frozen=True)
class Figures:
    """Today's looks and refusals, and how many cases taken were looked at and given back within the hour."""

    looks: int
    refusals: int
    taken: int
    given_back: int

    @property
    def share(self) -> float:
        """The take-look-release rate of the last 30 days, between 0 and 1."""
        return self.given_back / self.taken if self.taken else 0.0

    @property
    def alarm(self) -> bool:
        """Whether it is above the stated threshold."""
        return self.given_back >= ALARM_LEAST and self.share > ALARM_SHARE


@dataclass(frozen=True)
class Answer:
    """One page of lines; for a question also who looked, how often, and at how many persons."""

    lines: listing.Found
    figures: Figures
    who: Sequence[Who] = ()
    persons: int = 0


def read(
    session: Session, *, question: Question, cursor: str, where: Mapping[str, Any], size: int, today: datetime
) -> Answer:
    """Return lines and figures, after recording and committing that they were read; or RecordNotWritten."""
    asked = {**where, **narrowed_by(question)}
    found = lines(session, cursor=cursor, where=asked, size=size)
    who, persons = log_questions.answer(session, asked) if question.kind in ASKED else ((), 0)
    answer = Answer(found, figures(session, today=today), who=who, persons=persons)
    access_log.record(session, "access_log_read", reason=question.kind, count=len(found.records))
    access_log.commit(session)
    return answer


def lines(session: Session, *, cursor: str, where: Mapping[str, Any], size: int) -> listing.Found:
    """Return one page of the lines in reach, newest first, frozen."""
    found = listing.page(session, AccessRecord, cursor=cursor, where=where, size=size)
    return listing.Found([_line(record) for record in found.records], found.newer, found.older)


def _line(record: AccessRecord) -> Line:
    fields = tuple(record.fields.split(",")) if record.fields else ()
    same = {name: getattr(record, name) for name in _SAME}
    if record.event in JOINS:
        same["subject_key"] = None
    return Line(**same, fields=fields)


def figures(session: Session, *, today: datetime) -> Figures:
    """Return the figures of the log in reach; `today` is when the company's day began (UTC)."""
    since = bound(session).at - RATE_OVER
    return Figures(
        looks=_count(session, LOOKS, since=today),
        refusals=_count(session, ("access_refused",), since=today),
        taken=_count(session, TAKES, since=since),
        given_back=_given_back_soon(session, since=since),
    )


def _count(session: Session, events: tuple[str, ...], *, since: datetime) -> int:
    counted = select(func.count()).select_from(AccessRecord)
    return session.scalar(counted.where(AccessRecord.event.in_(events), AccessRecord.at >= since)) or 0


def _given_back_soon(session: Session, *, since: datetime) -> int:
    """Count cases taken, looked at and given back by the same staff member, all within the hour."""
    taken, look, release = aliased(AccessRecord), aliased(AccessRecord), aliased(AccessRecord)
    pairs = session.execute(
        select(release.at, func.max(taken.at))
        .join(taken, _same(taken, release) & taken.event.in_(TAKES) & (taken.number < release.number))
        .join(look, _same(look, release) & look.event.in_(LOOKS) & (look.number > taken.number))
        .where(release.event.in_(RELEASES), release.at >= since, look.number < release.number)
        .group_by(release.number, release.at)
    )
    return sum(released - took <= SOON for released, took in pairs)


def _same(one: type[AccessRecord], other: type[AccessRecord]) -> ColumnElement[bool]:
    return and_(one.staff_id == other.staff_id, one.case_id == other.case_id)

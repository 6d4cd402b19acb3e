"""The two questions one asks of the access log, each one statement: who saw this person, what did this colleague see.

A person is a subject key, a case, or a request by its code; keys are found in the log itself, so that no case and no
request is opened for it. Answers are per relation (account or contact), never a join of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session, aliased

from models import AccessRecord

from . import listing
from .access_log import EVENTS, LOOK

LOOKS = tuple(event for event, facts in EVENTS.items() if facts >= LOOK)
"""The events that say somebody saw personal data."""
RELATIONS = ("account", "contact_request")
"""The relations a request can concern, by the table whose rows are the person there."""
ASKED = frozenset({"who_saw", "what_seen"})
MOST_WHO = 100
"""Lines of the summary of an answer; the list below it has them all."""


@dataclass(frozen=True)
class Question:
    """What is asked: everything, one person by key, case or request (in one relation), one staff member by number."""

    kind: str = "list"
    case_ref: str = ""
    subject_key: str = ""
    staff_number: int | None = None
    relation: str = ""


@dataclass(frozen=True)
class Who:
    """One staff member's looks in an answer; the case tells persons apart that one staff member saw."""

    staff_number: int | None
    role: str | None
    case_ref: str | None
    looks: int
    first: datetime
    last: datetime


def narrowed_by(question: Question) -> dict[str, Any]:
    """Turn a question into what narrows the list. A case stands for its person, in all their cases."""
    if question.kind == "who_saw":
        keys = (question.subject_key,) if question.subject_key else _keys_of(question)
        return {"subject_key": keys, "event": LOOKS}
    if question.kind == "what_seen":
        return {"staff_number": question.staff_number, "event": LOOKS}
    names = ("case_ref", "subject_key", "staff_number")
    asked = {name: getattr(question, name) for name in names}
    return {name: value for name, value in asked.items() if value}


def _keys_of(question: Question) -> Any:
    """Select the keys of a case's person as the log knows them."""
    line = aliased(AccessRecord)
    keys = select(line.subject_key).where(line.case_ref == question.case_ref, line.subject_key.is_not(None))
    return keys.where(line.table == question.relation) if question.relation else keys


def answer(session: Session, asked: Mapping[str, Any]) -> tuple[Sequence[Who], int]:
    """Return who looked, how often and through which cases, and at how many persons in all; one statement."""
    columns = (AccessRecord.staff_number, AccessRecord.role, AccessRecord.case_ref)
    newest_first = func.max(AccessRecord.number).desc()
    persons = _where(select(func.count(distinct(AccessRecord.subject_key))), asked).scalar_subquery()
    counted = select(*columns, func.count(), func.min(AccessRecord.at), func.max(AccessRecord.at), persons)
    found = session.execute(_where(counted, asked).group_by(*columns).order_by(newest_first).limit(MOST_WHO)).all()
    return [Who(*row[:-1]) for row in found], found[0][-1] if found else 0


def _where(statement: Any, asked: Mapping[str, Any]) -> Any:
    return statement.where(*(listing.narrowed(getattr(AccessRecord, name), asked[name]) for name in asked))

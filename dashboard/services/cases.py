"""Finding one case in reach, and saying to its former assignee that access has ended."""

import re
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from models import AccessRecord, bound

from .access_log import Case
from .refusals import AccessEnded, NotInReach

Row = TypeVar("Row")
ID = re.compile(r"[a-z2-7]{26}")
LETTERS = {"ticket": "T", "contact_request": "C", "onboarding_case": "O", "staff": "S", "subject_request": "R"}
ENDINGS = {
    "ticket_closed": "closed", "ticket_released": "released", "ticket_handed_over": "handed_over",
    "contact_request_closed": "closed", "contact_request_released": "released",
    "onboarding_closed": "closed", "onboarding_released": "released",
    "request_released": "released", "request_refused": "closed", "request_withdrawn": "closed",
}  # fmt: skip
"""The events that end the assignee's access, and how the page calls them."""
TAKEN_AWAY = ("role_changed", "deactivated")
"""Why a case left other hands than those of whose line it is: a system administrator ended a right."""
RUNS_OUT = {"onboarding_taken": timedelta(days=7)}
"""Access that ends by itself so long after the event that began it (P60)."""


def case_of(row: Any) -> Case:
    """Return a row as the access log names it."""
    return Case(ref_of(row.__tablename__, row.number), row.id)


def ref_of(table: str, number: int) -> str:
    """Return the reference colleagues use: T-1042, C-31, O-12."""
    return f"{LETTERS[table]}-{number}"


def find(session: Session, model: type[Row], public_id: str, *, columns: tuple[Any, ...] = (), lock: str = "") -> Row:
    """Return the row in reach with this public id; raise NotInReach, or AccessEnded for its former assignee.

    `lock` is "share" for a look (nobody may reassign it before the look is recorded) or "update" for a change.
    """
    if not ID.fullmatch(public_id):
        raise NotInReach
    statement = select(model).where(model.id == public_id).options(*map(undefer, columns))  # type: ignore[attr-defined]
    if lock:
        statement = statement.with_for_update(read=lock == "share")
    row = session.scalar(statement)
    if row is None:
        _say_if_mine_ended(session, public_id)
        raise NotInReach
    return row


def _say_if_mine_ended(session: Session, public_id: str) -> None:
    """Only my own lines of the access log are asked, so nobody else can learn that the case exists."""
    if "access_record" not in bound(session).reach:
        return
    last = session.execute(
        select(AccessRecord.at, AccessRecord.event)
        .where(AccessRecord.case_id == public_id, AccessRecord.staff_id == bound(session).staff_id)
        .where(AccessRecord.event.in_([*ENDINGS, *RUNS_OUT]), AccessRecord.reason.not_in(TAKEN_AWAY))
        .order_by(AccessRecord.number.desc())
        .limit(1)
    ).first()
    if last and last.event in ENDINGS:
        raise AccessEnded(last.at, ENDINGS[last.event])
    if last and last.at + RUNS_OUT[last.event] <= bound(session).at:
        raise AccessEnded(last.at + RUNS_OUT[last.event], "run_out")

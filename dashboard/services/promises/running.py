"""Running the checks: each in a transaction that only reads; what they found is kept, and alarms when it broke.

A check that fails itself is not measurable: it never turns green by silence, and it stops no other check.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import Check, Finding, Look, State, unknown
from dashboard.config import Settings
from dashboard.database.changes import changed
from dashboard.database.engine import system_session
from dashboard.policy.promises import register
from dashboard.policy.texts import N_
from dashboard.services import fingerprints, outbox
from models import PromiseResult, PromiseStanding, Staff

FAILED = N_("The check itself failed. Its kind of failure stands in the log.")
KEPT = timedelta(days=400)
"""A year of history and a month: what was true when can be shown for a yearly review. Nobody's data."""
ALARM_TYPE = "promise_broken"
log = logging.getLogger(__name__)


def check_all(engine: Engine, settings: Settings, *, at: datetime, only: Iterable[str] = ()) -> Mapping[str, Finding]:
    """Run every check, or those of some promises; keep and return what they found, by promise."""
    wanted = set(only) or set(CHECKS)
    found = {no: ask(CHECKS[no], engine, settings, at=at) for no in _ordered(wanted & set(CHECKS))}
    with system_session(engine, "keep what the checks found") as session:
        keep(session, settings, found, at=at)
        session.commit()
    return found


def _ordered(numbers: Iterable[str]) -> list[str]:
    return sorted(numbers, key=lambda no: int(no[1:]))


def ask(check: Check, engine: Engine, settings: Settings, *, at: datetime) -> Finding:
    """Run one check in a transaction that cannot write, over real people; a failure of its own is not measurable."""
    try:
        with system_session(engine, f"check {check.promise}", read_only=True, real_only=True) as session:
            return check(Look(session, settings, at, fingerprints.of_address))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other promises are checked
        log.error("check of %s: %s", check.promise, type(error).__name__)  # noqa: TRY400 - a traceback may quote anything
        return replace(unknown(FAILED), unit=check.unit, where=check.where)


def keep(session: Session, settings: Settings, found: Mapping[str, Finding], *, at: datetime) -> None:
    """Write what was found to the history and as the last word; tell compliance what has just broken."""
    held = select(PromiseStanding).where(PromiseStanding.promise.in_(found)).order_by(PromiseStanding.promise)
    before = {row.promise: row for row in session.scalars(held.with_for_update())}
    newly = [no for no, finding in found.items() if _has_just_broken(no, finding, before.get(no))]
    for no, finding in found.items():
        session.add(PromiseResult(promise=no, at=at, state=finding.state, figure=finding.figure, of=finding.of))
        _stand(session, before.get(no) or PromiseStanding(promise=no, state="", since=at), finding, at=at)
    if newly:
        alarm(session, settings, newly, at=at)


def _has_just_broken(no: str, finding: Finding, before: PromiseStanding | None) -> bool:
    """Those known to be broken when they were mapped alarm nobody: they stand on the board from the first day."""
    return finding.state == State.BROKEN and (before is None or before.state != State.BROKEN) and not register()[no].red


def _stand(session: Session, row: PromiseStanding, finding: Finding, *, at: datetime) -> None:
    if row.state != finding.state:
        row.since = at
    row.state, row.figure, row.of, row.unit = finding.state, finding.figure, finding.of, finding.unit
    row.where, row.because, row.checked_at = finding.where, finding.because, at
    session.add(row)


def alarm(session: Session, settings: Settings, newly: Sequence[str], *, at: datetime) -> None:
    """Write a message to every compliance officer: which promises have just broken, and where to look."""
    officers = select(Staff.email).where(Staff.role == "compliance", Staff.active.is_(True)).order_by(Staff.number)
    told = {
        "cause": f"check {at:%Y-%m-%dT%H:%M:%SZ}", "body": _letter(settings, newly, at=at),
        "subject": f"Broken promise: {', '.join(newly)}"[:200],
    }  # fmt: skip
    for address in session.scalars(officers):
        outbox.queue(session, type=ALARM_TYPE, address=address, **told)


def _letter(settings: Settings, newly: Sequence[str], *, at: datetime) -> str:
    quotes = [f"{no}: “{register()[no].quote}”" for no in newly]
    begins = f"Checked at {at:%Y-%m-%d %H:%M} UTC. What the published policy says is not true now:"
    return "\n".join((begins, "", *quotes, "", f"Figures and where to look: {settings.base_url}/admin/promises/"))


def forget(session: Session, *, at: datetime) -> int:
    """Delete history older than KEPT; return how many lines."""
    return changed(session, delete(PromiseResult).where(PromiseResult.at < at - KEPT))

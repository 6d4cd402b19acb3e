"""What requests need by themselves: carried out when validated, ended when nobody confirms, cleaned up after.

Each verb stands being cut off at any moment and run again (see jobs.py).
"""

from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database import hygiene, partitions
from dashboard.database.changes import changed
from dashboard.policy import requests as policy
from dashboard.policy.requests import Event, State
from dashboard.processors import registry
from models import ApiToken, ErasedFingerprint, LedgerEntry, RequestLink, Staff, SubjectRequest, UsageEvent, bound

from . import access_log
from .cases import case_of
from .erasure import ledger, running
from .erasure.means import Means
from .overview import cleaning, delivering
from .requests import former, lateness, links, working

PATIENCE = 2.0
"""Seconds to wait for what is in the way of a removal; the next slot, in 5 seconds, tries again."""
LARGE = (UsageEvent.__tablename__,)
"""Tables whose files are cleaned at night: reading them through takes minutes."""


def carry_out_removals(session: Session, settings: Settings) -> int:
    """Take every validated removal as far as it goes now; return how many were certified (P45)."""
    ids = running.waiting(session)
    session.rollback()
    engine = session.get_bind().engine
    if ids and _months_lie_beside(engine):
        return 0  # the next slot asks again
    means = Means(engine, settings, registry.adapters(settings))
    ended = [running.carry_out(means, request_id) for request_id in ids]
    return ended.count(State.CERTIFIED)


def _months_lie_beside(engine: Engine) -> bool:
    """Whether usage lies where no removal would find it: a month that is being dropped. Finish that if we can."""
    partitions.finish(engine, patience=PATIENCE)
    return bool(partitions.beside(engine))


def deliver_copies(session: Session, settings: Settings) -> int:
    """Make every overview and copy that was confirmed; return how many were delivered (P2, P3)."""
    ids = delivering.waiting(session)
    session.rollback()
    means = delivering.Means(session.get_bind().engine, settings)
    ended = [delivering.carry_out(means, request_id) for request_id in ids]
    return ended.count(State.DELIVERED)


def tell_of_late_processors(session: Session, settings: Settings) -> int:
    """Tell the engineer and compliance, once, of each processor that has had a day; return how many there were."""
    return lateness.tell(session, settings)


def destroy_payloads(session: Session, settings: Settings) -> int:  # noqa: ARG001 - every verb takes both
    """Destroy what carrying out no longer needs; the last thing that knew who it was."""
    return running.destroy_payloads(session)


def end_unconfirmed(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """End requests whose link ran out, or that nobody ever answered by their due date; they name nobody any more."""
    holds = select(RequestLink.request_id).where(
        RequestLink.purpose.in_((links.CONFIRM, links.ADMINISTRATOR)),
        RequestLink.used_at.is_(None),
        RequestLink.ends_at > bound(session).at,
    )
    unanswered = select(SubjectRequest).where(
        SubjectRequest.state == State.AWAITING, SubjectRequest.identity_at.is_(None), SubjectRequest.id.not_in(holds)
    )
    over = session.scalars(unanswered.with_for_update(skip_locked=True)).all()
    for request in over:
        working.end(session, request, state=policy.move(request.state, Event.RAN_OUT), outcome="not_confirmed")
        access_log.record(session, "request_expired", case=case_of(request), reason="not_confirmed")
    session.commit()
    return len(over)


def forget_former_addresses(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Delete addresses that were changed 14 days ago."""
    return former.forget(session)


def forget_fingerprints(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Delete fingerprints of erased values once the last backup that could hold the values has gone."""
    gone = delete(ErasedFingerprint).where(ErasedFingerprint.ends_at <= bound(session).at)
    count = changed(session, gone)
    session.commit()
    return count


def keep_the_ledger(session: Session, settings: Settings) -> int:
    """Note withdrawals the ledger lacks, and write to its file what the database has and the file has not."""
    added = _note(session, "token_revoked", select(ApiToken.id).where(ApiToken.revoked_at.is_not(None)))
    added += _note(session, "staff_deactivated", select(Staff.id).where(Staff.active.is_(False)))
    session.commit()
    return ledger.catch_up(session, settings.ledger_file) or added


def _note(session: Session, event: str, withdrawn: Any) -> int:
    known = select(LedgerEntry.key).where(LedgerEntry.event == event)
    keys = [key for key in session.scalars(withdrawn) if key not in set(session.scalars(known))]
    for key in keys:
        ledger.add(session, event, relation="house", key=key)
    return len(keys)


def delete_copies(session: Session, settings: Settings) -> int:
    """Delete files whose week is over, and look whether they are gone."""
    return cleaning.clean(session, settings)


def settle_large_tables(session: Session, settings: Settings) -> int:  # noqa: ARG001
    """Rid the files of the largest tables of what was deleted from them."""
    engine = session.get_bind().engine
    session.rollback()
    return int(hygiene.settle(engine, LARGE))

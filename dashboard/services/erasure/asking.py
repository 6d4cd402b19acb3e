"""Asking processors to erase a person: again, longer apart each time, until their own read-back finds nothing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.processors.base import NotNow, Search
from models import RequestStep, bound

from . import fault
from .means import Means, steps_of
from .profile import Profile

WAITS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900, 3600))
"""How long a processor is left alone after each try; the last for ever after."""


def ask_all(means: Means, request_id: str, known: Profile) -> bool:
    """Ask every processor that is not finished with the person and whose time has come; say whether all are."""
    finished = [_ask(means, request_id, name, known) for name in _to_ask(means, request_id)]
    return all(finished)


def _to_ask(means: Means, request_id: str) -> list[str]:
    """Return the processors that are not finished with the person yet."""
    with means.session() as session:
        return [s.location for s in steps_of(session, request_id) if s.action == "ask" and s.verified_at is None]


def _ask(means: Means, request_id: str, name: str, known: Profile) -> bool:
    """Ask one processor if its time has come; finished means that its own read-back finds nothing."""
    if not _claim(means, request_id, name):
        return False
    search = Search(known.website_addresses, known.person.external_ids)
    try:
        receipt = means.adapters[name].erase(search)
        fault.point(f"{name}.asked")
        left, wait = means.adapters[name].still_there(search), 0
    except NotNow as error:
        receipt, left, wait = error.because, True, error.wait
    _settle(means, request_id, name, receipt=receipt, left=left, wait=wait)
    return not left


def _claim(means: Means, request_id: str, name: str) -> bool:
    """Note the try before it is made, so that a crash or a second process does not hammer a processor."""
    with means.session() as session:
        step = _step(session, request_id, name)
        if step.verified_at or (step.next_try_at and step.next_try_at > bound(session).at):
            return False
        step.next_try_at = bound(session).at + WAITS[min(step.attempts, len(WAITS) - 1)]
        step.attempts += 1
        session.commit()
    return True


def _step(session: Session, request_id: str, name: str) -> RequestStep:
    query = select(RequestStep).where(RequestStep.request_id == request_id, RequestStep.location == name)
    return session.scalars(query.with_for_update()).one()


def _settle(means: Means, request_id: str, name: str, *, receipt: str, left: bool, wait: int) -> None:
    with means.session() as session:
        step, at = _step(session, request_id, name), bound(session).at
        step.receipt, step.left, step.done_at = receipt[:80], int(left), step.done_at or at
        if not left:
            step.verified_at, step.next_try_at = at, None
        elif wait:
            step.next_try_at = max(step.next_try_at or at, at + timedelta(seconds=wait))
        session.commit()
    fault.point(f"{name}.settled")

"""A compliance officer has promises checked now: recorded first, then done as the scheduler does it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from dashboard.checks.all_checks import CHECKS
from dashboard.checks.base import State
from dashboard.config import Settings
from dashboard.policy.promises import register
from dashboard.services import access_log
from dashboard.services.refusals import NotInReach
from models import bound

from . import running


def check_now(session: Session, settings: Settings, *, promise: str = "") -> Sequence[str]:
    """Check one promise, or all; return those that are broken now. Raise NotInReach for one that has no check."""
    if promise and not (promise in register() and promise in CHECKS):
        raise NotInReach
    access_log.record(session, "promises_checked", count=1 if promise else len(CHECKS))
    access_log.commit(session)
    wanted = (promise,) if promise else ()
    found = running.check_all(session.get_bind().engine, settings, at=bound(session).at, only=wanted)
    return [no for no, finding in found.items() if finding.state == State.BROKEN]

"""What the scheduler does for the board."""

from sqlalchemy.orm import Session

from dashboard.config import Settings
from models import bound

from . import running


def check_promises(session: Session, settings: Settings) -> int:
    """Check every promise that can be checked; return how many."""
    at = bound(session).at
    running.forget(session, at=at)
    session.commit()
    return len(running.check_all(session.get_bind().engine, settings, at=at))

"""What the schedule calls: carry out what the night wants and what a human asked for. See services/retention/."""

from sqlalchemy.orm import Session

from dashboard.config import Settings

from .retention.running import Means, keep


def keep_to_limits(session: Session, settings: Settings) -> int:
    """Delete what is due, every rule once a night and when asked (P40, P41, P50); return how many rows went."""
    engine = session.get_bind().engine
    session.rollback()
    return keep(Means(engine, settings))

"""The months that usage events are kept in: made before they are needed, dropped whole when their time is over.

On SQLite there are none, and nothing here does anything.
"""

from sqlalchemy.orm import Session

from dashboard.config import Settings
from dashboard.database import partitions
from dashboard.policy.calendar import first_kept
from models import bound

from .retention import planning

RULE = "usage_events"
"""By which rule months go."""


def keep_months(session: Session, settings: Settings) -> int:
    """Make the months the intake can meet and the next ones; finish what a cut-off run left. Return how many months.

    While the rule is paused nothing goes, also what was on its way out.
    """
    engine, at = session.get_bind().engine, bound(session).at
    paused = planning.is_paused(session, RULE, at=at)
    session.rollback()
    oldest = first_kept(at, settings.intake_oldest_months, settings.zone)
    made = partitions.ensure(engine, since=oldest, until=at + partitions.AHEAD)
    return made if paused else made + len(partitions.finish(engine))

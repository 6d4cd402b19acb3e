"""Rolling up one day among many: time, and how many usage rows the database touched for it.

The same day is rolled up in a database of the small and of the large size; its own rows are counted first, so that what
is left beside them is the price of finding them.
"""

import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import create_engine, func, select

from dashboard.database.engine import prepare, system_session
from models import Account, UsageEvent
from models.statistics import roll_up_day

GOAL = 1.0
"""A day's roll-up, which also writes, may take as long as reading the day's events one account after the other."""
TIMES = 5


def measure(url: str, *, days_ago: int = 60) -> dict[str, Any]:
    """Return the day's events and rows, the seconds of its roll-up, and of reading the same rows by their keys."""
    engine = create_engine(url)
    prepare(engine)
    begin = (datetime.now(UTC) - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    with system_session(engine, "bench") as session:
        accounts = session.scalar(select(func.count()).select_from(Account)) or 0
        taken, written = [], 0
        for _ in range(TIMES):
            started = time.perf_counter()
            written = roll_up_day(session, begin.date(), begin=begin, end=end)
            taken.append(time.perf_counter() - started)
            session.rollback()
        keys, read = _by_keys(session, begin, end)
    engine.dispose()
    return {"events": keys, "rows": written, "seconds": median(taken), "bare": read, "accounts": accounts}


def _by_keys(session: Any, begin: datetime, end: datetime) -> tuple[int, float]:
    """Read the day account by account, as plainly as can be; the least any way through that key could cost."""
    ids = session.scalars(select(Account.id)).all()
    of_one = select(UsageEvent.feature, UsageEvent.action).where(UsageEvent.occurred_at.between(begin, end))
    started, found = time.perf_counter(), 0
    for account in ids:
        found += len(session.execute(of_one.where(UsageEvent.account_id == account)).all())
    return found, time.perf_counter() - started

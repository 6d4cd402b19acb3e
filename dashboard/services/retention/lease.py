"""The lease: one process at a time deletes, on however many machines, and a clock that jumped deletes nothing.

Taking it raises a token; every batch asks, in its own transaction and with the row locked, whether its token is still
the newest. A process that slept through its lease is refused there, before it has changed anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.database.changes import alone, changed
from models import Lease

NAME = "retention"
LASTS = timedelta(seconds=60)
"""How long a process that died keeps others out; a batch takes a tenth of a second."""
BACK, FORWARD = timedelta(minutes=2), timedelta(hours=48)
"""How far the clock may step back (clocks of machines differ) or leap ahead before a human is asked."""


class LeaseLost(Exception):
    """Cannot continue because another process has taken the lease; what this one had begun is undone."""


@dataclass(frozen=True)
class Held:
    """A lease that was taken: its token, and when the clock was last believed, before now."""

    token: int
    trusted_at: datetime | None


def take(session: Session, *, at: datetime) -> Held | None:
    """Take the lease; None while another process has it. One that ends absurdly late was written by a wrong clock."""
    row = _row(session)
    if at < row.ends_at <= at + 2 * LASTS:
        session.rollback()
        return None
    row.token += 1
    row.ends_at = at + LASTS
    held = Held(row.token, row.trusted_at)
    session.commit()
    return held


def _row(session: Session) -> Lease:
    query = select(Lease).where(Lease.name == NAME).with_for_update()
    row = session.scalar(query)
    if row is None:
        session.add(Lease(name=NAME, token=0, ends_at=datetime.fromtimestamp(0).astimezone()))
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
        row = session.scalars(query).one()
    return row


def hold(session: Session, token: int, *, at: datetime) -> None:
    """Prolong the lease within the caller's transaction, which others then wait for; raise LeaseLost if it is gone."""
    mine: Any = update(Lease).where(Lease.name == NAME, Lease.token == token).values(ends_at=at + LASTS)
    if changed(session, mine) != 1:
        session.rollback()
        raise LeaseLost


def give_back(session: Session, token: int, *, at: datetime) -> None:
    """Let the next one in."""
    mine = update(Lease).where(Lease.name == NAME, Lease.token == token).values(ends_at=at)
    session.execute(alone(mine))
    session.commit()


def doubt(held: Held, *, at: datetime) -> str:
    """Return why the clock is not to be believed: clock_back or clock_ahead; empty when it is."""
    if held.trusted_at is None:
        return ""
    if at < held.trusted_at - BACK:
        return "clock_back"
    return "clock_ahead" if at > held.trusted_at + FORWARD else ""


def trust(session: Session, token: int, *, at: datetime) -> None:
    """Note that the clock is believed at this moment; the caller commits."""
    mine = update(Lease).where(Lease.name == NAME, Lease.token == token).values(trusted_at=at)
    session.execute(alone(mine))

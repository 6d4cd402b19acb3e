"""A person's request that came through the app or the website; the answer never tells whether the address is known."""

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from dashboard.services.requests import receiving

from .acting import Answer


def add(session: Session, *, asked: receiving.Asked, zone: ZoneInfo) -> Answer:
    """Write the request down, or count it on the live one; 202 either way. Raise Invalid at the field."""
    receiving.receive(session, asked, zone=zone)
    return Answer(202, {"status": "received"})

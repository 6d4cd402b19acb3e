"""A staff member's own choices of language and colours."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import Staff, bound


def keep(session: Session, **choice: str | None) -> None:
    """Keep my choice; the guard lets me write no row but my own."""
    session.execute(update(Staff).where(Staff.id == bound(session).staff_id).values(**choice))
    session.commit()

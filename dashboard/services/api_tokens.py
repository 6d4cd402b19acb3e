"""The keys of the machines, as sysadmins keep them: list, make, revoke. The key itself is seen once, by who made it.

How a key looks and is found belongs to tokens.py.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ApiToken

from . import access_log, tokens
from .access_log import Case
from .cases import find
from .refusals import SomeoneWasFaster


@dataclass(frozen=True)
class Token:
    """A machine's key as pages show it: never the key."""

    id: str
    name: str
    scope: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def every(session: Session) -> list[Token]:
    """Return every token, those that work first, without its key."""
    columns = (
        ApiToken.id, ApiToken.name, ApiToken.scope, ApiToken.created_at, ApiToken.last_used_at, ApiToken.revoked_at,
    )  # fmt: skip
    order = (ApiToken.revoked_at.is_not(None), ApiToken.created_at.desc(), ApiToken.id)
    return [Token(*row) for row in session.execute(select(*columns).order_by(*order))]


def one(session: Session, public_id: str) -> Token:
    """Return one token, without its key; raise NotInReach when there is none."""
    row = find(session, ApiToken, public_id)
    return Token(row.id, row.name, row.scope, row.created_at, row.last_used_at, row.revoked_at)


def make(session: Session, *, name: str, scope: str) -> str:
    """Make a token and record it; return its key, which is shown once and kept nowhere."""
    clear = tokens.make(session, name=name, scope=scope)
    session.flush()
    made = session.scalars(select(ApiToken).where(ApiToken.name == name)).one()
    access_log.record(session, "token_made", case=_case(made))
    return clear


def revoke(session: Session, name: str) -> None:
    """Make a token useless at once; needs no second person. Raise SomeoneWasFaster when none of this name works."""
    row = session.scalars(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).first()
    if row is None:
        raise SomeoneWasFaster
    tokens.revoke(session, name)
    access_log.record(session, "token_revoked", case=_case(row))
    session.commit()


def _case(row: ApiToken) -> Case:
    """By its id: tokens have no number, and a name might say too much."""
    return Case("token", row.id)

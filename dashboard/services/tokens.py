"""The bearer tokens of the intake API: random, shown once, kept only as a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.database.changes import alone
from models import ApiToken, bound

PREFIX = "ntk_"
"""Lets a scanner for leaked secrets know one when it sees one."""
TOUCH = timedelta(minutes=1)
"""A token's last use is kept to the minute."""


@dataclass(frozen=True)
class Machine:
    """Who calls: the token's id, what it is for, when it was last used."""

    token_id: str
    scope: str
    last_used_at: datetime | None


def hashed(token: str) -> str:
    """Return what the table keeps of a token. Its 256 random bits cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(session: Session, *, name: str, scope: str) -> str:
    """Add a token and return its key, in clear for the only time; the caller commits."""
    clear = new_key()
    session.add(ApiToken(name=name, scope=scope, token_hash=hashed(clear)))
    return clear


def new_key() -> str:
    """Return a fresh key, in clear."""
    return PREFIX + secrets.token_urlsafe(32)


def revoke(session: Session, name: str) -> None:
    """Make the token of this name useless from now on; the caller commits."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
        .values(revoked_at=bound(session).at)
        .execution_options(synchronize_session=False)
    )


def find(session: Session, token: str) -> Machine | None:
    """Return who calls with this token; None when it is unknown or revoked."""
    row = session.execute(
        select(ApiToken.id, ApiToken.scope, ApiToken.last_used_at).where(
            ApiToken.token_hash == hashed(token), ApiToken.revoked_at.is_(None)
        )
    ).first()
    return Machine(*row) if row else None


def touch(session: Session, machine: Machine) -> None:
    """Keep when a token was last used; the caller commits."""
    at = bound(session).at
    if machine.last_used_at is None or at - machine.last_used_at >= TOUCH:
        used = update(ApiToken).where(ApiToken.id == machine.token_id).values(last_used_at=at)
        session.execute(alone(used))

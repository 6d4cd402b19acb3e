"""The bearer tokens of the intake API: random, shown once, kept only as a hash."""

import hashlib
import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ApiToken, bound

PREFIX = "ntk_"
"""Lets a scanner for leaked secrets know one when it sees one."""


def hashed(token: str) -> str:
    """Return what the table keeps of a token. It holds 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def make(session: Session, *, name: str, scope: str) -> str:
    """Add a token and return its key, in clear for the only time; the caller commits."""
    clear = PREFIX + secrets.token_urlsafe(32)
    session.add(ApiToken(name=name, scope=scope, token_hash=hashed(clear)))
    return clear


def revoke(session: Session, name: str) -> None:
    """Make the token of this name useless from now on; the caller commits."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
        .values(revoked_at=bound(session).at)
        .execution_options(synchronize_session=False)
    )

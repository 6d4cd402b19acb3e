"""The links only the person has: 256 random bits, kept as a hash, bound to one request and one purpose.

Unknown, used, expired, foreign or mutilated: nobody learns which. Looking never uses a link up.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from models import RequestLink, SubjectRequest, bound

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_WRONG = 5
"""Wrong words that lock a link."""
CONFIRM, ADMINISTRATOR, OBJECT = "confirm", "administrator", "object"
FORMER, AGREE = "former", "agree"
"""For the address before a change: to stop a request, and for the oldest one also to let it go on."""
STATUS, DOWNLOAD, CERTIFICATE = "status", "download", "certificate"


def hashed(token: str) -> str:
    """Return what the table keeps of a link; its random bits cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def fresh() -> str:
    """Return a new token, in clear."""
    return secrets.token_urlsafe(32)


def make(session: Session, request_id: str, purpose: str, *, lasts: timedelta, token: str = "") -> str:
    """Add a link and return its token, in clear for the only time; the caller commits."""
    clear, at = token or fresh(), bound(session).at
    session.add(
        RequestLink(token_hash=hashed(clear), request_id=request_id, purpose=purpose, made_at=at, ends_at=at + lasts)
    )
    return clear


def void(session: Session, request_id: str, *purposes: str) -> None:
    """End the unused links of a request for these purposes."""
    session.execute(
        update(RequestLink)
        .where(RequestLink.request_id == request_id, RequestLink.purpose.in_(purposes), RequestLink.used_at.is_(None))
        .values(used_at=bound(session).at)
        .execution_options(synchronize_session=False)
    )


def find(session: Session, token: str, *purposes: str, lock: bool = False) -> tuple[RequestLink, SubjectRequest] | None:
    """Return a link that works now and its request, both locked if asked for; None when it does not."""
    if not TOKEN.fullmatch(token):
        return None
    query = (
        select(RequestLink, SubjectRequest)
        .join(SubjectRequest, SubjectRequest.id == RequestLink.request_id)
        .where(RequestLink.token_hash == hashed(token), RequestLink.purpose.in_(purposes))
        .where(RequestLink.used_at.is_(None), RequestLink.ends_at > bound(session).at)
        .where(RequestLink.wrong_words < MOST_WRONG)
        .options(undefer(RequestLink.token_hash), undefer(SubjectRequest.email))
    )
    row = session.execute(query.with_for_update() if lock else query).first()
    return (row[0], row[1]) if row else None

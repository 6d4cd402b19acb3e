"""The way in of an invited colleague: a link that works once, for 72 hours, and sets a password.

Only the hash of a link is kept. Used, expired, unknown or mutilated: nobody learns which.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from dashboard.policy import passwords
from dashboard.policy.lifetimes import INVITATION
from dashboard.policy.passwords import Weakness
from models import Invitation, Staff, bound, new_id

from . import access_log, outbox
from .cases import case_of
from .refusals import Invalid, NotInReach
from .staff import end_links, give_back

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SUBJECT = "Set your password for {company} Need-to-Know ({ref})"
BODY = """You are invited to Need-to-Know, the back-office of {company}.

Set your password within 72 hours, by this link, which works once:

{link}

You did not expect this? Then do nothing: the link ends by itself.

{company}, staff number {ref}
"""


@dataclass(frozen=True)
class Sender:
    """Who invites: the address of this application and the company's name."""

    base_url: str
    company: str


def issue(session: Session, *, email: str, name: str, role: str, sender: Sender) -> Staff:
    """Make (or make anew) the staff row without a password, a link to set one, and the message that carries it.

    In the caller's transaction. Another role than before leaves no case in their hands. Raise Invalid when the address
    already belongs to someone who has signed in.
    """
    row = session.scalar(select(Staff).where(Staff.email == email).with_for_update())
    if row and row.active and row.last_seen_at:
        raise Invalid("email", "A staff member already has this address.")
    if row is None:
        row = Staff(email=email, name=name, role=role)
        session.add(row)
    else:
        _anew(session, row, name=name, role=role)
    session.flush()
    _send_link(session, row, email=email, sender=sender)
    access_log.record(session, "staff_invited", case=case_of(row), reason=role)
    return row


def _anew(session: Session, row: Staff, *, name: str, role: str) -> None:
    """Make a row as if it were new: nobody has signed in by it, and nothing of another role is left with it."""
    end_links(session, row.id)
    before = row.role
    row.name, row.role, row.active = name, role, True
    row.password, row.fs_uniquifier, row.last_seen_at = None, new_id(), None
    if role != before:
        give_back(session, row, reason="role_changed")


def _send_link(session: Session, row: Staff, *, email: str, sender: Sender) -> None:
    token, case = secrets.token_urlsafe(32), case_of(row)
    session.add(Invitation(token_hash=_hashed(token), staff_id=row.id, ends_at=bound(session).at + INVITATION))
    words = {"company": sender.company, "ref": case.ref, "link": f"{sender.base_url}/invitation/{token}"}
    subject, body = SUBJECT.format(**words), BODY.format(**words)
    outbox.queue(session, type="invitation", cause=f"invitation {case.ref}", address=email, subject=subject, body=body)


def holds(session: Session, token: str) -> bool:
    """Whether this link can set a password now."""
    return _find(session, token) is not None


def accept(session: Session, token: str, *, password: str, again: str, hash_with: Callable[[str], str]) -> None:
    """Set the password of an invited colleague and use up the link.

    Raise NotInReach when the link does not hold, Invalid when the password is too weak or was typed differently.
    """
    found = _find(session, token, lock=True)
    if found is None:
        raise NotInReach
    link, guest = found
    weakness = passwords.weakness(password, address=guest.email)
    if weakness:
        raise _too_weak(weakness)
    if password != again:
        raise Invalid("again", "This is not the same as above. Type both again.")
    guest.password, guest.fs_uniquifier = hash_with(password), new_id()
    link.used_at = bound(session).at
    access_log.record(session, "invitation_used", case=case_of(guest))
    session.commit()


def _too_weak(weakness: Weakness) -> Invalid:
    if weakness == Weakness.SHORT:
        least = str(passwords.SHORTEST)
        return Invalid("password", "Use at least %(n)s characters. Three or four words are easy to keep.", n=least)
    if weakness == Weakness.LONG:
        return Invalid("password", "Use at most %(n)s characters.", n=str(passwords.LONGEST))
    if weakness == Weakness.ADDRESS:
        return Invalid("password", "Choose something else than your address.")
    return Invalid("password", "This password is among the first that are guessed. Choose another.")


def _find(session: Session, token: str, *, lock: bool = False) -> tuple[Invitation, Staff] | None:
    if not TOKEN.fullmatch(token):
        return None
    query = (
        select(Invitation, Staff)
        .join(Staff, Staff.id == Invitation.staff_id)
        .where(Invitation.token_hash == _hashed(token), Staff.active.is_(True))
        .where(Invitation.used_at.is_(None), Invitation.ends_at > bound(session).at)
        .options(undefer(Invitation.token_hash), undefer(Staff.email))
    )
    row = session.execute(query.with_for_update() if lock else query).first()
    return (row[0], row[1]) if row else None


def _hashed(token: str) -> str:
    """The link holds 256 random bits: a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()

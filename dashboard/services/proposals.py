"""What two sysadmins must agree on: an invitation, a role, a token. Here it is proposed; agreements.py decides.

Nobody proposes a change of their own role; the database refuses it as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.policy.roles import Role
from models import ApiToken, Proposal, Staff, bound

from . import access_log
from .access_log import Case
from .cases import find
from .refusals import Invalid, OwnRole, SomeoneWasFaster
from .staff import keep_my_role

SCOPES = ("website", "app")
ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?@[a-z0-9.-]+")
TOKEN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,58}[A-Za-z0-9])?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SHOWN = 100
"""Open proposals on the page; more are not to be expected."""


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits for a decision, and what the reader may do with it."""

    id: str
    number: int
    kind: str
    subject: str
    name: str
    detail: str
    proposed_by: str | None
    proposed_at: datetime
    mine: bool
    about_me: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a decision: the proposal's number and kind, and a new token, which is shown once."""

    number: int
    kind: str
    stood_behind: bool = False
    token: str = ""
    token_name: str = ""


def waiting(session: Session) -> list[Waiting]:
    """Return the proposals nobody has decided, oldest first."""
    columns = (
        Proposal.id, Proposal.number, Proposal.kind, Proposal.subject, Proposal.name, Proposal.detail,
        Proposal.proposed_by, Proposal.proposed_at,
    )  # fmt: skip
    query = select(*columns).where(Proposal.decided_at.is_(None)).order_by(Proposal.number).limit(SHOWN)
    me = bound(session).staff_id
    return [
        Waiting(
            row.id, row.number, row.kind, row.subject, row.name or "", row.detail, row.proposed_by, row.proposed_at,
            mine=row.proposed_by == me, about_me=row.subject == me,
        )
        for row in session.execute(query)
    ]  # fmt: skip


def invite(session: Session, *, email: str, name: str, role: str, domains: Iterable[str]) -> int:
    """Propose to invite a colleague; return the proposal's number. Raise Invalid at the field."""
    email, name = email.strip().lower(), name.strip()
    check_address(email, domains=domains)
    if not 1 <= len(name) <= 120 or CONTROL.search(name):
        raise Invalid("name", "Write the name, with at most 120 characters.")
    _check_role(role)
    check_not_here(session, email)
    number = _file(session, kind="invitation", subject=email, detail=role, name=name)
    session.commit()
    return number


def check_address(email: str, *, domains: Iterable[str]) -> None:
    """Raise Invalid unless the address can be a staff address (P54)."""
    known = sorted({domain.strip().lower() for domain in domains if domain.strip()})
    if not ADDRESS.fullmatch(email):
        raise Invalid(
            "email", "Write an e-mail address, such as first.last@%(domain)s.", domain=(known or ["example.com"])[0]
        )
    if email.rpartition("@")[2] not in known:
        raise Invalid(
            "email", "Staff addresses end in %(domains)s.", domains=", ".join(f"@{domain}" for domain in known)
        )


def check_not_here(session: Session, email: str) -> None:
    """Raise Invalid when the address belongs to an active colleague who has already signed in."""
    here = select(Staff.id).where(Staff.email == email, Staff.active.is_(True), Staff.last_seen_at.is_not(None))
    if session.scalar(here):
        raise Invalid("email", "A staff member already has this address.")


def change_role(session: Session, public_id: str, *, role: str) -> int:
    """Propose another role for a colleague; return the proposal's number. Raise OwnRole or Invalid."""
    colleague = find(session, Staff, public_id)
    if colleague.id == bound(session).staff_id:
        raise OwnRole
    _check_role(role)
    if not colleague.active:
        raise Invalid("role", "This staff member is deactivated. Invite them again instead.")
    if colleague.role == role:
        raise Invalid("role", "This staff member has that role already.")
    number = _file(session, kind="role", subject=colleague.id, detail=role)
    session.commit()
    return number


def new_token(session: Session, *, name: str, scope: str) -> int:
    """Propose a token for the app or the website; return the proposal's number. Raise Invalid at the field."""
    name = name.strip()
    check_token(session, name=name, scope=scope)
    number = _file(session, kind="token", subject=name, detail=scope)
    session.commit()
    return number


def check_token(session: Session, *, name: str, scope: str) -> None:
    """Raise Invalid unless a token may be called this and have this scope."""
    if not TOKEN_NAME.fullmatch(name):
        raise Invalid("name", "Use 1 to 60 letters, digits, spaces, dots, dashes or underscores.")
    if scope not in SCOPES:
        raise Invalid("scope", "Choose website or app.")
    if session.scalar(select(ApiToken.id).where(ApiToken.name == name)):
        raise Invalid("name", "There is a token of this name. Names are not used again.")


def _check_role(role: str) -> None:
    if role not in tuple(Role):
        raise Invalid("role", "Choose a role.")


def _file(session: Session, *, kind: str, subject: str, detail: str, name: str | None = None) -> int:
    keep_my_role(session)
    twin = select(Proposal.id).where(Proposal.kind == kind, Proposal.subject == subject, Proposal.decided_at.is_(None))
    if session.scalar(twin):
        raise Invalid("", "The same is proposed already. Agree to it, or have it refused first.")
    row = Proposal(
        kind=kind, subject=subject, detail=detail, name=name, proposed_by=bound(session).staff_id or None,
        proposed_at=bound(session).at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    access_log.record(session, f"{kind}_proposed", case=_case(row))
    return row.number


def withdraw(session: Session, public_id: str) -> Outcome:
    """Take back what I proposed myself."""
    row = open_proposal(session, public_id)
    if row.proposed_by != bound(session).staff_id:
        raise SomeoneWasFaster
    row.decided_at, row.agreed = bound(session).at, False
    return done(session, row, "proposal_withdrawn", Outcome(row.number, row.kind))


def open_proposal(session: Session, public_id: str) -> Proposal:
    """Return an undecided proposal, locked; raise NotInReach, SomeoneWasFaster, or OwnRole when it is about me."""
    row = find(session, Proposal, public_id, columns=(Proposal.subject, Proposal.name), lock="update")
    if row.decided_at is not None:
        raise SomeoneWasFaster
    if row.kind == "role" and row.subject == bound(session).staff_id:
        raise OwnRole
    return row


def done(session: Session, row: Proposal, event: str, outcome: Outcome) -> Outcome:
    """Record what was decided and commit it; return what came of it."""
    access_log.record(session, event, case=_case(row), reason=row.kind)
    session.commit()
    return outcome


def _case(row: Proposal) -> Case:
    return Case(f"proposal {row.number}", row.id)

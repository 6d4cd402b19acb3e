"""Rights to see personal data that nobody used for 90 days: read from the access log, to be taken away by a sysadmin.

A right is a staff member's role and one of its permissions that show personal data. Staff by number: no name is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dashboard.policy.grants import GRANTS
from dashboard.policy.roles import Role
from models import AccessRecord, Staff, bound

from .staff import UNUSED


@dataclass(frozen=True)
class Unused:
    """A right nobody used: whose, since when they have it, when it was last used, if ever."""

    staff_number: int
    role: str
    permission: str
    held_since: datetime
    last_used_at: datetime | None


def unused(session: Session) -> Sequence[Unused]:
    """Return the rights that were held for 90 days and not used in them, those unused for longest first."""
    before = bound(session).at - UNUSED
    found = [right for role in Role for right in _of_role(session, role) if _is_unused(right, before)]
    return sorted(found, key=lambda right: (right.last_used_at or right.held_since, right.staff_number))


def _is_unused(right: Unused, before: datetime) -> bool:
    return right.held_since < before and (right.last_used_at is None or right.last_used_at < before)


def _of_role(session: Session, role: Role) -> Iterator[Unused]:
    """Yield each right of each active staff member of a role; one statement, one look into the index per right."""
    permissions = _permissions(role)
    for number, created_at, changed_at, *last in session.execute(_uses(role)) if permissions else ():
        since = max(filter(None, (created_at, changed_at)))
        for permission, used_at in zip(permissions, last, strict=True):
            yield Unused(number, role.value, permission, since, used_at)


def _permissions(role: Role) -> list[str]:
    return [grant.permission.value for grant in GRANTS if grant.role == role and grant.personal]


@cache
def _uses(role: Role) -> Any:
    """Select when each active staff member of a role was made, got the role, and last used each permission.

    Made once: putting so many aliases together takes longer than asking.
    """
    changed = _last(AccessRecord.case_id, event="role_changed")
    uses = [_last(AccessRecord.staff_id, permission=permission) for permission in _permissions(role)]
    return select(Staff.number, Staff.created_at, changed, *uses).where(Staff.role == role.value, Staff.active)


def _last(tie: Any, **where: str) -> Any:
    """Select the moment of the newest line that is tied to the staff member and allowed."""
    line = aliased(AccessRecord)
    narrowed = (getattr(line, name) == value for name, value in where.items())
    lines = select(line.at).where(getattr(line, tie.key) == Staff.id, line.allowed, *narrowed)
    return lines.order_by(line.number.desc()).limit(1).correlate(Staff).scalar_subquery()

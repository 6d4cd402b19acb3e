"""The one decision: may this staff member do this, and what do they reach while doing it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.access import Access, Actor, Reach

from .grants import GRANTS, Grant
from .permissions import Permission

ALWAYS_WRITABLE = frozenset({"access_record"})
"""Every access may add to the access log: a look that cannot be recorded does not happen."""


@dataclass(frozen=True)
class Decision:
    """Yes with an Access, or no with a reason; the grant it rests on, where there is one."""

    allowed: bool
    reason: str
    access: Access | None = None
    grant: Grant | None = None


def grant_for(role: str, permission: Permission, *, grants: Iterable[Grant] | None = None) -> Grant | None:
    """Return the grant that gives a permission to a role, if there is one."""
    table = GRANTS if grants is None else grants
    return next((g for g in table if g.role == role and g.permission == permission), None)


def decide(actor: Actor, permission: Permission, *, at: datetime) -> Decision:
    """Decide whether the actor may use the permission at this moment (UTC); never raises."""
    grant = grant_for(actor.role, permission)
    if grant is None:
        return Decision(allowed=False, reason="not_in_role")
    return Decision(allowed=True, reason="granted", access=access_of(grant, actor=actor, at=at), grant=grant)


def access_of(grant: Grant, *, actor: Actor, at: datetime) -> Access:
    """Turn a grant into the Access of one request."""
    return Access(
        actor=actor,
        permission=grant.permission,
        purpose=grant.purpose,
        promise=grant.promise,
        reach={r.table: Reach(r.condition, r.categories) for r in grant.reach},
        writes=grant.writes | (ALWAYS_WRITABLE if grant.records else frozenset()),
        at=at,
    )

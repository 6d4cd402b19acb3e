"""(f) How long rows of a table are kept, and whether the policy or the owner says so."""

from dataclasses import dataclass

from models import Base


@dataclass(frozen=True)
class Limit:
    """How long, in calendar months (0: until something else ends it), from when, by which promise if by any."""

    months: int = 0
    since: str = ""
    promise: str = ""
    because: str = ""


STATED = {"usage_event": Limit(24, "occurred_at", "P50"), "account": Limit(24, "deactivated_at", "P41")}
"""What the policy states in so many words."""


def limit_of(model: type[Base]) -> Limit:
    """Return the time limit of a table; one without months has none stated."""
    stated = STATED.get(model.__tablename__)
    if stated:
        return stated
    return Limit(model.__privacy__.kept_months) if model.__privacy__.kept_months else Limit()

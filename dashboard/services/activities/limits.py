"""(f) How long rows of a table are kept, and whether the policy or the owner says so: read from the retention rules."""

from dataclasses import dataclass

from dashboard.policy.calendar import Period
from dashboard.policy.retention import EXEMPT, RULES
from models import Base

NONE = Period()
"""No time of its own."""


@dataclass(frozen=True)
class Limit:
    """How long (no period: until something else ends it, for the reason), from when, by which promises if by any."""

    period: Period = NONE
    since: str = ""
    promise: str = ""
    because: str = ""


def limit_of(model: type[Base]) -> Limit:
    """Return the time limit of a table; one without a rule of its own has a reason, or none stated."""
    rule = next((rule for rule in RULES if rule.table == model.__tablename__), None)
    if rule:
        return Limit(rule.period, rule.clock, ", ".join(rule.promises))
    kept = model.__privacy__.kept_months
    return Limit(Period(months=kept)) if kept else Limit(because=EXEMPT.get(model.__tablename__, ""))

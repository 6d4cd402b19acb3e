"""Statistics name nobody: no published figure is of a group small enough to know its people (P24)."""

from dashboard.database import live
from dashboard.policy.texts import N_

from .base import Finding, Look, check, none_of, unknown

SMALLEST = 5
"""People in the smallest group that is shown (policy of statistics)."""
NOTHING = N_("No statistics have been published yet.")


@check("P24", unit=N_("published figures of fewer than 5 people"), where="/admin/statistics/")
def groups_are_never_small(look: Look) -> Finding:
    """Look for figures of small groups; while nothing is published there is nothing to measure."""
    small = live.small_figures(look.session, fewer_than=SMALLEST)
    return unknown(NOTHING) if small is None else none_of(small)

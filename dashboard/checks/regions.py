"""Where the data lies: the region of the database, its replicas and its backups is a setting (P17, P19)."""

from dashboard.config import EU
from dashboard.policy.texts import N_

from .base import Finding, Look, check, none_of

OUTSIDE = N_("DATA_REGION names no country of the European Union.")
WHERE = "docs/settings.md"
UNIT = N_("places outside the European Union in which the database, a replica or a backup lies")


def _outside(look: Look) -> Finding:
    """Hold every country of DATA_REGION (several: with commas) against the list of the EU; none at all is outside."""
    places = [place.strip().upper() for place in look.settings.data_region.split(",")]
    return none_of(sum(place not in EU for place in places), of=len(places), because=OUTSIDE)


@check("P17", unit=UNIT, where=WHERE)
def account_data_is_in_the_eu(look: Look) -> Finding:
    """Accounts lie where the database lies."""
    return _outside(look)


@check("P19", unit=UNIT, where=WHERE)
def usage_data_is_in_the_eu(look: Look) -> Finding:
    """Usage lies in the same database; a table of it elsewhere would be another setting."""
    return _outside(look)

"""The four roles of staff, and the order in which pages name them."""

from enum import StrEnum


class Role(StrEnum):
    """What a staff member is here for. Each has exactly one."""

    REP = "rep"
    """Follows up submissions of the contact form (P58)."""
    SUPPORT = "support"
    """Works tickets and carries out people's requests (P59)."""
    SYSADMIN = "sysadmin"
    """Helps rare onboardings, watches jobs, manages staff and tokens (P60)."""
    COMPLIANCE = "compliance"
    """Shows evidence; sees no personal data at all (P57)."""

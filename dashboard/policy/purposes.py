"""Why data may be read. An access record names one of these; P30 closes the list for accounts."""

from enum import StrEnum


class Purpose(StrEnum):
    """The closed list of purposes."""

    FOLLOW_UP = "follow_up"
    """Getting in contact with a visitor who asked for it (P25)."""
    SUPPORT = "support"
    """Helping a person with their request (P30, P59)."""
    ERROR_ANALYSIS = "error_analysis"
    """Finding what led to one system error (P36, P37)."""
    ONBOARDING = "onboarding"
    """Setting up one account for first use (P60)."""
    SUBJECT_REQUEST = "subject_request"
    """Carrying out what a person asked for about their own data (P2–P4, P47)."""
    ADMINISTRATION = "administration"
    """Running the back-office itself: staff, tokens, jobs."""
    OVERSIGHT = "oversight"
    """Showing that the policy holds, without personal data."""
    IMPROVING = "improving"
    """Improving the experience in and with the app and the website, from figures of groups alone (P24, P34, P35)."""
    OWN = "own"
    """A staff member's own things: their work, looks and preferences."""

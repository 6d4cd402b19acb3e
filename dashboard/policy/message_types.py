"""The types of message the app sends: what each person switches on or off, and what must reach them (P31, P32, P43)."""

from enum import StrEnum


class MessageType(StrEnum):
    """What a message is about. Whoever has not chosen gets it."""

    DATA_ALERT = "data_alert"
    """A figure passed the threshold the person set."""
    REPORT_READY = "report_ready"
    """A report the person asked for is there."""
    SYSTEM_STATUS = "system_status"
    """The app is, or will be, out of order."""
    WEEKLY_SUMMARY = "weekly_summary"
    """The week's figures."""


NOTICE = "account_deactivated"
"""Somebody else ended the account; the person is told (P43)."""
ALWAYS = frozenset({"password_reset", "sign_in_changed", "invitation", NOTICE})
"""What is sent whatever was chosen: upon the person's own request, or because their account itself has changed."""
APP_TYPES = frozenset(str(member) for member in MessageType) | ALWAYS
"""The catalogue: every type the app may send (P31)."""

"""The types of message the app sends, which each person switches on or off for themselves (P31, P32)."""

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

"""The allow-list by its names: what the app may say about a usage event besides where and what (P10).

What each may hold stands with the contract (api/properties.py); a test holds the two together.
"""

ALLOWED = frozenset(
    [
        "attempt",
        "battery",
        "chart",
        "floors",
        "format",
        "interval",
        "method",
        "offline",
        "pages",
        "period_from",
        "period_until",
        "result",
        "rows",
        "seats",
        "seconds",
        "sensors",
        "template",
        "threshold",
        "widgets",
        "zones",
    ]
)

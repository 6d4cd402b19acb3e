"""How values stand in a copy: exactly in JSON, harmlessly in CSV. Pure."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so could be taken for a formula by a spreadsheet, and do something."""


def exact(value: Any) -> Any:
    """Return a value as JSON keeps it: moments in UTC as 2026-11-24T10:31:00.000000Z, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def in_json(row: Mapping[str, Any]) -> str:
    """Return a row as one line of JSON."""
    return json.dumps({name: exact(value) for name, value in row.items()}, ensure_ascii=False)


def in_csv(value: Any) -> str:
    """Return a cell: empty for nothing; an apostrophe before what a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = str(exact(value))
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text

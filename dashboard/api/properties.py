"""The allow-list: what the app may say about a usage event besides where and what (P10). Anything else is refused.

Each property is a number, a day or a word of the app's own. What must never come in here: what a person typed.
"""

# TypedDicts of pydantic below Python 3.12 must be those of typing_extensions.
from pydantic import ConfigDict
from typing_extensions import TypedDict

from .fields import Count, Day, Measure, Word


class Properties(TypedDict, total=False):
    """Details of a usage event, from the allow-list."""

    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]

    attempt: Count
    battery: Count
    chart: Word
    floors: Count
    format: Word
    interval: Word
    method: Word
    offline: Count
    pages: Count
    period_from: Day
    period_until: Day
    result: Word
    rows: Count
    seats: Count
    seconds: Measure
    sensors: Count
    template: Word
    threshold: Count
    widgets: Count
    zones: Count

"""The allow-list of what the stand-in app may say about a usage event besides where and what (P10).

Each value is a number, a date or a word from a fixed vocabulary.
What must never happen here: anything a person typed.
"""

# ruff: noqa: S311 - the chances of an invented life; nothing here is a secret

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Final

Value = str | int | float
"""What a property may hold; strings have at most 60 characters."""

PROPERTIES: Final[tuple[tuple[str, type], ...]] = (
    ("attempt", int),
    ("battery", int),
    ("chart", str),
    ("floors", int),
    ("format", str),
    ("interval", str),
    ("method", str),
    ("offline", int),
    ("pages", int),
    ("period_from", str),
    ("period_until", str),
    ("result", str),
    ("rows", int),
    ("seats", int),
    ("seconds", float),
    ("sensors", int),
    ("template", str),
    ("threshold", int),
    ("widgets", int),
    ("zones", int),
)
"""Every key that can occur, with its type (a float may be whole; the two periods are dates as 2026-10-01)."""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "chart": (
        "footfall by hour",
        "footfall by zone",
        "visitor streams",
        "dwell time",
        "capture rate",
        "queue length",
        "heat map",
    ),
    "format": ("A4", "A4", "A4", "A3", "Letter"),
    "file": ("csv", "csv", "xlsx", "xlsx", "json"),
    "interval": ("15 minutes", "hour", "hour", "day", "week"),
    "method": ("password", "password", "password", "single sign-on", "single sign-on", "passkey"),
    "template": ("daily", "weekly", "weekly", "monthly", "monthly", "campaign", "opening hours", "board summary"),
    "result": ("ok", "ok", "ok", "ok", "saved", "unchanged"),
}
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "attempt": (1, 3),
    "battery": (8, 100),
    "floors": (1, 6),
    "offline": (0, 3),
    "pages": (2, 60),
    "rows": (24, 20_000),
    "seats": (3, 80),
    "seconds": (1, 20),
    "sensors": (4, 140),
    "threshold": (40, 900),
    "widgets": (4, 14),
    "zones": (2, 18),
}


def own_figures(of: str) -> dict[str, Value]:
    """Return what one person has from day to day: how many zones, sensors, floors, widgets and seats."""
    rng = Random(f"{of}:figures")
    return {key: _value(key, rng) for key in ("floors", "seats", "sensors", "widgets", "zones")}


def describe(keys: tuple[str, ...], *, rng: Random, day: date, own: dict[str, Value]) -> dict[str, Value]:
    """Return believable values for `keys`.

    `period` stands for two dates, `file` for an export format, `a=b` for itself.
    """
    values: dict[str, Value] = {}
    for key in keys:
        if key == "period":
            values |= _period(rng, day)
        elif "=" in key:
            values |= _fixed(key)
        else:
            values["format" if key == "file" else key] = own[key] if key in own else _value(key, rng)
    return values


def _value(key: str, rng: Random) -> Value:
    words = _WORDS.get(key)
    if words:
        return words[int(rng.random() * len(words))]
    low, high = _NUMBERS[key]
    return low + int(rng.random() ** 1.6 * (high - low + 1))


def _fixed(key: str) -> dict[str, Value]:
    name, _, value = key.partition("=")
    return {name: int(value) if value.isdigit() else value}


def _period(rng: Random, day: date) -> dict[str, Value]:
    first, last = _PERIODS[int(rng.random() * len(_PERIODS))](day)
    return {"period_from": first.isoformat(), "period_until": last.isoformat()}


def _last_week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday() + 7)
    return monday, monday + timedelta(days=6)


def _last_month(day: date) -> tuple[date, date]:
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _yesterday(day: date) -> tuple[date, date]:
    return day - timedelta(days=1), day - timedelta(days=1)


def _this_month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day


_PERIODS: Final[tuple[Callable[[date], tuple[date, date]], ...]] = (
    _last_week, _last_week, _last_month, _last_month, _yesterday, _this_month
)  # fmt: skip

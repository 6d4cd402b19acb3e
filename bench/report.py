"""The report: ratios first, then the milliseconds behind them."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy

from bench import erasure as erasing
from bench import statistics as rolling_up
from bench.intake import Outcome
from bench.pages import DJANGO, FLASK_ADMIN, OURS, RAW, Key
from bench.settings import Run
from bench.turns import Measured

GOAL_LAST, GOAL_PER_SECOND = 1.2, 5_000
Figures = Mapping[Key, Measured]


def machine() -> str:
    """Return where and when this was measured, and how busy the machine is."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {platform.platform()}; {os.cpu_count()} cores; load {load}; "
        f"Python {platform.python_version()}, SQLAlchemy {sqlalchemy.__version__}, SQLite {sqlite3.sqlite_version}"
    )


def pages(run: Run, engine: str, figures: Figures) -> Iterable[str]:
    """Yield the lines about the pages of one engine."""
    small, large = min(run.small, run.rows), run.rows
    yield f"\n## {engine}: {small:,} and {large:,} usage events\n"
    yield from table("ratio", _ratios(figures, small, large))
    yield ""
    yield from table("page", _times(figures, small, large))


def table(name: str, rows: Iterable[Sequence[str]]) -> Iterable[str]:
    head, *body = rows
    yield f"| {name} | {' | '.join(head[1:])} |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for row in body:
        yield f"| {' | '.join(row)} |"


def _ratios(figures: Figures, small: int, large: int) -> Iterable[Sequence[str]]:
    yield ("", "of the medians", "of the fastest", "of the work in the program", "goal")
    for name, over, under, goal in _wanted(small, large):
        if over in figures and under in figures:
            yield (name, *_shares(figures[over], figures[under]), goal)


def _shares(over: Measured, under: Measured) -> Sequence[str]:
    """Return a ratio three ways: a busy machine disturbs the medians most and a program's own work least."""
    pairs = ((over.middle, under.middle), (min(over.times), min(under.times)), (over.worked, under.worked))
    return [f"{one / other:.2f}" for one, other in pairs]


def _wanted(small: int, large: int) -> Iterable[tuple[str, Key, Key, str]]:
    for title, page in (("everybody's events", "events"), ("free tickets", "tickets"), ("access log", "log")):
        goal = f"≤ {GOAL_LAST}"
        yield (
            f"{title}: our last page, large, to our first, small",
            (OURS, large, f"{page}.last"),
            (OURS, small, f"{page}.first"),
            goal,
        )
    for page in ("trace.heavy", "trace.light"):
        yield f"{page}: ours, large to small", (OURS, large, page), (OURS, small, page), "about 1"
    for what in ("guard", "record", "guard and record"):
        bare = f"trace.heavy without {what}"
        yield f"trace.heavy: ours to ours without {what}", (OURS, large, "trace.heavy"), (OURS, large, bare), ""
    for page in ("events.first", "events.page 1000", "events.last", "trace.heavy", "trace.light"):
        for peer in (FLASK_ADMIN, DJANGO, RAW):
            yield f"{page}, large: {peer} to ours", (peer, large, page), (OURS, large, page), ""


def _times(figures: Figures, small: int, large: int) -> Iterable[Sequence[str]]:
    yield ("", f"{small:,}", f"{large:,}", "work in it", "kB", "rows")
    for who, page in dict.fromkeys((who, page) for who, _rows, page in figures):
        found = [figures.get((who, rows, page)) for rows in (small, large)]
        shown = found[1] or found[0]
        assert shown is not None
        yield (
            f"{who}: {page}",
            *(_milliseconds(one) for one in found),
            f"{shown.worked:.1f}",
            f"{shown.size / 1000:.0f}",
            str(shown.lines),
        )


def _milliseconds(measured: Measured | None) -> str:
    if measured is None:
        return "–"
    low, high = min(measured.times) * 1_000, max(measured.times) * 1_000
    return f"{measured.middle:.1f} ({low:.1f}–{high:.1f}; {len(measured.times)})"


def intake(outcomes: Mapping[tuple[str, int], Outcome]) -> Iterable[str]:
    """Yield the lines about the intake."""
    yield "\n## Intake over HTTP: 2 workers, 4 senders, 1,000 events a call\n"
    head = (
        "",
        f"events/s (goal ≥ {GOAL_PER_SECOND:,})",
        "lost",
        "doubled",
        "accepted",
        "ms a call",
        "ms of work in it",
        "MB of the workers",
        "trouble",
    )
    rows = [_outcome(f"{engine}, onto {size:,}", outcome) for (engine, size), outcome in outcomes.items()]
    yield from table("database", [head, *rows])


def _outcome(name: str, outcome: Outcome) -> Sequence[str]:
    memory = " → ".join(f"{value:.0f}" for value in outcome.memory)
    trouble = ", ".join(sorted(set(outcome.trouble))) or "none"
    return (
        name, f"{outcome.per_second:,.0f}", str(outcome.lost), str(outcome.doubled), f"{outcome.accepted:,}",
        f"{outcome.call:.0f}", f"{outcome.work:.0f}", memory, trouble,
    )  # fmt: skip


def erasure(measured: Mapping[tuple[str, int], Sequence[Mapping[str, Any]]]) -> Iterable[str]:
    """Yield the lines about removing one person."""
    yield "\n## Removing one person: the product's one transaction against the bare statements for the same rows\n"
    head = ("", "ms", "ms, bare", f"ratio (goal ≤ {erasing.GOAL:g})", "MB before → after")
    rows = [_removed(f"{engine}, among {size:,}", one) for (engine, size), found in measured.items() for one in found]
    yield from table("database and person", [head, *rows])


def statistics(measured: Mapping[tuple[str, int], Mapping[str, Any]]) -> Iterable[str]:
    """Yield the lines about rolling up one day."""
    yield "\n## Rolling up one day: the night's statement against reading the same events account by account\n"
    head = ("", "events of the day", "seconds", "seconds, by account", f"ratio (goal ≤ {rolling_up.GOAL:g})")
    rows = [_rolled_up(f"{engine}, among {size:,}", one) for (engine, size), one in measured.items()]
    yield from table("database", [head, *rows])


def _rolled_up(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    ours, bare = one["seconds"], one["bare"]
    return (name, f"{one['events']:,}", f"{ours:.3f}", f"{bare:.3f}", f"{ours / bare:.2f}")


def _rolled_up(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    ratio = one["seconds"] / one["bare"]
    return (name, f"{one['events']:,}", f"{one['seconds']:.3f}", f"{one['bare']:.3f}", f"{ratio:.2f}")


def _removed(name: str, one: Mapping[str, Any]) -> Sequence[str]:
    ratio, memory = one["ours"] / one["bare"], " → ".join(f"{value:.0f}" for value in one["memory"])
    return (
        f"{name}: {one['events']:,} events",
        f"{one['ours'] * 1000:.0f}",
        f"{one['bare'] * 1000:.0f}",
        f"{ratio:.2f}",
        memory,
    )

"""Website statistics come in as a file of aggregates: good rows land once, each bad one is named by line and reason.

What must never come in: a visitor, an IP address, in any column or value (P5, P13, P22, P23). What is refused is named
by line, column and code only: a list of refusals must not become the place where the address is kept.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.policy import identifiers
from models import WebsiteFigure

NEEDED, KNOWN = ("day", "page", "visits"), frozenset({"day", "page", "visits", "views"})
MOST = 2**31 - 1
BATCH = 500
PAGE = re.compile(r"/[^\s?#]{0,199}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EARLIEST = date(2000, 1, 1)
COUNT = re.compile(r"\d{1,10}")


class NotAggregates(Exception):
    """Cannot continue because the file has columns that are no aggregates, or lacks one; nothing was taken from it."""


class Refused(Exception):
    """Cannot take a row: which column, and why, as a code."""

    def __init__(self, column: str, reason: str) -> None:
        """Keep both; never the value."""
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken."""

    line: int
    column: str
    reason: str


@dataclass
class Outcome:
    """What became of a file's rows."""

    taken: int = 0
    known: int = 0
    refused: list[Refusal] = field(default_factory=list)


Raw = Mapping[str, Any]
Lines = Iterator[tuple[int, Raw | None]]
"""Line numbers (from 1) with what stands there; None where it cannot be read."""


def lines_of_csv(text: Iterable[str]) -> Lines:
    """Read comma-separated rows under a head; raise NotAggregates when the head is not one of aggregates."""
    reader = csv.reader(text, strict=True)
    head = [name.strip().lower() for name in next(reader, [])]
    if len(set(head)) < len(head) or not set(NEEDED) <= set(head) <= KNOWN:
        raise NotAggregates
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
            continue
        if row:
            yield reader.line_num, dict(zip(head, row, strict=True)) if len(row) == len(head) else None


def lines_of_jsonl(text: Iterable[str]) -> Lines:
    """Read one JSON object a line."""
    for number, line in enumerate(text, 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> Raw | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def take_in(session: Session, lines: Lines) -> Outcome:
    """Take in the good rows, a transaction per BATCH. The same row again changes nothing."""
    outcome = Outcome()
    while batch := list(islice(lines, BATCH)):
        good = list(_good(batch, outcome))
        _add(session, good, outcome)
        session.commit()
    outcome.refused.sort(key=lambda refusal: refusal.line)
    return outcome


def _good(batch: list[tuple[int, Raw | None]], outcome: Outcome) -> Iterator[tuple[int, WebsiteFigure]]:
    for line, raw in batch:
        try:
            yield line, figure_of(raw)
        except Refused as refusal:
            outcome.refused.append(Refusal(line, refusal.column, refusal.reason))


def figure_of(raw: Raw | None) -> WebsiteFigure:
    """Turn a row into a figure; raise Refused. Whatever tells of a visitor is the first thing said."""
    if raw is None:
        raise Refused("", "unreadable")
    for name, value in raw.items():
        found = identifiers.told(str(value))
        if found:
            raise Refused(name if name in KNOWN else "", found)
    if not raw.keys() <= KNOWN:
        raise Refused("", "unknown_column")
    day = _day(raw.get("day"))
    return WebsiteFigure(
        day=day, week=day - timedelta(days=day.weekday()), page=_page(raw.get("page")),
        visits=_count("visits", raw.get("visits")),
        views=None if raw.get("views") in (None, "") else _count("views", raw["views"]),
    )  # fmt: skip


def _day(value: Any) -> date:
    try:
        day = date.fromisoformat(value) if DAY.fullmatch(value) else None
    except (ValueError, TypeError):
        day = None
    if day is None or not EARLIEST <= day <= date.today() + timedelta(days=1):  # noqa: DTZ011 - of any zone
        raise Refused("day", "not_a_day")
    return day


def _page(value: Any) -> str:
    if not isinstance(value, str) or not PAGE.fullmatch(value) or not value.isprintable():
        raise Refused("page", "not_a_path")
    return value


def _count(name: str, value: Any) -> int:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    if not (COUNT.fullmatch(text) and text.isascii() and int(text) <= MOST):
        raise Refused(name, "not_a_count")
    return int(text)


def _add(session: Session, good: list[tuple[int, WebsiteFigure]], outcome: Outcome) -> None:
    """Add the figures that are new. A day and page that came before with other counts are refused, not overwritten."""
    site = WebsiteFigure
    asked = (site.day.in_({f.day for _, f in good}), site.page.in_({f.page for _, f in good}))
    columns = select(site.day, site.page, site.visits, site.views).where(*asked)
    known = {(day, page): (visits, views) for day, page, visits, views in session.execute(columns)}
    for line, figure in good:
        counts = (figure.visits, figure.views)
        before = known.setdefault((figure.day, figure.page), counts)
        if before is counts:
            session.add(figure)
            outcome.taken += 1
        elif before == counts:
            outcome.known += 1
        else:
            outcome.refused.append(Refusal(line, "visits", "differs_from_before"))

"""What every check has in common: what it is given, what it answers, and how it is registered."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.config import Settings

CAP = 1000
"""Offenders are counted this far: one is a broken promise, more than a thousand no worse news."""
LOG_DAYS = 35
LOG_WINDOW = timedelta(days=LOG_DAYS)
"""Checks of the access log look back this far: each line is looked at every hour for five weeks while it is new."""
DAY = timedelta(days=1)


class State(StrEnum):
    """What a check can find."""

    HOLDS = "holds"
    """It is true now."""
    BROKEN = "broken"
    """It is not."""
    NOT_MEASURABLE = "not_measurable"
    """Nobody can tell from here, and why not is said: silence is never green."""


@dataclass(frozen=True)
class Look:
    """What a check may look at: a session that reads everything and writes nothing, the settings, the moment (UTC)."""

    session: Session
    settings: Settings
    at: datetime
    fingerprint: Callable[[str], str]
    """How an address is compared without being kept (services/fingerprints.py)."""

    def count(self, statement: Any) -> int:
        """Return how many rows a SELECT finds, CAP at most."""
        return self.session.scalar(select(func.count()).select_from(statement.limit(CAP).subquery())) or 0

    @property
    def log_since(self) -> datetime:
        """From when the access log is looked at."""
        return self.at - LOG_WINDOW


@dataclass(frozen=True)
class Finding:
    """What a check found: a state, a figure and what it counts, where to look, and why if it is not plain good news.

    `unit`, `where` and `because` are fixed texts of the code: no figure can carry anything of a person.
    """

    state: State
    figure: int | None = None
    of: int | None = None
    unit: str = ""
    where: str = ""
    because: str = ""


Question = Callable[[Look], Finding]


@dataclass(frozen=True)
class Check:
    """One check: the promise it is about, what its figure counts, where to look, and the function."""

    promise: str
    unit: str
    where: str
    name: str
    ask: Question

    def __call__(self, look: Look) -> Finding:
        """Ask, and complete the answer with the unit and the place."""
        return replace(self.ask(look), unit=self.unit, where=self.where)


CHECKS: dict[str, Check] = {}
"""Every check by its promise; filled when the files of this room are imported (all_checks.py)."""


def check(promise: str, *, unit: str, where: str) -> Callable[[Question], Question]:
    """Register the decorated function as the check of a promise; `where` is a page's address or a file's path."""

    def register(ask: Question) -> Question:
        if promise in CHECKS:
            raise ValueError(f"{promise} has a check already: {CHECKS[promise].name}")
        name = f"{ask.__module__.rpartition('.')[2]}.{ask.__name__}"
        CHECKS[promise] = Check(promise, unit, where, name, ask)
        return ask

    return register


def none_of(figure: int, *, of: int | None = None, because: str = "") -> Finding:
    """Return holds when nothing was found that must not be, else broken and why."""
    return Finding(State.BROKEN, figure, of, because=because) if figure else Finding(State.HOLDS, 0, of)


def unknown(because: str, *, figure: int | None = None) -> Finding:
    """Return not measurable, and why."""
    return Finding(State.NOT_MEASURABLE, figure, because=because)


def source_of(check: Check) -> str:
    """Return the text of a check's function: what exactly was asked, for whoever must judge it."""
    return inspect.getsource(check.ask)


def by_promise() -> Mapping[str, Check]:
    """Return every check, in the order of the promises."""
    return {no: CHECKS[no] for no in sorted(CHECKS, key=lambda no: int(no[1:]))}

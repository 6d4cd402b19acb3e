"""The board as it is read: one line per promise from the register, with the last word of its check. No scan, no count.

Silence is never green: a check that has not run for three hours is shown as not measurable, whatever it last said.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.checks.base import State
from dashboard.policy import promises
from dashboard.policy.promises import Kind, Promise, Section
from dashboard.policy.texts import N_
from dashboard.services.refusals import NotInReach
from models import PromiseResult, PromiseStanding, bound

UNPROVEN = "unproven"
STATES = (State.HOLDS, State.BROKEN, UNPROVEN, State.NOT_MEASURABLE, Kind.CONSTRUCTION, Kind.OUT_OF_REACH)
"""Every state of the board, in the order of its counts."""
STALE = timedelta(hours=3)
"""Checks run every hour: after three without one nobody knows."""
HISTORY = timedelta(days=30)
NEVER = N_("It has never been checked. The scheduler does so every hour.")
SILENT = N_("It has not been checked for three hours. Look whether the scheduler runs.")
CHANGED = N_("The published sentence has changed since it was mapped. Read it, and map it again.")
WORST = (State.BROKEN, State.NOT_MEASURABLE, State.HOLDS)


@dataclass(frozen=True)
class Line:
    """One promise as the board shows it: state, figure and unit, since when, when checked, why, where to look."""

    promise: Promise
    state: str
    figure: int | None = None
    of: int | None = None
    unit: str = ""
    where: str = ""
    because: str = ""
    since: datetime | None = None
    checked_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was broken when it was mapped, and still is."""
        return bool(self.promise.red) and self.state == State.BROKEN

    @property
    def fails(self) -> bool:
        """Whether the command must say no: broken beyond the known ones, or changed under its proof."""
        return self.state == UNPROVEN or (self.state == State.BROKEN and not self.is_known)


@dataclass(frozen=True)
class Group:
    """A heading of the published text and its promises."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Board:
    """Every promise, the counts per state, and when it was last checked."""

    lines: Sequence[Line]
    counts: Mapping[str, int]
    checked_at: datetime | None

    def in_state(self, state: str) -> list[Line]:
        """Return the lines of one state, those in it longest first."""
        found = [line for line in self.lines if line.state == state]
        return sorted(found, key=lambda line: (line.since is None, line.since, line.promise.place))

    def groups(self, *, state: str = "", owner: str = "") -> list[Group]:
        """Return the lines by the headings of the published text; of one state or owner only, if one is named."""
        wanted = [x for x in self.lines if state in {"", x.state} and owner in {"", x.promise.owner_code}]
        headings = {s: section.title for section in _sections() for s in section.sentences}
        titles = [section.title for section in _sections()] + [""]
        by_title = {title: [x for x in wanted if headings.get(x.promise.sentence, "") == title] for title in titles}
        return [Group(title, lines) for title, lines in by_title.items() if lines]


def _sections() -> list[Section]:
    return list(promises.sections(promises.published()))


def board(session: Session) -> Board:
    """Return the board."""
    standings = {row.promise: row for row in session.scalars(select(PromiseStanding))}
    unproven = promises.unproven()
    at = bound(session).at
    lines = [line(p, standings.get(no), unproven=no in unproven, at=at) for no, p in promises.register().items()]
    counted = Counter(x.state for x in lines)
    return Board(
        lines,
        {str(state): counted[state] for state in STATES},
        max((row.checked_at for row in standings.values()), default=None),
    )


def line(promise: Promise, row: PromiseStanding | None, *, unproven: bool, at: datetime) -> Line:
    """Return one promise with its last word; a changed sentence and silence outweigh it."""
    if promise.kind != Kind.CHECKED:
        state, because = (UNPROVEN, CHANGED) if unproven else (str(promise.kind), promise.reason)
        return Line(promise, state, because=because, where=promise.test)
    if row is None:
        return Line(promise, UNPROVEN if unproven else State.NOT_MEASURABLE, because=CHANGED if unproven else NEVER)
    state, because = row.state, row.because
    if at - row.checked_at > STALE:
        state, because = State.NOT_MEASURABLE, SILENT
    if unproven:
        state, because = UNPROVEN, CHANGED
    return Line(promise, state, row.figure, row.of, row.unit, row.where, because, row.since, row.checked_at)


@dataclass(frozen=True)
class Day:
    """One day of a promise: its worst state, the last figure, how many checks."""

    day: date
    state: str
    figure: int | None
    checks: int


def history(session: Session, no: str, *, zone: ZoneInfo) -> list[Day]:
    """Return the last thirty days of a promise, newest first, in days of the company's zone."""
    since = bound(session).at - HISTORY
    rows = select(PromiseResult.at, PromiseResult.state, PromiseResult.figure)
    kept = session.execute(
        rows.where(PromiseResult.promise == no, PromiseResult.at >= since).order_by(PromiseResult.at)
    ).all()
    days: dict[date, list[tuple[str, int | None]]] = {}
    for at, state, figure in kept:
        days.setdefault(at.astimezone(zone).date(), []).append((state, figure))
    return [Day(day, _worst(found), found[-1][1], len(found)) for day, found in reversed(days.items())]


def _worst(found: Sequence[tuple[str, int | None]]) -> str:
    return min((state for state, _figure in found), key=WORST.index)


@dataclass(frozen=True)
class Details:
    """One promise with its paragraph (heading and the sentence before and after) and its last thirty days."""

    line: Line
    title: str
    before: str
    after: str
    days: Sequence[Day]


def details(session: Session, no: str, *, zone: ZoneInfo) -> Details:
    """Return one promise; raise NotInReach when there is none of this number."""
    promise = promises.register().get(no)
    if promise is None:
        raise NotInReach
    row = session.scalar(select(PromiseStanding).where(PromiseStanding.promise == no))
    found = line(promise, row, unproven=no in promises.unproven(), at=bound(session).at)
    return Details(found, *_around(promise.sentence), history(session, no, zone=zone))


def _around(sentence: str) -> tuple[str, str, str]:
    for section in _sections():
        if sentence in section.sentences:
            place = section.sentences.index(sentence)
            before = section.sentences[place - 1] if place else ""
            return section.title, before, "".join(section.sentences[place + 1 : place + 2])
    return "", "", ""

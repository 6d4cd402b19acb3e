"""Bar charts as numbers and words: where each bar stands, and what the chart tells whoever does not see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, format_decimal, ngettext
from flask_babel import gettext as _

LARGE, SMALL = (720, 200), (280, 84)
"""Width and height of a chart in its own units; the page scales it."""
ABOVE, BELOW, BESIDE = 12, 22, 44
"""Room for the uppermost line, for the weeks' names, for the numbers of the lines."""
HIDDEN_HEIGHT = 10
GRID = 4
NAMES = 13
"""So many weeks are named below a chart; of more, every fourth."""


@dataclass(frozen=True)
class Bar:
    """One week: its bar, or where none may be shown a hatched stub that tells nothing."""

    x: float
    y: float
    width: float
    height: float
    hidden: bool
    name: str
    value: str
    last: bool

    @property
    def middle(self) -> float:
        """Where its name is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    """A chart of weeks, with its title and its story in words."""

    key: str
    title: str
    story: str
    width: int
    height: int
    left: int
    base: int
    bars: tuple[Bar, ...]
    grid: tuple[tuple[float, str], ...]

    @property
    def narrow(self) -> bool:
        """Whether a name centred below the last bar would run out of the picture."""
        return len(self.bars) > 1 and self.width < LARGE[0]


def chart(
    key: str, title: str, counts: Sequence[int | None], *, weeks: Sequence[date], unit: str, large: bool = False
) -> Chart:
    """Return the chart of a count per week; None stands for a count that may not be shown."""
    width, height = LARGE if large else SMALL
    base, top = height - BELOW, ceiling(max((c for c in counts if c), default=0))
    scale = (base - ABOVE) / top
    lines = range(0, top + 1, top // GRID) if large else (0, top)
    grid = tuple((round(base - value * scale, 1), format_decimal(value)) for value in lines)
    bars = tuple(_bars(counts, weeks, width=width, base=base, scale=scale, every=1 if large else len(weeks) - 1 or 1))
    return Chart(key, title, story(counts, weeks, unit), width, height, BESIDE, base, bars, grid)


def ceiling(most: int) -> int:
    """Return a round number at the top of the chart, not below the largest count, divisible by GRID."""
    ten = 1
    while 80 * ten < most:
        ten *= 10
    return next(step * ten for step in (20, 40, 60, 80) if step * ten >= most)


def _bars(
    counts: Sequence[int | None], weeks: Sequence[date], *, width: int, base: int, scale: float, every: int
) -> Iterator[Bar]:
    room = (width - BESIDE) / max(len(counts), 1)
    every = max(every, 4 if len(weeks) > NAMES else 1)
    for place, (count, week) in enumerate(zip(counts, weeks, strict=True)):
        hidden, last = count is None, place == len(counts) - 1
        height = HIDDEN_HEIGHT if count is None else round(count * scale, 1)
        named = (len(counts) - 1 - place) % every == 0
        yield Bar(
            round(BESIDE + place * room + room * 0.15, 1), round(base - height, 1), round(room * 0.7, 1), height,
            hidden, short(week) if named else "", "" if count is None else format_decimal(count), last,
        )  # fmt: skip


def story(counts: Sequence[int | None], weeks: Sequence[date], unit: str) -> str:
    """Say in words what the chart shows."""
    known = [count for count in counts if count is not None]
    if not known:
        return _("No week of these may be shown.")
    least, most = format_decimal(min(known)), format_decimal(max(known))
    told = _("From %(first)s to %(last)s: between %(least)s and %(most)s %(unit)s a week.",
             first=long(weeks[0]), last=long(weeks[-1]), least=least, most=most, unit=unit)  # fmt: skip
    missing = len(counts) - len(known)
    return (
        f"{told} {ngettext('%(num)s week is not shown.', '%(num)s weeks are not shown.', missing)}" if missing else told
    )


def short(week: date) -> str:
    """16 Nov."""
    return format_date(week, "d MMM")


def long(week: date) -> str:
    """16 November 2026."""
    return format_date(week, "d MMMM yyyy")

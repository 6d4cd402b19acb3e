"""The chart of the coming nights: where each bar and line stands. Drawn by the server, so it needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 56.0, 960.0, 14.0, 172.0
"""The drawing area within the 960 by 200 of the picture."""
STEPS = (1, 2, 5)
LINES = 3
"""Lines above the axis."""


@dataclass(frozen=True)
class Bar:
    """One bar, by its corner and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """One line of the scale: its height in the picture and the number it stands for."""

    y: float
    value: int


@dataclass(frozen=True)
class Chart:
    """Bars and lines, in the picture's own units."""

    bars: Sequence[Bar]
    lines: Sequence[Line]
    left: float = LEFT
    right: float = RIGHT


def chart(values: Sequence[int]) -> Chart:
    """Return the chart of these values, the first bar at the left; the scale ends at a round number."""
    step = _step(max(values, default=0))
    top, slot = step * LINES, (RIGHT - LEFT) / max(len(values), 1)
    bars = [_bar(n, value / top, slot) for n, value in enumerate(values)]
    lines = [Line(round(BOTTOM - (BOTTOM - TOP) * n / LINES, 1), step * n) for n in range(LINES + 1)]
    return Chart(bars, lines)


def _bar(place: int, share: float, slot: float) -> Bar:
    height = round((BOTTOM - TOP) * share, 1)
    return Bar(round(LEFT + slot * (place + 1 / 6), 1), round(BOTTOM - height, 1), round(slot * 2 / 3, 1), height)


def _step(highest: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50, … of which so many lines reach the highest value."""
    power = 1
    while True:
        for step in STEPS:
            if step * power * LINES >= highest:
                return step * power
        power *= 10

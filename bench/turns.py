"""Measuring in turns: each round asks everyone once, so that a busy minute of the machine strikes all alike."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from bench.program import Answer

Who = TypeVar("Who", bound=Hashable)
FEWEST = 3
"""Rounds everyone gets, however slow."""


@dataclass(frozen=True)
class Measured:
    """The times of one page of one program, in seconds, and what the page held."""

    times: tuple[float, ...]
    processor: tuple[float, ...]
    size: int
    lines: int

    @property
    def middle(self) -> float:
        """The median in milliseconds."""
        return median(self.times) * 1_000

    @property
    def worked(self) -> float:
        """The median of the program's own work, in milliseconds: what a busy machine disturbs least."""
        return median(self.processor) * 1_000


def in_turns(asked: Mapping[Who, Callable[[], Answer]], *, times: int, budget: float) -> dict[Who, Measured]:
    """Ask everyone once unmeasured, then in rounds; who has used up its seconds sits out after FEWEST rounds."""
    first = {who: ask() for who, ask in asked.items()}
    taken: dict[Who, list[Answer]] = {who: [] for who in asked}
    for number in range(times):
        for who, ask in asked.items():
            if number < FEWEST or sum(answer.seconds for answer in taken[who]) < budget:
                taken[who].append(ask())
    return {who: _measured(taken[who], first[who]) for who in asked}


def _measured(taken: list[Answer], first: Answer) -> Measured:
    times, processor = tuple(a.seconds for a in taken), tuple(a.processor for a in taken)
    return Measured(times, processor, first.size, first.lines)

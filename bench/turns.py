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
    size: int
    lines: int

    @property
    def middle(self) -> float:
        """The median in milliseconds."""
        return median(self.times) * 1_000


def in_turns(asked: Mapping[Who, Callable[[], Answer]], *, times: int, budget: float) -> dict[Who, Measured]:
    """Ask everyone once unmeasured, then in rounds; who has used up its seconds sits out after FEWEST rounds."""
    first = {who: ask() for who, ask in asked.items()}
    taken: dict[Who, list[float]] = {who: [] for who in asked}
    for number in range(times):
        for who, ask in asked.items():
            if number < FEWEST or sum(taken[who]) < budget:
                taken[who].append(ask().seconds)
    return {who: Measured(tuple(taken[who]), first[who].size, first[who].lines) for who in asked}

"""A processor in memory, for tests of what calls one: it answers by a script and remembers whom it still has."""

from collections import deque
from collections.abc import Iterable

from .base import NotNow, Search
from .receipts import NOTHING_TO_ASK


class Memory:
    """Holds persons by address or id. Answers by its script first, then as a good processor would.

    A script is a list of "yes", "keep" (says yes and keeps the copy) and NotNow, one per erasure. `lagging` is how
    often its read-back still finds somebody who has gone, `deaf` how often it does not answer.
    """

    def __init__(
        self, held: Iterable[str] = (), *, script: Iterable[str | NotNow] = (), lagging: int = 0, deaf: int = 0
    ) -> None:
        """Take whom it has, how it answers, and how often its read-back is late or does not answer."""
        self.held, self.script, self.lagging, self.deaf = set(held), deque(script), lagging, deaf
        self.asked = self.looked = 0

    def erase(self, search: Search) -> str:
        """Do what the script says; without one, erase."""
        self.asked += 1
        answer = self.script.popleft() if self.script else "yes"
        if isinstance(answer, NotNow):
            raise answer
        if answer == "yes":
            self.held -= _names(search)
        return f"memory {self.asked}" if _names(search) else NOTHING_TO_ASK

    def still_there(self, search: Search) -> bool:
        """Look whether anything of the person is here, late and deaf as it was told to be."""
        self.looked += 1
        if self.deaf:
            self.deaf -= 1
            raise NotNow("timed_out")
        if self.lagging:
            self.lagging -= 1
            return True
        return bool(self.held & _names(search))


def _names(search: Search) -> set[str]:
    return {*search.addresses, *search.external_ids}

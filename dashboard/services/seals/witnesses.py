"""What stands outside the database and says what the chain was: the anchors, and a seal that a message told."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from . import anchor, chain
from .anchor import Anchor
from .outcome import LATE, Outcome, Told


class Witnesses:
    """Walks along the anchors as the seals go by."""

    def __init__(self, path: Path, told: Told | None, *, at: datetime) -> None:
        """Stand at the first anchor. `at`: the moment of the verification."""
        self.outcome = Outcome()
        self._told, self._at = told, at
        self._has_file = path.exists()
        self._stream = self._readable(path)
        self._next = next(self._stream, None)
        self._lacking: tuple[int, int] | None = None
        self._late = 0

    def _readable(self, path: Path) -> Iterator[Anchor]:
        try:
            self.outcome.resumed = anchor.resumptions(path)
            yield from anchor.counting(path)
        except anchor.AnchorUnreadable:
            self.outcome.find("anchor_unreadable")

    def begin(self, base: chain.Base) -> None:
        """Pass by what was pruned; the last pruned seal still has its anchor."""
        while self._next and self._next.seal < base.number:
            self._pass()
        if self._next and self._next.seal == base.number:
            if (self._next.chained, self._next.last) != (base.chained, base.last):
                self.outcome.find("anchor_differs", seal=base.number, last=base.last)
            self._pass()
        self._hear(base.number, base.chained)
        if self._told and self._told.seal < base.number:
            self.outcome.find("told_pruned", seal=self._told.seal)
            self._told = None

    def meet(self, link: chain.Link, chained: str) -> None:
        """Hold one seal against its anchor, and against the told one."""
        self._hear(link.number, chained)
        while self._next and self._next.seal < link.number:
            self._pass()
        if self._next is None or self._next.seal != link.number:
            self._lack(link)
            return
        if self._next != _anchor(link, chained):
            self.outcome.find("anchor_differs", seal=link.number, first=link.after + 1, last=link.last)
        self._pass()
        self._say_lacking()

    def _pass(self) -> None:
        if self._next:
            self.outcome.anchored = max(self.outcome.anchored, self._next.seal)
        self._next = next(self._stream, None)

    def _lack(self, link: chain.Link) -> None:
        first = self._lacking[0] if self._lacking else link.number
        self._lacking = (first, link.number)
        if isinstance(link.at, datetime) and link.at < self._at - LATE:
            self._late = link.number

    def _say_lacking(self, *, to: int = 0) -> None:
        """Seals without an anchor, and later ones with: or so old that they should have one."""
        if self._lacking:
            self.outcome.find("anchor_missing", seal=self._lacking[0], to_seal=to or self._lacking[1])
        self._lacking = None

    def end(self, before: chain.Base) -> None:
        """Look at anchors beyond the end of the chain, at seals that never got one, at what was told.

        Between the first seals' commit and the file's first line there is no file yet; five minutes on there must be.
        """
        last = None
        while self._next:
            last = self._next
            self._pass()
        if last and last.seal > before.number:
            self.outcome.find("cut_off", seal=before.number, to_seal=last.seal, first=before.last + 1, last=last.last)
        if self._late or (self._has_file and not self.outcome.anchored):
            self._say_lacking(to=self._late)
        if self._told:
            self.outcome.find("told_differs", seal=self._told.seal)

    def _hear(self, number: int, chained: str) -> None:
        """Once the told seal was met as it was told, there is nothing left to find."""
        if self._told == Told(number, chained):
            self._told = None


def _anchor(link: chain.Link, chained: str) -> Anchor | None:
    return Anchor(link.number, link.last, chain.written(link.at), chained) if isinstance(link.at, datetime) else None

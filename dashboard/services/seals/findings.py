"""What a verification can find, in codes and numbers, and each said in one sentence. Nothing of a line's content."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.policy.texts import N_


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: its code, the seals and lines it concerns, how many there should be and are."""

    code: str
    seal: int = 0
    to_seal: int = 0
    first: int = 0
    last: int = 0
    wanted: int = 0
    found: int = 0

    @property
    def text(self) -> str:
        """The sentence before its numbers are put in: what a page translates."""
        return SENTENCES[self.code]

    @property
    def sentence(self) -> str:
        """Say it in English."""
        return self.text % asdict(self)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON can keep it."""
        return asdict(self)


SENTENCES: Mapping[str, str] = {
    "changed": N_("Lines %(first)s to %(last)s (seal %(seal)s): at least one of them was changed or moved."),
    "missing": N_("Lines %(first)s to %(last)s (seal %(seal)s): %(wanted)s were sealed, only %(found)s are there."),
    "extra": N_("Lines %(first)s to %(last)s (seal %(seal)s): %(wanted)s were sealed, %(found)s are there."),
    "unreadable": N_("Lines %(first)s to %(last)s (seal %(seal)s): one of them cannot be read."),
    "before": N_("Lines up to %(last)s: %(found)s stand before the beginning of the chain."),
    "seal_changed": N_("Seal %(seal)s (lines %(first)s to %(last)s) is not what was written."),
    "seal_follows": N_("Seal %(seal)s (lines %(first)s to %(last)s) does not follow the seal before it."),
    "seals_missing": N_("Seals %(seal)s to %(to_seal)s are missing (lines %(first)s to %(last)s)."),
    "seals_unreadable": N_("The seals after seal %(seal)s cannot be read."),
    "seal_extra": N_("Seal %(seal)s stands before the beginning of the chain."),
    "checkpoint": N_("The checkpoint behind seal %(seal)s (up to line %(last)s) is not what was signed."),
    "cut_off": N_("The end was cut off: seal %(to_seal)s (line %(last)s) is anchored, the log ends at seal %(seal)s."),
    "anchor_differs": N_("Seal %(seal)s (lines %(first)s to %(last)s) differs from its anchor outside the database."),
    "anchor_missing": N_("The file outside the database lacks the anchors of seals %(seal)s to %(to_seal)s."),
    "anchor_unreadable": N_("The file outside the database is not what was written."),
    "told_differs": N_("Seal %(seal)s is not the one that was told."),
    "told_pruned": N_("Seal %(seal)s has been pruned; what was told of it cannot be held against it any more."),
    "unsealed": N_("%(found)s lines, from line %(first)s on, have not been sealed for more than 5 minutes."),
}
"""Each finding in words; a page translates them."""

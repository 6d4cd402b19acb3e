"""What every holder of a copy has in common: facts a lawyer may audit, a call that erases, a call that looks again.

"Sent" is never "done": a processor is finished with a person when its read-back finds nothing. No adapter logs, raises
or returns anything of a person; a receipt is a code.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Search:
    """What a processor can know a person by: addresses on the website's side, the app's ids on the app's side (P8)."""

    addresses: tuple[str, ...] = field(default=(), repr=False)
    external_ids: tuple[str, ...] = field(default=(), repr=False)


class NotNow(Exception):
    """Cannot continue because the processor did not answer, or not with a yes; it is asked again later.

    `because` is a code; `wait` the seconds it asked for (Retry-After), 0 when it named none.
    """

    def __init__(self, because: str, *, wait: int = 0) -> None:
        """Keep the code and the wait."""
        super().__init__(because)
        self.because = because
        self.wait = wait


class Adapter(Protocol):
    """How one processor is reached."""

    def erase(self, search: Search) -> str:
        """Ask it to erase the person for good and return the receipt, a code of 80 characters at most.

        Somebody it does not know is as good as erased. Asking twice does no harm. Raise NotNow.
        """

    def still_there(self, search: Search) -> bool:
        """Look whether it still has anything of the person; raise NotNow."""


@dataclass(frozen=True)
class Facts:
    """What the compliance page and the person's overview say of a processor (P14, P15, P53–P56).

    `valid` tells whether the ground holds today; `note` says why not, or what else must be known. `relation` is app,
    website or house: whose data it holds. `reachable` False: we cannot erase there, and say so. `own`: SiteLucent
    itself, no partner. `reviewed` is the day somebody last asked whether the processor is still needed (P56).
    """

    name: str
    title: str
    holds: str
    place: str
    ground: str
    valid: bool
    note: str
    erasure: str
    relation: str
    justification: str
    reachable: bool = True
    own: bool = False
    reviewed: date | None = None


class NotConfigured:
    """Stands where a processor should be reached and the settings do not say how: a removal waits, it is never done."""

    def erase(self, search: Search) -> str:  # noqa: ARG002 - as Adapter
        """Say that nobody can be asked."""
        raise NotNow("not_configured")

    def still_there(self, search: Search) -> bool:  # noqa: ARG002 - as Adapter
        """Say that nobody can be asked."""
        raise NotNow("not_configured")

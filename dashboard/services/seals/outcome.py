"""What a verification has read and found, so far and in the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from .anchor import Resumed
from .chain import Base
from .findings import Finding

MOST = 100
"""Findings that are kept; a log broken in more places is broken."""
LATE = timedelta(minutes=5)
"""Lines and seals older than this are sealed and anchored, or the sealing stands still."""
UNREADABLE = (SQLAlchemyError, ValueError, TypeError, AttributeError, OverflowError)
"""What reading raises where a value is none that we write."""


@dataclass(frozen=True)
class Told:
    """A seal as a message told it: its number and its hash."""

    seal: int
    chained: str


@dataclass
class Outcome:
    """How many lines and seals were read, where the chain and its anchors end, what does not hold."""

    lines: int = 0
    seals: int = 0
    newest: Base = field(default_factory=Base)
    anchored: int = 0
    unsealed: int = 0
    findings: list[Finding] = field(default_factory=list)
    resumed: Sequence[Resumed] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def find(self, code: str, **facts: int) -> None:
        """Keep a finding."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(code, **facts))

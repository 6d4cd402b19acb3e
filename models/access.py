"""Who is asking, and what they may reach in this one request. Pure and frozen.

An Access is made by policy/decide.py for staff and by Access.system for work nobody is signed in for; it is bound to a
session once and never changed, because loaded objects are not checked a second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from .classification import Category


@dataclass(frozen=True)
class Actor:
    """A signed-in staff member as policy sees them: no row, no session, nothing that can change underneath."""

    staff_id: str
    role: str
    number: int = 0


@dataclass(frozen=True)
class Reach:
    """Rows of one table (by the name of a row condition) and the categories of its columns that may be read."""

    condition: str
    categories: frozenset[Category]


@dataclass(frozen=True)
class Access:
    """What may be read and written in one session, and why.

    `reach` maps a table's name to its Reach: a table that is absent yields no row. `writes` names the tables that may
    change, or single columns as `table.column`. `at` is the moment (UTC) against which every
    "until" of this request is held.
    """

    actor: Actor | None
    permission: str
    purpose: str
    promise: str
    reach: Mapping[str, Reach] = field(default_factory=lambda: MappingProxyType({}))
    writes: frozenset[str] = frozenset()
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    everything: bool = False
    read_only: bool = False
    real_only: bool = False

    @classmethod
    def system(cls, reason: str, *, read_only: bool = False, real_only: bool = False) -> "Access":
        """Full reach for work nobody is signed in for: sign-in, intake, jobs. Each use stands on a counted list.

        `real_only`: canary people are left out of whatever is read, as they must be of every figure.
        """
        return cls(None, "system", reason, "", everything=True, read_only=read_only, real_only=real_only)

    @property
    def staff_id(self) -> str:
        """The asking staff member's id; empty for the system, which no row condition matches."""
        return self.actor.staff_id if self.actor else ""

    def may_read(self, table: str, category: Category) -> bool:
        """Whether columns of this category in this table are in reach."""
        return self.everything or (table in self.reach and category in self.reach[table].categories)

    def may_write(self, table: str, columns: Iterable[str] = ()) -> bool:
        """Whether rows of this table may be added, changed or removed; or these columns of it (as `table.column`)."""
        if self.read_only or self.everything or table in self.writes:
            return not self.read_only
        named = [f"{table}.{column}" for column in columns]
        return bool(named) and self.writes.issuperset(named)

    @property
    def changes(self) -> bool:
        """Whether anything may be written at all; if not, the transaction is read-only."""
        return not self.read_only and (self.everything or bool(self.writes))

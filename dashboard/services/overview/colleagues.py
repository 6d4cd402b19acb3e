"""What staff wrote is told without saying who of them, and without anybody else's address.

Only texts of staff are touched; what the person or the app wrote is told word for word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Staff

ALWAYS = frozenset({"ticket.finding", "trace_opening.reason_text"})
"""Texts only staff write."""
IF_THEIRS = frozenset({"ticket.subject", "ticket.body"})
"""Texts of staff when the row says that staff wrote it."""
ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
A_COLLEAGUE, AN_ADDRESS = "[a staff member]", "[an address]"


@dataclass(frozen=True)
class Colleagues:
    """The whole names of staff, and the addresses that are the person's own."""

    names: tuple[str, ...] = field(repr=False)
    own: frozenset[str] = field(repr=False)

    def hide(self, text: str) -> str:
        """Return a text of staff without names of staff and addresses of others."""
        for name in self.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", A_COLLEAGUE, text, flags=re.IGNORECASE)
        return ADDRESS.sub(lambda found: found[0] if found[0].lower() in self.own else AN_ADDRESS, text)

    def told(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row with its texts of staff as the person is told them."""
        theirs = ALWAYS | IF_THEIRS if row.get("written_by") == "staff" else ALWAYS
        names = [name for place, _dot, name in (text.partition(".") for text in theirs) if place == table]
        return {**row, **{name: self.hide(row[name]) for name in names if row[name]}}


def colleagues(session: Session, own: tuple[str, ...]) -> Colleagues:
    """Return who must not be named; a name of one word is too often a word of another kind."""
    names = [name for name in session.scalars(select(Staff.name)) if len(name.split()) > 1]
    longest_first = sorted(names, key=len, reverse=True)
    return Colleagues(tuple(longest_first), frozenset(address.lower() for address in own))

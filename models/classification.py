"""What a column is. Pure: nothing of the database, nothing of the web.

Every column of every table says here what it holds and what an erasure does to it; a column that says nothing
cannot be mapped (see base.py). Nothing in this room may decide who sees a column: that is policy/grants.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The kinds of data a column can hold, from harmless to closed."""

    WORK = "work"
    """Kind, state, clock, counter: tells nothing about a person."""
    LINK = "link"
    """An opaque key that stands for a person; says who only to someone who may open that person's row."""
    IDENTITY = "identity"
    """An account holder's first name, last name or e-mail address (P9)."""
    COMPANY = "company"
    """A customer's name; for a one-person company it names the person."""
    CONTACT = "contact"
    """Name, e-mail address or phone number from the contact form (P6)."""
    FREE_TEXT = "free_text"
    """Words typed by people; may name anyone."""
    USAGE = "usage"
    """How and when one account used the app (P10)."""
    STAFF = "staff"
    """Who a staff member is: name and staff address."""
    SECRET = "secret"  # noqa: S105 - the name of a category, not a secret
    """Hashes and keys. No page may ever read one."""


PERSONAL = frozenset({Category.IDENTITY, Category.COMPANY, Category.CONTACT, Category.FREE_TEXT, Category.USAGE})
"""The categories that are personal data of customers and contacts: a look at one is always recorded."""

CLOSED = PERSONAL | {Category.STAFF, Category.SECRET}
"""The categories a statement loads only when it names the column and the bound Access reaches it."""


class OnErasure(StrEnum):
    """What happens to a column when its person is erased."""

    DELETE = "delete"
    """The row goes."""
    ANONYMISE = "anonymise"
    """The value is emptied, the row stays for its figures."""
    KEEP = "keep"
    """The value stays, with a ground that the note states."""


@dataclass(frozen=True)
class ColumnPrivacy:
    """What one column holds, in the words a compliance officer reads, and its fate at erasure."""

    category: Category
    note: str
    on_erasure: OnErasure


@dataclass(frozen=True)
class TablePrivacy:
    """Whose data a table holds (account, contact, staff or nobody) and why the table exists.

    `kept` states the ground on which rows of a person stay when the person is erased, and `kept_months` for how many
    calendar months; only a table whose rows stay has them.
    """

    subject: str
    reason: str
    kept: str = ""
    kept_months: int = 0

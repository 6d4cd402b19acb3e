"""What each role may see, written by hand: role × page × row state × column. The second opinion beside the grants.

Nothing here is read from the grants or the row conditions; it was written from the published policy's sentences and is what
they are judged by. Whatever is not in SIGHTS must never be seen, and all of it must be seen somewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.access.canaries import Cell
from tests.access.planted import STAFF, TOKENS

NAME_AND_MAIL = ("account.first_name", "account.last_name", "account.email")
PERSON = (*NAME_AND_MAIL, "company.name")
WORDS = ("ticket.subject", "ticket.body", "ticket.finding")
CONTACT = ("contact_request.name", "contact_request.email", "contact_request.phone")
EVENT = ("usage_event.occurred_at", "usage_event.feature", "usage_event.action", "usage_event.properties")

MINE = (
    "mine_question", "mine_deactivated", "mine_linkable", "mine_error", "mine_traced", "mine_widening", "mine_expired",
    "mine_no_record", "mine_question_opened", "mine_wrong_account", "mine_error_later",
)  # fmt: skip
"""Tickets of `support` that are open and unlocked: they show their person (P59)."""
MINE_LOCKED = ("mine_unconfirmed", "mine_no_account")
"""Tickets of `support` that staff wrote and nobody confirmed: they show their words only."""
MINE_WITH_TRACE = ("mine_traced", "mine_widening")
"""The tickets whose trace is open to `support` (P36–P38)."""
TICKET_PAGES = (
    "tickets.details", "tickets.finding", "tickets.link", "tickets.release", "tickets.hand_over", "tickets.close",
)  # fmt: skip
"""The page of a ticket, and the forms that come back on it when something is amiss."""
TRACE_PAGES = ("traces.read", "traces.widen")
STAFF_PAGES = ("staff.index", "staff.details", "staff.deactivate", "staff.role")
EVERYONE = tuple(f"staff_{name}" for name in STAFF)
FOLLOW_UP_PAGES = (
    "contact_requests.details", "contact_requests.answer", "contact_requests.attempt", "contact_requests.close",
    "contact_requests.release",
)  # fmt: skip
ONBOARDING_PAGES = ("onboarding.details", "onboarding.close", "onboarding.release")
REQUESTS_MINE = ("request_mine", "request_mine_overdue", "request_mine_sent", "request_mine_objection")
"""Requests of `support` that are open and still have their address: they show it, and nothing of what we hold (P48)."""
REQUESTS_NAMELESS = ("request_mine_running", "request_mine_certified", "request_mine_refused")
"""Requests of `support` whose address has gone."""
REQUESTS_OF_OTHERS = ("request_theirs", "request_theirs_sent", "request_of_demoted")
ANYWHERE = ("*",)


@dataclass(frozen=True)
class Sight:
    """One role, on these pages, sees these columns of these rows."""

    who: str
    pages: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    def cells(self) -> Iterator[Cell]:
        """Yield each value this line lets through."""
        yield from (Cell(column, row) for column in self.columns for row in self.rows)


SIGHTS = (
    Sight("support", TICKET_PAGES, MINE, (*WORDS, *PERSON)),
    Sight("support", TICKET_PAGES, MINE_LOCKED, WORDS),
    Sight("support", TICKET_PAGES, ("staff_support2",), ("staff.name",)),
    Sight("support", ("accounts.index",), MINE, PERSON),
    Sight("support", TRACE_PAGES, MINE_WITH_TRACE, (*PERSON, "app_error.message")),
    Sight("support", TRACE_PAGES, tuple(f"{group}.inside" for group in MINE_WITH_TRACE), EVENT),
    Sight("support", ("subject_requests.details",), REQUESTS_MINE, ("subject_request.email",)),
    Sight("rep", FOLLOW_UP_PAGES, ("contact_mine",), CONTACT),
    Sight("demoted", FOLLOW_UP_PAGES, (), CONTACT),  # a rep without a case; may take one
    Sight("sysadmin", ONBOARDING_PAGES, ("onboarding_mine",), NAME_AND_MAIL),
    Sight("sysadmin", STAFF_PAGES, EVERYONE, ("staff.name", "staff.email")),
    Sight("sysadmin", ("staff.index",), ("proposal_mine",), ("proposal.name", "proposal.subject")),
    *(Sight(name, ANYWHERE, (f"staff_{name}",), ("staff.name",)) for name in STAFF if name != "deactivated"),
)
"""The whole table. A line per story; the role comes first."""

QUEUE = ("free_question", "free_error")
KNOWN = {
    "support": (
        *QUEUE,
        *MINE,
        *MINE_LOCKED,
        "mine_closed",
        "handed_over",
        "theirs_unconfirmed",
        "theirs_widening",
        "request_free",
        *REQUESTS_MINE,
        *REQUESTS_NAMELESS,
        "request_to_sign",
        "request_given_on",
    ),
    "rep": ("contact_free", "contact_mine", "contact_closed", "contact_given_on"),
    "demoted": ("contact_free",),
    "sysadmin": (
        "onboarding_free",
        "onboarding_expired",
        "onboarding_mine",
        "onboarding_signed_in",
        "proposal_open",
        "proposal_mine",
        "proposal_done",
    ),
    "compliance": (
        "mine_closed",
        "handed_over",
        "contact_closed",
        "contact_given_on",
        "mine_question",
        "request_free",
        *REQUESTS_MINE,
        *REQUESTS_NAMELESS,
        *REQUESTS_OF_OTHERS,
        "request_to_sign",
        "request_given_on",
    ),
}
"""The cases each role may know to exist, by their reference: the queue, their own, those of theirs that ended, those a
colleague asks them about; compliance through the lines of the access log, and every request by its clock."""
SHARED = ("staff_", "job_", "scheduler", "refused", *TOKENS)
"""Rows of the house itself, which no second world changes."""


def allowed(who: str, page: str, *, cell: Cell, group: str, after: bool) -> bool:
    """Whether this cell may stand in an answer of this page about this group's record.

    `after` is said of a page seen after a change went through: what was free is mine then, so the record the page is
    about counts as any that such a page may show.
    """
    return any(
        sight.who == who
        and cell.column in sight.columns
        and (page in sight.pages or sight.pages == ANYWHERE)
        and (_row_allowed(sight, cell, group) or (after and group == cell.row.partition(".")[0]))
        for sight in SIGHTS
    )


def _row_allowed(sight: Sight, cell: Cell, group: str) -> bool:
    """A page about one record shows that record's person alone, and colleagues."""
    about_this_record = group in {"", cell.row.partition(".")[0]}
    return cell.row in sight.rows and (about_this_record or cell.row.startswith("staff_"))


def promised(who: str) -> set[Cell]:
    """Return every cell a role must be able to see somewhere."""
    return {cell for sight in SIGHTS if sight.who == who for cell in sight.cells()}


def knows(who: str, group: str) -> bool:
    """Whether a principal may know that a group's case exists."""
    return group.startswith(SHARED) or group in KNOWN.get(who, ())

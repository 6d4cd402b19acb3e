"""How a subject request moves: states, what happens to it, and the only moves there are. Pure.

Nothing moves a request but `move`, which reads TRANSITIONS; the database refuses, besides, to carry out what nobody has
validated (models/subject_request.py).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from .calendar import add_months


class Kind(StrEnum):
    """What a person may ask for."""

    OVERVIEW = "overview"
    """Tell me what you have about me (P2)."""
    RETRIEVAL = "retrieval"
    """Give me a copy (P3)."""
    REMOVAL = "removal"
    """Remove everything (P4)."""


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    """It came in; nobody has it."""
    ASSIGNED = "assigned"
    """One support engineer has it (P48)."""
    AWAITING = "awaiting_validation"
    """A link has been sent; only the person can go on (P49)."""
    VALIDATED = "validated"
    """The person confirmed it; it begins by itself."""
    RUNNING = "running"
    """It is being carried out."""
    AWAITING_PROCESSORS = "awaiting_processors"
    """Our own stores are done; a processor is asked again until its read-back finds nothing."""
    VERIFIED = "verified"
    """Nothing is found anywhere any more."""
    CERTIFIED = "certified"
    """The certificate is signed; the end of a removal."""
    DELIVERED = "delivered"
    """The overview or copy can be fetched, for seven days."""
    REFUSED = "refused"
    """It was refused with a reason, which the person was told."""
    EXPIRED = "expired"
    """Nobody confirmed it, or the delivered files have gone."""
    WITHDRAWN = "withdrawn"
    """The person took it back, or said it was not them."""


class Event(StrEnum):
    """What can happen to a request."""

    TAKEN = "taken"
    """An engineer took it."""
    RELEASED = "released"
    """The engineer gave it back."""
    LINK_SENT = "link_sent"
    """The engineer had the link sent; a new one voids the old."""
    CONFIRMED = "confirmed"
    """The person confirmed it, or two signed for a lost mailbox."""
    STARTED = "started"
    """Carrying out began."""
    ERASED = "erased"
    """Our own database is done, in one transaction."""
    NOTHING_FOUND = "nothing_found"
    """Every location was read back and the residue scan found nothing."""
    SIGNED = "signed"
    """The certificate was signed."""
    FILES_MADE = "files_made"
    """The overview or copy is ready."""
    REFUSED = "refused"
    """An engineer refused it with a coded reason."""
    RAN_OUT = "ran_out"
    """Its time to confirm, or to fetch, is over."""
    TAKEN_BACK = "taken_back"
    """The person withdrew it."""


_OPEN = (State.RECEIVED, State.ASSIGNED, State.AWAITING)
TRANSITIONS: Mapping[tuple[State, Event], State] = MappingProxyType({
    (State.RECEIVED, Event.TAKEN): State.ASSIGNED,
    (State.ASSIGNED, Event.RELEASED): State.RECEIVED,
    (State.AWAITING, Event.RELEASED): State.RECEIVED,
    (State.ASSIGNED, Event.LINK_SENT): State.AWAITING,
    (State.AWAITING, Event.LINK_SENT): State.AWAITING,
    (State.AWAITING, Event.CONFIRMED): State.VALIDATED,
    (State.VALIDATED, Event.STARTED): State.RUNNING,
    (State.RUNNING, Event.ERASED): State.AWAITING_PROCESSORS,
    (State.AWAITING_PROCESSORS, Event.NOTHING_FOUND): State.VERIFIED,
    (State.VERIFIED, Event.SIGNED): State.CERTIFIED,
    (State.RUNNING, Event.FILES_MADE): State.DELIVERED,
    (State.DELIVERED, Event.RAN_OUT): State.EXPIRED,
    (State.AWAITING, Event.RAN_OUT): State.EXPIRED,
    (State.VALIDATED, Event.TAKEN_BACK): State.WITHDRAWN,  # until it begins; a lost mailbox may object for seven days
    **{(state, Event.REFUSED): State.REFUSED for state in _OPEN},
    **{(state, Event.TAKEN_BACK): State.WITHDRAWN for state in _OPEN},
})  # fmt: skip
"""Every move there is: from a state, by an event, to a state."""
ENDED = frozenset({State.CERTIFIED, State.REFUSED, State.EXPIRED, State.WITHDRAWN})
"""States in which a request names nobody any more."""
DUE_MONTHS = 1
"""One calendar month after receipt (GDPR, article 12, paragraph 3)."""
EXTENDED_MONTHS = 3
"""At most two months more, with a reason and a message to the person (the same paragraph)."""
WARN_DAYS = 7
"""From so many days before, the page warns."""


class CannotMove(Exception):
    """Cannot continue because nothing leads from this state by this event."""


def move(state: str, event: Event) -> State:
    """Return the state an event leads to; raise CannotMove when there is no such move."""
    found = TRANSITIONS.get((State(state), event))
    if found is None:
        raise CannotMove(f"{state} by {event}")
    return found


def due(received_at: datetime, zone: ZoneInfo, *, extended: bool = False) -> datetime:
    """Return when a request must be met (UTC): one calendar month after receipt, or three when it was extended."""
    return add_months(received_at, EXTENDED_MONTHS if extended else DUE_MONTHS, zone)


def days_left(due_at: datetime, at: datetime, zone: ZoneInfo) -> int:
    """Return the whole days until a due date in the company's zone: 0 on the last day, negative once it is overdue."""
    return (due_at.astimezone(zone).date() - at.astimezone(zone).date()).days

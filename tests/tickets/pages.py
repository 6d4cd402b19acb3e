"""Short ways to the ticket pages, shared by their tests."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models import AccessRecord, Account, AppError, Ticket, TraceOpening, UsageEvent
from tests.world import World, canary, post

LIST = "/admin/tickets/"
HOME = "/admin/"


def at(ticket: Any, verb: str = "") -> str:
    """Return the address of a ticket, or of one of its forms."""
    return f"{LIST}{ticket.id}" + (f"/{verb}" if verb else "")


def person_in(answer: Any, name: str = "a") -> set[str]:
    """Return which values of a person stand in an answer."""
    text = answer.text.lower()
    values = {part: canary("account", name, part) for part in ("first", "last", "email")}
    values["company"] = canary("company", name)
    return {part for part, value in values.items() if value.lower() in text}


PERSON = {"first", "last", "email", "company"}


def plain(answer: Any) -> str:
    """Return a page without what every request has of its own: nonce and form token."""
    return re.sub(r'(nonce="|name="csrf_token" value=")[^"]*', r"\1", answer.text)


def events(world: World) -> list[str]:
    """Return what the access log holds, oldest first."""
    return [row.event for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))]


def record(world: World, event: str) -> Any:
    """Return the last line of the access log about an event."""
    lines = select(AccessRecord.__table__).where(AccessRecord.event == event).order_by(AccessRecord.number)
    return world.all(lines)[-1]


def row(world: World, ticket: Ticket) -> Any:
    """Return what the table says of a ticket."""
    return world.all(select(Ticket.__table__).where(Ticket.id == ticket.id))[0]


def error_of(world: World, ticket: Ticket) -> Any:
    """Return the error record a ticket is about."""
    return world.all(select(AppError.__table__).where(AppError.id == row(world, ticket).error_id))[0]


def openings(world: World) -> list[Any]:
    """Return every opening of a trace, oldest first."""
    return world.all(select(TraceOpening.__table__).order_by(TraceOpening.opened_at))


def open_trace(client: Any, ticket: Ticket, reason: str = "reproduce") -> Any:
    """Give a reason, and return the trace's page."""
    post(client, at(ticket, "trace/open"), reason=reason)
    return client.get(at(ticket, "trace"))


def traced(answer: Any) -> list[str]:
    """Return the names of the events that a trace shows, in the order of the page."""
    return re.findall(r"CNRY-event-([\w.]+)-action", answer.text)


def happened(world: World, account: Account, error: Any, **hours: float) -> None:
    """Put events on an account, each so many hours before the error, named by its keyword."""
    world.add(
        *(
            UsageEvent(
                account_id=account.id, id=f"ev-{name}", occurred_at=error.occurred_at - timedelta(hours=before),
                session=f"session-{name}", feature="Reports", action=canary("event", name, "action"), properties=None,
            )
            for name, before in hours.items()
        )
    )  # fmt: skip


def button(client: Any, page: str, action: str) -> str:
    """Return the address a button on a page sends to, mark and all."""
    found = re.search(rf'action="({re.escape(action)}[^"]*)"', client.get(page).text)
    assert found, f"no form on {page} sends to {action}"
    return found[1].replace("&amp;", "&")

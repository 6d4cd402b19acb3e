"""Short ways to the follow-up pages, shared by their tests."""

from typing import Any

from sqlalchemy import select

from models import AccessRecord, ContactAttempt, ContactRequest
from tests.world import World, canary

LIST = "/admin/contact-requests/"


def at(request: ContactRequest, verb: str = "") -> str:
    """Return the address of a follow-up, or of one of its forms."""
    return f"{LIST}{request.id}" + (f"/{verb}" if verb else "")


def shown(answer: Any, name: str = "a") -> set[str]:
    """Return which of a person's three values stand in an answer."""
    text = answer.text.lower()
    return {part for part in ("name", "email", "phone") if canary("contact", name, part).lower() in text}


EVERYTHING = {"name", "email", "phone"}


def events(world: World) -> list[str]:
    """Return what the access log holds, oldest first."""
    return [row.event for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))]


def attempts(world: World) -> list[tuple[str, str]]:
    """Return the recorded attempts."""
    found = select(ContactAttempt.channel, ContactAttempt.result).order_by(ContactAttempt.made_at)
    return [tuple(row) for row in world.all(found)]


def state(world: World, request: ContactRequest) -> Any:
    """Return what the table says of a submission."""
    (row,) = world.all(
        select(
            ContactRequest.assignee_id,
            ContactRequest.permission,
            ContactRequest.permission_channel,
            ContactRequest.permission_wording,
            ContactRequest.outcome,
            ContactRequest.closed_at,
        ).where(ContactRequest.id == request.id)
    )
    return row


def try_to_reach(world: World, request: ContactRequest, *results: str) -> None:
    """Put attempts on a follow-up of rep."""
    for result in results:
        world.add(
            ContactAttempt(contact_request_id=request.id, staff_id=world.staff["rep"], channel="phone", result=result)
        )

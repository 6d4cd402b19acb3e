"""Short ways to the person's pages, shared by their tests: a browser without a cookie, its forms, its links."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dashboard.services.requests import links
from models import AccessRecord, Message, SubjectRequest
from tests.erasure import persons
from tests.world import World

PRIVACY = "/privacy"
HOURS = timedelta(hours=72)
KNOWN, UNKNOWN = "cnry-account-a-email@x.example", "nobody@else.example"


def form_token(page: Any) -> str:
    """Return the token of the first form on a page."""
    found = re.search(r'name="form_token" value="([^"]+)"', page.text)
    return found[1] if found else ""


def send(world: World, url: str, *, shown_at: str = "", **data: str) -> Any:
    """Open a page as the person does, and send its form."""
    client = world.app.test_client()
    token = form_token(client.get(shown_at or url))
    return client.post(url, data={"form_token": token, **data})


def ask(world: World, email: str, kind: str = "removal") -> Any:
    """Send the form of the privacy page."""
    return send(world, PRIVACY, kind=kind, email=email)


def link(world: World, request_id: str, purpose: str = links.CONFIRM, lasts: timedelta = HOURS) -> str:
    """Make a link to a request."""
    with world.app.app_context(), world.system() as session:
        token = links.make(session, request_id, purpose, lasts=lasts)
        session.commit()
    return token


def awaiting(world: World, email: str = KNOWN, kind: str = "removal", **facts: Any) -> str:
    """File a request that waits for its person; return its id."""
    request_id = persons.ask(world, email, kind=kind)
    values = {"state": "awaiting_validation", "assignee_id": world.staff["support"]}
    world.set(SubjectRequest, request_id, **{**values, **facts})
    return request_id


def requests(world: World) -> list[Any]:
    """Return every request, oldest first."""
    return world.all(select(SubjectRequest.__table__).order_by(SubjectRequest.number))


def request(world: World, request_id: str) -> Any:
    """Return one request as the table has it."""
    return world.all(select(SubjectRequest.__table__).where(SubjectRequest.id == request_id))[0]


def messages(world: World) -> list[Any]:
    """Return every message: type, address, text."""
    query = select(Message.type, Message.address, Message.subject, Message.body).order_by(Message.created_at)
    return world.all(query)


def events(world: World) -> list[tuple[str, str | None]]:
    """Return what the access log holds of requests, with reasons, oldest first."""
    query = select(AccessRecord.event, AccessRecord.reason).where(AccessRecord.event.like("request_%"))
    return [tuple(row) for row in world.all(query.order_by(AccessRecord.number))]


def token_in(body: str, place: str) -> str:
    """Return the token of a link in a message."""
    found = re.search(rf"/privacy/{place}/([A-Za-z0-9_-]{{43}})", body)
    assert found, f"no link to {place} in the message"
    return found[1]

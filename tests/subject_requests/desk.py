"""Short ways to the staff's pages of subject requests, shared by their tests."""

from typing import Any

from tests.world import World, post

LIST = "/admin/subject-requests/"


def at(request_id: str, act: str = "") -> str:
    """Return the address of a request, or of one of its acts."""
    return f"{LIST}{request_id}" + (f"/{act}" if act else "")


def take(world: World, request_id: str, who: str = "support") -> Any:
    """Take a request and return the browser of its engineer."""
    client = world.sign_in(who)
    assert post(client, at(request_id, "take")).status_code == 303
    return client

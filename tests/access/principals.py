"""Everyone who can come to the door: nobody, each role, those whose rights have ended, machines."""

from dataclasses import dataclass, field

from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from tests.access.planted import FORM_TOKEN, SECRETS, STAFF, Planted, key
from tests.world import token_of

PRINCIPALS = (
    "anonymous", "rep", "support", "sysadmin", "compliance", "deactivated", "demoted", "token-app", "token-website",
)  # fmt: skip
"""The columns of the access matrix. `demoted` signed in as support and is a rep since; `deactivated` was sent home."""
ROLES = ("rep", "support", "sysadmin", "compliance")


def _form_only(world: Planted) -> str:
    """Return the signed cookie of a browser that has been shown a form and is not signed in."""
    signer = SecureCookieSessionInterface().get_signing_serializer(world.app)
    assert signer
    return str(signer.dumps({"csrf_token": FORM_TOKEN}))


@dataclass
class Visitor:
    """A principal with a browser (or a machine's token)."""

    name: str
    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)


def visitor(world: Planted, name: str) -> Visitor:
    """Return a principal as they come to a planted world."""
    client = world.app.test_client()
    if name in SECRETS:
        return Visitor(name, client, {"Authorization": f"Bearer {SECRETS[name]}"})
    if name in STAFF:
        client.set_cookie("session", "s." + key("browser", name))
    else:
        client.set_cookie("session", _form_only(world))
    return Visitor(name, client, {"X-CSRFToken": token_of(client)})

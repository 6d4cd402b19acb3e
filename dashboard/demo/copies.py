"""What the stand-ins for HubSpot, the app and the website hold, and what they answer when they are in a good mood.

As HubSpot documents it: gdpr-delete answers 204 whether or not it knows an address, and puts an unknown one on its
blocklist; a search for an address finds second addresses too, and counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = Mapping[str, Any]
Reply = tuple[int, Any]
CONTACTS = "/crm/v3/objects/contacts"
FORMS = "/website/forms"
"""Where a form that somebody sent arrives at the website."""


@dataclass
class Copies:
    """The copies of each holder, in memory alone."""

    contacts: dict[str, dict[str, str]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    app: set[str] = field(default_factory=set)
    deactivated: set[str] = field(default_factory=set)
    website: set[str] = field(default_factory=set)
    made: int = 100

    def take(self, told: Body) -> None:
        """Hold what the app and the website have sent so far: accounts by id, and forms."""
        self.app |= set(told["accounts"])
        for form in told["forms"]:
            self.form(form)

    def form(self, body: Body) -> Reply:
        """Take a form at the website: it keeps a copy on its way, and puts its sender into HubSpot (P14)."""
        first, _space, last = str(body["name"]).strip().rpartition(" ")
        address = str(body["email"]).lower()
        self.website.add(address)
        return self.create(
            {"properties": {"firstname": first, "lastname": last, "email": address, "phone": str(body["phone"])}}
        )

    def create(self, body: Body) -> Reply:
        """Create a contact, unless its address is known or blocked."""
        properties = {str(name): str(value) for name, value in body.get("properties", {}).items()}
        address = properties.get("email", "").lower()
        if self._with(address) or address in self.blocked:
            return 409, {"status": "error", "category": "CONFLICT", "message": "Contact already exists."}
        self.made += 1
        self.contacts[str(self.made)] = {**properties, "email": address}
        return 201, _shown(str(self.made), self.contacts[str(self.made)])

    def search(self, body: Body) -> Reply:
        """Find contacts by address: groups of one filter each, any of which may hold."""
        filters = [one for group in body["filterGroups"] for one in group["filters"]]
        if len(body["filterGroups"]) > 5 or any(one["operator"] != "EQ" for one in filters):
            return 400, {"status": "error", "category": "VALIDATION_ERROR"}
        wanted = {number for one in filters for number in self._with(str(one["value"]).lower())}
        shown = [_shown(number, self.contacts[number]) for number in sorted(wanted, key=int)]
        return 200, {"total": len(shown), "results": shown[: int(body.get("limit", 10))]}

    def purge(self, body: Body) -> Reply:
        """Erase a contact for good, by address or by number."""
        named = str(body.get("objectId", "")).lower()
        if body.get("idProperty") != "email":
            known = self.contacts.pop(named, None)
            return (204, None) if known else (404, {"status": "error", "category": "OBJECT_NOT_FOUND"})
        primary = [number for number, contact in self.contacts.items() if contact["email"] == named]
        for number in primary:
            del self.contacts[number]
        if not primary:
            self.blocked.add(named)
        return 204, None

    def erase_at_app(self, body: Body) -> Reply:
        """Erase accounts at the app."""
        self.app -= set(body["external_ids"])
        return 204, None

    def erase_at_website(self, body: Body) -> Reply:
        """Erase submissions at the website."""
        self.website -= set(body["addresses"])
        return 204, None

    def deactivate(self, body: Body) -> Reply:
        """Deactivate an account at the app."""
        if body["external_id"] not in self.app:
            return 404, None
        self.deactivated.add(body["external_id"])
        return 204, None

    def _with(self, address: str) -> list[str]:
        return [number for number in self.contacts if address in self._addresses(number)]

    def _addresses(self, number: str) -> set[str]:
        contact = self.contacts[number]
        return {contact["email"], *contact.get("hs_additional_emails", "").lower().split(";")} - {""}


def _shown(number: str, contact: Mapping[str, str]) -> dict[str, Any]:
    at = "2026-01-01T00:00:00.000Z"
    return {
        "id": number,
        "properties": {**contact, "hs_object_id": number},
        "createdAt": at,
        "updatedAt": at,
        "archived": False,
    }


def answers(copies: Copies) -> dict[str, tuple[str, Callable[[Body], Reply]]]:
    """Return, by path, who is meant to call it and what it answers."""
    return {
        CONTACTS: ("hubspot", copies.create),
        FORMS: ("hubspot", copies.form),
        f"{CONTACTS}/search": ("hubspot", copies.search),
        f"{CONTACTS}/gdpr-delete": ("hubspot", copies.purge),
        "/app/erasure": ("app", copies.erase_at_app),
        "/app/erasure/check": ("app", lambda body: (200, {"found": len(copies.app & set(body["external_ids"]))})),
        "/app/deactivate": ("app", copies.deactivate),
        "/website/erasure": ("website", copies.erase_at_website),
        "/website/erasure/check": (
            "website",
            lambda body: (200, {"found": len(copies.website & set(body["addresses"]))}),
        ),
    }

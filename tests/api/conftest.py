"""A machine that calls the intake API, and short ways to say what it sends."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dashboard.services import tokens
from models import utcnow
from tests.world import World

API = "/api/v1"


class Machine:
    """One caller with one token."""

    def __init__(self, world: World, scope: str) -> None:
        self.world, self.scope = world, scope
        with world.app.app_context(), world.system() as session:
            self.token = tokens.make(session, name=scope, scope=scope)
            session.commit()
        self.client = world.app.test_client()

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str = "", raw: bytes | None = None, **headers: str
    ) -> Any:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        if key:
            sent["Idempotency-Key"] = key
        data = raw if raw is not None else json.dumps(body).encode()
        return self.client.open(API + path, method=method, data=None if method == "GET" else data, headers=sent)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self("PUT", path, body, **more)

    def get(self, path: str) -> Any:
        return self("GET", path)


@pytest.fixture
def app_machine(world: World) -> Machine:
    """The app's caller."""
    return Machine(world, "app")


@pytest.fixture
def website(world: World) -> Machine:
    """The website's caller."""
    return Machine(world, "website")


@pytest.fixture
def company(app_machine: Machine) -> str:
    """A customer that the app has sent."""
    assert app_machine.put("/companies/co-1", {"name": "Brouwerij De Linde"}).status_code == 201
    return "co-1"


@pytest.fixture
def account(app_machine: Machine, company: str) -> str:
    """An account of it."""
    assert app_machine.put("/accounts/ac-1", person(company)).status_code == 201
    return "ac-1"


@pytest.fixture
def event(account: str) -> Callable[..., dict[str, Any]]:
    """Make a usage event of the account."""

    def make(id_: str = "ev-1", **changes: Any) -> dict[str, Any]:
        return {
            "id": id_, "account": account, "occurred_at": ago(hours=1), "session": "se-1",
            "feature": "Reports", "action": "Opened the list", "properties": {"pages": 3}, **changes,
        }  # fmt: skip

    return make


def person(company: str, **changes: Any) -> dict[str, Any]:
    """What the app says about a person."""
    return {
        "company": company, "first_name": "Marijke", "last_name": "Verhoeven",
        "email": "Marijke@DeLinde.example", "source": "self", **changes,
    }  # fmt: skip


def submission(**changes: Any) -> dict[str, Any]:
    """What the website sends."""
    return {
        "name": "Jean Dupont", "email": "jean@courriel.example", "phone": "+33 1 99 00 12 34",
        "submitted_at": ago(minutes=2), **changes,
    }  # fmt: skip


def failure(account: str, **changes: Any) -> dict[str, Any]:
    """What the app says about an error."""
    return {
        "id": "er-1",
        "account": account,
        "occurred_at": ago(hours=2),
        "code": "E-PDF-17",
        "session": "se-1",
        **changes,
    }


def letter(account: str, **changes: Any) -> dict[str, Any]:
    """What a customer wrote."""
    return {"account": account, "kind": "question", "subject": "Zones", "body": "How do I merge two zones?", **changes}


def ago(**span: float) -> str:
    """A moment before now, as RFC 3339 text."""
    return (utcnow() - timedelta(**span)).isoformat()

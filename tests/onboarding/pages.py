"""Short ways to the set-up pages, shared by their tests."""

from typing import Any

from sqlalchemy import select

from models import AccessRecord, Account, OnboardingCase
from tests.world import World, canary

LIST = "/admin/onboarding/"
EVERYTHING = {"first", "last", "email"}


def at(case: OnboardingCase, verb: str = "") -> str:
    """Return the address of a case, or of one of its forms."""
    return f"{LIST}{case.id}" + (f"/{verb}" if verb else "")


def newcomer(world: World, name: str = "a", **facts: Any) -> Account:
    """Add an account whose person has not signed in yet."""
    return world.account(name, **{"first_sign_in_at": None, **facts})


def shown(answer: Any, name: str = "a") -> set[str]:
    """Return which of an account's three fields stand in an answer."""
    text = answer.text.lower()
    return {part for part in EVERYTHING if canary("account", name, part).lower() in text}


def events(world: World) -> list[str]:
    """Return what the access log holds, oldest first."""
    return [row.event for row in world.all(select(AccessRecord.event).order_by(AccessRecord.number))]


def state(world: World, case: OnboardingCase) -> Any:
    """Return what the table says of a case."""
    (row,) = world.all(
        select(
            OnboardingCase.assignee_id,
            OnboardingCase.taken_because,
            OnboardingCase.taken_at,
            OnboardingCase.ends_at,
            OnboardingCase.closed_at,
            OnboardingCase.outcome,
        ).where(OnboardingCase.id == case.id)
    )
    return row

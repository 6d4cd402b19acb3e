"""A system error in support's hands: its ticket, its person, and what that person did around it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest

from models import Account, Ticket
from tests.tickets.pages import error_of, happened
from tests.world import World


@dataclass
class Case:
    """One system error of one person, and the browser of the engineer who has its ticket."""

    world: World
    account: Account
    ticket: Ticket
    error: Any
    client: Any


@pytest.fixture
def case(world: World) -> Case:
    """A ticket of support with the app's record behind it; the person's steps before, around and after the error."""
    account = world.account()
    ticket = world.error_ticket(account, assignee="support")
    error = error_of(world, ticket)
    happened(world, account, error, near=0.1, far=23.9, beyond=24.1, ancient=100, after=-0.1)
    return Case(world, account, ticket, error, world.sign_in("support"))


@pytest.fixture
def neighbour(case: Case) -> Account:
    """Another customer with an error, a ticket and steps at the same moments, in support2's hands."""
    account = case.world.account("b")
    case.world.error_ticket(account, assignee="support2", name="b")
    happened(case.world, account, case.error, theirs=0.1)
    return account


@pytest.fixture
def race() -> Callable[..., list[Any]]:
    """Call functions at the same moment, each in a thread of its own, and return what they answer."""

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(calls))

        def go(call: Callable[[], Any]) -> Any:
            start.wait()
            return call()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(go, calls))

    return run

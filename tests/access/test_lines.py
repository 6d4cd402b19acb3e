"""Each line of defence by itself: the guard off with the front door on, the front door off with the guard on.

What a line covers it must cover alone: the front door endpoints and methods, the guard rows and columns.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Mapper, Session, undefer

from dashboard import front_door
from dashboard.policy.decide import Decision, decide, grant_for
from dashboard.policy.roles import Role
from models import Account, bind, db, guard
from tests.access import matrix
from tests.access.doors import METHODS, Door, candidates, doors
from tests.access.planted import Planted
from tests.access.principals import ROLES, visitor
from tests.access.test_data import leaks, seen
from tests.access.walk import Walk, has_its_turn

LISTENERS = (
    (Session, "do_orm_execute", guard.guard_statement),
    (Session, "before_flush", guard.guard_flush),
    (Mapper, "load", guard._guard_instance),
    (Mapper, "refresh", guard._guard_instance),
)
"""Every hook of the guard but the one that begins transactions, which guards nothing."""


@pytest.fixture
def guard_off() -> Iterator[None]:
    """Let everything load and be written for the length of a test."""
    for listener in LISTENERS:
        event.remove(*listener)
    yield
    for listener in LISTENERS:
        event.listen(*listener)


@pytest.fixture
def door_open(monkeypatch) -> None:
    """Let everyone signed in through every door; bind what their role's grant reaches, or nothing at all."""
    monkeypatch.setattr(front_door, "enter", let_in)


def let_in(permission) -> None:
    """Pass, with the role's own Access for this permission; where the role has none, with no Access."""
    front_door.g.actor = front_door.actor_of(front_door.current_user)
    chosen = permission or front_door.Permission.WORK_LIST
    front_door.g.decision = decide(front_door.g.actor, chosen, at=front_door.g.at)
    if front_door.g.decision.allowed:
        bind(db.session(), front_door.g.decision.access)
        return
    holder = next(grant for role in Role if (grant := grant_for(role, chosen)))
    front_door.g.decision = Decision(allowed=True, reason="the door stands open", access=guard.NOBODY, grant=holder)


def test_everything_loads_when_the_guard_is_off(planted, guard_off):
    """The positive control: without the guard an unbound session reads anyone's address."""
    with Session(planted.engine) as session:
        assert session.scalars(select(Account).options(undefer(Account.email))).first().email


def test_guard_is_back_when_a_test_has_switched_it_off(planted):
    with Session(planted.engine) as session:
        assert session.scalars(select(Account)).all() == []


def test_matrix_is_the_same_when_the_guard_is_off(planted, guard_off, record_property):
    """Refusals must not move: who is denied with the guard is denied without it."""
    wanted = matrix.expected()
    cells = [(d, m, n) for d in doors(planted.app) for m in METHODS for n in ROLES if m in d.methods and m != "HEAD"]
    refused = [(d, m, n) for d, m, n in cells if said(wanted, d, m, n) != "allow"]

    measured = {(d.endpoint, m, n): matrix.cell(planted, d, m, n) for d, m, n in refused}

    record_property("cells", len(refused))
    assert {(d.endpoint, m, n): said(wanted, d, m, n) for d, m, n in refused} == measured


def said(wanted: dict[matrix.Line, matrix.Line], door: Door, method: str, name: str) -> str:
    """Return what the checked-in matrix says of a cell."""
    return wanted[door.endpoint, door.path, method][matrix.HEAD.index(name)]


@pytest.mark.parametrize("name", ROLES)
def test_nobody_sees_a_value_out_of_reach_when_every_door_stands_open(planted, door_open, name, record_property):
    walk = Walk(planted, visitor(planted, name))

    for door in doors(planted.app):
        for method in sorted(door.methods & {"GET", "POST"}):
            if door.endpoint != "security.logout":
                knock_everywhere(planted, walk, door, method)

    record_property("requests", len(walk.answers))
    assert leaks(planted, walk.answers) == []


def knock_everywhere(planted: Planted, walk: Walk, door: Door, method: str) -> None:
    """Ask a door about every case, of the forms a part; put back what was changed."""
    for value in candidates(planted, door, method):
        if method == "POST" and door.takes_id and not has_its_turn(door.url(value)):
            continue
        answer = walk.ask(method, door.url(value), data={} if method == "POST" else None)
        if method == "POST" and answer.status < 400:
            planted.restore()


def test_pages_still_show_what_is_in_reach_when_every_door_stands_open(planted, door_open):
    """The positive control: the door is open and the guard lets through what the grants reach."""
    walk = Walk(planted, visitor(planted, "support"))

    knock_everywhere(planted, walk, next(d for d in doors(planted.app) if d.endpoint == "tickets.details"), "GET")

    assert {cell.row for cell in seen(planted, walk.answers)} >= {"mine_question", "mine_traced"}

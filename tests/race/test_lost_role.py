"""Losing one's role against taking something: whoever passed the front door before it ended keeps nothing afterwards."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.database.engine import guarded_session
from dashboard.policy.decide import decide
from dashboard.policy.permissions import Permission as P
from dashboard.services import follow_ups, onboarding, proposals, staff_tickets, ticket_work
from dashboard.services.refusals import SomeoneWasFaster
from models import Access, Actor, ContactRequest, OnboardingCase, Proposal, Staff, Ticket, db, utcnow
from tests.world import World, post

CALLED = {"email": "x@x.example", "kind": "question", "language": "", "subject": "s", "body": "b"}
MADE_MINE: dict[str, tuple[str, P, Callable[[Any, dict[str, str]], Any]]] = {
    "a ticket": ("support", P.TICKET_TAKE, lambda s, ids: ticket_work.take(s, ids["ticket"])),
    "a written ticket": ("support", P.TICKET_WRITE, lambda s, _ids: staff_tickets.write(s, **CALLED)),
    "a follow-up": ("rep", P.CONTACT_REQUEST_TAKE, lambda s, ids: follow_ups.take(s, ids["request"])),
    "a set-up": ("sysadmin", P.ONBOARDING_TAKE, lambda s, ids: onboarding.take(s, ids["set_up"], reason="handed_on")),
    "a proposal": ("sysadmin", P.STAFF_PROPOSE, lambda s, _ids: proposals.new_token(s, name="app-9", scope="app")),
}
"""What can become somebody's: by whom, under which permission, by which verb."""
ENDS = {"demoted": {"role": "compliance"}, "deactivated": {"active": False}}


def free_cases(world: World) -> dict[str, str]:
    """Add a free case of each kind; return their ids."""
    waiting = world.account("b", first_sign_in_at=None)
    return {
        "ticket": world.ticket(world.account()).id,
        "request": world.contact_request().id,
        "set_up": world.onboarding(waiting).id,
    }


def past_the_door(world: World, name: str, permission: P) -> Access:
    """Return what the front door grants somebody now."""
    number = world.all(select(Staff.number).where(Staff.id == world.staff[name]))[0][0]
    access = decide(Actor(world.staff[name], name, number), permission, at=utcnow()).access
    assert access
    return access


def held_by(world: World, name: str) -> list[Any]:
    """Return whatever is somebody's: cases in hands, tickets written, proposals."""
    cases = (Ticket.assignee_id, Ticket.author_id, ContactRequest.assignee_id, OnboardingCase.assignee_id)
    columns = (*cases, Proposal.proposed_by)
    return [row for column in columns for row in world.all(select(column).where(column == world.staff[name]))]


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("what", MADE_MINE)
def test_nothing_becomes_mine_when_my_role_ended_after_the_front_door(world: World, what: str, how: str):
    name, permission, do = MADE_MINE[what]
    ids, access = free_cases(world), past_the_door(world, name, permission)
    world.set(Staff, world.staff[name], **ENDS[how])

    with world.app.app_context(), guarded_session(db.engine, access) as session, pytest.raises(SomeoneWasFaster):
        do(session, ids)

    assert held_by(world, name) == []


@pytest.mark.parametrize("what", MADE_MINE)
def test_it_becomes_mine_when_my_role_holds(world: World, what: str):
    name, permission, do = MADE_MINE[what]
    ids, access = free_cases(world), past_the_door(world, name, permission)

    with world.app.app_context(), guarded_session(db.engine, access) as session:
        do(session, ids)

    assert held_by(world, name)


def wait_for_locks(world: World, count: int) -> None:
    """Wait until so many connections wait for a row."""
    for _step in range(100):
        with world.app.app_context(), db.engine.connect() as connection:
            waiting = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).scalar()
        if waiting >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{count} connections never waited")


def test_a_ticket_is_free_again_when_its_taker_is_deactivated_in_the_same_moment(world: World):
    if world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return  # there one writes after the other: the front door's moment is what the tests above hold
    ticket, taker, admin = world.ticket(world.account()), world.sign_in("support"), world.sign_in("sysadmin")
    leave = f"/admin/staff/{world.staff['support']}/deactivate"
    calls = [lambda: post(taker, f"/admin/tickets/{ticket.id}/take"), lambda: post(admin, leave)]
    threads, answers = [], []
    with world.app.app_context(), db.engine.connect() as blocker:
        blocker.exec_driver_sql("SELECT 1 FROM ticket WHERE id = %s FOR UPDATE", (ticket.id,))
        for waiting, call in enumerate(calls, start=1):
            threads.append(threading.Thread(target=lambda c=call: answers.append(c().status_code)))
            threads[-1].start()
            wait_for_locks(world, waiting)

    for thread in threads:
        thread.join(20)

    assert answers == [303, 303]
    assert world.all(select(Ticket.assignee_id))[0][0] is None
    assert post(world.sign_in("support2"), f"/admin/tickets/{ticket.id}/take").status_code == 303

"""The accounts in my reach: one line per open ticket of mine, each a recorded look."""

import pytest
from sqlalchemy import select

from models import AccessRecord, Ticket, utcnow
from tests.broken_log import broken_log
from tests.tickets.pages import PERSON, events, person_in, record
from tests.world import World

URL = "/admin/accounts/"


@pytest.fixture
def reach(world: World) -> World:
    """One person of mine, a colleague's, one whose ticket is closed, one unconfirmed, one whose ticket is free."""
    world.ticket(world.account("mine"), assignee="support")
    world.ticket(world.account("theirs"), assignee="support2")
    world.ticket(world.account("closed"), assignee="support", closed_at=utcnow())
    world.ticket(world.account("unconfirmed"), assignee="support", unlocked_at=None, unlocked_by=None)
    world.ticket(world.account("free"))
    return world


def test_only_persons_of_my_open_tickets_show_when_i_look(reach):
    client = reach.sign_in("support")

    answer = client.get(URL)

    assert person_in(answer, "mine") == PERSON
    assert [person_in(answer, name) for name in ("theirs", "closed", "unconfirmed", "free")] == [set()] * 4
    assert "<strong>1 person</strong>, one per open ticket of yours" in answer.text


def test_each_person_is_a_recorded_look_when_two_show(reach):
    second = reach.account("second")
    ticket = reach.ticket(second, assignee="support")
    client = reach.sign_in("support")

    client.get(URL)

    line = record(reach, "account_seen")
    assert events(reach) == ["account_seen"] * 2
    assert {line.case_id, line.subject_key, line.fields, line.count} >= {1, "first_name,last_name,email,company"}
    assert ticket.id in {row.case_id for row in _lines(reach)}
    assert second.id in {row.subject_key for row in _lines(reach)}


def _lines(world):
    return world.all(select(AccessRecord.case_id, AccessRecord.subject_key))


def test_nothing_shows_when_the_looks_cannot_be_recorded(reach):
    client = reach.sign_in("support")

    with broken_log(reach):
        answer = client.get(URL)

    assert answer.status_code == 503
    assert person_in(answer, "mine") == set()


def test_an_empty_page_says_what_to_do_when_nothing_is_mine(world):
    answer = world.sign_in("support").get(URL)

    assert "No account in your reach" in answer.text
    assert events(world) == []


@pytest.mark.parametrize("name", ["rep", "sysadmin", "compliance"])
def test_accounts_are_refused_when_the_role_is_another(reach, name):
    answer = reach.sign_in(name).get(URL)

    assert answer.status_code == 403
    assert person_in(answer, "mine") == set()


def test_the_latest_fifty_show_and_say_so_when_more_are_mine(world):
    account = world.account()
    facts = {"kind": "question", "written_by": "app", "subject": "s", "body": "b", "unlocked_at": utcnow()}
    mine = {"account_id": account.id, "assignee_id": world.staff["support"], "assigned_at": utcnow()}
    world.add(*(Ticket(**facts, **mine) for _ in range(51)))

    text = world.sign_in("support").get(URL).text

    assert text.count("Open ticket") == 50
    assert "The latest 50 are shown." in text
    assert events(world) == ["account_seen"] * 50

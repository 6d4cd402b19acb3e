"""Taking a ticket: one press, one winner, and a guess learns nothing."""

import pytest

from models import utcnow
from tests.tickets.pages import HOME, LIST, PERSON, at, button, events, person_in, plain, record, row
from tests.world import post

FREE = LIST + "?tab=free"


def test_the_person_appears_when_an_engineer_takes_a_free_ticket(world):
    ticket = world.ticket(world.account())
    client = world.sign_in("support")

    before = client.get(FREE)
    taken = post(client, at(ticket, "take"))
    answer = client.get(taken.location)

    assert person_in(before) == set()
    assert taken.status_code == 303
    assert person_in(answer) == PERSON
    assert f"T-{ticket.number} is yours. Its person is shown below." in answer.text
    assert events(world) == ["ticket_taken", "ticket_seen"]
    assert record(world, "ticket_taken").case_ref == f"T-{ticket.number}"


def test_a_colleague_sees_nothing_when_the_ticket_is_mine(world):
    ticket = world.ticket(world.account(), assignee="support")
    client = world.sign_in("support2")

    answers = [client.get(url) for url in (at(ticket), LIST, FREE, HOME, "/admin/accounts/")]

    assert answers[0].status_code == 404
    assert [person_in(answer) for answer in answers] == [set()] * 5
    assert not any(f"T-{ticket.number}" in answer.text for answer in answers[:4])


def test_taking_twice_is_taking_once_when_the_button_is_pressed_again(world):
    ticket = world.ticket(world.account())
    client = world.sign_in("support")

    first, second = post(client, at(ticket, "take")), post(client, at(ticket, "take"))

    assert (first.location, second.location) == (at(ticket), at(ticket))
    assert events(world) == ["ticket_taken"]


@pytest.mark.parametrize("page", [FREE, HOME])
def test_the_loser_is_told_when_someone_else_was_faster(world, page):
    ticket = world.ticket(world.account())
    client = world.sign_in("support")
    url = button(client, page, at(ticket, "take"))
    post(world.sign_in("support2"), at(ticket, "take"))

    lost = post(client, url)
    answer = client.get(lost.location)

    assert lost.location == FREE
    assert f"Someone else took T-{ticket.number} a moment ago." in answer.text
    assert row(world, ticket).assignee_id == world.staff["support2"]
    assert "access_refused" not in events(world)


@pytest.mark.parametrize("mark", ["", "?seen=forged", "?seen=%00", "?seen=WyJhIl0.x"])
def test_a_guess_is_a_recorded_404_when_the_queue_never_showed_the_ticket(world, mark):
    foreign = world.ticket(world.account(), assignee="support2")
    client = world.sign_in("support")

    answers = [post(client, f"{LIST}{key}/take{mark}") for key in (foreign.id, "a" * 26, "-1", "9" * 400)]

    assert {answer.status_code for answer in answers} == ({400} if "%00" in mark else {404})
    assert len({plain(answer) for answer in answers}) == 1
    assert row(world, foreign).assignee_id == world.staff["support2"]


def test_a_mark_opens_nothing_else_when_it_is_moved_to_another_ticket(world):
    account = world.account()
    shown, other = world.ticket(account), world.ticket(account, assignee="support2")
    client = world.sign_in("support")
    mark = button(client, FREE, at(shown, "take")).partition("?")[2]

    answer = post(client, f"{at(other, 'take')}?{mark}")

    assert answer.status_code == 404
    assert events(world) == ["access_refused"]


def test_a_closed_ticket_cannot_be_taken_when_somebody_tries(world):
    ticket = world.ticket(world.account(), closed_at=utcnow())
    client = world.sign_in("support")

    answer = post(client, at(ticket, "take"))

    assert answer.status_code == 404
    assert row(world, ticket).assignee_id is None


@pytest.mark.parametrize("name", ["rep", "sysadmin", "compliance"])
def test_tickets_are_refused_when_the_role_is_another(world, name):
    ticket = world.ticket(world.account())
    client = world.sign_in(name)

    answers = [post(client, at(ticket, "take")), client.get(LIST), client.get(at(ticket)), client.get(LIST + "write")]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert row(world, ticket).assignee_id is None
    assert events(world) == ["access_refused"] * 4


def test_one_of_two_wins_when_both_press_at_once(world, race):
    account = world.account()
    clients = {name: world.sign_in(name) for name in ("support", "support2")}
    for _round in range(6):
        ticket = world.ticket(account)
        urls = {name: button(client, FREE, at(ticket, "take")) for name, client in clients.items()}

        answers = race(*(lambda n=name, u=urls[name]: post(clients[n], u) for name in clients))

        winners = [name for name, answer in zip(clients, answers, strict=True) if answer.location == at(ticket)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert [world.staff[name] for name in winners] == [row(world, ticket).assignee_id]
    assert events(world) == ["ticket_taken"] * 6

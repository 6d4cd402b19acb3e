"""The ticket list: which tickets, in which part, and never a person or a subject line."""

import pytest
from sqlalchemy import select

from models import Ticket, utcnow
from tests.tickets.pages import LIST
from tests.world import World


@pytest.fixture
def tickets(world: World) -> World:
    """Free, mine, a colleague's, closed by me, closed by a colleague, and one a colleague wrote."""
    account, closed = world.account(), {"closed_at": utcnow(), "closed_because": "solved"}
    world.ticket(account, number=1)
    world.ticket(account, number=2, assignee="support")
    world.ticket(account, number=3, assignee="support2")
    world.ticket(account, number=4, assignee="support", **closed)
    world.ticket(account, number=5, assignee="support2", **closed)
    world.ticket(
        account, number=6, assignee="support2", written_by="staff", author_id=world.staff["support2"],
        unlocked_at=None, unlocked_by=None,
    )  # fmt: skip
    return world


def refs(text: str) -> set[int]:
    return {n for n in range(1, 9) if f'<span class="ref">T-{n}</span>' in text}


@pytest.mark.parametrize(
    ("tab", "wanted"), [("", {2}), ("mine", {2}), ("free", {1}), ("closed", {4}), ("no-such", {2}), ("%00", set())]
)
def test_a_part_shows_its_tickets_when_a_tab_is_chosen(tickets, tab, wanted):
    client = tickets.sign_in("support")

    answer = client.get(f"{LIST}?tab={tab}")

    assert refs(answer.text) == wanted
    assert "cnry-" not in answer.text.lower()


@pytest.mark.parametrize(
    ("tab", "text"),
    [
        ("mine", "Nothing in your hands"),
        ("free", "No unassigned tickets"),
        ("closed", "You have not closed a ticket yet"),
    ],
)
def test_an_empty_part_says_what_to_do_when_nothing_is_there(world, tab, text):
    client = world.sign_in("support")

    answer = client.get(f"{LIST}?tab={tab}")

    assert text in answer.text


def test_a_ticket_opens_from_the_list_only_when_it_is_mine(tickets):
    client = tickets.sign_in("support")
    ids = [row.id for row in tickets.all(select(Ticket.id).order_by(Ticket.number))]

    pages = {tab: client.get(f"{LIST}?tab={tab}").text for tab in ("mine", "free", "closed")}

    assert f'href="{LIST}{ids[1]}"' in pages["mine"]
    assert not any(f'href="{LIST}{key}"' in pages["free"] + pages["closed"] for key in ids)


def test_the_queue_goes_on_when_it_is_longer_than_a_page(world):
    account = world.account()
    world.add(
        *(Ticket(account_id=account.id, kind="question", written_by="app", subject="s", body="b") for _ in range(52))
    )
    client = world.sign_in("support")

    answer = client.get(f"{LIST}?tab=free&_scheme=https&endpoint=x")

    assert answer.text.count("<tr") == 51
    assert "tab=free&amp;_scheme=https&amp;endpoint=x&amp;at=" in answer.text
    assert 'href="https' not in answer.text


def test_a_list_answers_with_its_page_when_it_is_asked_for_the_head(tickets):
    client = tickets.sign_in("support")

    answer = client.head(LIST)

    assert (answer.status_code, answer.data) == (200, b"")

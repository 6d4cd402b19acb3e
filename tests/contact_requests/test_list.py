"""The queue: who sees which submissions, and never a person."""

import re
from datetime import timedelta

import pytest

from models import utcnow
from tests.contact_requests.pages import LIST, try_to_reach
from tests.world import World


@pytest.fixture
def queue(world: World) -> World:
    """Two free submissions, one of each rep, one that rep closed and one that rep2 closed."""
    closed = {"closed_at": utcnow(), "outcome": "answered", "permission": "no"}
    world.contact_request("free", number=1)
    world.contact_request("free", number=2)
    mine = world.contact_request("mine", assignee="rep", number=3)
    world.contact_request("theirs", assignee="rep2", number=4)
    world.contact_request("done", assignee="rep", number=5, **closed)
    world.contact_request("done", assignee="rep2", number=6, **closed)
    try_to_reach(world, mine, "no_answer")
    return world


def refs(text: str) -> set[str]:
    """Return the references a list shows."""
    return {f"C-{n}" for n in range(1, 9) if f'<span class="ref">C-{n}</span>' in text}


@pytest.mark.parametrize(
    ("tab", "wanted"), [("", {"C-3"}), ("free", {"C-1", "C-2"}), ("closed", {"C-5"}), ("no-such-tab", {"C-3"})]
)
def test_a_list_shows_my_part_when_a_tab_is_chosen(queue, tab, wanted):
    client = queue.sign_in("rep")

    answer = client.get(LIST, query_string={"tab": tab})

    assert refs(answer.text) == wanted
    assert "cnry-" not in answer.text.lower()


def test_my_list_says_how_often_i_tried_when_an_attempt_is_recorded(queue):
    client = queue.sign_in("rep")

    answer = client.get(LIST)

    assert "attempt 1 of 3" in answer.text


@pytest.mark.parametrize("name", ["support", "sysadmin", "compliance"])
def test_the_list_is_refused_when_the_role_is_another(queue, name):
    client = queue.sign_in(name)

    answer = client.get(LIST)

    assert answer.status_code == 403
    assert not refs(answer.text)


@pytest.mark.parametrize(
    ("tab", "text"),
    [("", "Nothing in your hands"), ("free", "No unassigned"), ("closed", "You have not closed a follow-up")],
)
def test_an_empty_tab_says_what_to_do_when_nothing_is_there(world, tab, text):
    client = world.sign_in("rep")

    answer = client.get(LIST, query_string={"tab": tab})

    assert text in answer.text


def test_the_queue_goes_on_when_it_is_longer_than_a_page(world):
    for number in range(1, 53):
        world.contact_request(number=number, submitted_at=utcnow() - timedelta(hours=number))
    client = world.sign_in("rep")

    first = client.get(LIST, query_string={"tab": "free"})

    assert first.text.count("<tr") == 51
    assert "there are more" in first.text
    assert "tab=free&amp;at=" in first.text


def test_who_waited_longest_comes_first_when_the_queue_is_read(world):
    for number in range(1, 54):
        world.contact_request(number=number)
    client = world.sign_in("rep")

    first = client.get(LIST, query_string={"tab": "free"})
    second = client.get(link(first, "Newer"))
    back = client.get(link(second, "Older"))

    assert listed(first) == listed(back) == list(range(1, 51))
    assert listed(second) == [51, 52, 53]
    assert "there are more" in first.text
    assert "there are more" not in second.text


def listed(answer) -> list[int]:
    """Return the numbers a list shows, in its order."""
    return [int(number) for number in re.findall(r'<span class="ref">C-(\d+)</span>', answer.text)]


def link(answer, label: str) -> str:
    """Return where a link of the pager leads."""
    pager = answer.text[answer.text.index('class="pager"') :]
    (found,) = re.findall(rf'href="([^"]+)">(?:<svg.*?</svg>)?{label}', pager)
    return found.replace("&amp;", "&")

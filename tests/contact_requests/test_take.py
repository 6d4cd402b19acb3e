"""Taking a submission: one press, one winner."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contact_requests.pages import EVERYTHING, LIST, at, events, shown, state
from tests.world import World, post


def button(client, request) -> str:
    """Return the address behind the queue's button of a submission."""
    text = client.get(LIST, query_string={"tab": "free"}).text
    start = text.index(at(request, "take"))
    return text[start : text.index('"', start)].replace("&amp;", "&")


def test_the_person_appears_when_a_rep_takes_a_free_submission(world):
    request = world.contact_request()
    client = world.sign_in("rep")

    taken = post(client, at(request, "take"))
    answer = client.get(taken.location)

    assert taken.status_code == 303
    assert shown(answer) == EVERYTHING
    assert f"C-{request.number} is yours. Its person is shown below." in answer.text
    assert events(world) == ["contact_request_taken", "contact_request_seen"]


def test_taking_twice_is_taking_once_when_the_button_is_pressed_again(world):
    request = world.contact_request()
    client = world.sign_in("rep")

    first, second = post(client, at(request, "take")), post(client, at(request, "take"))

    assert (first.location, second.location) == (at(request), at(request))
    assert events(world) == ["contact_request_taken"]


def test_the_loser_is_told_when_someone_else_was_faster(world):
    request = world.contact_request()
    client = world.sign_in("rep")
    url = button(client, request)
    post(world.sign_in("rep2"), at(request, "take"))

    lost = post(client, url)
    answer = client.get(lost.location)

    assert lost.location == f"{LIST}?tab=free"
    assert f"Someone else took C-{request.number} a moment ago." in answer.text
    assert state(world, request).assignee_id == world.staff["rep2"]


@pytest.mark.parametrize("mark", ["", "?seen=forged", "?seen="])
def test_a_guess_is_a_404_when_the_queue_never_showed_the_case(world, mark):
    taken = world.contact_request(assignee="rep2")
    client = world.sign_in("rep")

    foreign = post(client, at(taken, "take") + mark)
    absent = post(client, f"{LIST}{'a' * 26}/take{mark}")

    assert foreign.status_code == absent.status_code == 404


def test_a_mark_opens_nothing_else_when_it_is_moved_to_another_case(world):
    shown_to_me, other = world.contact_request(), world.contact_request(assignee="rep2")
    client = world.sign_in("rep")
    mark = button(client, shown_to_me).partition("?")[2]

    answer = post(client, f"{at(other, 'take')}?{mark}")

    assert answer.status_code == 404


def test_nothing_is_taken_when_it_is_asked_for_with_get(world):
    request = world.contact_request()
    client = world.sign_in("rep")

    answer = client.get(at(request, "take"))

    assert answer.status_code == 404
    assert state(world, request).assignee_id is None


@pytest.mark.parametrize("name", ["support", "sysadmin", "compliance"])
def test_taking_is_refused_when_the_role_is_another(world, name):
    request = world.contact_request()
    client = world.sign_in(name)

    answer = post(client, at(request, "take"))

    assert answer.status_code == 403
    assert state(world, request).assignee_id is None


def test_one_of_two_wins_when_both_press_at_once(world: World):
    clients = {name: world.sign_in(name) for name in ("rep", "rep2")}
    for _round in range(8):
        request = world.contact_request()
        urls = [button(client, request) for client in clients.values()]

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(post, clients.values(), urls))

        went = dict(zip(clients, answers, strict=True))
        winners = [world.staff[name] for name, answer in went.items() if answer.location == at(request)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert winners == [state(world, request).assignee_id]
    assert events(world) == ["contact_request_taken"] * 8

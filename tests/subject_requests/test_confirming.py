"""The person's link: looking never acts, one of many acts, five wrong words lock, and one page for every bad link."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, update

from dashboard.services.requests import links
from models import RequestLink, SubjectRequest, utcnow
from tests.subject_requests.visits import awaiting, events, form_token, link, request, send
from tests.world import World

CONFIRM = "/privacy/confirm/"
HERE, NOT_ME = CONFIRM + "{}", CONFIRM + "{}/not-me"
ROOMS = ("/privacy/confirm/{}", "/privacy/requests/{}", "/privacy/requests/{}/progress", "/privacy/certificate/{}")


def test_nothing_happens_when_a_scanner_looks_a_hundred_times(world: World):
    request_id = awaiting(world)
    url = HERE.format(link(world, request_id))
    client = world.app.test_client()

    statuses = {client.open(url, method=method).status_code for method in ("GET", "HEAD") for _ in range(50)}

    assert statuses == {200}
    assert request(world, request_id).state == "awaiting_validation"
    assert world.all(select(RequestLink.wrong_words, RequestLink.used_at)) == [(0, None)]


@pytest.mark.parametrize(
    ("kind", "word", "heading"),
    [
        ("removal", "remove", "Shall we remove all your data?"),
        ("retrieval", " KOPIE ", "Shall we give you a copy of your data?"),
        ("overview", "Show", "Shall we show you what we have about you?"),
    ],
)
def test_request_is_validated_when_the_word_is_typed(world: World, kind: str, word: str, heading: str):
    request_id = awaiting(world, kind=kind)
    url = HERE.format(link(world, request_id))

    page = world.app.test_client().get(url)
    answer = send(world, url, word=word)

    assert f"<h1>{heading}</h1>" in page.text
    assert answer.status_code == 303
    assert "/privacy/requests/" in answer.headers["Location"]
    assert (request(world, request_id).state, request(world, request_id).validated_how) == ("validated", "link")
    assert ("request_confirmed", "link") in events(world)
    assert "Being done" in world.app.test_client().get(answer.headers["Location"]).text


def test_nothing_happens_when_the_word_is_wrong(world: World):
    request_id = awaiting(world)
    url = HERE.format(link(world, request_id))

    answer = send(world, url, word="yes")

    assert answer.status_code == 200
    assert "Type REMOVE to go on. Nothing has been removed." in answer.text
    assert 'value="yes"' in answer.text
    assert request(world, request_id).validated_at is None


def test_link_is_locked_when_five_words_were_wrong(world: World):
    request_id = awaiting(world)
    url = HERE.format(link(world, request_id))

    statuses = [send(world, url, word="wrong").status_code for _ in range(4)]
    client = world.app.test_client()
    token = form_token(client.get(url))
    fifth = client.post(url, data={"form_token": token, "word": "wrong"})
    right = client.post(url, data={"form_token": token, "word": "REMOVE"})

    assert statuses == [200] * 4
    assert (fifth.status_code, right.status_code) == (404, 404)
    assert fifth.data == right.data
    assert request(world, request_id).validated_at is None


def test_one_acts_when_fifty_confirm_at_once(world: World):
    request_id = awaiting(world)
    url = HERE.format(link(world, request_id))
    token = form_token(world.app.test_client().get(url))
    gate = Barrier(50)

    def press(_: int) -> int:
        gate.wait()
        return world.app.test_client().post(url, data={"form_token": token, "word": "REMOVE"}).status_code

    with ThreadPoolExecutor(50) as pool:
        statuses = sorted(pool.map(press, range(50)))

    assert statuses == [303] + [404] * 49
    assert [event for event in events(world) if event[0] == "request_confirmed"] == [("request_confirmed", "link")]


def test_request_ends_and_names_nobody_when_it_was_not_them(world: World):
    request_id = awaiting(world)
    token = link(world, request_id)

    answer = send(world, NOT_ME.format(token), shown_at=HERE.format(token))

    ended = request(world, request_id)
    assert answer.status_code == 200
    assert (ended.state, ended.outcome, ended.email, ended.email_key) == ("withdrawn", "not_me", None, None)
    assert world.app.test_client().get(HERE.format(token)).status_code == 404


def test_nothing_happens_when_the_forms_token_is_missing(world: World):
    request_id = awaiting(world)
    token = link(world, request_id)
    client = world.app.test_client()

    answers = [client.post(HERE.format(token), data={"word": "REMOVE"}), client.post(NOT_ME.format(token))]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "Nothing has happened" in answers[0].text
    assert request(world, request_id).state == "awaiting_validation"


@pytest.fixture
def bad_tokens(world: World) -> list[str]:
    """Links that do not work, each for another reason: on every room."""
    request_id = awaiting(world)
    good = link(world, request_id)
    used, late, locked = (link(world, request_id) for _ in range(3))
    with world.app.app_context(), world.system() as session:
        for token, change in (
            (used, {"used_at": utcnow()}),
            (late, {"ends_at": utcnow()}),
            (locked, {"wrong_words": 5}),
        ):
            session.execute(update(RequestLink).where(RequestLink.token_hash == links.hashed(token)).values(**change))
        session.commit()
    foreign = link(world, request_id, links.DOWNLOAD)
    return [
        used,
        late,
        locked,
        foreign,
        "A" * 43,
        good[:-1],
        good + "A",
        "%00",
        "9" * 900,
        "a/b",
        "a//b",
        "%FF",
        "é",
        ".",
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_one_page_answers_when_a_link_does_not_work(world: World, bad_tokens: list[str], room: str):
    client = world.app.test_client()

    gets = [client.get(room.format(token)) for token in bad_tokens]
    posts = [client.post(room.format(token), data={"word": "REMOVE"}) for token in bad_tokens]

    assert {answer.status_code for answer in [*gets, *posts]} == {404}
    assert len({answer.data for answer in [*gets, *posts]}) == 1
    assert "This link does not work (any more)" in gets[0].text
    assert {row.state for row in world.all(select(SubjectRequest.state))} == {"awaiting_validation"}


def test_every_room_answers_alike_when_a_link_does_not_work(world: World, bad_tokens: list[str]):
    client = world.app.test_client()
    urls = [room.format("A" * 43) for room in (*ROOMS, NOT_ME)] + ["/privacy/confirm/", "/privacy/nothing"]

    answers = [client.open(url, method=method) for url in urls for method in ("GET", "POST")]

    assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}


def test_page_says_that_it_is_one_request_when_it_was_asked_twice(world: World):
    once, twice = awaiting(world, "a@x.example"), awaiting(world, "b@x.example", times_asked=2)

    pages = [world.app.test_client().get(HERE.format(link(world, each))).text for each in (once, twice)]

    assert ["It is one request" in page for page in pages] == [False, True]


def test_no_personal_value_stands_on_the_page_when_it_is_read(world: World):
    account = world.account()
    request_id = awaiting(world, account.email)

    page = world.app.test_client().get(HERE.format(link(world, request_id))).text.lower()

    assert "cnry-" not in page
    assert "@x.example" not in page

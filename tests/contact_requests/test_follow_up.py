"""One follow-up: its person for its rep alone, recorded before it is shown."""

import re

import pytest
from sqlalchemy import select

from models import AccessRecord, utcnow
from tests.broken_log import broken_log
from tests.contact_requests.pages import EVERYTHING, LIST, at, events, shown
from tests.world import post

ABSENT = "a" * 26
BAD_IDS = ["1", "-1", "0", "A" * 26, "a" * 25, "a" * 27, "a" * 5000, "%00", "a%00b", "9" * 400, "%F0%9F%94%91", "'--"]


def bare(answer) -> str:
    """Return an answer without what differs by request: nonce and form tokens."""
    text = re.sub(r'nonce="[^"]*"', "", answer.text)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def test_name_address_and_number_are_shown_when_the_follow_up_is_mine(world):
    mine, theirs = world.contact_request(assignee="rep"), world.contact_request("b", assignee="rep2")
    client = world.sign_in("rep")

    answer = client.get(at(mine))

    assert shown(answer) == EVERYTHING
    assert shown(answer, "b") == set()
    assert f"you follow up submission C-{mine.number}" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert theirs.id not in answer.text


def test_the_look_is_recorded_without_a_value_when_it_is_shown(world):
    mine = world.contact_request(assignee="rep")

    world.sign_in("rep").get(at(mine))

    (line,) = world.all(select(AccessRecord.__table__))
    assert (line.event, line.case_ref, line.fields) == ("contact_request_seen", f"C-{mine.number}", "name,email,phone")
    assert (line.subject_key, line.count, line.role) == (mine.id, 1, "rep")
    assert "cnry-" not in str(line).lower()


@pytest.mark.parametrize("state", ["free", "theirs", "closed by them"])
def test_a_follow_up_is_like_an_absent_one_when_it_is_not_mine(world, state):
    facts = {"closed_at": utcnow(), "outcome": "answered"} if state == "closed by them" else {}
    other = world.contact_request(assignee="" if state == "free" else "rep2", **facts)
    client = world.sign_in("rep")

    foreign, absent = client.get(at(other)), client.get(f"{LIST}{ABSENT}")

    assert foreign.status_code == absent.status_code == 404
    assert bare(foreign) == bare(absent)
    assert shown(foreign) == set()
    assert events(world) == ["access_refused", "access_refused"]


@pytest.mark.parametrize("verb", ["", "/take", "/attempts", "/attempts/undo", "/answer", "/close", "/release"])
def test_an_id_is_the_same_404_when_it_is_unusable(world, verb):
    client = world.sign_in("rep")
    ask = client.get if not verb else lambda url: post(client, url)

    absent = ask(f"{LIST}{ABSENT}{verb}")
    answers = [ask(f"{LIST}{bad}{verb}") for bad in BAD_IDS]

    assert {answer.status_code for answer in answers} == {404}
    assert {bare(answer) for answer in answers} == {bare(absent)}


@pytest.mark.parametrize("name", ["support", "sysadmin", "compliance"])
def test_a_follow_up_is_refused_when_the_role_is_another(world, name):
    mine = world.contact_request(assignee="rep")
    client = world.sign_in(name)

    answer = client.get(at(mine))

    assert answer.status_code == 403
    assert shown(answer) == set()
    assert events(world) == ["access_refused"]


def test_nothing_is_shown_when_the_look_cannot_be_recorded(world):
    mine = world.contact_request(assignee="rep")
    client = world.sign_in("rep")

    with broken_log(world):
        answer = client.get(at(mine))

    assert answer.status_code == 503
    assert "cnry-" not in answer.text.lower()
    assert "We cannot record looks right now" in answer.text
    assert shown(client.get(at(mine))) == EVERYTHING


@pytest.mark.parametrize(
    ("ending", "words"), [("close", "because the case was closed"), ("release", "because you released the case")]
)
def test_the_former_assignee_is_told_when_their_access_has_ended(world, ending, words):
    mine = world.contact_request(assignee="rep", permission="no", permission_asked_at=utcnow())
    client = world.sign_in("rep")
    post(client, at(mine, ending), outcome="answered", reason="no_time")

    mine_again, colleague = client.get(at(mine)), world.sign_in("rep2").get(at(mine))
    sent = post(client, at(mine, "attempts"), channel="phone", result="reached")

    assert mine_again.status_code == colleague.status_code == sent.status_code == 404
    assert "Your access has ended" in mine_again.text
    assert words in mine_again.text
    assert words in sent.text
    assert "Your access has ended" not in colleague.text
    assert shown(mine_again) == shown(colleague) == set()


def test_a_page_tells_nothing_about_a_person_outside_its_body_when_it_is_shown(world):
    mine = world.contact_request(assignee="rep")

    answer = world.sign_in("rep").get(at(mine))

    title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)
    crumbs = re.search(r'class="crumbs".*?</nav>', answer.text, re.DOTALL)
    assert title is not None
    assert crumbs is not None
    assert "cnry-" not in (title[1] + crumbs[0]).lower()
    assert "cnry-" not in str(answer.headers).lower()
    assert not re.search(r'(href|action)="[^"]*cnry', answer.text, re.IGNORECASE)

"""One set-up: three fields of one account, for a reason, for seven days or until the first sign-in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccessRecord, Account, OnboardingCase, utcnow
from tests.broken_log import broken_log
from tests.onboarding.pages import EVERYTHING, LIST, at, events, newcomer, shown, state
from tests.world import post

ABSENT = "a" * 26
BAD_IDS = ["1", "-1", "A" * 26, "a" * 25, "a" * 27, "a" * 5000, "%00", "a%00b", "9" * 400, "%F0%9F%94%91", "'--"]
WHY = {"reason": "find_the_cause"}


def bare(answer) -> str:
    """Return an answer without what differs by request: nonce and form tokens."""
    text = re.sub(r'nonce="[^"]*"', "", answer.text)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


@pytest.fixture
def case(world):
    """A case nobody has, of a person who has not signed in."""
    return world.onboarding(newcomer(world))


@pytest.fixture
def mine(world):
    """A case of sysadmin's, of a person who has not signed in."""
    return world.onboarding(newcomer(world), assignee="sysadmin")


@pytest.fixture
def client(world):
    """Sysadmin's browser."""
    return world.sign_in("sysadmin")


def test_a_reason_is_asked_before_anything_is_shown_when_a_case_is_taken(world, case, client):
    asked = client.get(at(case, "take"))
    refused = post(client, at(case, "take"))

    assert (asked.status_code, refused.status_code) == (200, 200)
    assert shown(asked) == shown(refused) == set()
    assert "Why do you take it?" in asked.text
    assert "Choose a reason." in refused.text
    assert state(world, case).assignee_id is None
    assert events(world) == []


def test_the_three_fields_appear_when_a_case_is_taken_with_a_reason(world, case, client):
    taken = post(client, at(case, "take"), **WHY)
    answer = client.get(taken.location)

    row = state(world, case)
    assert shown(answer) == EVERYTHING
    assert "first sign-in, closing, or" in answer.text
    assert (row.taken_because, row.ends_at - row.taken_at) == ("find_the_cause", timedelta(days=7))
    assert events(world) == ["onboarding_taken", "onboarding_seen"]


def test_the_look_is_recorded_without_a_value_when_it_is_shown(world, mine, client):
    client.get(at(mine))

    (line,) = world.all(select(AccessRecord.__table__))
    assert (line.event, line.table, line.fields) == ("onboarding_seen", "account", "first_name,last_name,email")
    assert (line.subject_key, line.count, line.case_ref) == (mine.account_id, 1, f"O-{mine.number}")
    assert "cnry-" not in str(line).lower()


def test_seven_days_do_not_start_again_when_my_own_case_is_taken_again(world, mine, client):
    before = state(world, mine)

    answer = post(client, at(mine, "take"), **WHY)

    assert answer.location == at(mine)
    assert state(world, mine) == before
    assert client.get(at(mine, "take")).location == at(mine)


@pytest.mark.parametrize("over", ["first sign-in", "other account"])
def test_the_fields_are_gone_when_the_person_has_signed_in(world, mine, client, over):
    other = newcomer(world, "b")
    if over == "first sign-in":
        world.set(Account, mine.account_id, first_sign_in_at=utcnow())

    answer = client.get(at(mine))

    assert answer.status_code == 200
    assert shown(answer, "b") == set()
    assert shown(answer) == (set() if over == "first sign-in" else EVERYTHING)
    assert ("The set-up is over." in answer.text) == (over == "first sign-in")
    assert other.id not in answer.text


def test_access_has_ended_when_seven_days_are_over(world, case, client):
    post(client, at(case, "take"), **WHY)
    past = utcnow() - timedelta(days=8)
    with world.app.app_context(), world.system() as session:
        session.query(AccessRecord).update({"at": past})
        session.commit()
    world.set(OnboardingCase, case.id, taken_at=past, ends_at=past + timedelta(days=7))

    answer, colleague = client.get(at(case)), world.sign_in("sysadmin2").get(at(case))

    assert answer.status_code == colleague.status_code == 404
    assert shown(answer) == shown(colleague) == set()
    assert "because its seven days were over" in answer.text
    assert "Your access" not in colleague.text


def test_no_ending_is_told_when_the_case_left_other_hands_by_my_deed(world, mine):
    other = world.sign_in("sysadmin2")
    post(other, f"/admin/staff/{world.staff['sysadmin']}/deactivate")
    other.get("/admin/")  # where the notice of it is read

    answer, absent = other.get(at(mine)), other.get(LIST + ABSENT)

    assert events(world)[:2] == ["staff_deactivated", "onboarding_released"]
    assert answer.status_code == 404
    assert bare(answer) == bare(absent)


@pytest.mark.parametrize("name", ["sysadmin", "sysadmin2"])
def test_a_case_can_be_taken_with_a_new_reason_when_its_seven_days_are_over(world, name):
    past = utcnow() - timedelta(days=1)
    case = world.onboarding(newcomer(world), assignee="sysadmin", taken_at=past - timedelta(days=7), ends_at=past)

    answer = post(world.sign_in(name), at(case, "take"), reason="handed_on")

    row = state(world, case)
    assert answer.location == at(case)
    assert (row.assignee_id, row.taken_because) == (world.staff[name], "handed_on")
    assert row.ends_at > utcnow()


@pytest.mark.parametrize("whose", ["", "sysadmin2"])
def test_a_case_is_like_an_absent_one_when_it_is_not_mine(world, client, whose):
    case = world.onboarding(newcomer(world), assignee=whose)

    foreign, absent = client.get(at(case)), client.get(f"{LIST}{ABSENT}")

    assert foreign.status_code == absent.status_code == 404
    assert bare(foreign) == bare(absent)
    assert events(world) == ["access_refused", "access_refused"]


@pytest.mark.parametrize("verb", ["", "/take", "/close", "/release"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_id_is_the_same_404_when_it_is_unusable(client, verb, method):
    ask = client.get if method == "get" else lambda url: post(client, url, **WHY)

    absent = ask(f"{LIST}{ABSENT}{verb}")
    answers = [ask(f"{LIST}{bad}{verb}") for bad in BAD_IDS]

    assert {answer.status_code for answer in answers} == {404}
    assert {bare(answer) for answer in answers} == {bare(absent)}


@pytest.mark.parametrize("name", ["rep", "support", "compliance"])
def test_a_case_is_refused_when_the_role_is_another(world, mine, name):
    client = world.sign_in(name)

    answers = [client.get(at(mine)), post(client, at(mine, "take"), **WHY), post(client, at(mine, "close"))]

    assert {answer.status_code for answer in answers} == {403}
    assert not any(shown(answer) for answer in answers)


def test_nothing_is_shown_when_the_look_cannot_be_recorded(world, mine, client):
    with broken_log(world):
        answer = client.get(at(mine))

    assert answer.status_code == 503
    assert "cnry-" not in answer.text.lower()
    assert shown(client.get(at(mine))) == EVERYTHING


def test_nothing_is_taken_when_it_cannot_be_recorded(world, case, client):
    with broken_log(world):
        answer = post(client, at(case, "take"), **WHY)

    assert answer.status_code == 503
    assert state(world, case).assignee_id is None


@pytest.mark.parametrize(
    ("verb", "sent", "words"),
    [
        ("close", {"outcome": "set_up"}, "because the case was closed"),
        ("release", {"reason": "needs_the_company"}, "because you released the case"),
    ],
)
def test_access_ends_at_once_when_a_case_is_ended(world, mine, client, verb, sent, words):
    client.get(at(mine))

    answer = post(client, at(mine, verb), **sent)
    told, after = client.get(answer.location), client.get(at(mine))

    row = state(world, mine)
    assert answer.location == LIST
    assert "Your access to its person has ended." in told.text
    assert words in after.text
    assert shown(after) == set()
    assert (row.closed_at is None, row.assignee_id is None) == (verb == "release", verb == "release")


@pytest.mark.parametrize(
    ("verb", "sent", "message"),
    [
        ("close", {}, "Choose how it ended."),
        ("close", {"outcome": "x" * 5000}, "Choose how it ended."),
        ("release", {}, "Choose a reason."),
        ("release", {"reason": "set_up"}, "Choose a reason."),
    ],
)
def test_a_case_stays_mine_when_its_form_is_amiss(world, mine, client, verb, sent, message):
    before = state(world, mine)

    answer = post(client, at(mine, verb), **sent)

    assert answer.status_code == 200
    assert message in answer.text
    assert shown(answer) == EVERYTHING
    assert state(world, mine) == before
    assert events(world) == ["onboarding_seen"]


@pytest.mark.parametrize(("verb", "sent"), [("close", {"outcome": "set_up"}), ("release", {"reason": "no_time"})])
def test_a_colleague_changes_nothing_when_the_case_is_not_theirs(world, mine, verb, sent):
    before = state(world, mine)

    answer = post(world.sign_in("sysadmin2"), at(mine, verb), **sent)

    assert answer.status_code == 404
    assert state(world, mine) == before
    assert events(world) == ["access_refused"]


def test_one_of_two_wins_when_both_take_at_once(world):
    clients = {name: world.sign_in(name) for name in ("sysadmin", "sysadmin2")}

    def take(name: str, case: OnboardingCase) -> str:
        return post(clients[name], at(case, "take"), **WHY).location or ""

    for _round in range(6):
        case = world.onboarding(newcomer(world))
        with ThreadPoolExecutor(2) as pool:
            went = dict(zip(clients, pool.map(take, clients, [case] * 2), strict=True))
        winners = [world.staff[name] for name, where in went.items() if where == at(case)]
        assert winners == [state(world, case).assignee_id]
    assert events(world).count("onboarding_taken") == 6

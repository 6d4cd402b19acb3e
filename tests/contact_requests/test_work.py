"""Working a follow-up: attempts, the permission question, closing, giving back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.policy import wordings
from models import AccessRecord, ContactAttempt, utcnow
from tests.broken_log import broken_log
from tests.contact_requests.pages import EVERYTHING, LIST, at, attempts, events, shown, state, try_to_reach
from tests.world import post

YES = {"said": "yes", "asked_by": "phone", "language": "nl"}


@pytest.fixture
def mine(world):
    """A follow-up of rep."""
    return world.contact_request(assignee="rep")


@pytest.fixture
def client(world):
    """Rep's browser."""
    return world.sign_in("rep")


def test_an_attempt_is_kept_when_channel_and_result_are_given(world, mine, client):
    answer = post(client, at(mine, "attempts"), channel="email", result="no_answer", known="0")

    assert answer.location == at(mine)
    assert "Attempt 1 is recorded." in client.get(answer.location).text
    assert attempts(world) == [("email", "no_answer")]
    assert events(world)[0] == "contact_attempt_recorded"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose phone or e-mail."),
        ({"channel": "phone"}, "Choose what came of it."),
        ({"channel": "pigeon", "result": "reached"}, "Choose phone or e-mail."),
        ({"channel": "phone", "result": "x" * 9000}, "Choose what came of it."),
        ({"channel": "email", "result": "voicemail"}, "This goes with the phone."),
    ],
)
def test_an_attempt_comes_back_at_its_field_when_something_is_amiss(world, mine, client, sent, message):
    answer = post(client, at(mine, "attempts"), **sent)

    assert answer.status_code == 200
    assert message in answer.text
    assert "1 thing needs your attention" in answer.text
    assert shown(answer) == EVERYTHING
    assert attempts(world) == []
    assert events(world) == ["contact_request_seen"]


def test_what_was_chosen_stays_when_a_form_comes_back(mine, client):
    answer = post(client, at(mine, "attempts"), channel="email", result="voicemail")

    assert 'value="email" checked' in answer.text
    assert 'value="voicemail" checked' in answer.text


def test_an_attempt_counts_once_when_the_form_is_sent_twice(world, mine, client):
    sent = {"channel": "phone", "result": "no_answer", "known": "0"}

    post(client, at(mine, "attempts"), **sent)
    post(client, at(mine, "attempts"), **sent)

    assert attempts(world) == [("phone", "no_answer")]


def test_the_last_attempt_can_be_taken_back_when_it_is_fresh(world, mine, client):
    try_to_reach(world, mine, "no_answer", "wrong_number")

    assert "Take back attempt 2" in client.get(at(mine)).text
    post(client, at(mine, "attempts/undo"))

    assert len(attempts(world)) == 1
    assert events(world)[-1] == "contact_attempt_undone"


@pytest.mark.parametrize("why_not", ["old", "by a colleague", "answered", "none"])
def test_an_attempt_stays_when_it_can_no_longer_be_taken_back(world, client, why_not):
    answered = {"permission": "no", "permission_asked_at": utcnow()} if why_not == "answered" else {}
    mine = world.contact_request(assignee="rep", **answered)
    by = world.staff["rep2" if why_not == "by a colleague" else "rep"]
    made = utcnow() - timedelta(minutes=11 if why_not == "old" else 1)
    if why_not != "none":
        world.add(
            ContactAttempt(contact_request_id=mine.id, staff_id=by, channel="phone", result="reached", made_at=made)
        )

    answer = post(client, at(mine, "attempts/undo"))

    assert "can no longer be taken back" in client.get(answer.location).text
    assert len(attempts(world)) == (why_not != "none")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_exact_wording_is_on_the_page_when_it_is_to_be_read_out(mine, client, language):
    answer = client.get(at(mine))

    assert f'<span lang="{language}">{wordings.wordings()[language]}</span>' in answer.text


def test_the_answer_is_kept_with_its_wording_when_the_person_was_reached(world, mine, client):
    try_to_reach(world, mine, "reached")

    answer = post(client, at(mine, "answer"), **YES)

    row = state(world, mine)
    assert answer.location == at(mine)
    assert (row.permission, row.permission_channel, row.permission_wording) == ("yes", "phone", "1-nl")
    assert events(world) == ["permission_answered"]


def test_each_answer_stands_in_the_log_when_it_is_changed(world, mine, client):
    try_to_reach(world, mine, "reached")

    for said in ("no", "yes"):
        post(client, at(mine, "answer"), **{**YES, "said": said})

    lines = select(AccessRecord.event, AccessRecord.reason).order_by(AccessRecord.number)
    assert state(world, mine).permission == "yes"
    assert [tuple(row) for row in world.all(lines)] == [("permission_answered", "no"), ("permission_answered", "yes")]


@pytest.mark.parametrize(
    ("tried", "sent", "message"),
    [
        (["reached"], {}, "Choose what the person said."),
        (["reached"], {**YES, "said": "perhaps"}, "Choose what the person said."),
        (["reached"], {**YES, "asked_by": ""}, "Choose how you asked."),
        (["reached"], {**YES, "language": ""}, "Choose the wording you used."),
        (["reached"], {**YES, "language": "fr"}, "Choose the wording you used."),
        (["no_answer"], YES, "First record the attempt that reached the person."),
        (["no_answer"] * 2, {"said": "not_reached"}, "counts after three attempts"),
        (["no_answer"] * 2 + ["reached"], {"said": "not_reached"}, "You reached the person"),
    ],
)
def test_an_answer_comes_back_at_its_field_when_it_cannot_be(world, mine, client, tried, sent, message):
    try_to_reach(world, mine, *tried)

    answer = post(client, at(mine, "answer"), **sent)

    assert answer.status_code == 200
    assert message in answer.text
    assert state(world, mine).permission is None


def test_not_reached_counts_without_wording_when_three_attempts_failed(world, mine, client):
    try_to_reach(world, mine, "no_answer", "voicemail", "no_answer")

    post(client, at(mine, "answer"), said="not_reached", asked_by="phone", language="en")

    row = state(world, mine)
    assert (row.permission, row.permission_channel, row.permission_wording) == ("not_reached", None, None)


def test_a_follow_up_stays_open_when_the_question_was_not_asked(world, mine, client):
    try_to_reach(world, mine, "reached")

    answer = post(client, at(mine, "close"), outcome="answered")

    assert "Ask the permission question first." in answer.text
    assert state(world, mine).closed_at is None


def test_a_follow_up_closes_when_the_question_was_answered(world, mine, client):
    try_to_reach(world, mine, "reached")
    post(client, at(mine, "answer"), **YES)

    answer = post(client, at(mine, "close"), outcome="appointment")
    after = client.get(answer.location)

    row = state(world, mine)
    assert answer.location == LIST
    assert "Your access to its person has ended." in after.text
    assert (row.outcome, row.closed_at is not None) == ("appointment", True)
    assert shown(client.get(at(mine))) == set()


@pytest.mark.parametrize(
    ("permission", "outcome", "message"),
    [
        ("no", "", "Choose how it ended."),
        ("no", "solved", "Choose how it ended."),
        ("no", "not_reached", "does not go with the answer"),
        ("not_reached", "appointment", "does not go with the answer"),
    ],
)
def test_a_follow_up_stays_open_when_the_outcome_does_not_fit(world, client, permission, outcome, message):
    mine = world.contact_request(assignee="rep", permission=permission, permission_asked_at=utcnow())

    answer = post(client, at(mine, "close"), outcome=outcome)

    assert message in answer.text
    assert state(world, mine).closed_at is None


def test_a_submission_goes_back_when_a_reason_is_given(world, mine, client):
    client.get(at(mine))

    answer = post(client, at(mine, "release"), reason="know_the_person")

    (line,) = world.all(select(AccessRecord.reason).where(AccessRecord.event == "contact_request_released"))
    assert answer.location == LIST
    assert line.reason == "know_the_person"
    assert state(world, mine).assignee_id is None
    assert shown(client.get(at(mine))) == set()


@pytest.mark.parametrize("reason", ["", "because", "x" * 5000])
@pytest.mark.parametrize("tried", [[], ["no_answer"]])
def test_a_submission_stays_mine_when_no_reason_is_given(world, mine, client, reason, tried):
    try_to_reach(world, mine, *tried)

    answer = post(client, at(mine, "release"), reason=reason)

    assert "Choose a reason." in answer.text
    assert state(world, mine).assignee_id == world.staff["rep"]


WORK = {
    "attempts": {"channel": "phone", "result": "reached"},
    "attempts/undo": {},
    "answer": YES,
    "close": {"outcome": "answered"},
    "release": {"reason": "no_time"},
}


@pytest.mark.parametrize("verb", WORK)
def test_a_colleague_changes_nothing_when_the_follow_up_is_not_theirs(world, mine, verb):
    try_to_reach(world, mine, "reached")
    before = (state(world, mine), attempts(world))

    answer = post(world.sign_in("rep2"), at(mine, verb), **WORK[verb])

    assert answer.status_code == 404
    assert shown(answer) == set()
    assert (state(world, mine), attempts(world)) == before
    assert events(world) == ["access_refused"]


@pytest.mark.parametrize("verb", WORK)
def test_nothing_changes_when_the_change_cannot_be_recorded(world, client, verb):
    answered = {"permission": "no", "permission_asked_at": utcnow()} if verb == "close" else {}
    mine = world.contact_request(assignee="rep", **answered)
    try_to_reach(world, mine, "reached")
    before = (state(world, mine), attempts(world))

    with broken_log(world):
        answer = post(client, at(mine, verb), **WORK[verb])

    assert answer.status_code == 503
    assert "cnry-" not in answer.text.lower()
    assert (state(world, mine), attempts(world)) == before


@pytest.mark.parametrize("verb", WORK)
def test_nothing_changes_when_a_form_comes_without_its_token(world, mine, client, verb):
    before = state(world, mine)

    answer = client.post(at(mine, verb), data=WORK[verb])

    assert answer.status_code == 400
    assert state(world, mine) == before

"""Seeing further back: asked with a reason, decided by a second engineer, for this opening only (P37)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import Staff, TraceOpening, TraceWidening, utcnow
from tests.tickets.conftest import Case
from tests.tickets.pages import HOME, at, button, events, happened, open_trace, openings, person_in, record, traced
from tests.world import post

DECIDE = "/admin/tickets/widenings/"


@pytest.fixture
def asked(case: Case):
    """The case, with its trace open and three days asked for."""
    open_trace(case.client, case.ticket)
    ask(case)
    return case


def ask(case: Case, hours: str = "72", reason: str = "sequence"):
    """Ask for a wider window."""
    return post(case.client, at(case.ticket, "trace/wider"), hours=hours, reason=reason)


def widenings(case: Case):
    """Return every request, oldest first."""
    return case.world.all(select(TraceWidening.__table__).order_by(TraceWidening.asked_at))


def decide(client, case: Case, agree: str = "yes"):
    """Decide on the last request."""
    return post(client, DECIDE + widenings(case)[-1].id, agree=agree)


def window(case: Case) -> timedelta:
    """Return how long the window is."""
    opening = openings(case.world)[-1]
    return opening.window_until - opening.window_from


def test_a_request_stands_on_the_desk_of_a_second_engineer_when_it_is_asked(asked: Case):
    second = asked.world.sign_in("support2")

    desk, own = second.get(HOME), asked.client.get(HOME)

    assert "See the trace 72 hours back" in desk.text
    assert DECIDE + widenings(asked)[0].id in desk.text
    assert person_in(desk) == set()
    assert DECIDE not in own.text
    assert "Waiting for a second engineer" in asked.client.get(at(asked.ticket, "trace")).text


def test_a_request_is_recorded_when_it_is_asked(asked: Case):
    line, request = record(asked.world, "widening_asked"), widenings(asked)[0]

    assert (line.case_ref, line.reason, line.count) == (f"T-{asked.ticket.number}", "sequence", 72)
    assert (request.hours, request.reason, request.asked_by) == (72, "sequence", asked.world.staff["support"])
    assert (request.decided_at, window(asked)) == (None, timedelta(hours=24))


def test_the_window_grows_when_a_second_engineer_agrees(asked: Case, neighbour):
    happened(asked.world, asked.account, asked.error, third=71, fourth=73)
    happened(asked.world, neighbour, asked.error, strange=60)
    second = asked.world.sign_in("support2")
    url = button(second, HOME, DECIDE + widenings(asked)[0].id)

    answer = post(second, url, agree="yes")
    page = asked.client.get(at(asked.ticket, "trace"))

    assert answer.status_code == 303
    assert traced(page) == ["near", "far", "beyond", "third"]
    assert "Widened, agreed by a second engineer" in page.text
    assert (record(asked.world, "widening_agreed").staff_id, widenings(asked)[0].decided_by) == (
        asked.world.staff["support2"], asked.world.staff["support2"],
    )  # fmt: skip
    assert second.get(at(asked.ticket, "trace")).status_code == 404


def test_the_window_stays_when_a_second_engineer_refuses(asked: Case):
    decide(asked.world.sign_in("support2"), asked, "no")

    page = asked.client.get(at(asked.ticket, "trace"))

    assert traced(page) == ["near", "far"]
    assert (widenings(asked)[0].agreed, window(asked)) == (False, timedelta(hours=24))
    assert "Widened" not in page.text
    assert record(asked.world, "widening_refused").count == 72


def test_a_wider_window_is_still_named_when_a_later_request_is_refused(asked: Case):
    second = asked.world.sign_in("support2")
    decide(second, asked)
    ask(asked, "168")
    decide(second, asked, "no")

    page = asked.client.get(at(asked.ticket, "trace"))

    assert "Widened, agreed by a second engineer" in page.text
    assert window(asked) == timedelta(hours=72)


def test_a_wide_window_never_shrinks_when_less_is_agreed_later(asked: Case):
    second = asked.world.sign_in("support2")
    decide(second, asked)
    ask(asked, "48")

    decide(second, asked)

    assert window(asked) == timedelta(hours=72)


def test_my_own_request_is_a_recorded_404_when_i_decide_it(asked: Case):
    answer = decide(asked.client, asked)

    assert answer.status_code == 404
    assert (widenings(asked)[0].decided_at, window(asked)) == (None, timedelta(hours=24))
    assert events(asked.world)[-1] == "access_refused"


def test_the_database_refuses_when_one_person_asks_and_decides(asked: Case):
    with pytest.raises(IntegrityError):
        asked.world.set(TraceWidening, widenings(asked)[0].id, decided_by=asked.world.staff["support"])


def test_a_request_is_decided_once_when_it_is_decided_twice(asked: Case):
    second = asked.world.sign_in("support2")
    url = button(second, HOME, DECIDE + widenings(asked)[0].id)
    post(second, url, agree="no")

    again = post(second, url, agree="yes")
    told = second.get(again.location)
    guessed = post(second, url.partition("?")[0], agree="yes")

    assert (again.status_code, guessed.status_code) == (303, 404)
    assert f"For T-{asked.ticket.number} there is nothing left to decide." in told.text
    assert (widenings(asked)[0].agreed, window(asked)) == (False, timedelta(hours=24))


def test_one_decision_counts_when_two_engineers_decide_at_once(asked: Case, race):
    asked.world.staff["support3"] = asked.world.add(Staff(email="s3@demo.example", name="S3", role="support")).id
    clients = [asked.world.sign_in(name) for name in ("support2", "support3")]

    answers = race(lambda: decide(clients[0], asked, "yes"), lambda: decide(clients[1], asked, "no"))

    assert sorted(answer.status_code for answer in answers) == [303, 404]
    assert len([e for e in events(asked.world) if e in {"widening_agreed", "widening_refused"}]) == 1
    assert window(asked) == timedelta(hours=72 if widenings(asked)[0].agreed else 24)


@pytest.mark.parametrize("ended", [{"ended_at": utcnow(), "ended_because": "closed"}, {"ends_at": utcnow()}])
def test_nothing_is_left_to_decide_when_the_trace_has_ended(asked: Case, ended):
    asked.world.set(TraceOpening, openings(asked.world)[0].id, **ended)
    second = asked.world.sign_in("support2")

    answer = decide(second, asked)

    assert answer.status_code == 404
    assert "See the trace 72 hours back" not in second.get(HOME).text
    assert window(asked) == timedelta(hours=24)


def test_a_wider_window_is_for_its_opening_only_when_the_trace_is_opened_anew(asked: Case):
    decide(asked.world.sign_in("support2"), asked)
    wide = traced(asked.client.get(at(asked.ticket, "trace")))
    post(asked.client, at(asked.ticket, "release"), reason="no_time")
    post(asked.client, at(asked.ticket, "take"))

    page = open_trace(asked.client, asked.ticket)

    assert (wide, traced(page)) == (["near", "far", "beyond"], ["near", "far"])
    assert "Widened" not in page.text


@pytest.mark.parametrize(
    ("hours", "reason", "message"),
    [
        ("", "sequence", "Choose how far back."),
        ("24", "sequence", "Choose how far back."),
        ("-48", "sequence", "Choose how far back."),
        ("９９", "sequence", "Choose how far back."),
        ("9" * 400, "sequence", "Choose how far back."),
        ("48", "", "Choose a reason."),
        ("48", "own_words", "Choose a reason."),
    ],
)
def test_nothing_is_asked_when_hours_or_reason_are_none(case: Case, hours, reason, message):
    open_trace(case.client, case.ticket)

    answer = ask(case, hours, reason)

    assert (answer.status_code, message in answer.text) == (200, True)
    assert traced(answer) == ["near", "far"]
    assert widenings(case) == []


def test_one_request_waits_when_it_is_asked_twice(asked: Case):
    answer = ask(asked, "168")

    assert answer.status_code == 303
    assert [request.hours for request in widenings(asked)] == [72]
    assert events(asked.world).count("widening_asked") == 1


def test_nothing_can_be_asked_when_no_trace_is_open(case: Case):
    answer = ask(case)

    assert answer.status_code == 404
    assert widenings(case) == []


@pytest.mark.parametrize("name", ["rep", "sysadmin", "compliance"])
def test_deciding_is_refused_when_the_role_is_another(asked: Case, name):
    answer = decide(asked.world.sign_in(name), asked)

    assert answer.status_code == 403
    assert widenings(asked)[0].decided_at is None

"""Close, release, hand over: each ends everything at the next read, and says so to the one who had it, alone."""

from datetime import timedelta

import pytest

from models import Staff, Ticket, utcnow
from tests.broken_log import broken_log
from tests.tickets.conftest import Case
from tests.tickets.pages import LIST, PERSON, at, events, open_trace, openings, person_in, record, row, traced
from tests.world import World, post

ENDINGS = {
    "close": ({"reason": "solved"}, "ticket_closed", "closed", "because the case was closed"),
    "release": ({"reason": "no_time"}, "ticket_released", "released", "because you released the case"),
    "hand-over": ({}, "ticket_handed_over", "handed_over", "because the case was given to someone else"),
}


def end(world: World, client, ticket, verb: str):
    """End an engineer's hold on a ticket; handing over goes to support2."""
    return post(client, at(ticket, verb), colleague=world.staff["support2"], **ENDINGS[verb][0])


@pytest.mark.parametrize("verb", ENDINGS)
def test_person_and_trace_are_gone_at_the_next_read_when_it_ends(case: Case, neighbour, verb):
    open_trace(case.client, case.ticket)
    theirs = case.world.opening(
        case.world.error_ticket(neighbour, assignee="support2"), engineer="support2", until=utcnow()
    )

    answer = end(case.world, case.client, case.ticket, verb)
    pages = [
        case.client.get(url) for url in (at(case.ticket), at(case.ticket, "trace"), at(case.ticket, "trace/alive"))
    ]

    mine, other = sorted(openings(case.world), key=lambda o: o.id == theirs.id)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert [page.status_code for page in pages] == [404] * 3
    assert [person_in(page) for page in pages] == [set()] * 3
    assert not any(traced(page) for page in pages)
    assert person_in(case.client.get("/admin/accounts/")) == set()
    assert (mine.ended_because, mine.ended_at is not None) == (ENDINGS[verb][2], True)
    assert (other.ended_at, other.ended_because) == (None, None)


@pytest.mark.parametrize("verb", ENDINGS)
def test_ending_is_said_to_the_former_assignee_alone_when_they_look_again(case: Case, verb):
    end(case.world, case.client, case.ticket, verb)
    case.world.set(Ticket, case.ticket.id, assignee_id=None)
    other = case.world.sign_in("support2")
    absent = other.get(f"{LIST}{'a' * 26}")

    mine, theirs = case.client.get(at(case.ticket)), other.get(at(case.ticket))

    assert "Your access has ended" in mine.text
    assert ENDINGS[verb][3] in mine.text
    assert person_in(mine) == set()
    assert theirs.status_code == 404
    assert "ended" not in theirs.text
    assert len(theirs.data) == len(absent.data)


@pytest.mark.parametrize(
    ("verb", "reason"), [("close", "solved"), ("release", "no_time"), ("hand-over", "handed_over")]
)
def test_ending_is_recorded_with_its_reason_when_it_is_done(case: Case, verb, reason):
    end(case.world, case.client, case.ticket, verb)

    line = record(case.world, ENDINGS[verb][1])
    assert (line.case_ref, line.reason, line.staff_id) == (
        f"T-{case.ticket.number}", reason, case.world.staff["support"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "reason"), [("close", ""), ("close", "no_time"), ("release", "solved"), ("release", "x" * 999)]
)
def test_nothing_ends_when_the_reason_is_no_reason(case: Case, verb, reason):
    open_trace(case.client, case.ticket)

    answer = post(case.client, at(case.ticket, verb), reason=reason)

    assert (answer.status_code, "Choose a reason." in answer.text) == (200, True)
    assert row(case.world, case.ticket).assignee_id == case.world.staff["support"]
    assert openings(case.world)[0].ended_at is None
    assert traced(case.client.get(at(case.ticket, "trace"))) == ["near", "far"]


@pytest.mark.parametrize("who", ["rep", "sysadmin", "support", "left", "nobody", ""])
def test_hand_over_is_refused_when_nobody_in_support_would_get_it(case: Case, who):
    case.world.set(Staff, case.world.staff["support2"], active=False)
    to = {"left": case.world.staff["support2"], "nobody": "a" * 26}.get(who) or case.world.staff.get(who, "")

    answer = post(case.client, at(case.ticket, "hand-over"), colleague=to)

    assert answer.status_code == 200
    assert row(case.world, case.ticket).assignee_id == case.world.staff["support"]
    assert case.client.get(at(case.ticket)).status_code == 200


def test_hand_over_is_refused_when_the_colleague_has_never_come_in(case: Case):
    case.world.set(Staff, case.world.staff["support2"], last_seen_at=None)

    answer = post(case.client, at(case.ticket, "hand-over"), colleague=case.world.staff["support2"])

    assert "Choose a colleague in support." in answer.text
    assert "Support2" not in case.client.get(at(case.ticket)).text
    assert row(case.world, case.ticket).assignee_id == case.world.staff["support"]


def test_colleague_sees_the_person_but_no_trace_when_it_is_handed_over(case: Case):
    open_trace(case.client, case.ticket)
    other = case.world.sign_in("support2")

    end(case.world, case.client, case.ticket, "hand-over")
    page, asked = other.get(at(case.ticket)), other.get(at(case.ticket, "trace"))

    assert person_in(page) == PERSON
    assert "Why do you need the trace?" in asked.text
    assert traced(asked) == []
    assert traced(open_trace(other, case.ticket)) == ["near", "far"]


def test_a_new_reason_is_needed_when_a_released_ticket_is_taken_again(case: Case):
    open_trace(case.client, case.ticket)
    end(case.world, case.client, case.ticket, "release")

    post(case.client, at(case.ticket, "take"))
    page, asked = case.client.get(at(case.ticket)), case.client.get(at(case.ticket, "trace"))

    assert (page.status_code, person_in(page)) == (200, PERSON)
    assert "Why do you need the trace?" in asked.text
    assert traced(asked) == []
    assert traced(open_trace(case.client, case.ticket, "sequence")) == ["near", "far"]
    assert [opening.reason for opening in openings(case.world)] == ["reproduce", "sequence"]


def test_nothing_is_ended_for_me_when_a_colleague_hands_the_ticket_back(case: Case):
    other = case.world.sign_in("support2")
    end(case.world, case.client, case.ticket, "hand-over")

    post(other, at(case.ticket, "hand-over"), colleague=case.world.staff["support"])
    mine, theirs = case.client.get(at(case.ticket)), other.get(at(case.ticket))

    assert (mine.status_code, person_in(mine)) == (200, PERSON)
    assert "given to someone else" in theirs.text


def test_ending_said_is_the_last_one_when_a_ticket_ended_twice_for_me(case: Case):
    end(case.world, case.client, case.ticket, "release")
    post(case.client, at(case.ticket, "take"))
    end(case.world, case.client, case.ticket, "close")

    answer = case.client.get(at(case.ticket))

    assert "because the case was closed" in answer.text


def test_each_try_on_an_ended_case_is_a_recorded_refusal_when_it_was_mine(case: Case):
    open_trace(case.client, case.ticket)
    end(case.world, case.client, case.ticket, "close")
    before = len(events(case.world))

    answers = [case.client.get(at(case.ticket, page)) for page in ("", "trace")]
    answers.append(post(case.client, at(case.ticket, "finding"), finding="x" * 20))

    line = record(case.world, "access_refused")
    assert {answer.status_code for answer in answers} == {404}
    assert events(case.world)[before:] == ["access_refused"] * 3
    assert (line.reason, line.allowed, line.staff_id) == ("access_ended", False, case.world.staff["support"])


def test_no_refusal_is_recorded_when_an_open_trace_asks_by_itself_after_the_end(case: Case):
    open_trace(case.client, case.ticket)
    end(case.world, case.client, case.ticket, "close")

    answer = case.client.get(at(case.ticket, "trace/alive"))

    assert answer.status_code == 404
    assert "access_refused" not in events(case.world)


def test_the_ending_is_not_told_when_the_try_cannot_be_recorded(case: Case):
    end(case.world, case.client, case.ticket, "close")

    with broken_log(case.world):
        answer = case.client.get(at(case.ticket))

    assert answer.status_code == 503
    assert "Your access has ended" not in answer.text


def test_a_closed_ticket_cannot_be_worked_when_its_engineer_tries(case: Case):
    end(case.world, case.client, case.ticket, "close")
    before = row(case.world, case.ticket)

    answers = [end(case.world, case.client, case.ticket, verb) for verb in ENDINGS]
    answers.append(post(case.client, at(case.ticket, "take")))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert row(case.world, case.ticket) == before


def test_a_second_ticket_keeps_the_person_when_the_first_one_closes(case: Case):
    second = case.world.ticket(case.account, assignee="support", name="second")
    end(case.world, case.client, case.ticket, "close")

    page = case.client.get(at(second))

    assert person_in(page) == PERSON
    assert case.client.get(at(case.ticket, "trace")).status_code == 404


def test_nobody_reads_after_the_answer_when_reading_and_handing_over_race(case: Case, race):
    holder, other = (case.client, "support"), (case.world.sign_in("support2"), "support2")
    for _round in range(6):
        client, to = holder[0], case.world.staff[other[1]]

        _read, given = race(
            lambda c=client: c.get(at(case.ticket)),
            lambda c=client, t=to: post(c, at(case.ticket, "hand-over"), colleague=t),
        )

        assert given.status_code == 303
        assert person_in(client.get(at(case.ticket))) == set()
        holder, other = other, holder


def test_an_opening_has_its_day_and_its_72_hours_when_it_is_made(case: Case):
    open_trace(case.client, case.ticket)
    opened = openings(case.world)[0]

    assert opened.ends_at - opened.opened_at == timedelta(hours=72)
    assert (opened.window_until, opened.window_until - opened.window_from) == (
        case.error.occurred_at,
        timedelta(hours=24),
    )
    assert events(case.world)[-2:] == ["trace_opened", "trace_seen"]

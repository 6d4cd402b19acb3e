"""My work: cases in hand, the queue, what colleagues ask, and finding a case by its number. Never a person."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from models import (
    AccessRecord,
    ContactRequest,
    Heartbeat,
    JobRun,
    OnboardingCase,
    Proposal,
    SubjectRequest,
    Ticket,
    utcnow,
)
from tests.tickets.pages import HOME, at, events
from tests.world import World, post

FIND = "/admin/find"


def free_tickets(world: World, count: int) -> None:
    """Put tickets into the queue."""
    account = world.account()
    world.add(
        *(
            Ticket(
                account_id=account.id, kind="question", written_by="customer", subject="s", body="b",
                unlocked_at=utcnow(), opened_at=utcnow() - timedelta(minutes=count - n),
            )
            for n in range(count)
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("rep", ["Nothing in your hands", "No unassigned cases", "nobody waits"]),
        ("support", ["Nothing in your hands", "No unassigned cases", "nobody waits"]),
        ("sysadmin", ["Nothing in your hands", "No unassigned cases", "none yet"]),
        ("compliance", ["0"]),
    ],
)
def test_a_desk_says_so_when_it_is_empty(world, name, texts):
    answer = world.sign_in(name).get(HOME)

    assert answer.status_code == 200
    assert all(text in answer.text for text in texts)
    assert "No personal data on this page." in answer.text


def test_a_desk_shows_the_oldest_twenty_when_the_queue_is_long(world):
    free_tickets(world, 25)
    numbers = [row.number for row in world.all(select(Ticket.number).order_by(Ticket.number))]

    answer = world.sign_in("support").get(HOME)

    assert [f">T-{n}<" in answer.text for n in numbers] == [True] * 20 + [False] * 5
    assert "More are waiting." in answer.text
    assert "25 min ago" in answer.text
    assert "cnry-" not in answer.text.lower()


def test_a_desk_says_nothing_of_more_when_the_queue_is_exactly_full(world):
    free_tickets(world, 20)

    answer = world.sign_in("support").get(HOME)

    assert answer.text.count("/take?seen=") == 20
    assert "More are waiting." not in answer.text


def test_cases_in_my_hands_come_first_in_first_when_there_are_many(world):
    account = world.account()
    for hours in (1, 3, 2):
        world.ticket(account, assignee="support", assigned_at=utcnow() - timedelta(hours=hours))
    world.ticket(account, assignee="support2")
    client = world.sign_in("support")

    text = client.get(HOME).text

    spans = ["3 h 0 min ago", "2 h 0 min ago", "1 h 0 min ago"]
    assert sorted(spans, key=text.index) == spans
    assert "3 cases" in text


def test_cases_stand_by_their_number_when_they_came_in_at_the_same_moment(world):
    account, moment = world.account(), utcnow()
    numbers = (9_003, 9_001, 9_002)
    for number in numbers:
        world.ticket(account, assignee="support", assigned_at=moment, number=number)
        request = SubjectRequest(kind="overview", source="page", email="x@example.org", number=number)
        request.assignee_id, request.due_at = world.staff["support"], moment + timedelta(days=31)
        world.add(request)

    text = world.sign_in("support").get(HOME).text

    for letter in "TR":
        places = [text.index(f">{letter}-{number}<") for number in sorted(numbers)]
        assert places == sorted(places)


def test_looks_of_today_are_mine_alone_when_they_are_counted(world):
    ticket = world.ticket(world.account(), assignee="support")
    client = world.sign_in("support")
    for _look in range(2):
        client.get(at(ticket))
    client.get("/admin/tickets/" + "a" * 26)

    mine, theirs = client.get(HOME), world.sign_in("support2").get(HOME)

    assert "2 looks by you, 1 refused" in mine.text
    assert "0 looks by you, 0 refused" in theirs.text


def test_yesterdays_looks_are_not_todays_when_the_companys_day_has_turned(world):
    with time_machine.travel("2026-05-10T22:30:00+00:00", tick=False):  # 00:30 on the 11th in Amsterdam
        client = world.sign_in("support")
        for minutes in (45, 15):
            world.add(
                AccessRecord(
                    event="ticket_seen", staff_id=world.staff["support"], permission="ticket:read", purpose="support",
                    allowed=True, at=utcnow() - timedelta(minutes=minutes),
                )
            )  # fmt: skip

        answer = client.get(HOME)

    assert "1 look by you, 0 refused" in answer.text


def test_a_rep_sees_follow_ups_and_queue_without_persons_when_they_start_the_day(world):
    mine, free, theirs = (world.contact_request(assignee=who) for who in ("rep", "", "rep2"))

    text = world.sign_in("rep").get(HOME).text

    assert [f">C-{case.number}<" in text for case in (mine, free, theirs)] == [True, True, False]
    assert "cnry-" not in text.lower()


def test_a_run_out_set_up_is_in_the_queue_when_its_seven_days_are_over(world):
    account = world.account(first_sign_in_at=None)
    mine = world.onboarding(account, assignee="sysadmin")
    over = world.onboarding(account, assignee="sysadmin2", ends_at=utcnow() - timedelta(minutes=1))
    client = world.sign_in("sysadmin")

    text = client.get(HOME).text

    assert f"/admin/onboarding/{mine.id}" in text
    assert f"/admin/onboarding/{over.id}/take" in text
    assert f'/admin/onboarding/{over.id}"' not in text


def test_a_sysadmin_is_asked_only_what_they_may_decide_when_colleagues_propose(world):
    me, other = world.staff["sysadmin"], world.staff["sysadmin2"]
    world.add(
        Proposal(kind="token", subject="mine", detail="app", proposed_by=me),
        Proposal(kind="token", subject="theirs", detail="website", proposed_by=other),
        Proposal(kind="invitation", subject="x@demo.example", detail="rep", proposed_by=None),
        Proposal(kind="role", subject=other, detail="compliance", proposed_by=other and me),
    )

    text = world.sign_in("sysadmin").get(HOME).text

    assert text.count("Decide") == 2
    assert "CNRY-" not in text


@pytest.mark.parametrize(
    ("beat", "failed", "text"),
    [
        (timedelta(minutes=1), 0, "failed runs in a day"),
        (timedelta(minutes=1), 2, "<span>2 <span"),
        (timedelta(minutes=6), 0, "Not known"),
        (None, 0, "none yet"),
    ],
)
def test_silence_is_never_green_when_the_scheduler_stands_still(world, beat, failed, text):
    if beat is not None:
        world.add(Heartbeat(process="scheduler", at=utcnow() - beat))
    runs = [JobRun(job="outbox", period=str(n), state="failed") for n in range(failed)]
    world.add(*runs, JobRun(job="outbox", period="running"))

    answer = world.sign_in("sysadmin").get(HOME)

    assert text in answer.text


def test_compliance_sees_figures_of_everyone_when_they_look(world):
    ticket = world.ticket(world.account(), assignee="support")
    client = world.sign_in("support")
    client.get(at(ticket))
    client.get("/admin/staff/")

    text = world.sign_in("compliance").get(HOME).text

    assert "1 line by everyone, 1 refused" in text
    assert "cnry-" not in text.lower()
    assert ticket.id not in text


def find(client, text: str):
    """Look for a case by what somebody typed."""
    return post(client, FIND, q=text)


@pytest.mark.parametrize("typed", ["T-{n}", "t-{n}", " T-{n} ", "{n}", "T-00{n}"])
def test_my_case_opens_when_its_number_is_typed(world, typed):
    ticket = world.ticket(world.account(), assignee="support")

    answer = find(world.sign_in("support"), typed.format(n=ticket.number))

    assert (answer.status_code, answer.location) == (303, at(ticket))


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "-", "T-", "T", "X-{n}", "C-{n}", "TT-{n}", "T--{n}", "-{n}", "T-{n}x", "{n}.0", "٣", "²", "0", "-1",
        "9" * 12, "9" * 13, "9" * 5000, "T-1; DROP TABLE", "%", "_", "<b>", "\u202e1", "1\n2",
    ],
)  # fmt: skip
def test_nothing_is_found_when_something_odd_is_typed(world, typed):
    ticket = world.ticket(world.account(), assignee="support")
    client = world.sign_in("support")

    answer = find(client, typed.format(n=ticket.number))
    page = client.get(answer.location)

    assert (answer.status_code, answer.location) == (303, HOME)
    assert "Nothing in your cases or the queue." in page.text
    assert "access_refused" not in events(world)


def test_a_case_of_a_colleague_is_like_none_when_its_number_is_typed(world):
    account = world.account()
    theirs = world.ticket(account, assignee="support2")
    closed = world.ticket(account, assignee="support", closed_at=utcnow())
    client = world.sign_in("support")

    typed = (f"T-{theirs.number}", f"T-{closed.number}", "T-999999")
    with time_machine.travel(utcnow(), tick=False):  # the page says what time it is
        pages = [client.get(find(client, text).location) for text in typed]

    assert len({page.text.split("<main")[1].split("Recorded")[0] for page in pages}) == 1


@pytest.mark.parametrize(
    ("name", "kind", "queue"),
    [
        ("support", Ticket, "/admin/tickets/?tab=free"),
        ("rep", ContactRequest, "/admin/contact-requests/?tab=free"),
        ("sysadmin", OnboardingCase, "/admin/onboarding/?tab=free"),
    ],
)
def test_the_queue_is_shown_when_the_case_found_is_free(world, name, kind, queue):
    account = world.account(first_sign_in_at=None)
    make = {Ticket: world.ticket, OnboardingCase: world.onboarding}.get(kind, lambda _account: world.contact_request())
    case = make(account)
    client = world.sign_in(name)

    answer = find(client, str(case.number))
    page = client.get(answer.location)

    assert answer.location == queue
    assert "is in the queue. Take it to see whose it is." in page.text
    assert "cnry-" not in page.text.lower()
    assert events(world) == []


def test_each_role_finds_its_own_cases_when_the_number_is_the_same(world):
    account = world.account(first_sign_in_at=None)
    cases = {
        "support": world.ticket(account, assignee="support", number=7001),
        "rep": world.contact_request(assignee="rep", number=7001),
        "sysadmin": world.onboarding(account, assignee="sysadmin", number=7001),
    }

    found = {name: find(world.sign_in(name), "7001").location for name in cases}

    assert all(found[name].endswith(case.id) for name, case in cases.items())


def test_finding_is_refused_when_the_role_has_no_cases(world):
    answer = find(world.sign_in("compliance"), "T-1")

    assert answer.status_code == 403

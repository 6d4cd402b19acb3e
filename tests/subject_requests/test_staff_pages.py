"""The staff's pages: whose clock, whose address, what can be done, and that nobody but the person validates."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from dashboard.processors.memory import Memory
from dashboard.services import outbox, staff
from models import AccessRecord, RequestLink, RequestStep, Staff, StaffSession, SubjectRequest, utcnow
from tests.erasure import persons
from tests.subject_requests.desk import LIST, at, take
from tests.subject_requests.visits import KNOWN, UNKNOWN, awaiting, events, link, messages, request, requests, token_in
from tests.world import World, post, token_of

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(outbox, "FOLDER", tmp_path / "outbox")


def test_queue_names_nobody_when_a_request_is_free(world: World):
    request_id = persons.ask(world, KNOWN)
    engineer = world.sign_in("support")

    free = engineer.get(LIST + "?tab=free")

    assert f"R-{request(world, request_id).number}" in free.text
    assert KNOWN not in free.text
    assert engineer.get(at(request_id)).status_code == 404


def test_address_is_shown_and_the_look_recorded_when_the_request_is_mine(world: World):
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    page = engineer.get(at(request_id))
    colleague = world.sign_in("support2").get(at(request_id))

    assert KNOWN in page.text
    assert (colleague.status_code, KNOWN in colleague.text) == (404, False)
    line = world.all(select(AccessRecord.__table__).where(AccessRecord.event == "request_seen"))[-1]
    assert (line.table, line.fields, line.count, line.case_id) == ("subject_request", "email", 1, request_id)
    assert line.staff_id == world.staff["support"]


@pytest.mark.parametrize("who", ["rep", "sysadmin", "compliance"])
def test_page_is_refused_when_the_role_has_no_request(world: World, who: str):
    request_id = persons.ask(world, KNOWN)
    take(world, request_id)
    client = world.sign_in(who)

    answers = [client.get(at(request_id)), post(client, at(request_id, "take")), post(client, at(request_id, "send"))]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert client.get(LIST).status_code == (200 if who == "compliance" else 403)


def test_nobody_takes_their_own_request(world: World):
    request_id = persons.ask(world, "support@demo.example")

    own = post(world.sign_in("support"), at(request_id, "take"))
    colleague = post(world.sign_in("support2"), at(request_id, "take"))

    assert (own.status_code, colleague.status_code) == (403, 303)
    assert "you asked for it yourself" in own.text
    assert request(world, request_id).assignee_id == world.staff["support2"]
    line = world.all(select(AccessRecord.reason).where(AccessRecord.event == "access_refused"))
    assert line == [("same_person",)]


def test_link_goes_to_the_known_address_when_the_engineer_sends_it(world: World):
    world.account()
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    answer = post(engineer, at(request_id, "send"))

    (message,) = messages(world)
    assert answer.status_code == 303
    assert (message.type, message.address, message.subject) == (
        "request_confirm", KNOWN, f"Please confirm your request (R-{request(world, request_id).number})",
    )  # fmt: skip
    token = token_in(message.body, "confirm")
    assert world.app.test_client().get(f"/privacy/confirm/{token}").status_code == 200
    assert world.app.test_client().get(f"/privacy/requests/{token_in(message.body, 'requests')}").status_code == 200
    assert request(world, request_id).state == "awaiting_validation"


@pytest.fixture
def stopped_clock():
    """Pages tell minutes: two that are compared must be asked in the same one."""
    with time_machine.travel(utcnow(), tick=False):
        yield


def test_engineer_sees_no_difference_when_the_address_is_unknown(stopped_clock, world: World):
    world.account()
    known, unknown = persons.ask(world, KNOWN), persons.ask(world, UNKNOWN)
    engineer = take(world, known)
    take(world, unknown)

    sent = [post(engineer, at(each, "send")) for each in (known, unknown)]
    engineer.get("/admin/")  # shows what was flashed
    pages = [
        engineer.get(at(each)).text.replace(KNOWN, "@").replace(UNKNOWN, "@").replace(each, "id").replace(number, "R")
        for each, number in ((each, f"R-{request(world, each).number}") for each in (known, unknown))
    ]

    assert {answer.status_code for answer in sent} == {303}
    assert len(messages(world)) == 1
    assert _same(pages[0]) == _same(pages[1])
    links = world.all(select(RequestLink.request_id, RequestLink.purpose).order_by(RequestLink.purpose))
    assert sorted(purpose for each, purpose in links if each == unknown) == ["confirm", "status"]


def _same(page: str) -> str:
    return re.sub(r'(nonce="|name="csrf_token" value=")[^"]*', "", page)


def test_old_link_is_dead_when_a_new_one_is_sent(world: World):
    world.account()
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    post(engineer, at(request_id, "send"))
    post(engineer, at(request_id, "send"))

    old, new = (token_in(message.body, "confirm") for message in messages(world))
    statuses = [world.app.test_client().get(f"/privacy/confirm/{token}").status_code for token in (old, new)]
    assert statuses == [404, 200]


def test_nobody_of_staff_can_validate_whatever_they_send(world: World):
    request_id = awaiting(world)
    engineer = world.sign_in("support")
    acts = [rule.rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith(LIST + "<public_id>")]

    for rule in acts:
        url = rule.replace("<public_id>", request_id)
        if "release" not in url:
            post(engineer, url, reason="complex", state="validated", validated_at="now", word="REMOVE")

    assert request(world, request_id).validated_at is None
    assert "validate" not in engineer.get(at(request_id)).text.lower().replace("validated", "")


def test_no_count_is_shown_when_the_person_has_not_confirmed(world: World):
    anna = persons.anna(world)
    request_id = awaiting(world, anna.email)

    before = world.sign_in("support").get(at(request_id)).text

    assert "Usage events" not in before
    assert "Before that, anybody could be looked up" in before


def test_plan_stands_with_counts_when_the_person_has_confirmed(world: World, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    engineer = world.sign_in("support")

    page = engineer.get(at(request_id)).text

    assert "Usage events" in page
    assert "From the website (listed apart, never joined)" in page
    assert page.count("Empty</span>") > 15
    assert anna.email not in page
    assert "The person has the link to it." in page
    assert [event for event, _reason in events(world)][-1] == "request_certified"  # no look: nothing personal was seen
    assert len(world.all(select(RequestStep.id))) > 15


@pytest.mark.parametrize(
    ("act", "reason", "event", "state", "letter"),
    [
        ("refuse", "law", "request_refused", "refused", "request_refused"),
        ("extend", "complex", "request_extended", "assigned", "request_extended"),
        ("release", "no_time", "request_released", "received", None),
        ("withdraw", "", "request_withdrawn", "withdrawn", None),
    ],
)
def test_act_is_done_told_and_recorded_when_it_has_its_reason(
    world: World, act: str, reason: str, event: str, state: str, letter: str | None
):
    world.account()
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    asked = engineer.get(at(request_id, act))
    answer = post(engineer, at(request_id, act), reason=reason)

    row = request(world, request_id)
    assert (asked.status_code, answer.status_code, row.state) == (200, 303, state)
    assert KNOWN not in asked.text
    assert (event, reason or "taken_back") in events(world)
    assert [message.type for message in messages(world)] == ([letter] if letter else [])
    assert (row.email is None) == (state in {"refused", "withdrawn"})
    assert (row.due_at - row.received_at > 80 * DAY) == (act == "extend")


@pytest.mark.parametrize("act", ["refuse", "extend", "release", "withdraw", "lost-mailbox"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_happens_when_the_page_of_an_act_is_only_looked_at(world: World, act: str, method: str):
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    answer = engineer.open(at(request_id, act), method=method)

    assert answer.status_code == 200
    assert request(world, request_id).state == "assigned"


@pytest.mark.parametrize("act", ["refuse", "extend", "release"])
def test_message_stands_at_the_field_when_no_reason_is_chosen(world: World, act: str):
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)

    answer = post(engineer, at(request_id, act), reason="because")

    assert answer.status_code == 200
    assert "Choose a reason." in answer.text
    assert request(world, request_id).state == "assigned"


def test_former_engineer_is_told_when_the_request_was_given_back(world: World):
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)
    post(engineer, at(request_id, "release"), reason="no_time")

    mine, colleague = engineer.get(at(request_id)), world.sign_in("support2").get(at(request_id))

    assert "Your access has ended" in mine.text
    assert (colleague.status_code, "Your access has ended" in colleague.text) == (404, False)


@pytest.mark.parametrize(
    ("due", "says"),
    [(timedelta(days=20), "20 days left"), (timedelta(days=6), "6 days left"), (-2 * DAY, "Overdue since")],
)
def test_clock_is_told_everywhere_when_it_runs_out(stopped_clock, world: World, due: timedelta, says: str):
    request_id = persons.ask(world, KNOWN)
    engineer = take(world, request_id)
    world.set(SubjectRequest, request_id, due_at=utcnow() + due)

    pages = [engineer.get(url).text for url in ("/admin/", LIST, at(request_id), at(request_id, "refuse"))]

    assert all(says in page for page in pages)
    assert all(("tag bad" in page) == (due < timedelta(0)) for page in pages)
    assert (says in engineer.get(LIST + "?tab=due").text) == (due < 7 * DAY)
    assert (f"{int(due < timedelta(0))} <span" in pages[0]) is True


def test_waiting_tab_holds_what_waits_when_a_link_is_out(world: World):
    request_id = awaiting(world)
    other = awaiting(world, "b@x.example", state="assigned")
    engineer = world.sign_in("support")

    page = engineer.get(LIST + "?tab=waiting").text

    assert at(request_id) in page
    assert at(other) not in page


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_answer_is_the_same_when_staff_write_for_a_known_or_unknown_person(world: World, email: str):
    world.account()
    engineer = world.sign_in("support")

    answer = post(engineer, LIST + "write", kind="removal", email=email, language="nl")

    (row,) = requests(world)
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST + "?tab=free")
    assert (row.source, row.language, row.author_id) == ("staff", "nl", world.staff["support"])
    line = world.all(select(AccessRecord.staff_id).where(AccessRecord.event == "request_received"))
    assert line == [(world.staff["support"],)]
    assert messages(world) == []


@pytest.mark.parametrize(("kind", "email"), [("", KNOWN), ("erase", KNOWN), ("removal", "nonsense"), ("removal", "")])
def test_typed_text_is_kept_when_staff_write_amiss(world: World, kind: str, email: str):
    answer = post(world.sign_in("support"), LIST + "write", kind=kind, email=email, language="en")

    assert answer.status_code == 200
    assert "needs your attention" in answer.text
    assert email in answer.text
    assert requests(world) == []


@pytest.mark.parametrize("kind", ["overview", "retrieval", "removal"])
def test_ticket_becomes_a_request_in_one_press(world: World, kind: str):
    account = world.account()
    ticket = world.ticket(account, assignee="support")
    engineer = world.sign_in("support")

    answer = post(engineer, f"/admin/tickets/{ticket.id}/request", kind=kind)

    (row,) = requests(world)
    assert answer.status_code == 303
    assert (row.kind, row.source, row.language, row.email) == (kind, "ticket", "nl", account.email)
    assert 'value="removal"' in engineer.get(f"/admin/tickets/{ticket.id}").text


def test_no_request_is_written_when_the_ticket_is_a_colleagues_or_shows_nobody(world: World):
    account = world.account()
    theirs = world.ticket(account, assignee="support2")
    locked = world.ticket(account, assignee="support", unlocked_at=None, written_by="staff")
    engineer = world.sign_in("support")

    answers = [post(engineer, f"/admin/tickets/{each.id}/request", kind="removal") for each in (theirs, locked)]
    unknown = post(engineer, f"/admin/tickets/{locked.id}/request", kind="erase")

    assert [answer.status_code for answer in (*answers, unknown)] == [404, 303, 303]
    assert requests(world) == []
    assert 'value="removal"' not in engineer.get(f"/admin/tickets/{locked.id}").text


def test_request_is_found_by_its_number_when_it_is_in_reach(world: World):
    mine, free = awaiting(world), persons.ask(world, UNKNOWN)
    theirs = awaiting(world, "c@x.example", assignee_id=world.staff["support2"])
    engineer = world.sign_in("support")

    def find(request_id: str) -> str:
        ref = f"r-{request(world, request_id).number}"
        return post(engineer, "/admin/find", q=ref).headers["Location"]

    assert find(mine) == at(mine)
    assert find(free) == LIST + "?tab=free"
    assert find(theirs) == "/admin/"


def test_lost_race_is_told_when_the_row_was_seen(world: World):
    request_id = persons.ask(world, KNOWN)
    engineer = world.sign_in("support")
    button = re.search(rf'action="({re.escape(at(request_id, "take"))}[^"]*)"', engineer.get(LIST + "?tab=free").text)
    take(world, request_id, "support2")

    answer = engineer.post(button[1].replace("&amp;", "&"), headers={"X-CSRFToken": token_of(engineer)})
    guess = post(engineer, at(request_id, "take"))

    assert (answer.status_code, answer.headers["Location"]) == (303, LIST + "?tab=free")
    assert guess.status_code == 404


def test_request_goes_back_when_its_engineer_leaves(world: World):
    free, sent = persons.ask(world, KNOWN), awaiting(world, UNKNOWN)
    take(world, free)
    token = link(world, sent)

    post(world.sign_in("sysadmin"), f"/admin/staff/{world.staff['support']}/deactivate")

    first, second = request(world, free), request(world, sent)
    assert (first.assignee_id, first.state) == (None, "received")
    assert (second.assignee_id, second.state) == (None, "awaiting_validation")
    assert world.app.test_client().get(f"/privacy/confirm/{token}").status_code == 200
    assert events(world)[-2:] == [("request_released", "deactivated")] * 2
    take(world, sent, "support2")
    assert not world.all(select(Staff.id).where(Staff.id == world.staff["support"], Staff.active.is_(True)))


def test_compliance_sees_clocks_and_times_and_opens_nothing(world: World, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    persons.carry_out(world, request_id, persons.means(world, tmp_path))
    late = persons.ask(world, KNOWN)
    world.set(SubjectRequest, late, due_at=utcnow() - 3 * DAY)
    officer = world.sign_in("compliance")

    page, ended = officer.get(LIST).text, officer.get(LIST + "?tab=closed").text

    assert "Overdue since" in page
    assert "half within" in page
    assert f"R-{request(world, request_id).number}" in ended
    assert KNOWN not in page
    assert f'href="{LIST}{late}' not in page
    assert [post(officer, at(late, act)).status_code for act in ("take", "send", "refuse", "sign")] == [403] * 4


def test_session_is_not_kept_alive_when_only_the_bar_asks(world: World):
    request_id = awaiting(world)
    engineer = world.sign_in("support")
    before = utcnow() - timedelta(minutes=10)
    with world.app.app_context(), world.system() as session:
        session.execute(update(StaffSession).values(seen_at=before))
        session.commit()

    assert engineer.get(at(request_id, "progress")).status_code == 286

    assert world.all(select(StaffSession.seen_at)) == [(before,)]


def test_bar_moves_by_itself_when_a_removal_runs(world: World, tmp_path):
    anna = persons.anna(world)
    request_id = persons.confirmed(world, anna.email)
    how = persons.means(world, tmp_path, hubspot=Memory(held=[anna.email], script=["keep"]))
    persons.carry_out(world, request_id, how)
    engineer, person = world.sign_in("support"), world.app.test_client()
    token = link(world, request_id, "status")
    polls = [(engineer, at(request_id, "progress")), (person, f"/privacy/requests/{token}/progress")]

    for client, url in polls:
        first = client.get(url)
        mark = first.text.partition('name="seen" value="')[2].partition('"')[0]
        again = client.get(f"{url}?seen={mark}")

        assert (first.status_code, again.status_code) == (200, 204)
        assert 'hx-trigger="every 2s"' in first.text
        assert "hx-swap-oob" in first.text
    world.set(
        RequestStep, world.all(select(RequestStep.id).where(RequestStep.location == "hubspot"))[0][0], next_try_at=None
    )
    persons.carry_out(world, request_id, how)
    ended = [client.get(url) for client, url in polls]
    assert [(answer.status_code, answer.headers["HX-Refresh"]) for answer in ended] == [(286, "true")] * 2


def test_request_goes_back_when_its_engineer_slipped_through_a_change_of_role(world: World):
    free = persons.ask(world, KNOWN)
    take(world, free)
    world.set(Staff, world.staff["support"], role="rep")

    with world.app.app_context(), world.system() as session:
        staff.give_back_strays(session)
        session.commit()

    row = request(world, free)
    assert (row.assignee_id, row.state) == (None, "received")
    assert events(world)[-1] == ("request_released", "role_changed")

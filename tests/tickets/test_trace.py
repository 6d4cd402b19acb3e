"""The trace: a reason first, its pages and sessions, what is recorded, and what an open tab is told."""

import base64
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import AccessRecord, AppError, Ticket, TraceOpening, UsageEvent, utcnow
from tests.broken_log import broken_log
from tests.tickets.conftest import Case
from tests.tickets.pages import PERSON, at, events, happened, open_trace, openings, person_in, plain, record, traced
from tests.world import post


def link(answer, word: str) -> str:
    """Return where a link of this word leads."""
    found = re.search(rf'href="([^"]*)"[^>]*>{word}<', answer.text)
    assert found, f"no link {word!r}"
    return found[1].replace("&amp;", "&")


def many(case: Case, count: int, *, step: timedelta = timedelta(seconds=1), session: str = "crowd") -> None:
    """Put many events before the error, named 000, 001, … backwards in time."""
    case.world.add(
        *(
            UsageEvent(
                account_id=case.account.id, id=f"x{n:03}", occurred_at=case.error.occurred_at - n * step,
                session=session, feature="Reports", action=f"CNRY-event-{n:03}-action",
            )
            for n in range(count)
        )
    )  # fmt: skip


@pytest.fixture
def crowd(case: Case) -> Case:
    """250 steps before the error and nothing else."""
    with case.world.app.app_context(), case.world.system() as session:
        session.query(UsageEvent).delete()
        session.commit()
    many(case, 250)
    return case


def test_nothing_shows_before_a_reason_when_the_trace_is_asked_for(case: Case):
    answer = case.client.get(at(case.ticket, "trace"))

    assert answer.status_code == 200
    assert "Why do you need the trace?" in answer.text
    assert "E-PDF-17" in answer.text
    assert (traced(answer), person_in(answer)) == ([], set())
    assert events(case.world) == []


@pytest.mark.parametrize(
    ("reason", "own_words", "message"),
    [
        ("", "", "Choose a reason."),
        ("curiosity", "", "Choose a reason."),
        ("own_words", "", "Write 10 to 300 characters"),
        ("own_words", "too short", "Write 10 to 300 characters"),
        ("own_words", "w" * 301, "Write 10 to 300 characters"),
    ],
)
def test_nothing_opens_when_the_reason_is_none(case: Case, reason, own_words, message):
    answer = post(case.client, at(case.ticket, "trace/open"), reason=reason, own_words=own_words)

    assert answer.status_code == 200
    assert message in answer.text
    assert own_words in answer.text
    assert openings(case.world) == []
    assert events(case.world) == []


@pytest.mark.parametrize(("own_words", "kept"), [("w" * 10, "w" * 10), ("w" * 300, "w" * 300)])
def test_own_words_stay_with_the_opening_when_they_are_the_reason(case: Case, own_words, kept):
    post(case.client, at(case.ticket, "trace/open"), reason="own_words", own_words=own_words)

    assert (openings(case.world)[0].reason, openings(case.world)[0].reason_text) == ("own_words", kept)
    assert record(case.world, "trace_opened").reason == "own_words"


def test_words_are_dropped_when_a_coded_reason_is_given(case: Case):
    post(case.client, at(case.ticket, "trace/open"), reason="sequence", own_words="said in passing, and long enough")

    assert (openings(case.world)[0].reason, openings(case.world)[0].reason_text) == ("sequence", None)


def test_error_and_events_show_when_a_reason_was_given(case: Case):
    answer = open_trace(case.client, case.ticket)

    assert traced(answer) == ["near", "far"]
    assert person_in(answer) == PERSON
    assert answer.text.index("the error") < answer.text.index("CNRY-event-near-action")
    assert "CNRY-error-a-message" in answer.text
    assert f"ticket T-{case.ticket.number} is yours and is about this error" in answer.text
    assert "Reproduce the error" in answer.text


def test_looks_are_recorded_with_case_fields_count_subject_and_reason_when_shown(case: Case):
    open_trace(case.client, case.ticket, "data_lost")

    opened, seen = record(case.world, "trace_opened"), record(case.world, "trace_seen")
    assert (opened.reason, opened.subject_key, opened.case_id) == ("data_lost", case.account.id, case.ticket.id)
    assert (seen.reason, seen.subject_key, seen.case_id) == ("data_lost", case.account.id, case.ticket.id)
    assert (seen.table, seen.count, seen.purpose) == ("usage_event", 2, "error_analysis")
    assert seen.fields == "occurred_at,session,feature,action,properties,message,first_name,last_name,email,company"


def test_nothing_shows_when_the_look_cannot_be_recorded(case: Case):
    open_trace(case.client, case.ticket)

    with broken_log(case.world):
        answer = case.client.get(at(case.ticket, "trace"))
        unopened = post(case.client, at(case.ticket, "trace/wider"), hours="48", reason="sequence")
    mended = case.client.get(at(case.ticket, "trace"))

    assert (answer.status_code, unopened.status_code) == (503, 503)
    assert (traced(answer), person_in(answer)) == ([], set())
    assert traced(mended) == ["near", "far"]


def test_opening_twice_opens_once_when_the_button_is_pressed_again(case: Case):
    for _press in range(2):
        answer = post(case.client, at(case.ticket, "trace/open"), reason="reproduce")

    assert answer.status_code == 303
    assert len(openings(case.world)) == 1
    assert events(case.world) == ["trace_opened"]


def test_a_reason_is_asked_again_when_72_hours_are_over(case: Case):
    open_trace(case.client, case.ticket)
    case.world.set(TraceOpening, openings(case.world)[0].id, ends_at=utcnow() - timedelta(seconds=1))

    over = case.client.get(at(case.ticket, "trace"))
    again = open_trace(case.client, case.ticket, "repeated")

    assert "Why do you need the trace?" in over.text
    assert (traced(over), traced(again)) == ([], ["near", "far"])


@pytest.mark.parametrize("kind", ["question", "deactivation"])
def test_there_is_no_trace_when_the_ticket_is_about_no_error(case: Case, kind):
    case.world.set(Ticket, case.ticket.id, kind=kind)

    answers = [
        case.client.get(at(case.ticket, "trace")),
        post(case.client, at(case.ticket, "trace/open"), reason="sequence"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Open the trace" not in case.client.get(at(case.ticket)).text
    assert openings(case.world) == []


def test_a_foreign_trace_is_the_404_of_an_absent_one_when_it_is_asked_for(case: Case, neighbour):
    other = case.world.sign_in("support2")
    open_trace(case.client, case.ticket)
    other.get("/admin/")

    foreign, absent = (other.get(f"/admin/tickets/{key}/trace") for key in (case.ticket.id, "a" * 26))
    tries = [
        post(other, at(case.ticket, verb), reason="sequence", hours="48", agree="yes")
        for verb in ("trace/open", "trace/wider")
    ]

    assert plain(foreign) == plain(absent)
    assert [answer.status_code for answer in (foreign, absent, *tries)] == [404] * 4
    assert len(openings(case.world)) == 1


def test_every_event_comes_once_when_the_pages_are_walked(crowd: Case):
    page = open_trace(crowd.client, crowd.ticket)
    seen = traced(page)
    while 'rel="next"' in page.text:
        page = crowd.client.get(link(page, "Older"))
        seen += traced(page)

    assert seen == [f"{n:03}" for n in range(250)]
    assert [line.count for line in _seen(crowd)] == [100, 100, 50]
    assert link(page, "Back to the error") == at(crowd.ticket, "trace")


def _seen(case: Case):
    return case.world.all(
        select(AccessRecord.count).where(AccessRecord.event == "trace_seen").order_by(AccessRecord.number)
    )


def test_every_event_comes_once_when_all_have_the_same_moment(crowd: Case):
    with crowd.world.app.app_context(), crowd.world.system() as session:
        session.query(UsageEvent).update({"occurred_at": crowd.error.occurred_at - timedelta(hours=1)})
        session.commit()

    page = open_trace(crowd.client, crowd.ticket)
    seen = traced(page)
    while 'rel="next"' in page.text:
        page = crowd.client.get(link(page, "Older"))
        seen += traced(page)

    assert seen == [f"{n:03}" for n in reversed(range(250))]


def test_a_full_page_is_the_last_one_when_there_are_exactly_a_hundred(crowd: Case):
    with crowd.world.app.app_context(), crowd.world.system() as session:
        session.query(UsageEvent).filter(UsageEvent.id >= "x100").delete()
        session.commit()

    page = open_trace(crowd.client, crowd.ticket)

    assert len(traced(page)) == 100
    assert 'rel="next"' not in page.text
    assert "100 events, all are shown." in page.text


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0.x", "%00", "%F0%9F%98%80", "a" * 5000])
def test_the_first_page_shows_when_a_cursor_was_tampered_with(crowd: Case, cursor):
    first = open_trace(crowd.client, crowd.ticket)

    answer = crowd.client.get(f"{at(crowd.ticket, 'trace')}?at={cursor}")

    assert answer.status_code == (400 if cursor == "%00" else 200)
    assert traced(answer) == (traced(first) if answer.status_code == 200 else [])


def test_the_first_page_shows_when_a_cursor_names_an_event_out_of_reach(crowd: Case):
    other = crowd.world.account("c")
    happened(crowd.world, other, crowd.error, theirs=0.5)
    first = open_trace(crowd.client, crowd.ticket)
    second = crowd.client.get(link(first, "Older"))
    with crowd.world.app.app_context(), crowd.world.system() as session:
        session.query(UsageEvent).filter(UsageEvent.id == "x099").delete()
        session.commit()

    again = crowd.client.get(link(first, "Older"))

    assert traced(second)[0] == "100"
    assert traced(again)[0] == "000"


def test_no_moment_stands_in_an_address_when_the_trace_is_turned(crowd: Case):
    page = open_trace(crowd.client, crowd.ticket)

    cursor = link(page, "Older").partition("at=")[2].partition(".")[0]
    assert base64.urlsafe_b64decode(cursor + "==") == b'"x099"'


def test_only_the_sessions_events_show_when_it_is_asked_for(case: Case):
    happened(case.world, case.account, case.error, same=0.5, sameold=30)
    with case.world.app.app_context(), case.world.system() as session:
        session.query(UsageEvent).filter(UsageEvent.id.like("ev-same%")).update({"session": case.error.session})
        session.commit()
    everything = open_trace(case.client, case.ticket)

    same = case.client.get(link(everything, "Only the error's session"))

    assert traced(everything) == ["near", "same", "far"]
    assert traced(same) == ["same"]
    assert "the error" in same.text
    assert link(same, "All sessions") == at(case.ticket, "trace")


def test_the_filter_stays_when_its_pages_are_turned(crowd: Case):
    with crowd.world.app.app_context(), crowd.world.system() as session:
        session.query(UsageEvent).update({"session": crowd.error.session})
        session.commit()
    happened(crowd.world, crowd.account, crowd.error, alien=0.05)
    open_trace(crowd.client, crowd.ticket)

    first = crowd.client.get(at(crowd.ticket, "trace") + "?session=same")
    second = crowd.client.get(link(first, "Older"))

    assert traced(first) + traced(second) == [f"{n:03}" for n in range(200)]


def test_an_error_without_a_session_has_none_to_filter_by_when_shown(case: Case):
    case.world.set(AppError, case.error.id, session=None)

    page = open_trace(case.client, case.ticket)
    same = case.client.get(at(case.ticket, "trace") + "?session=same")

    assert traced(page) == ["near", "far"]
    assert traced(same) == []
    assert "Nothing else in the error" in same.text
    assert "Ask the customer" not in same.text


def test_an_empty_window_says_so_when_the_app_recorded_nothing(world):
    ticket = world.error_ticket(world.account(), assignee="support")

    page = open_trace(world.sign_in("support"), ticket)

    assert "The app recorded nothing before this error" in page.text
    assert record(world, "trace_seen").count == 0


def test_a_tab_is_told_when_its_trace_is_open_and_when_it_is_not(case: Case):
    alive = at(case.ticket, "trace/alive")
    before = case.client.get(alive)
    open_trace(case.client, case.ticket)

    opened, foreign = case.client.get(alive), case.world.sign_in("support2").get(alive)
    case.world.set(TraceOpening, openings(case.world)[0].id, ends_at=utcnow() - timedelta(seconds=1))
    over = case.client.get(alive)

    assert [answer.status_code for answer in (before, opened, foreign, over)] == [404, 204, 404, 404]
    assert opened.data == b""
    assert events(case.world).count("access_refused") == 1


def test_the_head_of_a_trace_is_a_look_when_it_is_asked_for(case: Case):
    open_trace(case.client, case.ticket)

    answer = case.client.head(at(case.ticket, "trace"))

    assert (answer.status_code, answer.data) == (200, b"")
    assert events(case.world).count("trace_seen") == 2


def test_customer_confirmation_is_enough_when_staff_wrote_the_ticket(case: Case):
    case.world.set(
        Ticket, case.ticket.id, written_by="staff", author_id=case.world.staff["support"], unlocked_by="customer"
    )

    assert traced(open_trace(case.client, case.ticket)) == ["near", "far"]

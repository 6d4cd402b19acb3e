"""A support engineer's day in the browser: the queue, one person, what led to one error, and the end of it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models import AppError, Ticket
from tests.browser.visitors import Engineer, Rep

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser support")]
RECHECK = 16
"""Seconds after which an open tab has asked whether it may still show the trace."""
FIRST, MAIL, SAID = "CNRY-account-a-first", "cnry-account-a-email@x.example", "CNRY-ticket-a-body"


@pytest.fixture
def error_ticket(world):
    """A ticket of the app about an error, and what its person did: before it in the same session, the day before, after."""
    account = world.account()
    world.account("b")
    ticket = world.error_ticket(account, number=77)
    ((at, session),) = world.all(select(AppError.occurred_at, AppError.session))
    world.event(account, at=at - timedelta(seconds=4), session=session, feature="Reports", action="Asked for a PDF")
    world.event(account, at=at - timedelta(minutes=3), session=session, feature="Sign-in", action="Signed in")
    world.event(account, at=at - timedelta(hours=16), session="older", feature="Zones", action="Removed a zone")
    world.event(account, at=at - timedelta(hours=40), session="oldest", feature="Zones", action="Added a zone")
    world.event(account, at=at + timedelta(minutes=1), session=session, feature="Help", action="Looked for help")
    return f"T-{ticket.number}"


def test_the_person_appears_when_an_engineer_takes_the_ticket(arrive, error_ticket):
    engineer = arrive(Engineer, "support")
    colleague = arrive(Engineer, "support2")

    engineer.sees("System error E-PDF-17", "No personal data on this page.").sees_nothing_of(FIRST, MAIL, SAID)
    engineer.take(error_ticket).is_told(f"{error_ticket} is yours")

    engineer.sees(FIRST, MAIL, SAID, f"ticket {error_ticket} is yours until it closes")
    engineer.go_by_menu("Accounts").sees(MAIL)
    colleague.go("/admin/").sees_nothing_of(error_ticket)
    colleague.page.goto(engineer.page.url)
    colleague.go_by_menu("Accounts").stands_at("Accounts").sees("No account in your reach").sees_nothing_of(MAIL)


def test_the_trace_marks_the_error_when_a_reason_was_given(arrive, error_ticket):
    engineer = arrive(Engineer, "support")
    engineer.take(error_ticket)

    engineer.press("Open the trace").stands_at("Why do you need the trace?").sees_nothing_of("Asked for a PDF", MAIL)
    engineer.press("Open the trace").sees("Choose a reason.").sees_nothing_of("Asked for a PDF", MAIL)
    engineer.tick("Reproduce the error").press("Open the trace").stands_at("What led to error E-PDF-17")

    page = engineer.page
    expect(page.locator("tr.error")).to_have_count(1)
    expect(page.locator("tr.error")).to_contain_text("Error E-PDF-17")
    expect(page.locator("tbody.same")).to_contain_text("Same session as the error")
    expect(page.locator("tbody.same")).to_contain_text("Asked for a PDF")
    expect(page.locator("tbody:not(.same)", has_text="Removed a zone")).to_contain_text("Earlier session")
    engineer.sees_nothing_of("Looked for help", "Added a zone").sees("Start of the window")
    engineer.press("Only the error's session").sees("Asked for a PDF").sees_nothing_of("Removed a zone")


@pytest.mark.parametrize("ending", ["close", "hand over"])
def test_an_open_tab_loses_the_trace_when_the_case_ends_in_another(arrive, error_ticket, ending):
    engineer = arrive(Engineer, "support")
    engineer.take(error_ticket)
    tab = engineer.new_tab()
    tab.clock.install()
    engineer.open_trace()
    tab.goto(engineer.page.url)
    expect(tab.get_by_text("Asked for a PDF")).to_be_visible()
    tab.clock.run_for(RECHECK * 1000)
    expect(tab.get_by_text("Asked for a PDF")).to_be_visible()

    engineer.open_ticket(error_ticket)
    engineer.close() if ending == "close" else engineer.hand_over(to="Support2")
    engineer.is_told("Your access to its person has ended")
    tab.clock.run_for(RECHECK * 1000)

    expect(tab.get_by_role("heading", level=1)).to_have_text("Your access has ended")
    expect(
        tab.get_by_text("because the case was " + ("closed" if ending == "close" else "given to someone else"))
    ).to_be_visible()
    assert "Asked for a PDF" not in tab.content()
    assert MAIL not in tab.content()
    engineer.page.goto(tab.url)
    engineer.look_around().stands_at("Your access has ended")


def test_the_window_widens_only_when_a_second_engineer_agrees(arrive, error_ticket):
    engineer = arrive(Engineer, "support")
    colleague = arrive(Engineer, "support2")
    engineer.take(error_ticket).open_trace()
    trace = engineer.page.url

    engineer.choose("How far back?", "48 hours before the error").choose("Why?", "Find the step that led to it")
    engineer.press("Ask a second engineer").is_told("Asked.").sees_nothing_of("Added a zone")
    engineer.go("/admin/").sees_nothing_of("Agree")
    colleague.go("/admin/").sees("A colleague needs a second engineer", "See the trace 48 hours back").sees_nothing_of(
        MAIL
    )
    colleague.press(f"Agree {error_ticket}").is_told(f"Agreed for {error_ticket}").sees_nothing_of(MAIL)

    engineer.page.goto(trace)
    engineer.look_around().sees("Added a zone", "Widened, agreed by a second engineer")
    colleague.page.goto(trace)
    colleague.look_around().stands_at("Nothing here for you").sees_nothing_of("Added a zone")


def test_a_staff_written_ticket_unlocks_nobody_when_it_is_not_confirmed(arrive, world):
    world.account()
    writer = arrive(Engineer, "support")
    colleague = arrive(Engineer, "support2")

    writer.go_by_menu("Tickets").press("Write a ticket").press("Write the ticket").sees("Write a subject.")
    writer.fill("E-mail address of the person", MAIL).fill("Subject", "A call about zones")
    writer.fill("What the person said", "The zones are in the wrong order since Monday.").press("Write the ticket")
    writer.is_told("It unlocks nobody until it is confirmed").sees_nothing_of(MAIL)
    ((number,),) = world.all(select(Ticket.number))
    ref = f"T-{number}"
    writer.open_ticket(ref).sees("It unlocks nothing until", "This ticket unlocks nobody").sees_nothing_of(FIRST, MAIL)
    writer.go_by_menu("Accounts").sees_nothing_of(MAIL)

    writer.go("/admin/").sees_nothing_of(f"Confirm {ref}")
    colleague.go("/admin/").press(f"Confirm {ref}").is_told(f"{ref} is confirmed").sees_nothing_of(MAIL)
    writer.open_ticket(ref).sees(FIRST, MAIL)


def test_what_was_typed_stays_when_a_form_is_refused(arrive, error_ticket):
    engineer = arrive(Engineer, "support")
    engineer.take(error_ticket)

    engineer.fill("What led to it", "Too short").press("Save")

    engineer.sees("Write at least 10 characters.", "1 thing needs your attention")
    expect(engineer.field("What led to it")).to_have_value("Too short")
    expect(engineer.page.locator(".summary")).to_be_focused()
    engineer.fill("What led to it", "A removed zone is still in the report.").press("Save").is_told(
        "Your finding is kept"
    )


def test_support_is_refused_politely_when_it_tries_another_roles_page(arrive, world):
    world.contact_request()
    engineer = arrive(Engineer, "support")

    engineer.go("/admin/contact-requests/")

    engineer.stands_at("This is not part of your role").sees_nothing_of("CNRY")


def test_a_rep_finds_nothing_when_trying_a_trace(arrive, error_ticket):
    engineer = arrive(Engineer, "support")
    rep = arrive(Rep, "rep")
    engineer.take(error_ticket).open_trace()

    rep.page.goto(engineer.page.url)

    rep.look_around().stands_at("This is not part of your role").sees_nothing_of(MAIL, "Asked for a PDF")

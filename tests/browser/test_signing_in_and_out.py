"""Coming in and going out: the form, what a copied cookie is worth, what Back shows, keys and colours."""

import pytest
from playwright.sync_api import expect

from dashboard.services import access_log
from dashboard.services.refusals import RecordNotWritten
from tests.browser.inspection import walk_by_tab
from tests.browser.visitors import Administrator, Engineer, Officer, Rep, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser frame")]
one_database = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
"""What the browser alone decides is shown once."""
MAIL = "cnry-account-a-email@x.example"


@pytest.fixture
def ticket(world):
    """A ticket in support's hands."""
    return world.error_ticket(world.account(), assignee="support", number=77)


@one_database
def test_the_form_says_one_thing_when_either_half_is_wrong(arrive):
    visitor = arrive(Visitor)

    visitor.sign_in("support", password="not the one")
    wrong = visitor.page.locator(".summary").inner_text()
    visitor.sign_in("nobody")

    visitor.stands_at("Sign in").sees("E-mail and password do not belong together.")
    assert visitor.page.locator(".summary").inner_text() == wrong
    expect(visitor.field("E-mail")).to_have_value("nobody@demo.example")
    expect(visitor.field("Password")).to_have_value("")
    visitor.go("/login").press("Sign in").sees("Type your e-mail address.", "Type your password.")


def test_a_visitor_is_asked_to_sign_in_and_lands_where_they_wanted(arrive, ticket):
    visitor = arrive(Engineer)

    visitor.go(f"/admin/tickets/{ticket.id}").stands_at("Sign in").sees_nothing_of(MAIL)
    visitor.fill("E-mail", "support@demo.example").fill("Password", "demo-only-password").press("Sign in")

    visitor.stands_at("Ticket T-77").sees(MAIL)


@one_database
def test_nobody_is_led_elsewhere_when_the_address_names_another_site(arrive):
    visitor = arrive(Engineer)

    visitor.go("/login?next=//elsewhere.example/").fill("E-mail", "support@demo.example")
    visitor.fill("Password", "demo-only-password").press("Sign in")

    assert visitor.page.url.startswith(visitor.site.url)


def test_a_copied_cookie_is_dead_when_its_owner_signed_out(arrive, ticket):
    engineer = arrive(Engineer, "support")
    thief = arrive(Visitor)
    thief.context.add_cookies([engineer.cookie()])
    thief.go(f"/admin/tickets/{ticket.id}").sees(MAIL)

    engineer.sign_out()
    thief.go(f"/admin/tickets/{ticket.id}")

    thief.stands_at("Sign in").sees_nothing_of(MAIL)


def test_back_shows_nothing_when_one_has_signed_out(arrive, ticket):
    engineer = arrive(Engineer, "support")
    engineer.go(f"/admin/tickets/{ticket.id}").sees(MAIL)

    engineer.sign_out()
    for _press in range(2):
        engineer.back().stands_at("Sign in").sees_nothing_of(MAIL)


@one_database
def test_language_and_colours_stay_when_one_chose_them(arrive):
    rep = arrive(Rep, "rep")
    top = rep.page.get_by_role("banner")

    rep.press("Dark", inside=top)
    rep.press("Nederlands", inside=top)

    expect(rep.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(rep.page.locator("html")).to_have_attribute("lang", "nl")
    rep.sign_out().sign_in("rep")
    expect(rep.page.locator("html")).to_have_attribute("lang", "nl")


@one_database
@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        (Engineer, "support", "/admin/"),
        (Engineer, "support", "/admin/tickets/"),
        (Engineer, "support", "/admin/tickets/{ticket}"),
        (Engineer, "support", "/admin/tickets/write"),
        (Engineer, "support", "/admin/tickets/{ticket}/trace"),
        (Rep, "rep", "/admin/contact-requests/"),
        (Administrator, "sysadmin", "/admin/staff/"),
        (Officer, "compliance", "/admin/access-log/"),
        (Officer, "compliance", "/admin/access-matrix/"),
        (Officer, "compliance", "/admin/processors/"),
        (Officer, "compliance", "/admin/looks/"),
        (Officer, "compliance", "/admin/explain/"),
        (Administrator, "sysadmin", "/admin/jobs/"),
        (Administrator, "sysadmin", "/admin/onboarding/"),
    ],
)
def test_each_stop_is_seen_and_ringed_when_one_walks_by_tab(arrive, ticket, kind, name, path):
    visitor = arrive(kind, name)
    visitor.go(path.format(ticket=ticket.id))

    stops, faults = walk_by_tab(visitor.page)

    assert faults == []
    assert stops[0] == 'a "Skip to the page"'
    assert len(stops) > 8


@one_database
def test_the_page_is_reached_first_when_the_skip_link_is_used(arrive):
    engineer = arrive(Engineer, "support")

    engineer.page.keyboard.press("Tab")
    engineer.page.keyboard.press("Enter")
    engineer.page.keyboard.press("Tab")

    assert engineer.page.evaluate("document.activeElement.closest('main') !== null")


@one_database
def test_each_stop_of_a_trace_is_seen_and_ringed_when_one_walks_by_tab(arrive, ticket):
    engineer = arrive(Engineer, "support")
    engineer.open_ticket("T-77").open_trace().stands_at("What led to error E-PDF-17")

    stops, faults = walk_by_tab(engineer.page)

    assert faults == []
    assert 'button "Ask a second engineer"' in stops


@one_database
def test_the_page_says_so_when_a_look_cannot_be_recorded(arrive, ticket, monkeypatch):
    engineer = arrive(Engineer, "support")
    monkeypatch.setattr(access_log, "commit", cannot_write)

    engineer.go(f"/admin/tickets/{ticket.id}")

    engineer.stands_at("We cannot record looks right now").sees_nothing_of(MAIL)


def cannot_write(*_given):
    """What the log does when its table cannot be written."""
    raise RecordNotWritten

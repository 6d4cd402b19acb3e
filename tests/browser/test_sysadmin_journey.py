"""A sysadmin's day in the browser: a colleague invited by two, a token made by two, a set-up that needs a person, jobs."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect

from dashboard.services import outbox
from models import Heartbeat, utcnow
from tests.browser.visitors import Administrator, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser sysadmin")]
THREE = ("CNRY-account-a-first", "CNRY-account-a-last", "cnry-account-a-email@x.example")
NEW_PASSWORD = "four calm words here"


@pytest.fixture
def two(arrive):
    """Two system administrators at their desks."""
    return arrive(Administrator, "sysadmin"), arrive(Administrator, "sysadmin2")


@pytest.fixture
def send_messages(site, monkeypatch, tmp_path):
    """`send_messages()`: what the scheduler does every few seconds; the messages lie in a folder of the test."""
    monkeypatch.setattr(outbox, "FOLDER", tmp_path)

    def _send():
        with site.world.app.app_context(), site.world.system() as session:
            return outbox.deliver(session, site.world.app.extensions["settings"])

    return _send


def newest_link(visitor):
    """The path of the link in the newest message, as the demo's outbox shows it."""
    visitor.go("/outbox")
    return urlsplit(visitor.page.locator(".card a").first.get_attribute("href")).path


def test_a_newcomer_signs_in_when_two_sysadmins_invited_them(arrive, two, send_messages):
    ilse, piotr = two
    ilse.go_by_menu("Staff and tokens").press("Invite a colleague")
    ilse.press("Propose the invitation").sees("your attention")
    ilse.fill("Name", "Nadia New").fill("Staff address", "nadia@demo.example").tick("Support engineer")
    ilse.press("Propose the invitation").is_told("waits for another system administrator").sees(
        "Invite Nadia New", "you"
    )
    expect(ilse.page.get_by_role("button", name="Agree")).to_have_count(0)

    piotr.go("/admin/").sees("Waiting for a second sysadmin").go_by_menu("Staff and tokens")
    piotr.press("Agree proposal 1", exact=False).is_told("The invitation is on its way")
    assert send_messages() == 1
    newcomer = arrive(Visitor)
    link = newest_link(newcomer)
    newcomer.go(link).stands_at("Set your password")
    newcomer.fill("New password", "short").fill("The same again", "short").press("Set the password").stands_at(
        "Set your password"
    )
    newcomer.fill("New password", NEW_PASSWORD).fill("The same again", NEW_PASSWORD).press("Set the password")

    newcomer.stands_at("Sign in").sign_in("nadia", password=NEW_PASSWORD).stands_at("My work")
    newcomer.sees("Unassigned")
    stranger = arrive(Visitor)
    stranger.page.goto(link)
    stranger.look_around().sees_nothing_of("New password")


def test_a_token_is_shown_once_when_a_second_sysadmin_agrees(two):
    ilse, piotr = two
    ilse.go_by_menu("Staff and tokens").press("New token").fill("Name", "website-2026").tick("Website")
    ilse.press("Propose the token").is_told("waits for another system administrator")

    piotr.go_by_menu("Staff and tokens").press("Agree proposal", exact=False).stands_at("The token is made")
    token = piotr.field("Token").input_value()
    assert len(token) > 30
    piotr.press("I have copied it").sees("website-2026", "Works").sees_nothing_of(token)
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # the answer to a form was not kept, and is not sent again
        piotr.back()
    piotr.page = piotr.new_tab()
    piotr.go("/admin/staff/").sees_nothing_of(token)

    ilse.go("/admin/staff/").sees_nothing_of(token).press("Revoke website-2026").press("Revoke the token")
    ilse.is_told("The token is revoked").sees("Revoked")


def test_nobody_gives_themselves_a_role_when_they_open_their_own_page(two, site):
    ilse, _piotr = two

    ilse.go(f"/admin/staff/{site.world.staff['sysadmin']}")

    ilse.sees("You cannot change your own role.")
    expect(ilse.page.get_by_role("radio")).to_have_count(0)


def test_a_role_changes_at_the_next_click_when_a_second_sysadmin_agrees(arrive, site, two):
    ilse, piotr = two
    colleague = arrive(Visitor, "rep2")

    ilse.go(f"/admin/staff/{site.world.staff['rep2']}").tick("Compliance officer").press("Propose this role")
    ilse.is_told("Nothing has changed yet")
    colleague.go_by_menu("Contact requests").stands_at("Contact requests")
    piotr.go_by_menu("Staff and tokens").press("Agree proposal", exact=False).is_told("The role changes")

    colleague.go("/admin/contact-requests/").stands_at("This is not part of your role")
    colleague.go_by_menu("Access log").stands_at("Access log")


def test_a_colleague_is_out_at_once_when_one_sysadmin_deactivates_them(arrive, site, two):
    ilse, _piotr = two
    rep = arrive(Visitor, "rep")
    ilse.go(f"/admin/staff/{site.world.staff['rep']}").press("Deactivate S-", exact=False).sees(
        "They are signed out everywhere"
    )

    ilse.page.get_by_role("main").get_by_role("button", name="Deactivate").click()
    ilse.is_told("is deactivated and signed out").look_around()

    rep.go("/admin/").stands_at("Sign in")
    rep.sign_in("rep").stands_at("Sign in")


def test_three_fields_appear_and_go_when_a_set_up_is_taken_and_closed(world, two):
    ilse, piotr = two
    case = world.onboarding(world.account(first_sign_in_at=None), number=12)
    ref = f"O-{case.number}"
    ilse.go("/admin/").sees(ref).sees_nothing_of(*THREE)

    ilse.go_by_menu("Onboarding").sees_nothing_of(*THREE).press(f"Take {ref}").stands_at(
        f"Take case {ref}"
    ).sees_nothing_of(*THREE)
    ilse.press(f"Take {ref}").sees("needs your attention").sees_nothing_of(*THREE)
    ilse.tick("Find out why automation stopped").press(f"Take {ref}").stands_at(f"Set-up {ref}").sees(*THREE)
    piotr.page.goto(ilse.page.url)
    piotr.look_around().stands_at("Nothing here for you").sees_nothing_of(*THREE)
    ilse.choose("How does it end?", "The account is set up").press("Close case")

    ilse.sees_nothing_of(*THREE)


def test_silence_is_never_green_when_the_scheduler_gives_no_sign(world, two):
    ilse, _piotr = two

    ilse.go_by_menu("Jobs").sees("The scheduler is silent.", "Send messages")
    world.add(Heartbeat(process="scheduler", at=utcnow()))
    ilse.go_by_menu("Jobs").sees("Alive")

    expect(ilse.page.get_by_text("The scheduler is silent.")).to_have_count(0)

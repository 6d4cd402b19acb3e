"""A rep's day in the browser: one submission, the person behind it, the permission question, and nothing left after."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import Rep

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser rep")]
NAME, MAIL, PHONE = "CNRY-contact-a-name", "cnry-contact-a-email@y.example", "CNRY-contact-a-phone"
PERSON = (NAME, MAIL, PHONE)


@pytest.fixture
def submission(world):
    """A submission that nobody has taken, and a neighbour's."""
    world.contact_request("b", number=32)
    return f"C-{world.contact_request(number=31).number}"


def test_a_person_appears_and_goes_again_when_a_rep_follows_up(arrive, submission):
    rep = arrive(Rep, "rep")
    rep.sees("Submission of the contact form", "No personal data on this page.").sees_nothing_of(*PERSON)

    rep.take(submission).is_told(f"{submission} is yours").sees(*PERSON).sees_nothing_of("CNRY-contact-b")
    case = rep.page.url
    rep.sees("one person's name, e-mail address and phone number")
    rep.choose("How does it end?", "Their question is answered").press("Close follow-up").sees(
        "Ask the permission question first."
    )
    rep.tick("No answer").press("Record attempt").is_told("Attempt 1 is recorded.")
    rep.tick("Reached").press("Record attempt").is_told("Attempt 2 is recorded.")
    rep.press("Record the answer").sees("thing needs your attention")
    rep.page.get_by_role("radio", name="English").check()
    rep.tick("Yes, the person agrees").press("Record the answer").is_told("The answer is recorded.")
    rep.choose("How does it end?", "We made an appointment").press("Close follow-up")

    rep.is_told(f"Follow-up {submission} is closed").sees_nothing_of(*PERSON)
    rep.go("/admin/").sees("Nothing in your hands").sees_nothing_of(*PERSON)
    rep.page.goto(case)
    rep.look_around().stands_at("Your access has ended").sees_nothing_of(*PERSON)


def test_a_second_rep_sees_nothing_when_another_follows_up(arrive, submission):
    rep = arrive(Rep, "rep")
    colleague = arrive(Rep, "rep2")
    colleague.go("/admin/contact-requests/?tab=free").sees(submission)

    rep.take(submission)
    colleague.press(f"Take {submission}")

    colleague.is_told(f"Someone else took {submission} a moment ago.").sees_nothing_of(*PERSON)
    colleague.page.goto(rep.page.url)
    colleague.look_around().stands_at("Nothing here for you").sees_nothing_of(submission, *PERSON)
    colleague.go_by_menu("Contact requests").sees("Nothing in your hands").sees_nothing_of(*PERSON)


def test_a_rep_gives_a_submission_back_when_the_reason_is_said(arrive, submission):
    rep = arrive(Rep, "rep")
    rep.take(submission)

    rep.page.get_by_text("Give it back to the queue").click()
    rep.choose("Why do you give it back?", "I know the person").press("Give it back")

    rep.is_told(f"{submission} is back in the queue").sees_nothing_of(*PERSON)


def test_the_whole_follow_up_works_when_the_browser_runs_no_script(arrive, submission):
    rep = arrive(Rep, "rep", javascript=False)

    rep.take(submission).sees(*PERSON)
    rep.tick("Reached").press("Record attempt")
    rep.page.get_by_role("radio", name="Nederlands").check()
    rep.tick("No").press("Record the answer")
    rep.choose("How does it end?", "Their question is answered").press("Close follow-up")

    rep.is_told(f"Follow-up {submission} is closed").sees_nothing_of(*PERSON)


def test_a_case_is_found_when_its_number_is_typed(arrive, submission):
    rep = arrive(Rep, "rep")
    rep.take(submission).go("/admin/")

    rep.fill("Find a case by its number", "999").press("Find case").is_told("Nothing in your cases or the queue")
    rep.fill("Find a case by its number", submission.lower()).press("Find case").stands_at(f"Follow-up {submission}")

    expect(rep.page).to_have_title(f"Follow-up {submission} · Need-to-Know")

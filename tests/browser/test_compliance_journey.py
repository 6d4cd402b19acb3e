"""A compliance officer's day in the browser: who saw what and why, who may, and no personal data in any of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import Engineer, Officer, Rep
from tests.canaries import walks

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser compliance")]


@pytest.fixture
def worked(arrive, world):
    """What was done before the officer comes: a ticket taken, its trace seen, and somebody else's page tried."""
    world.error_ticket(world.account(), number=77)
    world.contact_request(number=31)
    engineer = arrive(Engineer, "support", inspecting=False)
    engineer.take("T-77").open_trace()
    trace = engineer.page.url
    rep = arrive(Rep, "rep", inspecting=False)
    rep.take("C-31")
    rep.page.goto(trace)


def test_a_look_is_found_with_its_reason_and_without_a_name_when_the_log_is_read(arrive, worked):
    officer = arrive(Officer, "compliance").sees_nothing_of("CNRY")

    officer.go_by_menu("Access log").sees("T-77", "C-31").sees_nothing_of("CNRY", "cnry", "demo.example")
    officer.fill("Who saw the person of", "nonsense").press("Ask : Who saw the person of")
    officer.sees("needs your attention")
    officer.fill("Who saw the person of", "T-77").press("Ask : Who saw the person of")
    officer.sees("Who saw the person of T-77").sees_nothing_of("CNRY", "cnry")

    assert "T-77" not in officer.page.url
    officer.press("Back to all lines").sees("Refused")


def test_who_may_what_is_read_in_sentences_when_the_matrix_is_opened(arrive, worked):
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Access matrix").sees_nothing_of("CNRY")

    officer.sees("ticket:take", "P38")
    expect(officer.page.get_by_role("heading", level=1)).to_have_text("Access matrix")


def test_who_else_holds_data_is_read_with_its_ground_when_processors_are_opened(arrive, worked):
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Processors").stands_at("Processors").sees_nothing_of("CNRY")

    officer.sees("HubSpot", "Privacy Shield", "Not valid", "Out of our reach", "gdpr-delete")


def test_every_promise_is_read_with_its_figure_when_it_has_been_checked(arrive, world):
    world.error_ticket(world.account(), assignee="support")
    officer = arrive(Officer, "compliance").go_by_menu("Promises").stands_at("Promises")

    officer.press("Check now").sees("2 promises are broken", "2 of 61 promises are broken", "Privacy Shield")
    officer.sees_nothing_of("CNRY", "cnry", "demo.example")
    officer.page.get_by_role("link", name="P38", exact=True).click()
    officer.sees("This will be done by the support engineer assigned to that issue only.", "The last 30 days", "Holds")
    officer.press("Check now").sees("P38 was checked.").sees_nothing_of("CNRY")


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("Your system-error ticket, trace opened, event before the error", "Yes,"),
        ("Your system-error ticket, trace opened, event after the error", "No,"),
        ("A colleague's ticket, and the colleague opened the trace", "No,"),
    ],
)
def test_yes_or_no_is_said_with_its_rule_when_one_asks_about_a_state(arrive, state, answer):
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Why may I see it?").choose("Who", "Support engineer")
    officer.choose("What", "A usage event of one person")
    officer.page.get_by_role("option", name=state).wait_for(state="attached")
    officer.choose("In which state", state).press("Explain")

    expect(officer.page.locator(".verdict")).to_contain_text(answer)
    officer.sees("What would change the answer").sees_nothing_of("CNRY")


def test_the_answer_is_no_in_every_state_when_compliance_asks_about_itself(arrive):
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Why may I see it?").choose("What", "The person of a ticket: name and e-mail address").press(
        "Explain"
    )

    officer.sees("No").sees_nothing_of("CNRY")
    expect(officer.page.get_by_text("Yes", exact=True)).to_have_count(0)


def test_every_persons_page_is_refused_when_compliance_tries_it(arrive, world, worked):
    officer = arrive(Officer, "compliance")

    for path in (
        "/admin/tickets/",
        "/admin/accounts/",
        "/admin/contact-requests/",
        "/admin/onboarding/",
        "/admin/staff/",
    ):
        officer.go(path).stands_at("This is not part of your role").sees_nothing_of("CNRY")


def test_my_looks_lists_mine_when_a_colleague_looked_too(arrive, worked):
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("My looks").sees_nothing_of("T-77", "C-31")


def test_the_house_is_seen_to_prove_itself_when_evidence_is_opened(arrive, world, tmp_path):
    walks.erased(world, tmp_path)
    officer = arrive(Officer, "compliance")

    officer.go_by_menu("Evidence").sees("Reached, and it holds", "who stays until it expires", "BEGIN PUBLIC KEY")
    officer.press("Processing activities").sees("Controller", "Not recorded", "usage_event", "Privacy Shield")

    expect(officer.page.get_by_role("heading", level=1)).to_have_text("Record of processing activities")

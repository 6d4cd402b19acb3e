"""Somebody of the staff reads the statistics, by mouse and by keys alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import Rep
from tests.statistics.nights import SETTLED, company, night, use

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser statistics")]
NAME = "CNRY-company-large"


@pytest.fixture
def counted(world):
    """Figures of two weeks; in the first nobody used the app enough."""
    accounts = company(world, "large", 12)[1]
    for name in "abc":
        accounts = accounts + company(world, name, 4)[1]
    use(world, accounts, times=2)
    use(world, accounts[:3], at=SETTLED.replace(month=8, day=26))
    night(world)


def test_reports_are_read_when_one_chooses_them(arrive, counted):
    rep = arrive(Rep, "rep")

    rep.go_by_menu("Statistics").stands_at("Statistics").sees("No personal data on this page.", "Reports", "All users")
    expect(rep.page.get_by_role("img", name="People who used the app: All users")).to_be_visible()
    rep.page.get_by_text("Show the numbers as a table").first.press("Enter")
    expect(rep.page.get_by_role("cell", name="not shown").first).to_be_visible()
    rep.choose("Company", NAME).press("Show").sees(NAME).look_around()
    rep.choose("Report", "Across companies").press("Show").sees("All other companies together").look_around()
    rep.choose("Report", "Website").press("Show").sees("Import what the analytics tool adds up").look_around()

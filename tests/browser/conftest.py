"""The browser of one worker: started when first asked for, shared by its tests; and the site it is pointed at."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch
from tests.browser.site import open_site


@pytest.fixture(scope="session")
def browser():
    """Chromium. Each test takes a context of its own: `browser.new_context(base_url=…)`."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def site(world):
    """The world of the test behind an address of its own; everybody can sign in."""
    with open_site(world) as opened:
        yield opened


@pytest.fixture
def arrive(browser, site):
    """`arrive(Engineer, "support")`: somebody opens a browser and signs in; at the end it must have noticed nothing."""
    present = []

    def _arrive(kind, name=None, **wishes):
        visitor = kind(browser, site, **wishes)
        present.append(visitor)
        return visitor.sign_in(name).stands_at("My work") if name else visitor

    yield _arrive
    for visitor in present:
        visitor.leave()

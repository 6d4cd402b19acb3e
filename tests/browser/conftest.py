"""The browser of one worker: started when first asked for, shared by its tests."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch


@pytest.fixture(scope="session")
def browser():
    """Chromium. Each test takes a context of its own: `browser.new_context(base_url=…)`."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()

"""The browser is found, or its absence is said; and axe-core sees what it should."""

import os

import pytest

from tests.browser import chromium


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """A machine without any browser; the folder is where Playwright would keep one."""
    monkeypatch.setattr(chromium, "COMMANDS", ())
    monkeypatch.setattr(chromium, "APPLICATIONS", ())
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    return tmp_path


def test_find_names_the_remedy_when_there_is_no_browser(bare_machine):
    remedy = "apt-get install chromium" if os.getuid() == 0 else "playwright install chromium"

    with pytest.raises(chromium.ChromiumMissing, match=remedy):
        chromium.find()


def test_find_takes_playwrights_own_when_nothing_else_is_installed(bare_machine):
    own = bare_machine / "chromium-1234/chrome-linux64/chrome"
    own.parent.mkdir(parents=True)
    own.touch(mode=0o755)

    assert chromium.find() == own


@pytest.mark.parametrize(("wish", "outcome"), [("", pytest.fail.Exception), ("1", pytest.skip.Exception)])
def test_a_missing_browser_is_never_silent_when_a_test_needs_it(bare_machine, monkeypatch, wish, outcome):
    monkeypatch.setenv("SKIP_BROWSER_TESTS", wish)

    with pytest.raises(outcome, match="need Chromium"):
        chromium.launch(None)


@pytest.mark.browser
def test_axe_finds_the_fault_when_a_page_names_no_language(browser):
    page = browser.new_page()
    page.set_content("<title>No language</title><main><h1>Hello</h1></main>")
    page.evaluate(chromium.AXE.read_text())

    found = page.evaluate("axe.run().then(result => result.violations.map(each => each.id))")

    assert found == ["html-has-lang"]
    page.close()

"""`make screenshots`: the README's pictures, taken of the product while the demo's story is in it.

Invented people only. The story is told anew each time, so a picture never shows what the product no longer is.
"""

import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from dashboard.cli_demo import fill
from tests.browser.chromium import launch
from tests.browser.inspection import HEIGHT, WIDE
from tests.browser.palette import shrink
from tests.browser.site import Site, served
from tests.browser.visitors import Administrator, Engineer, Officer, Rep, Visitor
from tests.conftest import make_app
from tests.world import World

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
ACCOUNTS, EVENTS = 400, 30_000
"""Enough for every desk to have work and every trace to have steps."""
TALLEST = 1700
"""Pixels of a page that a picture shows at most."""
LARGEST = 250_000
"""Bytes: a README that loads slowly is not read."""

Arrive = Callable[[type[Visitor], str], Visitor]


def take(visitor: Visitor, name: str, *, dark: bool = False, tallest: int = TALLEST) -> None:
    """Write one picture of the page as it stands, from the top."""
    page = visitor.page
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    tall = min(page.evaluate("document.documentElement.scrollHeight"), tallest)
    page.set_viewport_size({"width": WIDE, "height": max(tall, HEIGHT)})
    path = FOLDER / f"{name}.png"
    path.write_bytes(small(page))
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.emulate_media(color_scheme="light")
    size = path.stat().st_size
    print(f"{path.name:28} {size / 1000:5.0f} kB")
    if size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST / 1000:.0f} kB: show less of the page.")


def small(page: Page) -> bytes:
    """Return the picture of a page, packed; the packing happens on an empty page, which has no policy against it."""
    empty = page.context.new_page()
    try:
        return shrink(page.screenshot(animations="disabled"), empty)
    finally:
        empty.close()


def of_support(arrive: Arrive) -> None:
    """The desk, one ticket, why, and what led to its error."""
    engineer = arrive(Engineer, "support")
    take(engineer, "support-desk")
    engineer.page.locator("tr", has_text="System error").get_by_role("link", name="Open").first.click()
    take(engineer, "ticket")
    engineer.press("Open the trace")
    take(engineer, "reason")
    engineer.tick("Reproduce the error").press("Open the trace")
    take(engineer, "trace-light")
    take(engineer, "trace-dark", dark=True)


def of_contact_follow_up(arrive: Arrive) -> None:
    """One submission in a rep's hands."""
    rep = arrive(Rep, "rep")
    rep.page.get_by_role("link", name="Open").first.click()
    take(rep, "contact-request")


def of_oversight(arrive: Arrive) -> None:
    """Who looked, who may, and who works here."""
    officer = arrive(Officer, "compliance").go_by_menu("Access log")
    take(officer, "access-log", tallest=1300)
    officer.go_by_menu("Why may I see it?").choose("Who", "Support engineer")
    officer.choose("What", "A usage event of one person")
    before = "your system-error ticket, trace opened, event before the error"
    option = officer.page.get_by_role("option", name=before)
    option.wait_for(state="attached")
    officer.page.get_by_label("In which state").select_option(option.get_attribute("value"))
    take(officer.press("Explain"), "explain", tallest=1300)
    take(arrive(Administrator, "sysadmin").go_by_menu("Staff and tokens"), "staff")


def main() -> None:
    """Tell the story, serve it, take the pictures."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = make_app(f"sqlite:///{folder}/screenshots.db")
        with app.app_context():
            fill(accounts=ACCOUNTS, events=EVENTS)
        browser = launch(playwright)
        with served(app) as url:

            def arrive(kind: type[Visitor], name: str) -> Visitor:
                return kind(browser, Site(World(app), url), inspecting=False).sign_in(name)

            for story in (of_support, of_contact_follow_up, of_oversight):
                story(arrive)
        browser.close()


if __name__ == "__main__":
    main()

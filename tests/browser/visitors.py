"""Staff at their browsers: each role a set of things one does there, by clicking and typing only.

Every page they reach is inspected; what the browser reports and whom it calls is kept and must be nothing.
"""

import re
from typing import Self

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from tests.browser.inspection import HEIGHT, WIDE, inspect
from tests.browser.site import PASSWORD, Site

PATIENCE = 10_000
"""Milliseconds a page may take on a machine that does much else."""
REPORT = "addEventListener('securitypolicyviolation', e => reportPolicy(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of (400|403|404|409|503)")
"""What Chromium writes about a refusal that the story is about."""

expect.set_options(timeout=PATIENCE)


class Visitor:
    """Somebody with a browser of their own: cookies, windows, and what went wrong there."""

    def __init__(self, browser: Browser, site: Site, *, javascript: bool = True, inspecting: bool = True) -> None:
        self.site = site
        self.noticed: list[str] = []
        self.inspecting = inspecting and javascript
        self.context = browser.new_context(
            base_url=site.url,
            locale="en-GB",
            timezone_id="Europe/Amsterdam",
            viewport={"width": WIDE, "height": HEIGHT},
            java_script_enabled=javascript,
            reduced_motion="reduce",  # a colour half-way through its change has no contrast to measure
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("request", self._call)
        self.context.on("console", self._say)
        self.context.on("weberror", lambda error: self.noticed.append(f"script: {error.error}"))
        self.context.expose_binding("reportPolicy", lambda _source, text: self.noticed.append(f"policy: {text}"))
        self.context.add_init_script(REPORT)
        self.page = self.new_tab()

    def _call(self, request: Request) -> None:
        if not request.url.startswith((self.site.url + "/", "data:", "blob:")):
            self.noticed.append(f"called {request.url}")

    def _say(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.noticed.append(f"console: {message.text}")

    def new_tab(self) -> Page:
        """Another window of the same browser."""
        return self.context.new_page()

    def leave(self) -> None:
        """Close the browser; whatever it noticed is a fault."""
        self.context.close()
        if self.noticed:
            pytest.fail("\n".join(self.noticed), pytrace=False)

    # --- moving about -----------------------------------------------------------------------------------------

    def look_around(self) -> Self:
        """Take in the page that was reached: inspected, and without a server's fault."""
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("This page broke")
        if self.inspecting:
            self.noticed += inspect(self.page)
        return self

    def go(self, path: str) -> Self:
        """Type an address."""
        self.page.goto(path)
        return self.look_around()

    def press(self, name: str, *, inside: Locator | None = None, exact: bool = True) -> Self:
        """Press a button or a link by its words, and wait for what comes."""
        where = inside or self.page.get_by_role("main")
        button = where.get_by_role("button", name=name, exact=exact)
        link = where.get_by_role("link", name=name, exact=exact)
        with self.page.expect_event("load"):
            button.or_(link).first.click()
        return self.look_around()

    def go_by_menu(self, name: str) -> Self:
        """Press a place of the navigation."""
        return self.press(name, inside=self.page.get_by_role("navigation", name="Main"))

    def field(self, label: str) -> Locator:
        """The input with a label."""
        return self.page.get_by_label(label, exact=True).and_(self.page.locator("input, textarea, select"))

    def fill(self, label: str, text: str) -> Self:
        """Type into a field."""
        self.field(label).fill(text)
        return self

    def choose(self, label: str, option: str) -> Self:
        """Choose from a list."""
        self.field(label).select_option(label=option)
        return self

    def tick(self, label: str) -> Self:
        """Choose one of several."""
        self.field(label).check()
        return self

    def back(self) -> Self:
        """Press the browser's Back button."""
        self.page.go_back()
        return self

    # --- seeing -----------------------------------------------------------------------------------------------

    def sees(self, *texts: str) -> Self:
        """Each text stands on the page."""
        for text in texts:
            expect(self.page.get_by_role("main").get_by_text(text).filter(visible=True).first).to_be_visible()
        return self

    def sees_nothing_of(self, *texts: str) -> Self:
        """No text stands anywhere in the document, visible or not."""
        for text in texts:
            assert text not in self.page.content(), text
        return self

    def stands_at(self, heading: str) -> Self:
        """The page's heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        return self

    def is_told(self, text: str) -> Self:
        """The answer to what was just done, in the flash."""
        expect(self.page.locator(".flash")).to_contain_text(text)
        return self

    def row(self, ref: str) -> Locator:
        """The row of a table that begins with a case's number."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=ref, exact=True))

    # --- signing in -------------------------------------------------------------------------------------------

    def sign_in(self, name: str, *, password: str = PASSWORD) -> Self:
        """Fill in the sign-in form."""
        self.go("/login").fill("E-mail", f"{name}@demo.example").fill("Password", password)
        return self.press("Sign in")

    def sign_out(self) -> Self:
        """Press Sign out, in whichever language it is written."""
        self.page.locator("form[action='/logout'] button").click()
        return self.stands_at("Sign in").look_around()

    def cookie(self) -> dict[str, str]:
        """The cookie of the session, to copy."""
        (found,) = [c for c in self.context.cookies() if c["name"] == "session"]
        return {"name": "session", "value": found["value"], "url": self.site.url}


class Rep(Visitor):
    """Contact follow-up."""

    def take(self, ref: str) -> Self:
        """Take a submission from the desk."""
        self.go("/admin/")
        return self.press(f"Take {ref}")


class Engineer(Visitor):
    """Support."""

    def take(self, ref: str) -> Self:
        """Take a ticket from the desk."""
        self.go("/admin/")
        return self.press(f"Take {ref}").stands_at(f"Ticket {ref}")

    def open_ticket(self, ref: str) -> Self:
        """Open a ticket of one's own from the desk."""
        self.go("/admin/")
        return self.press(f"Open {ref}").stands_at(f"Ticket {ref}")

    def open_trace(self, *, reason: str = "Reproduce the error") -> Self:
        """From a ticket: say why, then see what led to its error."""
        self.press("Open the trace").stands_at("Why do you need the trace?")
        return self.tick(reason).press("Open the trace")

    def close(self, *, how: str = "Solved") -> Self:
        """From a ticket: close it."""
        return self.choose("How does it end?", how).press("Close the ticket")

    def hand_over(self, *, to: str) -> Self:
        """From a ticket: give it to a colleague."""
        self.page.get_by_text("Release it or hand it over").click()
        return self.choose("Hand over to", to).press("Hand over")


class Administrator(Visitor):
    """Staff, tokens, set-ups and jobs."""


class Officer(Visitor):
    """Compliance."""

"""What must hold on every page that anybody visits: axe-core, sizes, headings, nothing inline, nothing too wide.

Each look of a page is inspected once per worker: the same page in the same state would only say the same again.
"""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import AXE

HERE = Path(__file__).parent
SCRIPT = (HERE / "inspection.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer can differ between light and dark."""
WIDE, SMALL, NARROW = 1360, 390, 320
HEIGHT = 900
MOST = 5
"""Faults of one kind that a report names; a page with more is told by their number."""
RUN_AXE = """options => axe.run(document, options).then(result => result.violations.map(
    each => `${each.id}: ${each.nodes.map(node => node.target.join(" ")).join(", ")}`))"""
STATE = """() => [document.title, ...[...document.querySelectorAll(
    "h2, h3, .flash, .note, .tag, .msg, .empty, .figure, label, .btn, thead th")].map(e =>
    e.className + e.textContent.replace(/[0-9]+/g, "0").trim())].join("|")"""

_inspected: set[str] = set()


def inspect(page: Page) -> list[str]:
    """The faults of the page as it stands, at both widths, light and dark; none when this look of it was inspected."""
    state = page.evaluate(STATE)
    if state in _inspected:
        return []
    _inspected.add(state)
    faults = [f"{page.url.partition('/admin')[2] or page.url} {fault}" for fault in _faults(page)]
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.emulate_media(color_scheme="light")
    return faults


def _faults(page: Page) -> Iterator[str]:
    page.evaluate(AXE.read_text())
    for width in (WIDE, SMALL):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="light")
        yield from _named(f"at {width} px", axe(page, {"type": "tag", "values": STANDARDS}))
        yield from _named(f"targets at {width} px", ask(page, "targets"))
        page.emulate_media(color_scheme="dark")
        yield from _named(f"in the dark at {width} px", axe(page, {"type": "rule", "values": COLOURS}))
    for question in ("headings", "inline", "tables", "states", "primaries"):
        yield from _named(question, ask(page, question))
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    for question in ("width", "spacing"):
        yield from _named(f"{question} at {NARROW} px", ask(page, question))


def _named(where: str, faults: list[str]) -> Iterator[str]:
    yield from (f"{where}: {fault}" for fault in faults[:MOST])
    if len(faults) > MOST:
        yield f"{where}: {len(faults) - MOST} more"


def axe(page: Page, run_only: dict[str, object]) -> list[str]:
    """Return axe-core's violations; axe must have been put on the page."""
    return list(page.evaluate(RUN_AXE, {"runOnly": run_only, "resultTypes": ["violations"]}))


def ask(page: Page, question: str) -> list[str]:
    """Return the answer to one question of inspection.js."""
    return list(page.evaluate(f"{SCRIPT}.{question}()"))


def walk_by_tab(page: Page, *, most: int = 120) -> tuple[list[str], list[str]]:
    """Press Tab from the top until the page is left: the stops by name, and what was wrong at them."""
    stops: list[str] = []
    faults: list[str] = []
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    for _press in range(most):
        page.keyboard.press("Tab")
        found = page.evaluate(f"{SCRIPT}.focus()")
        if found is None:
            return stops, faults
        stops.append(found["name"])
        faults += [f"{found['name']}: {fault}" for fault in found["faults"]]
    return stops, [*faults, f"still on the page after {most} presses"]

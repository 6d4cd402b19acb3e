"""The inspection sees what it is there for: each question, on a page with that fault and on one without."""

import pytest

from tests.browser.chromium import AXE
from tests.browser.inspection import ask, axe, walk_by_tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser frame")]
CALM = """<html lang="en"><title>Calm</title><main><h1>Calm</h1><h2>Part</h2><p>See <a href="#x">the part</a> here.</p>
<table><caption>Things</caption><tr><th scope="col">Thing</th></tr></table><button>Press this button</button></main>"""


@pytest.fixture
def page(browser):
    """An empty page, as wide as a small screen."""
    opened = browser.new_page(viewport={"width": 320, "height": 600})
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "fault", "said"),
    [
        ("headings", "<h1>Another</h1>", "2 h1"),
        ("headings", "<h4>Deep</h4>", "h2 is followed by h4"),
        ("targets", "<p><a href='#x'>alone</a></p>", "alone"),
        ("targets", "<input type=checkbox>", "checkbox"),
        ("inline", "<p style='color: red'>Red</p>", "style"),
        ("inline", "<p onclick='go()'>Go</p>", "onclick"),
        ("tables", "<table><tr><td>1</td></tr></table>", "no caption"),
        ("states", "<span class=tag>late</span>", "colour alone"),
        ("primaries", "<button class='btn-primary'>A</button><button class='btn-primary'>B</button>", "2 primary"),
        ("width", "<pre>" + "wide" * 100 + "</pre>", "320 px"),
    ],
)
def test_a_fault_is_named_when_the_page_has_it(page, question, fault, said):
    page.set_content(CALM)
    before = ask(page, question)

    page.set_content(CALM.replace("</main>", f"{fault}</main>"))
    after = ask(page, question)

    assert [f for f in before if said in f] == []
    assert any(said in f for f in after), after


def test_a_stop_without_a_ring_is_named_when_one_walks_by_tab(page):
    page.set_content(CALM + "<style>button:focus { outline: 0 }</style>")

    stops, faults = walk_by_tab(page)

    assert stops == ['a "the part"', 'button "Press this button"']
    assert 'button "Press this button": no ring' in faults


def test_faint_text_is_named_when_axe_is_asked(page):
    page.set_content(CALM + "<p style='color: #bbb; background: #fff'>Faint</p>")
    page.evaluate(AXE.read_text())

    found = axe(page, {"type": "rule", "values": ["color-contrast"]})

    assert len(found) == 1
    assert found[0].startswith("color-contrast")

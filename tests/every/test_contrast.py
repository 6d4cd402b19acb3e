"""Every pair of colours that meets on a page keeps its contrast, in light and in dark.

Recomputed from the stylesheet itself, by the formula of WCAG 2.2, so that a new shade cannot slip in unread.
Nothing here may hold a colour of its own: a colour that is written twice is soon two colours.
"""

import re
from pathlib import Path

import pytest

STYLESHEET = Path(__file__).parents[2] / "static" / "need-to-know.css"
TEXT, GRAPHIC = 4.5, 3.0
CHART_SHARE = 0.66  # how much of the accent a chart's bar holds, the rest is surface

TEXT_PAIRS = [
    ("ink", "page"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "accent-tint"),
    ("ink", "ok-tint"),
    ("ink", "warn-tint"),
    ("ink", "bad-tint"),
    ("muted", "page"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("muted", "accent-tint"),
    ("muted", "bad-tint"),
    ("accent", "page"),
    ("accent", "surface"),
    ("accent", "sunken"),
    ("accent", "accent-tint"),
    ("accent", "ok-tint"),
    ("accent", "warn-tint"),
    ("accent", "bad-tint"),
    ("accent-strong", "page"),
    ("accent-strong", "surface"),
    ("accent-strong", "accent-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ok", "surface"),
    ("ok", "ok-tint"),
    ("warn", "surface"),
    ("warn", "warn-tint"),
    ("warn", "accent-tint"),
    ("bad", "surface"),
    ("bad", "bad-tint"),
    ("surface", "bad"),
    ("doubt", "surface"),
    ("doubt", "doubt-tint"),
]
GRAPHIC_PAIRS = [
    ("edge", "page"),
    ("edge", "surface"),
    ("edge", "sunken"),
    ("focus", "page"),
    ("focus", "surface"),
    ("focus", "sunken"),
    ("focus", "accent-tint"),
]
Channels = tuple[float, float, float]
Look = dict[str, Channels]


def channels(colour: str) -> Channels:
    """Red, green and blue of "#rrggbb", each from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def declared(text: str) -> tuple[Look, Look]:
    """The tokens of the stylesheet, as they are in light and in dark."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", text)
    light = {name: channels(colour) for name, colour, _ in found}
    dark = {name: channels(colour) for name, _, colour in found}
    return light, dark


def luminance(colour: Channels) -> float:
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part: float) -> float:
    """One channel without the screen's gamma."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: Channels, other: Channels) -> float:
    """The ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(front: Channels, back: Channels, share: float) -> Channels:
    """What color-mix(in srgb, …) makes of the two."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(front, back, strict=True))
    return red, green, blue


LIGHT, DARK = declared(STYLESHEET.read_text(encoding="utf-8"))


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_is_readable_when_it_stands_on_its_ground(look: Look, front: str, back: str) -> None:
    colours = look[front], look[back]

    ratio = contrast(*colours)

    assert ratio >= TEXT, f"--{front} on --{back} has {ratio:.2f}, text needs {TEXT}"


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), GRAPHIC_PAIRS)
def test_an_edge_is_seen_when_it_stands_on_its_ground(look: Look, front: str, back: str) -> None:
    colours = look[front], look[back]

    ratio = contrast(*colours)

    assert ratio >= GRAPHIC, f"--{front} on --{back} has {ratio:.2f}, edges and rings need {GRAPHIC}"


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_a_chart_bar_is_seen_when_it_is_not_today(look: Look) -> None:
    bar = mixed(look["accent"], look["surface"], CHART_SHARE)

    ratio = contrast(bar, look["surface"])

    assert f"var(--accent) {CHART_SHARE:.0%}" in STYLESHEET.read_text(encoding="utf-8")
    assert ratio >= GRAPHIC, f"a chart bar on the surface has {ratio:.2f}, graphics need {GRAPHIC}"


def test_old_browsers_get_the_light_look_when_they_lack_light_dark() -> None:
    block = STYLESHEET.read_text(encoding="utf-8").split("@supports not", 1)[1].split("[data-theme", 1)[0]

    fallback = {name: channels(colour) for name, colour in re.findall(r"--([\w-]+): (#\w{6});", block)}

    assert fallback == LIGHT


def test_colours_stand_only_in_the_tokens_when_the_stylesheet_is_read() -> None:
    text = STYLESHEET.read_text(encoding="utf-8")

    below = text.split('[data-theme="dark"]', 1)[1].split("@media print", 1)[0]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", below) == []

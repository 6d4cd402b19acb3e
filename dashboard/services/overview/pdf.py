"""Documents as PDF: readable, numbered, the same bytes for the same document. Its metadata names no person.

The letters are DejaVu Sans (fonts/): Latin, Greek and Cyrillic. A sign they lack becomes □, and the document says so.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from .telling import Document, Field, Part
from .words import said

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "DejaVuSans.ttf", FONTS / "DejaVuSans-Bold.ttf"
FAMILY = "DejaVu"
MISSING = "□"
SIZES = {1: 18.0, 2: 13.0, 3: 11.0}
"""Points, by level of heading."""
TEXT, SMALL, LINE = 9.5, 8.0, 5.0
"""Points of text and of the foot; millimetres of a line."""
LABEL_WIDTH = 52.0
LEAST = 30.0
"""Millimetres a heading needs below it; with less it goes to the next page."""


class Paper(FPDF):
    """A page of A4 with its number at the foot."""

    def __init__(self, document: Document, *, at: datetime, foot: str = "") -> None:
        """Set up the letters, the margins and the metadata, which hold kind and reference alone."""
        super().__init__(format="A4")
        self._document, self._foot, self.lacking = document, foot, False
        for style, path in (("", REGULAR), ("B", BOLD)):
            self.add_font(FAMILY, style, path)
        self._letters = frozenset.intersection(*(frozenset(font.cmap) for font in self.fonts.values()))  # type: ignore[union-attr]
        self.set_margins(20, 18)
        self.set_auto_page_break(auto=True, margin=24)
        self.set_title(self._name())
        self.set_lang(document.language)
        self.set_creation_date(at)

    def _name(self) -> str:
        return f"{said(self._document.kind, self._document.language)} {self._document.ref}"

    def footer(self) -> None:
        """Write the document's reference and the page number at the foot of a page."""
        page = f"{said('page', self._document.language)} {self.page_no()} / {{nb}}"
        self.set_y(-18)
        self.set_font(FAMILY, "", SMALL)
        self.set_text_color(75)
        self.multi_cell(0, 4, "\n".join(filter(None, (f"{self._name()} · {page}", self._foot))), align="C")
        self.set_text_color(0)

    def heading(self, text: str, level: int) -> None:
        """Write a heading, never as the last thing on a page; it stands in the outline, too."""
        if self.will_page_break(LEAST):
            self.add_page()
        self.ln(3 if level > 2 else 5)
        self.set_font(FAMILY, "B", SIZES[level])
        self.start_section(self.printable(text), level=level - 1)
        self._write(text, height=LINE + 2)

    def paragraph(self, text: str) -> None:
        """Write a sentence or two."""
        self.set_font(FAMILY, "", TEXT)
        self._write(text)
        self.ln(1)

    def field(self, name: str, value: str) -> None:
        """Write a name and its value side by side; a long value goes on below, over as many pages as it needs."""
        self.set_font(FAMILY, "B", TEXT)
        if self.will_page_break(LINE * 2):
            self.add_page()
        top, left = self.get_y(), self.l_margin
        self.multi_cell(LABEL_WIDTH - 2, LINE, self.printable(name), align="L", new_x="LMARGIN", new_y="NEXT")
        below, page = self.get_y(), self.page_no()
        self.set_xy(left + LABEL_WIDTH, top)
        self.set_font(FAMILY, "", TEXT)
        self.multi_cell(0, LINE, self.printable(value), align="L", new_x="LMARGIN", new_y="NEXT")
        if self.page_no() == page:
            self.set_y(max(self.get_y(), below))

    def rule(self) -> None:
        """Draw a thin line between two groups of fields."""
        self.ln(1.5)
        self.set_draw_color(210)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def printable(self, text: str) -> str:
        """Return a text with □ for each sign the letters lack."""
        shown = "".join(letter if ord(letter) in self._letters or letter == "\n" else MISSING for letter in text)
        self.lacking = self.lacking or shown != text
        return shown

    def _write(self, text: str, *, height: float = LINE) -> None:
        self.multi_cell(0, height, self.printable(text), align="L", new_x="LMARGIN", new_y="NEXT")


def pdf_of(document: Document, *, at: datetime, foot: str = "") -> bytes:
    """Return a document as PDF, dated `at`; `foot` is written under each page number."""
    paper = Paper(document, at=at, foot=foot)
    paper.add_page()
    paper.heading(document.heading, 1)
    paper.paragraph(document.lead)
    for part in document.parts:
        _write_part(paper, part)
    if paper.lacking:
        paper.paragraph(said("glyphs", document.language))
    return bytes(paper.output() or b"")


def _write_part(paper: Paper, part: Part) -> None:
    paper.heading(part.heading, part.level)
    for text in part.texts:
        paper.paragraph(text)
    for point in part.points:
        paper.paragraph(f"• {point}")
    for index, group in enumerate(group for group in part.groups if group):
        if index:
            paper.rule()
        _write_group(paper, group)


def _write_group(paper: Paper, group: Sequence[Field]) -> None:
    for name, value in group:
        paper.field(name, value)


def texts_of(document: Document) -> Iterator[str]:
    """Yield every text a document holds, in order."""
    yield from (document.heading, document.lead)
    for part in document.parts:
        yield from (part.heading, *part.texts, *part.points)
        yield from (text for group in part.groups for field in group for text in field)

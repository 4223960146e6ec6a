"""A certificate of one page in Word: the page, and the lines and cells that every certificate is made of."""

from __future__ import annotations

import re
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt

from ecociv.reporting.render.word_parts import FACES, colour, set_fonts, shade

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def printable(text: Any) -> str:
    """Text without the characters that a Word file cannot hold."""
    return _CONTROL.sub("", str(text))


def certificate_page(title: str) -> Any:
    """An empty A4 page with narrow margins and small type, single-spaced."""
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(14), Mm(12)
    file.core_properties.title = printable(title)
    file.core_properties.author = "ecociv"
    normal = file.styles["Normal"]
    set_fonts(normal, FACES.body, 9)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    return file


def add_line(
    file: Any, text: str, face: str, size: float, *, tone: str = "", centre: bool = False, above: float = 0
) -> None:
    """A line of text; ``above`` is the space before it in points."""
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(above)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(printable(text))
    set_fonts(run, face, size)
    if tone:
        colour(run, tone)


def fill_cell(cell: Any, text: str, face: str, *, fill: str = "", size: float = 9) -> None:
    """The text of a cell, on a ground where one is given."""
    set_fonts(cell.paragraphs[0].add_run(printable(text)), face, size)
    if fill:
        shade(cell, fill)

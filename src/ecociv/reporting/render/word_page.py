"""The page and the styles of GB/T 9704-2012 for a Word document."""

from __future__ import annotations

from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt

from ecociv.reporting.render.word_parts import FACES, colour, element, set_fonts

# GB/T 9704-2012, 5.2: A4, top 37 mm, inner 28 mm, type area 156 mm by 225 mm; 22 lines of 28 characters of size 3 (16 pt).
PAGE_SHORT, PAGE_LONG = Mm(210), Mm(297)
TOP, BOTTOM, INNER, OUTER = Mm(37), Mm(35), Mm(28), Mm(26)
TYPE_AREA_HEIGHT_MM, LINES = 225, 22
LINE_PITCH = Pt(round(TYPE_AREA_HEIGHT_MM / 25.4 * 72 / LINES, 1))
# Keys of the styles of the appendix.
LINE, LABEL = "FigureLine", "FigureLabel"


def set_page(section: Any, *, landscape: bool) -> None:
    """The page upright, or turned a quarter for wide tables."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (PAGE_LONG, PAGE_SHORT) if landscape else (PAGE_SHORT, PAGE_LONG)
    # Turned a quarter to the left: what was the inner edge lies at the top, where the binding is.
    edges = (INNER, OUTER, BOTTOM, TOP) if landscape else (TOP, BOTTOM, INNER, OUTER)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = edges
    # 7 mm from the type area to the line of the page number, which is 5 mm high.
    section.header_distance, section.footer_distance = Mm(15), Mm(14 if landscape else 23)


def set_styles(file: Any, body_size: float, *, chinese: bool) -> None:
    """The styles of the text, its headings, captions and the lines of the appendix."""
    styles = file.styles
    normal = styles["Normal"]
    set_fonts(normal, FACES.body, body_size)
    language = element("lang", val="en-GB", eastAsia="zh-CN")
    normal.element.rPr.append(language)
    form = normal.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE_PITCH if chinese else Pt(20)
    looks = ((1, FACES.heading), (2, FACES.subheading), (3, FACES.body))
    for level, face in looks:
        style = styles[f"Heading {level}"]
        set_fonts(style, face, body_size)
        colour(style, "000000")
        style.font.bold = level == 3 or not chinese
        style.font.italic = False
        spacing = style.paragraph_format
        spacing.space_before = Pt(6 if level == 1 else 3)
        spacing.space_after = Pt(0)
        spacing.keep_with_next = True
        spacing.line_spacing_rule, spacing.line_spacing = form.line_spacing_rule, form.line_spacing
    line = styles.add_style(LINE, WD_STYLE_TYPE.PARAGRAPH)
    line.base_style = normal
    set_fonts(line, FACES.body, 8.5)
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    set_fonts(styles.add_style(LABEL, WD_STYLE_TYPE.CHARACTER), FACES.heading, 8.5)
    caption = styles["Caption"]
    set_fonts(caption, FACES.heading, 12)
    colour(caption, "000000")
    caption.font.bold = False
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(4)
    caption.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE

"""The report as a Word document on the page of GB/T 9704-2012."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Emu, Mm, Pt

from ecociv.reporting.document import Cell, Document, Entry, Heading, Paragraph, Run, Section, Table
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.word_page import (
    BOTTOM,
    INNER,
    LABEL,
    LINE,
    OUTER,
    PAGE_LONG,
    PAGE_SHORT,
    TOP,
    set_page,
    set_styles,
)
from ecociv.reporting.render.word_parts import (
    FACES,
    LINK_COLOUR,
    bookmark,
    colour,
    field,
    font_table,
    hyphenate,
    keep_whole,
    link,
    repeat_as_header,
    set_fonts,
    shade,
    table_frame,
)

_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
SHORT_TABLE = 14
"""A table of so many rows or fewer is not broken over two pages."""
_SAMPLE_COLOUR = "9C1C1C"


def to_word(document: Document) -> bytes:
    """The document as the bytes of a .docx file; the same document gives the same bytes."""
    return fixed_archive(WordWriter(document).write(), document.as_of)


def breakable(text: str) -> str:
    """Let the shares of a composition part at their colons, and nowhere else.

    >>> breakable("7.8:59.5:32.7").split("\u200b")
    ['7.8:', '59.5:', '32.7']
    """
    return re.sub(r"(?<=\d):(?=\d)", ":\u200b", text)


class WordWriter:
    """One document on its way to Word."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.zh = document.language == "zh"
        self.body_size = 16.0 if self.zh else 12.0
        self.file = docx.Document()
        self.bookmarks = 0

    def write(self) -> bytes:
        self._properties()
        set_styles(self.file, self.body_size, chinese=self.zh)
        self._cover()
        self._contents()
        for section in self.document.sections:
            self._section(section)
        self._appendix()
        for page in self.file.sections:
            self._header_and_footer(page)
        target = io.BytesIO()
        self.file.save(target)
        return target.getvalue()

    # -- the document as a whole -------------------------------------------------------------------------------

    def _properties(self) -> None:
        properties = self.file.core_properties
        properties.title = self.document.title
        properties.author = properties.last_modified_by = self.document.cover.office
        properties.created = properties.modified = self.document.as_of.replace(tzinfo=None)
        properties.language = "zh-CN" if self.zh else "en-GB"
        properties.keywords = self.document.sample_mark
        properties.comments = ""
        self.file.settings.odd_and_even_pages_header_footer = True
        if not self.zh:
            hyphenate(self.file.settings)
        package = self.file.part.package
        # The library's template brings a preview of its own empty page.
        for key, relation in list(package.rels.items()):
            if relation.reltype.endswith("/thumbnail"):
                del package.rels[key]
        for part in package.iter_parts():
            if part.partname == "/word/fontTable.xml":
                part._blob = font_table(FACES)

    def _header_and_footer(self, section: Any) -> None:
        first = section is self.file.sections[0] or section._sectPr is self.file.sections[0]._sectPr
        section.different_first_page_header_footer = first
        headers = [(section.header, section.footer), (section.even_page_header, section.even_page_footer)]
        if first:
            headers.append((section.first_page_header, None))
        for position, (header, footer) in enumerate(headers):
            header.is_linked_to_previous = False
            self._running_head(header.paragraphs[0], with_title=footer is not None)
            if footer is None:
                continue
            footer.is_linked_to_previous = False
            line = footer.paragraphs[0]
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            # GB/T 9704-2012, 7.5: size 4 (14 pt), one character in from the outer edge: right on odd pages, left on even.
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if position == 0 else WD_ALIGN_PARAGRAPH.LEFT
            line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(14)
            for run in (line.add_run("— "), field(line, "PAGE", "1"), line.add_run(" —")):
                set_fonts(run, "宋体", 14, latin="宋体" if self.zh else FACES.latin)

    def _running_head(self, paragraph: Any, *, with_title: bool) -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if self.document.sample_mark:
            mark = paragraph.add_run(self.document.sample_mark)
            set_fonts(mark, FACES.heading, 10.5)
            mark.font.bold = True
            colour(mark, _SAMPLE_COLOUR)
            if with_title:
                paragraph.add_run("    ")
        if with_title:
            set_fonts(paragraph.add_run(self.document.words["running"]), FACES.body, 9)

    # -- cover and contents ------------------------------------------------------------------------------------

    def _cover(self) -> None:
        cover = self.document.cover
        section = self.file.sections[0]
        set_page(section, landscape=False)
        if self.document.sample_mark:
            self._centred(self.document.sample_mark, FACES.heading, 18, before=24, tone=_SAMPLE_COLOUR)
        self._centred(cover.title, FACES.title, 26 if self.zh else 22, before=90 if self.document.sample_mark else 130)
        self._centred(cover.subtitle, FACES.title, 30 if self.zh else 24, before=24)
        self._centred("", FACES.body, 12, before=90)
        widths = (Mm(34), Mm(104))
        table = self.file.add_table(rows=0, cols=2)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for name, value in cover.facts:
            row = table.add_row()
            for cell, text, face in zip(row.cells, (name, value), (FACES.heading, FACES.body), strict=True):
                run = cell.paragraphs[0].add_run(text)
                set_fonts(run, face, 14 if self.zh else 12)
                cell.paragraphs[0].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
                cell.paragraphs[0].paragraph_format.space_after = Pt(6)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
        self._centred(cover.office, FACES.body, 16 if self.zh else 14, before=70)
        self._centred(cover.date, FACES.body, 16 if self.zh else 14, before=12)

    def _centred(self, text: str, face: str, size: float, *, before: float, tone: str = "000000") -> None:
        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        run = paragraph.add_run(text)
        set_fonts(run, face, size)
        colour(run, tone)

    def _contents(self) -> None:
        heading = self.file.add_paragraph()
        heading.paragraph_format.page_break_before = True
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_fonts(heading.add_run(self.document.words["contents"]), FACES.heading, self.body_size)
        titles = [(section.key, section.title) for section in self.document.sections]
        for key, title in [*titles, ("appendix", self.document.words["appendix"])]:
            line = self.file.add_paragraph()
            line.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
            set_fonts(link(line, title, f"chapter_{key}"), FACES.body, self.body_size)
            line.add_run("\t")
            field(line, f"PAGEREF chapter_{key} \\h", dirty=True)

    # -- chapters ----------------------------------------------------------------------------------------------

    def _chapter(self, key: str, title: str, *, landscape: bool, first: bool = False) -> None:
        before = self.file.sections[-1].orientation == WD_ORIENT.LANDSCAPE
        if first or landscape or before != landscape:
            section = self.file.add_section(WD_SECTION.NEW_PAGE)
            set_page(section, landscape=landscape)
        heading = self.file.add_heading(level=1)
        heading.add_run(title)
        self._bookmark(heading, f"chapter_{key}")

    def _bookmark(self, paragraph: Any, name: str) -> None:
        self.bookmarks += 1
        bookmark(paragraph, name, self.bookmarks)

    def _section(self, section: Section) -> None:
        first = section is self.document.sections[0]
        self._chapter(section.key, section.title, landscape=section.landscape, first=first)
        width = (PAGE_LONG - TOP - BOTTOM) if section.landscape else (PAGE_SHORT - INNER - OUTER)
        for block in section.blocks:
            if isinstance(block, Heading):
                self.file.add_heading(block.text, level=block.level)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            else:
                self._table(block, width)

    def _paragraph(self, block: Paragraph) -> None:
        paragraph = self.file.add_paragraph()
        if self.zh and block.style != "note":
            # Two characters, as Chinese text is set; counted in characters so that it follows the size.
            paragraph.paragraph_format.first_line_indent = Pt(2 * self.body_size)
        elif not self.zh:
            paragraph.paragraph_format.space_after = Pt(6)
        for run in block.runs:
            self._run(paragraph, run, FACES.body, None, strong=run.strong or block.style == "notice")
        if block.style == "notice":
            for written in paragraph.runs:
                set_fonts(written, FACES.heading)

    def _run(self, paragraph: Any, run: Run, face: str, size: float | None, *, strong: bool = False) -> None:
        written = paragraph.add_run(run.text)
        set_fonts(written, face, size)
        written.font.bold = strong or None
        if run.mark is not None:
            self._mark(paragraph, run.mark, (size or self.body_size) * 0.7)

    def _mark(self, paragraph: Any, number: int, size: float) -> None:
        run = link(paragraph, self.document.mark(number), f"figure_{number}")
        set_fonts(run, FACES.body, max(6.5, round(size * 2) / 2))
        colour(run, LINK_COLOUR)

    # -- tables ------------------------------------------------------------------------------------------------

    def _table(self, block: Table, width: int) -> None:
        caption = self.file.add_paragraph(style="Caption")
        caption.add_run(f"{self.document.words['table']}{block.number}  {block.title}")
        if not block.rows:
            note = self.file.add_paragraph()
            note.alignment = WD_ALIGN_PARAGRAPH.CENTER
            set_fonts(note.add_run(block.empty), FACES.body, 12)
            return
        shares = [column.share for column in block.columns]
        twips = [int(Emu(width).pt * 20 * share / sum(shares)) for share in shares]
        table = self.file.add_table(rows=1 + len(block.rows), cols=len(block.columns))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table_frame(table, twips)
        size = 9.0 if len(block.columns) > 7 or not self.zh else 10.0
        # Taken once: python-docx finds a cell by walking the whole table.
        rows = list(table.rows)
        repeat_as_header(rows[0])
        for column, cell, twip in zip(block.columns, rows[0].cells, twips, strict=True):
            self._cell(cell, Cell(column.heading, mark=column.mark), "center", size, face=FACES.heading, strong=not self.zh)
            self._width(cell, twip)
            shade(cell, "E7ECEF")
        for row, content in zip(rows[1:], block.rows, strict=True):
            keep_whole(row)
            cells = row.cells
            for cell, twip in zip(cells, twips, strict=True):
                self._width(cell, twip)
            if content.kind == "group":
                merged = cells[0].merge(cells[-1])
                self._cell(merged, content.cells[0], "left", size, face=FACES.heading, strong=not self.zh)
                merged.paragraphs[0].paragraph_format.keep_with_next = True
                shade(merged, "F3F5F6")
                continue
            total = content.kind == "total"
            for column, cell, value in zip(block.columns, cells, content.cells, strict=True):
                self._cell(cell, value, column.align, size, face=FACES.heading if total else FACES.body, strong=total)
        if len(rows) <= SHORT_TABLE:
            for row in rows[:-1]:
                for cell in row.cells:
                    cell.paragraphs[0].paragraph_format.keep_with_next = True
        if block.note:
            note = self.file.add_paragraph()
            note.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            set_fonts(note.add_run(block.note), FACES.body, 9)

    def _width(self, cell: Any, twips: int) -> None:
        cell.width = Pt(twips / 20)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER

    def _cell(self, cell: Any, content: Cell, align: str, size: float, *, face: str, strong: bool) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = _ALIGN[align]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        if content.sign is not None:
            shape = paragraph.add_run(f"{content.sign.shape} ")
            set_fonts(shape, "宋体", size)
            colour(shape, content.sign.colour)
        run = paragraph.add_run(breakable(content.text))
        set_fonts(run, face, size)
        run.font.bold = strong or None
        if content.sign is not None:
            colour(run, content.sign.colour)
        if content.mark is not None:
            # Where the column is narrow the line parts before the mark, never within the number.
            paragraph.add_run("\u200b")
            self._mark(paragraph, content.mark, size * 0.75)
        if content.sample:
            sample = paragraph.add_run()
            sample.add_break()
            sample.add_text(self.document.words["sample"])
            set_fonts(sample, FACES.heading, size - 1.5)
            colour(sample, _SAMPLE_COLOUR)

    # -- appendix ----------------------------------------------------------------------------------------------

    def _appendix(self) -> None:
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, landscape=False)
        heading = self.file.add_heading(level=1)
        heading.add_run(self.document.words["appendix"])
        self._bookmark(heading, "chapter_appendix")
        self._paragraph(Paragraph((Run(self.document.words["appendix_intro"]),)))
        for entry in self.document.entries:
            self._entry(entry)

    def _entry(self, entry: Entry) -> None:
        head = self.file.add_paragraph()
        head.paragraph_format.keep_with_next = True
        head.paragraph_format.space_before = Pt(6)
        head.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        self._bookmark(head, f"figure_{entry.number}")
        mark = head.add_run(f"{self.document.mark(entry.number)} ")
        set_fonts(mark, FACES.heading, 10.5)
        colour(mark, LINK_COLOUR)
        set_fonts(head.add_run(f"{entry.title} = {entry.shown}"), FACES.heading, 10.5)
        if entry.sample:
            sample = head.add_run(f"  {self.document.words['sample']}")
            set_fonts(sample, FACES.heading, 9)
            colour(sample, _SAMPLE_COLOUR)
        colon = "：" if self.zh else ": "
        for line in entry.lines:
            # By the styles' keys: python-docx looks a name up through the whole file, thousands of times.
            paragraph = self.file.add_paragraph()
            paragraph._p.style = LINE
            paragraph.paragraph_format.left_indent = Mm(6 + 6 * line.depth)
            paragraph.add_run(f"{line.label}{colon}")._r.style = LABEL
            paragraph.add_run(line.text)


__all__ = ["WordWriter", "to_word"]

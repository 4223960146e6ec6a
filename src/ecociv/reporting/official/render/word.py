"""An official document as a Word file on the page of GB/T 9704-2012; the fonts are named as the standard names them."""

from __future__ import annotations

import io
from typing import Any

from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.shared import Emu, Mm, Pt

from ecociv.reporting.document import Paragraph, Table
from ecociv.reporting.official.content import Attachment, Level, OfficialDocument, Part
from ecociv.reporting.official.layout import POINTS_PER_MM, OfficialLayout, Role, layout_on
from ecociv.reporting.official.render.measures import issuer_mark, signature_insets, title_lines
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.word import WordWriter
from ecociv.reporting.render.word_page import set_page, set_styles
from ecociv.reporting.render.word_parts import FACES, colour, element, field, set_fonts

BODY = "OfficialBody"
_SAMPLE_COLOUR = "9C1C1C"
_FACES: dict[Role, str] = {
    "title": FACES.title, "heading": FACES.heading, "subheading": FACES.subheading, "body": FACES.body, "song": "宋体",
}  # fmt: skip
_LEVELS: tuple[Role, ...] = ("heading", "subheading", "body", "body")


def to_word(document: OfficialDocument) -> bytes:
    """The document as the bytes of a .docx file; the same document gives the same bytes."""
    return fixed_archive(_OfficialWriter(document).write(), document.as_of)


def twentieths(points: float) -> float:
    """Points as Word keeps them, rounded down so that what fills the type area still fits into it."""
    return int(points * 20) / 20


class _OfficialWriter(WordWriter):
    """One official document on its way to Word; tables and figures are written as in a report."""

    def __init__(self, official: OfficialDocument) -> None:
        super().__init__(official.as_report())
        self.official = official
        self.layout: OfficialLayout = layout_on(official.day)
        self.body_size = self.layout.size_of("body") if self.zh else 12.0
        self.pitch = twentieths(self.layout.line_pitch) if self.zh else 20.0
        # One character of the grid.
        self.character = self.layout.character_pitch

    def write(self) -> bytes:
        self._properties()
        set_styles(self.file, self.body_size, chinese=self.zh)
        self._body_style()
        set_page(self.file.sections[0], landscape=False)
        self._head()
        for part in self.official.parts:
            self._part(part, landscape=False)
        self._attachment_list()
        self._signature()
        for position, attachment in enumerate(self.official.attachments, start=1):
            self._attachment(attachment, position)
        self._imprint()
        for section in self.file.sections:
            self._marks_and_numbers(section)
        target = io.BytesIO()
        self.file.save(target)
        return target.getvalue()

    def _body_style(self) -> None:
        style = self.file.styles.add_style(BODY, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = self.file.styles["Normal"]
        form = style.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(self.pitch)
        if self.zh:
            # 28 characters of 16 pt are wider than 156 mm: each stands a quarter of a point closer to the next.
            closer = int((self.character - self.body_size) * 20) - 1
            style.element.get_or_add_rPr().append(element("spacing", val=closer))

    def _line(
        self, text: str, kind: str, *, align: Any = WD_ALIGN_PARAGRAPH.LEFT, pitch: float | None = None
    ) -> Any:
        paragraph = self.file.add_paragraph()
        paragraph.alignment = align
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = (
            WD_LINE_SPACING.EXACTLY,
            Pt(pitch or twentieths(self.layout.line_pitch)),
        )
        if text:
            set_fonts(paragraph.add_run(text), _FACES[self.layout.type[kind].face], self.layout.size_of(kind))
        return paragraph

    # -- head --------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        official, layout = self.official, self.layout
        line = twentieths(layout.line_pitch)
        for text, kind in (
            (official.copy_number, "copy_number"),
            (official.secrecy, "secrecy"),
            (official.urgency, "urgency"),
        ):
            self._line(text, kind)
        mark = issuer_mark(official.issuer_mark, layout)
        # The ink of a character begins about a tenth of its size below the top of its line.
        before = layout.head.issuer_below_text_top * POINTS_PER_MM - 3 * line - 0.1 * mark.size
        head = self._line("", "issuer", align=WD_ALIGN_PARAGRAPH.CENTER, pitch=mark.size * 1.2)
        head.paragraph_format.space_before = Pt(max(0.0, before))
        run = head.add_run(official.issuer_mark)
        set_fonts(run, FACES.title, mark.size)
        colour(run, layout.head.red)
        if mark.scale < 1:
            # In the order of the standard, the scale of characters stands before their size.
            run._element.get_or_add_rPr().insert_element_before(
                element("w", val=round(mark.scale * 100)), "w:kern", "w:position", "w:sz", "w:szCs"
            )
        for _ in range(layout.head.lines_before_number):
            self._line("", "number")
        number = official.number or official.words["number_open"]
        row = self._line(
            "", "number", align=WD_ALIGN_PARAGRAPH.LEFT if official.upward else WD_ALIGN_PARAGRAPH.CENTER
        )
        if official.upward:
            row.paragraph_format.left_indent = row.paragraph_format.right_indent = Pt(self.character)
            stop = Pt(layout.page.text_width * POINTS_PER_MM - self.character)
            row.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
            number = f"{number}\t{official.words['signer']}"
        set_fonts(row.add_run(number), FACES.body, layout.size_of("number"))
        if official.upward:
            set_fonts(row.add_run(official.signer), FACES.subheading, layout.size_of("signer"))
        self._rule(
            row, "bottom", layout.head.rule_thickness, layout.head.red, space=layout.head.rule_below_number
        )
        for _ in range(layout.title_lines_before):
            self._line("", "body")
        self._title(official.title)
        for _ in range(layout.addressee_lines_before):
            self._line("", "body")
        if official.addressees:
            self._text(official.addressees + official.words["colon"], "body")

    def _rule(self, paragraph: Any, side: str, thickness: float, tone: str, *, space: float = 0.0) -> None:
        """A line of the type area's width along a paragraph; thickness and space in mm."""
        borders = element("pBdr")
        eighths, points = round(thickness * POINTS_PER_MM * 8), round(space * POINTS_PER_MM)
        borders.append(element(side, val="single", sz=eighths, space=min(31, points), color=tone))
        paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    def _title(self, title: str) -> None:
        points = self.layout.size_of("title")
        lines = title_lines(title, self.layout.page.text_width * POINTS_PER_MM / points - 0.5)
        paragraph = self._line("", "title", align=WD_ALIGN_PARAGRAPH.CENTER, pitch=33.0)
        for position, text in enumerate(lines):
            run = paragraph.add_run(text)
            set_fonts(run, FACES.title, points)
            if position < len(lines) - 1:
                run.add_break(WD_BREAK.LINE)

    # -- body --------------------------------------------------------------------------------------------------

    def _text(self, text: str, face: Role, *, indent: int = 0) -> Any:
        paragraph = self.file.add_paragraph(style=BODY)
        paragraph.paragraph_format.left_indent = Pt(indent * self.character)
        set_fonts(paragraph.add_run(text), _FACES[face], self.body_size)
        return paragraph

    def _part(self, part: Part, *, landscape: bool) -> None:
        if isinstance(part, Level):
            paragraph = self._text(part.number + part.text, _LEVELS[part.level - 1])
            paragraph.paragraph_format.keep_with_next = True
            if self.zh:
                paragraph.paragraph_format.first_line_indent = Pt(self.layout.indent * self.character)
            else:
                paragraph.runs[0].font.bold = part.level < 3
        elif isinstance(part, Table):
            page = self.layout.page
            self._table(part, Mm(page.text_height if landscape else page.text_width))
        else:
            self._paragraph(part)

    def _paragraph(self, block: Paragraph) -> None:
        before = len(self.file.paragraphs)
        super()._paragraph(block)
        paragraph = self.file.paragraphs[before]
        if block.style == "note":
            for run in paragraph.runs:
                run.font.size = Pt(10.5)
            return
        paragraph.style = self.file.styles[BODY]
        if self.zh:
            paragraph.paragraph_format.first_line_indent = Pt(self.layout.indent * self.character)

    def _attachment_list(self) -> None:
        official = self.official
        if not official.attachments:
            return
        for _ in range(self.layout.attachments.lines_before):
            self._text("", "body")
        several = len(official.attachments) > 1
        lead = official.words["attachment"] + official.words["colon"]
        # A second line stands under the first character of the attachment's name.
        hang = (3 if self.zh else 6) + (1 if several else 0)
        for position, each in enumerate(official.attachments, start=1):
            number = f"{position}. " if several else ""
            paragraph = self._text(
                (lead if position == 1 else "") + ("" if position == 1 else "\t") + number + each.title,
                "body",
            )
            form = paragraph.paragraph_format
            form.left_indent = Pt((self.layout.indent + hang) * self.character)
            form.first_line_indent = Pt(-hang * self.character)
            form.tab_stops.add_tab_stop(
                Pt((self.layout.indent + hang - (1 if several else 0)) * self.character)
            )

    def _signature(self) -> None:
        official = self.official
        insets = signature_insets(official.signed_by, official.signed_on, self.layout)
        for _ in range(self.layout.signature.lines_before):
            # The seal's place stays with the name and the date.
            self._text("", "body").paragraph_format.keep_with_next = True
        for text, inset, last in (
            (official.signed_by, insets.name, False),
            (official.signed_on, insets.date, True),
        ):
            paragraph = self._text(text, "body")
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(inset * self.character)
            paragraph.paragraph_format.keep_with_next = not last
        if official.note:
            words = official.words
            self._text(f"{words['open']}{official.note}{words['close']}", "body", indent=self.layout.indent)

    # -- attachments and imprint ---------------------------------------------------------------------------------

    def _attachment(self, attachment: Attachment, position: int) -> None:
        section = self.file.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, landscape=attachment.landscape)
        self._line(self.official.attachment_label(position), "attachment_mark")
        for _ in range(self.layout.attachments.title_on_line - 2):
            self._line("", "body")
        self._title(attachment.title)
        self._line("", "body")
        for part in attachment.parts:
            self._part(part, landscape=attachment.landscape)
        if attachment.entries:
            for entry in self.official.entries:
                self._entry(entry)

    def _imprint(self) -> None:
        """A table that stands at the foot of the type area of the last page, whatever is above it."""
        imprint, words = self.official.imprint, self.official.words
        rows: list[tuple[str, str]] = []
        if imprint.copies:
            rows.append((words["copies"] + words["comma"].join(imprint.copies) + words["stop"], ""))
        rows.append((imprint.printed_by, imprint.printed_on))
        section: Any = self.file.sections[-1]
        width = section.page_width - section.left_margin - section.right_margin
        size = self.layout.size_of("imprint")
        table = self.file.add_table(rows=len(rows), cols=1)
        properties = table._tbl.tblPr
        place = element(
            "tblpPr",
            leftFromText=0,
            rightFromText=0,
            vertAnchor="margin",
            horzAnchor="margin",
            tblpXSpec="left",
            tblpYSpec="bottom",
        )
        properties.insert_element_before(
            place, "w:tblOverlap", "w:bidiVisual", "w:tblW", "w:jc", "w:tblLayout", "w:tblLook"
        )
        borders = element("tblBorders")
        outer, inner = self.layout.imprint.outer_rule, self.layout.imprint.inner_rule
        for side, thickness in (("top", outer), ("bottom", outer), ("insideH", inner)):
            borders.append(
                element(side, val="single", sz=round(thickness * POINTS_PER_MM * 8), space=0, color="000000")
            )
        properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
        for row, (left, right) in zip(table.rows, rows, strict=True):
            cell = row.cells[0]
            cell.width = width
            paragraph = cell.paragraphs[0]
            form = paragraph.paragraph_format
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(22)
            form.left_indent = form.right_indent = Pt(size * 0.6)
            if right:
                form.tab_stops.add_tab_stop(Pt(Emu(width).pt - 10.8 - 0.6 * size), WD_TAB_ALIGNMENT.RIGHT)
                left = f"{left}\t{right}"
            set_fonts(paragraph.add_run(left), FACES.body, size if self.zh else 11.0)
        # A table that floats is anchored in the paragraph after it.
        anchor = self.file.add_paragraph()
        anchor.paragraph_format.line_spacing_rule, anchor.paragraph_format.line_spacing = (
            WD_LINE_SPACING.EXACTLY,
            Pt(1),
        )

    def _marks_and_numbers(self, section: Any) -> None:
        official, layout = self.official, self.layout
        size = layout.size_of("page_number")
        for odd, (header, footer) in (
            (True, (section.header, section.footer)),
            (False, (section.even_page_header, section.even_page_footer)),
        ):
            header.is_linked_to_previous = footer.is_linked_to_previous = False
            head, line = header.paragraphs[0], footer.paragraphs[0]
            head.alignment = WD_ALIGN_PARAGRAPH.CENTER
            marks = "　".join(mark for mark in (official.draft_mark, official.sample_mark) if mark)
            if marks:
                run = head.add_run(marks)
                set_fonts(run, FACES.heading, 10.5)
                colour(run, _SAMPLE_COLOUR)
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if odd else WD_ALIGN_PARAGRAPH.LEFT
            line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(
                layout.page_number.inset * size
            )
            for run in (line.add_run("— "), field(line, "PAGE", "1"), line.add_run(" —")):
                set_fonts(run, "宋体", size, latin="宋体" if self.zh else FACES.latin)

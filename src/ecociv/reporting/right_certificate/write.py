"""The certificate of a registered unit as a file."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
from django.utils import timezone
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Mm, Pt

from ecociv.core.text import Text, language_of
from ecociv.land_administration.rights.models import Registration
from ecociv.reporting.problems import UnknownForm
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import typeset
from ecociv.reporting.render.word_parts import FACES, colour, set_fonts, shade, table_frame
from ecociv.reporting.right_certificate.content import certificate_data, certificate_map
from ecociv.reporting.site_check.write import printable

FORMS = ("pdf", "docx")
_NOTICE = "9C1C1C"


def write_right_certificate(
    registration: Registration,
    form: str,
    *,
    on: dt.date | None = None,
    as_of: dt.datetime | None = None,
    language: str = "zh",
    reader: Any = None,
) -> bytes:
    """The certificate of a unit as a registration has it; the same bytes for the same question and fonts.

    Parameters
    ----------
    form
        ``pdf`` or ``docx``.
    on, as_of
        The day of the state, today when not given; only what was recorded by then, everything when not given.
    reader
        Who gets it (:func:`~ecociv.reporting.right_certificate.content.certificate_data`).

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    if form not in FORMS:
        raise UnknownForm(
            Text(
                zh=f"证书没有“{form}”格式：{'、'.join(FORMS)}。",
                en=f"A certificate is no {form!r}: {', '.join(FORMS)}.",
            )
        )
    tongue = language_of(language)
    moment = as_of or timezone.now()
    fonts = choose_fonts()
    day = on or timezone.localdate()
    data = certificate_data(registration, day, moment, tongue, reader)
    drawing = certificate_map(registration, day, as_of, tongue, fonts.body)
    if form == "pdf":
        local = timezone.localtime(moment)
        page = {
            **data,
            "map": drawing,
            "fonts": {"body": fonts.body, "heading": fonts.heading},
            "date": {"year": local.year, "month": local.month, "day": local.day},
        }
        made: bytes = typeset("right_certificate.typ", page, fonts, moment)
        return made
    picture = typeset("site_map.typ", {"map": drawing}, fonts, moment, form="png")
    return _word(data, picture, moment)


def _word(data: dict[str, Any], picture: bytes, moment: dt.datetime) -> bytes:
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(14), Mm(12)
    file.core_properties.title = printable(data["title"])
    file.core_properties.author = "ecociv"
    normal = file.styles["Normal"]
    set_fonts(normal, FACES.body, 9)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    words = data["words"]
    for notice in data["notices"]:
        _line(file, notice, FACES.heading, 9.5, tone=_NOTICE, centre=True)
    _line(file, data["title"], FACES.title, 18, centre=True)
    facts = [data["facts"][place : place + 2] for place in range(0, len(data["facts"]), 2)]
    table = file.add_table(rows=len(facts), cols=4)
    table_frame(table, [1500, 3433, 1500, 3433])
    for row, pair in zip(table.rows, facts, strict=True):
        for place, (name, value) in enumerate(pair):
            _cell(row.cells[place * 2], name, FACES.heading, fill="EEF2F4")
            _cell(row.cells[place * 2 + 1], value, FACES.body)
    _table(
        file,
        words["rights"],
        data["rights"],
        data["rights_more"],
        words["none"],
        [2200, 3466, 1500, 1300, 1400],
    )
    _table(
        file,
        words["restrictions"],
        data["restrictions"],
        data["restrictions_more"],
        words["none"],
        [1800, 4166, 2500, 1400],
    )
    if data["quantities"]:
        _line(file, f"{words['quantities']}: {data['quantities']}", FACES.body, 8.5, above=3)
    _line(file, words["boundary"], FACES.heading, 10, above=4)
    frame = file.add_paragraph()
    frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
    frame.add_run().add_picture(io.BytesIO(picture), width=Mm(112))
    _line(file, data["corners_note"], FACES.body, 8)
    corners = data["corners"]
    rows = [corners[place : place + 2] for place in range(0, len(corners), 2)]
    heads = [words["corner"], words["longitude"], words["latitude"]]
    table = file.add_table(rows=len(rows) + 1, cols=6)
    table_frame(table, [1033, 1950, 1950] * 2)
    for place, head in enumerate(heads * 2):
        _cell(table.rows[0].cells[place], head, FACES.heading, fill="EEF2F4", size=7.5)
    for row, pair in zip(table.rows[1:], rows, strict=True):
        for place, text in enumerate([text for corner in pair for text in corner]):
            _cell(row.cells[place], text, FACES.body, size=7.5)
    _line(file, f"{words['layer']}: {data['layer']}", FACES.body, 7, above=3)
    _line(file, f"{words['documents']}: {'; '.join(data['documents'])}", FACES.body, 7)
    for text in (data["masked"], data["note"]):
        if text:
            _line(file, text, FACES.body, 7.5)
    target = io.BytesIO()
    file.save(target)
    return fixed_archive(target.getvalue(), moment)


def _line(
    file: Any,
    text: str,
    face: str,
    size: float,
    *,
    tone: str = "",
    centre: bool = False,
    above: float = 0,
) -> None:
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(above)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(printable(text))
    set_fonts(run, face, size)
    if tone:
        colour(run, tone)


def _table(file: Any, head: str, given: dict[str, Any], more: str, none: str, widths: list[int]) -> None:
    _line(file, head, FACES.heading, 10, above=4)
    if not given["rows"]:
        _line(file, none, FACES.body, 8.5)
        return
    table = file.add_table(rows=len(given["rows"]) + 1, cols=len(given["heads"]))
    table_frame(table, widths)
    for cell, text in zip(table.rows[0].cells, given["heads"], strict=True):
        _cell(cell, text, FACES.heading, fill="EEF2F4", size=8.5)
    for row, texts in zip(table.rows[1:], given["rows"], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _cell(cell, text, FACES.body, size=8.5)
    if more:
        _line(file, more, FACES.body, 8)


def _cell(cell: Any, text: str, face: str, *, fill: str = "", size: float = 9) -> None:
    set_fonts(cell.paragraphs[0].add_run(printable(text)), face, size)
    if fill:
        shade(cell, fill)

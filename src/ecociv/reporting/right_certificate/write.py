"""The certificate of a registered unit as a file."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.utils import timezone
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from ecociv.core.text import Text, language_of
from ecociv.land_administration.rights.models import Registration
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import typeset
from ecociv.reporting.render.word_certificate import add_line, certificate_page, fill_cell
from ecociv.reporting.render.word_parts import FACES, table_frame
from ecociv.reporting.right_certificate.content import certificate_data, certificate_map

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
    refuse_form(form, FORMS, Text(zh="证书", en="A certificate"))
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
    file = certificate_page(data["title"])
    words = data["words"]
    for notice in data["notices"]:
        add_line(file, notice, FACES.heading, 9.5, tone=_NOTICE, centre=True)
    add_line(file, data["title"], FACES.title, 18, centre=True)
    facts = [data["facts"][place : place + 2] for place in range(0, len(data["facts"]), 2)]
    table = file.add_table(rows=len(facts), cols=4)
    table_frame(table, [1500, 3433, 1500, 3433])
    for row, pair in zip(table.rows, facts, strict=True):
        for place, (name, value) in enumerate(pair):
            fill_cell(row.cells[place * 2], name, FACES.heading, fill="EEF2F4")
            fill_cell(row.cells[place * 2 + 1], value, FACES.body)
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
        add_line(file, f"{words['quantities']}: {data['quantities']}", FACES.body, 8.5, above=3)
    add_line(file, words["boundary"], FACES.heading, 10, above=4)
    frame = file.add_paragraph()
    frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
    frame.add_run().add_picture(io.BytesIO(picture), width=Mm(112))
    add_line(file, data["corners_note"], FACES.body, 8)
    corners = data["corners"]
    rows = [corners[place : place + 2] for place in range(0, len(corners), 2)]
    heads = [words["corner"], words["longitude"], words["latitude"]]
    table = file.add_table(rows=len(rows) + 1, cols=6)
    table_frame(table, [1033, 1950, 1950] * 2)
    for place, head in enumerate(heads * 2):
        fill_cell(table.rows[0].cells[place], head, FACES.heading, fill="EEF2F4", size=7.5)
    for row, pair in zip(table.rows[1:], rows, strict=True):
        for place, text in enumerate([text for corner in pair for text in corner]):
            fill_cell(row.cells[place], text, FACES.body, size=7.5)
    add_line(file, f"{words['layer']}: {data['layer']}", FACES.body, 7, above=3)
    add_line(file, f"{words['documents']}: {'; '.join(data['documents'])}", FACES.body, 7)
    for text in (data["masked"], data["note"]):
        if text:
            add_line(file, text, FACES.body, 7.5)
    target = io.BytesIO()
    file.save(target)
    return fixed_archive(target.getvalue(), moment)


def _table(file: Any, head: str, given: dict[str, Any], more: str, none: str, widths: list[int]) -> None:
    add_line(file, head, FACES.heading, 10, above=4)
    if not given["rows"]:
        add_line(file, none, FACES.body, 8.5)
        return
    table = file.add_table(rows=len(given["rows"]) + 1, cols=len(given["heads"]))
    table_frame(table, widths)
    for cell, text in zip(table.rows[0].cells, given["heads"], strict=True):
        fill_cell(cell, text, FACES.heading, fill="EEF2F4", size=8.5)
    for row, texts in zip(table.rows[1:], given["rows"], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            fill_cell(cell, text, FACES.body, size=8.5)
    if more:
        add_line(file, more, FACES.body, 8)

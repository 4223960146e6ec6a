"""The certificate as a file."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from ecociv.core.text import Text, language_of
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import typeset
from ecociv.reporting.render.word_certificate import add_line, certificate_page, fill_cell
from ecociv.reporting.render.word_parts import FACES, table_frame
from ecociv.reporting.site_check.content import certificate_data, certificate_map
from ecociv.territory.models import SiteCheck

FORMS = ("pdf", "docx")
ANSWER_COLOURS = {
    "permitted": "1E6B3A",
    "conditions": "8A5A00",
    "undecided": "44546A",
    "not-permitted": "9C1C1C",
}
_SAMPLE_COLOUR = "9C1C1C"


def write_certificate(check: SiteCheck, form: str, *, language: str = "zh", reader: Any = None) -> bytes:
    """The certificate of a check, the same bytes for the same check, language and fonts.

    Parameters
    ----------
    form
        ``pdf`` or ``docx``.
    reader
        Whose rights decide which layers the map shows; all that were consulted, when not given.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    refuse_form(form, FORMS, Text(zh="审查单", en="A certificate"))
    tongue = language_of(language)
    fonts = choose_fonts()
    data = certificate_data(check, tongue)
    drawing = certificate_map(check, tongue, fonts.body, reader)
    moment = check.recorded_at
    if form == "pdf":
        page = {
            **data,
            "map": drawing,
            "fonts": {"body": fonts.body, "heading": fonts.heading},
            "answer_colour": ANSWER_COLOURS[data["answer"]],
            "date": {"year": moment.year, "month": moment.month, "day": moment.day},
        }
        made: bytes = typeset("site_check.typ", page, fonts, moment)
        return made
    picture = typeset("site_map.typ", {"map": drawing}, fonts, moment, form="png")
    return _word(data, picture, moment)


def _word(data: dict[str, Any], picture: bytes, moment: dt.datetime) -> bytes:
    file = certificate_page(data["title"])
    words = data["words"]
    if data["sample"]:
        add_line(file, data["sample"], FACES.heading, 9.5, tone=_SAMPLE_COLOUR, centre=True)
    add_line(file, data["title"], FACES.title, 18, centre=True)
    table = file.add_table(rows=4, cols=4)
    widths = [1100, 3833, 1000, 3933]
    table_frame(table, widths)
    for place, (name, value) in enumerate(data["facts"]):
        row, column = divmod(place, 2)
        fill_cell(table.rows[row].cells[column * 2], name, FACES.heading, fill="EEF2F4")
        fill_cell(table.rows[row].cells[column * 2 + 1], value, FACES.body)
    add_line(
        file,
        f"{words['answer']}：{data['answer_text']}"
        if data["language"] == "zh"
        else f"{words['answer']}: {data['answer_text']}",
        FACES.heading,
        15,
        tone=ANSWER_COLOURS[data["answer"]],
        centre=True,
        above=4,
    )
    frame = file.add_paragraph()
    frame.alignment = WD_ALIGN_PARAGRAPH.CENTER
    frame.add_run().add_picture(io.BytesIO(picture), width=Mm(132))
    sections = [
        (words["reasons"], [*data["reasons"], *([data["more"]] if data["more"] else [])]),
        (words["changes"], data["changes"]),
    ]
    if data["areas"]:
        sections.append(
            (words["areas"], [f"{a} · {b}: {m2} m² ({share} %)" for a, b, m2, share in data["areas"]])
        )
    size = _size([text for _, lines in sections for text in lines])
    for head, lines in sections:
        _section(file, head, lines, size)
    for text in (data["noted"], data["not_consulted"], data["unverified"]):
        if text:
            add_line(file, text, FACES.body, 7.5)
    add_line(file, f"{words['digest']}: {data['digest']}", FACES.body, 7, above=3)
    add_line(
        file,
        f"{words['rules']}: {data['rules_digest'][:16]}   {words['layers']}: {data['versions']}",
        FACES.body,
        7,
    )
    add_line(file, data["note"], FACES.body, 7.5)
    target = io.BytesIO()
    file.save(target)
    return fixed_archive(target.getvalue(), moment)


def _size(lines: list[str]) -> float:
    """The largest type in which the lines leave room for the foot of the page; Word cannot be asked."""
    for size in (8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5):
        # Half an em a column of Latin, a whole one a Chinese character, on 174 mm (493 pt).
        columns = 493 / (size / 2)
        rows = sum(-(-(_columns(text) + 4) // int(columns)) for text in lines)
        if rows * size * 1.25 <= _ROOM:
            return size
    return 5.0


def _columns(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


_ROOM = 215.0
"""Points between the map and the foot that the lines of the three sections may fill."""


def _section(file: Any, head: str, lines: list[str], size: float) -> None:
    add_line(file, head, FACES.heading, 10, above=3)
    for number, text in enumerate(lines, start=1):
        add_line(file, f"{number}. {text}", FACES.body, size)

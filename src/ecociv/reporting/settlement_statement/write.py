"""The statement of a settlement as a file."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from ecociv.compensation.models import Settlement
from ecociv.core.text import Text, language_of
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import typeset
from ecociv.reporting.render.word_certificate import add_line, certificate_page, fill_cell
from ecociv.reporting.render.word_parts import FACES, table_frame
from ecociv.reporting.settlement_statement.content import statement_data

FORMS = ("pdf", "docx")
_NOTICE = "9C1C1C"
_GROUND = "EEF2F4"


def write_settlement_statement(
    settlement: Settlement, form: str, *, as_of: dt.datetime | None = None, language: str = "zh"
) -> bytes:
    """The statement of a recorded settlement; the same bytes for the same question and fonts.

    Parameters
    ----------
    form
        ``pdf`` or ``docx``.
    as_of
        Only what was recorded by then; everything when not given.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    moment = as_of or timezone.now()
    return write_statement(form, lambda tongue: statement_data(settlement, moment, tongue), moment, language)


def write_statement(
    form: str, made: Callable[[str], dict[str, Any]], moment: dt.datetime, language: str
) -> bytes:
    """A statement of money as a file: facts, amounts, notes, arithmetic and the figures that entered.

    Parameters
    ----------
    made
        What it says in a language (``zh`` or ``en``), as `statement_data` gives it.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    refuse_form(form, FORMS, Text(zh="结算单", en="A statement"))
    data = made(language_of(language))
    if form == "docx":
        return _word(data, moment)
    fonts, local = choose_fonts(), timezone.localtime(moment)
    page = {
        **data,
        "fonts": {"body": fonts.body, "heading": fonts.heading},
        "date": {"year": local.year, "month": local.month, "day": local.day},
    }
    typed: bytes = typeset("settlement_statement.typ", page, fonts, moment)
    return typed


def _word(data: dict[str, Any], moment: dt.datetime) -> bytes:
    file = certificate_page(data["title"])
    words = data["words"]
    for notice in data["notices"]:
        add_line(file, notice, FACES.heading, 9.5, tone=_NOTICE, centre=True)
    add_line(file, data["title"], FACES.title, 18, centre=True)
    table = file.add_table(rows=len(data["facts"]), cols=2)
    table_frame(table, [2600, 7266])
    for row, (name, value) in zip(table.rows, data["facts"], strict=True):
        fill_cell(row.cells[0], name, FACES.heading, fill=_GROUND)
        fill_cell(row.cells[1], value, FACES.body)
    add_line(file, words["money"], FACES.heading, 11, above=6)
    _table(file, data["money"], [7266, 2600], 9)
    add_line(file, data["sign"], FACES.body, 8)
    for head, lines in ((words["notes"], data["notes"]), (words["objections"], data["objections"])):
        if lines:
            add_line(file, head, FACES.heading, 11, above=6)
            for line in lines:
                add_line(file, line, FACES.body, 8.5)
    add_line(file, words["arithmetic"], FACES.heading, 11, above=6)
    for line in data["trace"]:
        add_line(file, line.replace(" ", "\u00a0"), FACES.body, 7.5)
    add_line(file, words["readings"], FACES.heading, 11, above=6)
    _table(file, data["readings"], [1300, 900, 1000, 1900, 700, 4066], 7.5)
    add_line(file, data["digest"], FACES.body, 7, above=4)
    add_line(file, data["note"], FACES.body, 7.5)
    target = io.BytesIO()
    file.save(target)
    return fixed_archive(target.getvalue(), moment)


def _table(file: Any, given: dict[str, Any], widths: list[int], size: float) -> None:
    table = file.add_table(rows=len(given["rows"]) + 1, cols=len(given["heads"]))
    table_frame(table, widths)
    for place, head in enumerate(given["heads"]):
        fill_cell(table.rows[0].cells[place], head, FACES.heading, fill=_GROUND, size=size)
    for row, cells in zip(table.rows[1:], given["rows"], strict=True):
        for place, text in enumerate(cells):
            fill_cell(row.cells[place], text, FACES.body, size=size)

"""The report of a leaving-office audit as a file: docx, pdf or json."""

from __future__ import annotations

import io
import json
from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.as_json import dossier_json
from ecociv.accounts.audit.dossier import Dossier
from ecociv.core.text import Text, language_of
from ecociv.reporting.leaving_audit.content import Decided, report_data
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.archive import fixed_archive
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import typeset
from ecociv.reporting.render.word_certificate import add_line, certificate_page, fill_cell
from ecociv.reporting.render.word_parts import FACES, keep_whole, repeat_as_header, table_frame

FORMS = ("docx", "pdf", "json")
_NOTICE = "9C1C1C"
_GROUND = "EEF2F4"
_WIDTH = 9866
"""Width of the text in twentieths of a point."""


def write_leaving_audit(dossier: Dossier, form: str, *, language: str = "zh", decided: Decided | None = None) -> bytes:
    """The report; the same bytes for the same dossier, moment and fonts.

    Parameters
    ----------
    form
        ``docx``, ``pdf`` or ``json`` (both languages, unrounded figures).
    decided
        What the audit on record adds.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    refuse_form(form, FORMS, Text(zh="离任审计报告", en="The report of an audit"))
    if form == "json":
        content = json.dumps(dossier_json(dossier), ensure_ascii=False, indent=2)
        return (content + "\n").encode("utf-8")
    data, moment = report_data(dossier, language_of(language), decided), dossier.as_of or timezone.now()
    if form == "docx":
        return _word(data, moment)
    fonts, local = choose_fonts(), timezone.localtime(moment)
    page = {
        **data,
        "fonts": {"body": fonts.body, "heading": fonts.heading},
        "date": {"year": local.year, "month": local.month, "day": local.day},
    }
    made: bytes = typeset("leaving_audit.typ", page, fonts, moment)
    return made


def _word(data: dict[str, Any], moment: Any) -> bytes:
    file = certificate_page(data["title"])
    for notice in data["notices"]:
        add_line(file, notice, FACES.heading, 9.5, tone=_NOTICE, centre=True)
    add_line(file, data["title"], FACES.title, 18, centre=True)
    table = file.add_table(rows=len(data["facts"]), cols=2)
    table_frame(table, [2600, _WIDTH - 2600])
    for row, (name, value) in zip(table.rows, data["facts"], strict=True):
        fill_cell(row.cells[0], name, FACES.heading, fill=_GROUND)
        fill_cell(row.cells[1], value, FACES.body)
    for section in data["sections"]:
        add_line(file, section["head"], FACES.heading, 12, above=8)
        for line in section["lines"]:
            add_line(file, line, FACES.body, 9, above=1)
        if section["rows"]:
            _table(file, section)
    add_line(file, data["digest"], FACES.body, 7, above=6)
    add_line(file, data["note"], FACES.body, 7.5)
    target = io.BytesIO()
    file.save(target)
    return fixed_archive(target.getvalue(), moment)


def _table(file: Any, section: dict[str, Any]) -> None:
    table = file.add_table(rows=len(section["rows"]) + 1, cols=len(section["heads"]))
    whole = sum(section["widths"])
    table_frame(table, [round(_WIDTH * share / whole) for share in section["widths"]])
    repeat_as_header(table.rows[0])
    for place, head in enumerate(section["heads"]):
        fill_cell(table.rows[0].cells[place], head, FACES.heading, fill=_GROUND, size=7.5)
    for row, cells in zip(table.rows[1:], section["rows"], strict=True):
        keep_whole(row)
        for place, text in enumerate(cells):
            fill_cell(row.cells[place], text, FACES.body, size=7.5)

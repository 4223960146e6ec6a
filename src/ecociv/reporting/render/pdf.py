"""The report as a PDF, set by Typst."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from importlib.resources import files
from typing import Any

import typst

from ecociv.reporting.document import Document, Heading, Paragraph, Table
from ecociv.reporting.render.fonts import FontChoice, choose_fonts


class TypesettingFailed(RuntimeError):
    """Typst refused the template; a fault of the program, not of the report's content."""


def to_pdf(document: Document, fonts: FontChoice | None = None) -> bytes:
    """The document as the bytes of a tagged PDF; the same document and fonts give the same bytes.

    Text reaches the template as data (a JSON string), never as markup, so that nothing a person typed can become a
    Typst command.

    Raises
    ------
    NoChineseFont
        When no font with Chinese characters is at hand.
    """
    chosen = fonts or choose_fonts()
    template = files("ecociv.reporting") / "templates" / "annual.typ"
    data = json.dumps(as_data(document, chosen), ensure_ascii=False)
    try:
        made = typst.compile(
            template.read_bytes(),
            format="pdf",
            font_paths=typst.Fonts(
                include_system_fonts=chosen.system, font_paths=[chosen.folder] if chosen.folder.is_dir() else []
            ),
            ignore_system_fonts=not chosen.system,
            sys_inputs={"document": data},
            timestamp=int(document.as_of.timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingFailed(f"the report's template could not be set: {error.message}") from error
    return made


def as_data(document: Document, fonts: FontChoice) -> dict[str, object]:
    """The document as plain values for the template, with the kind of each block and the printed form of each mark."""
    printed = dataclasses.replace(document, ledgers=())
    plain: dict[str, Any] = dataclasses.asdict(printed, dict_factory=_plain)
    for section, source in zip(plain["sections"], document.sections, strict=True):
        for block, original in zip(section["blocks"], source.blocks, strict=True):
            block["kind"] = _KINDS[type(original)]
    day = document.as_of.date()
    return {
        **plain,
        "fonts": {"body": fonts.body, "heading": fonts.heading},
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "mark_parts": document.mark_form.split("{n}"),
    }


_KINDS = {Heading: "heading", Paragraph: "paragraph", Table: "table"}


def _plain(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name: _value(value) for name, value in pairs}


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value

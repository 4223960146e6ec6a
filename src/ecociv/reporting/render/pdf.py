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
    made: bytes = typeset("annual.typ", as_data(document, chosen), chosen, document.as_of)
    return made


def typeset(template: str, data: dict[str, object], fonts: FontChoice, moment: dt.datetime, form: str = "pdf") -> Any:
    """Set a template of the room with data, as the bytes of a PDF, or of one image a page where ``form`` is ``png``.

    Raises
    ------
    TypesettingFailed
        When the template does not compile.
    """
    folder = files("ecociv.reporting") / "templates"
    source = (folder / template).read_text("utf-8").replace(
        "\n// pieces\n", "\n" + (folder / "pieces.typ").read_text("utf-8")
    )
    options: dict[str, Any] = {"format": form}
    options |= {"ppi": 96.0} if form == "png" else {"timestamp": int(moment.timestamp())}
    try:
        return typst.compile(
            source.encode("utf-8"),
            font_paths=typst.Fonts(
                include_system_fonts=fonts.system, font_paths=[fonts.folder] if fonts.folder.is_dir() else []
            ),
            ignore_system_fonts=not fonts.system,
            sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
            **options,
        )
    except typst.TypstError as error:
        raise TypesettingFailed(f"the template {template} could not be set: {error.message}") from error


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


def as_plain(content: Any) -> dict[str, Any]:
    """A piece of content as plain values, its numbers as text."""
    plain: dict[str, Any] = dataclasses.asdict(content, dict_factory=_plain)
    return plain


def _plain(pairs: list[tuple[str, object]]) -> dict[str, object]:
    return {name: _value(value) for name, value in pairs}


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value

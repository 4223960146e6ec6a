"""An official document as a PDF, set by Typst."""

from __future__ import annotations

from typing import Any

from ecociv.reporting.document import Paragraph, Table
from ecociv.reporting.official.content import Attachment, Level, OfficialDocument, Part
from ecociv.reporting.official.layout import POINTS_PER_MM, OfficialLayout, layout_on
from ecociv.reporting.official.render.faces import OfficialFaces, official_faces
from ecociv.reporting.official.render.measures import issuer_mark, signature_insets, title_lines
from ecociv.reporting.render.fonts import FontChoice
from ecociv.reporting.render.pdf import as_plain, typeset

TEMPLATE = "official.typ"


def to_pdf(document: OfficialDocument, fonts: FontChoice | None = None) -> bytes:
    """The document as the bytes of a tagged PDF; the same document and fonts give the same bytes.

    Raises
    ------
    NoChineseFont
        When no font with Chinese characters is at hand.
    """
    faces = official_faces(layout_on(document.day), fonts)
    made: bytes = typeset(TEMPLATE, as_data(document, faces), faces.found, document.as_of)
    return made


def to_pictures(document: OfficialDocument, fonts: FontChoice | None = None) -> list[bytes]:
    """Every page as a PNG picture of 96 points an inch, for looking at."""
    faces = official_faces(layout_on(document.day), fonts)
    made = typeset(TEMPLATE, as_data(document, faces), faces.found, document.as_of, "png")
    return [made] if isinstance(made, bytes) else list(made)


def as_data(document: OfficialDocument, faces: OfficialFaces) -> dict[str, Any]:
    """The document as plain values for the template."""
    layout = layout_on(document.day)
    insets = signature_insets(document.signed_by, document.signed_on, layout)
    mark = issuer_mark(document.issuer_mark, layout)
    note = faces.note
    several = len(document.attachments) > 1
    day = document.as_of.date()
    return {
        "language": document.language,
        "title": document.title,
        "title_lines": lines_of_title(document.title, layout),
        "issuer": {"text": document.issuer_mark, "size": mark.size, "scale": mark.scale},
        "number_shown": document.number or document.words["number_open"],
        "copy_number": document.copy_number,
        "secrecy": document.secrecy,
        "urgency": document.urgency,
        "upward": document.upward,
        "signer": document.signer,
        "addressees": document.addressees,
        "parts": [_part(part) for part in document.parts],
        "attachment_list": [
            {"number": f"{n}. " if several else "", "title": each.title}
            for n, each in enumerate(document.attachments, start=1)
        ],
        "attachments": [
            _attachment(document, each, n, layout) for n, each in enumerate(document.attachments, start=1)
        ],
        "entries": [as_plain(entry) for entry in document.entries],
        "signed_by": document.signed_by,
        "signed_on": document.signed_on,
        "insets": {"name": insets.name, "date": insets.date},
        "note": document.note,
        "copies": list(document.imprint.copies),
        "printed_by": document.imprint.printed_by,
        "printed_on": document.imprint.printed_on,
        "draft_mark": document.draft_mark,
        "sample_mark": document.sample_mark,
        "keywords": [
            each
            for each in (
                document.sample_mark,
                document.draft_mark,
                note and note.in_language(document.language),
            )
            if each
        ],
        "words": document.words,
        "fonts": dict(faces.families),
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "mark_parts": document.mark_form.split("{n}"),
        "layout": _lengths(layout),
    }


def lines_of_title(title: str, layout: OfficialLayout) -> list[str]:
    """A title in the lines that its size allows."""
    return list(title_lines(title, layout.page.text_width * POINTS_PER_MM / layout.size_of("title") - 0.5))


def _lengths(layout: OfficialLayout) -> dict[str, Any]:
    page, head = layout.page, layout.head
    return {
        "top": page.top, "bottom": page.bottom, "inner": page.inner, "outer": page.outer, "text_width": page.text_width,
        "line_pitch": layout.line_pitch, "character_pitch": layout.character_pitch, "red": head.red,
        "issuer_below": head.issuer_below_text_top, "rule_below": head.rule_below_number, "rule": head.rule_thickness,
        "body": layout.size_of("body"), "title": layout.size_of("title"), "imprint": layout.size_of("imprint"),
        "page_number_size": layout.size_of("page_number"), "page_number_below": layout.page_number.below_text,
        "outer_rule": layout.imprint.outer_rule, "inner_rule": layout.imprint.inner_rule,
        "seal_lines": layout.signature.lines_before,
    }  # fmt: skip


def _attachment(
    document: OfficialDocument, each: Attachment, position: int, layout: OfficialLayout
) -> dict[str, Any]:
    return {
        "label": document.attachment_label(position),
        "title_lines": lines_of_title(each.title, layout),
        "parts": [_part(part) for part in each.parts],
        "landscape": each.landscape,
        "entries": each.entries,
    }


_KINDS: dict[type, str] = {Level: "level", Paragraph: "paragraph", Table: "table"}


def _part(part: Part) -> dict[str, Any]:
    return {**as_plain(part), "kind": _KINDS[type(part)]}


__all__ = ["as_data", "lines_of_title", "to_pdf", "to_pictures"]

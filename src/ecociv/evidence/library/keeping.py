"""Keeping a file that a form or a command brings: looked at by its content first, stored by its digest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ecociv.core.text import Text
from ecociv.evidence.documents import keep_document
from ecociv.evidence.library.formats import FORMATS, FileNotTaken, recognise
from ecociv.evidence.models import Document

PAPERS = ("pdf", "jpeg", "png", "docx")
"""Formats of a paper: as it was written, or scanned."""


def keep_paper(
    path: Path, name: str, *, received_from: str, sample: bool = False, formats: Iterable[str] = PAPERS
) -> Document:
    """Keep a paper; the same bytes give the document that is there already.

    Raises
    ------
    FileNotTaken
        Empty, too large, of another format than those asked for, or not what its name says; nothing was kept.
    """
    taken = tuple(formats)
    found = recognise(path, name)
    if found.key not in taken:
        raise FileNotTaken(
            "format",
            Text(
                zh=f"文件 {name} 是{found.label.zh}，这里只收：{'、'.join(FORMATS[key].label.zh for key in taken)}。",
                en=f"{name} is: {found.label.en}. Taken here are: {', '.join(FORMATS[key].label.en for key in taken)}.",
            ),
        )
    return keep_document(path, received_from=received_from, sample=sample, name=name)

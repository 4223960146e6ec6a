"""The digest of a file's words, by which the same text is known under another name and in another format. Pure."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

from ecociv.core.digests import digest_of_bytes

_LARGEST_TEXT = 20 * 1024**2
_FEWEST = 40
"""Texts of fewer characters say too little: two photographs' captions may well be alike."""


def digest_of_words(path: Path, form: str) -> str:
    """SHA-256 of the words of a file; "" where they cannot be read or are too few to tell anything.

    Blanks and line breaks are left out, and wide forms of letters and figures count as narrow ones, so that saving a
    text anew changes nothing. Read are plain text, CSV, JSON, Word documents and workbooks; of scanned pages, PDF and
    OFD only the bytes are compared.
    """
    text = _words(path, form)
    if text is None:
        return ""
    bare = "".join(unicodedata.normalize("NFKC", text).split())
    return digest_of_bytes(bare.encode("utf-8", "surrogatepass")) if len(bare) >= _FEWEST else ""


def _words(path: Path, form: str) -> str | None:
    if form in {"text", "csv", "json", "geojson"}:
        return _decoded(path) if path.stat().st_size <= _LARGEST_TEXT else None
    if form in {"docx", "xlsx"} and _unpacked_size(path) <= _LARGEST_TEXT:
        return _of_word(path) if form == "docx" else _of_workbook(path)
    return None


def _decoded(path: Path) -> str | None:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _unpacked_size(path: Path) -> int:
    with zipfile.ZipFile(path) as package:
        return sum(member.file_size for member in package.infolist())


def _of_word(path: Path) -> str | None:
    import docx

    try:
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    except Exception:  # noqa: BLE001 - a document that cannot be parsed is kept all the same, without this digest
        return None


def _of_workbook(path: Path) -> str | None:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        return "\n".join(
            str(cell)
            for sheet in book.sheet_names
            for row in book.get_sheet_by_name(sheet).to_python()
            for cell in row
            if cell != ""
        )
    except CalamineError:
        return None

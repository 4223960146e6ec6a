"""What a file is, by its content: a name says nothing that a sender could not write into it.

A library keeps files for many years and hands them to many people; so it takes the formats in which offices write
and measure, and none that a computer would run. Pure: no database.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ecociv.core.text import Text

#: Largest file that is taken, in bytes, unless the caller says otherwise.
LARGEST = 50 * 1024**2
_SAMPLE = 1 << 16
_CONTROLS = set(range(32)) - set(b"\t\n\r\f")
"""Bytes that no text holds, in UTF-8 or GB18030."""


class FileNotTaken(ValueError):
    """The library does not take this file; the text says why and what to send instead."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Format:
    """A format of the library: its key, the type it is sent out as, the name endings that fit it."""

    key: str
    media_type: str
    endings: tuple[str, ...]
    label: Text


_OFFICE = "application/vnd.openxmlformats-officedocument."
FORMATS: dict[str, Format] = {
    each.key: each
    for each in (
        Format("pdf", "application/pdf", (".pdf",), Text(zh="PDF 文档", en="PDF")),
        Format("ofd", "application/ofd", (".ofd",), Text(zh="OFD 版式文档", en="OFD")),
        Format(
            "docx",
            f"{_OFFICE}wordprocessingml.document",
            (".docx",),
            Text(zh="Word 文档", en="Word document"),
        ),
        Format("xlsx", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",), Text(zh="Excel 工作簿", en="Workbook")),
        Format(
            "pptx",
            f"{_OFFICE}presentationml.presentation",
            (".pptx",),
            Text(zh="PPT 演示文稿", en="Presentation"),
        ),
        Format(
            "ole",
            "application/x-ole-storage",
            (".doc", ".xls", ".wps", ".et"),
            Text(zh="旧版 Office 文档", en="Office document of the old kind"),
        ),
        Format("png", "image/png", (".png",), Text(zh="PNG 图片", en="PNG picture")),
        Format("jpeg", "image/jpeg", (".jpg", ".jpeg"), Text(zh="JPEG 图片", en="JPEG picture")),
        Format("tiff", "image/tiff", (".tif", ".tiff"), Text(zh="TIFF 图片", en="TIFF picture")),
        Format(
            "geojson", "application/geo+json", (".geojson", ".json"), Text(zh="GeoJSON 图层", en="GeoJSON")
        ),
        Format("json", "application/json", (".json",), Text(zh="JSON 数据", en="JSON")),
        Format("csv", "text/csv", (".csv",), Text(zh="CSV 表格", en="CSV table")),
        Format("text", "text/plain", (".txt", ".md"), Text(zh="纯文本", en="Plain text")),
    )
}
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
_PARTS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"), ("OFD.xml", "ofd"))


def recognise(path: Path, name: str, *, largest: int = LARGEST) -> Format:
    """The format of a file by its bytes; its name has to agree with it.

    Parameters
    ----------
    path
        Where the bytes are.
    name
        The name under which the file was sent.
    largest
        Largest size in bytes.

    Raises
    ------
    FileNotTaken
        When the file is empty, too large, of a format that the library does not take, carries macros, or is not
        what its name says.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileNotTaken("empty", Text(zh=f"文件 {name} 是空的。", en=f"{name} is empty."))
    if size > largest:
        limit, found = largest // 1024**2, size / 1024**2
        raise FileNotTaken(
            "too-large",
            Text(
                zh=f"文件 {name} 有 {found:.1f} MB，上限为 {limit} MB。请压缩图片或分册后再上传。",
                en=f"{name} has {found:.1f} MB; the limit is {limit} MB. Make its pictures smaller, or split it.",
            ),
        )
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    form = _of(path, head, name)
    if Path(name).suffix.casefold() not in form.endings:
        raise FileNotTaken(
            "name-disagrees",
            Text(
                zh=f"文件 {name} 的内容是{form.label.zh}，名称却不是（应以 {'、'.join(form.endings)} 结尾）。请核对后改名再上传。",
                en=f"{name} is by its content: {form.label.en}; its name says something else (it ends in "
                f"{' or '.join(form.endings)}). See which is right and send it again.",
            ),
        )
    return form


def _of(path: Path, head: bytes, name: str) -> Format:
    for magic, key in _MAGIC:
        if head.startswith(magic):
            return FORMATS[key]
    if head.startswith(b"PK\x03\x04"):
        return _of_package(path, name)
    text = _text_of(head)
    if text is None or text.lstrip().startswith(("<", "#!")):
        raise _unknown(name)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _of_json(path, name)
    return FORMATS["csv" if Path(name).suffix.casefold() == ".csv" else "text"]


def _of_package(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as package:
            members = package.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise FileNotTaken(
            "broken",
            Text(
                zh=f"文件 {name} 已损坏，打不开。请重新导出后再上传。",
                en=f"{name} is broken and cannot be opened. Export it anew and send it again.",
            ),
        ) from error
    if any(member.rsplit("/", 1)[-1] == "vbaProject.bin" for member in members):
        raise FileNotTaken(
            "macros",
            Text(
                zh=f"文件 {name} 含有宏，文件库不收可执行内容。请另存为不含宏的格式。",
                en=f"{name} carries macros; the library takes nothing that runs. Save it without macros.",
            ),
        )
    for part, key in _PARTS:
        if any(member.startswith(part) for member in members):
            return FORMATS[key]
    raise _unknown(name)


def _of_json(path: Path, name: str) -> Format:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileNotTaken(
            "broken",
            Text(
                zh=f"文件 {name} 以 JSON 开头，但读不通（{error}）。请重新导出后再上传。",
                en=f"{name} begins as JSON and cannot be read ({error}). Export it anew and send it again.",
            ),
        ) from error
    geographic = isinstance(content, dict) and content.get("type") in {"FeatureCollection", "Feature"}
    return FORMATS["geojson" if geographic else "json"]


def _text_of(head: bytes) -> str | None:
    """The beginning of a file as text in UTF-8 or GB18030; none where it is neither."""
    if _CONTROLS & set(head):
        return None
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):  # the sample may end within a character
            try:
                return head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None


def _unknown(name: str) -> FileNotTaken:
    zh = "、".join(form.label.zh for form in FORMATS.values())
    en = ", ".join(form.label.en for form in FORMATS.values())
    return FileNotTaken(
        "format",
        Text(
            zh=f"文件库不收 {name} 这种格式。可以上传：{zh}。",
            en=f"The library does not take what {name} is. It takes: {en}.",
        ),
    )

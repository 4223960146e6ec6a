"""What sort of file it is, by its content, and whether it is safe to open.

Office files are zip archives: sizes are checked before anything is unpacked, and parts with a document type
declaration (the way of entity bombs) are refused.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from docx.opc.exceptions import OpcError
from openpyxl.utils.exceptions import InvalidFileException

from ecociv.core.text import Text
from ecociv.plan.exchange.rows import Problem

FileKind = Literal["text", "word", "workbook"]

LARGEST_FILE = 64 * 2**20
LARGEST_TEXT = 8 * 2**20
LARGEST_UNPACKED = 128 * 2**20
LARGEST_RATIO = 200
SMALL_PART = 2**20
MOST_PARTS = 5000

# What the readers of office files answer to a damaged one: whatever their parser met first.
DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    OSError,
    OpcError,
    InvalidFileException,
)

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AGAIN = Text(
    zh="请在 Word、WPS 或 Excel 中打开，另存为 .docx 或 .xlsx(不设密码)后再导入",
    en="Open it in Word, WPS or Excel, save it as .docx or .xlsx without a password, and import that",
)


class FileRefused(ValueError):
    """A file that cannot be read as a plan; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.sentence("en"))


@dataclass(frozen=True)
class FileContent:
    """The bytes of a file and what they are; ``text`` only for text."""

    kind: FileKind
    data: bytes
    text: str = ""
    encoding: str = ""


def read_content(path: Path | str) -> FileContent:
    """Open a file and tell what it is by its content, whatever its name says.

    Raises
    ------
    FileRefused
        When it is missing, empty, too large, protected, damaged or of a kind that is not read.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _refused(
                "file-too-large",
                Text(
                    zh=f"文件有 {size // 2**20} MB，超过 {LARGEST_FILE // 2**20} MB 的上限",
                    en=f"The file has {size // 2**20} MB; at most {LARGEST_FILE // 2**20} MB are read",
                ),
                Text(
                    zh="请删去图片和无关内容后再导入",
                    en="Remove pictures and unrelated content, and import again",
                ),
            )
        data = path.read_bytes()
    except OSError as error:
        raise _refused(
            "file-not-readable",
            Text(
                zh=f"无法打开文件“{path.name}”：{error.strerror or error}",
                en=f"The file {path.name!r} cannot be opened: {error.strerror or error}",
            ),
            Text(zh="请检查路径和读取权限", en="Check the path and the permission to read it"),
        ) from error
    return content_of(data)


def content_of(data: bytes) -> FileContent:
    """As `read_content`, for bytes."""
    if not data.strip():
        raise _refused(
            "file-empty",
            Text(zh="文件是空的", en="The file is empty"),
            Text(zh="请选择有内容的文件", en="Choose a file that has content"),
        )
    if data.startswith(b"PK"):
        return FileContent(_office_kind(data), data)
    if data.startswith(_OLD_OFFICE):
        raise _refused(
            "old-or-protected-office-file",
            Text(
                zh="这是旧版(.doc、.xls)或设有密码的 Office 文件",
                en="This is an old Office file (.doc, .xls) or one with a password",
            ),
            _SAVE_AGAIN,
        )
    if data.startswith(b"%PDF"):
        raise _refused(
            "pdf",
            Text(zh="不读取 PDF 文件", en="PDF files are not read"),
            Text(
                zh="请用原始的 .docx、.xlsx，或把网页文字存为 .txt",
                en="Use the original .docx or .xlsx, or save the page's text as .txt",
            ),
        )
    if len(data) > LARGEST_TEXT:
        raise _refused(
            "text-too-long",
            Text(
                zh=f"文字超过 {LARGEST_TEXT // 2**20} MB，不会是一份规划",
                en=f"More than {LARGEST_TEXT // 2**20} MB of text is no plan",
            ),
            Text(zh="请只保留规划正文和附表", en="Keep the plan and its annexes only"),
        )
    text, encoding = _decoded(data)
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html", "<?xml")):
        raise _refused(
            "web-source",
            Text(
                zh="这是网页源代码，不是网页上的文字",
                en="This is the source of a web page, not the text on it",
            ),
            Text(
                zh="请在浏览器中全选、复制网页文字，存为 .txt 后导入",
                en="Select all on the page, copy it, save it as .txt and import that",
            ),
        )
    return FileContent("text", data, text, encoding)


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise _refused(
        "unknown-encoding",
        Text(
            zh="既不是 UTF-8 也不是 GB18030 编码的文字，也不是 Office 文件",
            en="Neither text in UTF-8 or GB18030 nor an Office file",
        ),
        Text(
            zh="请另存为 UTF-8 编码的 .txt，或使用 .docx、.xlsx",
            en="Save it as .txt in UTF-8, or use .docx or .xlsx",
        ),
    )


def _office_kind(data: bytes) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            names = {part.filename for part in parts}
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        start = stream.read(64 * 1024)
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise _refused(
                            "document-type-declaration",
                            Text(
                                zh=f"文件的“{part.filename}”含有文档类型声明，有安全风险，不予打开",
                                en=f"The part {part.filename!r} has a document type declaration, which is unsafe; not opened",
                            ),
                            _SAVE_AGAIN,
                        )
    except FileRefused:
        raise
    except DAMAGE as error:
        raise _refused(
            "damaged-archive",
            Text(
                zh="文件已损坏或加了密码，无法打开", en="The file is damaged or protected and cannot be opened"
            ),
            _SAVE_AGAIN,
        ) from error
    if "word/document.xml" in names:
        return "word"
    if "xl/workbook.xml" in names:
        return "workbook"
    raise _refused(
        "not-an-office-file",
        Text(
            zh="压缩包里既没有 Word 文档也没有 Excel 工作簿",
            en="The archive holds neither a Word document nor an Excel workbook",
        ),
        Text(
            zh="请解压后选择其中的 .docx、.xlsx 或 .txt",
            en="Unpack it and choose the .docx, .xlsx or .txt inside",
        ),
    )


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > SMALL_PART and part.file_size > LARGEST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if unpacked > LARGEST_UNPACKED or len(parts) > MOST_PARTS or swollen:
        raise _refused(
            "archive-too-large",
            Text(
                zh=f"解压后有 {unpacked // 2**20} MB，或压缩比异常，疑为“压缩炸弹”，不予打开",
                en=f"It unpacks to {unpacked // 2**20} MB or is compressed beyond reason, like a zip bomb; not opened",
            ),
            Text(
                zh="请删去空白行列和图片后另存，再导入",
                en="Remove empty rows, columns and pictures, save it again and import that",
            ),
        )


def _refused(code: str, text: Text, remedy: Text) -> FileRefused:
    return FileRefused(Problem(code, text, remedy))

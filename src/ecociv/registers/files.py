"""Entries as rows of a file, CSV or workbook: what is written can be read back, and is then the same. Pure: no Django.

The first row names the columns, by the names of the fields in either language or by their keys. The columns of every
kind are its key, the state, the day from which it holds, the document, and whether it is sample data.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from python_calamine import CalamineError, CalamineWorkbook

from ecociv.core.text import Text
from ecociv.registers.kinds import Kind
from ecociv.registers.values import Value, shown

LARGEST = 20 * 1024**2
LONGEST = 20_000
"""Bytes of a file, and rows of it."""

STATE, SINCE, DOCUMENT, SAMPLE = "state", "valid-from", "document", "sample"
_WORDS = {
    STATE: Text(zh="状态", en="State"),
    SINCE: Text(zh="生效日期", en="Holds from"),
    DOCUMENT: Text(zh="依据文件", en="Document"),
    SAMPLE: Text(zh="样例数据", en="Sample data"),
}
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


class FileUnreadable(ValueError):
    """A file that cannot be read as a table of this kind at all."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh=zh, en=en)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: its number in the file, and its cells by field."""

    number: int
    key: str
    cells: Mapping[str, str]


def columns(kind: Kind) -> dict[str, Text]:
    """Names of the columns of a file, by key, in their order."""
    return {
        "key": kind.number.name,
        **{field.key: field.name for field in kind.fields},
        **_WORDS,
    }


def read_rows(path: Path, kind: Kind, name: str = "") -> list[FileRow]:
    """The rows of a file below its heading; empty ones are left out.

    Raises
    ------
    FileUnreadable
        Where it is too large, neither CSV nor .xlsx, has a column that the kind does not know or has one twice.
    """
    label = name or path.name
    if path.stat().st_size > LARGEST:
        raise FileUnreadable(
            f"{label} 超过 {LARGEST // 1024**2} 兆字节。",
            f"{label} has more than {LARGEST // 1024**2} megabytes.",
        )
    table = _sheet(path, label) if zipfile.is_zipfile(path) else _csv(path, label)
    if not table:
        raise FileUnreadable(
            f"{label} 是空的，第一行应为列名。", f"{label} is empty; its first row names the columns."
        )
    heading = _heading(table[0][1], kind, label)
    rows = [
        FileRow(number, cells["key"], cells)
        for number, line in table[1:]
        if any(cell.strip() for cell in line)
        for cells in [_cells(heading, line)]
    ]
    if len(rows) > LONGEST:
        raise FileUnreadable(
            f"{label} 超过 {LONGEST} 行，请拆分。", f"{label} has more than {LONGEST} rows: split it."
        )
    return rows


def _heading(line: Sequence[str], kind: Kind, label: str) -> list[str]:
    known = {word: key for key, text in columns(kind).items() for word in (key, text.zh, text.en)}
    found: list[str] = []
    for place, cell in enumerate(line):
        word = cell.strip()
        if not word and not any(other.strip() for other in line[place:]):
            break
        if word not in known:
            zh, en = (
                "、".join(t.zh for t in columns(kind).values()),
                ", ".join(t.en for t in columns(kind).values()),
            )
            raise FileUnreadable(
                f"{label} 第1行第{place + 1}列“{word[:40]}”不是{kind.name.zh}的列名。列名有：{zh}。",
                f"{label}, row 1, column {place + 1}: {word[:40]!r} is no column of {kind.name.en.lower()}. "
                f"Columns are: {en}.",
            )
        if known[word] in found:
            raise FileUnreadable(
                f"{label} 第1行的列“{word}”出现两次。", f"{label}, row 1: the column {word!r} occurs twice."
            )
        found.append(known[word])
    if "key" not in found:
        raise FileUnreadable(
            f"{label} 缺少列“{kind.number.name.zh}”。", f"{label} has no column {kind.number.name.en!r}."
        )
    return found


def _cells(heading: Sequence[str], line: Sequence[str]) -> dict[str, str]:
    padded = [*line, *[""] * (len(heading) - len(line))]
    return {key: _unguarded(padded[place].strip()) for place, key in enumerate(heading)}


def _unguarded(text: str) -> str:
    """A cell without the mark that keeps programs from running it as a formula."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RISKY) else text


def _guarded(text: str) -> str:
    return "'" + text if text.lstrip("'").startswith(_RISKY) else text


def _csv(path: Path, label: str) -> list[tuple[int, list[str]]]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise FileUnreadable(
            f"{label} 不是 UTF-8 或 GB18030 编码的文本。", f"{label} is text neither in UTF-8 nor in GB18030."
        )
    if "\x00" in text:
        raise FileUnreadable(f"{label} 不是CSV文本。", f"{label} is no CSV text.")
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        before = 0
        for line in reader:
            found.append((before + 1, line))
            before = reader.line_num
    except csv.Error as error:
        raise FileUnreadable(
            f"{label} 第{reader.line_num}行的引号不成对（{error}）。",
            f"{label}, row {reader.line_num}: the quotes do not match ({error}).",
        ) from error
    return found


def _sheet(path: Path, label: str) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(item.file_size for item in packed.infolist()) > 10 * LARGEST:
                raise FileUnreadable(f"{label} 解包后过大。", f"{label} unpacks to too much.")
        book = CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, FileUnreadable):
            raise
        raise FileUnreadable(
            f"{label} 打不开，可能设了密码或不完整；请另存为 .xlsx 或 CSV。",
            f"{label} cannot be opened: it may have a password or be incomplete. Save it as .xlsx or CSV.",
        ) from error
    return [(number, [_cell(value) for value in line]) for number, line in enumerate(sheet, 1)]


def _cell(value: Any) -> str:
    """A cell as text: whole numbers without a decimal point, days as 2017-03-01."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def line_of(
    kind: Kind,
    key: str,
    values: Mapping[str, Value],
    state: str,
    since: dt.date,
    document: str,
    sample: bool,
    language: str,
) -> list[str]:
    """One entry as a row, in the order of `columns`."""
    named = kind.state(state)
    return [
        key,
        *(shown(field, values.get(field.key), language, unit=False) for field in kind.fields),
        named.name.in_language(language) if named else state,
        since.isoformat(),
        document,
        Text(zh="是" if sample else "否", en="yes" if sample else "no").in_language(language),
    ]


def as_csv(kind: Kind, lines: Iterable[Sequence[str]], language: str) -> bytes:
    """The rows as CSV in UTF-8 with a byte order mark, by which Excel knows the encoding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([text.in_language(language) for text in columns(kind).values()])
    for line in lines:
        writer.writerow([_guarded(cell) for cell in line])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def as_xlsx(kind: Kind, lines: Iterable[Sequence[str]], language: str) -> bytes:
    """The rows as a workbook; every cell is text, so that codes keep their zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(kind.name.in_language(language)[:31].replace("/", " "))
    sheet.freeze_panes = "B2"
    sheet.append([text.in_language(language) for text in columns(kind).values()])
    for line in lines:
        sheet.append([_guarded(cell) for cell in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()

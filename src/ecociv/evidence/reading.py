"""A file as records: encoding, header and line numbers. Nothing of its meaning."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ecociv.core.text import Text
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.records import FileRefused, Record
from ecociv.evidence.workbook import sheet_records

__all__ = ["FileRefused", "Record", "detect_encoding", "open_records"]

_BLOCK = 1 << 20


def detect_encoding(path: Path, declared: str) -> str:
    """The encoding in which the whole file can be read.

    Raises
    ------
    FileRefused
        When it cannot be read as declared, or (``auto``) neither as UTF-8 nor as GB18030; or when it is packed and
        the packing is broken.
    """
    try:
        return _readable_encoding(path, declared)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefused(
            "packing",
            Text(
                zh=f"文件按 gzip 打包，但解不开({error})，可能没有传完。请重新取得文件，或先解包再导入。",
                en=f"The file is packed by gzip and cannot be unpacked ({error}); perhaps part of it was lost on the "
                "way. Get it again, or unpack it first.",
            ),
        ) from error


def _readable_encoding(path: Path, declared: str) -> str:
    candidates = ("utf-8", "gb18030") if declared == "auto" else (declared,)
    faults: dict[str, int] = {}
    for encoding in candidates:
        fault = _first_fault(path, encoding)
        if fault is None:
            return "utf-8-sig" if encoding == "utf-8" else encoding
        faults[encoding] = fault
    zh = ",".join(f"按 {name} 在第 {at} 字节处读不通" for name, at in faults.items())
    en = ", ".join(f"not {name} (first at byte {at})" for name, at in faults.items())
    hint_zh, hint_en = "", ""
    other = {"utf-8": "gb18030", "gb18030": "utf-8"}.get(declared)
    if other and _first_fault(path, other) is None:
        hint_zh, hint_en = f"；可按 {other} 读通", f"; it can be read as {other}"
    raise FileRefused(
        "encoding",
        Text(
            zh=f"文件编码不符：{zh}{hint_zh}。请另存为 UTF-8，或在映射 file.encoding 中声明实际编码。",
            en=f"Wrong encoding: {en}{hint_en}. Save the file as UTF-8, or declare its encoding under "
            "file.encoding of the mapping.",
        ),
    )


def open_records(path: Path, mapping: Mapping) -> tuple[dict[str, int], Iterator[Record]]:
    """Check the header and give the columns' positions and the records.

    Raises
    ------
    FileRefused
        When the file is empty, unreadable, or its columns are not the declared ones.
    """
    if not path.is_file():
        raise FileRefused("absent", Text(zh=f"找不到文件 {path.name}。", en=f"There is no file {path.name}."))
    if mapping.file.format == "xlsx":
        records = sheet_records(path, mapping)
    else:
        _refuse_workbook(path)
        encoding = detect_encoding(path, mapping.file.encoding)
        records = _records(path, encoding, mapping.file.delimiter)
    header = next(records, None)
    if header is None:
        raise FileRefused("empty", Text(zh="文件为空，没有表头。", en="The file is empty: it has no header."))
    names = [cell.strip() for cell in header.cells]
    _check_header(names, mapping)
    return {name: position for position, name in enumerate(names)}, records


def _refuse_workbook(path: Path) -> None:
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused(
            "workbook",
            Text(
                zh="这是Excel工作簿，而本映射读取分隔文本。请在Excel中另存为CSV，或在映射中声明 file.format: xlsx。",
                en="This is an Excel workbook, and the mapping reads delimited text. Save it as CSV, or declare "
                "file.format: xlsx in the mapping.",
            ),
        )


def _check_header(names: list[str], mapping: Mapping) -> None:
    absent = [name for name in mapping.columns if name not in names]
    extra = [name for name in names if name not in mapping.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not (absent or extra or twice):
        return
    zh, en = [], []
    if absent:
        zh.append(f"缺少列 {'、'.join(absent)}")
        en.append(f"missing columns {', '.join(absent)}")
    if extra:
        zh.append(f"多出未声明的列 {'、'.join(map(repr, extra))}")
        en.append(f"columns that are not declared {', '.join(map(repr, extra))}")
    if twice:
        zh.append(f"列名重复 {'、'.join(twice)}")
        en.append(f"columns that occur twice {', '.join(twice)}")
    raise FileRefused(
        "columns",
        Text(
            zh=f"表头与映射 {mapping.key} 不符：{';'.join(zh)}。请核对文件是否属于本映射及分隔符“{mapping.file.delimiter}”；"
            "格式确有变化时修改映射（不读的列写入 ignore 并说明理由）。",
            en=f"The header does not fit mapping {mapping.key}: {'; '.join(en)}. See whether the file belongs to this "
            f"mapping and is delimited by {mapping.file.delimiter!r}; when the format has changed, change the mapping "
            "(columns that are not read go under ignore, with the reason).",
        ),
    )


def _open_binary(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _first_fault(path: Path, encoding: str) -> int | None:
    """Position of the first byte that cannot be read, or none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with _open_binary(path) as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return read + error.start
            if not block:
                return None
            read += len(block)


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    with _open_binary(path) as binary, io.TextIOWrapper(binary, encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            row = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileRefused(
                    "format",
                    Text(
                        zh=f"第 {row} 行起不是合法的分隔文本({error})。请检查引号是否成对。",
                        en=f"From row {row} on this is no delimited text ({error}). Look for a quote that is not closed.",
                    ),
                ) from error
            if cells and any(cells):
                yield Record(row, cells)

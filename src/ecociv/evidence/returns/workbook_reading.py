"""A filled workbook read back, with each fault by sheet and cell: found, rule, remedy. Nothing is written here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import load_workbook

from ecociv.core.text import Text
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.returns.actions.base import Subject
from ecociv.evidence.returns.sheet_reading import MOST_PROBLEMS, SheetProblem, SheetReader, SheetReading

LARGEST = 20 * 1024**2
"""Bytes of a file; unpacked, ten times as many."""


@dataclass(frozen=True, slots=True)
class WorkbookReading:
    """All returns of a workbook, and what is wrong with it. ``more`` counts faults beyond those listed."""

    sheets: tuple[SheetReading, ...]
    problems: tuple[SheetProblem, ...]
    more: int = 0


def read_workbook(
    data: bytes, zone: str, *, sample: bool, expected: Sequence[Subject] | None = None
) -> WorkbookReading:
    """Read a workbook that a form made.

    Parameters
    ----------
    expected
        The returns that are asked for here; a sheet of another form, place or period is a fault. Any, when not given.

    Raises
    ------
    FileRefused
        When the file is empty, too large, no workbook, or holds no sheet made by a form.
    """
    _refuse_other_files(data)
    try:
        written = load_workbook(io.BytesIO(data), read_only=True)
        computed = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl answers a broken file with errors of many kinds
        raise FileRefused("no-workbook", _NO_WORKBOOK) from error
    sheets: list[SheetReading] = []
    problems: list[SheetProblem] = []
    seen: dict[str, str] = {}
    try:
        for name in written.sheetnames:
            reader = SheetReader(name, written[name], computed[name], zone, sample, expected)
            found = reader.read()
            problems += reader.problems
            if found is None:
                continue
            if found.subject.key in seen:
                problems.append(
                    SheetProblem(
                        name,
                        "",
                        found.subject.key,
                        Text(
                            zh="与工作表“{other}”是同一张报表",
                            en="this is the same return as sheet “{other}”",
                        ).fill(other=seen[found.subject.key]),
                        Text(zh="只留一张", en="keep one of them"),
                    )
                )
                continue
            seen[found.subject.key] = name
            sheets.append(found)
    except FileRefused:
        raise
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        zipfile.BadZipFile,
        SyntaxError,
    ) as error:
        raise FileRefused("no-workbook", _NO_WORKBOOK) from error
    finally:
        written.close()
        computed.close()
    if not sheets and not problems:
        raise FileRefused(
            "no-return",
            Text(
                zh="工作簿中没有由报表生成的工作表。请下载本页的工作簿，填好后再交。",
                en="The workbook holds no sheet that a form made. Take the workbook from this page, fill it in and send "
                "that one.",
            ),
        )
    return WorkbookReading(
        tuple(sheets), tuple(problems[:MOST_PROBLEMS]), max(0, len(problems) - MOST_PROBLEMS)
    )


_NO_WORKBOOK = Text(
    zh="这不是可以读取的工作簿（.xlsx）。请用表格软件打开，另存为 .xlsx 后再交。",
    en="This is no workbook (.xlsx) that can be read. Open it in a spreadsheet program, save it as .xlsx and send it "
    "again.",
)


def _refuse_other_files(data: bytes) -> None:
    if not data:
        raise FileRefused("empty", Text(zh="文件是空的。", en="The file is empty."))
    if len(data) > LARGEST:
        raise FileRefused(
            "too-large",
            Text(
                zh="文件超过20 MB，不会是报表的工作簿；请另选文件。",
                en="The file is larger than 20 MB, far more than the workbook of a return; choose another.",
            ),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(item.file_size for item in packed.infolist()) > LARGEST * 10:
                raise FileRefused(
                    "too-large",
                    Text(zh="文件解开后过大，不予读取。", en="Unpacked, the file is too large to be read."),
                )
    except zipfile.BadZipFile as error:
        raise FileRefused("no-workbook", _NO_WORKBOOK) from error

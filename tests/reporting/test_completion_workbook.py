"""The completion table compared with the record: the same says nothing, a changed cell is named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from ecociv.reporting.official.completion_file import TableUnreadable, compare_completion
from ecociv.reporting.official.write import Options, write_document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, SHEET = "jingdezhen", "指标完成情况表"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_table_does_not_differ(tmp_path: Path, language: str) -> None:
    out = tmp_path / "table.xlsx"
    write_document("completion", ZONE, out, Options(year=2016), language=language)
    assert compare_completion(out, ZONE) == []


def test_what_was_changed_is_named(tmp_path: Path) -> None:
    out = tmp_path / "table.xlsx"
    write_document("completion", ZONE, out, Options(year=2016))
    book = openpyxl.load_workbook(out)
    sheet = book[SHEET]
    row = next(each[0].row for each in sheet.iter_rows() if each[0].value == 29)
    name = str(sheet.cell(row, 2).value)
    sheet.cell(row, 7).value = 99.5
    book.save(out)
    found = compare_completion(out, ZONE)
    assert [(each.cell, each.indicator, each.column, each.in_file) for each in found] == [
        (f"G{row}", name, "2016年实际完成值", "99.5")
    ]
    sheet.delete_rows(row)
    book.save(out)
    gone = compare_completion(out, ZONE)
    assert [(each.cell, each.on_record) for each in gone] == [("", name)]


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(out)
    with pytest.raises(TableUnreadable, match="no table"):
        compare_completion(out, ZONE)

"""The workbook, opened again."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.render.workbook import to_workbook
from reporting import situations


def opened(document: Document) -> Any:
    return openpyxl.load_workbook(io.BytesIO(to_workbook(document)))


@pytest.fixture(scope="module")
def data(mixed: Document) -> bytes:
    return to_workbook(mixed)


@pytest.fixture(scope="module")
def book(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_one_sheet_a_table(book: Any, mixed: Document) -> None:
    assert book.sheetnames == [
        "封面", "报告正文", *(table.sheet for table in mixed.tables), "逐日明细 35", "数据编号与计算过程",
    ]  # fmt: skip
    assert "指标完成情况表" in book.sheetnames


def test_numbers_are_numbers_with_their_digits_and_their_mark(book: Any, mixed: Document) -> None:
    sheet = book["指标完成情况表"]
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == 1)
    source = mixed.tables[1].data_rows[0]
    assert row[6].value == 3.5 and row[6].number_format == f'0.00" {mixed.mark(source.cells[6].mark or 0)}"'
    assert row[3].value == 3.92 and row[3].number_format == "0.00"
    assert sum(cell.value for cell in [row[3], row[4]]) == pytest.approx(9.11)


def test_figures_lead_to_their_arithmetic(book: Any, mixed: Document) -> None:
    trace = book["数据编号与计算过程"]
    reached = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink is None:
                    continue
                name, _, place = cell.hyperlink.location.partition("!")
                assert name == f"'{trace.title}'"
                assert trace[place].value == cell.hyperlink.tooltip
                shown = f"{cell.value}{cell.number_format}"
                assert cell.hyperlink.tooltip in shown or sheet.title.startswith("逐日明细")
                reached.add(cell.hyperlink.tooltip)
    # A paragraph may carry several marks and a cell only one link; each of those figures also stands in a table.
    assert reached | marks_in_text(mixed) == {mixed.mark(entry.number) for entry in mixed.entries}


def marks_in_text(document: Document) -> set[str]:
    return {
        document.mark(run.mark)
        for section in document.sections
        for block in section.blocks
        for run in getattr(block, "runs", ())
        if run.mark is not None
    }


def test_every_entry_has_its_lines(book: Any, mixed: Document) -> None:
    found = rows(book["数据编号与计算过程"])
    marks = [row[0] for row in found if row[0] and str(row[0]).startswith("[数")]
    assert marks == [mixed.mark(entry.number) for entry in mixed.entries]
    assert len(found) == 2 + sum(1 + len(entry.lines) for entry in mixed.entries)
    daily = next(row for row in found if row[5] == "air")
    assert daily[3] == 28 and daily[4] == "天" and daily[6:9] == ["1", "2016-01", "2017-01-20 08:30"]


def test_the_days_behind_a_value_are_listed(book: Any, mixed: Document) -> None:
    sheet = book["逐日明细 35"]
    found = rows(sheet)
    assert found[1] == ["日期", "PM₂.₅", "IAQI PM₂.₅", "AQI", "首要污染物", "判定", "源文件行", "源文件", "版本"]
    assert found[2] == ["2016-01-01", 35.5, 51, 62, "pm2_5", "优良", 2, "days.csv", 1]
    assert found[3][1:5] == [None] * 4 and found[3][5] == "无效"
    entry = next(entry for entry in mixed.entries if entry.title == "优良天数比例")
    assert sheet["A1"].hyperlink.tooltip == mixed.mark(entry.number)


def test_sheets_are_ready_to_print(book: Any, mixed: Document) -> None:
    sheet = book["指标完成情况表"]
    assert sheet.freeze_panes == "C3" and sheet.print_title_rows == "$2:$2"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToHeight == 0
    for each in book.worksheets:
        assert mixed.title in each.oddHeader.center.text and "&P" in each.oddFooter.center.text


def test_the_sample_mark_is_on_every_sheet(sample: Document) -> None:
    book = opened(sample)
    for sheet in book.worksheets:
        assert sample.sample_mark in [cell.value for row in sheet["A1:A2"] for cell in row]
        assert sample.sample_mark in sheet.oddHeader.center.text
    row = next(row for row in book["指标完成情况表"].iter_rows(min_row=4) if row[0].value == 16)
    assert row[6].number_format.endswith(' 示例"')


def test_a_formula_that_somebody_typed_is_text() -> None:
    facts = situations.with_hostile_words(situations.a_mixed_year())
    sheet = opened(annual_report(facts, "zh"))["指标完成情况表"]
    cell = next(row[9] for row in sheet.iter_rows(min_row=3) if row[0].value == 1)
    assert cell.data_type == "s" and cell.value == f"'{situations.HOSTILE}"


def test_the_same_document_gives_the_same_bytes(data: bytes) -> None:
    assert data == to_workbook(annual_report(situations.a_mixed_year(), "zh"))


def test_the_bytes_do_not_depend_on_what_other_libraries_call_their_names(data: bytes) -> None:
    from openpyxl.xml.constants import DCTERMS_NS
    from openpyxl.xml.functions import register_namespace

    register_namespace("dct", DCTERMS_NS)
    assert data == to_workbook(annual_report(situations.a_mixed_year(), "zh"))


def test_an_empty_year_is_a_whole_workbook(empty: Document) -> None:
    book = opened(empty)
    assert book["适用标准"].max_row >= 3
    assert not [name for name in book.sheetnames if name.startswith("逐日明细")]

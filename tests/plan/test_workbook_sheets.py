"""What the workbook looks like to an office, and what is said of workbooks that are not what they should be."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.workbook import Workbook

import second_city
from ecociv.plan.exchange import ImportedPlan, content_of, export_workbook, read_plan_content
from ecociv.plan.exchange import workbook_read as reading


@pytest.fixture(scope="module")
def exported() -> bytes:
    return export_workbook(second_city.package(), exported_on=dt.date(2021, 3, 1))


@pytest.fixture(scope="module")
def book(exported: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(exported))


def read_after(data: bytes, edit: Callable[[Workbook], None]) -> ImportedPlan:
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return read_plan_content(content_of(stream.getvalue()))


def codes(plan: ImportedPlan) -> list[str]:
    return [error.code for error in plan.errors]


def test_three_sheets_and_an_explanation(book: Workbook) -> None:
    assert book.sheetnames[:4] == ["说明", "指标体系表", "任务分解表", "项目分解表"]
    assert {sheet.title: sheet.sheet_state for sheet in book.worksheets[4:]} == {
        "选项": "hidden",
        "导出基准": "veryHidden",
    }
    words = {str(cell.value) for row in book["说明"].iter_rows() for cell in row}
    assert second_city.package().digest in words
    assert {"清河市绿色发展方案", "qinghe", "2021-03-01"} <= words
    # Every column of every sheet is explained in both languages.
    explained = {
        (row[0].value, row[1].value) for row in book["说明"].iter_rows() if row[3].value and row[4].value
    }
    for title in ("指标体系表", "任务分解表", "项目分解表"):
        assert {(title, cell.value) for cell in book[title][1]} <= explained


def test_headings_stay_in_view_and_choices_drop_down(book: Workbook) -> None:
    tasks = book["任务分解表"]
    assert tasks.freeze_panes == "E2"
    assert tasks.auto_filter.ref == "A1:Q7"
    headings = [cell.value for cell in tasks[1]]
    validated = {
        headings[openpyxl.utils.range_boundaries(str(item.sqref))[0] - 1]
        for item in tasks.data_validations.dataValidation
    }
    assert validated == {"体系", "建设任务", "配合有“等”"}


def test_dates_are_text_and_values_are_numbers(book: Workbook) -> None:
    tasks, indicators = book["任务分解表"], book["指标体系表"]
    due = [cell.value for cell in tasks[1]].index("完成时间") + 1
    assert (tasks.cell(2, due).value, tasks.cell(2, due).number_format) == ("2023", "@")
    headings = [cell.value for cell in indicators[1]]
    first = headings.index("2023年目标") + 1
    assert "2020年基期值" in headings
    # Row 2: at least 85 where more is better, so that the bare number says it; row 4: a composition in the plan's form.
    assert indicators.cell(2, first).value == 85
    assert indicators.cell(4, first).value == "4:58:38"


def test_a_workbook_is_complete_in_itself(exported: bytes) -> None:
    plan = read_plan_content(content_of(exported))
    assert (plan.kind, plan.errors) == ("workbook", ())
    assert {task.number: task.lead for task in plan.tasks} == second_city.LEADS
    assert plan.items["task"][1]["system"] == "clean"
    assert plan.indicators[2].series[0].baseline == "5:60:35"


def test_english_headings_and_another_sheet_name_are_understood(exported: bytes) -> None:
    def translate(book: Workbook) -> None:
        from ecociv.plan.exchange.workbook_columns import duty_columns

        english = {column.heading: column.heading_en for column in duty_columns("task")}
        for cell in book["任务分解表"][1]:
            cell.value = english[str(cell.value)]
        book["任务分解表"].title = "Tasks"

    plan = read_after(exported, translate)
    assert (codes(plan), len(plan.tasks)) == ([], 6)


def test_a_title_above_the_headings_is_passed_over(exported: bytes) -> None:
    def entitle(book: Workbook) -> None:
        book["任务分解表"].insert_rows(1, 2)
        book["任务分解表"]["A1"].value = "清河市任务分解表"

    plan = read_after(exported, entitle)
    assert (codes(plan), len(plan.tasks)) == ([], 6)


def test_a_workbook_without_any_of_the_sheets_is_refused() -> None:
    stream = io.BytesIO()
    Workbook().save(stream)
    plan = read_plan_content(content_of(stream.getvalue()))
    assert codes(plan) == ["sheet-missing"] * 3
    assert all(error.blocking for error in plan.errors)


def test_two_sheets_of_a_kind_are_refused(exported: bytes) -> None:
    plan = read_after(exported, lambda book: book.copy_worksheet(book["任务分解表"]))
    assert "sheet-twice" in codes(plan)


def test_a_heading_that_stands_twice_is_refused(exported: bytes) -> None:
    def twice(book: Workbook) -> None:
        sheet = book["任务分解表"]
        sheet.cell(1, sheet.max_column + 1).value = "完成时间"

    (error,) = read_after(exported, twice).errors
    assert (error.code, error.row, error.column, error.blocking) == ("heading-twice", 1, "R", True)


def test_a_sheet_longer_than_the_limit_is_cut_and_told(
    exported: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Six tasks and the headings are seven rows: seven are read, of an eighth it is said.
    monkeypatch.setattr(reading, "MOST_ROWS", 7)
    assert codes(read_after(exported, lambda book: None)) == []

    def longer(book: Workbook) -> None:
        book["任务分解表"].cell(8, 1).value = 7

    plan = read_after(exported, longer)
    assert "sheet-too-long" in codes(plan)


def test_an_error_value_and_a_hole_in_a_required_field_name_their_place(exported: bytes) -> None:
    def spoil(book: Workbook) -> None:
        sheet = book["任务分解表"]
        headings = [cell.value for cell in sheet[1]]
        sheet.cell(3, headings.index("完成时间") + 1).value = "#REF!"
        sheet.cell(3, headings.index("完成时间") + 1).data_type = "e"
        sheet.cell(4, headings.index("任务名称") + 1).value = None

    errors = read_after(exported, spoil).errors
    assert ("error-value", 3, "L") in {(error.code, error.row, error.column) for error in errors}
    assert ("not-valid", 4) in {(error.code, error.row) for error in errors}
    assert all(error.sheet == "任务分解表" for error in errors)


def test_a_workbook_by_hand_with_few_columns_is_read_as_far_as_it_goes() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "任务分解表"
    sheet.append(["序号", "牵头单位", "配合单位", "完成时间"])
    sheet.append([1, "市水利局、市林业局", "", "2023年底"])
    stream = io.BytesIO()
    book.save(stream)
    plan = read_plan_content(content_of(stream.getvalue()))
    assert (plan.tasks[0].lead, plan.tasks[0].due) == (("市水利局", "市林业局"), "2023")
    assert {"column-missing", "not-valid", "sheet-missing"} == set(codes(plan))

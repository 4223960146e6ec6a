"""An edited workbook: what comes back as a change, what is refused and in which words, and that nothing is half done."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ecociv.plan.exchange import (
    ChangesRefused,
    WorkbookDifference,
    apply_changes,
    difference_report,
    difference_text,
    export_workbook,
    workbook_difference,
)
from ecociv.plan.package import Task, ZonePackage, load_zone, package_from_items
from ecociv.plan.package.load import payload

TASKS, INDICATORS, PROJECTS = "任务分解表", "指标体系表", "项目分解表"
# Rows of the indicator sheet: the headings, then indicators 7, 8, 9, 10 and the four series of 34.
FARMLAND, WATER_USE, SECOND_POLLUTANT = 2, 4, 7


@pytest.fixture(scope="module")
def plan() -> ZonePackage:
    """Twelve tasks of the plan, indicators 7 to 10 and 34 (which has four series), three projects."""
    whole = load_zone("jingdezhen")
    indicators = [item for item in whole.indicators if item.number in (7, 8, 9, 10, 34)]
    return package_from_items(
        whole.zone, whole.organisations, indicators, whole.tasks[:12], whole.projects[:3]
    )


@pytest.fixture(scope="module")
def exported(plan: ZonePackage) -> bytes:
    return export_workbook(plan, exported_on=dt.date(2016, 1, 4))


def edited(data: bytes, edit: Callable[[Workbook], None]) -> bytes:
    """The workbook after ``edit``, as Excel would save it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def column(sheet: Worksheet, heading: str) -> int:
    return [cell.value for cell in sheet[1]].index(heading) + 1


def put(
    sheet_name: str, row: int, heading: str, value: Any, number_format: str | None = None
) -> Callable[[Workbook], None]:
    """An edit of one cell."""

    def edit(book: Workbook) -> None:
        sheet = book[sheet_name]
        cell = sheet.cell(row, column(sheet, heading))
        cell.value = value
        if number_format is not None:
            cell.number_format = number_format

    return edit


def changed(data: bytes, plan: ZonePackage, *edits: Callable[[Workbook], None]) -> WorkbookDifference:
    def all_edits(book: Workbook) -> None:
        for edit in edits:
            edit(book)

    return workbook_difference(edited(data, all_edits), plan)


def codes(difference: WorkbookDifference) -> list[str]:
    return [problem.code for problem in difference.problems]


# --- changes ------------------------------------------------------------------------------------------------


def test_saving_without_an_edit_is_no_change(plan: ZonePackage, exported: bytes) -> None:
    difference = changed(exported, plan)
    assert (difference.changes, difference.problems, difference.stale) == ((), (), ())
    assert not difference.outdated


def test_an_edited_cell_is_one_change_with_its_place_and_both_figures(
    plan: ZonePackage, exported: bytes
) -> None:
    # Task 2 stands in row 3 (row 1 holds the headings); its due date is the twelfth column, L.
    difference = changed(exported, plan, put(TASKS, 3, "完成时间", "2018"))
    (change,) = difference.changes
    assert (change.sheet, change.row, change.column, change.key) == (TASKS, 3, "L", "task:2")
    assert (change.field, change.before, change.after, change.value) == ("due", "2017", "2018", 2018)
    assert not change.conflict


def test_a_target_is_read_by_the_direction_of_its_row(plan: ZonePackage, exported: bytes) -> None:
    # Indicator 9 (total water use) is a ceiling: a bare 8.4 is at most 8.4.
    (change,) = changed(exported, plan, put(INDICATORS, WATER_USE, "2015年目标", 8.4)).changes
    assert change.value == {"at_most": 8.4}
    assert (change.key, change.series, change.before, change.after) == ("indicator:9", "9", "8.45", "8.4")


def test_a_turned_direction_turns_the_bare_targets_of_its_row(plan: ZonePackage, exported: bytes) -> None:
    difference = changed(exported, plan, put(INDICATORS, WATER_USE, "方向", "越高越好"))
    assert {change.field for change in difference.changes} == {
        "direction",
        "targets.2015",
        "targets.2017",
        "targets.2020",
    }
    assert next(change.value for change in difference.changes if change.field == "targets.2015") == {
        "at_least": 8.45
    }


@pytest.mark.parametrize(
    ("typed", "number_format", "value"),
    [
        (2018.0, None, 2018),
        (2018, None, 2018),
        ("２０１８", None, 2018),
        ("2018年底", None, 2018),
        ("2018年6月", None, "2018-06"),
        (dt.date(2018, 6, 1), "mmm-yy", "2018-06"),
        (dt.date(2018, 6, 1), "yyyy-mm-dd", "2018-06-01"),
        (dt.date(2018, 6, 30), 'yyyy"年"m"月"d"日"', "2018-06-30"),
        (dt.date(2018, 1, 1), "yyyy", 2018),
        (None, None, None),
    ],
)
def test_dates_in_every_form_that_excel_and_people_give_them(
    plan: ZonePackage, exported: bytes, typed: object, number_format: str | None, value: object
) -> None:
    # read_date gives a year as a number; "2018" from a year-only format is read likewise.
    (change,) = changed(exported, plan, put(TASKS, 3, "完成时间", typed, number_format)).changes
    assert change.value == value


def test_the_same_value_in_another_writing_is_no_change(plan: ZonePackage, exported: bytes) -> None:
    difference = changed(
        exported,
        plan,
        put(TASKS, 3, "完成时间", 2017.0),
        put(TASKS, 3, "序号", "２"),
        put(INDICATORS, WATER_USE, "2015年目标", "≤ 8.45"),
        put(INDICATORS, FARMLAND, "2012年基期值", "８.４２９４"),
        put(TASKS, 2, "配合部门", "市发改委\n市国土资源局，各县（市、区）政府"),
    )
    assert (difference.changes, difference.problems) == ((), ())


def test_rows_and_columns_and_sheets_may_be_moved(plan: ZonePackage, exported: bytes) -> None:
    def shuffle(book: Workbook) -> None:
        sheet = book[TASKS]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        book.remove(sheet)
        sheet = book.create_sheet(TASKS, 0)
        for row in [rows[0], *reversed(rows[1:])]:
            sheet.append([row[0], *reversed(row[1:])])
        put(TASKS, 2, "牵头部门", "市环保局")(book)

    (change,) = changed(exported, plan, shuffle).changes
    # Twelve tasks reversed: task 12 comes first, in row 2.
    assert (change.key, change.row, change.value) == ("task:12", 2, ["市环保局"])


def test_an_emptied_optional_cell_takes_the_field_out(plan: ZonePackage, exported: bytes) -> None:
    row = 2 + next(place for place, task in enumerate(plan.tasks) if task.uncertain)
    difference = changed(exported, plan, put(TASKS, row, "存疑说明", None))
    (change,) = difference.changes
    applied = apply_changes(difference, plan)
    assert applied.package.task(change.number).uncertain == ()


# --- refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "code", "place"),
    [
        (put(TASKS, 3, "完成时间", "下个月"), "not-a-date", (TASKS, 3, "L")),
        (put(TASKS, 3, "完成时间", 42369), "not-a-date", (TASKS, 3, "L")),
        (put(TASKS, 3, "完成时间", "2015-02-30"), "not-a-date", (TASKS, 3, "L")),
        (put(TASKS, 3, "完成时间", "=L2"), "formula", (TASKS, 3, "L")),
        (put(TASKS, 3, "序号", 999), "unknown-number", (TASKS, 3, "A")),
        (put(TASKS, 3, "序号", 1), "row-twice", (TASKS, 3, "A")),
        (put(TASKS, 3, "序号", "二"), "not-a-whole-number", (TASKS, 3, "A")),
        (put(TASKS, 3, "序号", None), "number-empty", (TASKS, 3, "A")),
        (put(TASKS, 3, "体系", "第八体系"), "not-a-choice", (TASKS, 3, "B")),
        (put(TASKS, 3, "牵头部门", "市国土局"), "unknown-body", (TASKS, 3, "H")),
        (put(TASKS, 3, "牵头部门", "市发改委、市发改委"), "name-twice", (TASKS, 3, "H")),
        (put(TASKS, 3, "任务名称(英文)", None), "two-languages-needed", (TASKS, 3, "E")),
        (put(TASKS, 3, "配合有“等”", "也许"), "not-yes-or-no", (TASKS, 3, "J")),
        (put(TASKS, 3, "节点成果", "2015 | 胜利"), "unknown-outcome", (TASKS, 3, "M")),
        (put(TASKS, 3, "量化目标", "2015年达到35%"), "line-not-understood", (TASKS, 3, "N")),
        (
            put(INDICATORS, WATER_USE, "2015年目标", "差不多"),
            "target-not-understood",
            (INDICATORS, WATER_USE, "J"),
        ),
        (put(INDICATORS, WATER_USE, "2012年基期值", "约8"), "not-a-number", (INDICATORS, WATER_USE, "I")),
        (put(INDICATORS, WATER_USE, "计量代码", "万立方"), "unknown-unit", (INDICATORS, WATER_USE, "X")),
        (put(INDICATORS, WATER_USE, "序列标识", "9.x"), "unknown-series", (INDICATORS, WATER_USE, "B")),
        (put(INDICATORS, WATER_USE, "标识", "other"), "key-changed", (INDICATORS, WATER_USE, "AG")),
        (
            put(INDICATORS, SECOND_POLLUTANT, "类别", "经济发展质量"),
            "rows-disagree",
            (INDICATORS, SECOND_POLLUTANT, "C"),
        ),
    ],
)
def test_what_is_wrong_is_named_by_sheet_row_and_column(
    plan: ZonePackage,
    exported: bytes,
    edit: Callable[[Workbook], None],
    code: str,
    place: tuple[str, int, str],
) -> None:
    difference = changed(exported, plan, edit)
    found = [problem for problem in difference.problems if problem.blocking and problem.code == code]
    assert [(problem.sheet, problem.row, problem.column) for problem in found] == [place]
    (problem,) = found
    assert problem.text.zh and problem.remedy.zh and problem.text.en and problem.remedy.en
    assert f"第{place[1]}行{place[2]}列" in problem.where("zh")
    with pytest.raises(ChangesRefused):
        apply_changes(difference, plan)


def test_a_deleted_row_deletes_nothing_and_is_told(plan: ZonePackage, exported: bytes) -> None:
    difference = changed(exported, plan, lambda book: book[TASKS].delete_rows(3))
    (problem,) = difference.problems
    assert (problem.code, problem.blocking) == ("rows-missing", False)
    assert "2" in problem.text.zh
    assert apply_changes(difference, plan).items == ()


def test_a_renamed_heading_is_told_with_the_name_it_should_have(plan: ZonePackage, exported: bytes) -> None:
    def rename(book: Workbook) -> None:
        sheet = book[TASKS]
        sheet.cell(1, column(sheet, "完成时间")).value = "截止"
        sheet.cell(3, 12).value = "2019"

    difference = changed(exported, plan, rename)
    assert sorted(codes(difference)) == ["column-missing", "unknown-column"]
    unknown = next(problem for problem in difference.problems if problem.code == "unknown-column")
    assert (unknown.row, unknown.column) == (1, "L")
    assert "完成时间" in unknown.remedy.zh
    # The column that cannot be told is left out, not guessed.
    assert difference.changes == ()


def test_a_missing_column_leaves_its_fields_alone(plan: ZonePackage, exported: bytes) -> None:
    def drop(book: Workbook) -> None:
        sheet = book[TASKS]
        sheet.delete_cols(column(sheet, "量化目标"))

    difference = changed(exported, plan, drop, put(TASKS, 3, "完成时间", "2018"))
    assert codes(difference) == ["column-missing"]
    applied = apply_changes(difference, plan)
    assert applied.package.task(9).targets == plan.task(9).targets


def test_a_sheet_that_is_missing_is_told(plan: ZonePackage, exported: bytes) -> None:
    difference = changed(exported, plan, lambda book: book.remove(book[PROJECTS]))
    assert codes(difference) == ["sheet-missing"]
    assert not difference.blocking


def test_a_workbook_of_another_zone_is_refused(plan: ZonePackage, exported: bytes) -> None:
    def other(book: Workbook) -> None:
        book["导出基准"]["B1"].value = "elsewhere"

    assert "other-zone" in [problem.code for problem in changed(exported, plan, other).blocking]


def test_a_workbook_without_its_base_is_compared_with_the_plan_of_now(
    plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(
        exported, plan, lambda book: book.remove(book["导出基准"]), put(TASKS, 3, "完成时间", "2018")
    )
    assert codes(difference) == ["no-export-base"]
    assert [change.key for change in difference.changes] == ["task:2"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "file-empty"), ("附件1".encode(), "not-a-workbook"), (b"PK\x03\x04", "damaged-archive")],
)
def test_what_is_no_workbook_is_one_blocking_problem(plan: ZonePackage, data: bytes, code: str) -> None:
    difference = workbook_difference(data, plan)
    assert [problem.code for problem in difference.blocking] == [code]
    with pytest.raises(ChangesRefused):
        apply_changes(difference, plan)


def test_a_base_that_was_tampered_with_is_not_believed(plan: ZonePackage, exported: bytes) -> None:
    def tamper(book: Workbook) -> None:
        for row in book["导出基准"].iter_rows(min_row=2):
            if (row[0].value, row[1].value) == ("task", 2):
                row[3].value = str(row[3].value).replace("2017", "2099")

    difference = changed(exported, plan, tamper)
    assert (difference.changes, difference.stale) == ((), ())


# --- the plan has changed since --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def later_plan(plan: ZonePackage) -> ZonePackage:
    """The plan after task 2 was put off to 2019 and task 4 was given to another body."""
    tasks = [
        Task.model_validate(
            payload(task)
            | ({"due": 2019} if task.number == 2 else {})
            | ({"lead": ["市环保局"]} if task.number == 4 else {})
        )
        for task in plan.tasks
    ]
    return package_from_items(plan.zone, plan.organisations, plan.indicators, tasks, plan.projects)


def test_an_old_workbook_does_not_undo_what_the_plan_has_changed(
    later_plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(exported, later_plan, put(TASKS, 4, "完成时间", "2018"))
    assert [(change.key, change.field) for change in difference.changes] == [("task:3", "due")]
    assert difference.outdated
    assert [(item.kind, item.number, item.fields, item.edited) for item in difference.stale] == [
        ("task", 2, ("due",), False),
        ("task", 4, ("lead",), False),
    ]
    applied = apply_changes(difference, later_plan)
    assert str(applied.package.task(2).due) == str(later_plan.task(2).due)
    assert applied.package.task(4).lead == ("市环保局",)


def test_a_field_changed_on_both_sides_is_a_conflict_that_someone_must_decide(
    later_plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(exported, later_plan, put(TASKS, 3, "完成时间", "2018"))
    (change,) = difference.conflicts
    assert (change.exported, change.before, change.after) == ("2017", "2019", "2018")
    with pytest.raises(ChangesRefused) as refused:
        apply_changes(difference, later_plan)
    assert [problem.code for problem in refused.value.problems] == ["conflict"]
    applied = apply_changes(difference, later_plan, accept_conflicts=True)
    assert applied.package.task(2).due.year == 2018  # type: ignore[union-attr]


def test_the_same_edit_on_both_sides_is_no_change(later_plan: ZonePackage, exported: bytes) -> None:
    assert changed(exported, later_plan, put(TASKS, 3, "完成时间", "2019")).changes == ()


def test_a_plan_that_changed_after_the_comparison_refuses_the_changes(
    plan: ZonePackage, later_plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(exported, plan, put(TASKS, 3, "完成时间", "2018"))
    with pytest.raises(ChangesRefused) as refused:
        apply_changes(difference.changes, later_plan)
    assert [problem.code for problem in refused.value.problems] == ["changed-meanwhile"]


# --- applying ---------------------------------------------------------------------------------------------------


def test_changes_are_applied_together_and_only_changed_items_are_new(
    plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(
        exported,
        plan,
        put(TASKS, 3, "完成时间", "2018"),
        put(TASKS, 3, "牵头部门", "市环保局、市发改委"),
        put(INDICATORS, WATER_USE, "2015年目标", "≤ 8.4"),
    )
    applied = apply_changes(difference, plan)
    assert [(type(item).__name__, item.number) for item in applied.items] == [("Indicator", 9), ("Task", 2)]
    task = applied.package.task(2)
    assert (task.lead, task.due.year) == (("市环保局", "市发改委"), 2018)  # type: ignore[union-attr]
    assert applied.package.series("9")[1].targets[2015] == {"at_most": 8.4}
    # The plan given stays as it was, and has another digest.
    assert plan.task(2).due.year == 2017  # type: ignore[union-attr]
    assert applied.package.digest != plan.digest
    untouched = {item.number: payload(item) for item in plan.tasks if item.number != 2}
    assert {item.number: payload(item) for item in applied.package.tasks if item.number != 2} == untouched
    # Exported anew, the edited workbook and the plan agree.
    assert workbook_difference(export_workbook(applied.package), applied.package).changes == ()


def test_one_wrong_cell_keeps_every_change_out_and_all_reasons_are_given(
    plan: ZonePackage, exported: bytes
) -> None:
    difference = changed(
        exported,
        plan,
        put(TASKS, 3, "完成时间", "2018"),
        put(TASKS, 4, "牵头部门", "市国土局"),
        put(TASKS, 5, "完成时间", "不久"),
        put(INDICATORS, WATER_USE, "2015年目标", "差不多"),
    )
    with pytest.raises(ChangesRefused) as refused:
        apply_changes(difference, plan)
    found = {(problem.sheet, problem.row, problem.column) for problem in refused.value.problems}
    assert found == {(TASKS, 4, "H"), (TASKS, 5, "L"), (INDICATORS, WATER_USE, "J")}
    # The one change that is right by itself may be applied by itself.
    right = [change for change in difference.changes if change.number == 2]
    assert apply_changes(right, plan).package.task(2).due.year == 2018  # type: ignore[union-attr]


def test_a_series_that_does_not_exist_is_refused_at_the_cell_of_the_target(
    plan: ZonePackage, exported: bytes
) -> None:
    words = "2015 | 耕地 // Farmland | 保持 8 | 万公顷 [wan_hectare] | 指标: 77"
    difference = changed(exported, plan, put(TASKS, 3, "量化目标", words))
    assert [(problem.sheet, problem.row, problem.column) for problem in difference.blocking] == [
        (TASKS, 3, "N")
    ]


# --- reports ------------------------------------------------------------------------------------------------------


def test_the_report_is_json_and_reads_in_both_languages(later_plan: ZonePackage, exported: bytes) -> None:
    import json

    difference = changed(
        exported, later_plan, put(TASKS, 3, "完成时间", "2018"), put(TASKS, 5, "完成时间", "不久")
    )
    report = json.loads(json.dumps(difference_report(difference), ensure_ascii=False))
    assert report["outdated"] is True
    assert report["can_be_applied"] is False
    assert report["changes"][0]["key"] == "task:2"
    assert report["problems"][0]["where"]["zh"] == "工作表“任务分解表”第5行L列"
    zh, en = difference_text(difference, "zh"), difference_text(difference, "en")
    assert "冲突" in zh and "L3" in zh and "任务2" in zh
    assert "conflict" in en and "task 2" in en and "Write 2015, 2016-06 or 2016-06-30" in en

"""The same plan of the invented city as a Word document: merged cells survive, so that little is doubtful."""

from __future__ import annotations

import io

import docx
import pytest

import second_city
from ecociv.plan.exchange import ImportedPlan, content_of, read_plan_content


def read(data: bytes) -> ImportedPlan:
    return read_plan_content(content_of(data))


@pytest.fixture(scope="module")
def plan() -> ImportedPlan:
    return read(second_city.word_document())


@pytest.fixture(scope="module")
def from_text() -> ImportedPlan:
    return read(second_city.TEXT.encode())


def test_the_tables_are_found_by_their_headings_in_any_order(plan: ImportedPlan) -> None:
    assert (plan.kind, plan.errors) == ("word", ())
    assert (len(plan.indicators), len(plan.tasks), len(plan.projects)) == (5, 6, 4)


def test_word_and_web_text_give_the_same_rows(plan: ImportedPlan, from_text: ImportedPlan) -> None:
    for mine, other in zip(plan.indicators, from_text.indicators, strict=True):
        assert (mine.number, mine.category, mine.name, mine.extras) == (
            other.number,
            other.category,
            other.name,
            other.extras,
        )
        assert [dict(series.cells) for series in mine.series] == [
            {year: cell.replace("：", ":") for year, cell in series.cells.items()} for series in other.series
        ]
    for mine, other in zip(
        (*plan.tasks, *plan.projects), (*from_text.tasks, *from_text.projects), strict=True
    ):
        assert (mine.number, mine.group, mine.topic, mine.name) == (
            other.number,
            other.group,
            other.topic,
            other.name,
        )
        assert (mine.lead, mine.support, mine.support_open) == (other.lead, other.support, other.support_open)
        if mine.number not in (5, 6) or mine.kind == "project":
            assert (mine.start, mine.due) == (other.start, other.due)
            assert [item.value for item in mine.targets] == [item.value for item in other.targets]


def test_a_vertically_merged_goal_belongs_to_both_rows_without_doubt(plan: ImportedPlan) -> None:
    assert plan.tasks[5].goal_shared_with == 5
    assert plan.doubts_of("task", 6) == ()


def test_cells_that_survive_raise_no_doubt_about_borders(plan: ImportedPlan) -> None:
    assert not {doubt.code for doubt in plan.doubts} & {
        "lost-cell-border",
        "one-body-line",
        "merged-goal-cell",
        "single-value",
        "bodies-without-separator",
    }
    # Two names on two lines of one cell are two leads, surely.
    assert plan.tasks[1].lead == ("市生态环境局", "市水利局")


def test_a_column_that_is_not_known_is_told(plan: ImportedPlan) -> None:
    (doubt,) = [doubt for doubt in plan.doubts if doubt.code == "unknown-column"]
    assert doubt.found == "备注"


def test_an_empty_value_cell_stays_in_its_year() -> None:
    document = docx.Document()
    rows = [
        ["序号", "指标名称", "单位", "2020年", "2023年", "2025年"],
        ["1", "绿色建筑比例", "%", "", "", "50"],
        ["2", "优良天数比例", "%", "88", "达到省内先进水平", ""],
    ]
    table = document.add_table(3, 6)
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, words, strict=True):
            cell.text = text
    table.cell(2, 4).merge(table.cell(2, 5))
    stream = io.BytesIO()
    document.save(stream)
    plan = read(stream.getvalue())
    assert plan.indicators[0].series[0].cells == {2023: "", 2025: "50"}
    assert plan.indicators[1].series[0].cells == {2023: "达到省内先进水平", 2025: "达到省内先进水平"}
    assert [doubt.code for doubt in plan.doubts] == []
    assert {error.code for error in plan.errors} == {"table-missing"}


def test_sub_rows_of_an_indicator_share_its_merged_number() -> None:
    document = docx.Document()
    rows = [
        ["序号", "指标名称", "", "单位", "2012年", "2015年", "2017年"],
        ["1", "主要污染物", "化学需氧量", "万吨", "3.0", "2.8", "省下达的目标"],
        ["", "", "氨氮", "万吨", "0.4", "0.3", ""],
        ["2", "森林覆盖率", "", "%", "60", "61", "62"],
    ]
    table = document.add_table(4, 7)
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, words, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(1, 1).merge(table.cell(2, 1))
    table.cell(1, 6).merge(table.cell(2, 6))
    table.cell(3, 1).merge(table.cell(3, 2))
    stream = io.BytesIO()
    document.save(stream)
    pollutants, forest = read(stream.getvalue()).indicators
    assert [(series.name, series.baseline, dict(series.cells)) for series in pollutants.series] == [
        ("化学需氧量", "3.0", {2015: "2.8", 2017: "省下达的目标"}),
        ("氨氮", "0.4", {2015: "0.3", 2017: "省下达的目标"}),
    ]
    assert (forest.name, forest.series[0].name) == ("森林覆盖率", "")


def test_a_row_without_number_is_an_error_that_names_the_row() -> None:
    document = docx.Document(io.BytesIO(second_city.word_document()))
    document.tables[3].cell(3, 1).text = ""
    stream = io.BytesIO()
    document.save(stream)
    plan = read(stream.getvalue())
    # The name "3号矿坑复绿" has no dot after its figure, so that it is not the number.
    (error,) = plan.errors
    assert (error.code, error.row) == ("row-without-number", 3)
    assert len(plan.projects) == 3

"""Reading a plan from the flattened text of a web page: an invented city's, with everything in another place."""

from __future__ import annotations

import pytest

import second_city
from ecociv.plan.exchange import (
    ImportedDuty,
    ImportedPlan,
    content_of,
    import_report,
    import_text,
    read_plan_content,
)


def read(text: str, organisations: object = None, encoding: str = "utf-8") -> ImportedPlan:
    return read_plan_content(content_of(text.encode(encoding)), organisations)


@pytest.fixture(scope="module")
def plan() -> ImportedPlan:
    return read(second_city.TEXT)


def task(plan: ImportedPlan, number: int) -> ImportedDuty:
    return next(item for item in plan.tasks if item.number == number)


def project(plan: ImportedPlan, number: int) -> ImportedDuty:
    return next(item for item in plan.projects if item.number == number)


def codes(plan: ImportedPlan, place: str, number: int | None) -> list[tuple[str, str]]:
    return [(doubt.field, doubt.code) for doubt in plan.doubts_of(place, number)]  # type: ignore[arg-type]


def test_the_three_tables_are_found_behind_their_annex_headings(plan: ImportedPlan) -> None:
    assert plan.errors == ()
    assert (len(plan.indicators), len(plan.tasks), len(plan.projects)) == (5, 6, 4)
    assert plan.groups == {"systems": ["净水护土", "清洁生活"], "programmes": ["碧水工程", "净土工程"]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_told_from_the_bytes(plan: ImportedPlan, encoding: str) -> None:
    # The no-break space of an empty cell has no place in some encodings of Chinese; GB18030 has all.
    assert read(second_city.TEXT, encoding=encoding).tasks == plan.tasks


def test_indicators_keep_their_words_and_a_value_does_not_pass_for_the_next_number(
    plan: ImportedPlan,
) -> None:
    for row, indicator in zip(second_city.INDICATORS, plan.indicators, strict=True):
        category, number, name, unit, base, *values, nature = row
        assert (indicator.category, str(indicator.number), indicator.name) == (category, number, name)
        (series,) = indicator.series
        assert series.unit == unit
        assert series.baseline.replace("：", ":") == base
        assert [cell.replace("：", ":") for cell in series.cells.values()] == values
        assert indicator.extras == {"nature": nature}
    # Indicator 4 has the value 5 in its last column; the next line is the number 5.
    assert plan.indicators[3].series[0].cells == {2023: "4", 2025: "5"}
    assert {indicator.base_year for indicator in plan.indicators} == {2020}


def test_bodies_are_read_without_knowing_any_of_them(plan: ImportedPlan) -> None:
    assert {item.number: item.lead for item in plan.tasks} == second_city.LEADS
    assert {item.number: item.support for item in plan.tasks} == second_city.SUPPORTS
    assert [item.number for item in plan.tasks if item.support_open] == [1, 4, 6]
    assert project(plan, 2).support == ("市水利局", "市财政局")


def test_dates_of_tasks_and_projects(plan: ImportedPlan) -> None:
    assert {item.number: (item.start, item.due) for item in plan.tasks} == {
        1: (None, "2023"),
        2: ("2022", "2024"),
        3: ("2021", "2025"),
        4: (None, "2025"),
        5: (None, None),
        6: ("2021", None),
    }
    assert task(plan, 6).recurring == "year"
    assert project(plan, 3).due == "2023-06"
    assert [(step.by, step.outcome) for step in task(plan, 2).milestones] == [
        ("2022", "started"),
        ("2024", "basically-formed"),
    ]


def test_figures_in_goals_and_contents(plan: ImportedPlan) -> None:
    def figures(duty: ImportedDuty) -> list[tuple[str, int | None, str, str]]:
        return [(target.quantity, target.year, str(target.value), target.unit) for target in duty.targets]

    assert figures(task(plan, 1)) == [("疏浚河道", 2023, "30", "公里")]
    assert figures(task(plan, 4)) == [
        ("分类小区覆盖率", 2023, "70", "%"),
        ("分类小区覆盖率", 2025, "95", "%"),
    ]
    assert figures(project(plan, 2)) == [("修复湿地", None, "1200", "亩"), ("建观鸟屋", None, "3", "座")]
    # The first project's name begins with no figure, the third's does: "3.3号矿坑复绿" is number 3.
    assert (project(plan, 3).name, project(plan, 3).targets) == ("3号矿坑复绿", ())


def test_each_doubt_names_its_row_field_words_and_reading(plan: ImportedPlan) -> None:
    assert codes(plan, "task", 2) == [("lead", "bodies-without-separator")]
    assert codes(plan, "task", 4) == [("lead", "lost-cell-border")]
    assert codes(plan, "task", 5) == [("topic", "repeated-heading"), ("goal", "blank-goal")]
    assert codes(plan, "task", None) == [("group", "broken-heading"), ("heading", "repeated-heading")]
    assert ("group", "repeated-heading") in codes(plan, "project", 3)
    assert ("support", "list-over-two-lines") in codes(plan, "project", 2)
    assert ("goal", "text-after-table") in codes(plan, "project", 4)
    # An empty cell that left a blank line behind is no doubt; a row without any is.
    assert codes(plan, "task", 3) == []
    assert ("support", "one-body-line") in codes(plan, "project", 3)
    (doubt,) = plan.doubts_of("task", 4)
    assert doubt.found == "市城管局 / 市住建局 / 市商务局"
    assert doubt.read_as == "市城管局、市住建局 | 市商务局"
    assert second_city.TEXT.split("\n")[doubt.line - 1] == "4"  # type: ignore[operator]


def test_names_are_checked_against_an_organisations_list() -> None:
    known = ["市水利局", "市林业局", "市住建局", "各乡镇政府"]
    doubted = {doubt.found for doubt in read(second_city.TEXT, known).doubts if doubt.code == "unknown-body"}
    assert "市城管局" in doubted
    assert not doubted & set(known)


def test_without_a_list_a_slip_for_a_frequent_name_is_doubted() -> None:
    text = (
        second_city.TEXT.replace("团市委等", "市市场督管局等")
        .replace("市公安局", "市市场监管局")
        .replace("市商务局等", "市市场监管局等")
    )
    (doubt,) = [doubt for doubt in read(text).doubts if doubt.code == "perhaps-misspelt"]
    assert (doubt.number, doubt.field, doubt.found) == (6, "support", "市市场督管局")


def test_a_goal_without_words_or_blank_line_is_merged_with_the_one_above() -> None:
    # Row 2 loses its goal line: nothing is left, not even a blank one.
    plan = read(second_city.TEXT.replace("2022年启动，2024年基本完成。\n", ""))
    assert task(plan, 2).goal_shared_with == 1
    assert ("goal", "merged-goal-cell") in codes(plan, "task", 2)
    # With a blank line in its place the cell is there, and empty.
    plan = read(second_city.TEXT.replace("2022年启动，2024年基本完成。\n", "\xa0\n"))
    assert task(plan, 2).goal_shared_with is None
    assert ("goal", "blank-goal") in codes(plan, "task", 2)


def test_a_row_whose_number_is_lost_is_an_error_and_the_others_are_read() -> None:
    plan = read(second_city.TEXT.replace("\n3\n耕地保护\n", "\n耕地保护\n"))
    assert [error.code for error in plan.errors] == ["number-missing"]
    assert "3" in plan.errors[0].text.zh
    assert [item.number for item in plan.tasks] == [1, 2, 4, 5, 6]


def test_a_number_that_stands_twice_is_an_error() -> None:
    plan = read(second_city.TEXT.replace("\n3\n耕地保护\n", "\n2\n耕地保护\n"))
    assert {error.code for error in plan.errors} == {"number-missing", "number-twice"}


def test_a_table_that_is_missing_is_an_error_that_names_it() -> None:
    plan = read(second_city.TEXT[: second_city.TEXT.index("附件3\n清河市")])
    assert [error.code for error in plan.errors] == ["table-missing"]
    assert "项目" in plan.errors[0].text.zh
    assert len(plan.tasks) == 6


def test_text_that_is_no_plan_gives_three_errors_and_no_rows() -> None:
    plan = read("今天天气很好。\n1\n2\n3\n")
    assert [error.code for error in plan.errors] == ["table-missing"] * 3
    assert (plan.indicators, plan.tasks, plan.projects) == ((), (), ())


def test_headings_in_other_words_and_without_annex_lines_are_enough() -> None:
    text = (
        second_city.TEXT.replace("附件1", "甲").replace("附件2", "乙").replace("附件3", "丙")
        .replace("完成时限", "时间节点").replace("牵头单位", "牵头责任部门")
    )  # fmt: skip
    plan = read(text)
    assert (len(plan.indicators), len(plan.tasks), len(plan.projects)) == (5, 6, 4)


def test_the_report_is_plain_json_and_the_text_has_both_languages(plan: ImportedPlan) -> None:
    import json

    report = json.loads(json.dumps(import_report(plan), ensure_ascii=False))
    assert report["counts"] == {
        "indicators": 5,
        "tasks": 6,
        "projects": 4,
        "doubts": len(plan.doubts),
        "errors": 0,
    }
    assert report["tasks"][0]["lead"] == ["市水利局"]
    assert report["doubts"][0]["why"].keys() == {"zh", "en"}
    assert "rows" not in report and "tasks" not in import_report(plan, rows=False)
    zh, en = import_text(plan, "zh"), import_text(plan, "en")
    assert zh.startswith("来源：网页文字；指标5项，任务6项，项目4项。")
    assert "5 indicators, 6 tasks, 4 projects" in en
    assert zh.count("\n") == en.count("\n")


def test_every_code_of_a_doubt_is_explained_in_the_documentation() -> None:
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    source = "".join(file.read_text("utf-8") for file in (root / "src/ecociv/plan/exchange").glob("*.py"))
    used = set(re.findall(r'(?:doubt\(|Doubt\()[^"]*?"[a-z_]+",\s*"([a-z-]+)"', source))
    used |= set(re.findall(r'(?:FigureDoubt|TimingDoubt)\((?:"(?:start|due)", )?"([a-z-]+)"', source))
    used |= {"unknown-body", "misspelt-body", "perhaps-misspelt"}
    assert len(used) > 30
    explained = set(re.findall(r"`([a-z-]+)`", (root / "docs/plan-import.md").read_text("utf-8")))
    assert used - explained == set()

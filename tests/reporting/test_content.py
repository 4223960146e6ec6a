"""What the report says: counts by hand, kinds of absence, decisions, and honesty about what is not known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from ecociv.core.missing import Missing
from ecociv.indicators.lights import Light
from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document, Paragraph, Row, Table
from ecociv.reporting.facts import SeriesFact
from ecociv.reporting.lights import LIGHTS
from reporting import situations


def table(document: Document, key: str) -> Table:
    return next(item for item in document.tables if item.key == key)


def paragraphs(document: Document, section: str) -> list[Paragraph]:
    blocks = next(part for part in document.sections if part.key == section).blocks
    return [block for block in blocks if isinstance(block, Paragraph)]


def row_of(document: Document, number: int) -> Row:
    return next(row for row in table(document, "completion").data_rows if row.cells[0].value == number)


def words(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


# -- lights ------------------------------------------------------------------------------------------------------


def test_every_light_has_a_look_of_its_own() -> None:
    assert {look.key for look in LIGHTS} == {light.value for light in Light}
    assert len({look.shape for look in LIGHTS}) == len(LIGHTS)


def test_lights_are_counted_by_category(mixed: Document) -> None:
    counts = {row.cells[0].sign.key: [cell.value for cell in row.cells[1:]] for row in table(mixed, "lights").data_rows if row.cells[0].sign}
    # Economy, resources, environment, culture, institutions, total. Of 57 series 11 are not plain "no data", but one
    # of them (withheld) has that light too: 57 - 10 = 47 without data.
    assert counts["worsening"] == [1, 0, 0, 0, 0, 1]
    assert counts["off-track"] == [1, 0, 0, 0, 0, 1]
    assert counts["on-track"] == [1, 1, 1, 0, 0, 3]  # 3; 9; 35
    assert counts["at-risk"] == [0, 1, 0, 0, 0, 1]
    assert counts["achieved"] == [0, 0, 0, 0, 1, 1]
    assert counts["awaiting-upper-level"] == [0, 1, 0, 0, 0, 1]
    assert counts["not-due"] == [0, 1, 0, 0, 0, 1]
    assert counts["qualitative"] == [0, 0, 0, 1, 0, 1]
    assert counts["no-data"][-1] == 47
    total = table(mixed, "lights").rows[-1]
    assert total.kind == "total" and total.cells[-1].value == 57
    columns = list(zip(*counts.values(), strict=True))
    assert [sum(column) for column in columns] == [cell.value for cell in total.cells[1:]]


def test_an_unknown_light_is_refused_not_left_out() -> None:
    facts = situations.a_mixed_year()
    odd = replace(facts.series["4"], light="purple")
    with pytest.raises(KeyError, match="purple"):
        annual_report(replace(facts, series={**facts.series, "4": odd}))


# -- the completion table ----------------------------------------------------------------------------------------


def test_the_table_follows_the_plan(mixed: Document) -> None:
    found = table(mixed, "completion")
    groups = [row.cells[0].text for row in found.rows if row.kind == "group"]
    assert groups == [category.name.zh for category in situations.plan().zone.categories]
    assert len(found.data_rows) == 57
    assert [row.cells[0].value for row in found.data_rows if row.cells[0].value] == list(range(1, 50))
    headings = [column.heading for column in found.columns]
    assert headings == [
        "序号", "指标名称", "单位", "2012年基数", "2016年路径值", "2017年节点目标", "2016年实际完成值", "完成情况", "数据来源部门", "备注",
    ]  # fmt: skip


def test_a_row_from_baseline_to_remark(mixed: Document) -> None:
    row = row_of(mixed, 1)
    light = Light.WORSENING.label.zh
    assert words(row) == ["1", "人均GDP", "万元", "3.92", "5.19", "不低于5.49", "3.50", light, "市统计局*", "低于基数3.92"]
    assert row.cells[6].value == Decimal("3.50")
    assert row.cells[7].sign is not None and row.cells[7].sign.key == "worsening"


def test_a_composition_is_one_row(mixed: Document) -> None:
    cells = row_of(mixed, 3).cells
    assert [cell.text for cell in cells[3:7]] == ["7.8:59.5:32.7", "6.6:58.15:35.25", "6:58:36", "6.5:58.0:35.5"]
    entry = mixed.entries[(cells[6].mark or 0) - 1]
    assert entry.shown == "6.5:58.0:35.5"


def test_sub_series_stand_under_one_number(mixed: Document) -> None:
    rows = table(mixed, "completion").data_rows
    place = next(n for n, row in enumerate(rows) if row.cells[0].value == 34)
    assert [row.cells[0].text for row in rows[place : place + 5]] == ["34", "", "", "", "35"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(14, Missing.DELEGATED), (22, Missing.PLANNED), (44, Missing.WITHHELD), (45, Missing.NOT_APPLICABLE), (2, Missing.MISSING)],
)
def test_absences_stay_different(mixed: Document, number: int, kind: Missing) -> None:
    cell = row_of(mixed, number).cells[6]
    assert (cell.text, cell.value, cell.mark) == (kind.label.zh, None, None)


def test_zero_is_a_value() -> None:
    facts = situations.a_mixed_year()
    zero = situations.reported("31", "0", "off-track")
    cell = row_of(annual_report(replace(facts, series={**facts.series, "31": zero})), 31).cells[6]
    assert (cell.text, cell.value) == ("0", Decimal(0)) and cell.mark is not None


def test_the_rank_among_peers_is_said(mixed: Document) -> None:
    assert "11个同类城市中列第2位" in row_of(mixed, 35).cells[9].text


def test_a_value_without_its_arithmetic_is_refused() -> None:
    facts = situations.a_mixed_year()
    bare = SeriesFact("4", Decimal("6.9"), "off-track")
    with pytest.raises(ValueError, match="'4' of indicator 4 has a value without a trace"):
        annual_report(replace(facts, series={**facts.series, "4": bare}))


# -- decisions ---------------------------------------------------------------------------------------------------


def test_decisions_begin_with_the_worst(mixed: Document) -> None:
    asked = [block.text for block in paragraphs(mixed, "overview") if block.style == "item"]
    assert asked[0].startswith("1. 指标1“人均GDP”") and "3.50万元" in asked[0] and "路径值为5.19万元" in asked[0]
    assert "战略性新兴产业" in asked[1]
    assert any("有风险的指标" in words and "指标16" in words for words in asked)
    assert any("由上级下达" in words and "指标14" in words for words in asked)
    # 57 series, of which 7 have a value.
    assert any("50个序列没有2016年数据" in words for words in asked)
    errors = sum(finding.severity.value == "error" for finding in situations.findings())
    assert any(f"{errors}处错误级问题" in words for words in asked)


def test_nobody_is_asked_for_progress_where_none_is_kept(mixed: Document) -> None:
    assert not [block for block in paragraphs(mixed, "overview") if "未报告进展" in block.text]


def test_tasks_due_without_a_report_are_named() -> None:
    facts = replace(situations.a_mixed_year(), progress=situations.progress_of_some())
    asked = [block.text for block in paragraphs(annual_report(facts), "overview") if block.style == "item"]
    # Due in 2016: 5, 18, 48, 99, 131, 133, 136, 151; of these 5 and 18 have a report.
    assert any("8项任务中有6项未报告进展：任务48、99、131、133、136、151" in words for words in asked)


# -- tasks and projects ------------------------------------------------------------------------------------------


def test_tasks_by_system_add_up(mixed: Document) -> None:
    rows = table(mixed, "systems").rows
    by_system = [row.cells[1].value for row in rows if row.kind == "data"]
    assert by_system == [23, 32, 22, 30, 16, 31, 22]  # the numbers of Annex 2: 1-23, 24-55, 56-77, ...
    assert rows[-1].cells[1].value == sum(by_system) == 176


def test_without_progress_reports_nothing_is_called_done_or_late(mixed: Document) -> None:
    headings = [column.heading for column in table(mixed, "systems").columns]
    assert headings == ["体系", "任务数", "2016年到期", "每年例行"]
    states = {row.cells[-1].text for row in table(mixed, "due").data_rows}
    assert states == {"尚未报告"}


def test_progress_is_counted_by_what_was_reported() -> None:
    facts = replace(situations.a_mixed_year(), progress=situations.progress_of_some())
    document = annual_report(facts)
    total = table(document, "systems").rows[-1]
    headings = [column.heading for column in table(document, "systems").columns]
    # Done: task 5. Late: 18 and 48. Reported on: 5 and 18, so 176 - 2 = 174 were not.
    assert dict(zip(headings[4:], [cell.value for cell in total.cells[4:]], strict=True)) == {
        "报告完成": 1, "逾期或滞后": 2, "尚未报告": 174,
    }  # fmt: skip
    states = {row.cells[0].value: row.cells[-1].text for row in table(document, "due").data_rows}
    assert states[5] == "已完成 100% 2016-12-20"
    assert states[18] == "滞后 2017-01-05"
    assert states[48] == "逾期未报"
    assert states[99] == "尚未报告"


def test_first_leads_add_up_to_the_tasks(mixed: Document) -> None:
    rows = table(mixed, "departments").rows
    total = rows[-1]
    assert total.cells[2].value == 176
    assert sum(row.cells[2].value or 0 for row in rows[:-1]) == 176
    by_lead = situations.plan().tasks_by_lead()
    shown = {row.cells[0].text: row.cells[2].value for row in rows[:-1]}
    assert {name: count for name, count in shown.items() if count} == by_lead


def test_a_department_names_who_holds_its_duties_now() -> None:
    later = replace(situations.a_mixed_year(), as_of=situations.WRITTEN.replace(year=2020))
    before = {words(row)[0]: words(row)[-1] for row in table(annual_report(situations.a_mixed_year()), "departments").rows}
    after = {words(row)[0]: words(row)[-1] for row in table(annual_report(later), "departments").rows}
    assert before["市环保局"] == "" and after["市环保局"] == "市生态环境局"


@pytest.mark.parametrize(("year", "listed"), [(2015, False), (2016, True), (2017, False)])
def test_a_task_is_due_in_its_own_year_only(year: int, listed: bool) -> None:
    document = annual_report(situations.a_year_without_data(year))  # task 18: the platform by 2016-12-31
    numbers = [row.cells[0].value for row in table(document, "due").data_rows]
    assert (18 in numbers) is listed


def test_projects_stand_under_their_programmes(mixed: Document) -> None:
    found = table(mixed, "projects")
    assert [row.cells[0].value for row in found.data_rows] == list(range(1, 54))
    groups = [row.cells[0] for row in found.rows if row.kind == "group"]
    assert len(groups) == 10 and all(cell.mark for cell in groups)
    counted = [int(match[1]) for cell in groups if (match := re.search(r"：(\d+)个项目", cell.text))]
    assert sum(counted) == 53


# -- findings and methods ----------------------------------------------------------------------------------------


def test_every_finding_is_in_the_table_once(mixed: Document) -> None:
    numbers = []
    for row in table(mixed, "findings").data_rows:
        first, _, last = row.cells[0].text.partition("—")
        numbers += range(int(first), int(last or first) + 1)
    assert numbers == list(range(1, len(situations.findings()) + 1))


def test_findings_are_counted_by_severity(mixed: Document) -> None:
    (said, *_) = paragraphs(mixed, "findings")
    counts = Counter(finding.severity.label.zh for finding in situations.findings())
    for label, count in counts.items():
        assert f"{label}{count}项" in said.text


def test_standards_are_listed_with_clause_and_year(mixed: Document) -> None:
    rows = {row.cells[0].text: words(row) for row in table(mixed, "standards").data_rows}
    assert rows["HJ 663-2013"] == ["HJ 663-2013", "5.1", "2013", "已核实", "1"]
    assert "GB/T 8170-2008" in rows


def test_what_the_data_cannot_prove_is_said(mixed: Document) -> None:
    said = " ".join(block.text for block in paragraphs(mixed, "methods"))
    assert "指标35“空气质量指数(AQI)达到优良天数占比”：臭氧口径未知" in said


# -- honesty -----------------------------------------------------------------------------------------------------


def test_a_year_without_data_says_so(empty: Document) -> None:
    notices = [block.text for block in paragraphs(empty, "overview") if block.style == "notice"]
    assert any("没有任何序列取得2016年的数据" in words and "不能据以判断" in words for words in notices)
    assert {row.cells[6].text for row in table(empty, "completion").data_rows} == {"缺失"}
    assert {row.cells[7].sign.key for row in table(empty, "completion").data_rows if row.cells[7].sign} == {"no-data"}
    assert not empty.sample_mark


def test_a_year_that_runs_is_called_interim() -> None:
    document = annual_report(situations.a_mixed_year(year=2017))
    assert any("2017年尚未结束" in block.text for block in paragraphs(document, "overview"))


def test_sample_data_is_marked_on_the_report_and_on_its_figures(sample: Document, mixed: Document) -> None:
    assert sample.sample_mark and not mixed.sample_mark
    marked = {row.cells[0].value for row in table(sample, "completion").data_rows if row.cells[6].sample}
    assert marked == {16, 35}
    # The two values, and the counts that they enter: of the known, of those on track and of those at risk.
    assert {entry.title for entry in sample.entries if entry.sample} == {
        "非化石能源占一次能源消费比重", "优良天数比例", "2016年有数据的序列数",
        *(f"亮“{Light(key).label.zh}”灯的序列数" for key in ("on-track", "at-risk")),
    }  # fmt: skip
    totals = {row.cells[0].sign.key: row.cells[-1].sample for row in table(sample, "lights").data_rows if row.cells[0].sign}
    assert [key for key, flagged in totals.items() if flagged] == ["on-track", "at-risk"]
    assert any("不得作为考核" in block.text for block in paragraphs(sample, "overview"))


def test_a_decision_on_sample_data_says_so() -> None:
    facts = situations.a_mixed_year()
    late = situations.reported("4", "6.9", "off-track", sample=True)
    document = annual_report(replace(facts, series={**facts.series, "4": late}))
    asked = [block.text for block in paragraphs(document, "overview") if block.style == "item"]
    assert "6.9%（示例）" in asked[1] and "（示例）" not in asked[0]


def test_the_same_facts_give_an_equal_document() -> None:
    assert annual_report(situations.a_mixed_year(), "en") == annual_report(situations.a_mixed_year(), "en")


def test_english_is_complete(mixed_in_english: Document) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    said = [run.text for part in mixed_in_english.sections for block in part.blocks if isinstance(block, Paragraph) for run in block.runs]
    # The sentences of the findings are the plan check's own.
    own = [item for item in mixed_in_english.tables if item.key != "findings"]
    said += [cell.text for item in own for row in item.rows for cell in row.cells]
    said += [column.heading for item in mixed_in_english.tables for column in item.columns]
    said += [entry.title for entry in mixed_in_english.entries]
    # What is quoted as the plan prints it stays Chinese, always in quotation marks or brackets.
    quoted = re.compile(r"[“‘'(（][^”’'）)]*[”’'）)]")
    assert [words for words in said if chinese.search(quoted.sub("", words))] == []

"""Names of bodies, dates and figures in cells, at their boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.targets import target_from_mapping
from ecociv.plan.exchange.bodies import odd_names, read_bodies
from ecociv.plan.exchange.figures import read_targets
from ecociv.plan.exchange.headers import find_heading, read_heading
from ecociv.plan.exchange.indicator_cells import is_unit, value_form
from ecociv.plan.exchange.timing import read_timing


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("市统计局、市农业局等,各县(市、区)政府", ("市统计局", "市农业局", "各县(市、区)政府")),
        ("市统计局，市农业局；各县（市、区）政府", ("市统计局", "市农业局", "各县(市、区)政府")),
        ("市规划局市建设局", ("市规划局", "市建设局")),
        ("市委办公室     市政府办公室", ("市委办公室", "市政府办公室")),
        ("市委市政府", ("市委", "市政府")),
        ("市委农工部", ("市委农工部",)),
        ("市政府金融办", ("市政府金融办",)),
        ("市市场监管局", ("市市场监管局",)),
        ("乐平市政府等", ("乐平市政府",)),
        ("市财政局等部门", ("市财政局",)),
        ("市财政局等各县(市、区)政府", ("市财政局", "各县(市、区)政府")),
        ("各县(市、区)党委和政府", ("各县(市、区)党委和政府",)),
        ("市人力资源和社会保障局", ("市人力资源和社会保障局",)),
        ("县发改局、县住建局", ("县发改局", "县住建局")),
        ("建设局", ("建设局",)),
        ("发改委、财政局", ("发改委", "财政局")),
    ],
)
def test_lines_that_are_lists_of_bodies(line: str, names: tuple[str, ...]) -> None:
    found = read_bodies(line)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(
    "line",
    [
        "",
        "管好工地的扬尘。",
        "绿色出行",
        "建设绿色小区",
        "2015年",
        "加强领导",
        "市发改委负责日常工作",
        "推进生态示范区",
        "点击排行",
    ],
)
def test_lines_that_are_not(line: str) -> None:
    assert read_bodies(line) is None


def test_what_is_unsure_about_a_list_is_told() -> None:
    assert read_bodies("市规划局市建设局").glued == ("市规划局市建设局",)  # type: ignore[union-attr]
    assert read_bodies("市委办公室 市政府办公室").spaced  # type: ignore[union-attr]
    assert read_bodies("市发改委、").continues  # type: ignore[union-attr]
    assert read_bodies("市发改委等").open  # type: ignore[union-attr]
    assert not read_bodies("市发改委").open  # type: ignore[union-attr]


def test_short_names_that_differ_in_one_character_are_different_bodies() -> None:
    assert odd_names(["市农业局"] * 20 + ["市林业局"]) == {}
    assert odd_names(["市国税局"] * 20 + ["市地税局"]) == {}


@pytest.mark.parametrize(
    ("sentence", "start", "due"),
    [
        ("2014-2020年", "2014", "2020"),
        ("2014—2020年", "2014", "2020"),
        ("2014年至2020年,保有率稳定在6.5%。", "2014", "2020"),
        ("2015年启动,2017年初步形成。", "2015", "2017"),
        ("2014年启动。", "2014", None),
        ("2015年启动并出台办法。", "2015", "2015"),
        # The launch itself is due by the end of 2015; when it begins is not said.
        ("2015年底前启动实施。", None, "2015"),
        ("2015年底前完成。", None, "2015"),
        ("2017年前出台措施。", None, "2016-12-31"),
        ("2016年上半年出台规划。", None, "2016-06"),
        ("2016年6月底前完成。", None, "2016-06"),
        ("2016年第三季度完成。", None, "2016-09"),
        ("2016年6月30日前完成。", None, "2016-06-30"),
        ("自2015年起,适时推进。", "2015", None),
        ("2015年开始逐步推开。", "2015", None),
        ("“十三五”末完成。", None, "2020"),
        ("根据2014年省里已出台的意见,2015年出台方案。", None, "2015"),
        ("能耗低于全省平均。", None, None),
        ("", None, None),
    ],
)
def test_dates_of_goal_sentences(sentence: str, start: str | None, due: str | None) -> None:
    timing = read_timing(sentence)
    assert (timing.start, timing.due) == (start, due)


@given(st.integers(1990, 2080), st.integers(0, 15))
def test_a_period_starts_and_ends_with_its_years(first: int, length: int) -> None:
    timing = read_timing(f"{first}-{first + length}年")
    assert (timing.start, timing.due) == (str(first), str(first + length))


Expected = list[tuple[int | None, str, str, str]]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("比例2015年达到35%,2017年达到45%,2020年达61%。", [(2015, "at_least", "35", "%"), (2017, "at_least", "45", "%"), (2020, "at_least", "61", "%")]),
        ("面积2015年、2017年、2020年维持在8.4294万公顷。", [(2015, "hold", "8.4294", "万公顷"), (2017, "hold", "8.4294", "万公顷"), (2020, "hold", "8.4294", "万公顷")]),
        ("保有量2015年、2017年分别达到36.4万公顷、36.5万公顷。", [(2015, "at_least", "36.4", "万公顷"), (2017, "at_least", "36.5", "万公顷")]),
        ("总量2015年控制在8.45亿立方米以内。", [(2015, "at_most", "8.45", "亿立方米")]),
        ("用水量2017年降到65吨、2020年降到52吨。", [(2017, "at_most", "65", "吨"), (2020, "at_most", "52", "吨")]),
        ("系数2015年达到0.48、2020年达到0.55。", [(2015, "at_least", "0.48", ""), (2020, "at_least", "0.55", "")]),
        # A year before the words holds across the comma, a year after them does not.
        ("到2020年面积稳定139万亩,产能达到12.5亿斤。", [(2020, "hold", "139", "万亩"), (2020, "at_least", "12.5", "亿斤")]),
        ("强度2015年达到7.25%,保有量稳定在8.4万公顷。", [(2015, "at_least", "7.25", "%"), (None, "hold", "8.4", "万公顷")]),
        # "Before 2020" counts for 2019; "less 20 %" is a change.
        ("2020年前覆盖率达到95%以上,使用量减少20%。", [(2019, "at_least", "95", "%"), (2019, "change_percent", "-20", "%")]),
        ("2015-2020年争取1-2个县(市、区)纳入试点。", [(2020, "between", "1", "个")]),
        ("到2017年建成一个示范公园。", [(2017, "at_least", "1", "个")]),
        ("到2017年,实现设施建设全覆盖。", [(2017, "at_least", "100", "%")]),
        ("2014-2020年", []),
        ("2015年启动,2017年初步形成。", []),
    ],
)  # fmt: skip
def test_figures_of_goal_sentences(sentence: str, expected: Expected) -> None:
    targets, _ = read_targets(sentence, "goal")
    assert [(item.year, item.relation, str(item.value), item.unit) for item in targets] == expected


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("倡导市民1公里走路、3公里骑车。", []),
        ("用3-5年时间,围绕8大领域,按一县一策推进。", []),
        ("形成一个县区、一本规划。", []),
        ("培育林地36万亩,其中新栽12万亩、改培6万亩。", ["36", "12", "6"]),
        ("重点建设2个1万亩示范区。", ["2", "1"]),
        ("建设火电2X100万千瓦机组。", ["2", "100"]),
    ],
)
def test_figures_of_content_sentences_need_an_undertaking(sentence: str, values: list[str]) -> None:
    targets, _ = read_targets(sentence, "content")
    assert [str(item.value) for item in targets] == values


def test_targets_found_in_sentences_are_typed_targets() -> None:
    targets, _ = read_targets("到2020年面积稳定139万亩,产能达到12.5亿斤,争取1到2个园区列入。", "goal")
    for target in targets:
        assert target_from_mapping(target.to_mapping(), "increase") is not None


@given(st.integers(2011, 2030), st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False))
def test_a_plain_goal_gives_its_year_and_figure(year: int, value: object) -> None:
    targets, doubts = read_targets(f"到{year}年,集中处理率达到{value}%以上。", "goal")
    assert [(item.quantity, item.year, item.value, item.unit) for item in targets] == [
        ("集中处理率", year, value, "%")
    ]
    assert doubts == ()


@pytest.mark.parametrize(
    "cell", ["省下达的控制目标", "完成省下达的目标任务", "按照省要求落实", "达到省内先进水平", "只增不减"]
)
def test_values_in_words(cell: str) -> None:
    assert value_form(cell) == "phrase"


@pytest.mark.parametrize(
    "cell", ["国家考核断面水质达标率", "基本农田保护面积", "氨氮", "完成造林面积", "达标排放率"]
)
def test_names_are_not_taken_for_values(cell: str) -> None:
    assert value_form(cell) == "none"


def test_units() -> None:
    assert all(
        is_unit(unit) for unit in ("%", "-", "万元", "亿元/平方公里", "吨标准煤/万元", "万人", "微克/立方米")
    )
    assert not any(is_unit(unit) for unit in ("万公倾", "吨水", "森林覆盖率", ""))


def test_headings_are_joined_over_broken_lines() -> None:
    heading = find_heading(
        ["工程", "名称", "项目类别", "主要建设内容", "牵头责任部门", "配合部门", "时间节点", "一、农业工程"],
        0,
    )
    assert heading is not None
    assert heading.kind == "project"
    assert [column.role for column in heading.columns] == [
        "programme",
        "name",
        "content",
        "lead",
        "support",
        "goal",
    ]
    assert heading.last == 6


def test_the_base_year_is_the_marked_one_or_the_first() -> None:
    words = ["类别", "指标", "单位", "2025年", "2020年(现状)", "2030年"]
    heading = find_heading(words, 0)
    assert heading is not None
    assert (heading.base_year, heading.milestones) == (2020, (2025, 2030))
    assert find_heading([*words[:4], "2030年"], 0).base_year == 2025  # type: ignore[union-attr]
    assert read_heading("市发改委") is None

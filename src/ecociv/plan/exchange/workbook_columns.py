"""The columns of the three sheets: what each holds, where it stands in an item, how it is written and explained."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text
from ecociv.plan.exchange import workbook_codecs as codecs
from ecociv.plan.exchange import workbook_lists as lists
from ecociv.plan.exchange.rows import ItemKind
from ecociv.plan.exchange.workbook_codecs import ABSENT, Codec, Surroundings

Path = tuple[str, ...]
Payload = dict[str, Any]
SERIES = "series[]"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    path : tuple of str
        Where the value stands in the item; ``series[]`` leads into the series that the row is about.
    heading, heading_en : str
        Heading as printed, and the English one that is understood too.
    empty : object
        The value an empty cell means: ABSENT (the field is left out), None, "" or a default.
    key : bool
        Part of what identifies the row: it must not be changed.
    kept : bool
        The field must be in the item even when it is empty.
    """

    path: Path
    heading: str
    heading_en: str
    codec: Codec
    about: Text
    width: int = 14
    empty: Any = ABSENT
    key: bool = False
    kept: bool = False
    synonyms: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """Name of the field in differences and messages."""
        return ".".join(step for step in self.path if step != SERIES)

    @property
    def of_series(self) -> bool:
        """Whether the value belongs to the row's series, not to the indicator as a whole."""
        return self.path[0] == SERIES

    def get(self, payload: Mapping[str, Any], series: str | None = None) -> Any:
        """The value in an item, with what an empty cell means where the item has none."""
        at: Any = payload
        for step in self.path:
            if step == SERIES:
                at = next((item for item in payload.get("series", ()) if item.get("key") == series), None)
            else:
                at = at.get(step, ABSENT) if isinstance(at, Mapping) else ABSENT
            if at is ABSENT or at is None:
                break
        return self.empty if at is ABSENT or (at is None and self.empty is not None) else at

    def put(self, payload: Payload, value: Any, series: str | None = None) -> None:
        """Set the value in an item; ABSENT and the default take the field out."""
        holders: list[dict[str, Any]] = [payload]
        for step in self.path[:-1]:
            if step == SERIES:
                holders.append(next(item for item in payload["series"] if item["key"] == series))
            else:
                holders.append(holders[-1].setdefault(step, {}))
        if value is ABSENT or (not self.kept and self.empty is not ABSENT and value == self.empty):
            holders[-1].pop(self.path[-1], None)
        else:
            holders[-1][self.path[-1]] = copy.deepcopy(value)
        # A mapping that held only this field, such as an optional text in two languages, goes with it.
        for holder, step in zip(reversed(holders[:-1]), reversed(self.path[:-1]), strict=True):
            if step not in (SERIES, "targets") and holder.get(step) == {}:
                del holder[step]

    def write(self, payload: Mapping[str, Any], around: Surroundings, series: str | None = None) -> str:
        """The words of the cell."""
        value = self.get(payload, series)
        return "" if value is self.empty or value == self.empty else self.codec.write(value, around)

    def read(self, words: str, around: Surroundings) -> Any:
        """The value that a cell's words mean (`CellError` where they are not understood)."""
        return self.empty if not words else self.codec.read(words, around)


def _local(
    path: Path, heading: str, heading_en: str, about: Text, width: int = 24, empty: Any = ABSENT
) -> list[Column]:
    """Two columns for a text in both languages."""
    return [
        Column((*path, "zh"), heading, heading_en, codecs.TEXT, about, width, empty),
        Column(
            (*path, "en"), f"{heading}(英文)", f"{heading_en} (English)", codecs.TEXT, about, width, empty
        ),
    ]


_NUMBER = Column(
    ("number",), "序号", "No.", codecs.INTEGER,
    Text(zh="与规划中的序号一致，不可修改", en="The number in the plan; must not be changed"), 6, key=True,
)  # fmt: skip
_UNCERTAIN = Column(
    ("uncertain",), "存疑说明", "Uncertain readings", lists.UNCERTAIN,
    Text(zh="每行一条：字段 | 中文 // English", en="One a line: field | Chinese // English"), 30, empty=[],
)  # fmt: skip


def indicator_columns(years: Iterable[int], base_year: int | None) -> list[Column]:
    """Columns of 指标体系表. A row is a series; an indicator's own fields stand in its first row."""
    target_about = Text(
        zh="只填数字时按“方向”理解；也可写 ≥ 30、≤ 30、1 ~ 2、保持 30、为零、省下达的控制目标、-",
        en="A bare number is read by the direction; or write ≥ 30, ≤ 30, 1 ~ 2, 保持 30, 为零, 省下达的控制目标, -",
    )
    return [
        _NUMBER,
        Column((SERIES, "key"), "序列标识", "Series", codecs.TEXT, Text(zh="分项的标识，不可修改", en="Key of the series; must not be changed"), 12, key=True),
        Column(("category",), "类别", "Category", codecs.choice("category"), Text(zh="指标类别", en="Category of the indicator"), 18),
        *_local(("name",), "指标名称", "Indicator", Text(zh="指标名称", en="Name of the indicator"), 30),
        *_local((SERIES, "name"), "分项名称", "Part", Text(zh="一个指标有多个分项时填写", en="Where an indicator has several parts"), 18),
        Column(("unit_label", "zh"), "单位", "Unit", codecs.TEXT, Text(zh="显示用的单位", en="Unit as shown"), 12, empty="", kept=True),
        Column((SERIES, "baseline"), f"{base_year}年基期值" if base_year else "基期值", "Baseline", codecs.BASELINE,
               Text(zh="基期数值；无数值时填 缺失、计划中、不适用、不公开、由上级确定", en="Figure of the base year, or why there is none"), 12,
               synonyms=("基期值",)),
        *[
            Column((SERIES, "targets", str(year)), f"{year}年目标", f"Target {year}", codecs.TARGET, target_about, 16,
                   empty={"unset": "blank"}, kept=True, synonyms=(f"{year}年",))
            for year in years
        ],
        Column(("direction",), "方向", "Direction", codecs.choice("direction"), Text(zh="数值往哪个方向变化为好", en="Which way is better"), 10),
        Column(("kind",), "性质", "Kind", codecs.choice("indicator-kind"), Text(zh="存量、流量、比率、指数、构成或累计", en="Stock, flow, ratio, index, composition or cumulative"), 8),
        Column(("obligation",), "约束性质", "Obligation", codecs.choice("obligation"), Text(zh="约束性或预期性", en="Binding or expected"), 10),
        Column(("supplier", "body"), "数据提供单位", "Supplier", codecs.TEXT, Text(zh="提供数据的部门", en="The body that supplies the figure"), 16),
        Column(("supplier", "sure"), "提供单位已确定", "Supplier sure", codecs.YES_NO, Text(zh="规划是否写明", en="Whether the plan settles it"), 10),
        *_local(("direction_basis",), "方向依据", "Direction because", Text(zh="为什么这样定方向", en="Why the direction is so"), 26),
        *_local(("obligation_basis",), "约束依据", "Obligation because", Text(zh="约束性质的依据", en="Why it binds"), 26),
        Column(("unit_label", "en"), "单位(英文)", "Unit (English)", codecs.TEXT, Text(zh="英文单位", en="Unit in English"), 14, empty="", kept=True),
        Column(("unit_label", "printed"), "原文单位", "Unit as printed", codecs.TEXT, Text(zh="规划原文的单位与规范写法不同时填写", en="Where the plan prints the unit otherwise"), 10),
        Column(("unit",), "计量代码", "Unit code", codecs.UNIT, Text(zh="程序换算用的单位代码", en="Unit for conversion"), 18),
        *_local(("numerator", "name"), "分子", "Numerator", Text(zh="比率的分子", en="Numerator of a ratio"), 18),
        Column(("numerator", "unit"), "分子代码", "Numerator unit", codecs.UNIT, Text(zh="分子的单位代码", en="Unit of the numerator"), 14),
        *_local(("denominator", "name"), "分母", "Denominator", Text(zh="比率的分母", en="Denominator of a ratio"), 18),
        Column(("denominator", "unit"), "分母代码", "Denominator unit", codecs.UNIT, Text(zh="分母的单位代码", en="Unit of the denominator"), 14),
        Column(("parts",), "构成各部分", "Parts", lists.PARTS, Text(zh="每行一部分：标识 | 中文 // English | 方向", en="One a line: key | Chinese // English | direction"), 30, empty={}),
        Column(("trajectory",), "路径", "Trajectory", codecs.TEXT, Text(zh="节点之间的路径，默认 linear", en="Path between milestones; linear by default"), 8, empty="linear"),
        Column(("key",), "标识", "Key", codecs.TEXT, Text(zh="程序用的标识，不可修改", en="Key; must not be changed"), 18, key=True),
        _UNCERTAIN,
    ]  # fmt: skip


def duty_columns(kind: ItemKind) -> list[Column]:
    """Columns of 任务分解表 or 项目分解表."""
    if kind == "task":
        grouping = [
            Column(("system",), "体系", "System", codecs.choice("system"), Text(zh="所属体系", en="System that it belongs to"), 16),
            Column(("topic",), "建设任务", "Topic", codecs.choice("topic"), Text(zh="所属建设任务", en="Topic that it belongs to"), 20),
        ]  # fmt: skip
        name = "任务"
    else:
        grouping = [
            Column(("programme",), "工程名称", "Programme", codecs.choice("programme"), Text(zh="所属工程", en="Programme that it belongs to"), 20)
        ]  # fmt: skip
        name = "项目"
    names = Text(zh="部门之间用顿号分开，牵头单位按顺序", en="Bodies parted by 、, in order")
    date = Text(
        zh="写成 2015、2016-06 或 2016-06-30；没有则留空",
        en="2015, 2016-06 or 2016-06-30; empty where there is none",
    )
    return [
        _NUMBER,
        *grouping,
        *_local(("title",), f"{name}名称", "Title", Text(zh="简短名称", en="Short title"), 28),
        *_local(("summary",), "主要内容", "Summary", Text(zh="一两句话的内容", en="What is to be done, in a sentence or two"), 40),
        Column(("lead",), "牵头部门", "Lead", codecs.NAMES, names, 22, empty=[], kept=True, synonyms=("牵头责任部门", "牵头单位", "责任单位")),
        Column(("support",), "配合部门", "Support", codecs.NAMES, names, 34, empty=[], kept=True, synonyms=("配合单位",)),
        Column(("support_open",), "配合有“等”", "Support open", codecs.YES_NO, Text(zh="原文的配合名单是否以“等”结尾", en="Whether the plan's list ends with 等"), 8, empty=False),
        Column(("start",), "开始时间", "Start", codecs.DATE, date, 11, empty=None, kept=True),
        Column(("due",), "完成时间", "Due", codecs.DATE, date, 11, empty=None, kept=True),
        Column(("milestones",), "节点成果", "Milestones", lists.MILESTONES, Text(zh="每行一条：时间 | 成果 | 中文 // English(说明可省)", en="One a line: date | outcome | Chinese // English (optional)"), 26, empty=[]),
        Column(("targets",), "量化目标", "Targets", lists.TARGETS,
               Text(zh="每行一条：年份 | 中文 // English | 目标 | 单位 [计量代码] | 指标: 序列 | 方向: increase | 范围: 中文 // English",
                    en="One a line: year | Chinese // English | target | unit [unit code] | 指标: series | 方向: direction | 范围: scope"), 60, empty=[]),
        Column(("recurring",), "经常性工作", "Recurring", lists.RECURRING, Text(zh="每年(或按需) | 2015起 | 12-31前 | 中文 // English", en="每年 or 按需 | from | by (optional) | Chinese // English"), 30),
        Column(("cell_shared_with",), "与某项合并目标", "Goal shared with", codecs.INTEGER, Text(zh="与哪一项共用目标单元格", en="Number of the item whose goal cell it shares"), 9),
        _UNCERTAIN,
    ]  # fmt: skip


def rest_column(of_series: bool = False) -> Column:
    """The column for whatever the other columns do not hold."""
    path = (SERIES, "*") if of_series else ("*",)
    heading = ("分项其他字段", "Other fields of the part") if of_series else ("其他字段", "Other fields")
    about = Text(zh="其余字段，请勿修改", en="Fields without a column of their own; leave as they are")
    return Column(path, *heading, codecs.JSON, about, 12, empty={})


def rest_of(payload: Mapping[str, Any], columns: Sequence[Column], series: str | None = None) -> Payload:
    """What of an item (or, with ``series``, of one of its series) no column holds."""
    left: Payload = copy.deepcopy(dict(payload))
    if series is not None:
        left = next(item for item in left["series"] if item["key"] == series)
    else:
        left.pop("series", None)
    for column in columns:
        if column.of_series is (series is not None) and column.path[-1] != "*":
            steps = column.path[1:] if column.of_series else column.path
            _remove(left, steps)
    return left


def _remove(left: Payload, steps: Sequence[str]) -> None:
    holders = [left]
    for step in steps[:-1]:
        inner = holders[-1].get(step)
        if not isinstance(inner, dict):
            return
        holders.append(inner)
    holders[-1].pop(steps[-1], None)
    for holder, step in zip(reversed(holders[:-1]), reversed(steps[:-1]), strict=True):
        if holder[step] == {}:
            del holder[step]

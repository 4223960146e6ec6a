"""What was wrong in a file, row by row, in words that its sender can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ecociv.core.text import Text


class Severity(StrEnum):
    """What became of the row or the value."""

    REJECTED = "rejected"
    """The row was left out."""
    FLAGGED = "flagged"
    """The value was taken with a quality mark."""
    REPEATED = "repeated"
    """The row says again what an earlier row of the same file said, and was left out."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding on one field of one row. ``row`` is the line of the file where the record begins (1 = header)."""

    row: int
    field: str
    found: str
    code: str
    severity: Severity
    rule: Text
    remedy: Text

    def to_json(self) -> dict[str, Any]:
        """As in the report's JSON."""
        return {
            "row": self.row,
            "field": self.field,
            "found": self.found,
            "code": self.code,
            "severity": self.severity.value,
            "rule": {"zh": self.rule.zh, "en": self.rule.en},
            "remedy": {"zh": self.remedy.zh, "en": self.remedy.en},
        }


@dataclass(frozen=True, slots=True)
class _Message:
    severity: Severity
    rule_zh: str
    rule_en: str
    remedy_zh: str
    remedy_en: str


_MESSAGES: Mapping[str, _Message] = {
    "row-width": _Message(
        Severity.REJECTED,
        "每行应有{expected}格，本行有{count}格",
        "a row has {expected} cells; this one has {count}",
        "检查该行是否多写或漏写分隔符，带分隔符的文字应加引号",
        "look for a delimiter too many or too few; quote text that contains one",
    ),
    "time-unreadable": _Message(
        Severity.REJECTED,
        "时间应按格式{format}书写",
        "the time is written as {format}",
        "改为该格式；格式有变时修改映射",
        "write it so, or change the mapping when the format has changed",
    ),
    "hour-unreadable": _Message(
        Severity.REJECTED,
        "小时应为{low}至{high}的整数",
        "the hour is a whole number from {low} to {high}",
        "改正小时",
        "correct the hour",
    ),
    "place-unknown": _Message(
        Severity.REJECTED,
        "地点应是映射列出的名称之一",
        "the place is one of the names that the mapping lists",
        "改正名称，或在映射的 place.names 中登记该地点",
        "correct the name, or register the place under place.names of the mapping",
    ),
    "series-unknown": _Message(
        Severity.REJECTED,
        "指标序列应是映射列出的键之一",
        "the series is one of the keys that the mapping lists",
        "改正键，或在映射的 values 中登记该序列",
        "correct the key, or register the series under values of the mapping",
    ),
    "unexpected-value": _Message(
        Severity.REJECTED,
        "本列只应出现：{allowed}",
        "this column holds only: {allowed}",
        "确认文件是否属于本映射",
        "see whether the file belongs to this mapping",
    ),
    "not-a-number": _Message(
        Severity.REJECTED,
        "数值应为数字，或映射声明的缺测标记",
        "a value is a number or one of the missing marks that the mapping declares",
        "改为不带单位和千分位的数字；缺测用已声明的标记",
        "write a number without unit or thousands separator; use a declared mark where it is missing",
    ),
    "censored-not-declared": _Message(
        Severity.REJECTED,
        "本列未声明可以填写检出限（如 <0.02）",
        "this column is not declared to hold detection limits (such as <0.02)",
        "填写数值，或在映射中为本列声明 censored: true",
        "write a value, or declare censored: true for the column",
    ),
    "unit-not-convertible": _Message(
        Severity.REJECTED,
        "单位应能换算为{unit}",
        "the unit converts to {unit}",
        "改正单位",
        "correct the unit",
    ),
    "supplier-missing": _Message(
        Severity.REJECTED,
        "应写明提供数据的单位",
        "the body that supplies the figure is named",
        "填写提供单位",
        "name the supplier",
    ),
    "conflict-in-file": _Message(
        Severity.REJECTED,
        "同一序列同一时段在一个文件中只有一个数值；第{first}行已给出另一数值",
        "a series has one value for a period in one file; row {first} already gives another",
        "保留正确的一行；更正请另交文件并写明理由",
        "keep the right row; send a correction as a file of its own with its reason",
    ),
    "repeated-in-file": _Message(
        Severity.REPEATED,
        "与第{first}行内容相同",
        "the same as row {first}",
        "可删除重复行",
        "the repetition can be deleted",
    ),
    "cell-merged": _Message(
        Severity.REJECTED,
        "数据区不应有合并单元格（{cell}）",
        "rows of data have no merged cells ({cell})",
        "取消合并，在每格填写内容",
        "unmerge, and write the content into each cell",
    ),
    "formula-without-result": _Message(
        Severity.REJECTED,
        "单元格{cell}是公式，文件中没有其结果",
        "cell {cell} is a formula, and its result is not in the file",
        "在Excel中打开、重新计算并保存，或粘贴为数值",
        "open it in Excel, calculate and save, or paste as values",
    ),
    "formula-error": _Message(
        Severity.REJECTED,
        "单元格{cell}的公式出错",
        "the formula of cell {cell} gives an error",
        "改正公式，或填写数值",
        "correct the formula, or write the value",
    ),
    "outside-plausible-range": _Message(
        Severity.FLAGGED,
        "合理范围为{low}至{high}",
        "the plausible range is {low} to {high}",
        "与原始记录核对；数值已收录但标为可疑，不参与计算",
        "compare with the original record; the value is kept, marked as suspect, and not used in calculations",
    ),
    "implausible-zero": _Message(
        Severity.FLAGGED,
        "该项目的均值不会恰为0，通常是仪器未工作",
        "a mean of this property is never exactly 0; a 0 usually means that the instrument did not work",
        "缺测请用缺测标记；数值已收录但标为可疑，不参与计算",
        "use a missing mark for a gap; the value is kept, marked as suspect, and not used in calculations",
    ),
}


def issue(code: str, *, row: int, field: str, found: object, **data: object) -> Issue:
    """Make an issue from its code.

    >>> issue("place-unknown", row=7, field="city", found="黄山").remedy.en
    'correct the name, or register the place under place.names of the mapping'
    """
    message = _MESSAGES[code]
    return Issue(
        row=row,
        field=field,
        found=str(found)[:200],
        code=code,
        severity=message.severity,
        rule=Text(zh=message.rule_zh.format(**data), en=message.rule_en.format(**data)),
        remedy=Text(zh=message.remedy_zh, en=message.remedy_en),
    )

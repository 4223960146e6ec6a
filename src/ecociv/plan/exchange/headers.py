"""Column headings of plan tables: which role a heading names, in whatever words and order.

A heading of a flattened page may be broken over two or three lines (建设 / 任务), so runs of short lines are joined
before they are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.plan.exchange.characters import fold_name
from ecociv.plan.exchange.rows import ItemKind

_ROLES: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号", "项目序号", "任务序号", "指标序号", "no."),
    "category": ("类别", "领域", "目标领域", "指标类别", "一级指标"),
    "indicator": ("指标名称", "指标", "具体指标", "二级指标", "指标项"),
    "unit": ("单位", "计量单位", "指标单位"),
    "values": ("指标值", "目标值", "指标值及目标值", "目标"),
    "nature": ("属性", "指标属性", "指标类型", "约束性/预期性"),
    "supplier": ("数据来源", "数据提供单位", "统计部门", "数据来源部门"),
    "topic": ("建设任务", "任务", "主要任务", "重点任务", "任务名称", "任务类别"),
    "content": ("建设内容", "主要建设内容", "任务内容", "具体内容", "主要内容", "工作内容", "具体任务", "重点工作", "建设任务及内容"),
    "goal": (
        "建设目标与时间节点", "建设目标及时间节点", "目标与时间节点", "目标及时间节点", "建设目标", "工作目标", "目标任务", "时间节点",
        "完成时限", "完成时间", "进度安排", "时限要求", "时间进度", "实施时间", "建设期限", "建设起止年限", "目标和时限",
    ),
    "lead": ("牵头责任部门", "牵头部门", "牵头单位", "责任部门", "责任单位", "主办单位", "牵头责任单位", "主要责任单位", "牵头"),
    "support": ("配合部门", "配合单位", "协办单位", "参与单位", "参加单位", "协助单位", "配合责任部门", "配合责任单位", "配合"),
    "programme": ("工程名称", "工程", "重点工程", "工程类别", "项目分类"),
    "name": ("项目类别", "项目名称", "工程项目", "项目", "重点项目"),
}  # fmt: skip
_LOOKUP = {fold_name(heading).lower(): role for role, headings in _ROLES.items() for heading in headings}
_YEAR_HEADING = re.compile(
    r"^((?:19|20)\d\d)年?(?:\(?(?:基期|基准年?|现状|实际|规划|目标|预期)?(?:值|数)?\)?)?$"
)
_BASE_WORD = re.compile("基期|基准|现状|实际")
_LONGEST = 16


@dataclass(frozen=True)
class Heading:
    """One heading: its role, and the year where it is a year column."""

    role: str
    words: str
    year: int | None = None
    base: bool = False


@dataclass(frozen=True)
class TableHeading:
    """The headings of a table, in order, and which of the three tables it is."""

    kind: ItemKind
    columns: tuple[Heading, ...]
    first: int
    last: int

    def has(self, role: str) -> bool:
        """Whether a column has the role."""
        return any(column.role == role for column in self.columns)

    def place(self, role: str) -> int:
        """Position of the column with the role, or -1."""
        return next((position for position, column in enumerate(self.columns) if column.role == role), -1)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the value columns, in order; the first is the base year unless another is marked so."""
        return tuple(column.year for column in self.columns if column.year is not None)

    @property
    def base_year(self) -> int | None:
        """The base year."""
        marked = [column.year for column in self.columns if column.base]
        return marked[0] if marked else (self.years[0] if self.years else None)

    @property
    def milestones(self) -> tuple[int, ...]:
        """The years other than the base year."""
        return tuple(year for year in self.years if year != self.base_year)


def read_heading(words: str) -> Heading | None:
    """The heading in ``words``, or None.

    >>> read_heading("牵头单位").role, read_heading("2012年(基期)").year, read_heading("市发改委")
    ('lead', 2012, None)
    """
    folded = fold_name(words).lower().rstrip(":")
    year = _YEAR_HEADING.match(folded)
    if year:
        return Heading("year", folded, int(year[1]), bool(_BASE_WORD.search(folded)))
    role = _LOOKUP.get(folded)
    return Heading(role, folded) if role else None


def kind_of(columns: Sequence[Heading]) -> ItemKind | None:
    """Which table a set of headings belongs to, or None."""
    roles = {column.role for column in columns}
    years = sum(column.role == "year" for column in columns)
    if years >= 2 and "unit" in roles and ("indicator" in roles or "category" in roles):
        return "indicator"
    if "content" in roles and "lead" in roles:
        # A project table names its programme or project; a task table is numbered and has topics.
        return "project" if "name" in roles or "programme" in roles else "task"
    if "lead" in roles and "topic" in roles:
        return "task"
    return None


def find_heading(lines: Sequence[str], start: int) -> TableHeading | None:
    """The run of headings that begins at line ``start``, or None.

    >>> find_heading(["序号", "建设", "任务", "建设内容", "牵头责任部门", "配合部门", "1"], 0).kind
    'task'
    """
    columns: list[Heading] = []
    position = start
    last = start
    while position < len(lines):
        if not fold_name(lines[position]):
            position += 1
            continue
        found = None
        # The longest join first: 建设 + 任务 is one heading, not the start of another.
        for count in (3, 2, 1):
            words = "".join(lines[position : position + count])
            if len(words) <= _LONGEST and (heading := read_heading(words)):
                found = (heading, count)
                break
        if found is None:
            break
        columns.append(found[0])
        position += found[1]
        last = position - 1
    kind = kind_of(columns)
    return TableHeading(kind, tuple(columns), start, last) if kind and len(columns) >= 3 else None

"""Indicator rows in the flattened text of a page.

A row is: number, name, unit, then at most one cell for each year; sub-rows follow with their own name and, where it
changes, unit. What stands between the last value and the next number is the category of the rows to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import read_bodies
from ecociv.plan.exchange.characters import fold, tidy
from ecociv.plan.exchange.headers import TableHeading
from ecociv.plan.exchange.indicator_cells import is_unit, may_be_unit, value_form
from ecociv.plan.exchange.indicators import IndicatorCells, SeriesCells, read_indicator
from ecociv.plan.exchange.rows import Doubt, ImportedIndicator, Problem
from ecociv.plan.exchange.webtext import Line, Region

_LOOK_AHEAD = 4
_NATURE = re.compile(r"^(?:约束|预期|指导|参考|引导|建议)性$")


@dataclass
class _Segment:
    """The lines of one row and the category that follows them."""

    number: int
    line: int
    cells: list[str] = field(default_factory=list)


def read_indicators(region: Region) -> tuple[list[ImportedIndicator], list[Doubt], list[Problem]]:
    """All rows of the indicator table, with doubts and problems."""
    lines = [line for line in region.lines if not line.blank]
    width = len(region.heading.years)
    starts, missing = _starts(lines, width)
    problems = [
        Problem(
            "number-missing",
            Text(zh=f"没有找到第{number}项指标", en=f"Indicator {number} was not found"),
            Text(
                zh="请检查原文该行的序号是否单独成行",
                en="Check that the row's number stands on a line of its own",
            ),
        )
        for number in missing
    ]
    category = tidy(" ".join(line.text for line in lines[: starts[0][0]])) if starts else ""
    indicators: list[ImportedIndicator] = []
    doubts: list[Doubt] = []
    for order, (at, number) in enumerate(starts):
        last = order + 1 == len(starts)
        end = len(lines) if last else starts[order + 1][0]
        segment = _Segment(number, lines[at].number, [line.text for line in lines[at + 1 : end]])
        cells, rest = _cells(segment, region.heading, category)
        if rest and last:
            cells.doubt(
                "values", "text-after-table", " ".join(rest), "",
                Text(zh="表后的文字，未读入", en="Text after the table; it was left out"),
            )  # fmt: skip
        elif rest:
            category = tidy(" ".join(rest))
        indicators.append(read_indicator(cells, region.heading))
        doubts.extend(cells.doubts)
    return indicators, doubts, problems


def _starts(lines: Sequence[Line], width: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Positions of 1, 2, 3 ...: a figure in a value cell must not pass for the next number.

    Of several candidates the one that leaves a whole number of full rows before it is taken; failing that, the
    first that a name follows.
    """
    texts = [fold(line.text) for line in lines]
    chain: list[tuple[int, int]] = []
    missing: list[int] = []
    number, position = 1, -1
    while True:
        found = None
        for step in range(_LOOK_AHEAD):
            candidates = [
                at
                for at in range(position + 1, min(len(texts) - 1, position + 60))
                if texts[at] == str(number + step)
                and value_form(texts[at + 1]) == "none"
                and not is_unit(texts[at + 1])
            ]
            if candidates:
                full = [at for at in candidates if chain and _full(texts[position + 1 : at], width)]
                found = (full or candidates)[0], number + step
                break
        if found is None:
            return chain, missing
        missing.extend(range(number, found[1]))
        chain.append(found)
        number, position = found[1] + 1, found[0]


def _full(cells: Sequence[str], width: int) -> bool:
    """Whether the cells between two numbers hold a name, a unit and one or several full rows of values."""
    values = 0
    unit_seen = False
    for cell in cells:
        if not unit_seen:
            unit_seen = is_unit(cell)
        elif value_form(cell) != "none":
            values += 1
    return unit_seen and values > 0 and values % width == 0


def _cells(segment: _Segment, heading: TableHeading, category: str) -> tuple[IndicatorCells, list[str]]:
    """The row's cells, and the texts after its last value."""
    cells = IndicatorCells(segment.number, category, line=segment.line)
    width = len(heading.years)
    queue = _without_extras(segment.cells, heading, cells)
    words: list[str] = []
    while queue:
        words, unit = _take_words(queue, cells, first=not cells.series)
        values = _take_values(queue, width)
        if not values:
            break
        if not cells.series:
            cells.name = tidy(words[0]) if words else ""
            name = tidy("".join(words[1:]))
        else:
            name = tidy("".join(words))
            unit = unit or cells.series[0].unit
        cells.series.append(SeriesCells(name, unit, values))
        words = []
    if not cells.series:
        cells.name = tidy(words[0]) if words else ""
        words = words[1:]
    return cells, words


def _without_extras(row: Sequence[str], heading: TableHeading, cells: IndicatorCells) -> list[str]:
    """The cells without those of the columns "nature" and "supplier", which are known by their words."""
    kept: list[str] = []
    for position, cell in enumerate(row):
        after_values = position > 0 and value_form(row[position - 1]) != "none"
        if heading.has("nature") and _NATURE.match(fold(cell)):
            cells.extras["nature"] = tidy(cell)
        elif (
            heading.has("supplier")
            and (after_values or "nature" in cells.extras)
            and read_bodies(cell) is not None
        ):
            cells.extras["supplier"] = tidy(cell)
        else:
            kept.append(cell)
    return kept


def _take_words(queue: list[str], cells: IndicatorCells, first: bool) -> tuple[list[str], str]:
    """Names up to the unit or, where there is none, up to the first value."""
    words: list[str] = []
    while queue:
        cell = queue[0]
        if words and is_unit(cell) and (first or value_form(cell) == "none"):
            return words, fold(queue.pop(0))
        if words and value_form(cell) != "none":
            break
        words.append(queue.pop(0))
    if first and queue and len(words) > 1 and may_be_unit(words[-1]):
        unit = tidy(words.pop())
        cells.doubt(
            "unit", "unknown-unit", unit, unit,
            Text(zh="不认识的单位，可能是误写", en="A unit that is not known; perhaps a slip"),
        )  # fmt: skip
        return words, unit
    return words, ""


def _take_values(queue: list[str], width: int) -> list[str]:
    values: list[str] = []
    while queue and len(values) < width:
        form = value_form(queue[0])
        if form == "none":
            ahead = 1
            while ahead < len(queue) and value_form(queue[ahead]) != "none":
                ahead += 1
            # A text amid the values is itself a value only where it makes the row full.
            if not values or ahead == 1 or len(values) + ahead != width:
                break
        values.append(tidy(queue.pop(0)))
    return values

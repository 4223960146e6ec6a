"""Plan tables in a Word document (.docx). Cells survive here, so that far less is doubtful than in web text."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import docx
from docx.table import Table

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import NO_BODIES, BodyList, merged, read_bodies, split_outside_brackets
from ecociv.plan.exchange.characters import fold, tidy
from ecociv.plan.exchange.container import DAMAGE, FileRefused
from ecociv.plan.exchange.duties import DutyCells, read_duty
from ecociv.plan.exchange.grids import (
    GridCell,
    GridRow,
    distinct_texts,
    find_grid_heading,
    is_repeated_heading,
    spanning_text,
)
from ecociv.plan.exchange.headers import TableHeading
from ecociv.plan.exchange.indicator_cells import value_form
from ecociv.plan.exchange.indicators import IndicatorCells, SeriesCells, read_indicator
from ecociv.plan.exchange.rows import Doubt, ImportedDuty, ImportedIndicator, ItemKind, Problem
from ecociv.plan.exchange.webtext import Group, group_of

_LEADING_NUMBER = re.compile(r"^(\d{1,3})\s*[.、)]\s*(\S.*)$", re.S)


@dataclass
class WordTables:
    """What the document's tables held."""

    indicators: list[ImportedIndicator] = field(default_factory=list)
    tasks: list[ImportedDuty] = field(default_factory=list)
    projects: list[ImportedDuty] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kinds: set[ItemKind] = field(default_factory=set)


def read_word(data: bytes) -> WordTables:
    """The plan tables of a Word document given as bytes.

    A table without headings continues the one before it where it has as many columns.

    Raises
    ------
    FileRefused
        When the document is damaged.
    """
    result = WordTables()
    heading: TableHeading | None = None
    rows: dict[ItemKind, list[GridRow]] = {}
    headings: dict[ItemKind, TableHeading] = {}
    for grid in _grids(data):
        own = find_grid_heading(grid)
        if own is not None:
            heading = own
            headings.setdefault(own.kind, own)
            rows.setdefault(own.kind, []).extend(grid[own.last + 1 :])
        elif heading is not None and grid and len(grid[0]) == len(heading.columns):
            rows[heading.kind].extend(grid)
    for kind, found in headings.items():
        result.kinds.add(kind)
        body = [row for row in rows[kind] if not is_repeated_heading(row, found)]
        if len(body) < len(rows[kind]):
            why = Text(
                zh="表头重复，应为分页所致，已略去",
                en="The headings are repeated, as at a page break; left out",
            )
            result.doubts.append(Doubt(kind, None, "heading", "repeated-heading", "", "", why))
        for column in found.columns:
            if column.role == "other" and column.words:
                why = Text(zh="不认识的列，未读入", en="A column that is not known; it was left out")
                result.doubts.append(Doubt(kind, None, "heading", "unknown-column", column.words, "", why))
        if kind == "indicator":
            _indicators(body, found, result)
        else:
            _duties(body, found, kind, result)
    return result


def _grids(data: bytes) -> list[list[GridRow]]:
    """Every table of the document as a grid; only what python-docx itself raises is taken for damage."""
    seen: dict[object, int] = {}
    try:
        return [_grid(table, seen) for table in docx.Document(io.BytesIO(data)).tables]
    except DAMAGE as error:
        raise FileRefused(
            Problem(
                "damaged-document",
                Text(
                    zh=f"Word 文档已损坏，无法读取({error})",
                    en=f"The Word document is damaged and cannot be read ({error})",
                ),
                Text(
                    zh="请在 Word 或 WPS 中打开并另存后再导入",
                    en="Open it in Word or WPS, save it again and import that",
                ),
            )
        ) from error


def _grid(table: Table, seen: dict[object, int]) -> list[GridRow]:
    """The table as a grid; ``seen`` numbers the cells of the document and keeps them alive, so that no number returns."""
    grid: list[GridRow] = []
    width = len(table.columns)
    for row in table.rows:
        cells = [
            GridCell(cell.text.replace("\xa0", " "), seen.setdefault(cell._tc, len(seen)))
            for cell in row.cells
        ]
        # A row may start or end with omitted cells; the grid is kept rectangular.
        cells = [GridCell("", -1)] * row.grid_cols_before + cells
        cells += [GridCell("", -1)] * (width - len(cells))
        grid.append(cells[:width])
    return grid


def _places(heading: TableHeading, role: str) -> list[int]:
    return [at for at, column in enumerate(heading.columns) if column.role == role]


def _text(row: GridRow, heading: TableHeading, role: str) -> str:
    return tidy(" ".join(distinct_texts(row, _places(heading, role))))


def _indicators(rows: Sequence[GridRow], heading: TableHeading, result: WordTables) -> None:
    current: IndicatorCells | None = None
    category = ""
    found: list[IndicatorCells] = []
    names = _places(heading, "indicator") or _places(heading, "category")[1:]
    for at, row in enumerate(rows, start=1):
        spanning = spanning_text(row)
        if spanning is not None:
            category = tidy(fold(spanning)) if group_of(spanning) is None else group_of(spanning).title  # type: ignore[union-attr]
            continue
        category = _text(row, heading, "category") or category
        words = [_text(row, heading, "number"), *distinct_texts(row, names)]
        words = [word for word in words if word]
        number = int(fold(words[0])) if words and re.fullmatch(r"\d{1,3}", fold(words[0])) else None
        if number is None and words and (dotted := _LEADING_NUMBER.match(fold(words[0]))):
            number, words = int(dotted[1]), [dotted[1], dotted[2], *words[1:]]
        if number is None and current is None:
            continue
        if number is not None:
            words = words[1:]
            if current is None or number != current.number:
                current = IndicatorCells(
                    number, category, tidy(words[0]) if words else "", placed=True, line=at
                )
                found.append(current)
                for role in ("nature", "supplier"):
                    if extra := _text(row, heading, role):
                        current.extras[role] = extra
        assert current is not None
        own = [tidy(word) for word in words if tidy(word) != current.name]
        values = _values(row, heading, current)
        if any(values):
            unit = fold(_text(row, heading, "unit")) or (current.series[0].unit if current.series else "")
            current.series.append(SeriesCells("".join(own), unit, values))
    for cells in found:
        result.indicators.append(read_indicator(cells, heading))
        result.doubts.extend(cells.doubts)


def _values(row: GridRow, heading: TableHeading, cells: IndicatorCells) -> list[str]:
    places = [at for at, column in enumerate(heading.columns) if column.year is not None]
    values = [tidy(" ".join(row[at].lines)) for at in places]
    base = next(
        (order for order, at in enumerate(places) if heading.columns[at].year == heading.base_year), None
    )
    if base is None or value_form(values[base]) != "phrase":
        return values
    identity = row[places[base]].identity
    if sum(row[at].identity == identity for at in places) > 1:
        cells.doubt(
            "baseline", "merged-with-baseline", values[base], "",
            Text(
                zh="该文字的单元格合并到基期一栏，按只对目标年份有效理解",
                en="The text's cell is merged over the base year too; read as holding for the target years only",
            ),
        )  # fmt: skip
        values[base] = ""
    return values


def _duties(
    rows: Sequence[GridRow], heading: TableHeading, kind: Literal["task", "project"], result: WordTables
) -> None:
    group: Group | None = None
    goal_of: dict[int, int] = {}
    found: list[DutyCells] = []
    for at, row in enumerate(rows, start=1):
        spanning = spanning_text(row)
        named = group_of(spanning or _text(row, heading, "programme"))
        group = named or group
        if spanning is not None:
            continue
        number, name = _number_and_name(row, heading, kind)
        if number is None:
            result.problems.append(_no_number(kind, at, row))
            continue
        if found and found[-1].number == number:
            # One number over several rows: the further rows add to its content.
            found[-1].content = "".join(dict.fromkeys([found[-1].content, _text(row, heading, "content")]))
            continue
        cells = DutyCells(kind, number, name=name, borders=True, line=at)
        if group is not None:
            cells.group, cells.group_number = group.title, group.number
        cells.topic = _text(row, heading, "topic")
        cells.content = _text(row, heading, "content")
        cells.lead = _bodies(row, heading, "lead", cells)
        cells.support = _bodies(row, heading, "support", cells)
        _goal(row, heading, cells, goal_of)
        found.append(cells)
    target = result.tasks if kind == "task" else result.projects
    for cells in found:
        target.append(read_duty(cells))
        result.doubts.extend(cells.doubts)


def _number_and_name(
    row: GridRow, heading: TableHeading, kind: Literal["task", "project"]
) -> tuple[int | None, str]:
    number = fold(_text(row, heading, "number"))
    name = _text(row, heading, "name") if kind == "project" else ""
    dotted = _LEADING_NUMBER.match(fold(name))
    if dotted and (not number or number == dotted[1]):
        return int(dotted[1]), tidy(dotted[2])
    return (int(number), name) if re.fullmatch(r"\d{1,3}", number) else (None, name)


def _bodies(row: GridRow, heading: TableHeading, role: str, cells: DutyCells) -> BodyList:
    lists: list[BodyList] = []
    identities: set[int] = set()
    for at in _places(heading, role):
        if row[at].identity in identities:
            continue
        identities.add(row[at].identity)
        for line in row[at].lines:
            bodies = read_bodies(line)
            if bodies is None:
                parts = [
                    fold(part).removesuffix("等") for part in split_outside_brackets(fold(line).rstrip("。"))
                ]
                bodies = BodyList(
                    tuple(part for part in parts if part), open=fold(line).rstrip("。").endswith("等")
                )
                cells.doubt(
                    role, "not-a-body-name", line, "、".join(bodies.names),
                    Text(zh="不像部门名称，按原文读入", en="These do not look like names of bodies; read as they stand"),
                )  # fmt: skip
            lists.append(bodies)
    return merged(lists) if lists else NO_BODIES


def _goal(row: GridRow, heading: TableHeading, cells: DutyCells, goal_of: dict[int, int]) -> None:
    places = _places(heading, "goal")
    if not places:
        cells.goal_state = "absent"
        return
    identity = row[places[0]].identity
    if identity in goal_of:
        cells.goal_state, cells.goal_shared_with = "merged", goal_of[identity]
        return
    cells.goal = _text(row, heading, "goal")
    if cells.goal:
        goal_of[identity] = cells.number
    else:
        cells.goal_state = "blank"


def _no_number(kind: str, at: int, row: GridRow) -> Problem:
    words = next((cell.text.strip() for cell in row if cell.text.strip()), "")
    zh = {"task": "任务", "project": "项目"}[kind]
    return Problem(
        "row-without-number",
        Text(
            zh=f"{zh}表第{at}行没有序号(“{words[:20]}”)，未读入",
            en=f"Row {at} of the {kind} table has no number ({words[:20]!r}); not read",
        ),
        Text(zh="请补上序号", en="Give the row its number"),
        row=at,
    )

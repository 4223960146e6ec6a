"""From the cells of an indicator row to the row: which year each value belongs to, and what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecociv.core.targets import CellNotUnderstood, Direction, read_cell
from ecociv.core.text import Text
from ecociv.plan.exchange.headers import TableHeading
from ecociv.plan.exchange.indicator_cells import is_unit, value_form
from ecociv.plan.exchange.rows import Doubt, ImportedIndicator, ImportedSeries, shortened


@dataclass
class SeriesCells:
    """Name, unit and values of one line of figures; ``values`` may be fewer than the year columns."""

    name: str
    unit: str
    values: list[str]


@dataclass
class IndicatorCells:
    """The cells of one indicator, before values are given their years.

    ``placed`` is true where cell borders survive, so that an empty cell is known to be empty.
    """

    number: int
    category: str
    name: str = ""
    series: list[SeriesCells] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)
    placed: bool = False
    line: int | None = None
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, field_name: str, code: str, found: str, read_as: str, why: Text) -> None:
        """Note a doubt about this row."""
        self.doubts.append(
            Doubt(
                "indicator",
                self.number,
                field_name,
                code,
                shortened(found),
                shortened(read_as),
                why,
                self.line,
            )
        )


def read_indicator(cells: IndicatorCells, heading: TableHeading) -> ImportedIndicator:
    """The row that ``cells`` give; doubts are added to ``cells.doubts``."""
    years = heading.years
    first: list[str] | None = None
    series: list[ImportedSeries] = []
    for line in cells.series:
        values = line.values if cells.placed else _placed(line, len(years), first, cells)
        first = first or values
        by_year = dict(zip(years, values, strict=True))
        baseline = by_year.pop(heading.base_year, "") if heading.base_year is not None else ""
        series.append(ImportedSeries(line.name, line.unit, baseline, by_year))
        for value in dict.fromkeys(by_year.values()):
            try:
                read_cell(value, Direction.INCREASE)
            except CellNotUnderstood as error:
                cells.doubt(
                    "values", "value-not-understood", value, value,
                    Text(zh="不是已知的目标写法，按定性要求理解", en=f"Not a known way to write a target: {error.why}"),
                )  # fmt: skip
        if (
            line.unit
            and not is_unit(line.unit)
            and not any(doubt.code == "unknown-unit" for doubt in cells.doubts)
        ):
            cells.doubt(
                "unit", "unknown-unit", line.unit, line.unit,
                Text(zh="不认识的单位，可能是误写", en="A unit that is not known; perhaps a slip"),
            )  # fmt: skip
    if not series:
        cells.doubt(
            "values", "no-values", cells.name, "",
            Text(zh="没有读到任何指标值", en="No value was found in this row"),
        )  # fmt: skip
    return ImportedIndicator(
        cells.number, cells.category, cells.name, heading.base_year, tuple(series), cells.extras, cells.line
    )


def _placed(line: SeriesCells, width: int, first: list[str] | None, cells: IndicatorCells) -> list[str]:
    """Values for all ``width`` columns where the page kept only those that have words."""
    values = line.values
    if len(values) == width:
        return values
    where = f"{line.name}: " if line.name else ""
    if len(values) == 1 and width > 1:
        if value_form(values[0]) == "number":
            placed = [""] * (width - 1) + values
            why = Text(
                zh=f"{width}个年份栏只有一个数值，按最后一栏理解",
                en=f"One figure for {width} year columns; read as the last column's",
            )
        else:
            placed = ["", *values * (width - 1)]
            why = Text(
                zh=f"{width}个年份栏只有一格文字，按各目标年份共用理解",
                en=f"One text for {width} year columns; read as shared by all target years",
            )
        cells.doubt("values", "single-value", where + values[0], " | ".join(placed), why)
        return placed
    tail = first[len(values) :] if first else []
    if tail and all(value_form(value) == "phrase" for value in tail):
        placed = values + tail
        why = Text(
            zh="后几栏没有内容，按与首行合并的单元格理解",
            en="The last columns have nothing; read as cells merged with those of the first line",
        )
        cells.doubt("values", "merged-cells", where + " ".join(values), " | ".join(placed), why)
        return placed
    placed = values + [""] * (width - len(values))
    why = Text(
        zh=f"应有{width}个值，只有{len(values)}个，按从左到右理解",
        en=f"{width} values were expected and {len(values)} found; read from the left",
    )
    cells.doubt("values", "values-missing", where + " ".join(values), " | ".join(placed), why)
    return placed

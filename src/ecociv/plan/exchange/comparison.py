"""Does the plan as data say what the document says? Row by row, for whoever checks a transcription."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.missing import Missing
from ecociv.plan.exchange.characters import chinese_number, fold, fold_name
from ecociv.plan.exchange.indicator_cells import figures, value_form
from ecociv.plan.exchange.rows import ImportedDuty, ImportedIndicator, ImportedPlan, ItemKind
from ecociv.plan.package import Indicator, PlanDate, Project, Series, Task, ZonePackage
from ecociv.plan.package.load import payload

# Doubts about these fields excuse a difference in the field on the left.
_RELATED: Mapping[str, tuple[str, ...]] = {
    "lead": ("lead", "support"),
    "support": ("lead", "support"),
    "support_open": ("lead", "support"),
    "start": ("start", "due", "goal"),
    "due": ("start", "due", "goal"),
    "targets": ("targets", "goal", "due"),
    "goal_shared_with": ("goal",),
    "unit": ("unit",),
    "values": ("values", "baseline"),
}


@dataclass(frozen=True)
class Difference:
    """A field in which the document as read and the plan as data do not agree.

    ``doubtful`` is true where the reader had noted a doubt about that field of that row.
    """

    place: ItemKind
    number: int
    field: str
    imported: str
    plan: str
    doubtful: bool
    doubts: tuple[str, ...] = ()


def compare(imported: ImportedPlan, package: ZonePackage) -> list[Difference]:
    """Every difference between a document as read and a zone package.

    Compared are numbers, categories, names and units, baselines and target figures of indicators; systems and
    programmes, lead and support in order, start and due date, recurrence, merged goals and target figures of tasks and
    projects.
    Titles, summaries and topics are not: the package has its own words for them. A workbook holds whole items, so
    that all of their fields are compared.
    """
    if imported.kind == "workbook":
        return _compare_items(imported, package)
    found: list[Difference] = []

    def add(place: ItemKind, number: int, field: str, ours: str, theirs: str) -> None:
        related = _RELATED.get(field, (field,))
        codes = tuple(doubt.code for doubt in imported.doubts_of(place, number) if doubt.field in related)
        found.append(Difference(place, number, field, ours, theirs, bool(codes), codes))

    for indicator, theirs in _pairs("indicator", imported.indicators, package.indicators, add):
        _compare_indicator(indicator, theirs, package, add)
    for task, other in _pairs("task", imported.tasks, package.tasks, add):
        system = next(
            (item for item in package.zone.systems if chinese_number(item.number) == task.group_number), None
        )
        if system is not None and system.key != other.system:
            add("task", task.number, "system", task.group, other.system)
        _compare_duty(task, other, add)
    for project, other in _pairs("project", imported.projects, package.projects, add):
        programme = next(
            (item for item in package.zone.programmes if item.number == project.group_number), None
        )
        if programme is not None and programme.key != other.programme:
            add("project", project.number, "programme", project.group, other.programme)
        _compare_duty(project, other, add)
    return found


def _compare_items(imported: ImportedPlan, package: ZonePackage) -> list[Difference]:
    found: list[Difference] = []
    parts: tuple[tuple[ItemKind, tuple[Indicator | Task | Project, ...]], ...] = (
        ("indicator", package.indicators),
        ("task", package.tasks),
        ("project", package.projects),
    )
    for kind, items in parts:
        mine = imported.items.get(kind, {})
        theirs = {item.number: payload(item) for item in items}
        for number in sorted(mine.keys() | theirs.keys()):
            if number not in mine or number not in theirs:
                found.append(
                    Difference(
                        kind,
                        number,
                        "number",
                        str(number) if number in mine else "",
                        str(number) if number in theirs else "",
                        doubtful=False,
                    )
                )
                continue
            for field in sorted(mine[number].keys() | theirs[number].keys()):
                one, other = mine[number].get(field), theirs[number].get(field)
                if one != other:
                    found.append(
                        Difference(kind, number, field, _written(one), _written(other), doubtful=False)
                    )
    return found


def _written(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


_Add = Callable[[ItemKind, int, str, str, str], None]


def _pairs(place: ItemKind, ours: Iterable[Any], theirs: Iterable[Any], add: _Add) -> list[tuple[Any, Any]]:
    mine = {item.number: item for item in ours}
    other = {item.number: item for item in theirs}
    for number in sorted(mine.keys() ^ other.keys()):
        add(
            place,
            number,
            "number",
            str(number) if number in mine else "",
            str(number) if number in other else "",
        )
    return [(mine[number], other[number]) for number in sorted(mine.keys() & other.keys())]


def _compare_indicator(ours: ImportedIndicator, theirs: Indicator, package: ZonePackage, add: _Add) -> None:
    def differ(field: str, mine: str, other: str) -> None:
        add("indicator", ours.number, field, mine, other)

    category = next((item.name.zh for item in package.zone.categories if item.key == theirs.category), "")
    if ours.category and fold_name(ours.category) != fold_name(category):
        differ("category", ours.category, category)
    # Sub-series are told apart in the name by a last bracket (铜硐采); the package names the indicator without it.
    if not fold_name(ours.name).startswith(fold_name(theirs.name.zh)):
        differ("name", ours.name, theirs.name.zh)
    printed = theirs.unit_label.printed or theirs.unit_label.zh
    if fold(ours.unit) not in ("-", "") and fold_name(ours.unit) != fold_name(printed):
        differ("unit", ours.unit, printed)
    if ours.base_year is not None and ours.base_year != package.zone.base_year:
        differ("base_year", str(ours.base_year), str(package.zone.base_year))
    years = tuple(package.zone.milestones)
    rows = [[line.baseline, *(line.cells.get(year, "") for year in years)] for line in ours.series]
    waiting = list(theirs.series)
    for row in rows:
        parts = max((len(figures(cell)) for cell in row), default=1)
        count = parts if parts > 1 and not theirs.parts else 1
        group, waiting = waiting[:count], waiting[count:]
        for column, cell in enumerate(row):
            mine = _said(cell)
            if group and count > 1:
                other = _joined([_plan_cell(series, column, years) for series in group])
            else:
                other = _plan_cell(group[0], column, years) if group else ("absent", ())
            if mine != other and not (column == 0 and {mine[0], other[0]} <= {"blank", "not-set"}):
                when = str(ours.base_year) if column == 0 else str(years[column - 1])
                differ("values", f"{when}: {cell}", f"{when}: {_shown(other)}")
    if waiting:
        differ("values", "", ", ".join(series.key for series in waiting))


_Said = tuple[str, tuple[Decimal, ...]]


def _said(cell: str) -> _Said:
    if not cell.strip():
        return "blank", ()
    form = value_form(cell)
    return ("number", figures(cell)) if form == "number" else (form if form == "not-set" else "phrase", ())


def _plan_cell(series: Series, column: int, years: tuple[int, ...]) -> _Said:
    if column == 0:
        value = series.baseline_value
        if isinstance(value, Missing):
            return "blank", ()
        return "number", tuple(value.values()) if isinstance(value, dict) else (value,)
    mapping = series.targets.get(years[column - 1])
    if mapping is None:
        return "blank", ()
    if "unset" in mapping:
        return ("not-set" if mapping["unset"] == "dash" else "blank"), ()
    found = figures_of(mapping)
    return ("number", found) if found else ("phrase", ())


def _joined(cells: list[_Said]) -> _Said:
    return cells[0][0], tuple(figure for cell in cells for figure in cell[1])


def _shown(said: _Said) -> str:
    return "、".join(str(figure) for figure in said[1]) if said[1] else said[0]


def figures_of(mapping: Mapping[str, Any]) -> tuple[Decimal, ...]:
    """The figures in a target's mapping; none where it has no figure.

    >>> figures_of({"between": [1, 2]}), figures_of({"hold": 65.73}), figures_of({"unset": "dash"})
    ((Decimal('1'), Decimal('2')), (Decimal('65.73'),), ())
    """
    ((kind, body),) = mapping.items()
    match kind:
        case "zero":
            return (Decimal(0),)
        case "composition":
            return tuple(Decimal(str(share)) for share in body.values())
        case "vector":
            return tuple(figure for inner in body.values() for figure in figures_of(inner))
        case "between":
            return tuple(Decimal(str(end)) for end in body)
        case "relative_to_base":
            return (Decimal(str(body["change_percent"])),)
        case "cumulative":
            inner = {key: value for key, value in body.items() if key not in ("from", "to")}
            return figures_of(inner)
        case "hold" if isinstance(body, Mapping):
            return (Decimal(str(body["value"])),)
        case "at_least" | "at_most" | "hold":
            return (Decimal(str(body)),)
    return ()


def _compare_duty(ours: ImportedDuty, theirs: Task | Project, add: _Add) -> None:
    def differ(field: str, mine: str, other: str) -> None:
        add(ours.kind, ours.number, field, mine, other)

    for field, mine, other in (("lead", ours.lead, theirs.lead), ("support", ours.support, theirs.support)):
        if [fold_name(name) for name in mine] != [fold_name(name) for name in other]:
            differ(field, "、".join(mine), "、".join(other))
    if ours.support_open != theirs.support_open:
        differ("support_open", str(ours.support_open), str(theirs.support_open))
    if _date(ours.start, first=True) != (theirs.start.first_day if theirs.start else None):
        differ("start", ours.start or "", str(theirs.start.to_yaml()) if theirs.start else "")
    if _date(ours.due, first=False) != (theirs.due.last_day if theirs.due else None):
        differ("due", ours.due or "", str(theirs.due.to_yaml()) if theirs.due else "")
    every = theirs.recurring.every if theirs.recurring is not None else None
    if ours.recurring != every:
        differ("recurring", ours.recurring or "", every or "")
    if ours.goal_shared_with != theirs.cell_shared_with:
        differ("goal_shared_with", str(ours.goal_shared_with or ""), str(theirs.cell_shared_with or ""))
    _compare_targets(ours, theirs, differ)


def _date(text: str | None, first: bool) -> object:
    if text is None:
        return None
    date = PlanDate.read(text)
    return date.first_day if first else date.last_day


_Figure = tuple[int | None, tuple[Decimal, ...]]


def _compare_targets(
    ours: ImportedDuty, theirs: Task | Project, differ: Callable[[str, str, str], None]
) -> None:
    mine: list[_Figure] = []
    periods: list[tuple[range, tuple[Decimal, ...]]] = []
    for target in ours.targets:
        if target.value is None:
            continue
        found = tuple(abs(value) for value in (target.value, target.upper) if value is not None)
        mine.append((target.year, found))
        if target.from_year is not None and target.year is not None:
            # A level to hold from a year on, or over a period, holds at every milestone in it.
            last = 9999 if target.year == target.from_year else target.year
            periods.append((range(target.from_year, last + 1), found))
    other: list[_Figure] = [
        (target.year, found)
        for target in theirs.targets
        if (found := tuple(abs(value) for value in figures_of(target.target)))
    ]
    for wanted in list(mine):
        if wanted in other:
            mine.remove(wanted)
            other.remove(wanted)
    other = [
        item for item in other if not any(item[0] in years and item[1] == found for years, found in periods)
    ]
    # A figure without a year holds for the row as a whole: the other side may give it to one year or to several.
    mine, other = _without_matches(mine, other)
    other, mine = _without_matches(other, mine)
    if mine or other:
        differ("targets", _listed(mine), _listed(other))


def _without_matches(yearless: list[_Figure], dated: list[_Figure]) -> tuple[list[_Figure], list[_Figure]]:
    shared = {found for year, found in yearless if year is None} & {found for _, found in dated}
    return (
        [item for item in yearless if item[0] is not None or item[1] not in shared],
        [item for item in dated if item[1] not in shared],
    )


def _listed(targets: list[tuple[int | None, tuple[Decimal, ...]]]) -> str:
    return "; ".join(
        f"{year or '-'}: {'、'.join(format(value, 'f') for value in values)}" for year, values in targets
    )

"""A workbook of the standard shape as a plan in itself, for a city whose plan is not in the system yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from ecociv.core.text import Text
from ecociv.plan.exchange.rows import (
    ImportedDuty,
    ImportedIndicator,
    ImportedMilestone,
    ImportedPlan,
    ImportedSeries,
    ImportedTarget,
    ItemKind,
    Problem,
)
from ecociv.plan.exchange.workbook_cells import CellError, number_text, read_integer
from ecociv.plan.exchange.workbook_codecs import MISSING, Surroundings
from ecociv.plan.exchange.workbook_read import SheetRow, SheetTable, read_workbook
from ecociv.plan.exchange.workbook_shape import SHEETS, choices_of
from ecociv.plan.exchange.workbook_targets import encode_target
from ecociv.plan.package import Indicator, Project, Task

_MODELS: dict[ItemKind, type[BaseModel]] = {"indicator": Indicator, "task": Task, "project": Project}


def plan_of_workbook(data: bytes) -> ImportedPlan:
    """Every item that a workbook of the standard shape holds, whatever plan is in the system.

    Items that are complete and valid are in ``items``, in the shape of the zone package; what is wrong with the others
    is in ``errors``. Rows of all items are given in any case.
    """
    content = read_workbook(data)
    problems = list(content.problems)
    choices = choices_of(None) | content.choices
    items: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in SHEETS}
    first_rows: dict[tuple[str, int], int] = {}
    for kind, table in content.tables.items():
        around = _surroundings(table, choices)
        for row in table.rows:
            _take_row(table, row, items[kind], first_rows, around, problems)
    valid: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in SHEETS}
    rows: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in SHEETS}
    for kind, table in content.tables.items():
        for number, item in sorted(items[kind].items()):
            found = list(_problems_of(kind, item, table.title, first_rows[kind, number]))
            problems += found
            rows[kind][number] = _outline(item) if found else item
            if not found:
                valid[kind][number] = item
    return ImportedPlan(
        "workbook",
        tuple(_indicator(item) for item in rows["indicator"].values()),
        tuple(_duty("task", item) for item in rows["task"].values()),
        tuple(_duty("project", item) for item in rows["project"].values()),
        (),
        tuple(problems),
        valid,
    )


def _outline(item: Mapping[str, Any]) -> dict[str, Any]:
    """What of an item that is not valid can be shown: its texts, bodies and dates."""
    outline: dict[str, Any] = {
        key: value for key, value in item.items() if value is None or isinstance(value, str | int)
    }
    for key in ("name", "title", "summary", "unit_label"):
        pair = item.get(key)
        if isinstance(pair, dict) and all(isinstance(words, str) for words in pair.values()):
            outline[key] = pair
    for key in ("lead", "support"):
        outline[key] = [str(name) for name in item.get(key, ())]
    outline["series"] = [{"key": own["key"], "targets": {}} for own in item.get("series", ())]
    return outline


def _take_row(
    table: SheetTable,
    row: SheetRow,
    items: dict[int, dict[str, Any]],
    first_rows: dict[tuple[str, int], int],
    surroundings: Mapping[int, Surroundings],
    problems: list[Problem],
) -> None:
    def problem(error: CellError, letter: str) -> None:
        problems.append(Problem(error.code, error.text, error.remedy, table.title, row.row, letter))

    number_cell = row.cell(next(column for column in table.columns if column.path == ("number",)))
    try:
        number = read_integer(number_cell.text())
    except CellError as error:
        problem(error, number_cell.letter)
        return
    series = _series_of(table, row, problem)
    if series is None:
        return
    around = surroundings[number]
    again = number in items
    if again and (table.kind != "indicator" or any(own["key"] == series for own in items[number]["series"])):
        problem(
            CellError(
                "row-twice",
                Text(zh=f"“{series or number}”重复", en=f"{series or number} stands twice"),
                Text(zh="请只保留一行", en="Keep one of the rows"),
            ),
            number_cell.letter,
        )
        return
    item = items.setdefault(number, {"number": number})
    first_rows.setdefault((table.kind, number), row.row)
    if table.kind == "indicator":
        item.setdefault("series", []).append({"key": series, "targets": {}})
    for column in table.columns:
        if column.path in (("number",), ("series[]", "key")):
            continue
        cell = row.cell(column)
        try:
            words = cell.text()
            if again and not column.of_series and not words:
                # What concerns the indicator as a whole stands in one of its rows.
                continue
            if column.path[-1] == "*":
                holder = item["series"][-1] if column.of_series else item
                _merge(holder, column.codec.read(words, around) if words else {})
            else:
                column.put(item, column.read(words, around), series or None)
        except CellError as error:
            problem(error, cell.letter)


def _surroundings(table: SheetTable, choices: Mapping[str, Mapping[str, str]]) -> dict[int, Surroundings]:
    """Direction and parts of each indicator, from whichever of its rows gives them."""
    found: dict[int, Surroundings] = {}
    by_path = {column.path: column for column in table.columns}
    for row in table.rows:
        try:
            number = read_integer(row.cell(by_path[("number",)]).text())
            before = found.setdefault(number, Surroundings(choices))
            direction, parts = before.direction, before.parts
            if ("direction",) in by_path and (words := row.cell(by_path[("direction",)]).text()):
                direction = by_path[("direction",)].read(words, before)
            if ("parts",) in by_path and (words := row.cell(by_path[("parts",)]).text()):
                parts = tuple(by_path[("parts",)].read(words, before))
            found[number] = Surroundings(choices, direction, parts)
        except CellError:
            # Reported when the row itself is read.
            continue
    return found


def _series_of(table: SheetTable, row: SheetRow, problem: Callable[[CellError, str], None]) -> str | None:
    """The key of the row's series; empty in a sheet without series, None where it should be there and is not."""
    column = next((column for column in table.columns if column.path == ("series[]", "key")), None)
    if column is None:
        return "" if table.kind != "indicator" else None
    cell = row.cell(column)
    try:
        key = cell.text()
        if not key:
            raise CellError(
                "series-empty",
                Text(zh="序列标识为空", en="The key of the series is empty"),
                Text(
                    zh="请填写序列标识，如 7 或 34.cod", en="Give the key of the series, such as 7 or 34.cod"
                ),
            )
    except CellError as error:
        problem(error, cell.letter)
        return None
    return key


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _problems_of(kind: ItemKind, item: Mapping[str, Any], sheet: str, row: int) -> Iterable[Problem]:
    try:
        _MODELS[kind].model_validate(item)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            where = " > ".join(str(step) for step in detail["loc"])
            said = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else detail["msg"]
            yield Problem(
                "not-valid",
                Text(zh=f"“{where}”不合规定：{said}", en=f"{where}: {said}"),
                Text(zh="请按“说明”表补全或更正", en="Complete or correct it as the sheet 说明 explains"),
                sheet,
                row,
            )


def _indicator(item: Mapping[str, Any]) -> ImportedIndicator:
    def cell(target: Mapping[str, Any]) -> str:
        return encode_target(target, item.get("direction"), tuple(item.get("parts", {}))) or str(target)

    def baseline(value: Any) -> str:
        if isinstance(value, Mapping):
            if set(value) == {"missing"}:
                return MISSING.get(value["missing"], "")
            return ":".join(number_text(share) for share in value.values())
        return "" if value is None else number_text(value)

    unit = item.get("unit_label", {}).get("zh", "")
    series = tuple(
        ImportedSeries(
            own.get("name", {}).get("zh", ""),
            unit,
            baseline(own.get("baseline")),
            {int(year): cell(target) for year, target in own["targets"].items()},
        )
        for own in item.get("series", ())
    )
    return ImportedIndicator(
        item["number"], item.get("category", ""), item.get("name", {}).get("zh", ""), None, series
    )


def _duty(kind: ItemKind, item: Mapping[str, Any]) -> ImportedDuty:
    def text(value: Any) -> str | None:
        return None if value is None else str(value)

    return ImportedDuty(
        kind=kind,  # type: ignore[arg-type]
        number=item["number"],
        group=item.get("system", item.get("programme", "")),
        group_number=None,
        topic=item.get("topic", ""),
        name=item.get("title", {}).get("zh", ""),
        content=item.get("summary", {}).get("zh", ""),
        goal="",
        lead=tuple(item.get("lead", ())),
        support=tuple(item.get("support", ())),
        support_open=item.get("support_open", False),
        start=text(item.get("start")),
        due=text(item.get("due")),
        milestones=tuple(
            ImportedMilestone(str(step["by"]), step["outcome"]) for step in item.get("milestones", ())
        ),
        recurring=item.get("recurring", {}).get("every"),
        targets=tuple(target for own in item.get("targets", ()) for target in _targets(own)),
        goal_shared_with=item.get("cell_shared_with"),
    )


def _targets(own: Mapping[str, Any]) -> Iterable[ImportedTarget]:
    ((kind, body),) = own["target"].items()
    shared = {"quantity": own["quantity"]["zh"], "year": own.get("year"), "unit": own["unit_label"]}
    if kind in ("at_least", "at_most") or (kind == "hold" and not isinstance(body, Mapping)):
        yield ImportedTarget(relation=kind, value=Decimal(str(body)), column="goal", **shared)
    elif kind == "between":
        low, high = (Decimal(str(end)) for end in body)
        yield ImportedTarget(relation="between", value=low, upper=high, column="goal", **shared)

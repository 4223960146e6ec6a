"""One sheet of an edited workbook against the plan, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecociv.core.text import Text
from ecociv.plan.exchange.changes import Change, same_value
from ecociv.plan.exchange.rows import ItemKind, Problem
from ecociv.plan.exchange.workbook_cells import CellError, read_integer
from ecociv.plan.exchange.workbook_codecs import ABSENT, Surroundings
from ecociv.plan.exchange.workbook_columns import Column, rest_of
from ecociv.plan.exchange.workbook_read import SheetRow, SheetTable
from ecociv.plan.exchange.workbook_shape import KIND_NAMES, surroundings


class SheetComparison:
    """One sheet being compared."""

    def __init__(
        self,
        table: SheetTable,
        kind: ItemKind,
        current: Mapping[int, dict[str, Any]],
        exported: Mapping[int, dict[str, Any]],
        choices: Mapping[str, Mapping[str, str]],
        problems: list[Problem],
    ) -> None:
        self.table = table
        self.kind = kind
        self.current = current
        self.exported = exported
        self.choices = choices
        self.problems = problems

    def changes(self) -> list[Change]:
        """Every edited cell, row by row; problems are added to the list given."""
        found: list[Change] = []
        seen: dict[tuple[int, str | None], int] = {}
        rows: list[tuple[SheetRow, int, str | None]] = []
        for row in self.table.rows:
            identity = self._identity(row)
            if identity is None:
                continue
            if identity in seen:
                self._problem_twice(row, identity, seen[identity])
                continue
            seen[identity] = row.row
            rows.append((row, *identity))
        carriers = {number: row for row, number, series in rows if self._carries(number, series)}
        for row, number, series in rows:
            around = self._surroundings(carriers.get(number, row), number)
            carrier = self._carries(number, series)
            for column in self.table.columns:
                if column.path == ("number",) or column.path == ("series[]", "key"):
                    continue
                if self.kind == "indicator" and not column.of_series and not carrier:
                    self._must_agree(row, column, carriers.get(number), around)
                    continue
                change = self._compare(row, number, series, column, around)
                if change is not None:
                    found.append(change)
        self._missing_rows(seen)
        return found

    def _identity(self, row: SheetRow) -> tuple[int, str | None] | None:
        number_column = next(column for column in self.table.columns if column.path == ("number",))
        cell = row.cell(number_column)
        try:
            words = cell.text()
            if not words:
                raise CellError(
                    "number-empty",
                    Text(zh="序号为空", en="The number is empty"),
                    Text(zh="请补上序号，或删去整行", en="Give the number, or delete the whole row"),
                )
            number = read_integer(words)
        except CellError as error:
            self._problem(error, row.row, cell.letter)
            return None
        if number not in self.current:
            zh, en = KIND_NAMES[self.kind].zh, KIND_NAMES[self.kind].en
            self._problem(
                CellError(
                    "unknown-number",
                    Text(zh=f"规划中没有第{number}项{zh}", en=f"The plan has no {en} {number}"),
                    Text(
                        zh="请改回原序号；新增项目不能通过工作簿导入",
                        en="Restore the number; items cannot be added by workbook",
                    ),
                ),
                row.row,
                cell.letter,
            )
            return None
        if self.kind != "indicator":
            return number, None
        return self._series_identity(row, number)

    def _series_identity(self, row: SheetRow, number: int) -> tuple[int, str | None] | None:
        keys = [series["key"] for series in self.current[number]["series"]]
        column = next((column for column in self.table.columns if column.path == ("series[]", "key")), None)
        if column is None:
            return None
        cell = row.cell(column)
        try:
            key = cell.text()
        except CellError as error:
            self._problem(error, row.row, cell.letter)
            return None
        if key not in keys:
            self._problem(
                CellError(
                    "unknown-series",
                    Text(zh=f"指标{number}没有序列“{key}”", en=f"Indicator {number} has no series {key!r}"),
                    Text(zh=f"请改回：{'、'.join(keys)}", en=f"Restore it: {', '.join(keys)}"),
                ),
                row.row,
                cell.letter,
            )
            return None
        return number, key

    def _carries(self, number: int, series: str | None) -> bool:
        return series is None or self.current[number]["series"][0]["key"] == series

    def _surroundings(self, row: SheetRow, number: int) -> Surroundings:
        """The direction as edited decides how bare numbers in the row are read."""
        around = surroundings(self.choices, self.current[number])
        column = next((column for column in self.table.columns if column.path == ("direction",)), None)
        if column is None:
            return around
        try:
            words = row.cell(column).text()
            direction = column.read(words, around) if words else around.direction
        except CellError:
            # The cell itself is reported when its own column is compared.
            return around
        return Surroundings(around.choices, direction, around.parts)

    def _compare(
        self, row: SheetRow, number: int, series: str | None, column: Column, around: Surroundings
    ) -> Change | None:
        cell = row.cell(column)
        try:
            words = cell.text()
            if column.path[-1] == "*":
                self._rest_untouched(words, number, series, column)
                return None
            value = column.read(words, around)
        except CellError as error:
            self._problem(error, row.row, cell.letter)
            return None
        exported = self._value(self.exported[number], column, series)
        current = self._value(self.current[number], column, series)
        if same_value(value, exported) or same_value(value, current):
            return None
        if column.key:
            self._problem(
                CellError(
                    "key-changed",
                    Text(zh=f"“{column.heading}”不可修改", en=f"{column.heading!r} must not be changed"),
                    Text(zh=f"请改回“{exported}”", en=f"Restore {exported!r}"),
                ),
                row.row,
                cell.letter,
            )
            return None
        return Change(
            sheet=self.table.title,
            row=row.row,
            column=cell.letter,
            kind=self.kind,
            number=number,
            series=series if column.of_series else None,
            field=column.field,
            heading=column.heading,
            before=column.write(self.current[number], self._as_was(self.current[number]), series),
            after=words,
            value=value,
            current=current,
            exported=column.write(self.exported[number], self._as_was(self.exported[number]), series),
            conflict=not same_value(exported, current),
            target=column,
        )

    def _as_was(self, item: Mapping[str, Any]) -> Surroundings:
        return surroundings(self.choices, item)

    def _value(self, item: Mapping[str, Any], column: Column, series: str | None) -> Any:
        if column.of_series and all(own["key"] != series for own in item["series"]):
            return column.empty
        return column.get(item, series)

    def _rest_untouched(self, words: str, number: int, series: str | None, column: Column) -> None:
        """Fields without a column of their own travel along; an edit there is refused."""
        if not words:
            return
        told = column.codec.read(words, Surroundings())
        known = rest_of(self.exported[number], self.table.columns, series if column.of_series else None)
        if any(known.get(key, ABSENT) != value for key, value in told.items() if key in known):
            raise CellError(
                "rest-changed",
                Text(zh=f"“{column.heading}”不可修改", en=f"{column.heading!r} must not be changed"),
                Text(zh="请恢复导出时的内容", en="Restore the content as it was exported"),
            )

    def _must_agree(
        self, row: SheetRow, column: Column, carrier: SheetRow | None, around: Surroundings
    ) -> None:
        cell = row.cell(column)
        if cell.value is None or carrier is None:
            return
        try:
            words = cell.text()
            if words and not same_value(
                column.read(words, around), column.read(carrier.cell(column).text(), around)
            ):
                raise CellError(
                    "rows-disagree",
                    Text(
                        zh=f"与第{carrier.row}行的“{column.heading}”不一致",
                        en=f"It does not agree with {column.heading!r} in row {carrier.row}",
                    ),
                    Text(
                        zh=f"请只改第{carrier.row}行，本格留空",
                        en=f"Edit row {carrier.row} only and leave this cell empty",
                    ),
                )
        except CellError as error:
            self._problem(error, row.row, cell.letter)

    def _missing_rows(self, seen: Iterable[tuple[int, str | None]]) -> None:
        found = set(seen)
        lacking = [
            (number, key)
            for number, item in self.current.items()
            for key in ([series["key"] for series in item["series"]] if self.kind == "indicator" else [None])
            if (number, key) not in found
        ]
        if not lacking:
            return
        shown = [str(key or number) for number, key in lacking]
        names = "、".join(shown[:12]) + ("…" if len(shown) > 12 else "")
        self.problems.append(
            Problem(
                "rows-missing",
                Text(
                    zh=f"缺少{len(shown)}行：{names}；这些项不变",
                    en=f"{len(shown)} rows are missing: {names}; these items stay as they are",
                ),
                Text(
                    zh="删行不会删除规划中的项；如需修改请恢复该行",
                    en="Leaving out a row does not delete the item; restore it to change it",
                ),
                sheet=self.table.title,
                blocking=False,
            )
        )

    def _problem_twice(self, row: SheetRow, identity: tuple[int, str | None], first: int) -> None:
        name = identity[1] or identity[0]
        letter = next(row.cell(column).letter for column in self.table.columns if column.path == ("number",))
        self._problem(
            CellError(
                "row-twice",
                Text(zh=f"“{name}”已在第{first}行出现", en=f"{name} already stands in row {first}"),
                Text(zh="请只保留一行", en="Keep one of the two rows"),
            ),
            row.row,
            letter,
        )

    def _problem(self, error: CellError, row: int, letter: str) -> None:
        self.problems.append(Problem(error.code, error.text, error.remedy, self.table.title, row, letter))

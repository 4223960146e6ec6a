"""A bank's statement file as rows of money, with a report of every row that cannot be taken. Pure: no Django."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecociv.core.text import Text
from ecociv.evidence.reading import FileRefused, detect_encoding
from ecociv.ledger.bank.forms import Columns, StatementForm
from ecociv.ledger.money import NotMoney, fen, shown

HEADER_WITHIN = 20
"""Banks write name, number and period of the account above the header; it has to come within so many rows."""

_EARLIEST = dt.date(1990, 1, 1)
_LONGEST = {"number": 80, "reference": 200, "counterparty": 200}


@dataclass(frozen=True, slots=True)
class BankRow:
    """One row: what entered (positive) or left the account on a day, in fen; ``row`` counts from 1 in the file."""

    row: int
    day: dt.date
    amount: int
    number: str = ""
    reference: str = ""
    counterparty: str = ""
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row: where, what was found, and what to do."""

    row: int
    field: str
    found: str
    text: Text


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file as read: its rows oldest first, its faults, and the balance after the last row where it is written."""

    rows: tuple[BankRow, ...]
    faults: tuple[RowFault, ...]
    closing: int | None

    @property
    def first_day(self) -> dt.date:
        """The earliest day."""
        return min(row.day for row in self.rows)

    @property
    def last_day(self) -> dt.date:
        """The latest day."""
        return max(row.day for row in self.rows)


def read_statement(path: Path, form: StatementForm, today: dt.date) -> BankFile:
    """Read a statement file.

    Raises
    ------
    FileRefused
        When the file as a whole is none of this form: encoding, columns, no rows.
    """
    if not path.is_file():
        raise FileRefused("absent", Text(zh=f"找不到文件 {path.name}。", en=f"There is no file {path.name}."))
    if path.open("rb").read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            "workbook",
            Text(
                zh="这是 Excel 工作簿，请在 Excel 中另存为 CSV 后再导入。",
                en="This is an Excel workbook: save it as CSV and load that.",
            ),
        )
    encoding = detect_encoding(path, form.encoding)
    with path.open(encoding=encoding, newline="") as file:
        try:
            records = [
                (number, [cell.strip(" \t\u3000\u00a0") for cell in cells])
                for number, cells in enumerate(csv.reader(file, delimiter=form.delimiter, strict=True), 1)
            ]
        except csv.Error as error:
            raise FileRefused(
                "table",
                Text(
                    zh=f"文件不是表格（{error}），请检查引号是否成对。",
                    en=f"The file is no table ({error}); look for a quote that is not closed.",
                ),
            ) from error
    header, places = _header(records, form)
    rows: list[BankRow] = []
    faults: list[RowFault] = []
    for number, cells in records[header:]:
        if not any(cells) or cells[0].startswith(form.totals or ("\0",)):
            continue
        found = _Row(number, cells, places, form, today).read()
        if isinstance(found, BankRow):
            rows.append(found)
        else:
            faults.extend(found)
    if not rows and not faults:
        raise FileRefused("empty", Text(zh="表头之下没有明细行。", en="There are no rows under the header."))
    faults.extend(_repeated(rows))
    if not faults:
        rows, broken = _in_order(rows)
        faults.extend(broken)
    closing = rows[-1].balance if rows and not faults else None
    return BankFile(tuple(rows), tuple(sorted(faults, key=lambda fault: fault.row)), closing)


def _header(records: Sequence[tuple[int, list[str]]], form: StatementForm) -> tuple[int, dict[str, int]]:
    wanted = form.columns.names()
    best: list[str] = list(wanted)
    for place, (_, cells) in enumerate(records[:HEADER_WITHIN]):
        absent = [name for name in wanted if name not in cells]
        if not absent:
            twice = [name for name in wanted if cells.count(name) > 1]
            if twice:
                raise FileRefused(
                    "columns",
                    Text(
                        zh=f"列“{'、'.join(twice)}”出现两次。",
                        en=f"The columns {', '.join(twice)} occur twice.",
                    ),
                )
            return place + 1, {name: cells.index(name) for name in wanted}
        if len(absent) < len(best):
            best = absent
    raise FileRefused(
        "columns",
        Text(
            zh=f"没有找到“{form.title.zh}”的表头，缺少列：{'、'.join(best)}。请换一种对账单格式，或在 bank_forms.yaml 中声明。",
            en=f"There is no header of the form {form.title.en!r}; columns missing: {', '.join(best)}. Choose another "
            "form, or declare one in bank_forms.yaml.",
        ),
    )


class _Row:
    """One row while it is read; every fault of it is noted."""

    def __init__(
        self, number: int, cells: list[str], places: dict[str, int], form: StatementForm, today: dt.date
    ) -> None:
        self.number, self.cells, self.places, self.form, self.today = number, cells, places, form, today
        self.faults: list[RowFault] = []

    def read(self) -> BankRow | list[RowFault]:
        columns = self.form.columns
        if len(self.cells) <= max(self.places.values()):
            self._fault("", "", Text(zh="这一行缺少列。", en="The row has too few columns."))
            return self.faults
        day, amount = self._day(columns.day), self._amount(columns)
        texts = {
            name: self._text(column, limit)
            for name, limit in _LONGEST.items()
            if (column := getattr(columns, name)) is not None
        }
        held = self._money(columns.balance) if columns.balance is not None else None
        if self.faults or day is None or amount is None:
            return self.faults
        return BankRow(self.number, day, amount, balance=held, **texts)

    def _cell(self, column: str) -> str:
        return self.cells[self.places[column]]

    def _fault(self, column: str, found: str, text: Text) -> None:
        self.faults.append(RowFault(self.number, column, found, text))

    def _day(self, column: str) -> dt.date | None:
        written = self._cell(column).split(" ")[0]
        for pattern in self.form.days:
            try:
                day = dt.datetime.strptime(written, pattern).date()  # noqa: DTZ007 - a day has no hour
            except ValueError:
                continue
            if _EARLIEST <= day <= self.today:
                return day
            self._fault(
                column,
                written,
                Text(zh="日期须在 1990 年至今天之间。", en="The day has to lie between 1990 and today."),
            )
            return None
        self._fault(
            column,
            written,
            Text(zh="不是日期，请写成 2016-03-31。", en="This is no day; write it as 2016-03-31."),
        )
        return None

    def _money(self, column: str) -> int | None:
        written = self._cell(column)
        if written in ("", "-", "—"):
            return None
        try:
            return fen(written)
        except NotMoney as refused:
            self._fault(column, written, refused.text)
            return None

    def _amount(self, columns: Columns) -> int | None:
        if columns.amount is not None:
            amount = self._money(columns.amount)
            if amount == 0 or (amount is None and not self.faults):
                self._fault(
                    columns.amount,
                    self._cell(columns.amount),
                    Text(zh="金额为空或为零。", en="The amount is empty or zero."),
                )
            return amount
        assert columns.in_ is not None and columns.out is not None
        before = len(self.faults)
        entered, left = self._money(columns.in_) or 0, self._money(columns.out) or 0
        if len(self.faults) > before:
            return None
        if bool(entered) == bool(left):
            self._fault(
                columns.in_,
                f"{self._cell(columns.in_)} / {self._cell(columns.out)}",
                Text(zh="收入和支出须填且只填一项。", en="Exactly one of in and out has to be filled."),
            )
            return None
        return entered - left

    def _text(self, column: str, limit: int) -> str:
        written = self._cell(column)
        if len(written) > limit:
            self._fault(
                column, written[:40], Text(zh=f"超过 {limit} 字。", en=f"Longer than {limit} characters.")
            )
        return written


def _repeated(rows: Iterable[BankRow]) -> Iterable[RowFault]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.number and row.number in seen:
            first = seen[row.number]
            yield RowFault(
                row.row,
                "number",
                row.number,
                Text(
                    zh=f"流水号与第 {first} 行相同，同一笔不能导入两次。",
                    en=f"Row {first} has the same number: the same money cannot be loaded twice.",
                ),
            )
        seen.setdefault(row.number, row.row)


def _in_order(rows: list[BankRow]) -> tuple[list[BankRow], list[RowFault]]:
    """Rows oldest first; where balances are written they have to follow from one another, whichever way the bank lists."""
    newest_first = len(rows) > 1 and rows[0].day > rows[-1].day
    ways = [rows[::-1], rows] if newest_first else [rows, rows[::-1]]
    faults = [_broken(way) for way in ways]
    for way, fault in zip(ways, faults, strict=True):
        if fault is None:
            return way, []
    assert faults[0] is not None
    return ways[0], [faults[0]]


def _broken(rows: Sequence[BankRow]) -> RowFault | None:
    for before, row in zip(rows, rows[1:], strict=False):
        if row.day < before.day and row.balance is not None:
            return RowFault(
                row.row, "day", str(row.day), Text(zh="日期不按顺序。", en="The days are not in order.")
            )
        if before.balance is None or row.balance is None:
            continue
        if before.balance + row.amount != row.balance:
            return RowFault(
                row.row,
                "balance",
                shown(row.balance),
                Text(
                    zh=f"余额不连续：上一行 {shown(before.balance)} 元加本行 {shown(row.amount)} 元应为 "
                    f"{shown(before.balance + row.amount)} 元。可能缺行或改动过，请向银行重新索取。",
                    en=f"The balance does not follow: {shown(before.balance)} before and {shown(row.amount)} here make "
                    f"{shown(before.balance + row.amount)}. A row may be missing: ask the bank for the file again.",
                ),
            )
    return None

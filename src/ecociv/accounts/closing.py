"""What an account must hold to, column by column, each breach with its reason in words. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ecociv.accounts.cells import Cell
from ecociv.accounts.forms import CLOSING, OPENING, AccountForm
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.standards.natural_capital.balance import Balance, add_up
from ecociv.standards.natural_capital.breaches import discontinuous, total_changed, unequal_exchange

Amount = Decimal | None
EXCHANGES = (("classed_in", "classed_out"), ("graded_in", "graded_out"))


def closes(
    form: AccountForm, columns: Mapping[str, Text], worked: Balance, tolerance: Decimal
) -> Iterator[Reason]:
    """Whether each column closes: below zero, missing entries, unexplained residuals."""
    for column in worked.items:
        name, end, gap = columns[column], worked.computed[column], worked.residual[column]
        if end is not None and end < 0:
            yield Reason(
                "below-zero",
                Text(
                    zh=f"{name.zh}：减少量超过存量，推算期末为{plain(end)}；请核对减少各行",
                    en=f"{name.en}: reductions exceed the stock, the closing would be {plain(end)}; look at the reductions",
                ),
                {"column": column, "closing": end},
            )
        if gap is None:
            rows = _rows_without(form, worked, column)
            yield Reason(
                "entry-missing",
                Text(
                    zh=f"{name.zh}：缺{'、'.join(row.zh for row in rows)}，不能平衡",
                    en=f"{name.en}: without {', '.join(row.en for row in rows)} it cannot be closed",
                ),
                {"column": column},
            )
        elif abs(gap) > tolerance:
            yield Reason(
                "unexplained",
                Text(
                    zh=f"{name.zh}：期末记录值与推算值相差{plain(gap)}，单列为未解释差额",
                    en=f"{name.en}: recorded less computed closing is {plain(gap)}, shown as an unexplained residual",
                ),
                {"column": column, "residual": gap},
            )


def _rows_without(form: AccountForm, worked: Balance, column: str) -> list[Text]:
    tables: dict[str, Mapping[str, Amount]] = {
        OPENING: worked.opening, **worked.added, **worked.reduced, CLOSING: worked.closing
    }  # fmt: skip
    return [
        form.rows[row].name for row, amounts in tables.items() if column in amounts and amounts[column] is None
    ]


def exchanges(
    form: AccountForm, cells: Mapping[tuple[str, str], Cell], columns: list[str]
) -> Iterator[Reason]:
    """What enters from another column has left it: both rows are equal over all columns."""
    for entered, left in EXCHANGES:
        if entered not in form.rows or left not in form.rows:
            continue
        given = [
            [
                cells[row, column].number
                for column in columns
                if (row, column) in cells and cells[row, column].missing is not Missing.NOT_APPLICABLE
            ]
            for row in (entered, left)
        ]
        if not any(given):
            continue
        into, out = add_up(given[0]), add_up(given[1])
        if into is not None and out is not None and into != out:
            yield unequal_exchange(form.rows[entered].name, form.rows[left].name, into, out)


def continues(
    columns: Mapping[str, Text], worked: Balance, before: Mapping[str, Amount], tolerance: Decimal
) -> Iterator[Reason]:
    """The opening is the closing of the year before."""
    for column in worked.items:
        start, end = worked.opening.get(column), before.get(column)
        if start is not None and end is not None and abs(start - end) > tolerance:
            yield discontinuous(columns[column], column, start, end)


def keeps_total(worked: Balance, tolerance: Decimal) -> list[Reason]:
    """The total of the columns stays the same."""
    before, after = add_up(worked.opening.values()), add_up(worked.closing.values())
    if before is None or after is None or abs(after - before) <= tolerance:
        return []
    return [total_changed(before, after)]


def absent(
    form: AccountForm, columns: Mapping[str, Text], cells: Mapping[tuple[str, str], Cell]
) -> Iterator[Reason]:
    """The entries of an account of flows that are not there."""
    for (row, column), cell in cells.items():
        if cell.missing not in (None, Missing.NOT_APPLICABLE):
            name, what = columns[column], form.rows[row].name
            yield Reason(
                "entry-missing",
                Text(
                    zh=f"{name.zh}：{what.zh}{cell.missing.label.zh}",
                    en=f"{name.en}: {what.en} is {cell.missing.label.en}",
                ),
                {"column": column, "row": row},
            )

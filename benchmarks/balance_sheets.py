"""Balance sheets of 100 counties for 9 years, from cells to closed accounts, against pandas doing the same sums.

Both get the same generated cells in memory: every account, row and column of the national forms with a share of missing cells.
The peer adds with float64 (and again with decimals in object columns, as an exact ledger needs) by county, year, account and
column; it keeps no kinds of absence, no traces and no reasons. Run: ``python benchmarks/balance_sheets.py [counties] [years]``.
"""

from __future__ import annotations

import random
import sys
import time
from decimal import Decimal
from typing import Any

import numpy as np

from ecociv.accounts.cells import Cell, missing_cell
from ecociv.accounts.forms import CLOSING, OPENING, national
from ecociv.accounts.sheet import AccountSheet, compile_account
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput

SEED = 20150724
MISSING_SHARE = 0.01
NAME, REASON = Text(zh="一格", en="cell"), Text(zh="未报", en="not reported")
Key = tuple[int, int, str]


def generated(counties: int, years: int) -> dict[Key, dict[tuple[str, str], Cell]]:
    """Cells of every county, year and account; each account closes up to its residual."""
    drawn = random.Random(SEED)
    found: dict[Key, dict[tuple[str, str], Cell]] = {}
    forms = {key: form for key, form in national().accounts.items() if form.kind == "stock" and form.columns}
    for county in range(counties):
        for key, form in forms.items():
            stock = {column: drawn.randrange(10**4, 10**8) for column in form.columns}
            for year in range(years):
                cells: dict[tuple[str, str], Cell] = {}
                for column in form.columns:
                    amounts = {OPENING: stock[column]}
                    for row, its in form.rows.items():
                        if its.side in ("add", "reduce"):
                            amounts[row] = drawn.randrange(0, stock[column] // 200 + 1)
                            stock[column] += amounts[row] * (1 if its.side == "add" else -1)
                    stock[column] += drawn.choice((0, 0, 0, 1))
                    amounts[CLOSING] = stock[column]
                    for row, amount in amounts.items():
                        cells[row, column] = cell_of(amount, form.unit, drawn)
                found[county, year, key] = cells
    return found


def cell_of(hundredths: int, unit: str, drawn: random.Random) -> Cell:
    """A cell with its trace, or a missing one."""
    if drawn.random() < MISSING_SHARE:
        return missing_cell(Missing.MISSING, NAME, unit, REASON)
    figure = Decimal(hundredths).scaleb(-2)
    trace = Trace(NAME, figure, unit, "as recorded", (TraceInput(NAME, figure, unit, "series"),))
    return Cell(figure, "return", trace, "B")


def ours(cells: dict[Key, dict[tuple[str, str], Cell]]) -> list[AccountSheet]:
    """Every account, the years of a county one after the other."""
    forms = national().accounts
    made: dict[Key, AccountSheet] = {}
    for (county, year, key), its in cells.items():
        previous = made.get((county, year - 1, key))
        made[county, year, key] = compile_account(
            key, forms[key], forms[key].columns, its, year=year, previous=previous, tolerance=Decimal("0.05")
        )
    return list(made.values())


def table(cells: dict[Key, dict[tuple[str, str], Cell]], *, exact: bool) -> Any:
    """The same cells as a table of pandas, with the sign of each row."""
    import pandas as pd

    signs = {"opening": 1, "add": 1, "reduce": -1, "closing": -1}
    rows = [
        (county, year, key, column, signs[national().accounts[key].rows[row].side], cell.number)
        for (county, year, key), its in cells.items()
        for (row, column), cell in its.items()
    ]
    frame = pd.DataFrame(rows, columns=["county", "year", "account", "column", "sign", "value"])
    if not exact:
        frame["value"] = pd.to_numeric(frame["value"].map(lambda v: np.nan if v is None else float(v)))
    return frame


def theirs(frame: Any, *, exact: bool) -> Any:
    """Computed closing less recorded closing by county, year, account and column; none where a value is missing."""
    keys = ["county", "year", "account", "column"]
    if exact:
        signed = [None if value is None else value * sign for value, sign in zip(frame["value"], frame["sign"], strict=True)]
        return frame.assign(signed=signed).groupby(keys, sort=False)["signed"].agg(
            lambda group: None if group.isna().any() else sum(group, Decimal(0))
        )
    return frame.assign(signed=frame["value"] * frame["sign"]).groupby(keys, sort=False)["signed"].agg(
        lambda group: group.sum(skipna=False)
    )


def quick(frame: Any) -> Any:
    """The quickest way of pandas: sums and counts without a function for each group."""
    keys = ["county", "year", "account", "column"]
    grouped = frame.assign(signed=frame["value"] * frame["sign"]).groupby(keys, sort=False)["signed"]
    sums, known, size = grouped.sum(), grouped.count(), grouped.size()
    return sums.where(known == size)


def timed(name: str, run: Any, times: int = 3) -> tuple[float, Any]:
    """The best of some runs."""
    best, result = float("inf"), None
    for _ in range(times):
        begun = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - begun)
    sys.stdout.write(f"{name:<44} {best:8.3f} s\n")
    return best, result


def main() -> None:
    """Measure, and see that both find the same residuals."""
    counties, years = (int(each) for each in (sys.argv[1:3] or (100, 9)))
    cells = generated(counties, years)
    count = sum(map(len, cells.values()))
    sys.stdout.write(f"{counties} counties x {years} years: {len(cells):,} accounts, {count:,} cells\n")
    own, sheets = timed("ecociv, decimals, kinds, reasons, traces", lambda: ours(cells))
    try:
        float_table, exact_table = table(cells, exact=False), table(cells, exact=True)
    except ImportError:
        sys.stdout.write("pandas is not installed: nothing to compare with\n")
        return
    fast, sums = timed("pandas, float64, sums and counts", lambda: quick(float_table))
    slow, _ = timed("pandas, float64, one function a group", lambda: theirs(float_table, exact=False), 1)
    exact, exact_sums = timed("pandas, decimals in object columns", lambda: theirs(exact_table, exact=True), 1)
    ends = {
        (county, year, key, column): gap
        for (county, year, key), sheet in zip(cells, sheets, strict=True)
        for column, gap in sheet.line("residual").items()
    }
    wrong = sum(
        1 for at, value in exact_sums.items() if (ends[at] is None) != (value is None) or (value is not None and -value != ends[at])
    )
    drift = max(abs(float(-ends[at]) - value) for at, value in sums.items() if ends[at] is not None)
    sys.stdout.write(
        f"ratio to pandas float64 {own / fast:.1f}, one function a group {own / slow:.2f}, decimals {own / exact:.2f}; "
        f"{wrong} residuals differ from the exact peer, float64 is off by up to {drift:.1e}\n"
        f"{count / own:,.0f} cells a second, {len(cells) / own:,.0f} accounts a second\n"
    )


if __name__ == "__main__":
    main()

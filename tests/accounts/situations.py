"""Cells and accounts made by hand, and the sample returns as the figures that accounts read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from ecociv.accounts.cells import Cell, missing_cell
from ecociv.accounts.declaration import load_accounts
from ecociv.accounts.forms import national
from ecociv.accounts.gather.figures import Figures
from ecociv.accounts.sheet import AccountSheet, compile_account
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.evidence.queries import Observation, series_key, year_bounds
from ecociv.evidence.returns.forms import load_forms
from ecociv.evidence.schema import Quality
from evidence.sample_zone import filed

ZONE = "jingdezhen"
Value = Decimal | int | str | Missing


def cell(value: Value, *, source: str = "return", sample: bool = False) -> Cell:
    """A cell with a figure, or with a kind of absence."""
    name = Text(zh="一格", en="a cell")
    if isinstance(value, Missing):
        return missing_cell(value, name, "hectare", Text(zh="原因", en=f"because {value.value}"))
    figure = Decimal(value)
    trace = Trace(name, figure, "hectare", "as recorded", (TraceInput(name, figure, "hectare", "x"),))
    return Cell(figure, source, trace, national().grades.grade(source), sample=sample)


def account(
    key: str,
    rows: Mapping[str, Mapping[str, Value]],
    *,
    year: int = 2016,
    previous: AccountSheet | None = None,
    tolerance: str = "0",
    boundary_changed: bool = False,
) -> AccountSheet:
    """An account of the columns that the rows name."""
    form = national().accounts[key]
    named = list(dict.fromkeys(column for amounts in rows.values() for column in amounts))
    columns = {column: form.columns.get(column, Text(zh=column, en=column)) for column in named}
    cells = {(row, column): cell(value) for row, amounts in rows.items() for column, value in amounts.items()}
    return compile_account(
        key, form, columns, cells, year=year, previous=previous, tolerance=Decimal(tolerance),
        boundary_changed=boundary_changed,
    )  # fmt: skip


def observation(
    key: str,
    year: int,
    value: float | None,
    *,
    missing: Missing | None = None,
    sample: bool = False,
    quality: Quality = Quality.GOOD,
    note: str | None = None,
) -> Observation:
    """One yearly figure as the store gives it."""
    start, end = year_bounds(year)
    return Observation(
        key, start, end, value, missing, None, None, quality, None, 1, datetime(2018, 1, 1, tzinfo=UTC),
        "0" * 64, 1, "batch", None, note, sample,
    )  # fmt: skip


def figures(*seen: Observation) -> Figures:
    """Figures that know only these observations."""
    known: dict[str, dict[int, Observation]] = {}
    for one in seen:
        known.setdefault(one.series, {})[one.day.year] = one
    return Figures(load_places(ZONE), {form.key: form for form in load_forms(ZONE)}, known)


@lru_cache(maxsize=1)
def sample_figures() -> Figures:
    """The generated returns of the sample zone, as the accounts read them."""
    returns, _ = filed()
    wanted = {source.return_ for *_, source in load_accounts(ZONE).sources() if source.return_}
    wanted |= {"water-use", "land"}
    seen = []
    for (form, place, year), told in returns.items():
        if form not in wanted:
            continue
        for name, value in told.values.items():
            key = series_key(form, place, name, sample=True)
            if isinstance(value, tuple):
                seen.append(observation(key, year, None, missing=value[0], sample=True, note=value[1]))
            else:
                seen.append(observation(key, year, float(value), sample=True))
    return figures(*seen)

"""What holds of every account, whatever is put into it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accounts.situations import account
from ecociv.accounts.audit.declaration import rules_on
from ecociv.accounts.audit.movements import movements
from ecociv.accounts.check import counties_add_up
from ecociv.accounts.forms import CLOSING, OPENING, national
from ecociv.accounts.pilot import check_pilot, filled
from ecociv.accounts.queries import BalanceSheet
from ecociv.accounts.seea import RESIDUAL_FLOW, asset_table
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.standards.natural_capital import Change, transitions_of_patches

KEYS = [key for key, form in national().accounts.items() if form.kind == "stock" and form.columns]
amounts = st.one_of(
    st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False), st.sampled_from(list(Missing))
)


@st.composite
def entries(draw: Any) -> tuple[str, dict[str, dict[str, Any]]]:
    key = draw(st.sampled_from(KEYS))
    form = national().accounts[key]
    columns = draw(st.lists(st.sampled_from(list(form.columns)), min_size=1, max_size=4, unique=True))
    changes = [row for row, its in form.rows.items() if its.side in ("add", "reduce")]
    rows = draw(st.lists(st.sampled_from(changes), unique=True))
    found = {row: {column: draw(amounts) for column in columns} for row in (OPENING, *rows, CLOSING)}
    return key, found


@given(entries())
def test_the_identity_holds_or_says_by_how_much_it_does_not(given_: tuple[str, Any]) -> None:
    key, rows = given_
    sheet = account(key, rows)
    assert sheet.balance is not None
    form = sheet.form
    for column in sheet.columns:
        if column in sheet.outside:
            assert rows[CLOSING][column] is Missing.NOT_APPLICABLE
            continue
        counted = [
            (1 if form.rows[row].side == "add" else -1, values[column])
            for row, values in rows.items()
            if form.rows[row].side in ("add", "reduce") and values[column] is not Missing.NOT_APPLICABLE
        ]
        parts = [rows[OPENING][column], *(value for _, value in counted)]
        computed, residual = sheet.balance.computed[column], sheet.balance.residual[column]
        if any(isinstance(part, Missing) for part in parts):
            assert computed is None and residual is None
            continue
        exact = parts[0] + sum((sign * value for sign, value in counted), Decimal(0))
        assert computed == exact
        recorded = rows[CLOSING][column]
        if isinstance(recorded, Missing):
            assert residual is None
        else:
            # Exactly: opening + additions - reductions + residual = closing.
            assert residual is not None and computed + residual == recorded
    if sheet.verdict.ok is True:
        assert all(gap is None or abs(gap) <= sheet.tolerance for gap in sheet.balance.residual.values())
        assert all(sheet.balance.residual[column] is not None for column in sheet.balance.items)


@given(entries())
def test_nothing_that_came_in_is_changed(given_: tuple[str, Any]) -> None:
    key, rows = given_
    sheet = account(key, rows)
    for row, values in rows.items():
        for column, value in values.items():
            kept = sheet.cells[row, column]
            assert kept.figure == value and isinstance(kept.figure, Missing) == isinstance(value, Missing)
    assert len(sheet.cells) == sum(len(values) for values in rows.values())


@given(entries())
def test_the_rows_of_the_framework_hold_the_same_changes(given_: tuple[str, Any]) -> None:
    key, rows = given_
    sheet = account(key, rows)
    table = {row.flow: row.amounts for row in asset_table(sheet)}
    for column in sheet.columns:
        if column in sheet.outside or sheet.balance.residual[column] is None:  # type: ignore[union-attr]
            continue
        end = table["opening"][column]
        for change in Change:
            amount = table.get(change, {}).get(column)
            if amount is not None:
                end += amount if change.adds else -amount
        assert end + table[RESIDUAL_FLOW][column] == table["closing"][column]


@given(entries())
def test_the_form_of_the_pilot_finds_the_same_residuals(given_: tuple[str, Any]) -> None:
    key, rows = given_
    sheet = account(key, rows)
    if not sheet.form.pilot:
        return
    checked = check_pilot(sheet)
    inside = filled(sheet)
    for column, gap in checked.residual.items():
        assert column not in sheet.outside
        assert gap == sheet.balance.residual[column]  # type: ignore[union-attr]
    assert all(column not in values for values in inside.values() for column in sheet.outside)


stocks = st.decimals(0, 10**7, places=2)


@st.composite
def years_of(draw: Any) -> list[dict[str, dict[str, Any]]]:
    """Closings and changes of some years, the opening sometimes stated and sometimes left to the closing before."""
    made = []
    for _ in range(draw(st.integers(2, 4))):
        rows = {row: {"planted": draw(stocks)} for row in ("growth", "planting", "felling", "disaster", CLOSING)}
        if draw(st.booleans()):
            rows[OPENING] = {"planted": draw(stocks)}
        made.append(rows)
    return made


@given(years_of())
def test_years_hang_together_or_the_break_is_told(given_: list[dict[str, dict[str, Any]]]) -> None:
    sheets: list[Any] = []
    for number, rows in enumerate(given_):
        stated = rows if number or OPENING in rows else rows | {OPENING: {"planted": Decimal(1)}}
        sheets.append(account("forest", stated, year=2012 + number, previous=sheets[-1] if sheets else None))
    for number, (before, now) in enumerate(pairwise(sheets), 1):
        closing, opening = before.figure(CLOSING, "planted"), now.figure(OPENING, "planted")
        if OPENING not in given_[number]:
            assert opening == closing and "discontinuous" not in now.verdict.codes
        else:
            assert ("discontinuous" in now.verdict.codes) is (opening != closing)
    # Over all years: first opening + every addition - every reduction + residuals + breaks = last closing, to the digit.
    total = sheets[0].figure(OPENING, "planted")
    for number, one in enumerate(sheets):
        if number:
            total += one.figure(OPENING, "planted") - sheets[number - 1].figure(CLOSING, "planted")
        total += one.line("additions")["planted"] - one.line("reductions")["planted"] + one.line("residual")["planted"]
    assert total == sheets[-1].figure(CLOSING, "planted")


@given(years_of())
def test_the_movements_of_a_term_lead_from_its_opening_to_its_closing(given_: list[dict[str, dict[str, Any]]]) -> None:
    sheets: list[Any] = []
    for number, rows in enumerate(given_):
        stated = rows if number or OPENING in rows else rows | {OPENING: {"planted": Decimal(1)}}
        sheets.append(account("forest", stated, year=2012 + number, previous=sheets[-1] if sheets else None))
    (one,) = movements(rules_on(date(2026, 1, 1)), sheets[0], sheets[1:], 2013)
    assert one.closes is True
    assert one.change == sum(one.causes.values(), Decimal(0)) + one.residual + one.breaks


@given(st.lists(st.lists(stocks, min_size=3, max_size=3), min_size=2, max_size=5), st.sampled_from(["0", "0.01", "-12.40"]))
def test_counties_add_up_to_the_city_or_the_cell_is_named(cells: list[list[Decimal]], off: str) -> None:
    rows = (OPENING, "growth", CLOSING)
    counties = [sheet_of({row: {"planted": value} for row, value in zip(rows, county, strict=True)}) for county in cells]
    sums = {row: sum((county[place] for county in cells), Decimal(0)) for place, row in enumerate(rows)}
    city = sheet_of({row: {"planted": value} for row, value in sums.items()})
    assert not list(counties_add_up(city, counties))
    wrong = dict(sums, **{CLOSING: sums[CLOSING] + 20 + Decimal(off)})
    found = list(counties_add_up(sheet_of({row: {"planted": value} for row, value in wrong.items()}), counties))
    assert [one.code for one in found] == ["counties"]
    said = found[0].text.en
    assert f" {20 + Decimal(off):f}" in said and said.endswith("less than the city")


def sheet_of(rows: dict[str, dict[str, Decimal]]) -> BalanceSheet:
    """A balance sheet of one account."""
    name = Text(zh="一地", en="an area")
    return BalanceSheet("zone", "area", name, 2016, None, (account("forest", rows),))


patches = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 10**7).map(lambda n: n / 100)
    ),
    min_size=1,
    max_size=30,
)


@given(patches, st.randoms(use_true_random=False))
def test_the_order_of_patches_is_irrelevant_and_the_matrix_closes(given_: Any, random: Any) -> None:
    turned = list(given_)
    random.shuffle(turned)
    one, other = (transitions_of_patches(*map(list, zip(*each, strict=True))) for each in (given_, turned))
    assert one.flows == other.flows
    assert sum(one.opening.values()) == sum(one.closing.values()) == one.value
    for name in one.classes:
        assert one.opening[name] + one.gained[name] - one.lost[name] == one.closing[name]

"""Values at declared prices, the rows of the SEEA central framework, and forms that say what is missing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.situations import account
from ecociv.accounts.money import DayPrice, day_price, worth_of
from ecociv.accounts.pilot import filled
from ecociv.accounts.seea import asset_table, monetary_rows
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.trace import Citation

PRICE = Citation("示例", verified=False)
ROWS = {
    "opening": {"natural": 1000, "planted": 500, "other": 10},
    "growth": {"natural": 60, "planted": 20, "other": 0},
    "planting": {"natural": 0, "planted": 10, "other": 0},
    "felling": {"natural": 25, "planted": 40, "other": Missing.WITHHELD},
    "closing": {"natural": 1030, "planted": 490, "other": 10},
}


@pytest.fixture
def timber() -> AccountSheet:
    return account("forest", ROWS)


def prices(account_key: str, column: str, day: dt.date) -> DayPrice | None:
    table = {("natural", 2015): 300, ("natural", 2016): 320, ("planted", 2016): 280}
    value = table.get((column, day.year))
    return None if value is None else DayPrice(Decimal(value), PRICE)


def test_value_closes_exactly_with_revaluation_and_residual(timber: AccountSheet) -> None:
    found = worth_of(timber, 2016, prices)
    assert found is not None and found.columns == ("natural",)
    # opening 1000 x 300; growth 60 x 310; felling 25 x 310; residual -5 x 310; revaluation 20 x (1000 + 1030) / 2
    assert found.account.opening["natural"] == 300_000
    assert found.account.changes["growth"]["natural"] == 18_600
    assert found.account.changes["extraction"]["natural"] == -7_750
    assert found.account.changes["unexplained"]["natural"] == -1_550
    assert found.account.revaluation["natural"] == 20_300
    # 300,000 + 18,600 - 7,750 - 1,550 + 20,300 = 329,600 = 1030 x 320
    assert found.account.closing["natural"] == 329_600
    assert not found.verified


def test_rows_in_yuan_close_to_the_fen_whatever_the_rounding() -> None:
    stock = account(
        "forest",
        {
            "opening": {"natural": 3},
            "growth": {"natural": 1},
            "felling": {"natural": 2},
            "closing": {"natural": "2.5"},
        },
    )
    price = {2015: Decimal("0.111"), 2016: Decimal("0.222")}
    found = worth_of(stock, 2016, lambda _a, _c, day: DayPrice(price[day.year], PRICE))
    assert found is not None
    rows = {row.flow: row.amounts["natural"] for row in monetary_rows(found)}
    # mean price 0.1665: growth 0.1665, felling 0.333, residual 0.5 x 0.1665 = 0.08325; 3 x 0.111 = 0.333, 2.5 x 0.222 = 0.555
    # rounded half to even: 0.33 + 0.17 - 0.33 + 0.08 + revaluation = 0.56, so that the revaluation (0.30525) is shown as 0.31
    assert rows == {
        "opening": Decimal("0.33"), "growth": Decimal("0.17"), "extraction": Decimal("0.33"),
        "unexplained": Decimal("0.08"), "revaluation": Decimal("0.31"), "closing": Decimal("0.56"),
    }  # fmt: skip


def test_no_price_of_another_year_stands_in(timber: AccountSheet) -> None:
    found = worth_of(timber, 2016, prices)
    assert found is not None
    assert found.without["planted"].en == "No price is in force on 2015-12-31"
    assert worth_of(timber, 2016, lambda *_: None) is None
    assert "planted" not in found.to_json()["closing"]


def test_a_price_is_converted_to_the_unit_of_the_account() -> None:
    assert day_price(Decimal("2.5"), "yuan / m3", "wan_m3", PRICE).value == 25_000


def test_causes_are_added_up_in_the_rows_of_the_framework(timber: AccountSheet) -> None:
    table = {row.flow: row for row in asset_table(timber)}
    assert table["growth"].causes == ("growth", "planting")
    assert table["growth"].amounts["planted"] == 30
    assert table["extraction"].amounts["other"] is None  # withheld stays out of the sum
    assert table["extraction"].absent == {"other": Missing.WITHHELD}  # and keeps its kind
    # 1000 + 60 - 25 = 1035, recorded 1030
    assert table["unexplained"].amounts["natural"] == -5


def test_a_line_that_follows_from_one_kind_of_absence_is_of_that_kind(timber: AccountSheet) -> None:
    assert [timber.absence(line, "other") for line in ("additions", "reductions", "computed", "residual")] == [
        Missing.MISSING, Missing.WITHHELD, Missing.WITHHELD, Missing.WITHHELD
    ]  # fmt: skip
    (residual,) = (row for row in asset_table(timber) if row.flow == "unexplained")
    assert residual.absent == {"other": Missing.WITHHELD}


def test_a_row_that_does_not_apply_to_a_column_says_so() -> None:
    sheet = account(
        "forest",
        {
            "opening": {"natural": 1, "planted": 1},
            "felling": {"natural": Missing.NOT_APPLICABLE, "planted": 0},
            "closing": {"natural": 1, "planted": 1},
        },
    )
    (felled,) = (row for row in asset_table(sheet) if row.flow == "extraction")
    assert felled.amounts == {"planted": 0} and felled.absent == {"natural": Missing.NOT_APPLICABLE}


def test_a_filled_form_leaves_out_what_does_not_apply() -> None:
    sheet = account(
        "forest",
        {
            "opening": {"natural": 1, "other": Missing.NOT_APPLICABLE},
            "growth": {"natural": Missing.PLANNED, "other": Missing.NOT_APPLICABLE},
            "closing": {"natural": 1, "other": Missing.NOT_APPLICABLE},
        },
    )
    assert filled(sheet) == {
        "opening": {"natural": Decimal(1)},
        "growth": {"natural": None},
        "closing": {"natural": Decimal(1)},
    }

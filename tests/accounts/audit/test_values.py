"""The position in yuan: volume and price add up exactly, constant prices know no price, what has none is in no sum."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from accounts.situations import account
from ecociv.accounts.audit.declaration import rules_on
from ecociv.accounts.audit.movements import Movement, movements
from ecociv.accounts.audit.values import effects, position_worth
from ecociv.accounts.money import DayPrice
from ecociv.core.missing import Missing
from ecociv.core.trace import Citation

D = Decimal
OPENS, CLOSES = dt.date(2014, 12, 31), dt.date(2016, 12, 31)
RULES = rules_on(dt.date(2026, 1, 1))
SOURCE = Citation("example", verified=False)


def forest(**columns: tuple[Any, Any]) -> tuple[Movement, ...]:
    """An account of timber from the end of 2014 to that of 2016."""
    start = account("forest", {"opening": {k: a for k, (a, _) in columns.items()}, "closing": {k: a for k, (a, _) in columns.items()}}, year=2014)  # fmt: skip
    last = account("forest", {"opening": {k: a for k, (a, _) in columns.items()}, "closing": {k: b for k, (_, b) in columns.items()}}, year=2015)  # fmt: skip
    return movements(RULES, start, [last], 2015)


def prices(table: dict[tuple[str, dt.date], str]) -> Any:
    return lambda _account, column, _unit, day: (
        DayPrice(D(table[column, day]), SOURCE) if (column, day) in table else None
    )


def test_volume_and_price_by_hand() -> None:
    # 100 m3 at 3 yuan became 90 at 4: 300 -> 360. At the price of the opening: 300 -> 270.
    # Volume: -10 x 3.5 = -35. Price: 1 x 95 = 95. -35 + 95 = 60 = 360 - 300.
    found = position_worth(
        forest(natural=(100, 90)),
        OPENS,
        CLOSES,
        OPENS,
        prices({("natural", OPENS): "3", ("natural", CLOSES): "4"}),
    )
    assert found is not None
    (one,) = found.columns
    assert (one.opening, one.closing, one.change, one.volume, one.price) == (
        D(300),
        D(360),
        D(60),
        D(-35),
        D(95),
    )
    assert (one.constant_opening, one.constant_closing, one.constant_change) == (D(300), D(270), D(-30))
    assert not found.verified and one.citations == (SOURCE,)


def test_what_has_no_price_has_no_value_and_is_in_no_sum() -> None:
    moved = forest(natural=(100, 90), planted=(50, 60), other=(10, Missing.MISSING))
    table = {
        ("natural", OPENS): "3",
        ("natural", CLOSES): "4",
        ("planted", OPENS): "2",
        ("other", OPENS): "1",
        ("other", CLOSES): "1",
    }
    found = position_worth(moved, OPENS, CLOSES, CLOSES, prices(table))
    assert found is not None and [one.column for one in found.columns] == ["natural"]
    why = {one.column: one.reason.en for one in found.without}
    # Never the price of the opening for the closing, and nothing for a stock that is missing.
    assert why == {"planted": "No price is in force on 2016-12-31", "other": "The stock is missing"}
    assert found.total("closing") == D(360) and found.total("constant_closing") == D(360) == found.total(
        "closing"
    )
    assert position_worth(moved, OPENS, CLOSES, OPENS, prices({})) is None


def test_constant_prices_are_left_open_where_the_base_day_has_none() -> None:
    table = {("natural", OPENS): "3", ("natural", CLOSES): "4"}
    found = position_worth(forest(natural=(100, 90)), OPENS, CLOSES, dt.date(2015, 12, 31), prices(table))
    assert (
        found is not None
        and found.columns[0].constant_change is None
        and found.total("constant_opening") is None
    )
    assert found.total("change") == D(60)


numbers = st.decimals(0, 10**9, places=6, allow_nan=False, allow_infinity=False)


@given(q=st.tuples(numbers, numbers), p=st.tuples(numbers, numbers))
def test_the_two_effects_are_the_whole_change_exactly(
    q: tuple[Decimal, Decimal], p: tuple[Decimal, Decimal]
) -> None:
    volume, price = effects(q, p)
    # In fractions, which know no rounding: not one digit is lost, whatever the size.
    assert Fraction(volume) + Fraction(price) == Fraction(q[1]) * Fraction(p[1]) - Fraction(q[0]) * Fraction(
        p[0]
    )
    assert p[0] != p[1] or price == 0
    assert q[0] != q[1] or volume == 0


stocks = st.decimals(1, 10**7, places=2)


@given(
    natural=st.tuples(stocks, stocks), planted=st.tuples(stocks, stocks), p=st.tuples(*[st.decimals(0, 10**4, places=3)] * 4),
    base=st.sampled_from([OPENS, CLOSES]),
)  # fmt: skip
def test_sums_are_those_of_the_columns_and_constant_prices_show_volume_only(
    natural: Any, planted: Any, p: Any, base: dt.date
) -> None:
    table = dict(
        zip(
            [(column, day) for column in ("natural", "planted") for day in (OPENS, CLOSES)],
            map(str, p),
            strict=True,
        )
    )
    found = position_worth(forest(natural=natural, planted=planted), OPENS, CLOSES, base, prices(table))
    assert found is not None
    for name in ("opening", "closing", "volume", "price", "constant_opening", "constant_closing"):
        assert found.total(name) == sum((getattr(one, name) for one in found.columns), D(0))
    total = {name: found.total(name) for name in ("opening", "closing", "change", "volume", "price")}
    assert total["change"] == total["closing"] - total["opening"] == total["volume"] + total["price"]  # type: ignore[operator]
    for one, (before, after) in zip(found.columns, (natural, planted), strict=True):
        assert one.constant_change == (after - before) * one.base_price  # type: ignore[operator]

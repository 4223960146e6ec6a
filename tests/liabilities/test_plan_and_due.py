"""Plans of payment, and what a mine has to secure: pure rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import OutsideValidity
from ecociv.liabilities.damage.plan import Instalment, PlanRefused, checked, states
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.deposits.due import Mine, called, restoration

MARCH, JUNE = dt.date(2018, 3, 1), dt.date(2018, 6, 1)
PLAN = (Instalment(MARCH, 6000), Instalment(JUNE, 4000))


@pytest.mark.parametrize(
    ("day", "paid", "found"),
    [
        (MARCH, 0, ["due", "due"]),
        (MARCH + dt.timedelta(1), 0, ["overdue", "due"]),
        (MARCH + dt.timedelta(1), 5999, ["overdue", "due"]),
        (MARCH + dt.timedelta(1), 6000, ["paid", "due"]),
        (JUNE, 9999, ["paid", "due"]),
        (JUNE + dt.timedelta(1), 9999, ["paid", "overdue"]),
        (JUNE + dt.timedelta(1), 10000, ["paid", "paid"]),
    ],
)
def test_an_instalment_is_late_from_the_day_after(day: dt.date, paid: int, found: list[str]) -> None:
    assert [one.state for one in states(PLAN, paid, day)] == found


def test_a_plan_adds_up_and_begins_after_signing() -> None:
    assert checked(reversed(PLAN), 10000, MARCH) == PLAN
    with pytest.raises(PlanRefused, match=r"100\.00 yuan, not to 100\.01"):
        checked(PLAN, 10001, MARCH)
    with pytest.raises(PlanRefused, match="day of signing"):
        checked(PLAN, 10000, MARCH + dt.timedelta(1))
    with pytest.raises(PlanRefused, match="above zero"):
        checked([Instalment(MARCH, 0)], 0, MARCH)
    with pytest.raises(PlanRefused, match="at least one"):
        checked([], 0, MARCH)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**9)), min_size=1, max_size=8),
    st.integers(0, 10**10),
    st.integers(0, 500),
)
def test_what_is_paid_is_neither_lost_nor_counted_twice(
    given_plan: list[tuple[int, int]], paid: int, day: int
) -> None:
    plan = [Instalment(MARCH + dt.timedelta(days), fen) for days, fen in given_plan]
    found = states(plan, paid, MARCH + dt.timedelta(day))
    whole = sum(one.fen for one in plan)
    assert sum(one.paid for one in found) == min(paid, whole)
    assert sum(one.left for one in found) == max(0, whole - paid)
    # The earliest is paid first: after one that is not paid in full nothing is paid.
    open_from = next((n for n, one in enumerate(found) if one.left), len(found))
    assert all(one.paid == 0 for one in found[open_from + 1 :])
    assert all((one.late > 0) == (one.state == "overdue") for one in found)


MINE = Mine("C1", Decimal(40000), "open-pit", "kaolin", dt.date(2016, 1, 1), dt.date(2025, 12, 31))
COSTS = declared("jingdezhen").restoration


def test_the_cost_is_area_times_rate_times_factor() -> None:
    # 40,000 m2 x 12 yuan x 1.2 = 576,000 yuan.
    assert restoration(MINE, COSTS, dt.date(2017, 1, 1)).value == Decimal("576000.00")
    with pytest.raises(OutsideValidity):
        restoration(MINE, COSTS, dt.date(2009, 4, 30))


def test_the_deposit_is_called_at_once_and_the_fund_over_the_term() -> None:
    def fen(day: dt.date) -> object:
        return called(MINE, COSTS, day).value

    assert fen(dt.date(2015, 12, 31)) == 0
    assert fen(dt.date(2016, 1, 1)) == Decimal("576000.00")
    assert fen(dt.date(2017, 10, 31)) == Decimal("576000.00")
    # 2016-01-01 to 2017-11-01 are 366 + 305 = 671 days of 3,653: 576,000 x 671 / 3653 = 105,802.3542...
    assert fen(dt.date(2017, 11, 1)) == Decimal("105802.35")
    assert fen(dt.date(2025, 12, 31)) == Decimal("576000.00")
    assert fen(dt.date(2030, 1, 1)) == Decimal("576000.00")


@given(st.integers(0, 4000))
def test_what_is_called_for_the_fund_never_falls(days: int) -> None:
    day = dt.date(2017, 11, 1) + dt.timedelta(days)
    one, next_ = called(MINE, COSTS, day).value, called(MINE, COSTS, day + dt.timedelta(1)).value
    assert isinstance(one, Decimal) and isinstance(next_, Decimal)
    assert one <= next_ <= Decimal("576000.00")

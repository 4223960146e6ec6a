"""The pure rules: performance and payment, forest carbon, procurement, credit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.green_economy.credit import Facts, Loan, quarter_end, record_check, totals
from ecociv.green_economy.declaration import PaymentRule, rules
from ecociv.green_economy.forest_carbon import Plan, next_survey, removals
from ecociv.green_economy.performance import attained, payment
from ecociv.green_economy.procurement import Purchase, by_body, by_year, green_share
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.forest import stand_carbon
from green_economy.situations import plot, promise, used

BANDED, STRICT = rules().payment_rule("banded"), rules().payment_rule("strict")
CARBON = rules().carbon_discount


# -- performance ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "pay"),
    [
        (95, 100),  # just what was promised
        (94, 95),  # 1 point short: up to 2
        (93, 95),
        (92, 80),  # 3 points: up to 5
        (90, 80),
        (89, 50),
        (85, 50),  # 10 points
        (84, 0),
    ],
)
def test_each_band_from_both_sides(met: int, pay: int) -> None:
    found = attained(promise(), used([50.0] * met + [50.1] * (100 - met)), 100, BANDED, "2016-05")
    assert (found.attained, found.pay) == (Decimal(met), Decimal(pay))
    assert ("below-promise" in [one.code for one in found.reasons]) == (met < 95)


def test_the_share_is_compared_exactly_and_not_as_rounded() -> None:
    # 18,999 of 20,000 is 94.995, which is shown as 95.00 (half to even: 94.995 -> 95.00)
    found = attained(promise(), used([1.0] * 18_999 + [99.0] * 1_001), 20_000, BANDED, "2016-05")
    assert found.attained == Decimal("95.00")
    assert found.pay == Decimal(95)


def test_few_missing_periods_are_left_out_many_count_as_not_met() -> None:
    few = attained(promise(), used([1.0] * 90 + [None] * 10), 100, BANDED, "2016-05")
    assert (few.usable, few.attained, few.pay) == (90, Decimal(100), Decimal(100))
    # 11 of 100 missing, more than 10 %: 89 of 100 met
    many = attained(promise(), used([1.0] * 89), 100, BANDED, "2016-05")
    assert (many.attained, many.pay) == (Decimal(89), Decimal(50))
    assert [one.code for one in many.reasons] == ["too-many-missing", "below-promise"]


def test_nothing_measured_is_not_zero() -> None:
    found = attained(promise(), used([None, None]), 720, BANDED, "2016-05")
    assert (found.attained, found.pay) == (None, None)
    due = payment(Decimal(100), [found], BANDED, "2016-05")
    assert due.amount is Missing.MISSING
    assert due.verdict.ok is None
    assert due.verdict.codes == ("no-readings",)


def test_at_least_is_the_other_way_round() -> None:
    found = attained(promise(at_most=False, limit=Decimal(6)), used([6.0, 5.9]), 2, BANDED, "2016-05")
    assert (found.met, [str(one.value) for one in found.breaches]) == (1, ["5.9"])


def test_promises_count_by_their_weight() -> None:
    full = attained(promise(weight=Decimal(3)), used([1.0] * 100), 100, BANDED, "2016-05")
    short = attained(promise(key="2"), used([1.0] * 90 + [99.0] * 10), 100, BANDED, "2016-05")
    due = payment(Decimal("100000.01"), [full, short], BANDED, "2016-05")
    # (3 x 100 + 1 x 80) / 4 = 95 % of 100,000.01 = 95,000.0095
    assert due.amount == Decimal("95000.01")
    assert due.verdict.ok is False
    assert due.trace.value == due.amount


def test_strict_pays_all_or_nothing() -> None:
    short = attained(promise(), used([1.0] * 94 + [99.0] * 6), 100, STRICT, "2016-05")
    assert payment(Decimal(100), [short], STRICT, "2016-05").amount == 0


def test_more_readings_than_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="3 readings in 2 periods"):
        attained(promise(), used([1.0] * 3), 2, BANDED, "2016-05")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([1.0, 99.0, None]), min_size=1, max_size=80), st.integers(0, 100))
def test_a_better_month_is_never_paid_less(values: list[float | None], share: int) -> None:
    asked = promise(share=Decimal(share))

    def paid(given: list[float | None]) -> Decimal:
        found = attained(asked, used(given), 80, BANDED, "2016-05")
        return Decimal(-1) if found.pay is None else found.pay

    for at, value in enumerate(values):
        if value == 99.0:
            better = [*values[:at], 1.0, *values[at + 1 :]]
            assert paid(better) >= paid(values)


def test_bands_out_of_order_are_refused() -> None:
    said = {
        "key": "x",
        "missing_most": "5",
        "bands": [{"shortfall": "5", "pay": "100"}, {"shortfall": "2", "pay": "50"}],
        "citation": {"zh": "一", "en": "one"},
    }
    with pytest.raises(ValueError, match="larger shortfall"):
        PaymentRule.model_validate(said)


# -- forest carbon -------------------------------------------------------------------------------------------------

PLAN = Plan(Decimal(100), Decimal("0.5"), Decimal(10), 3, 5)


def test_net_removals_of_a_project() -> None:
    surveys = [plot(str(n), 2015, 20) for n in range(3)] + [plot(str(n), 2020, 40) for n in range(3)]
    found = removals(PLAN, surveys, (2015, 2020), CARBON)
    per_m3 = stand_carbon(1.0, "杉木").value
    # every plot grows by 20 m3/hm2, so nothing is uncertain; 100 hm2
    assert found.change == pytest.approx(100 * 20 * per_m3)
    assert found.uncertainty == 0
    # 2015-10-01 to 2020-10-01: 1827 days, 5.002 years; baseline 0.5 x 100 x 5.002 = 250.103; leakage 10 %
    assert found.baseline == Decimal("250.103")
    net = found.change * 0.9 - 250.103
    assert found.tonnes == int(net)
    assert found.verdict.ok
    assert next_survey(PLAN, dt.date(2015, 1, 1), surveys) == 2025


def test_uncertainty_is_taken_off_by_band() -> None:
    before = [plot(str(n), 2015, 20) for n in range(3)]
    after = [plot(str(n), 2020, volume) for n, volume in enumerate((38, 40, 42))]
    found = removals(PLAN, [*before, *after], (2015, 2020), CARBON)
    # growth 18, 20, 22: mean 20, s = 2, s/sqrt(3) = 1.1547; t(0.95; 2) = 2.91999: 3.3717 / 20 = 16.86 % -> 6 % off
    assert found.uncertainty == Decimal("16.86")
    assert float(found.deducted) == pytest.approx(found.change * 0.06, abs=1e-3)
    assert found.verdict.ok


def test_too_uncertain_asks_for_more_plots() -> None:
    before = [plot(str(n), 2015, 20) for n in range(3)]
    after = [plot(str(n), 2020, volume) for n, volume in enumerate((25, 40, 55))]
    found = removals(PLAN, [*before, *after], (2015, 2020), CARBON)
    assert (found.tonnes, found.verdict.codes) == (None, ("too-uncertain",))


@pytest.mark.parametrize(
    ("lost", "volumes", "plan", "code"),
    [
        (1, (40, 40), PLAN, "plots-not-resurveyed"),
        (0, (40, 40, 40), Plan(Decimal(100), Decimal(0), Decimal(0), 4, 5), "fewer-plots-than-planned"),
        (0, (40, 40, 40), Plan(Decimal(120), Decimal(0), Decimal(0), 3, 5), "strata-do-not-add-up"),
        (0, (15, 15, 15), PLAN, "stock-fell"),
        (0, (40, 40, 40), Plan(Decimal(100), Decimal(30), Decimal(0), 3, 5), "no-net-removals"),
    ],
)
def test_what_keeps_removals_from_being_asked_for(
    lost: int, volumes: tuple[float, ...], plan: Plan, code: str
) -> None:
    before = [plot(str(n), 2015, 20) for n in range(len(volumes) + lost)]
    after = [plot(str(n), 2020, volume) for n, volume in enumerate(volumes)]
    found = removals(plan, [*before, *after], (2015, 2020), CARBON)
    assert found.tonnes is None
    assert code in found.verdict.codes


def test_surveys_that_are_not_there_or_there_twice() -> None:
    surveys = [plot("1", 2015, 20), plot("2", 2015, 20)]
    with pytest.raises(MeasurementError, match="years with one: 2015"):
        removals(PLAN, surveys, (2015, 2020), CARBON)
    with pytest.raises(MeasurementError, match="surveyed twice in 2015"):
        removals(PLAN, [*surveys, plot("1", 2015, 21), plot("1", 2020, 30)], (2015, 2020), CARBON)


# -- procurement and credit ----------------------------------------------------------------------------------------


def bought(amount: str, green: bool, body: str = "财政局", day: str = "2016-03-01") -> Purchase:
    return Purchase(
        "CG1",
        "纸",
        body,
        dt.date.fromisoformat(day),
        "paper",
        Decimal(amount),
        "P" if green else "",
        green,
        "",
        True,
    )


def test_the_share_is_by_amount_and_not_by_number() -> None:
    found = green_share(
        Text(zh="市", en="city"), [bought("900", True), bought("50", False), bought("50", False)]
    )
    assert found.share == Decimal("90.0")
    assert [leaf.source_id for leaf in found.trace.leaves()].count("register:green-purchase/CG1") == 4
    assert green_share(Text(zh="市", en="city"), []).share is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.booleans(), st.sampled_from("甲乙丙"), st.integers(2014, 2016))
    )
)
def test_groups_add_up(rows: list[tuple[int, bool, str, int]]) -> None:
    found = [bought(str(amount), green, body, f"{year}-05-01") for amount, green, body, year in rows]
    whole = green_share(Text(zh="市", en="city"), found)
    for groups in (by_year(found).values(), by_body(found).values()):
        parts = [green_share(Text(zh="组", en="group"), group) for group in groups]
        assert sum((part.total for part in parts), Decimal(0)) == whole.total
        assert sum((part.green for part in parts), Decimal(0)) == whole.green


def test_balances_at_the_end_of_a_quarter() -> None:
    names = {"pollution": Text(zh="治污", en="pollution"), "forestry": Text(zh="林业", en="forestry")}

    def loan(key: str, balance: int, paid: str, state: str = "performing", is_open: bool = True) -> Loan:
        return Loan(
            key,
            "用途",
            "行",
            "企业",
            "pollution",
            Decimal(100),
            Decimal(balance),
            dt.date.fromisoformat(paid),
            state,
            is_open,
            False,
        )

    found = totals(
        [
            loan("1", 80, "2016-02-01"),
            loan("2", 50, "2016-12-31", "non-performing"),
            loan("3", 70, "2016-11-01", "repaid", is_open=False),
        ],
        quarter_end(2016, 4),
        names,
    )
    first, second = found
    assert (first.loans, first.balance, first.non_performing) == (2, Decimal(130), Decimal(50))
    assert first.lent == 200  # loans 2 and 3 were paid out in the quarter, one of them repaid since
    assert (second.loans, second.balance) == (0, Decimal(0))
    assert sum(leaf.value for leaf in first.trace.leaves()) == first.balance  # type: ignore[misc]


def test_the_record_of_a_borrower() -> None:
    assert record_check(Facts("", False, [], [])).ok is None
    assert record_check(Facts("注销", False, [("P", "revoked")], [])).codes == (
        "not-operating",
        "permit-revoked",
    )

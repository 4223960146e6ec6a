"""Tiered prices: volumes, ratios, bills to the fen, the effect on revenue."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.trace import Trace
from ecociv.standards import MeasurementError
from ecociv.standards import water_resources as resources
from ecociv.standards.water_resources import Tariff

THREE_TIERS = Tariff((15, 22), (2, 3, 6))
FEN = st.integers(0, 10_000).map(lambda hundredths: hundredths / 100)


def test_the_golden_bill():
    # 15 x 2 + 7 x 3 + 4 x 6 = 30 + 21 + 24 = 75.00
    bill = resources.tier_bill(26, THREE_TIERS)
    assert bill.value == Decimal("75.00")
    assert isinstance(bill.value, Decimal)
    assert (bill.volumes.tolist(), bill.top_tier) == ([15, 7, 4], 3)
    text = bill.explain("en")
    assert "Amount due = 75.00 yuan" in text
    assert "Tier 2 = 21 yuan" in text
    assert "应缴金额" in bill.explain()
    assert Trace.from_json(bill.trace().to_json()) == bill.trace()


@pytest.mark.parametrize(
    ("use", "amount", "tier"),
    [(0, "0.00", 1), (15, "30.00", 1), (15.01, "30.03", 2), (22, "51.00", 2), (22.01, "51.06", 3)],
)
def test_both_sides_of_each_tier(use, amount, tier):
    bill = resources.tier_bill(use, THREE_TIERS)
    assert (bill.value, bill.top_tier) == (Decimal(amount), tier)


def test_money_is_exact_to_the_fen():
    # 0.29 yuan x 100: 28.999... in binary fractions
    assert resources.tier_bill(100, Tariff((), (0.29,))).value == Decimal("29.00")
    assert resources.tier_bill([100.0], Tariff((), (0.29,))).value.tolist() == [29.0]
    # 10.5 x 2.73 = 28.665: half goes to the even fen
    assert resources.tier_bill(Decimal("10.5"), Tariff((), (2.73,))).value == Decimal("28.66")
    assert resources.tier_bill([10.5], Tariff((), (2.73,))).value.tolist() == [28.66]


def test_large_households_get_more():
    tariff = Tariff((15, 22), (2, 3, 6), extra_per_person=3, base_persons=5)
    # 7 persons: bounds 21 and 28; 26 = 21 x 2 + 5 x 3 = 57
    assert resources.tier_bill(26, tariff, persons=7).value == Decimal("57.00")
    bills = resources.tier_bill([26, 26, 26], tariff, persons=[4, 5, 7])
    assert bills.value.tolist() == [75.0, 75.0, 57.0]
    assert tariff.bounds_for(None) == tariff.bounds
    different = Tariff((15, 22), (2, 3, 6), extra_per_person=(3, 4), base_persons=5)
    assert different.bounds_for(6) == (18, 26)
    with pytest.raises(MeasurementError, match="whole numbers from 1 on"):
        resources.tier_bill([26], tariff, persons=[0])


def test_missing_and_impossible_uses():
    bills = resources.tier_bill([np.nan, 26], THREE_TIERS)
    assert np.isnan(bills.value[0])
    assert bills.top_tier.tolist() == [0, 3]
    assert bills.validity.enough.tolist() == [False, True]
    assert np.isnan(resources.tier_bill(np.nan, THREE_TIERS).value)
    with pytest.raises(MeasurementError, match="use is -1 m3"):
        resources.tier_bill([-1.0], THREE_TIERS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((15, 22), (2, 3)), "3 tiers, but 2 prices"),
        (((22, 15), (2, 3, 6)), "must rise"),
        (((0, 15), (2, 3, 6)), "must rise"),
        (((15, 22), (2, 1, 6)), "must not fall"),
        (((15, 22), (2, 3, 6), (1, 2, 3)), "extra_per_person"),
    ],
)
def test_tariffs_that_cannot_be(arguments, message):
    with pytest.raises(MeasurementError, match=message):
        Tariff(*arguments)


@given(FEN, FEN)
@settings(deadline=None, max_examples=60)
def test_more_use_never_costs_less_and_arrays_agree_with_single_bills(first, second):
    low, high = sorted((first, second))
    cheap, dear = resources.tier_bill(low, THREE_TIERS), resources.tier_bill(high, THREE_TIERS)
    assert cheap.value <= dear.value
    both = resources.tier_bill([low, high], THREE_TIERS)
    assert both.value.tolist() == [float(cheap.value), float(dear.value)]
    assert both.volumes.sum(axis=-1).tolist() == pytest.approx([low, high])


def test_a_change_of_tariff_within_the_period():
    new = Tariff((15, 22), (3, 4.5, 9))
    # 75.00 x 10/30 + 112.50 x 20/30 = 25 + 75 = 100
    assert resources.bill_across_change(26, THREE_TIERS, new, days_before=10, days=30) == Decimal("100.00")
    assert resources.bill_across_change(26, THREE_TIERS, new, days_before=30, days=30) == Decimal("75.00")
    assert resources.bill_across_change(26, THREE_TIERS, new, days_before=0, days=30) == Decimal("112.50")
    with pytest.raises(MeasurementError, match="within the period"):
        resources.bill_across_change(26, THREE_TIERS, new, days_before=31, days=30)
    with pytest.raises(MeasurementError, match="cannot be negative"):
        resources.bill_across_change(-1, THREE_TIERS, new, days_before=1, days=30)


def test_tiers_cover_80_and_95_percent_of_the_households():
    # 20 households: the 16th covers 80 %, the 19th 95 %
    assert resources.tier_bounds(np.arange(1.0, 21.0)) == (16.0, 19.0)
    # 1 household of 100 m3 among 99 of 10 m3
    assert resources.tier_bounds([10, 100], weights=[99, 1]) == (10.0, 10.0)
    assert resources.tier_bounds([10, 100], weights=[90, 10]) == (10.0, 100.0)
    assert resources.tier_bounds([10, np.nan, 12], utility="gas") == (12.0, 12.0)


def test_weighted_quantiles():
    assert resources.weighted_quantile([1, 2, 3, 4], [25, 25.1, 50, 100]).tolist() == [1, 2, 2, 4]
    repeated = resources.weighted_quantile([5, 5, 5, 9], [75, 76])
    assert (
        repeated.tolist() == resources.weighted_quantile([5, 9], [75, 76], weights=[3, 1]).tolist() == [5, 9]
    )
    assert resources.weighted_quantile([1, 3], [50], method="linear").tolist() == [2.0]
    assert np.isnan(resources.weighted_quantile([np.nan], [80])).all()
    with pytest.raises(MeasurementError, match="between 0 and 100"):
        resources.weighted_quantile([1], [101])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30), st.floats(0, 100))
@settings(deadline=None)
def test_a_covering_quantile_covers(values, share):
    (bound,) = resources.weighted_quantile(values, [share])
    covered = np.mean(np.asarray(values) <= bound) * 100
    assert covered >= share - 1e-9
    smaller = [value for value in values if value < bound]
    if smaller:
        assert np.mean(np.asarray(values) <= max(smaller)) * 100 < share + 1e-9


def test_ratios_of_water_are_least_ratios():
    assert resources.check_tariff(THREE_TIERS).ok is True  # exactly 1 : 1.5 : 3
    assert resources.check_tariff(Tariff((15, 22), (2, 3.2, 7))).ok is True
    low = resources.check_tariff(Tariff((15, 22), (2, 2.99, 6)))
    assert (low.ok, low.codes) == (False, ("ratio-too-low",))
    two = resources.check_tariff(Tariff((15,), (2, 3)))
    assert two.codes == ("too-few-tiers",)
    five = resources.check_tariff(Tariff((15, 22, 30, 40), (2, 3, 6, 8, 10)))
    assert five.ok is True


def test_ratios_of_gas_are_rough():
    assert resources.check_tariff(Tariff((30, 45), (2.5, 3.0, 3.75)), utility="gas").ok is True
    rough = resources.check_tariff(Tariff((30, 45), (2.5, 3.1, 3.75)), utility="gas")
    assert (rough.ok, rough.codes) == (None, ("ratio-differs",))


def test_volumes_that_do_not_cover_the_households():
    uses = np.arange(1.0, 21.0)
    assert resources.check_tariff(Tariff((16, 19), (2, 3, 6)), consumption=uses).ok is True
    short = resources.check_tariff(Tariff((15.9, 19), (2, 3, 6)), consumption=uses)
    assert (short.ok, short.codes) == (False, ("covers-too-few",))
    assert "80 % of the households" in short.reasons[0].text.en


def test_effect_on_revenue():
    # before: (10 x 800 + 18 x 150 + 30 x 50) x 2.2 = 12,200 x 2.2 = 26,840
    # after: 20 x 800 + (30 + 9) x 150 + (30 + 21 + 48) x 50 = 16,000 + 5,850 + 4,950 = 26,800
    effect = resources.revenue_effect([10, 18, 30], THREE_TIERS, Tariff((), (2.2,)), weights=[800, 150, 50])
    assert (effect.revenue_before, effect.revenue_after) == (Decimal("26840.00"), Decimal("26800.00"))
    assert effect.value == Decimal("-40.00")
    assert effect.share_of_households == (80.0, 15.0, 5.0)
    # volume by tier: 15 x 200 + 8,000 = 11,000 ; 3 x 150 + 7 x 50 = 800 ; 8 x 50 = 400 of 12,200
    assert effect.share_of_volume == pytest.approx((11000 / 122, 800 / 122, 400 / 122))
    assert effect.mean_price_after == pytest.approx(26800 / 12200)
    # 18 m3: 39.00 against 39.60; only the 50 households with 30 m3 pay more
    assert effect.share_paying_more == 5.0
    assert "Change of revenue = -40.00 yuan" in effect.explain("en")
    assert "调价" in effect.explain()
    with pytest.raises(MeasurementError, match="No household"):
        resources.revenue_effect([np.nan], THREE_TIERS, THREE_TIERS)


def test_a_million_households_add_up():
    rng = np.random.default_rng(7)
    uses = np.round(rng.gamma(4, 3, 1_000_000), 1)
    effect = resources.revenue_effect(uses, THREE_TIERS, THREE_TIERS)
    assert effect.value == 0
    fen = np.rint(resources.tier_bill(uses, THREE_TIERS).value * 100).astype(np.int64).sum()
    assert effect.revenue_after == Decimal(int(fen)) / 100

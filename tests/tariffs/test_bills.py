"""Bills: the published example, every border from both sides, and what must hold for any tariff."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.periods import OutsideValidity
from ecociv.core.trace import Trace
from ecociv.standards.water_resources import Tariff as StandardTariff
from ecociv.standards.water_resources import tier_bill
from ecociv.tariffs.bills import UseRefused, charge, tier_volumes
from ecociv.tariffs.schedule import UNITS_A_FEN, Schedule, schedule_of, shared
from ecociv.tariffs.statement import Bill, BillRefused, Household, Reading, bills_of
from tariffs.situations import CHANGE, CITED, day, tariff, version

EXEMPTION = {"key": "poor", "name": CITED, "free_per_month": "5"}


def one_month(litres: int, given: Any = None, household: Household | None = None, leaked: int = 0) -> Bill:
    reading = Reading(day("2016-03-01"), day("2016-03-31"), litres, leaked)
    return bills_of(given or tariff(), household or Household(), [reading])[0]


def test_the_published_example() -> None:
    bill = one_month(26_000)
    # 15 x 2 + 7 x 3 + 4 x 6 = 30 + 21 + 24
    assert bill.amount == Decimal("75.00")
    assert [part.units for part in bill.segments[0].tiers] == [30 * 10**7, 21 * 10**7, 24 * 10**7]


@pytest.mark.parametrize(
    ("litres", "fen"),
    [
        (0, 0),
        (1, 0),  # 0.2 fen
        (14_999, 3000),  # 29.998 yuan
        (15_000, 3000),
        (15_001, 3000),  # 30.003
        (22_000, 5100),
        (22_001, 5101),  # 51.006
        (26_000, 7500),
    ],
)
def test_borders_from_both_sides(litres: int, fen: int) -> None:
    assert one_month(litres).fen == fen
    assert charge(schedule_of(version()), np.array([litres])).fen.tolist() == [fen]


def test_half_a_fen_goes_to_the_even_one() -> None:
    # 2.5 litres cannot be; 25 litres at 2 yuan/m3 are 5 fen, at 0.2 yuan 0.5 fen -> 0, 75 litres 1.5 -> 2
    cheap = version((), ("0.2",))
    assert charge(schedule_of(cheap), np.array([25, 75, 76])).fen.tolist() == [0, 2, 2]


def test_a_large_household_has_larger_tiers() -> None:
    large = tariff(version(extra="3"))
    # 6 persons, 2 above 4: tiers 21 and 28; 26 m3 = 21 x 2 + 5 x 3 = 57
    assert one_month(26_000, large, Household(6)).amount == Decimal("57.00")
    assert one_month(26_000, large, Household(4)).amount == Decimal("75.00")


def test_a_free_volume_still_counts_towards_the_tiers() -> None:
    sewage = {"key": "sewage", "name": CITED, "price": "1", "exempt": ["poor"]}
    fee = {"key": "fee", "name": CITED, "price": "0.1"}
    poor = tariff(version(exemptions=(EXEMPTION,), surcharges=(sewage, fee)))
    bill = one_month(26_000, poor, Household(3, "poor"))
    # tiers 75 - 5 x 2 = 65; sewage (26 - 5) x 1 = 21; fee 26 x 0.1 = 2.60
    assert bill.amount == Decimal("88.60")
    # all of it free but the fee: 4 x 0.1
    assert one_month(4_000, poor, Household(3, "poor")).amount == Decimal("0.40")
    assert one_month(26_000, poor).amount == Decimal("103.60")  # 75 + 26 + 2.60


def test_a_leak_is_half_waived_and_does_not_reach_the_upper_tiers() -> None:
    leak = {"waived_share": "0.5", "price_tier": 1, "citation": CITED}
    bill = one_month(26_000, tariff(version(leak=leak)), leaked=12_000)
    # 14 m3 in tier 1 = 28; of 12 leaked 6 are waived, 6 x 2 = 12
    assert bill.amount == Decimal("40.00")
    with pytest.raises(BillRefused, match="no rule for leaks"):
        one_month(26_000, leaked=1)


def test_a_change_of_tariff_within_the_month() -> None:
    before = version(until="2016-04-10")
    after = version(prices=("3", "4.5", "9"), since="2016-04-11")
    reading = Reading(day("2016-04-01"), day("2016-04-30"), 26_000)
    bill = bills_of(tariff(before, after), Household(), [reading])[0]
    # 10 of 30 days: 8.666 m3 against tiers of 5.000 and 7.333: 5 x 2 + 2.333 x 3 + 1.333 x 6 = 24.997
    # 20 days: 17.334 m3, tiers 10.000 and 14.667: 10 x 3 + 4.667 x 4.5 + 2.667 x 9 = 75.0045; together 100.0015
    assert [segment.litres for segment in bill.segments] == [8_666, 17_334]
    assert bill.amount == Decimal("100.00")


def test_use_carried_into_the_new_tariff() -> None:
    carried = {"tiers": "carried", "citation": CITED}
    before = version(until="2016-04-10", change=carried)
    after = version(prices=("3", "4.5", "9"), since="2016-04-11", change=carried)
    reading = Reading(day("2016-04-01"), day("2016-04-30"), 26_000)
    bill = bills_of(tariff(before, after), Household(), [reading])[0]
    # 8.666 x 2 = 17.332; then from 8.666 on: 6.334 x 3 + 7 x 4.5 + 4 x 9 = 19.002 + 31.5 + 36
    assert bill.amount == Decimal("103.83")


def test_the_year_begins_again() -> None:
    yearly = tariff(version(("180", "264"), accumulation="year"))
    readings = [
        Reading(day("2016-01-01"), day("2016-12-30"), 300_000),
        Reading(day("2016-12-31"), day("2016-12-31"), 1_000),
        Reading(day("2017-01-01"), day("2017-01-31"), 1_000),
    ]
    amounts = [bill.amount for bill in bills_of(yearly, Household(), readings)]
    # 180 x 2 + 84 x 3 + 36 x 6 = 828; the last day of the year still in tier 3; the new year in tier 1
    assert amounts == [Decimal("828.00"), Decimal("6.00"), Decimal("2.00")]


def test_a_reading_over_new_year_is_divided_by_days() -> None:
    yearly = tariff(version(("180", "264"), accumulation="year"))
    bill = bills_of(yearly, Household(), [Reading(day("2016-12-30"), day("2017-01-01"), 1_000)])[0]
    assert [(one.first.isoformat(), one.litres) for one in bill.segments] == [
        # of 666.67 and 333.33 the litre that is left goes where a litre has the most days: 2/667 against 1/334
        ("2016-12-30", 667),
        ("2017-01-01", 333),
    ]
    assert any("divided by days" in note.en for note in bill.trace().notes)


def test_a_trace_adds_up_to_the_bill() -> None:
    trace = one_month(26_000).trace()
    segment = trace.inputs[0]
    assert isinstance(segment, Trace)
    parts = [part for part in segment.inputs if isinstance(part, Trace)]
    assert [part.label.en for part in parts] == ["Tier 1", "Tier 2", "Tier 3"]
    assert sum(part.value for part in parts) == trace.value == Decimal("75.00")  # type: ignore[misc, arg-type]
    assert trace.sample
    assert Trace.from_json(trace.to_json()) == trace


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ([Reading(day("2016-03-31"), day("2016-03-01"), 1)], "has -29 days"),
        ([Reading(day("2016-03-01"), day("2016-03-31"), -1)], "cannot stand"),
        ([Reading(day("2016-03-01"), day("2016-03-31"), 1, 2)], "no more leaked than used"),
        (
            [
                Reading(day("2016-03-01"), day("2016-03-31"), 1),
                Reading(day("2016-03-31"), day("2016-04-30"), 1),
            ],
            "without overlap",
        ),
    ],
)
def test_readings_that_cannot_be(readings: list[Reading], words: str) -> None:
    with pytest.raises(BillRefused, match=words) as refused:
        bills_of(tariff(), Household(), readings)
    assert refused.value.text.zh


def test_a_day_without_a_tariff_is_an_error() -> None:
    with pytest.raises(OutsideValidity, match="not on 2015-12-31"):
        bills_of(tariff(), Household(), [Reading(day("2015-12-31"), day("2016-01-02"), 5)])


def test_unknown_exemption_and_impossible_household() -> None:
    with pytest.raises(BillRefused, match="no exemption 'rich'"):
        one_month(1, household=Household(3, "rich"))
    with pytest.raises(BillRefused, match="0 persons"):
        one_month(1, household=Household(0))


def test_arrays_that_cannot_be_billed() -> None:
    schedule = schedule_of(version(extra="3"))
    with pytest.raises(UseRefused, match="outside"):
        charge(schedule, np.array([-1]))
    with pytest.raises(UseRefused, match="whole litres"):
        charge(schedule, np.array([1.5]))  # type: ignore[arg-type]
    with pytest.raises(UseRefused, match="1 to 100 persons"):
        charge(schedule, np.array([1]), np.array([0], dtype=np.int16))


# -- what holds for any tariff ------------------------------------------------------------------------------------


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    tiers = draw(st.integers(1, 5))
    borders = sorted(draw(st.sets(st.integers(1, 400_000), min_size=tiers - 1, max_size=tiers - 1)))
    rates = sorted(draw(st.lists(st.integers(0, 200_000), min_size=tiers, max_size=tiers)))
    extras = sorted(draw(st.lists(st.integers(0, 60_000), min_size=tiers - 1, max_size=tiers - 1)))
    surcharges = (("sewage", draw(st.integers(0, 30_000))), ("fee", draw(st.integers(0, 30_000))))
    free = draw(st.integers(0, 90_000))
    return Schedule(
        tuple(borders),
        tuple(rates),
        tuple(extras),
        draw(st.integers(1, 6)),
        1,
        surcharges,
        {"poor": free},
        {"sewage": frozenset({"poor"}), "fee": frozenset()},
    )


uses = st.lists(st.integers(0, 10**6), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(schedules(), uses, st.integers(1, 9), st.booleans())
def test_more_use_never_costs_less_and_borders_do_not_jump(
    schedule: Schedule, litres: list[int], persons: int, poor: bool
) -> None:
    borders = schedule.borders_for(persons)
    points = np.array(
        sorted({*litres, *(b + d for b in borders for d in (-1, 0, 1) if b + d >= 0)}), dtype=np.int64
    )
    people = np.full(points.size, persons, dtype=np.int16)
    code = np.full(points.size, int(poor), dtype=np.int8)
    made = charge(schedule, points, people, code, ("poor",))
    assert (np.diff(made.fen) >= 0).all()
    units = made.tier_units + made.surcharge_units
    # one litre more costs at most the dearest rate and the surcharges: no jump at any border
    dearest = schedule.rates[-1] + sum(rate for _key, rate in schedule.surcharges)
    assert (np.diff(units) <= np.diff(points) * dearest).all()


@settings(max_examples=60, deadline=None)
@given(schedules(), uses, st.integers(1, 9))
def test_tiers_add_up_to_the_use(schedule: Schedule, litres: list[int], persons: int) -> None:
    use = np.array(litres, dtype=np.int64)
    volumes = tier_volumes(schedule, use, np.full(use.size, persons, dtype=np.int16))
    assert (volumes >= 0).all()
    assert (volumes.sum(axis=0) == use).all()


bounds = st.lists(st.integers(1, 300), min_size=2, max_size=2, unique=True).map(sorted)
prices = st.lists(st.integers(0, 999), min_size=3, max_size=3).map(sorted)


@settings(max_examples=60, deadline=None)
@given(bounds, prices, st.integers(0, 600_000), st.integers(1, 9), st.booleans())
def test_one_household_and_many_are_billed_alike(
    ends: list[int], fen: list[int], litres: int, persons: int, poor: bool
) -> None:
    given_version = version(
        [str(one) for one in ends],
        [str(Decimal(one) / 100) for one in fen],
        extra="4",
        exemptions=(EXEMPTION,),
        surcharges=({"key": "fee", "name": CITED, "price": "0.35", "exempt": ["poor"]},),
    )
    alone = one_month(litres, tariff(given_version), Household(persons, "poor" if poor else ""))
    many = charge(
        schedule_of(given_version),
        np.array([litres]),
        np.array([persons], dtype=np.int16),
        np.array([int(poor)], dtype=np.int8),
        ("poor",),
    )
    assert alone.fen == many.fen[0]
    assert sum(part.litres for part in alone.segments[0].tiers) == litres


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 90_000), min_size=1, max_size=8),
    st.sampled_from(["month", "quarter", "year"]),
    st.booleans(),
)
def test_dividing_a_period_changes_nothing_but_rounding(
    parts: list[int], accumulation: str, carried: bool
) -> None:
    change = {**CHANGE, "tiers": "carried" if carried else "prorated"}
    given_tariff = tariff(version(accumulation=accumulation, change=change, exemptions=(EXEMPTION,)))
    first = day("2016-01-01")
    readings = [
        Reading(first + dt.timedelta(days=3 * at), first + dt.timedelta(days=3 * at + 2), litres)
        for at, litres in enumerate(parts)
    ]
    whole = Reading(first, readings[-1].last, sum(parts))
    household = Household(3, "poor")
    divided = bills_of(given_tariff, household, readings)
    together = bills_of(given_tariff, household, [whole])[0]
    exact = sum(segment.units for bill in divided for segment in bill.segments)
    assert exact == sum(segment.units for segment in together.segments)
    # each bill is rounded by at most half a fen
    assert abs(sum(bill.fen for bill in divided) - together.fen) <= (len(parts) + 1) / 2


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=9), st.integers(0, 3000), st.integers(0, 40))
def test_a_division_by_days_loses_nothing_and_only_grows(days: list[int], litres: int, more: int) -> None:
    parts, larger = shared(litres, days), shared(litres + more, days)
    assert sum(parts) == litres and sum(larger) == litres + more
    assert all(litres * each // sum(days) <= part <= after for each, part, after in zip(days, parts, larger, strict=True))


CHANGING = [
    version(until="2016-03-10", accumulation="year", bounds=("180", "264"), extra="30", exemptions=(EXEMPTION,),
            leak={"waived_share": "0.5", "price_tier": 1, "citation": CITED}),
    version(prices=("1", "4.5", "9"), since="2016-03-11", extra="3", exemptions=(EXEMPTION,),
            surcharges=({"key": "fee", "name": CITED, "price": "0.35", "exempt": ["poor"]},),
            leak={"waived_share": "0.25", "price_tier": 2, "citation": CITED}),
]  # fmt: skip
a_household = st.builds(Household, st.integers(1, 9), st.sampled_from(["", "poor"]))


@settings(max_examples=60, deadline=None)
@given(a_household, st.integers(0, 90), st.integers(0, 120), st.integers(0, 300_000), st.integers(0, 50), st.booleans())
def test_more_use_never_lowers_a_bill_over_months_and_a_change_of_tariff(
    household: Household, start: int, length: int, litres: int, more: int, carried: bool
) -> None:
    change = {**CHANGE, "tiers": "carried" if carried else "prorated"}
    given_tariff = tariff(*(one.model_copy(update={"change": type(one.change).model_validate(change)}) for one in CHANGING))
    first = day("2016-01-01") + dt.timedelta(days=start)
    low, high = (
        bills_of(given_tariff, household, [Reading(first, first + dt.timedelta(days=length), use)])[0]
        for use in (litres, litres + more)
    )
    assert low.fen <= high.fen
    assert sum(segment.units for segment in low.segments) <= sum(segment.units for segment in high.segments)


@settings(max_examples=60, deadline=None)
@given(a_household, st.integers(0, 90), st.integers(1, 120), st.integers(0, 300_000), st.data())
def test_a_period_split_at_a_change_of_tariff_adds_up_to_the_whole(
    household: Household, start: int, length: int, litres: int, data: st.DataObject
) -> None:
    given_tariff, first = tariff(*CHANGING), day("2016-01-01") + dt.timedelta(days=start)
    leaked = data.draw(st.integers(0, litres))
    whole = bills_of(given_tariff, household, [Reading(first, first + dt.timedelta(days=length), litres, leaked)])[0]
    assert sum(one.litres for one in whole.segments) == litres and sum(one.leaked for one in whole.segments) == leaked
    assert all(0 <= one.leaked <= one.litres for one in whole.segments)
    readings = [Reading(one.first, one.last, one.litres, one.leaked) for one in whole.segments]
    parts = bills_of(given_tariff, household, readings)
    exact = sum(segment.units for segment in whole.segments)
    assert sum(segment.units for bill in parts for segment in bill.segments) == exact
    # nothing is lost but the rounding of each bill, once, by half a fen at most
    assert abs(whole.fen * UNITS_A_FEN - exact) * 2 <= UNITS_A_FEN
    assert abs(sum(bill.fen for bill in parts) - whole.fen) * 2 <= len(parts) + 1
    tiers = sum(part.litres for segment in whole.segments for part in segment.tiers)
    assert tiers + leaked == litres


def test_how_far_it_is_to_the_next_tier() -> None:
    bill = one_month(20_000)
    assert bill.segments[0].to_next_tier == (2_000, 3)
    # 15 x 2 + 5 x 3 = 45.00 yuan for 20 m3
    assert bill.mean_price == Decimal("2.25")
    assert one_month(22_000).segments[0].to_next_tier is None and one_month(0).mean_price is None


@settings(max_examples=40, deadline=None)
@given(bounds, prices, st.integers(0, 600_000))
def test_the_standards_library_agrees(ends: list[int], fen: list[int], litres: int) -> None:
    rates = [Decimal(one) / 100 for one in fen]
    alone = one_month(litres, tariff(version([str(one) for one in ends], [str(one) for one in rates])))
    assert alone.amount == tier_bill(Decimal(litres) / 1000, StandardTariff(ends, rates)).value

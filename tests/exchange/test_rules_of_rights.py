"""What the law allows with rights: each rule from both sides of its limit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.evidence.declared import zone_folder
from ecociv.exchange.instruments import Instrument, instrument
from ecociv.exchange.registry import (
    Kind,
    Registry,
    Series,
    State,
    deposit,
    freeze,
    issue,
    open_account,
    pledge,
    reserve,
    transfer,
)
from ecociv.exchange.registry.rules import (
    AllocationRefused,
    Applicant,
    Assessment,
    Output,
    Party,
    allocate,
    buy_back,
    coverage,
    expired_on,
    expiry_movement,
    idle_verdict,
    last_day,
    may_convert,
    may_pass,
    plan_banking,
    plan_borrowing,
    plan_replacement,
    plan_surrender,
    reclaim_movement,
)

ZONE = zone_folder("jingdezhen")
DAY = dt.date(2017, 6, 1)
PAPER = {"document": "paper", "at": 0}


def on(key: str, year: int = 2017) -> Instrument:
    """An instrument in the middle of a year."""
    return instrument(key, ZONE, dt.date(year, 6, 1))


@pytest.fixture
def registry() -> Registry:
    """Open accounts, nothing held."""
    made = Registry()
    for number, account in enumerate(("plant", "kiln", "reserve-discharge", "reserve-carbon"), 1):
        made.apply(open_account(number, account, **PAPER))
    return made


# ------------------------------------------------------------------------------------------------ allocation


def test_quota_is_output_times_benchmark_times_corrections() -> None:
    """1,000,000 MWh x 0.8177 t/MWh x 1.02 x 0.95 = 792,351.3; 200,000 GJ x 0.1105 = 22,100; together 814,451.3."""
    plant = Applicant(
        "plant",
        outputs=(
            Output("electricity", Decimal(1_000_000), Decimal("0.8177"), (Decimal("1.02"), Decimal("0.95"))),
            Output("heat", Decimal(200_000), Decimal("0.1105")),
        ),
    )
    assert plant.wanted == Fraction("814451.3")
    round = allocate([plant], 1_000_000)
    assert round.part("plant").units == 814_451  # the third of a unit is nobody's
    assert round.reserve == 1_000_000 - 814_451
    assert round.trace("plant").value == 814_451


def test_a_cap_below_the_sum_cuts_all_in_proportion_and_adds_up() -> None:
    """Wanted 7 + 7 + 7 = 21 of 20: 6.67 each, 6 whole ones each, the two left over go to the first by name."""
    round = allocate([Applicant("c", 7), Applicant("a", 7), Applicant("b", 7)], 20)
    assert {part.account: part.units for part in round.parts} == {"a": 7, "b": 7, "c": 6}
    assert round.reserve == 0 and round.scale == Fraction(20, 21)


def test_the_smaller_of_permit_and_quota_holds() -> None:
    outputs = (Output("glaze", Decimal(100), Decimal("1.5")),)
    assert Applicant("a", 149, outputs).wanted == 149
    assert Applicant("a", 151, outputs).wanted == 150


def test_the_paid_part_is_whole_and_adds_up() -> None:
    """30 % of 101, 102 and 103 is 30.3 + 30.6 + 30.9 = 91.8: 91 units are paid for."""
    share = Fraction(3, 10)
    round = allocate(
        [Applicant(name, units, paid=share) for name, units in (("a", 101), ("b", 102), ("c", 103))], 306
    )
    assert [part.paid for part in round.parts] == [30, 30, 31]
    assert [part.free for part in round.parts] == [71, 72, 72]


@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.fractions(0, 1, max_denominator=20)), min_size=1, max_size=12
    ),
    st.integers(0, 50_000),
)
def test_allocation_always_adds_up_to_the_cap(wanted: list[tuple[int, Fraction]], cap: int) -> None:
    round = allocate([Applicant(str(n), units, paid=paid) for n, (units, paid) in enumerate(wanted)], cap)
    assert sum(part.units for part in round.parts) + round.reserve == cap
    assert all(0 <= part.paid <= part.units <= part.wanted + 1 for part in round.parts)
    assert sum(part.units for part in round.parts) == min(cap, sum(units for units, _ in wanted))


def test_allocation_happens_in_the_registry(registry: Registry) -> None:
    series = Series("so2", 2016, "jingdezhen")
    round = allocate([Applicant("plant", 600, paid=Fraction(1, 3)), Applicant("kiln", 300)], 1000)
    registry.apply(round.movement(10, series, "reserve-discharge", **PAPER))
    assert registry.holding("plant", "so2") == 400
    assert registry.holding("kiln", "so2") == 300
    assert registry.holding("reserve-discharge", "so2") == 300  # 200 to be paid for, 100 without a ground
    assert registry.issued("so2") == 1000 and registry.verify() == []


@pytest.mark.parametrize(
    "applicants",
    [
        [Applicant("a", 1), Applicant("a", 2)],
        [Applicant("a")],
        [Applicant("a", -1)],
        [Applicant("a", 1, paid=Fraction(3, 2))],
        [Applicant("a", outputs=(Output("x", Decimal(-1), Decimal(1)),))],
    ],
)
def test_an_impossible_allocation_is_refused_with_the_name(applicants: list[Applicant]) -> None:
    with pytest.raises(AllocationRefused, match="'a'"):
        allocate(applicants, 10)


# ------------------------------------------------------------------------------------------------ passing on


COD = Series("cod", 2016, "changjiang-river")
SO2 = Series("so2", 2016, "jingdezhen")


@pytest.mark.parametrize(
    ("giver", "taker", "codes"),
    [
        (Party("plant", "power", "jingdezhen"), Party("other", "power", "jingdezhen"), ()),
        (Party("plant", "power", "jingdezhen"), Party("kiln", "ceramics", "jingdezhen"), ("sector",)),
        (Party("kiln", "ceramics", "jingdezhen"), Party("plant", "power", "jingdezhen"), ("sector",)),
        (Party("kiln", "ceramics", "jingdezhen"), Party("glass", "glass", "jingdezhen"), ()),
        (Party("kiln", "", "jingdezhen"), Party("glass", "glass", "jingdezhen"), ("sector-unknown",)),
        (Party("plant", "power", "jingdezhen"), Party("reserve-discharge"), ()),
        (Party("kiln", "ceramics"), Party("glass", "glass"), ("region-unknown",)),
        (Party("kiln", "ceramics"), Party("glass", "glass", "nanchang"), ("region",)),
    ],
)
def test_who_may_trade_air_with_whom(giver: Party, taker: Party, codes: tuple[str, ...]) -> None:
    verdict = may_pass(on("so2"), SO2, 10, giver, taker, DAY)
    assert verdict.codes == codes
    assert verdict.ok is (None if any("unknown" in code for code in codes) else not codes)


def test_water_rights_stay_in_their_basin_and_in_their_lots() -> None:
    series = Series("water-right", 2017, "changjiang-river")
    here, there = Party("a", "x", "changjiang-river"), Party("b", "x", "lean-river")
    assert may_pass(on("water-right"), series, 100, here, here, DAY).ok
    assert may_pass(on("water-right"), series, 100, here, there, DAY).codes == ("region",)
    assert may_pass(on("water-right"), series, 150, here, here, DAY).codes == ("lot",)


def test_a_mining_right_passes_as_a_whole() -> None:
    series = Series("mining-right", 2016, "yongshan-mine")
    mine = Party("a", "mining", "yongshan-mine")
    assert may_pass(on("mining-right"), series, 3, mine, mine, DAY, held=3).ok
    assert may_pass(on("mining-right"), series, 2, mine, mine, DAY, held=3).codes == ("whole",)


def test_validity_ends_with_the_fifth_year() -> None:
    """Vintage 2016, five years: 2016, 2017, 2018, 2019, 2020."""
    assert last_day(SO2, on("so2")) == dt.date(2020, 12, 31)
    one, other = Party("a", "x", "jingdezhen"), Party("b", "y", "jingdezhen")
    assert may_pass(on("so2"), SO2, 1, one, other, dt.date(2020, 12, 31)).ok
    assert may_pass(on("so2"), SO2, 1, one, other, dt.date(2021, 1, 1)).codes == ("expired",)


@pytest.mark.parametrize(
    ("source", "target", "codes"),
    [
        (
            Series("cod", 2016, "changjiang-river"),
            Series("so2", 2016, "jingdezhen"),
            ("conversion-instrument",),
        ),
        (
            Series("cod", 2016, "changjiang-river"),
            Series("nh3-n", 2016, "changjiang-river"),
            ("conversion-instrument",),
        ),
        (Series("cod", 2016, "changjiang-river"), Series("cod", 2016, "lean-river"), ("conversion-region",)),
        (Series("cod", 2016, "changjiang-river"), Series("cod", 2017, "changjiang-river"), ()),
    ],
)
def test_rights_to_different_things_and_basins_are_not_exchanged(
    source: Series, target: Series, codes: tuple[str, ...]
) -> None:
    assert may_convert(on(source.instrument), source, target).codes == codes


# ------------------------------------------------------------------------------------------------ surrender


def holding_allowances(registry: Registry) -> None:
    """Plant: 300 of 2021, 400 of 2022, 1000 of 2023; credits 2020: 100."""
    for number, (series, quantity) in enumerate(
        (
            (Series("cea", 2022), 400),
            (Series("cea", 2021), 300),
            (Series("cea", 2023), 1000),
            (Series("ccer", 2020), 100),
        ),
        10,
    ):
        registry.apply(issue(number, series, "plant", quantity, **PAPER))


def test_the_oldest_go_first_and_later_vintages_do_not_count(registry: Registry) -> None:
    holding_allowances(registry)
    plan = plan_surrender(registry, on("cea", 2023), "plant", [Assessment(2022, 600)])
    assert plan.parts == ((Series("cea", 2021), 300), (Series("cea", 2022), 300))
    assert plan.verdict.ok and plan.shortfall == 0
    short = plan_surrender(registry, on("cea", 2023), "plant", [Assessment(2022, 701)])
    assert short.shortfall == 1 and short.verdict.codes == ("shortfall",)


def test_offsets_count_up_to_five_percent(registry: Registry) -> None:
    """5 % of 620 is 31."""
    holding_allowances(registry)
    cea = on("cea", 2023)
    plan = plan_surrender(registry, cea, "plant", [Assessment(2022, 620)], credits=31)
    assert plan.parts[0] == (Series("ccer", 2020), 31) and plan.verdict.ok and plan.units == 620
    over = plan_surrender(registry, cea, "plant", [Assessment(2022, 620)], credits=32)
    assert over.verdict.codes == ("credits-limit",) and over.credits_used == 31
    # 5 % of 639 is 31.95: 31, rounded down, never up
    assert plan_surrender(registry, cea, "plant", [Assessment(2022, 639)], credits=32).credits_used == 31
    assert plan_surrender(registry, cea, "plant", [Assessment(2022, 640)], credits=32).credits_used == 32


def test_reserved_pledged_and_frozen_units_are_not_surrendered(registry: Registry) -> None:
    holding_allowances(registry)
    old = Series("cea", 2021)
    registry.apply(reserve(20, old, 100, "plant", "order 1", **PAPER))
    registry.apply(pledge(21, old, 100, "plant", "bank", **PAPER))
    registry.apply(freeze(22, old, 60, "plant", "court", **PAPER))
    plan = plan_surrender(registry, on("cea", 2023), "plant", [Assessment(2021, 300)])
    assert plan.parts == ((old, 40),) and plan.shortfall == 260


def test_a_restatement_counts_nothing_twice(registry: Registry) -> None:
    """600 surrendered of 2022 (30 of them credits); restated to 700: 100 more are due, not 700; restated to 500: 5 % is
    25, so 5 of the 30 credits count no longer: 570 + 25 = 595 count, 95 too many."""
    holding_allowances(registry)
    cea = on("cea", 2023)
    first = [Assessment(2022, 600)]
    registry.apply(plan_surrender(registry, cea, "plant", first, credits=30).movement(20, **PAPER))
    assert plan_surrender(registry, cea, "plant", first).units == 0
    up = plan_surrender(registry, cea, "plant", [*first, Assessment(2022, 700, 2)])
    assert (up.position.own, up.position.credits, up.position.due, up.units) == (570, 30, 100, 100)
    down = plan_surrender(
        registry, cea, "plant", [*first, Assessment(2022, 700, 2), Assessment(2022, 500, 3)]
    )
    assert (down.position.credits_counted, down.position.due, down.position.surplus) == (25, 0, 95)
    assert down.verdict.ok and down.verdict.codes == ("surplus",) and down.parts == ()


def test_units_surrendered_for_one_year_do_not_count_for_another(registry: Registry) -> None:
    holding_allowances(registry)
    cea = on("cea", 2023)
    registry.apply(plan_surrender(registry, cea, "plant", [Assessment(2021, 300)]).movement(20, **PAPER))
    plan = plan_surrender(registry, cea, "plant", [Assessment(2022, 300)])
    assert plan.position.counted == 0 and plan.parts == ((Series("cea", 2022), 300),)


def test_a_water_right_serves_its_own_year(registry: Registry) -> None:
    for number, year in enumerate((2016, 2017, 2018), 10):
        registry.apply(issue(number, Series("water-right", year, "lean-river"), "plant", 500, **PAPER))
    plan = plan_surrender(registry, on("water-right"), "plant", [Assessment(2017, 600)])
    assert plan.parts == ((Series("water-right", 2017, "lean-river"), 500),) and plan.shortfall == 100


def test_discharge_rights_are_compared_not_surrendered(registry: Registry) -> None:
    registry.apply(issue(10, SO2, "plant", 500, **PAPER))
    registry.apply(reserve(11, SO2, 100, "plant", "order", **PAPER))
    so2 = on("so2")
    assert plan_surrender(registry, so2, "plant", [Assessment(2017, 1)]).verdict.codes == ("not-surrendered",)
    assert coverage(registry, so2, "plant", 2017, "jingdezhen", 400).verdict.ok
    assert coverage(registry, so2, "plant", 2017, "jingdezhen", 401).verdict.codes == ("uncovered",)
    assert coverage(registry, so2, "plant", 2021, "jingdezhen", 1).held == 0  # valid until the end of 2020
    missing = coverage(registry, so2, "plant", 2017, "jingdezhen", Missing.MISSING)
    assert missing.verdict.ok is None and missing.verdict.codes == ("discharge-missing",)


# ------------------------------------------------------------------------------------------------ banking, borrowing


def test_banking_is_limited_by_a_base_and_what_was_sold_net() -> None:
    """10,000 + 4,001 x 3/2 = 16,001.5, of which 16,001 whole ones."""
    now, later = Series("cea", 2024), Series("cea", 2025)
    cea = on("cea", 2025)
    assert plan_banking(cea, "plant", now, later, 16_001, net_sold=4001).verdict.ok
    assert plan_banking(cea, "plant", now, later, 16_002, net_sold=4001).verdict.codes == ("banking-limit",)
    assert plan_banking(cea, "plant", now, later, 10_000, net_sold=-500).verdict.ok
    assert plan_banking(cea, "plant", now, later, 10_000, net_sold=0, banked_before=1).limit == 9_999
    assert plan_banking(cea, "plant", later, now, 1, net_sold=0).verdict.codes == ("banking-target",)
    assert (
        plan_banking(on("cea", 2023), "plant", now, later, 1, net_sold=0).verdict.codes[0] == "banking-none"
    )


def test_borrowing_begins_at_a_gap_of_a_tenth_and_goes_up_to_half_of_it() -> None:
    now = Series("cea", 2022)
    cea = on("cea", 2023)
    # gap 100 of 1000 is 10 %: 50 may be borrowed
    assert plan_borrowing(cea, "plant", now, 50, required=1000, held=900).verdict.ok
    assert plan_borrowing(cea, "plant", now, 51, required=1000, held=900).verdict.codes == (
        "borrowing-limit",
    )
    assert plan_borrowing(cea, "plant", now, 50, required=1000, held=900, owed=1).limit == 49
    small = plan_borrowing(cea, "plant", now, 1, required=1000, held=901)
    assert small.verdict.codes == ("borrowing-gap", "borrowing-limit")
    assert plan_borrowing(cea, "plant", now, 1, required=1000, held=900).later == Series("cea", 2023)
    assert (
        plan_borrowing(on("cea", 2025), "plant", now, 1, required=9, held=0).verdict.codes[0]
        == "borrowing-none"
    )


def test_banked_units_exist_once(registry: Registry) -> None:
    holding_allowances(registry)
    plan = plan_banking(on("cea", 2025), "plant", Series("cea", 2023), Series("cea", 2025), 700, net_sold=0)
    registry.apply(plan.movement(20, **PAPER))
    assert registry.holding("plant", "cea", 2023) == 300
    assert registry.holding("plant", "cea", 2025) == 700
    assert registry.outstanding("cea") == 1700 and registry.verify() == []


# ------------------------------------------------------------------------------------------------ replacement, lifetime


@pytest.mark.parametrize(("met", "given"), [(True, 100), (False, 200)])
def test_where_last_year_missed_the_standard_twice_as_much_is_given_up(
    registry: Registry, met: bool, given: int
) -> None:
    registry.apply(issue(10, SO2, "plant", 250, **PAPER))
    target = Series("so2", 2017, "jingdezhen")
    plan = plan_replacement(on("so2"), "plant", SO2, target, 100, quality_met=met, held=250)
    assert plan.verdict.ok and plan.given == given
    registry.apply(plan.movement(11, **PAPER))
    assert registry.holding("plant", "so2", 2016) == 250 - given
    assert registry.holding("plant", "so2", 2017) == 100
    assert registry.holding("plant", "so2", state=State.CANCELLED) == given
    assert registry.verify() == []


def test_replacement_needs_to_know_the_quality_and_stays_with_its_pollutant() -> None:
    target = Series("so2", 2017, "jingdezhen")
    so2 = on("so2")
    assert plan_replacement(so2, "plant", SO2, target, 1, quality_met=None, held=9).verdict.ok is None
    held = plan_replacement(so2, "plant", SO2, target, 100, quality_met=False, held=199)
    assert held.verdict.codes == ("replacement-held",)
    other = plan_replacement(
        so2, "plant", Series("nox", 2016, "jingdezhen"), target, 1, quality_met=True, held=9
    )
    assert other.verdict.codes == ("replacement-series",)


def test_all_live_units_of_a_series_expire_together(registry: Registry) -> None:
    registry.apply(issue(10, SO2, "plant", 500, **PAPER))
    registry.apply(transfer(11, SO2, 100, "plant", "kiln", **PAPER))
    registry.apply(pledge(12, SO2, 50, "plant", "bank", **PAPER))
    so2 = on("so2")
    assert expired_on(registry, so2, dt.date(2020, 12, 31)) == []
    assert expired_on(registry, so2, dt.date(2021, 1, 1)) == [SO2]
    registry.apply(expiry_movement(13, registry, SO2, **PAPER))
    assert registry.outstanding("so2") == 0
    assert registry.holding("plant", "so2", state=State.EXPIRED) == 400
    assert expired_on(registry, so2, dt.date(2021, 1, 1)) == [] and registry.verify() == []


def test_idle_rights_are_reclaimed_after_five_years(registry: Registry) -> None:
    used = dt.date(2016, 2, 29)
    so2 = on("so2")
    assert idle_verdict(so2, used, dt.date(2021, 2, 28)).codes == ("idle-not-yet",)
    assert idle_verdict(so2, used, dt.date(2021, 3, 1)).ok
    assert idle_verdict(so2, None, dt.date(2030, 1, 1)).ok is None
    assert idle_verdict(on("cea", 2023), used, dt.date(2030, 1, 1)).codes == ("idle-none",)
    registry.apply(issue(10, SO2, "plant", 500, **PAPER))
    registry.apply(reclaim_movement(11, so2, SO2, 500, "plant", **PAPER))
    assert registry.holding("reserve-discharge", "so2") == 500


def test_the_reserve_buys_back_for_price_times_quantity_times_years(registry: Registry) -> None:
    """96,000 kg x 0.389 yuan (38.9 fen, so 39 fen here) x 5 years = 18,720,000 fen."""
    registry.apply(issue(10, SO2, "plant", 96_000, **PAPER))
    registry.apply(deposit(11, "reserve-discharge", 20_000_000, **PAPER))
    movement = buy_back(12, on("so2"), SO2, 96_000, "plant", 39, **PAPER)
    assert movement.kind is Kind.BUY_BACK
    registry.apply(movement)
    assert registry.cash("plant") == 18_720_000
    assert registry.holding("reserve-discharge", "so2") == 96_000

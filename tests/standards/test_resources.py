"""Use of resources: each definition, sums over counties, the identity of solid waste, the mass balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.standards import MeasurementError, resources

USES = {"fertiliser": 400, "fodder": 100, "substrate": 20, "fuel": 150, "raw_material": 50}


def test_the_rates_of_solid_waste_follow_the_identity():
    # generated (86 - 4) + 8 + (6 - 1) + 0 = 95; used 86 / (95 + 4) = 86.87 %
    made = resources.solid_waste_generated(used=86, used_earlier=4, stored=8, disposed=6, disposed_earlier=1)
    assert made.value == 95
    rate = resources.solid_waste_utilisation(used=86, generated=made.value, used_earlier=4)
    assert rate.value == pytest.approx(100 * 86 / 99)
    assert not rate.marks
    assert "95" in made.explain("en")
    # all used, also what lay in storage: exactly 100 %
    assert resources.solid_waste_utilisation(used=99, generated=95, used_earlier=4).value == 100


def test_solid_waste_that_cannot_be_is_refused():
    with pytest.raises(MeasurementError, match="exceeds the denominator"):
        resources.solid_waste_utilisation(used=100, generated=95, used_earlier=4)
    with pytest.raises(MeasurementError, match="part of"):
        resources.solid_waste_utilisation(used=3, generated=95, used_earlier=4)
    with pytest.raises(MeasurementError, match="disposed_earlier"):
        resources.solid_waste_generated(used=1, stored=1, disposed=1, disposed_earlier=2)
    with pytest.raises(MeasurementError, match="used is -1"):
        resources.solid_waste_utilisation(used=-1, generated=95)


def test_the_three_rates_of_mining():
    assert resources.mining_recovery(extracted=88, drawn_on=100).value == 88
    # 40 t at 20 % hold 8 t of the 10 t in 1000 t at 1 %
    dressing = resources.beneficiation_recovery(concentrate=40, concentrate_grade=20, ore=1000, ore_grade=1)
    assert dressing.value == pytest.approx(80)
    assert dressing.denominator == 10
    assert resources.mineral_utilisation(used=6.5, identified=10).value == 65
    with pytest.raises(MeasurementError, match="percent"):
        resources.beneficiation_recovery(concentrate=40, concentrate_grade=101, ore=1000, ore_grade=1)
    assert any("memory" in mark.en for mark in dressing.marks)
    assert "凭记忆" in dressing.explain("zh")


def test_productivity_needs_all_five_resources_and_names_its_prices():
    tonnes = {"fossil": 6e6, "ferrous": 1e6, "nonferrous": 0.5e6, "nonmetal": 2e6, "biomass": 0.5e6}
    found = resources.resource_productivity(gdp=5e10, consumption=tonnes, prices_of=2010)
    # 5e10 yuan / 1e7 t
    assert (found.value, found.unit) == (5000, "yuan/tonne")
    assert "2010" in found.explain("en")
    tonnes.pop("biomass")
    with pytest.raises(MeasurementError, match="biomass"):
        resources.resource_productivity(gdp=5e10, consumption=tonnes, prices_of=2010)


def test_straw_by_crop_and_in_sum():
    # rice 720 / (1000 * 1.0 * 0.8) = 90 %; rape 720 / (400 * 2.5 * 0.9) = 80 %; together 1440 / 1700
    found = resources.straw_utilisation(
        uses=USES, crop_yield=[1000, 400], straw_ratio=[1.0, 2.5], collection=[0.8, 0.9]
    )
    assert found.value.tolist() == pytest.approx([90, 80])
    assert found.total().value == pytest.approx(100 * 1440 / 1700)
    with pytest.raises(MeasurementError, match="0 to 1"):
        resources.straw_utilisation(uses=USES, crop_yield=1000, straw_ratio=1, collection=1.01)
    with pytest.raises(MeasurementError, match="fuel"):
        resources.straw_utilisation(uses={"fuel": 1}, crop_yield=1000, straw_ratio=1, collection=0.8)


def test_shares_of_mines_buildings_and_recycling():
    assert resources.green_mine_share(green=[3, 0], licensed=[12, 4]).total().value == 18.75
    assert resources.green_building_share(green=30, new=60).value == 50
    assert resources.recycling_rate(recovered=200, kitchen_used=150, cleared=800).value == pytest.approx(35)


def test_missing_and_zero_are_different():
    found = resources.green_mine_share(green=[0, np.nan, 3, 0], licensed=[4, 4, np.nan, 0])
    assert found.value[0] == 0
    assert np.isnan(found.value[1:]).all()
    assert found.validity.enough.tolist() == [True, False, False, False]
    total = found.total()
    # the unit without mines adds nothing; those with a gap stay outside and are reported
    assert (total.value, total.validity.n, total.validity.needed, total.validity.enough) == (0, 2, 4, False)
    assert np.isnan(resources.green_mine_share(green=[np.nan], licensed=[1]).total().value)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(100, 500)), min_size=1, max_size=12), st.randoms())
def test_the_total_lies_between_the_parts_and_ignores_the_order(pairs, random):
    top, bottom = np.array(pairs, dtype=float).T
    found = resources.mining_recovery(extracted=top, drawn_on=bottom)
    alone = [resources.mining_recovery(extracted=a, drawn_on=b).value for a, b in pairs]
    assert found.value.tolist() == alone
    total = found.total().value
    assert min(alone) - 1e-9 <= total <= max(alone) + 1e-9
    order = list(range(len(pairs)))
    random.shuffle(order)
    assert resources.mining_recovery(extracted=top[order], drawn_on=bottom[order]).total().value == total


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_used_is_never_a_lower_rate(first, second):
    low, high = sorted((first, second))
    rates = resources.solid_waste_utilisation(used=[low, high], generated=100).value
    assert rates[0] <= rates[1]


def balance(out, **more):
    return resources.kitchen_waste_balance(
        inputs={"waste": 1000}, products={"oil": 30, "biogas": out}, **more
    )


def test_the_mass_balance_shows_its_gap():
    # 3000 - 90 - 240 - 450 - 2160 = 60 t, 2 %
    found = resources.kitchen_waste_balance(
        inputs={"waste": 3000},
        products={"oil": 90, "biogas": 240},
        residues={"digestate": 450},
        losses={"waste water": 2160},
    )
    assert (found.gap, found.value, found.closes, found.products_share) == (60, 2, True, 11)
    assert found.marks
    assert "closes" in found.explain("en")
    assert "digestate" in found.explain("en")


@pytest.mark.parametrize(
    ("out", "closes"), [(920, True), (919.99, False), (970, True), (1020, True), (1020.01, False)]
)
def test_both_sides_of_the_tolerance(out, closes):
    # 1000 in, 30 + out: within 50 t either way
    assert balance(out).closes is closes


def test_a_gap_in_the_data_never_closes_and_the_caller_may_be_stricter():
    found = balance([970, np.nan, 960], tolerance=0.005)
    assert found.closes.tolist() == [True, False, False]
    assert np.isnan(found.value[1])
    assert not found.marks
    with pytest.raises(MeasurementError, match="at least one input"):
        resources.kitchen_waste_balance(inputs={}, products={"oil": 1})
    with pytest.raises(MeasurementError, match="tolerance"):
        balance(970, tolerance=1.5)

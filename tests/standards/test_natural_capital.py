"""Accounts that close: assets, money, land transitions, water, the pilot forms."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.text import Text
from ecociv.standards import natural_capital as nc

D = Decimal
amount = st.decimals(0, 10**6, places=2)
amounts = st.fixed_dictionaries({"fir": amount, "bamboo": amount})


@given(amounts, st.dictionaries(st.sampled_from(list(nc.Change)), amounts), amounts)
def test_opening_changes_and_residual_lead_to_the_recorded_closing(opening, changes, closing) -> None:
    account = nc.asset_account(opening, changes, closing, unit="m3")
    for item in opening:
        up = sum((row[item] for change, row in changes.items() if change.adds), D(0))
        down = sum((row[item] for change, row in changes.items() if not change.adds), D(0))
        assert account.value[item] == opening[item] + up - down
        assert account.value[item] + account.residual[item] == closing[item]
    assert account.total == sum(account.value.values())


def test_an_account_closes_or_says_by_how_much_it_does_not() -> None:
    changes = {"growth": {"fir": D(60)}, "extraction": {"fir": D(25)}, "normal-loss": {"fir": D(5)}}
    # 1000 + 60 - 25 - 5 = 1030
    assert nc.asset_account({"fir": D(1000)}, changes, {"fir": D(1030)}).verdict.ok is True
    open_ = nc.asset_account({"fir": D(1000)}, changes, {"fir": D(1028)})
    assert open_.verdict.codes == ("unexplained",) and open_.residual["fir"] == -2
    assert "unexplained residual -2" in open_.explain("en", at=0) and "未经原文核对" in open_.explain("zh")
    assert nc.asset_account({"fir": D(1000)}, changes, {"fir": D(1028)}, tolerance=D(2)).verdict.ok is True
    assert (
        nc.asset_account({"fir": D(1000)}, changes, {"fir": D(1028)}, tolerance=D("1.99")).verdict.ok is False
    )


def test_missing_entries_leave_the_item_open_and_are_never_zero() -> None:
    account = nc.asset_account(
        {"fir": D(10), "oak": D(5)}, {"growth": {"fir": None}}, {"fir": D(10), "oak": D(5)}
    )
    assert account.value == {"fir": None, "oak": D(5)} and account.residual["fir"] is None
    assert account.verdict.ok is None and account.total is None and not account.validity.enough
    assert nc.asset_account({"fir": None}, {}).verdict.codes == ("entry-missing",)


def test_reductions_beyond_the_stock_and_unequal_reclassification_are_found() -> None:
    assert nc.asset_account({"fir": D(5)}, {"extraction": {"fir": D(6)}}).verdict.codes == ("below-zero",)
    moved = {"reclassified-in": {"a": D(3)}, "reclassified-out": {"b": D(2)}}
    assert nc.asset_account({"a": D(5), "b": D(5)}, moved).verdict.codes == ("reclassification",)


@pytest.mark.parametrize(
    "wrong", [{"growth": {"fir": D(-1)}}, {"growth": {"fir": D("NaN")}}, {"theft": {"fir": D(1)}}]
)
def test_entries_that_cannot_be_are_refused(wrong) -> None:
    with pytest.raises(nc.AccountError):
        nc.asset_account({"fir": D(5)}, wrong)


@given(amounts, amounts, amounts, amounts, amounts)
def test_the_monetary_account_closes_exactly(opening, growth, closing, first, last) -> None:
    physical = nc.asset_account(opening, {"growth": growth}, closing, unit="m3")
    worth = nc.monetary_account(physical, first, last)
    for item in opening:
        changed = sum((row[item] for row in worth.changes.values() if item in row), D(0))
        assert worth.opening[item] + changed + worth.revaluation[item] == worth.closing[item]
        assert worth.closing[item] == closing[item] * last[item]


def test_money_follows_the_unit_of_the_price() -> None:
    stock = nc.asset_account({"river": D(3)}, {}, unit="wan_m3")
    # 3 x 10^4 m3 at 0.5 yuan = 15,000 yuan
    assert (
        nc.monetary_account(stock, {"river": D("0.5")}, {"river": D("0.5")}, price_unit="yuan / m3").value
        == 15000
    )
    missing = nc.monetary_account(stock, {"river": D(1)}, {"river": None})
    assert missing.value is None and missing.opening["river"] == 3 and not missing.validity.enough
    with pytest.raises(nc.AccountError, match="price of river"):
        nc.monetary_account(stock, {"river": D(-1)}, {"river": D(1)})


classes = st.sampled_from(["01", "02", "03", "05"])


@given(st.dictionaries(st.tuples(classes, classes), amount, min_size=1))
def test_a_transition_matrix_neither_makes_nor_loses_land(flows) -> None:
    matrix = nc.transition_matrix(flows)
    assert sum(matrix.opening.values()) == sum(matrix.closing.values()) == matrix.value == sum(flows.values())
    assert sum(matrix.net.values()) == 0 and sum(matrix.gained.values()) == sum(matrix.lost.values())
    for name in matrix.classes:
        assert matrix.opening[name] + matrix.gained[name] - matrix.lost[name] == matrix.closing[name]


def test_records_that_differ_from_the_sums_are_shown() -> None:
    flows = {("01", "01"): D(90), ("01", "05"): D(10)}
    matrix = nc.transition_matrix(flows, opening={"01": D(100)}, closing={"01": D(91), "05": D(10)})
    assert matrix.verdict.codes == ("closing-differs",) and matrix.residual["01"] == (D(0), D(1))
    assert "from 01" in matrix.explain("en", at=1)
    with pytest.raises(nc.AccountError, match="finite"):
        nc.transition_matrix({("01", "05"): D(-1)})


@given(st.lists(st.tuples(classes, classes, st.floats(0, 1e6)), min_size=1, max_size=40))
def test_patches_give_the_matrix_of_their_sums(patches) -> None:
    before, after, area = zip(*patches, strict=True)
    matrix = nc.transitions_of_patches(before, after, area)
    assert float(matrix.value) == pytest.approx(sum(area), abs=0.005 * len(matrix.flows) + 1e-6)
    assert set(matrix.flows) == {(a, b) for a, b, _ in patches}


def test_patches_without_area_are_refused() -> None:
    for area in ([np.nan], [-1.0], [1.0, 2.0]):
        with pytest.raises(nc.AccountError):
            nc.transitions_of_patches(["01"], ["02"], area)


@given(amount, amount, amount, amount)
def test_consumption_is_what_came_less_what_went(taken, passed, returned, waste) -> None:
    table = nc.water_supply_use(
        {
            "works": nc.WaterUnit(abstracted=taken, supplied=passed),
            "homes": nc.WaterUnit(received=passed, supplied=waste),
            "sewer": nc.WaterUnit(received=waste, returned=returned),
        }
    )
    # what is passed on cancels: abstracted less returned remains
    assert table.value == taken - returned and table.passed_on == 0


def test_water_that_does_not_close_is_shown() -> None:
    leak = nc.water_supply_use(
        {
            "works": nc.WaterUnit(abstracted=D(100), supplied=D(90)),
            "homes": nc.WaterUnit(received=D(80), consumed=D(75)),
        }
    )
    assert leak.passed_on == 10 and leak.residual == {"homes": -5}
    assert leak.verdict.codes == ("unexplained", "passed-on")
    both = nc.water_supply_use({"homes": nc.WaterUnit(received=D(80))}, imported=D(80))
    assert both.verdict.ok is True
    assert nc.water_supply_use({"a": nc.WaterUnit(abstracted=None)}).verdict.ok is None
    assert nc.water_supply_use({"a": nc.WaterUnit(returned=D(1))}).verdict.codes == ("below-zero",)
    with pytest.raises(nc.AccountError, match="supplied of a"):
        nc.water_supply_use({"a": nc.WaterUnit(supplied=D(-1))})


def test_each_form_of_the_pilot_opens_and_closes() -> None:
    assert nc.pilot_forms() == ("land", "cropland_quality", "grassland_quality", "forest", "water", "water_quality")
    for key in nc.pilot_forms():
        form = nc.pilot_form(key)
        sides = list(form.sides.values())
        assert sides[0] == "opening" and sides[-1] == "closing" and {"add", "reduce"} <= set(sides)
        assert set(form.exchange) <= set(form.rows)
    assert len(nc.pilot_form("cropland_quality").columns) == 15


LAND = {
    "opening": {"cultivated": D(100), "forest": D(300)},
    "human_addition": {"forest": D(5)},
    "human_reduction": {"cultivated": D(5)},
    "closing": {"cultivated": D(95), "forest": D(305)},
}


def test_a_land_form_that_holds() -> None:
    checked = nc.check_pilot_form("land", LAND, previous_closing=LAND["opening"])
    assert checked.verdict.ok is True and not checked.verdict.reasons
    assert checked.value == LAND["closing"] and checked.marks
    assert "Additions by human activity = 5" in checked.explain("en")


def test_continuity_and_total_of_land() -> None:
    late = nc.check_pilot_form("land", LAND, previous_closing={"cultivated": D(101), "forest": D(300)})
    assert late.verdict.codes == ("discontinuous",)
    grown = {**LAND, "human_addition": {"forest": D(7)}, "closing": {"cultivated": D(95), "forest": D(307)}}
    assert nc.check_pilot_form("land", grown).verdict.codes == ("total-changed",)
    assert nc.check_pilot_form("land", grown, boundary_changed=True).verdict.ok is True


def test_transfers_between_columns_must_cancel() -> None:
    filled = {
        "opening": {"one": D(10), "two": D(10)},
        "classed_in": {"one": D(3)},
        "classed_out": {"two": D(2)},
        "closing": {"one": D(13), "two": D(8)},
    }
    assert nc.check_pilot_form("water_quality", filled).verdict.codes == ("exchange",)


def test_missing_cells_and_unknown_ones() -> None:
    gap = {**LAND, "closing": {"cultivated": None, "forest": D(305)}}
    checked = nc.check_pilot_form("land", gap)
    assert checked.verdict.ok is None and checked.residual["cultivated"] is None
    with pytest.raises(nc.AccountError, match="no column"):
        nc.check_pilot_form("land", {"opening": {"desert": D(1)}})
    with pytest.raises(nc.AccountError, match="no row"):
        nc.check_pilot_form("land", {"start": {}})
    with pytest.raises(nc.AccountError, match="forms: land"):
        nc.pilot_form("minerals")


def test_reasons_and_traces_call_things_by_their_names() -> None:
    homes = {"homes": Text(zh="居民", en="Households")}
    table = nc.water_supply_use({"homes": nc.WaterUnit(returned=D(1))}, names=homes)
    assert table.verdict.reasons[0].text == Text(zh="居民流出多于流入1", en="Households: gives out 1 more than it takes in")
    assert table.trace(0).label == Text(zh="居民耗水量", en="Water consumed by Households")
    classes = {"01": Text(zh="耕地", en="Cultivated land"), "05": Text(zh="城镇", en="Settlements")}
    moved = nc.transition_matrix({("01", "05"): D(2)}, opening={"01": D(3)}, names=classes)
    assert moved.verdict.reasons[0].text.zh == "耕地期初记录面积与矩阵之和相差1"
    assert [one.label.en for one in moved.trace(0).inputs] == ["Opening area", "- to Settlements"]
    form = nc.check_pilot_form("land", {"opening": {"forest": D(1)}, "closing": {"forest": D(2)}})
    assert form.verdict.reasons[0].text == Text(
        zh="林地不平衡：期末记录值与推算值相差1", en="Forest land does not close: recorded less computed closing is 1 ha"
    )

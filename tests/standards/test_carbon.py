"""Fuel, electricity, heat, processes, inventory and its uncertainty: identities of the tables, worked vectors, properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.trace import Citation
from ecociv.standards import MeasurementError, ParameterOutsideValidity, carbon, energy, parameter

# kJ/kg (kJ/m3), tC/TJ, share oxidised, published kgCO2/kg (kgCO2/m3)
PROVINCIAL = {
    "raw_coal": ("20908", "26.37", ".94", "1.9003"),
    "coke": ("28435", "29.5", ".93", "2.8604"),
    "crude_oil": ("41816", "20.1", ".98", "3.0202"),
    "fuel_oil": ("41816", "21.1", ".98", "3.1705"),
    "gasoline": ("43070", "18.9", ".98", "2.9251"),
    "kerosene": ("43070", "19.5", ".98", "3.0179"),
    "diesel": ("42652", "20.2", ".98", "3.0959"),
    "lpg": ("50179", "17.2", ".98", "3.1013"),
    "refinery_gas": ("46055", "18.2", ".98", "3.0119"),
    "natural_gas": ("38931", "15.3", ".99", "2.1622"),
}
# GJ/t (GJ/10^4 m3), tC/GJ, percent oxidised
ENTERPRISE = {
    "anthracite": ("24.515", ".02749", 94),
    "bituminous": ("23.204", ".02618", 93),
    "lignite": ("14.449", ".028", 96),
    "washed_coal": ("26.344", ".0254", 93),
    "other_washed_coal": ("15.373", ".0254", 90),
    "briquette": ("17.46", ".0336", 90),
    "coke": ("28.446", ".0294", 93),
    "crude_oil": ("42.62", ".0201", 98),
    "fuel_oil": ("40.19", ".0211", 98),
    "gasoline": ("44.80", ".0189", 98),
    "diesel": ("43.33", ".0202", 98),
    "kerosene": ("44.75", ".0196", 98),
    "naphtha": ("41.031", ".0200", 98),
    "petroleum_coke": ("31.0", ".0275", 98),
    "tar": ("33.453", ".0220", 98),
    "crude_benzene": ("41.816", ".0227", 98),
    "refinery_gas": ("46.05", ".0182", 99),
    "lpg": ("47.31", ".0172", 99),
    "lng": ("41.868", ".0153", 99),
    "natural_gas": ("389.31", ".0153", 99),
    "coke_oven_gas": ("173.854", ".0136", 99),
    "blast_furnace_gas": ("37.69", ".0708", 99),
    "converter_gas": ("79.54", ".0496", 99),
}


@pytest.mark.parametrize("fuel", PROVINCIAL)
def test_each_row_of_the_provincial_set_gives_its_published_factor_to_four_decimals(fuel: str) -> None:
    ncv, content, oxidation, published = PROVINCIAL[fuel]
    exact = Decimal(ncv) / 1000 * Decimal(content) / 1000 * Decimal(oxidation) * 44 / 12
    assert round(exact, 4) == Decimal(published)
    found = carbon.fuel_combustion(fuel, 1, factors="provincial").value
    per_unit = 10 if fuel == "natural_gas" else 1  # 1 kg/m3 is 10 t/10^4 m3
    assert found == pytest.approx(float(exact) * per_unit, rel=1e-12)
    assert parameter("energy.net_calorific_value", edition="GB/T 2589-2008").table[fuel] == int(ncv)


def test_both_sets_list_exactly_the_rows_checked_here() -> None:
    assert set(parameter("carbon.fuels.provincial").table) == set(PROVINCIAL)
    assert set(parameter("carbon.fuels.enterprise").table) == set(ENTERPRISE)
    assert set(carbon.FUEL_NAMES) == set(PROVINCIAL) | set(ENTERPRISE)


@pytest.mark.parametrize("fuel", ENTERPRISE)
def test_each_row_of_the_enterprise_set(fuel: str) -> None:
    ncv, content, percent = ENTERPRISE[fuel]
    exact = Decimal(ncv) * Decimal(content) * percent / 100 * 44 / 12
    found = carbon.fuel_combustion(fuel, 1, factors="enterprise")
    assert round(Decimal(repr(found.value)), 4) == round(exact, 4)
    assert found.marks == ()


def test_golden_coal_and_its_trace() -> None:
    # 20.908 GJ/t * 0.02637 tC/GJ * 0.94 * 44/12 = 1.90030
    found = carbon.fuel_combustion("原煤", 1, factors="provincial")
    assert round(found.value, 4) == 1.9003
    text = found.explain("zh")
    assert all(part in text for part in ("20.908", "0.02637", "0.94", "44/12", "未经原文核对"))


def test_measured_figures_replace_the_defaults_and_take_the_mark_away() -> None:
    found = carbon.fuel_combustion(
        "raw_coal", 1000, factors="provincial", ncv=22, carbon=0.026, oxidation=0.95
    )
    # 1000 * 22 * 0.026 * 0.95 * 44 / 12 = 1992.47
    assert found.value == pytest.approx(1992.4667, abs=1e-3)
    assert found.marks == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"fuel": "peat"}, "no fuel"),
        ({"fuel": "lignite"}, "not in the provincial set"),
        ({"factors": "national"}, "no set"),
        ({"ncv": 20908}, "cannot exceed 60"),
        ({"carbon": 26.37}, "cannot exceed 0.15"),
        ({"oxidation": 94}, "cannot exceed 1"),
        ({"amount": -1}, "amount is -1"),
    ],
)
def test_impossible_fuel_is_refused(wrong: dict[str, object], says: str) -> None:
    arguments = {"fuel": "raw_coal", "amount": 1, "factors": "provincial"} | wrong
    with pytest.raises(MeasurementError, match=says):
        carbon.fuel_combustion(**arguments)


@pytest.mark.parametrize(
    ("region", "factors"),
    [
        ("national", (0.5568, 0.5366, 0.5306)),
        ("江西", (0.5835, 0.5752, 0.5836)),
        ("华东", (0.5992, 0.5617, 0.5500)),
        ("云南省", (0.1235, 0.1073, 0.1333)),
        ("新疆维吾尔自治区", (0.6577, 0.6231, 0.6021)),
    ],
)
def test_factor_of_region_and_year(region: str, factors: tuple[float, ...]) -> None:
    found = carbon.electricity(1, region, factor_year=[2021, 2022, 2023])
    assert found.value.tolist() == list(factors)
    assert found.factor_year.tolist() == [2021, 2022, 2023]


def test_every_region_has_a_factor_for_every_year_and_provinces_lie_around_their_grid() -> None:
    only_2023 = {"national_without_traded_non_fossil", "national_fossil"}
    for year in ("2021", "2022", "2023"):
        table = parameter("carbon.electricity", edition=year).table
        assert set(carbon.REGIONS) - set(table) == (set() if year == "2023" else only_2023)
        east = [table[key] for key in ("shanghai", "jiangsu", "zhejiang", "anhui", "fujian")]
        assert min(east) < table["east_china"] < max(east)
        assert all(0.1 < factor < 0.9 for factor in table.values())


def test_golden_grid() -> None:
    # 10 GWh = 10 000 MWh * 0.5836 = 5836 t
    found = carbon.electricity(10_000, "jiangxi", factor_year=2023)
    assert found.value == pytest.approx(5836)
    assert found.factor_year == 2023
    assert "江西2023年" in found.explain("zh")


def test_the_latest_published_year_on_both_sides_of_each_release() -> None:
    assert carbon.latest_factor_year(date(2024, 4, 12)) == 2021
    assert carbon.latest_factor_year(date(2024, 12, 25)) == 2021
    assert carbon.latest_factor_year(date(2024, 12, 26)) == 2022
    assert carbon.latest_factor_year(date(2025, 12, 30)) == 2022
    assert carbon.latest_factor_year(date(2025, 12, 31)) == 2023
    with pytest.raises(ParameterOutsideValidity, match="2024-04-11"):
        carbon.latest_factor_year(date(2024, 4, 11))
    found = carbon.electricity(1, "江西", on=date(2026, 6, 1))
    assert (found.value, found.factor_year) == (0.5836, 2023)
    assert any("from memory" in mark.en for mark in found.marks)


@pytest.mark.parametrize("year", [2020, 2024])
def test_a_year_without_factors_raises_and_names_those_there_are(year: int) -> None:
    with pytest.raises(ParameterOutsideValidity, match="2021-01-01..2021-12-31"):
        carbon.electricity(1, "江西", factor_year=year)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"region": "西藏", "factor_year": 2023}, "Tibet"),
        ({"region": "火星", "factor_year": 2023}, "Regions: 全国"),
        ({"region": "national_fossil", "factor_year": 2022}, "no factor for 2022"),
        ({"region": "江西"}, "either factor_year or on"),
        ({"region": "江西", "factor_year": 2023, "on": date(2026, 1, 1)}, "either factor_year or on"),
        ({"region": "江西", "factor_year": np.nan}, "must be known"),
    ],
)
def test_a_factor_is_never_guessed(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(MeasurementError, match=says):
        carbon.electricity(1, **arguments)


def test_regions_and_years_may_differ_by_element() -> None:
    found = carbon.electricity([[1.0], [np.nan]], ["江西", "上海市"], factor_year=[2021, 2023])
    assert found.value[0].tolist() == [0.5835, 0.5737]
    assert np.isnan(found.value[1]).all()
    assert found.region.tolist() == [["jiangxi", "shanghai"]] * 2
    assert "上海2023年" in found.explain("zh", at=1)
    assert found.validity.enough.tolist() == [[True, True], [False, False]]


def test_heat_and_processes() -> None:
    assert carbon.heat([10, np.nan]).value[0] == pytest.approx(1.1)
    guide = Citation("guideline", "Table 2", 2013)
    assert carbon.process(100, 0.5, source=guide).value == 50
    # molar masses 44.0095 / 100.0869 = 0.43971; 1000 t * 0.9 * 0.98 * 0.43971 = 387.82
    assert carbon.carbonates("caco3", 1000, purity=0.9, calcined=0.98).value == pytest.approx(
        387.82, abs=5e-3
    )
    with pytest.raises(MeasurementError, match="share from 0 to 1"):
        carbon.carbonates("caco3", 1, purity=90)
    for key, mass in {"caco3": 100.0869, "mgco3": 84.3139, "na2co3": 105.9888}.items():
        assert parameter("carbon.carbonates").table[key] == pytest.approx(44.0095 / mass, abs=5e-4)
    assert parameter("carbon.carbonates").table["dolomite"] == pytest.approx(88.019 / 184.4008, abs=5e-5)


def test_warming_potentials_are_chosen_by_name() -> None:
    assert carbon.co2_equivalent(co2=100, ch4=10, n2o=1, gwp="SAR").value == 100 + 210 + 310
    assert carbon.co2_equivalent(co2=100, ch4=10, n2o=1, gwp="ar5").value == 100 + 280 + 265
    assert np.isnan(carbon.co2_equivalent(co2=100, ch4=np.nan, gwp="AR5").value)
    with pytest.raises(MeasurementError, match="SAR, AR5"):
        carbon.co2_equivalent(co2=1, gwp="AR4")


LINES = [
    carbon.Source("manufacturing", 1000, "co2", 3, 4),
    carbon.Source("rice", 10, "ch4", 30, 40),
    carbon.Source("forest_land", -500, "co2", 6, 8),
    carbon.Source("purchased_electricity", 200, "co2", 1, 1),
]


def test_inventory_by_approach_1() -> None:
    # 1000 + 210 - 500 = 710; U: 5 %, 50 %, 10 % -> 50, 105, 50; sqrt(2500 + 11025 + 2500) = 126.59; / 710 = 17.83 %
    found = carbon.inventory(LINES, gwp="SAR")
    assert found.value == 710
    assert found.uncertainty == pytest.approx(17.8296, abs=1e-3)
    assert (found.low, found.high) == (
        pytest.approx(710 - 126.5899, abs=1e-3),
        pytest.approx(710 + 126.5899, abs=1e-3),
    )
    assert found.contributions["rice ch4"] == pytest.approx(11025 / 16025 * 100)
    assert found.by_sector == {"energy": 1000, "agriculture": 210, "land": -500, "indirect": 200}
    assert found.by_gas == {"co2": 500, "ch4": 210}
    assert found.memo == 200
    assert carbon.inventory(LINES, gwp="SAR", include_land=False).value == 1210
    assert carbon.inventory(LINES, gwp="SAR", include_indirect=True).value == 910
    assert carbon.inventory(LINES, gwp="AR5").value == 780


def test_inventory_takes_results_and_their_marks() -> None:
    coal = carbon.fuel_combustion("原煤", [1000, 2000], factors="provincial")
    found = carbon.inventory(
        [carbon.Source("制造业和建筑业", coal), carbon.Source("2A4a", [5, np.nan])], gwp="SAR"
    )
    assert found.value[0] == pytest.approx(1905.2988)
    assert np.isnan(found.value[1])
    assert np.isnan(found.uncertainty).all()  # none was given, so none is claimed
    assert found.validity.n.tolist() == [2, 1]
    assert set(coal.marks) <= set(found.marks)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (carbon.Source("volcano", 1), "no source"),
        (carbon.Source("cement", 1, "sf6"), "no gas"),
        (carbon.Source("cement", -1), "at least 0"),
        (carbon.Source("cement", 1, "co2", -3, 4), "at least 0"),
    ],
)
def test_a_wrong_line_of_an_inventory_is_refused(source: carbon.Source, says: str) -> None:
    with pytest.raises(MeasurementError, match=says):
        carbon.inventory([source], gwp="SAR")


def test_every_source_is_found_by_each_of_its_names() -> None:
    for category in carbon.source_categories():
        assert carbon.source_category(category.name.zh) == category
        assert carbon.source_category(category.name.en) == category
        if category.ipcc != "memo":
            assert carbon.source_category(category.ipcc) == category
    with pytest.raises(MeasurementError):
        carbon.source_category("memo")


def test_intensity_on_constant_prices_and_the_stage_of_control() -> None:
    gdp = energy.chain_gdp([100, 105], years=[2020, 2021], price_base=2020, base_gdp=1000)
    found = carbon.intensity([600.0, 604.8], gdp, basis="inventory")
    # 604.8 / 1050 = 0.576; 1 - 0.576 / 0.6 = 4 %
    assert found.value == pytest.approx([0.6, 0.576])
    assert carbon.reduction_rate(found.value[0], found.value[1]).value == pytest.approx(4)
    assert carbon.control_stage(date(2025, 12, 31)).edition == "statistics base"
    assert carbon.control_stage(date(2026, 1, 1)).table["main"] == "intensity"
    with pytest.raises(ParameterOutsideValidity):
        carbon.control_stage(date(2031, 1, 1))
    with pytest.raises(energy.MixedBasis):
        carbon.reduction_rate(
            carbon.intensity(carbon.co2_equivalent(ch4=1, gwp="SAR"), gdp),
            carbon.intensity(carbon.co2_equivalent(ch4=1, gwp="AR5"), gdp),
        )


amounts = st.lists(st.floats(0, 1e9), min_size=1, max_size=12)


@given(amounts, st.sampled_from(sorted(ENTERPRISE)))
def test_scalars_and_arrays_agree_and_more_is_never_less(values: list[float], fuel: str) -> None:
    together = carbon.fuel_combustion(fuel, np.sort(values), factors="enterprise").value
    alone = [carbon.fuel_combustion(fuel, value, factors="enterprise").value for value in np.sort(values)]
    assert together.tolist() == alone
    assert (np.diff(together) >= 0).all()


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 80), st.floats(0, 80)), min_size=1, max_size=8),
)
def test_an_inventory_ignores_order_and_is_never_less_certain_than_its_worst_source(
    lines: list[tuple[float, float, float]],
) -> None:
    sources = [carbon.Source("manufacturing", x, "co2", a, f) for x, a, f in lines]
    found = carbon.inventory(sources, gwp="SAR")
    back = carbon.inventory(sources[::-1], gwp="SAR")
    assert back.value == pytest.approx(found.value)
    if found.value > 1:
        assert back.uncertainty == pytest.approx(found.uncertainty)
        worst = max(np.hypot(a, f) for _, a, f in lines)
        assert found.uncertainty <= worst * (1 + 1e-9)


def test_traces_go_through_json() -> None:
    for found in (
        carbon.inventory(LINES, gwp="SAR"),
        carbon.electricity(3, "江西", factor_year=2022),
        carbon.intensity(carbon.heat(1), 10, price_base=2020),
        carbon.carbonates("dolomite", 3),
    ):
        trace = found.trace()
        assert type(trace).from_json(trace.to_json()) == trace
        assert found.explain("zh") and found.explain("en")


def test_the_trace_of_an_inventory_leads_down_to_the_fuel() -> None:
    coal = carbon.fuel_combustion("原煤", [1000, 2000], factors="provincial")
    found = carbon.inventory(
        [carbon.Source("manufacturing", coal, "co2", 3, 4), carbon.Source("rice", 10, "ch4", 3, 4)], gwp="SAR"
    )
    leaves = [leaf.value for leaf in found.trace(1).leaves()]
    assert leaves == [2000, 10]  # tonnes of coal and tonnes of methane, each before its factor
    assert {parameter.value for parameter in found.trace(1).parameters} == {1, 21}
    # 3800.60 at 5 %, 210 at 5 %: sqrt(190.03^2 + 10.5^2) / 4010.6 = 4.75 %
    assert "±4.7 %" in found.explain("en", at=1)

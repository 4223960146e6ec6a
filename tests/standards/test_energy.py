"""Standard coal, totals, intensity, dual control, non-fossil share: worked vectors, editions kept apart, properties."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.trace import Citation
from ecociv.standards import AmbiguousEdition, MeasurementError, energy, parameter

OLD, NEW = "GB/T 2589-2008", "GB/T 2589-2020"
COEFFICIENTS = {
    "raw_coal": 0.7143,
    "coke": 0.9714,
    "crude_oil": 1.4286,
    "fuel_oil": 1.4286,
    "gasoline": 1.4714,
    "kerosene": 1.4714,
    "diesel": 1.4571,
    "lpg": 1.7143,
    "refinery_gas": 1.5714,
    "natural_gas": 13.300,  # 1.3300 kgce/m3 is 13.300 tce/10^4 m3
    "electricity": 0.1229,
    "heat": 0.03412,
    "steam": 0.1286,
}
TABLE = Citation("quota of the county", "Table 1", 2020)


@pytest.mark.parametrize(("carrier", "coefficient"), COEFFICIENTS.items())
@pytest.mark.parametrize("edition", [OLD, NEW])
def test_coefficient_of_each_carrier(carrier: str, coefficient: float, edition: str) -> None:
    found = energy.standard_coal(carrier, 100, edition=edition)
    assert found.value == pytest.approx(100 * coefficient, rel=1e-12)
    assert found.coefficient == pytest.approx(coefficient, rel=1e-12)
    assert found.edition == edition


def test_tap_water_is_in_the_newer_edition_only() -> None:
    # 0.2571 kgce/t: 1000 t = 257.1 kgce
    assert energy.standard_coal("自来水", 1000, edition=NEW).value == pytest.approx(0.2571)
    with pytest.raises(MeasurementError, match="not in the table of GB/T 2589-2008"):
        energy.standard_coal("tap_water", 1000, edition=OLD)


def test_the_calorific_values_of_an_edition_give_its_coefficients_and_not_those_of_the_other() -> None:
    # 2008: 4.1816 kJ/kcal, so 7000 kcal are 29271.2 kJ; 2020: 29307.6 kJ
    for edition, heat in ((OLD, 29271.2), (NEW, 29307.6)):
        ncv = parameter("energy.net_calorific_value", edition=edition).table
        for fuel, kilojoule in ncv.items():
            if fuel == "refinery_gas":  # 46055 of 2008 is 11000 kcal at 4.1868: the one row counted otherwise
                assert kilojoule / 29307.6 == pytest.approx(1.5714, abs=5e-5)
                continue
            table = parameter("energy.standard_coal", edition=edition).table
            assert kilojoule / heat == pytest.approx(table[fuel], abs=1.2e-4), (edition, fuel)
            other = parameter("energy.net_calorific_value", edition=NEW if edition == OLD else OLD).table
            if fuel in other:
                assert abs(other[fuel] / kilojoule - 1) == pytest.approx(0.0013, abs=2e-4)


def test_a_measured_calorific_value_replaces_the_table() -> None:
    # 100 t * 20000 / 29307.6 = 68.2417 tce; gas 1 * 10^4 m3 * 35000 / 29307.6 = 11.9423 tce
    assert energy.standard_coal("raw_coal", 100, edition=NEW, ncv=20_000).value == pytest.approx(
        68.2417, abs=1e-4
    )
    assert energy.standard_coal("natural_gas", 1, edition=NEW, ncv=35_000).value == pytest.approx(
        11.9423, abs=1e-4
    )
    with pytest.raises(MeasurementError, match="ncv is 20.9"):
        energy.standard_coal("raw_coal", 1, edition=NEW, ncv=20.9)  # in MJ/kg
    with pytest.raises(MeasurementError, match="no calorific value"):
        energy.standard_coal("electricity", 1, edition=NEW, ncv=3600)


def test_electricity_by_the_equivalent_method_takes_the_rate_of_the_year() -> None:
    found = energy.standard_coal(
        "electricity", [1000, 1000], edition=NEW, method="equivalent", generation_rate=[0.305, 0.300]
    )
    assert found.value == pytest.approx([305, 300])
    assert "0.305" in found.explain("zh", at=0) and "等价值" in found.explain("zh", at=0)
    # coal is not touched by the method
    assert energy.standard_coal("raw_coal", 1, edition=NEW, method="equivalent").value == pytest.approx(
        0.7143
    )


@pytest.mark.parametrize(
    ("rate", "says"), [(None, "needs generation_rate"), (0.12, "at least 0.1229"), (305, "Divide by 1000")]
)
def test_an_impossible_generation_rate_is_refused(rate: float | None, says: str) -> None:
    with pytest.raises(MeasurementError, match=says):
        energy.standard_coal("electricity", 1, edition=NEW, method="equivalent", generation_rate=rate)


def test_the_day_chooses_the_edition_on_both_sides_of_the_change_and_none_is_silent() -> None:
    assert energy.standard_coal("coke", 1, on=date(2021, 3, 31)).edition == OLD
    assert energy.standard_coal("coke", 1, on=date(2021, 4, 1)).edition == NEW
    with pytest.raises(AmbiguousEdition):
        energy.standard_coal("coke", 1)
    with pytest.raises(MeasurementError, match="no carrier"):
        energy.standard_coal("peat", 1, edition=NEW)
    with pytest.raises(MeasurementError, match="no method"):
        energy.standard_coal("coke", 1, edition=NEW, method="thermal")


def test_total_with_what_was_supplied_to_others() -> None:
    # 1000 * 0.7143 + 2000 * 0.1229 + 10 * 13.3 - 500 * 0.03412 = 714.3 + 245.8 + 133 - 17.06 = 1076.04
    plant = energy.total_energy(
        {"原煤": 1000, "电力": 2000, "natural_gas": 10}, supplied={"heat": 500}, edition=NEW
    )
    assert plant.value == pytest.approx(1076.04)
    assert plant.components["supplied heat"] == pytest.approx(-17.06)
    with pytest.raises(MeasurementError, match="given twice"):
        energy.total_energy({"原煤": 1, "raw_coal": 1}, edition=NEW)


def test_a_missing_carrier_leaves_no_total_and_zero_is_a_value() -> None:
    found = energy.total_energy({"coke": [1, 1, 0], "diesel": [np.nan, 0, 0]}, edition=NEW)
    assert np.isnan(found.value[0])
    assert found.value[1:] == pytest.approx([0.9714, 0])
    assert found.validity.enough.tolist() == [False, True, True]


def test_totals_of_different_bases_are_never_added() -> None:
    new = energy.total_energy({"electricity": [10, 20]}, edition=NEW)
    other = energy.total_energy({"electricity": 10}, edition=NEW, method="equivalent", generation_rate=0.3)
    with pytest.raises(energy.MixedBasis, match="equivalent"):
        energy.add_up(new, other)
    both = energy.add_up(new, energy.total_energy({"coke": 1}, edition=NEW))
    assert both.value == pytest.approx([10 * 0.1229 + 0.9714, 20 * 0.1229 + 0.9714])
    assert "0.9714" in both.explain("en", at=1)


def test_gdp_chained_forwards_and_backwards() -> None:
    years = [2018, 2019, 2020, 2021]
    gdp = energy.chain_gdp([106, 105, 110, 120], years=years, price_base=2019, base_gdp=105)
    # 2018: 105 / 1.05 = 100; 2020: 105 * 1.1 = 115.5; 2021: 115.5 * 1.2 = 138.6
    assert gdp.value == pytest.approx([100, 105, 115.5, 138.6])
    broken = energy.chain_gdp([106, np.nan, 110, np.nan], years=years, price_base=2019, base_gdp=105)
    assert np.isnan(broken.value).tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"index": [8.5, 108.0]}, "For a growth rate of 8.5 give 108.5"),
        ({"years": [2019, 2021]}, "not consecutive"),
        ({"price_base": 2015}, "not among the years"),
        ({"years": [2019]}, "one index for each year"),
    ],
)
def test_a_wrong_chain_is_refused(changed: dict[str, object], says: str) -> None:
    arguments = {"index": [101, 102], "years": [2019, 2020], "price_base": 2019, "base_gdp": 1} | changed
    with pytest.raises(MeasurementError, match=says):
        energy.chain_gdp(**arguments)


def test_moving_the_price_base_keeps_growth() -> None:
    old = energy.deflate([90.0, 108.0], [100.0, 110.0], price_base=2015)
    new = energy.move_price_base(old, link_old=90, link_new=99, price_base=2020)
    assert new.value[1] / new.value[0] == pytest.approx(old.value[1] / old.value[0])
    assert (new.value[0], new.price_base) == (pytest.approx(99), 2020)


def test_intensity_and_its_fall() -> None:
    # 1 - 0.412 / 0.431 = 0.04408
    fall = energy.reduction_rate(
        energy.intensity(4310, 10_000, price_base=2020), energy.intensity(4120, 10_000, price_base=2020)
    )
    assert round(fall.value, 2) == 4.41
    assert round(fall.change, 2) == -4.41
    # (1 - 0.0286) ** 5 = 0.865
    assert (
        round(
            energy.annual_rate(parameter("energy.five_year_target", on=date(2023, 1, 1)).number, 5).value, 2
        )
        == 2.86
    )
    assert energy.cumulative_reduction([energy.annual_rate(13.5, 5).value] * 5).value == pytest.approx(13.5)
    assert np.isnan(energy.intensity(1, 0, price_base=2020).value)
    assert np.isnan(energy.reduction_rate(0, 1).value)


def test_intensities_on_different_bases_are_never_compared() -> None:
    total = energy.total_energy({"coke": 10}, edition=NEW)
    before = energy.total_energy({"coke": 10}, edition=OLD)
    first = energy.deflate(100, 100, price_base=2020)
    with pytest.raises(energy.MixedBasis, match="move_price_base"):
        energy.reduction_rate(energy.intensity(total, 100, price_base=2015), energy.intensity(total, first))
    with pytest.raises(energy.MixedBasis, match="GB/T 2589-2008"):
        energy.reduction_rate(energy.intensity(before, first), energy.intensity(total, first))
    late = energy.assessed_energy(total, on=date(2022, 1, 1))
    early = energy.assessed_energy(total, on=date(2021, 1, 1))
    with pytest.raises(energy.MixedBasis, match="before the exclusions"):
        energy.reduction_rate(energy.intensity(early, first), energy.intensity(late, first))
    with pytest.raises(energy.MixedBasis, match="leave price_base out"):
        energy.intensity(total, first, price_base=2015)


def test_exclusions_hold_from_2022_on() -> None:
    arguments = {"raw_material": 80, "new_renewables": 40, "cap": 880}
    before = energy.assessed_energy([1000, 880], on=date(2021, 12, 31), **arguments)
    after = energy.assessed_energy([1000, np.nan], on=date(2022, 1, 1), **arguments)
    assert before.value.tolist() == [1000, 880]
    assert before.total.tolist() == ["missed", "met"]  # the cap itself is met
    assert after.value[0] == 880
    assert after.total.tolist() == ["met", "unknown"]
    assert after.marks and "2022" in after.explain("en", at=0)
    assert (
        energy.assessed_energy(np.nextafter(1000, 1001), on=date(2023, 1, 1), **arguments).total == "missed"
    )
    with pytest.raises(MeasurementError, match="cannot exceed the total"):
        energy.assessed_energy(10, on=date(2023, 1, 1), raw_material=11)
    # before the exclusions an unknown raw-material use does no harm
    assert energy.assessed_energy(10, on=date(2020, 1, 1), raw_material=np.nan).value == 10
    assert np.isnan(energy.assessed_energy(10, on=date(2023, 1, 1), raw_material=np.nan).value)


def test_non_fossil_share_by_both_conventions() -> None:
    figures = {"fossil": 900_000, "electricity": 300_000, "edition": NEW}
    # 300 GWh: 90 000 tce at 0.3, 36 870 tce at 0.1229
    equivalent = energy.non_fossil_share(**figures, generation_rate=0.3)
    assert equivalent.value == pytest.approx(90 / 990 * 100)
    calorific = energy.non_fossil_share(**figures, method="calorific")
    assert calorific.value == pytest.approx(36.87 / 936.87 * 100)
    assert "发电煤耗" in equivalent.explain("zh") and "电热当量" in calorific.explain("zh")
    assert np.isnan(energy.non_fossil_share(fossil=0, electricity=0, method="calorific", edition=NEW).value)


@pytest.mark.parametrize(("limit", "grade"), [(55.0, 1), (70.0, 2)])
def test_both_sides_of_each_benchmark(limit: float, grade: int) -> None:
    at = energy.building(limit * 1000, 1000, constraint=70, guide=55, source=TABLE)
    above = energy.building(np.nextafter(limit, 99) * 1024, 1024, constraint=70, guide=55, source=TABLE)
    assert (at.grade, above.grade) == (grade, grade + 1)
    assert "quota of the county" in at.explain("en")


def test_without_a_guide_value_there_is_no_guide_class() -> None:
    assert energy.building(1, 1000, constraint=70, source=TABLE).grade == 2
    with pytest.raises(MeasurementError, match="stricter"):
        energy.building(1, 1, constraint=50, guide=60, source=TABLE)


def test_a_street_is_measured_by_its_mix_and_by_what_is_known() -> None:
    use = np.array([[60_000.0, 200_000.0], [60_000.0, np.nan]])
    arguments = {"constraint": [70, 110], "guide": [50, 80], "source": TABLE}
    strict = energy.street(use, [1000, 2000], **arguments)
    # 260000 / 3000 = 86.67 against 290 / 3 = 96.67; the second street has data for a third of its area
    assert strict.value[0] == pytest.approx(260 / 3)
    assert strict.grade.tolist() == [2, 0]
    loose = energy.street(use, [1000, 2000], needed_coverage=1 / 3, **arguments)
    assert loose.value[1] == pytest.approx(60)
    assert loose.validity.n.tolist() == [2, 1]


amounts = st.lists(st.floats(0, 1e9), min_size=1, max_size=12)


@given(amounts, st.sampled_from(sorted(COEFFICIENTS)))
def test_scalars_and_arrays_agree_and_more_is_never_less(values: list[float], carrier: str) -> None:
    together = energy.standard_coal(carrier, np.sort(values), edition=NEW).value
    alone = [energy.standard_coal(carrier, value, edition=NEW).value for value in np.sort(values)]
    assert together.tolist() == alone
    assert (np.diff(together) >= 0).all()


@given(amounts)
def test_shape_and_order_do_not_matter(values: list[float]) -> None:
    column = np.array(values)
    order = np.random.default_rng(len(values)).permutation(column.size)
    plain = energy.intensity(column, 7.0, price_base=2020).value
    assert energy.intensity(column[order], 7.0, price_base=2020).value.tolist() == plain[order].tolist()
    square = energy.intensity(column.reshape(1, -1, 1), 7.0, price_base=2020).value
    assert square.shape == (1, column.size, 1)
    assert square.ravel().tolist() == plain.tolist()


@given(st.lists(st.floats(60, 190), min_size=2, max_size=10), st.data())
def test_a_chain_read_from_any_base_has_the_same_growth(index: list[float], data: st.DataObject) -> None:
    years = list(range(2000, 2000 + len(index)))
    base = data.draw(st.sampled_from(years))
    gdp = energy.chain_gdp(index, years=years, price_base=base, base_gdp=500).value
    assert gdp[years.index(base)] == 500
    assert gdp[1:] / gdp[:-1] == pytest.approx(np.array(index[1:]) / 100)


def test_every_trace_goes_through_json_and_shows_its_marks() -> None:
    total = energy.total_energy({"coke": [1, 2]}, edition=NEW)
    results = [
        total,
        energy.intensity(
            total, energy.chain_gdp([100, 105], years=[2020, 2021], price_base=2020, base_gdp=9)
        ),
        energy.non_fossil_share(fossil=[1, 2], electricity=3, edition=NEW, method="calorific"),
        energy.assessed_energy(total, on=date(2023, 1, 1)),
    ]
    for found in results:
        trace = found.trace(1)
        assert type(trace).from_json(trace.to_json()) == trace
        assert "not verified against the text" in trace.as_text("en")
        assert "未经原文核对" in found.explain("zh", at=0)

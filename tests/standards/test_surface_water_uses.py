"""Means, trophic level, ranking, function zones, drinking-water sources, black-odorous water, capacity."""

import json

import numpy as np
import pytest

from ecociv.core.trace import Trace
from ecociv.standards import MeasurementError
from ecociv.standards import surface_water as water
from ecociv.standards.surface_water import TrophicState

TLI_EXAMPLE = {"chla": 12, "tp": 0.035, "tn": 0.9, "sd": 1.2, "codmn": 3.2}
REACH = {"cs": 20, "c0": 12, "k_per_day": 0.2, "length_km": 10, "u": 0.3, "q": 15}


def assert_explains(result, *words, at=None):
    """Both languages can be written and the trace survives JSON."""
    text = result.explain("en", at=at)
    assert result.explain("zh", at=at)
    for word in words:
        assert word in text, text
    trace = result.trace(at)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


def test_mean_ph_of_the_golden_vectors():
    # -log10((10^-6.5 + 10^-7.5) / 2) = 6.7596
    assert round(water.ph_mean([6.5, 7.5]), 2) == 6.76
    assert water.ph_mean([[7.0, np.nan], [np.nan, np.nan]]).tolist()[0] == pytest.approx(7.0)
    assert np.isnan(water.ph_mean([np.nan]))
    with pytest.raises(MeasurementError, match="ph is 15"):
        water.ph_mean([7, 15])


def test_half_of_the_detection_limit_stands_for_what_is_below_it():
    assert water.replace_censored([0.04, 0.3], [True, False], [0.04, 0.04]).tolist() == [0.02, 0.3]
    assert water.replace_censored(0.04, True, 0.04) == 0.02


def test_means_of_periods_need_their_tests():
    year = water.period_mean(np.full(8, 0.4), "nh3n", period="year")
    assert (year.value, year.validity.n, year.validity.enough) == (pytest.approx(0.4), 8, True)
    short = water.period_mean([0.4] * 7, "nh3n", period="year")
    assert (short.validity.needed, short.validity.enough) == (8, False)
    assert np.isnan(short.usable)
    quarter = water.period_mean([[0.2, 0.4], [0.3, np.nan]], "nh3n", period="quarter")
    assert quarter.usable.tolist() == pytest.approx([0.3, np.nan], nan_ok=True)
    assert_explains(quarter, "1 valid tests, at least 2 needed", at=1)
    assert water.period_mean([6.5, 7.5], "ph").value == pytest.approx(6.7596, abs=1e-4)
    with pytest.raises(MeasurementError, match="'chlorine' is not an item"):
        water.period_mean([1], "chlorine")
    with pytest.raises(MeasurementError, match="'decade'"):
        water.period_mean([1], "nh3n", period="decade")


def test_trophic_level_of_the_golden_vectors():
    lake = water.trophic_level_index(**TLI_EXAMPLE)
    expected = {"chla": 51.99, "tp": 39.92, "tn": 52.75, "sd": 47.64, "codmn": 32.04}
    assert {item: round(value, 2) for item, value in lake.components.items()} == expected
    weights = {"chla": 0.2663, "tp": 0.1879, "tn": 0.1790, "sd": 0.1834, "codmn": 0.1834}
    assert lake.weights == pytest.approx(weights, abs=5e-5)
    assert sum(lake.weights.values()) == pytest.approx(1)
    assert (round(lake.value, 2), lake.state) == (45.40, TrophicState.MESOTROPHIC)
    assert not lake.state.is_eutrophic
    assert_explains(lake, "TLI of chlorophyll a", "mesotrophic")


def test_trophic_level_from_given_components():
    # 51.99 * 1 + 39.92 * .7056 + 52.75 * .6724 + 47.64 * .6889 + 32.04 * .6889 = 170.475 ; / 3.7558 = 45.39
    lake = water.combine_tli({"chla": 51.99, "tp": 39.92, "tn": 52.75, "sd": 47.64, "codmn": 32.04})
    assert lake.value == pytest.approx(45.40, abs=0.01)
    assert water.combine_tli({"CHLA": 60.0, "TP": 60.0}).value == pytest.approx(60)
    assert_explains(lake, "given")
    with pytest.raises(MeasurementError, match="nh3n: no item of the trophic level index"):
        water.combine_tli({"nh3n": 3})


@pytest.mark.parametrize(
    ("index", "state"),
    [
        (29.999, TrophicState.OLIGOTROPHIC),
        (30, TrophicState.MESOTROPHIC),
        (50, TrophicState.MESOTROPHIC),
        (50.001, TrophicState.LIGHT),
        (60, TrophicState.LIGHT),
        (60.001, TrophicState.MIDDLE),
        (70, TrophicState.MIDDLE),
        (70.001, TrophicState.HYPER),
    ],
)
def test_trophic_states_on_both_sides(index, state):
    assert water.trophic_state(index) is state


def test_gaps_of_the_trophic_level():
    lakes = water.trophic_level_index(chla=[12, None, None], tp=[0.035, 0.035, None])
    # with chlorophyll: (51.99 * 1 + 39.92 * 0.7056) / 1.7056 = 47.00
    assert lakes.value[0] == pytest.approx(46.997, abs=0.005)
    assert np.isnan(lakes.value[1:]).all()
    assert lakes.state.tolist() == [TrophicState.MESOTROPHIC, None, None]
    assert lakes.validity.n.tolist() == [2, 1, 0]
    assert any("surface_water.tli.missing" in mark.en for mark in lakes.marks)
    assert not any("tli.missing" in mark.en for mark in water.trophic_level_index(**TLI_EXAMPLE).marks)
    with pytest.raises(MeasurementError, match="tp is 0 .*half of it"):
        water.trophic_level_index(chla=1, tp=0)


def test_city_index_of_the_reference():
    # .30 + .6098 + .40 + .60 + .45 + .28 + .375 = 3.0148
    part = water.water_quality_index(ph=7.6, do=8.2, codmn=2.4, cod=12, bod5=1.8, nh3n=0.28, tp=0.075)
    expected = {"ph": 0.30, "do": 0.6098, "codmn": 0.40, "cod": 0.60, "bod5": 0.45, "nh3n": 0.28, "tp": 0.375}
    assert part.indices == pytest.approx(expected, abs=5e-5)
    assert part.value == pytest.approx(3.015, abs=5e-4)
    assert (part.validity.n, part.validity.needed, part.validity.enough) == (7, 21, False)
    assert_explains(part, "7 of 21 items: not to be ranked")


def test_city_index_of_acid_water_of_lakes_and_of_gaps():
    assert water.water_quality_index(ph=6.4).value == pytest.approx(0.6)  # (7 - 6.4) / 1
    assert water.water_quality_index(tp=0.05, water_body="lake").value == 1.0
    assert np.isnan(water.water_quality_index(nh3n=[1.0, np.nan], tp=0.2).value[1])
    with pytest.raises(MeasurementError, match="tn does not enter the index"):
        water.water_quality_index(tn=1.0)
    with pytest.raises(MeasurementError, match="do is 0"):
        water.water_quality_index(do=0.0)


def test_city_of_rivers_and_lakes():
    # (4 * 3 + 6 * 1) / 4 = 4.5
    city = water.city_index(rivers=4.0, sections=3, lakes=6.0, points=1)
    assert city.value == 4.5
    assert water.city_index(rivers=4.0, sections=3).value == 4.0
    assert np.isnan(water.city_index(rivers=4.0, sections=0).value)
    assert_explains(city, "from memory")


def test_ranking_of_state_and_change():
    ranking = water.rank_state([4.1, 3.2, 4.1, np.nan, 5.0])
    assert ranking.value.tolist() == [2, 1, 2, 0, 4]
    assert ranking.order.tolist() == [1, 0, 2, 4]
    # (4 - 5) / 5 = -0.2 ; (3 - 2.9) / 2.9 = 0.0345
    change = water.rank_change([4.0, 3.0], [5.0, 2.9])
    assert change.value.tolist() == [1, 2]
    assert change.figures.tolist() == pytest.approx([-0.2, 0.0345], abs=5e-5)
    exempt = water.rank_change(
        [4.0, 2.0, 2.0],
        [5.0, 2.5, 2.5],
        worst_class_current=[4, 2, 2],
        worst_class_base=[4, 2, 2],
        compliant=[True, True, False],
    )
    assert exempt.value.tolist() == [1, 0, 1]
    assert_explains(ranking, "Rank = 2", at=0)


def test_a_function_zone_complies_with_eighty_percent_of_its_tests():
    ten = [0.9] * 8 + [1.2] * 2
    assert water.evaluate_function_zones(3, nh3n=ten).value is True  # 8 of 10 = 80 %
    assert water.evaluate_function_zones(3, nh3n=[0.9] * 7 + [1.2] * 3).value is False  # 70 %
    five = water.evaluate_function_zones(3, nh3n=[0.9, 0.9, 0.9, 0.9, 1.5])
    assert (five.method, five.value, five.share) == ("mean", False, 80.0)  # the mean 1.02 is worse than III
    six = water.evaluate_function_zones(3, nh3n=[0.9, 0.9, 0.9, 0.9, 0.9, 1.5])
    assert (six.method, six.value) == ("share", True)  # 5 of 6 = 83.3 %
    assert_explains(six, "complies", "ammonia nitrogen 1 times", "target class III")


def test_full_and_double_evaluation_differ():
    tests = {
        "nh3n": [0.5] * 6,
        "codmn": [3.0] * 6,
        "oil": [0.3] * 6,
        "tn": [9.0] * 6,
        "coliform": [50_000.0] * 6,
    }
    full = water.evaluate_function_zones(3, **tests)
    assert (full.value, full.exceeding_items()) == (False, {"oil": 6})
    assert water.evaluate_function_zones(3, factors="double", **tests).value is True


def test_above_30_cod_takes_the_place_of_the_permanganate_index():
    double = {"factors": "double", "nh3n": [0.5] * 6, "codmn": [3.0] * 6}
    assert water.evaluate_function_zones(3, cod=[30.0] * 6, **double).value is True
    assert water.evaluate_function_zones(3, cod=[30.1] * 6, **double).value is False
    with pytest.raises(MeasurementError, match="double evaluation needs nh3n"):
        water.evaluate_function_zones(3, factors="double", codmn=[3.0])


def test_a_dry_river_is_not_evaluated():
    zones = water.evaluate_function_zones([3, 2], nh3n=[[0.5, 0.4], [np.nan, np.nan]])
    assert zones.value.tolist() == [True, False]
    assert zones.evaluated.tolist() == [True, False]
    assert zones.method.tolist() == ["mean", ""]
    assert water.evaluate_function_zones(3, nh3n=[np.nan]).value is None
    assert water.region_share(zones).value == 100.0
    assert_explains(zones, "not evaluated", at=1)
    assert_explains(water.region_share(zones, weights=[12.5, 3], basis="km"), "Complying (km)")


def test_drinking_zones_add_table_two():
    tests = {"nh3n": [0.5] * 6}
    iron = {"iron": [0.1] * 4 + [0.4] * 2}
    zone = water.evaluate_function_zones(2, supplementary=iron, **tests)
    assert (zone.value, zone.exceeding_items()) == (False, {"iron": 2})
    with pytest.raises(MeasurementError, match="copper: not in Table 2"):
        water.evaluate_function_zones(2, supplementary={"copper": [0.1]}, **tests)
    with pytest.raises(MeasurementError, match="1 to 5"):
        water.evaluate_function_zones(6, **tests)


def test_sources_meet_class_three_and_both_further_tables():
    sources = water.evaluate_sources(
        {"nh3n": [0.9, 1.1, 0.2, None], "tn": [3, 3, 3, None], "cod": [25, 10, 10, None]},
        supplementary={"sulfate": [250, 100, 100, None]},
        specific={"microcystin-LR": [0.0005, 0.0005, 0.0011, None]},
    )
    assert sources.value.tolist() == [True, False, False, False]
    assert [sources.exceeding_items(k) for k in range(4)] == [(), ("nh3n",), ("microcystin-LR",), ()]
    assert sources.tested.tolist() == [3, 3, 3, 0]
    assert sources.not_judged == ("tn", "cod")
    assert sources.multiples["microcystin-LR"][2] == pytest.approx(0.1)
    assert_explains(sources, "does not comply", "exceeding: ammonia nitrogen", at=1)
    assert_explains(sources, "not evaluated", at=3)
    judged = water.evaluate_sources({"cod": 25}, not_judged=())
    assert (judged.value, judged.exceeding_items()) == (False, ("cod",))
    background = water.evaluate_sources({"fluoride": 1.4, "nh3n": 0.2}, background=("fluoride",))
    assert background.value is True
    with pytest.raises(MeasurementError, match="radium: not an item of Table 3"):
        water.evaluate_sources({"nh3n": 1}, specific={"radium": 1})


def test_table_three_has_eighty_items_and_two_and_three_make_109_with_one():
    assert len(water.specific_items()) == 80
    assert 24 + 5 + 80 == 109


def test_compliance_rate_by_number_and_volume():
    # 11 of 12 = 91.7 %
    assert water.source_compliance_rate([1] * 11 + [0]).value == pytest.approx(91.667, abs=0.001)
    by_volume = water.source_compliance_rate([True, False, None], basis="volume", volume=[300, 100, 50])
    assert (by_volume.value, by_volume.validity.n) == (75.0, 2)
    assert_explains(by_volume, "withdrawal")
    assert np.isnan(water.source_compliance_rate([np.nan]).value)
    with pytest.raises(MeasurementError, match="needs the volume"):
        water.source_compliance_rate([1], basis="volume")
    with pytest.raises(MeasurementError, match="True or False"):
        water.source_compliance_rate([0.5])


@pytest.mark.parametrize(
    ("reading", "grade"),
    [
        ({"do": 2.01}, 0), ({"do": 2.0}, 1), ({"do": 0.2}, 1), ({"do": 0.19}, 2),
        ({"sd": 25.1}, 0), ({"sd": 25}, 1), ({"sd": 10}, 1), ({"sd": 9.9}, 2),
        ({"orp": 51}, 0), ({"orp": 50}, 1), ({"orp": -200}, 1), ({"orp": -201}, 2),
        ({"nh3n": 7.9}, 0), ({"nh3n": 8}, 1), ({"nh3n": 15}, 1), ({"nh3n": 15.1}, 2),
        ({"sd": 20, "depth": 20}, 0), ({"sd": 8, "depth": 20}, 1), ({"sd": 7.9, "depth": 20}, 2),
        ({"sd": 12, "depth": 25}, 1),
    ],
)  # fmt: skip
def test_black_odorous_grades_on_both_sides(reading, grade):
    assert water.black_odorous_grade(**reading).value == grade


def test_the_worst_item_of_black_odorous_water_decides():
    found = water.black_odorous_grade(sd=[30, 20, np.nan], do=[3, 0.1, np.nan])
    assert found.value.tolist() == pytest.approx([0, 2, np.nan], nan_ok=True)
    assert found.grade_name(at=1) == "重度黑臭"
    assert_explains(found, "heavily black-odorous", at=1)


def test_capacity_of_the_golden_vectors():
    # D = exp(-0.2 / 86400 * 10000 / 0.3) = 0.92574 ; (20 - 12 D) * 15 = 133.37 g/s ; * 31.536 = 4205.8 t/a
    end = water.capacity_river(**REACH, source="end")
    assert end.decay == pytest.approx(0.92574, abs=5e-6)
    assert end.grams_per_second == pytest.approx(133.37, abs=0.005)
    assert end.value == pytest.approx(4205.8, abs=0.05)
    assert water.capacity_river(**REACH, source="middle").value == pytest.approx(4371.3, abs=0.05)
    assert water.capacity_river(**REACH, source="distributed").value == pytest.approx(4370.2, abs=0.05)
    assert_explains(end, "Environmental capacity", "to be verified")


def test_capacity_without_decay_and_beyond_the_target():
    still = water.capacity_river(**{**REACH, "k_per_day": 0.0}, source="distributed")
    assert still.value == pytest.approx(water.capacity_zero_dimension(cs=20, c0=12, q=15).value)
    assert water.capacity_river(**{**REACH, "c0": 40}).value < 0
    half = water.capacity_river(**REACH, source="distributed", unevenness=0.5)
    assert half.value == pytest.approx(4370.2 / 2, abs=0.05)
    many = water.capacity_river(**{**REACH, "q": [15, np.nan, 200]})
    assert np.isnan(many.value[1])
    assert any("two-dimensional" in mark.en for mark in many.marks)
    with pytest.raises(MeasurementError, match="u is 0"):
        water.capacity_river(**{**REACH, "u": 0})


def test_zero_dimensional_capacity_with_an_effluent():
    # mixed (40 * 5 + 12 * 15) / 20 = 19 ; (20 - 19) * 20 = 20 g/s
    found = water.capacity_zero_dimension(cs=20, c0=12, q=15, cp=40, qp=5)
    assert (found.concentration, found.grams_per_second) == (19.0, 20.0)
    assert water.mixed_concentration([[12, 40], [5, 5]], [[15, 5], [1, 1]]).tolist() == [19.0, 5.0]


def test_wide_river_gives_back_its_target():
    figures = {"k_per_day": 0.2, "x_km": 2, "u": 0.5, "depth": 5, "e_y": 0.4, "width": 300, "y": 20}
    load = water.capacity_wide_river(cs=20, c0=12, **figures).grams_per_second
    x, u, h, e, b, y = 2000, 0.5, 5, 0.4, 300, 20
    plume = np.exp(-u * y**2 / (4 * e * x)) + np.exp(-u * (2 * b - y) ** 2 / (4 * e * x))
    concentration = (12 + load / (h * np.sqrt(np.pi * e * x * u)) * plume) * np.exp(-0.2 / 86400 * x / u)
    assert concentration == pytest.approx(20)


def test_design_flow_of_ninety_percent():
    # driest months 30 .. 14 in nine years: the ninth of ten Weibull places is the smallest, 14
    flows = [[flow + 5] * 11 + [flow] for flow in (30, 28, 26, 24, 22, 20, 18, 16, 14)]
    assert water.design_flow(flows) == 14.0
    # nineteen years 1..19: place 0.9 * 20 = 18th largest = 2
    assert water.design_flow([[year] * 12 for year in range(1, 20)]) == pytest.approx(2.0)
    assert water.design_flow([[1] * 12, *([[9] * 12] * 10)], method="lowest") == 9.0
    with pytest.raises(MeasurementError, match=r"\(years, 12\)"):
        water.design_flow([1, 2, 3])

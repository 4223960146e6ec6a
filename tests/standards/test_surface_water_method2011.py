"""Sections, rivers, basins, lakes, changes and trends by the method of 2011."""

import json
from datetime import date

import numpy as np
import pytest

from ecociv.core.trace import Trace
from ecociv.standards import MeasurementError, ParameterOutsideValidity, parameter
from ecociv.standards import surface_water as water
from ecociv.standards.surface_water import Change, Trend, WaterState


def assert_explains(result, *words, at=None):
    """Both languages can be written and the trace survives JSON."""
    text = result.explain("en", at=at)
    assert result.explain("zh", at=at)
    for word in words:
        assert word in text, text
    trace = result.trace(at)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


@pytest.mark.parametrize(
    ("nh3n", "value", "state", "colour", "zh"),
    [
        (0.15, 1, WaterState.EXCELLENT, "blue", "优"),
        (0.5, 2, WaterState.EXCELLENT, "blue", "优"),
        (0.51, 3, WaterState.GOOD, "green", "良好"),
        (1.01, 4, WaterState.LIGHT, "yellow", "轻度污染"),
        (1.51, 5, WaterState.MODERATE, "orange", "中度污染"),
        (2.01, 6, WaterState.HEAVY, "red", "重度污染"),
    ],
)
def test_states_and_colours(nh3n, value, state, colour, zh):
    found = water.evaluate_section(nh3n=nh3n)
    assert (found.value, found.state, found.colour(), found.state.label.zh) == (value, state, colour, zh)


def test_nitrogen_and_coliforms_do_not_enter_the_evaluation():
    found = water.evaluate_section(nh3n=0.1, tn=9.0, coliform=90_000, water_body="lake")
    assert found.value == 1
    assert found.water_class.not_evaluated == ("tn", "coliform")
    assert len(parameter("surface_water.evaluated_items", edition="环办〔2011〕22号").value) == 21


def test_statistics_are_rounded_since_2020_and_not_before():
    assert water.evaluate_section(nh3n=1.004).value == 3
    assert water.evaluate_section(nh3n=1.004, on=date(2021, 1, 1)).value == 3
    assert water.evaluate_section(nh3n=1.004, on=date(2016, 1, 1)).value == 4
    assert water.evaluate_section(nh3n=1.004, rounding="none").value == 4
    with pytest.raises(ParameterOutsideValidity, match="环办〔2011〕22号"):
        water.evaluate_section(nh3n=1.0, on=date(2010, 1, 1))


def test_main_indicators_worst_class_first_then_by_multiple():
    # NH3-N 1.7: V, (1.7-1)/1 = 0.7 ; TP 0.31: V, 0.55 ; COD 24: IV, 0.2 ; CODMn 6.8: IV, 0.13
    found = water.evaluate_section(ph=7.2, do=5.5, codmn=6.8, nh3n=1.7, tp=0.31, cod=24)
    main = found.main_indicators()
    assert [indicator.item for indicator in main] == ["nh3n", "tp", "cod"]
    assert [indicator.multiple for indicator in main] == pytest.approx([0.7, 0.55, 0.2])
    # 0.55 to one decimal, half to even: 0.6
    assert water.indicators_text(main) == "氨氮(0.7)、总磷(0.6)、化学需氧量(0.2)"
    assert water.indicators_text(main, "en") == "ammonia nitrogen (0.7), total phosphorus (0.6), COD (0.2)"


def test_a_worse_class_goes_before_a_larger_multiple():
    # BOD5 10.5: worse than V, (10.5-4)/4 = 1.625 ; oil 0.4: IV, (0.4-0.05)/0.05 = 7
    found = water.evaluate_section(bod5=10.5, oil=0.4)
    assert [indicator.item for indicator in found.main_indicators()] == ["bod5", "oil"]


def test_cyanide_and_heavy_metals_go_first():
    # lead 0.06: V ; cadmium 0.006: V ; ammonia 4: worse than V by 3
    found = water.evaluate_section(nh3n=4.0, pb=0.06, cd=0.006, tp=0.5)
    assert [indicator.item for indicator in found.main_indicators()] == ["cd", "pb", "nh3n"]
    cyanide = water.evaluate_section(nh3n=4.0, cyanide=0.3)
    assert cyanide.main_indicators()[0].item == "cyanide"
    # a metal that is within class III does not
    assert [i.item for i in water.evaluate_section(nh3n=4.0, pb=0.05).main_indicators()] == ["nh3n"]


def test_oxygen_and_ph_have_no_multiple_and_stand_last_in_their_class():
    found = water.evaluate_section(do=1.5, ph=9.9, nh3n=2.1)  # all worse than V
    main = found.main_indicators()
    assert [indicator.item for indicator in main] == ["nh3n", "ph", "do"]
    assert [indicator.multiple for indicator in main] == [pytest.approx(1.1), None, None]
    assert water.indicators_text(main) == "氨氮(1.1)、pH、溶解氧"


def test_excellent_and_good_sections_have_no_main_indicators():
    assert water.evaluate_section(nh3n=0.9).main_indicators() == ()
    many = water.evaluate_section(nh3n=[0.9, 1.2], codmn=[None, 5.0])
    assert [many.main_indicators(row) for row in (0, 1)][0] == ()
    assert many.main_indicators(1)[0].item == "nh3n"
    assert_explains(many, "state: light pollution", "ammonia nitrogen (0.2)", at=1)
    assert many.state.tolist() == [WaterState.GOOD, WaterState.LIGHT]


def test_a_section_without_data_has_no_state():
    found = water.evaluate_section(nh3n=[np.nan])
    assert found.grade.tolist() == [0]
    assert found.state.tolist() == [None]
    assert found.colour() is None
    assert_explains(found)


def test_unknown_items_are_refused():
    with pytest.raises(MeasurementError, match="ammonia: no such item"):
        water.evaluate_section(ammonia=1.0)


def test_words_of_a_class():
    assert (water.describe(2), water.describe(6), water.describe(0)) == (
        "符合Ⅱ类标准",
        "劣于Ⅴ类标准",
        "无水质类别",
    )


@pytest.mark.parametrize(
    ("good", "worse", "state"),
    [
        (90, 0, WaterState.EXCELLENT),
        (90, 10, WaterState.EXCELLENT),
        (89, 0, WaterState.GOOD),
        (75, 25, WaterState.GOOD),
        (74, 19, WaterState.LIGHT),
        (74, 20, WaterState.MODERATE),
        (60, 39, WaterState.MODERATE),
        (60, 40, WaterState.HEAVY),
    ],
)
def test_basin_states_on_both_sides_of_the_bounds(good, worse, state):
    classes = [2] * good + [6] * worse + [4] * (100 - good - worse)
    found = water.basin_state(classes)
    assert (found.state, found.share_good, found.share_worse_than_v) == (state, good, worse)
    assert_explains(found, f"classes I to III {good}.0 %")


def test_nine_of_ten_is_ninety_percent():
    assert water.basin_state([1] * 9 + [4]).state is WaterState.EXCELLENT
    # 29 of 100 sections through binary fractions would not be 0.29; whole numbers are compared
    assert water.basin_state([1] * 27 + [4] * 3).state is WaterState.EXCELLENT


def test_sections_without_data_are_left_out():
    found = water.basin_state([2, 2, 2, 2, 0, np.nan])
    assert (found.validity.n, found.validity.enough) == (4, False)
    none = water.basin_state([0, 0])
    assert (none.value, none.state) == (0, None)
    with pytest.raises(MeasurementError, match="whole numbers from 1 to 6"):
        water.basin_state([2, 7])


def test_four_sections_by_their_mean_five_by_shares():
    four = water.evaluate_basin(nh3n=[0.2, 0.2, 0.2, 3.0])
    # mean (0.2 * 3 + 3) / 4 = 0.9: class III
    assert (four.method, four.mean.value, four.state) == ("mean", 3, WaterState.GOOD)
    five = water.evaluate_basin(nh3n=[0.2, 0.2, 0.2, 0.2, 3.0])
    # 4 of 5 are class I to III = 80 %
    assert (five.method, five.state, five.shares.share_good) == ("shares", WaterState.GOOD, 80.0)
    assert five.exceeding_shares() == {"nh3n": 20.0}
    assert_explains(four, "class of the mean")
    assert_explains(five, "shares of the classes")


def test_the_mean_ph_of_sections_goes_through_hydrogen_ions():
    # -log10((10^-5.0 + 10^-9.0) / 2) = 5.30: below 6, where the plain mean 7.0 would be class I
    assert water.evaluate_basin(ph=[5.0, 9.0], rounding="none").mean.value == 6


def test_main_indicators_of_a_basin_by_the_share_of_sections():
    found = water.evaluate_basin(
        codmn=[7, 7, 7, 3, 3, 3],
        nh3n=[1.2, 0.3, 0.3, 0.3, 0.3, 0.3],
        tp=[0.25, 0.25, 0.1, 0.1, 0.1, 0.1],
        do=[4, 8, 8, 8, 8, 8],
    )
    # CODMn exceeds in 3 of 6, TP in 2, DO and NH3-N in 1 each: three are named, ties in the order of the table
    assert found.main_indicators() == ("codmn", "tp", "do")
    assert found.exceeding_shares() == pytest.approx(
        {"codmn": 50.0, "tp": 100 / 3, "do": 100 / 6, "nh3n": 100 / 6}
    )


def test_several_rivers_at_once_with_gaps():
    nh3n = np.array([[0.2, 0.2, 0.2, 0.2, 3.0], [0.2, 1.2, np.nan, np.nan, np.nan], [np.nan] * 5])
    found = water.evaluate_basin(nh3n=nh3n)
    assert found.method.tolist() == ["shares", "mean", ""]
    assert found.value.tolist() == [2, 2, 0]
    assert found.state.tolist() == [WaterState.GOOD, WaterState.GOOD, None]
    assert found.validity.enough.tolist() == [True, True, False]
    assert_explains(found, at=1)
    turned = water.evaluate_basin(nh3n=nh3n.T, axis=0)
    assert turned.value.tolist() == found.value.tolist()


def test_a_lake_is_the_mean_of_its_points_over_time_then_space():
    # TP: points 0.03 and 0.05 -> 0.04, class III of lakes; TN 1.8 would be V and does not enter
    lake = water.evaluate_lake(tp=[0.03, 0.05], tn=[1.6, 2.0], chla=[10, 14], sd=[1.1, 1.3], codmn=[3.0, 3.4])
    assert (lake.value, lake.state, lake.section.water_class.not_evaluated) == (3, WaterState.GOOD, ("tn",))
    assert lake.trophic.value == pytest.approx(
        water.trophic_level_index(chla=12, tp=0.04, tn=1.8, sd=1.2, codmn=3.2).value
    )
    assert_explains(lake, "Trophic level index")
    # two tests of point 1 and one of point 2: (mean(0.02, 0.04) + 0.07) / 2 = 0.05, not the mean of three 0.043
    times = water.evaluate_lake(tp=[[0.02, 0.07], [0.04, np.nan]], axis=1, time_axis=0, rounding="none")
    assert times.section.water_class.columns["tp"][0] == pytest.approx(0.05)
    other = water.evaluate_lake(tp=[[0.02, 0.04], [0.07, np.nan]], axis=0, time_axis=1, rounding="none")
    assert other.section.water_class.columns["tp"][0] == pytest.approx(0.05)
    with pytest.raises(MeasurementError, match="time_axis"):
        water.evaluate_lake(tp=[0.02, 0.04], time_axis=0)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (3, 3, Change.NONE),
        (4, 3, Change.BETTER),
        (3, 4, Change.WORSE),
        (5, 3, Change.MARKEDLY_BETTER),
        (2, 6, Change.MARKEDLY_WORSE),
    ],
)
def test_change_of_a_section_by_steps_of_class(before, after, change):
    found = water.section_change(before, after)
    assert found.change is change
    assert_explains(found, change.label.en)


def test_change_by_state_does_not_tell_class_one_from_two():
    assert water.section_change(1, 2).change is Change.WORSE
    assert water.section_change(1, 2, by="state").change is Change.NONE
    assert water.section_change([3, 0], [2, 4]).change.tolist() == [Change.BETTER, None]
    assert water.section_change(0, 4).validity.enough is False


@pytest.mark.parametrize(
    ("good", "worse", "change"),
    [
        ((70, 80), (10, 10), Change.NONE),  # 10 - 0 = 10
        ((70, 80.1), (10, 10), Change.BETTER),  # 10.1
        ((70, 80), (20, 10), Change.BETTER),  # 10 + 10 = 20
        ((70, 80), (20.1, 10), Change.MARKEDLY_BETTER),  # 20.1
        ((80, 70), (10, 10.1), Change.WORSE),  # -10.1
        ((90, 60), (0, 5), Change.MARKEDLY_WORSE),  # -35
    ],
)
def test_change_of_a_basin_on_both_sides_of_the_bounds(good, worse, change):
    found = water.basin_change(
        good_before=good[0], good_after=good[1], worse_before=worse[0], worse_after=worse[1]
    )
    assert found.change is change
    assert_explains(found, change.label.en)


def test_changes_refuse_what_is_no_share_and_no_class():
    with pytest.raises(MeasurementError, match="between 0 and 100"):
        water.basin_change(good_before=101, good_after=1, worse_before=0, worse_after=0)
    with pytest.raises(MeasurementError, match="classes are 1 to 6"):
        water.section_change(7, 1)
    missing = water.basin_change(good_before=np.nan, good_after=1, worse_before=0, worse_after=0)
    assert np.isnan(missing.value)
    assert missing.change is None


def test_the_golden_rank_correlation_is_borderline():
    found = water.spearman_trend([3.2, 3.0, 2.9, 2.7, 2.8])
    # ranks 5 4 3 1 2 against 1..5: d^2 = 16 + 4 + 0 + 9 + 9 = 38 ; 1 - 6 * 38 / 120 = -0.9
    assert found.value == pytest.approx(-0.9)
    assert (found.critical, found.significant, found.borderline, found.trend) == (
        0.9,
        False,
        True,
        Trend.STEADY,
    )
    assert_explains(found, "equals the critical value")


def test_trends_and_their_direction():
    falling, rising = [9, 8, 7, 6, 5, 4], [4, 5, 6, 7, 8, 9]
    assert water.spearman_trend(falling).trend is Trend.IMPROVING
    assert water.spearman_trend(rising).trend is Trend.WORSENING
    assert water.spearman_trend(rising, higher_is_worse=False).trend is Trend.IMPROVING
    # N = 6 at 0.01 needs more than 0.943, which -1 is; N = 5 needs more than 1.000, which it is not
    assert water.spearman_trend(falling, significance=0.01).significant
    five = water.spearman_trend(falling[:5], significance=0.01)
    assert (five.significant, five.borderline) == (False, True)


def test_ties_share_their_rank():
    # values 1 2 2 3 4: ranks 1 2.5 2.5 4 5 against 1..5: d^2 = 0.25 + 0.25 = 0.5 ; 1 - 3 / 120 = 0.975
    assert water.spearman_trend([1, 2, 2, 3, 4]).value == pytest.approx(0.975)


def test_trends_of_many_series_with_gaps():
    series = [[5, 4, np.nan, 3, 2, 1], [1, 2, 3, 4, np.nan, np.nan], [3, 3, 3, 3, 3, 3]]
    found = water.spearman_trend(series)
    assert found.value[0] == -1
    assert np.isnan(found.value[1])
    assert found.validity.n.tolist() == [5, 4, 6]
    assert found.validity.enough.tolist() == [True, False, True]
    assert found.trend.tolist() == [Trend.IMPROVING, None, Trend.STEADY]


def test_between_two_rows_of_the_table_the_stricter_value_is_used():
    eleven = water.spearman_trend(list(range(11)))
    assert eleven.critical == 0.564  # that of N = 10
    assert "no N = 11" in eleven.explain("en")
    assert np.isnan(water.spearman_trend(list(range(31))).critical)
    assert water.spearman_trend(list(range(31))).validity.enough is False
    with pytest.raises(MeasurementError, match="0.05 and 0.01"):
        water.spearman_trend([1, 2, 3, 4, 5], significance=0.1)


def test_the_critical_values_stand_beside_known_tables():
    # One-sided critical values fall with N, and those of 0.01 lie above those of 0.05.
    table = parameter("surface_water.spearman", edition="环办〔2011〕22号").table
    assert list(table["0.05"]) == sorted(table["0.05"], reverse=True)
    assert all(strict > mild for strict, mild in zip(table["0.01"], table["0.05"], strict=True))
    assert len(table["n"]) == len(table["0.05"]) == len(table["0.01"])

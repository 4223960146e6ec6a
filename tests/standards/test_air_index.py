"""The air quality index: worked vectors of both editions, both sides of every limit, gaps and what is beyond range."""

import math
from datetime import date

import numpy as np
import pytest

from ecociv.core.trace import Trace
from ecociv.standards import AmbiguousEdition, MeasurementError, ParameterOutsideValidity, air

OLD, NEW = "HJ 633-2012", "HJ 633-2026"
WHOLE = {"so2": 1, "no2": 1, "co": 0.1, "pm10": 1, "pm2_5": 1}
"""A complete set of low figures: sub-indices of at most 3, so that the pollutant under test decides."""


def daily(edition, **figures):
    return air.daily_aqi(**{**WHOLE, "o3_8h": 1, **figures}, edition=edition)


def hourly(edition, **figures):
    return air.hourly_aqi(**{**WHOLE, "o3": 1, **figures}, edition=edition)


class TestWorkedExample:
    figures = {"so2": 12, "no2": 38, "co": 0.8, "o3_8h": 150, "pm10": 118, "pm2_5": 62}

    def test_2026(self):
        day = air.daily_aqi(**self.figures, edition=NEW)
        # NO2 38/40*50 = 47.5; O3 50 + 50/60*50 = 91.67; PM10 50 + 50/70*68 = 98.57; PM2.5 100 + 50/55*2 = 101.82
        assert day.sub_indices == {"so2": 12, "no2": 48, "co": 20, "o3_8h": 92, "pm10": 99, "pm2_5": 102}
        assert (day.value, day.level, day.primary) == (102, 3, ("pm2_5",))
        assert day.level_name("zh") == "轻度污染"
        assert day.colour() == "#ff7e00"

    def test_2012(self):
        day = air.daily_aqi(**self.figures, edition=OLD)
        # PM10 50 + 50/100*68 = 84; PM2.5 50 + 50/40*27 = 83.75
        assert day.sub_indices["pm10"] == 84
        assert day.sub_indices["pm2_5"] == 84
        assert (day.value, day.level, day.primary) == (92, 2, ("o3",))


@pytest.mark.parametrize(
    ("item", "concentration", "sub_index"),
    [
        ("pm2_5", 35, 50),
        ("pm2_5", 59, 98),  # 50 + 50/25*24 = 98 exactly: nothing to round up
        ("pm2_5", 60, 100),
        ("pm2_5", 60.5, 100),  # half to even: 60
        ("pm2_5", 60.6, 101),  # 61: 100 + 50/55 = 100.9
        ("pm2_5", 61.5, 102),  # half to even: 62: 101.8
        ("pm2_5", 75, 114),  # 100 + 50/55*15 = 113.6
        ("pm2_5", 115, 150),
        ("pm10", 118, 99),
        ("pm10", 120, 100),
        ("pm10", 150, 112),  # 100 + 50/130*30 = 111.5
        ("co", 0.85, 20),  # half to even: 0.8
        ("co", 0.75, 20),  # half to even: 0.8
        ("o3_8h", 800, 300),
        ("o3_8h", 801, 300),
        ("o3_8h", 5000, 300),
        ("pm2_5", 500, 500),
        ("pm2_5", 2071, 500),
    ],
)
def test_sub_indices_of_2026(item, concentration, sub_index):
    assert daily(NEW, **{item: concentration}).sub_indices[item] == sub_index


@pytest.mark.parametrize(
    ("item", "concentration", "sub_index"),
    [
        ("pm2_5", 75, 100),
        ("pm2_5", 75.01, 101),  # not rounded first: 100 + 50/40*0.01 = 100.0125
        ("pm2_5", 60.5, 82),  # 50 + 50/40*25.5 = 81.875
        ("pm10", 150, 100),
        ("co", 0.85, 22),  # 0.85/2*50 = 21.25
    ],
)
def test_sub_indices_of_2012_take_concentrations_as_given(item, concentration, sub_index):
    assert daily(OLD, **{item: concentration}).sub_indices[item] == sub_index


def test_float_noise_does_not_raise_the_index():
    # the mean of 0.7, 0.8 and 0.9 is 0.8; float arithmetic may leave it a little above
    assert daily(OLD, co=0.8000000000000002).sub_indices["co"] == 20
    assert daily(OLD, pm2_5=35.00000000000001).value == 50


@pytest.mark.parametrize("edition", [OLD, NEW])
@pytest.mark.parametrize(
    ("item", "edges"),
    [
        ("so2", {50: 1, 150: 2, 475: 3, 800: 4, 1600: 5}),
        ("no2", {40: 1, 80: 2, 180: 3, 280: 4, 565: 5}),
        ("o3_8h", {100: 1, 160: 2, 215: 3, 265: 4, 800: 5}),
        ("pm10", {50: 1, 250: 3, 350: 4, 420: 5}),
        ("pm2_5", {35: 1, 115: 3, 150: 4, 250: 5}),
    ],
)
def test_levels_on_both_sides_of_each_breakpoint(edition, item, edges):
    for edge, level in edges.items():
        assert daily(edition, **{item: edge}).level == level
        if item == "o3_8h" and edge == 800:
            continue  # beyond 800 the edition's rule applies, tested below
        assert daily(edition, **{item: edge + 1}).level == level + 1
        assert daily(edition, **{item: edge - 1}).level == level


def test_the_hundred_of_particles_is_what_moved_in_2026():
    assert (daily(OLD, pm2_5=75).level, daily(OLD, pm2_5=76).level) == (2, 3)
    assert (daily(NEW, pm2_5=60).level, daily(NEW, pm2_5=61).level) == (2, 3)
    assert (daily(OLD, pm10=150).level, daily(OLD, pm10=151).level) == (2, 3)
    assert (daily(NEW, pm10=120).level, daily(NEW, pm10=121).level) == (2, 3)
    for pm2_5 in (115, 130, 150, 250, 400):  # from 150 up the index is the same
        assert daily(OLD, pm2_5=pm2_5).value == daily(NEW, pm2_5=pm2_5).value


class TestBeyondRange:
    def test_hourly_so2_counts_200_in_2026(self):
        assert hourly(NEW, so2=800).value == 200
        over = hourly(NEW, so2=801)
        assert (over.value, over.at_least) == (200, False)

    def test_hourly_so2_turns_to_the_24_hour_mean_in_2012(self):
        # 24-hour mean 475: index 150; the 1-hour mean of 900 has no index of its own
        over = hourly(OLD, so2=900, so2_24h=475)
        assert (over.value, over.primary, over.at_least) == (150, ("so2",), False)

    def test_without_the_24_hour_mean_the_index_is_a_lower_bound(self):
        over = hourly(OLD, so2=900)
        assert (over.value, over.at_least, over.shown()) == (200, True, "≥200")
        assert hourly(OLD, so2=800).at_least is False

    def test_daily_ozone_turns_to_the_1_hour_maximum_in_2012(self):
        # 1000 on the 1-hour column: 400
        assert daily(OLD, o3_8h=900, o3_1h=1000).value == 400
        alone = daily(OLD, o3_8h=900)
        assert (alone.value, alone.at_least) == (300, True)

    def test_both_ozone_averages_enter_the_2012_index(self):
        # 8 h: 100 -> 50; 1 h: 300 -> 150
        day = daily(OLD, o3_8h=100, o3_1h=300)
        assert (day.value, day.primary) == (150, ("o3",))
        assert (day.sub_indices["o3_8h"], day.sub_indices["o3_1h"]) == (50, 150)

    def test_2026_has_no_1_hour_ozone_in_the_daily_report(self):
        with pytest.raises(MeasurementError, match="leave o3_1h out"):
            daily(NEW, o3_1h=100)

    def test_above_the_last_breakpoint_500(self):
        for edition in (OLD, NEW):
            assert hourly(edition, pm10=5000).value == 500


class TestPrimary:
    def test_none_up_to_50(self):
        assert daily(NEW, pm2_5=35).primary == ()
        assert daily(NEW, pm2_5=36).primary == ("pm2_5",)

    def test_ties_are_all_named(self):
        # PM10 150 and PM2.5 75: both 100 in 2012; O3 160: 100
        tied = daily(OLD, pm10=150, pm2_5=75, o3_8h=160)
        assert tied.primary == ("o3", "pm10", "pm2_5")

    def test_exceeding_pollutants_of_2012_and_their_end(self):
        day = daily(OLD, pm10=151, pm2_5=76, o3_8h=160)
        assert day.exceeding == ("pm10", "pm2_5")
        assert daily(NEW, pm10=151).exceeding is None

    def test_arrays_are_decoded_when_read(self):
        # third row: PM2.5 100 + 50/40 = 101.25 and PM10 100 + 50/100*3 = 101.5, both 102
        many = daily(OLD, pm2_5=np.array([35, 36, 76]), pm10=np.array([50, 50, 153]))
        assert list(many.primary) == [(), ("pm2_5",), ("pm10", "pm2_5")]
        assert many.primary.labels("zh") == ["—", "细颗粒物(PM2.5)", "颗粒物(PM10)、细颗粒物(PM2.5)"]
        assert many.primary.contains("pm10").tolist() == [False, False, True]
        assert list(many.exceeding) == [(), (), ("pm10", "pm2_5")]


class TestGaps:
    def test_2026_publishes_an_incomplete_index_only_above_100(self):
        clean = air.daily_aqi(pm2_5=60, pm10=50, edition=NEW)
        assert math.isnan(clean.value)
        assert (clean.level, clean.primary, clean.validity.n, clean.validity.enough) == (0, (), 2, False)
        assert clean.sub_indices == {"pm10": 50, "pm2_5": 100}  # sub-indices are published all the same
        foul = air.daily_aqi(pm2_5=61, pm10=50, edition=NEW)
        assert (foul.value, foul.validity.enough) == (101, True)

    def test_2026_exemption_fills_the_gap(self):
        figures = {"no2": 10, "co": 0.5, "o3_8h": 50, "pm10": 30, "pm2_5": 20}
        assert math.isnan(air.daily_aqi(**figures, edition=NEW).value)
        exempt = air.daily_aqi(**figures, edition=NEW, exempt=("so2",))
        assert exempt.value == 30  # PM10 30 -> 30; PM2.5 20/35*50 = 28.6 -> 29
        with pytest.raises(ValueError, match="not a pollutant"):
            air.daily_aqi(**figures, edition=NEW, exempt=("SO2",))

    def test_2012_takes_what_is_there_and_reports_the_gap(self):
        day = air.daily_aqi(pm2_5=60, edition=OLD)
        assert (day.value, day.validity.n, day.validity.needed, day.validity.enough) == (82, 1, 6, True)

    def test_all_missing_is_missing_and_never_zero(self):
        for edition in (OLD, NEW):
            none = air.hourly_aqi(pm2_5=math.nan, so2=None, edition=edition)
            assert math.isnan(none.value)
            assert (none.level, none.primary, none.shown()) == (0, (), "NA")

    def test_a_row_with_a_gap_does_not_touch_its_neighbours(self):
        rows = air.hourly_aqi(pm2_5=[35, math.nan, 75], pm10=[10, 40, math.nan], edition=OLD)
        np.testing.assert_array_equal(rows.value, [50, 40, 100])
        assert rows.validity.n.tolist() == [2, 1, 1]

    def test_negative_and_infinite_readings_are_refused_with_their_place(self):
        column = np.full(300_000, 20.0)
        column[262_145] = -999.0
        with pytest.raises(MeasurementError, match=r"pm2_5 .* is -999 ug/m3 in element 262145"):
            air.hourly_aqi(pm2_5=column, edition=OLD)
        with pytest.raises(MeasurementError, match="inf"):
            air.hourly_aqi(pm2_5=[1.0, np.inf], edition=NEW)
        with pytest.raises(MeasurementError, match="mg/m3"):
            air.hourly_aqi(co=-0.001, edition=OLD)

    def test_no_rows_give_no_rows(self):
        none = air.hourly_aqi(pm2_5=[], edition=OLD)
        assert none.value.shape == (0,)
        assert list(none.primary) == []
        assert none.sub_indices["pm2_5"].shape == (0,)

    def test_nothing_given(self):
        with pytest.raises(MeasurementError, match="Nothing was given"):
            air.hourly_aqi(edition=OLD)
        with pytest.raises(MeasurementError, match="None of"):
            air.hourly_aqi(so2_24h=3, edition=OLD)


class TestEditionByDay:
    def test_the_day_decides(self):
        assert air.daily_aqi(pm2_5=70, on=date(2026, 2, 28)).edition == OLD
        assert air.daily_aqi(pm2_5=70, on=date(2026, 3, 1)).edition == NEW

    def test_staged_years_are_marked(self):
        marked = air.daily_aqi(pm2_5=70, on=date(2014, 6, 1)).marks
        assert any("taken up in stages" in mark.en for mark in marked)

    def test_no_default(self):
        with pytest.raises(AmbiguousEdition, match="HJ 633-2026"):
            air.daily_aqi(pm2_5=70)
        with pytest.raises(ParameterOutsideValidity, match="2011-01-01"):
            air.daily_aqi(pm2_5=70, on=date(2011, 1, 1))
        with pytest.raises(AmbiguousEdition, match="Known editions: HJ 633-2012, HJ 633-2026"):
            air.daily_aqi(pm2_5=70, edition="HJ 633-2020")


class TestExplanation:
    def test_says_formula_breakpoints_and_rounding_in_both_languages(self):
        day = air.daily_aqi(**TestWorkedExample.figures, edition=NEW)
        for lang, words in {
            "zh": (
                "日空气质量指数 = 102",
                "首要污染物：细颗粒物(PM2.5)",
                "BP_lo = 60",
                "BP_hi = 115",
                "向上进位取整",
                "HJ 633-2026",
            ),
            "en": (
                "Daily air quality index = 102",
                "level 3",
                "I_lo = 100",
                "half to even",
                "Sub-index of PM2.5 = 102",
            ),
        }.items():
            text = day.explain(lang)
            for word in words:
                assert word in text

    def test_one_element_of_an_array(self):
        many = air.hourly_aqi(pm2_5=[[35, 62], [np.nan, 600]], edition=OLD)
        assert "BP_hi = 75" in many.explain("en", at=1)
        assert many.trace(at=2).value is None
        assert "beyond 500" in many.explain("en", at=3)
        assert "air.index_cap" in many.explain("en", at=3)
        with pytest.raises(ValueError, match="say which one"):
            many.explain()
        with pytest.raises(ValueError, match="no element 4"):
            many.explain(at=4)

    def test_a_row_by_itself_is_the_single_result(self):
        many = air.hourly_aqi(pm2_5=[[35, 62], [np.nan, 600]], pm10=30, edition=NEW)
        single = air.hourly_aqi(pm2_5=62, pm10=30, edition=NEW)
        assert many.row(1).sub_indices == single.sub_indices
        assert many.row(1).trace() == many.trace(at=1) == single.trace()
        assert many.row(1).validity == single.validity

    def test_the_trace_survives_json(self):
        trace = air.daily_aqi(**TestWorkedExample.figures, edition=NEW).trace()
        assert Trace.from_json(trace.to_json()) == trace

    def test_zero_is_shown_as_less_than_one(self):
        assert air.hourly_aqi(pm2_5=0.0, edition=OLD).value == 0
        assert air.hourly_aqi(pm2_5=0.0, edition=OLD).shown() == "<1"

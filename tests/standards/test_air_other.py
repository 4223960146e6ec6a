"""Negative air ions and the colours of the heavy-pollution warning."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import Year
from ecociv.standards import MeasurementError, air
from ecociv.standards.air import WarningColour

NAN = math.nan
OLD, NEW = "2017 scheme", "环大气〔2024〕6号"


class TestIons:
    @pytest.mark.parametrize(
        ("standard", "edges"),
        [
            ("QX/T 380-2017", {1200: (1, 2), 500: (2, 3), 100.5: (3, 3), 100: (4, 4)}),
            ("LY/T 2586-2016", {3000: (1, 2), 1200: (2, 3), 500: (3, 4), 300: (4, 5), 100: (5, 6)}),
        ],
    )
    def test_grades_on_both_sides(self, standard, edges):
        for edge, (at, below) in edges.items():
            assert air.negative_ion_grade(edge, standard=standard).grade == at
            if at != below:
                assert air.negative_ion_grade(np.nextafter(edge, 0), standard=standard).grade == below

    def test_marked_and_explained(self):
        grade = air.negative_ion_grade([1500.0, NAN], standard="QX/T 380-2017")
        assert grade.grade.tolist() == [1, 0]
        assert grade.marks
        assert "grade: 1" in grade.explain("en", at=0)
        assert grade.validity.enough.tolist() == [True, False]

    def test_the_standard_must_be_named(self):
        with pytest.raises(MeasurementError, match=r"QX/T 380-2017, LY/T 2586-2016"):
            air.negative_ion_grade(1000, standard="WHO")

    def test_ion_balance(self):
        # n- 1000, n+ 800: q = 0.8, CI = 1 / 0.8 = 1.25
        assert air.ion_balance_index(1000, 800).value == 1.25
        many = air.ion_balance_index([1000, 1000, 700, 500, 300, 299], [999, 1000, 700, 500, 300, 300])
        assert many.grade.tolist() == ["A", "B", "B", "C", "D", "E"]
        assert math.isnan(air.ion_balance_index(1000, 0).value)
        assert air.ion_balance_index(1000, 0).grade == ""


class TestWarning2024:
    @pytest.mark.parametrize(
        ("days", "colour"),
        [
            ([160, 170, 155], "ORANGE"),
            ([210, 205], "ORANGE"),
            ([210], "YELLOW"),
            ([210, 220, 310], "RED"),
            ([200], "NONE"),
            ([201], "YELLOW"),
            ([151], "NONE"),
            ([151, 151], "YELLOW"),
            ([150, 151], "NONE"),
            ([151, 151, 151], "ORANGE"),
            ([151, 150, 151, 151], "YELLOW"),
            ([210, 220, 300], "ORANGE"),
            ([210, 310], "ORANGE"),
            ([310, 150, 210, 220, 230], "ORANGE"),  # the day above 300 lies outside the run of three
            ([], "NONE"),
        ],
    )
    def test_colours(self, days, colour):
        assert air.warning_level(np.array(days, dtype=float), edition=NEW).value is WarningColour[colour]

    def test_a_missing_day_ends_the_run(self):
        assert air.warning_level([160, NAN, 170, 155], edition=NEW).value is WarningColour.YELLOW

    def test_ozone_days_end_the_run(self):
        warning = air.warning_level([160, 170, 155], ozone_driven=[False, True, False], edition=NEW)
        assert warning.value is WarningColour.NONE

    def test_says_which_days_and_why(self):
        warning = air.warning_level([90, 160, 170, 155, 80], edition=NEW)
        assert warning.days == (1, 3)
        assert "above 150 for 3 days" in warning.explain("en")
        assert "橙色" in warning.explain("zh")
        assert warning.value.cap_severity == "Severe"
        assert warning.marks


class TestWarning2017:
    @pytest.mark.parametrize(
        ("days", "colour"),
        [
            ([201], "BLUE"),
            ([200], "NONE"),
            ([201, 201], "YELLOW"),
            ([201, 201, 201], "YELLOW"),
            ([201, 201, 301], "ORANGE"),
            ([201, 201, 301, 301], "RED"),
            ([201, 301, 201, 301], "ORANGE"),  # two days above 300, but not in a row
            ([500], "RED"),
            ([499], "BLUE"),
            ([160, 170, 155], "NONE"),
        ],
    )
    def test_colours(self, days, colour):
        assert air.warning_level(days, edition=OLD).value is WarningColour[colour]


@given(st.lists(st.integers(0, 500).map(float), min_size=1, max_size=8), st.sampled_from([OLD, NEW]))
def test_worse_air_never_lowers_the_colour(days, edition):
    before = air.warning_level(days, edition=edition).value
    for place in range(len(days)):
        worse = list(days)
        worse[place] = min(500.0, worse[place] + 60)
        assert air.warning_level(worse, edition=edition).value >= before


def test_missing_data_never_speak_through_warnings():
    nothing = np.full((3, 24), NAN)
    dates = np.arange("2019-01-01", "2020-01-01", dtype="datetime64[D]")
    year = np.full(365, NAN)
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for edition in ("HJ 633-2012", "HJ 633-2026"):
            air.hourly_aqi(
                so2=nothing, co=nothing, o3=np.append(NAN, 3000.0).repeat(36).reshape(3, 24), edition=edition
            )
            air.daily_aqi(so2=nothing, o3_8h=nothing, edition=edition).sub_indices
        air.daily_mean(nothing, "co", edition="GB 3095-2012")
        air.mda8(nothing, edition="HJ 663-2013")
        air.eight_hour_means(nothing, edition="HJ 663-2013")
        air.city_mean(nothing)
        air.percentile(nothing, 95)
        air.exceedance_multiple(nothing, 35)
        six = dict.fromkeys(air.POLLUTANTS, year)
        air.evaluate_year(dates, Year(2019), **six).explain("en")
        air.composite_index(**six, edition="HJ 663-2013")
        air.good_day_ratio(year, dates=dates, period=Year(2019)).explain("zh")
        air.negative_ion_grade(year, standard="LY/T 2586-2016")
        air.ion_balance_index(year, np.zeros(365))
        air.warning_level(year, edition=NEW)
        air.rank_cities(year, edition="HJ 663-2013")
        air.sliding_mean(year)

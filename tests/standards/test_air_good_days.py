"""The good-day ratio: what counts, what leaves the denominator, and what happens where the standard changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import Month, Year
from ecociv.standards import MeasurementError, ParameterOutsideValidity, air

OLD, NEW = "HJ 633-2012", "HJ 633-2026"
NAN = math.nan


def days_of(year):
    return np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")


def test_100_is_good_and_101_is_not():
    assert air.good_day_ratio([100, 101], edition=OLD).good == 1


def test_the_worked_ratio():
    # 331 / 360 = 91.944...
    year = air.good_day_ratio([80] * 331 + [120] * 29 + [NAN] * 5, edition=OLD)
    assert (year.good, year.valid, year.published) == (331, 360, 91.9)
    assert year.value == pytest.approx(331 / 360 * 100)


def test_a_missing_day_leaves_the_denominator_and_is_not_bad():
    assert air.good_day_ratio([50, NAN], edition=OLD).published == 100.0
    none = air.good_day_ratio([NAN, NAN], edition=OLD)
    assert math.isnan(none.value)
    assert math.isnan(none.published)
    assert none.validity.enough is False


def test_rounding_is_half_to_even_on_the_exact_quotient():
    # 49 / 400 = 12.25 % exactly: 12.2
    assert air.good_day_ratio([50] * 49 + [150] * 351, edition=OLD).published == 12.2


def test_days_by_level():
    year = air.good_day_ratio([50, 51, 100, 101, 150, 151, 200, 201, 300, 301, 500], edition=OLD)
    assert year.by_level == (1, 2, 2, 2, 2, 2)
    assert year.heavy_pollution_days == 4


def test_a_year_has_its_rule_on_valid_days():
    dates = days_of(2016)
    aqi = np.full(366, 60.0)
    full = air.good_day_ratio(aqi, dates=dates, period=Year(2016))
    assert (full.valid, full.validity.needed, full.validity.enough) == (366, 324, True)
    aqi[:5] = NAN  # January keeps 26 days
    short = air.good_day_ratio(aqi, dates=dates, period=Year(2016))
    assert (short.valid, short.validity.enough) == (361, False)
    assert "months short of it: 1" in short.validity.rule.en
    assert short.published == 100.0  # the counts are facts; the validity says how far they carry


def test_a_month():
    dates = days_of(2016)
    february = air.good_day_ratio(np.full(366, 60.0), dates=dates, period=Month(2016, 2))
    assert (february.valid, february.validity.needed) == (29, 25)


def test_a_period_needs_dates_and_dates_must_be_single():
    with pytest.raises(MeasurementError, match="dates="):
        air.good_day_ratio([50], period=Year(2016), edition=OLD)
    with pytest.raises(MeasurementError, match="more than once"):
        air.good_day_ratio([50, 60], dates=["2016-01-01", "2016-01-01"])
    with pytest.raises(MeasurementError, match="edition="):
        air.good_day_ratio([50])


class TestChangeOfEdition:
    def test_each_day_under_its_own_edition(self):
        series = air.daily_aqi_by_day(["2026-02-28", "2026-03-01"], pm2_5=[70, 70], pm10=[10, 10])
        # 2012: 50 + 50/40*35 = 93.75; 2026: 100 + 50/55*10 = 109.1
        assert series.value.tolist() == [94.0, 110.0]
        assert series.level.tolist() == [2, 3]
        assert [edition for edition, _, _ in series.editions] == [OLD, NEW]

    def test_the_break_is_explained_and_not_mixed_silently(self):
        dates = days_of(2026)
        series = air.daily_aqi_by_day(
            dates, so2=np.full(365, 5), no2=np.full(365, 5), co=np.full(365, 0.5), o3_8h=np.full(365, 50),
            pm10=np.full(365, 20), pm2_5=np.full(365, 70),
        )  # fmt: skip
        year = air.good_day_ratio(series, period=Year(2026))
        assert (year.good, year.valid) == (59, 365)  # January and February under the old limits
        assert year.comparable.ok is False
        assert year.comparable.codes == ("not-comparable",)
        assert "HJ 633-2012 to HJ 633-2026 on 2026-03-01" in year.explain("en")
        assert "不可比" in year.explain("zh")
        assert year.edition == f"{OLD} / {NEW}"

    def test_years_on_either_side_are_whole(self):
        for year, edition in ((2025, OLD), (2027, NEW)):
            ratio = air.good_day_ratio(np.full(365, 50.0), dates=days_of(year), period=Year(year))
            assert ratio.comparable.ok is True
            assert ratio.edition == edition

    def test_staged_years_carry_their_mark(self):
        ratio = air.good_day_ratio(np.full(365, 50.0), dates=days_of(2014), period=Year(2014))
        assert any("taken up in stages" in mark.en for mark in ratio.marks)
        assert not any(
            "taken up in stages" in mark.en
            for mark in air.good_day_ratio(np.full(366, 50.0), dates=days_of(2016), period=Year(2016)).marks
        )

    def test_days_before_the_index_existed_are_an_error(self):
        with pytest.raises(ParameterOutsideValidity, match="2012-01-01"):
            air.daily_aqi_by_day(["2012-01-01"], pm2_5=[10])

    def test_one_hour_ozone_is_used_only_where_the_edition_has_it(self):
        series = air.daily_aqi_by_day(["2026-02-28", "2026-03-01"], o3_8h=[100, 166], o3_1h=[300, 300])
        # 2012: the 1-hour maximum of 300 gives 150; 2026: 100 + 50/55*6 = 105.5 by the 8-hour mean alone
        assert series.value.tolist() == [150.0, 106.0]


@given(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 500).map(float)), min_size=1, max_size=60), st.randoms()
)
def test_order_does_not_matter_and_counts_add_up(values, random):
    ratio = air.good_day_ratio(values, edition=OLD)
    shuffled = list(values)
    random.shuffle(shuffled)
    assert air.good_day_ratio(shuffled, edition=OLD).by_level == ratio.by_level
    assert sum(ratio.by_level) == ratio.valid == sum(not math.isnan(v) for v in values)
    assert ratio.good == ratio.by_level[0] + ratio.by_level[1]


def test_explanation_has_counts_rule_and_rounding():
    text = air.good_day_ratio([80] * 331 + [120] * 29, edition=OLD).explain("en")
    for words in ("Good-day ratio = 91.9", "Good days = 331 days", "Valid days = 360 days", "half to even"):
        assert words in text

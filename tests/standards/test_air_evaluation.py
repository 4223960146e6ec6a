"""Percentiles, limits, the yearly evaluation, the composite index and its ranking."""

import csv
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import Year
from ecociv.standards import MeasurementError, air
from shared_data import shared_file

OLD, NEW = "HJ 663-2013", "HJ 663-2026"
NAN = math.nan


def days_of(year):
    return np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")


CLEAN = {"so2": 8.0, "no2": 18.0, "co": 1.0, "o3": 132.0, "pm10": 45.0, "pm2_5": 26.0}


def year_of(year, **figures):
    days = days_of(year).size
    return {name: np.full(days, value) for name, value in {**CLEAN, **figures}.items()}


class TestPercentile:
    def test_worked_vectors(self):
        tens = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
        # k = 1 + 9*0.9 = 9.1: 90 + 10*0.1; k = 1 + 9*0.98 = 9.82: 90 + 10*0.82
        assert air.percentile(tens, 90) == pytest.approx(91.0)
        assert air.percentile(tens, 98) == pytest.approx(98.2)
        year = np.arange(1, 366)
        assert [air.percentile(year, p) for p in (98, 95, 90)] == pytest.approx([357.72, 346.8, 328.6])

    def test_missing_days_do_not_enter(self):
        assert air.percentile([NAN, 10, NAN, 20], 50) == 15.0
        assert math.isnan(air.percentile([NAN, NAN], 50))
        assert math.isnan(air.percentile([], 50))

    def test_columns(self):
        both = np.array([[1.0, 10.0], [3.0, NAN], [2.0, 30.0]])
        np.testing.assert_array_equal(air.percentile(both, 50), [2.0, 20.0])
        np.testing.assert_array_equal(air.percentile(both.T, 50, axis=1), [2.0, 20.0])

    def test_refuses_a_fraction_of_one_as_percent_above_100(self):
        with pytest.raises(MeasurementError, match="between 0 and 100"):
            air.percentile([1.0], 101)

    @given(st.lists(st.integers(0, 500).map(float), min_size=1, max_size=40), st.sampled_from([90, 95, 98]))
    def test_lies_within_the_values_and_agrees_with_linear_interpolation(self, values, percent):
        found = air.percentile(values, percent)
        assert min(values) <= found <= max(values)
        assert found == pytest.approx(np.percentile(values, percent), abs=1e-9)


class TestLimits:
    @pytest.mark.parametrize(
        ("pollutant", "period", "area_class", "old", "transition", "final"),
        [
            ("so2", "year", 2, 60, 60, 20),
            ("so2", "day", 2, 150, 150, 50),
            ("so2", "hour", 2, 500, 500, 150),
            ("no2", "year", 1, 40, 40, 30),
            ("no2", "day", 2, 80, 80, 50),
            ("co", "day", 2, 4, 4, 4),
            ("o3", "mda8", 1, 100, 100, 100),
            ("o3", "mda8", 2, 160, 160, 160),
            ("pm10", "year", 2, 70, 60, 50),
            ("pm10", "year", 1, 40, 40, 20),
            ("pm10", "day", 2, 150, 120, 100),
            ("pm2_5", "year", 2, 35, 30, 25),
            ("pm2_5", "year", 1, 15, 15, 10),
            ("pm2_5", "day", 1, 35, 35, 25),
            ("pm2_5", "day", 2, 75, 60, 50),
            ("nox", "year", 2, 50, 50, 40),
            ("bap", "day", 2, 0.0025, 0.0025, 0.0025),
        ],
    )
    def test_by_date(self, pollutant, period, area_class, old, transition, final):
        days = {
            date(2026, 2, 28): old,
            date(2026, 3, 1): transition,
            date(2030, 12, 31): transition,
            date(2031, 1, 1): final,
        }
        for day, expected in days.items():
            assert air.limit(pollutant, period, area_class=area_class, on=day).value == expected

    def test_says_what_there_is(self):
        with pytest.raises(MeasurementError, match="sets no limit for 'h2s'"):
            air.limit("h2s", "day", on=date(2020, 1, 1))
        with pytest.raises(MeasurementError, match="sets no 'year' limit for o3; it does for mda8, hour"):
            air.limit("o3", "year", on=date(2020, 1, 1))
        with pytest.raises(MeasurementError, match="classes 1 and 2"):
            air.limit("o3", "mda8", area_class=3, on=date(2020, 1, 1))

    def test_unit_label_and_mark(self):
        co = air.limit("co", "day", on=date(2020, 1, 1))
        assert (co.unit, co.marks) == ("mg/m3", ())
        assert air.limit("nox", "year", edition="GB 3095-2012").marks
        assert (
            air.limit("pm10", "year", area_class=1, edition="GB 3095-2012").label.zh
            == "颗粒物(PM10)年平均限值（一类区）"
        )

    def test_exceedance_multiple(self):
        # (49 - 35) / 35 = 0.4
        np.testing.assert_allclose(air.exceedance_multiple([49, 35, 34, NAN], 35), [0.4, 0, 0, NAN])


class TestComposite:
    def test_worked_example(self):
        # 8/60 + 18/40 + 1/4 + 132/160 + 45/70 + 26/35 = .1333 + .45 + .25 + .825 + .6429 + .7429 = 3.0440
        city = air.composite_index(**CLEAN, edition=OLD)
        assert city.value == pytest.approx(3.0440, abs=5e-5)
        assert (city.published, city.primary) == (3.04, ("o3",))
        assert city.singles["pm10"] == pytest.approx(45 / 70)

    def test_new_limits_and_the_weighted_form(self):
        # 45/60 and 26/30 instead: 3.2750; with weights NO2 2, O3 2, PM2.5 3: .1333+.9+.25+1.65+.75+2.6 = 6.2833
        new = air.composite_index(**CLEAN, edition=NEW)
        assert new.value == pytest.approx(3.2750, abs=5e-5)
        weighted = air.composite_index(**CLEAN, edition=NEW, weighted=True)
        assert weighted.value == pytest.approx(6.2833, abs=5e-5)
        assert any("weights appear in one secondary source" in mark.en for mark in weighted.marks)
        with pytest.raises(MeasurementError, match="HJ 663-2026 only"):
            air.composite_index(**CLEAN, edition=OLD, weighted=True)

    def test_a_missing_pollutant_leaves_no_index(self):
        city = air.composite_index(**{**CLEAN, "co": NAN}, edition=OLD)
        assert math.isnan(city.value)
        assert (city.validity.n, city.validity.enough, city.primary) == (5, False, ())

    def test_arrays_agree_with_scalars(self):
        many = air.composite_index(**{name: [value, value * 2] for name, value in CLEAN.items()}, edition=OLD)
        assert many.value[0] == air.composite_index(**CLEAN, edition=OLD).value
        assert many.value[1] == pytest.approx(2 * many.value[0])
        assert list(many.primary) == [("o3",), ("o3",)]

    def test_ranking_by_published_index_with_shared_places(self):
        assert air.rank_cities([3.044, 2.5, 3.041, NAN, 4.0], edition=OLD).tolist() == [2, 1, 2, 0, 4]
        # three decimals in 2026 tell the two apart
        assert air.rank_cities([3.044, 2.5, 3.041, NAN, 4.0], edition=NEW).tolist() == [3, 1, 2, 0, 4]

    @given(st.lists(st.floats(1, 10), min_size=1, max_size=12), st.randoms())
    def test_ranking_follows_the_city_and_not_the_order(self, values, random):
        places = air.rank_cities(values, edition=OLD)
        order = list(range(len(values)))
        random.shuffle(order)
        shuffled = air.rank_cities([values[k] for k in order], edition=OLD)
        assert shuffled.tolist() == places[order].tolist()
        assert places.min() == 1

    def test_explanation(self):
        text = air.composite_index(**CLEAN, edition=OLD).explain("en")
        assert "Composite air quality index = 3.04" in text
        assert "limit of PM10, annual mean (class 2 area) = 70" in text


class TestSlidingMean:
    def test_three_valid_years(self):
        mean = air.sliding_mean([36.0, 33.0, 30.0, NAN, 30.0])
        np.testing.assert_array_equal(mean.value, [NAN, NAN, 33.0, NAN, NAN])
        assert mean.marks
        assert "33" in mean.explain("en", at=2)


class TestYear:
    def test_a_clean_year_attains(self):
        year = air.evaluate_year(days_of(2019), Year(2019), **year_of(2019))
        assert year.value is True
        assert year.edition == OLD
        assert year.limits_edition == "GB 3095-2012"
        assert year.composite.published == 3.04
        assert year.pollutants["pm2_5"].attainment_rate == 100.0
        assert year.pollutants["co"].mean is None

    def test_both_mean_and_percentile_must_attain(self):
        # PM2.5: 340 days of 20 and 25 of 80: mean 24.1 attains 35; percentile 95 is 80, above 75
        pm2_5 = np.full(365, 20.0)
        pm2_5[::14][:25] = 80.0
        pm2_5[-1] = 20.0
        year = air.evaluate_year(days_of(2019), Year(2019), **{**year_of(2019), "pm2_5": pm2_5})
        part = year.pollutants["pm2_5"]
        assert part.mean.attained is True
        assert part.percentile.raw == 80.0
        assert part.percentile.multiple == 0.07  # (80 - 75) / 75 = 0.0667
        assert part.attained is False
        assert year.value is False
        assert year.verdict.codes == ("above-limit",)
        assert part.days_attained == 340
        assert part.attainment_rate == 93.2  # 340 / 365 = 93.15

    def test_the_published_figure_is_compared(self):
        # 35.5 rounds half to even to 36, 35.4 to 35
        assert air.evaluate_year(days_of(2019), Year(2019), **year_of(2019, pm2_5=35.4)).value is True
        assert air.evaluate_year(days_of(2019), Year(2019), **year_of(2019, pm2_5=35.5)).value is False
        # 34.5 -> 34
        assert (
            air.evaluate_year(days_of(2019), Year(2019), **year_of(2019, pm2_5=34.5))
            .pollutants["pm2_5"]
            .mean.published
            == 34
        )

    def test_too_few_days_give_no_verdict(self):
        figures = year_of(2019)
        figures["no2"][:50] = NAN
        year = air.evaluate_year(days_of(2019), Year(2019), **figures)
        assert year.value is None
        assert math.isnan(year.pollutants["no2"].mean.raw)
        assert year.verdict.codes == ("not-valid",)
        assert math.isnan(year.composite.value)
        # a pollutant above its limit decides even so
        figures["pm10"][:] = 90.0
        assert air.evaluate_year(days_of(2019), Year(2019), **figures).value is False

    def test_a_pollutant_that_was_not_given(self):
        figures = year_of(2019)
        del figures["o3"]
        year = air.evaluate_year(days_of(2019), Year(2019), **figures)
        assert (year.value, year.composite) == (None, None)
        assert "O3 is not valid: not given" in year.explain("en")

    def test_area_class_1(self):
        assert air.evaluate_year(days_of(2019), Year(2019), **year_of(2019), area_class=1).value is False

    def test_2026_explains_its_break_instead_of_mixing(self):
        year = air.evaluate_year(days_of(2026), Year(2026), **year_of(2026, pm2_5=32.0))
        assert year.value is None
        assert year.comparable.ok is False
        assert year.pollutants == {}
        assert "GB 3095-2012 to GB 3095-2026 transition on 2026-03-01" in year.explain("en")
        # 32 attains the 35 of 2012 and not the 30 of the transition
        assert year.under[OLD].value is True
        assert year.under[NEW].value is False

    def test_2026_under_one_edition_when_asked(self):
        year = air.evaluate_year(days_of(2026), Year(2026), **year_of(2026), edition=NEW)
        assert year.value is True
        assert year.limits_edition == "GB 3095-2026 transition"

    def test_limits_become_final_in_2031(self):
        assert air.evaluate_year(days_of(2030), Year(2030), **year_of(2030)).value is True
        last = air.evaluate_year(days_of(2031), Year(2031), **year_of(2031))
        assert last.limits_edition == "GB 3095-2026 final"
        assert last.value is False  # PM2.5 26 against 25

    def test_a_staged_year_is_marked_and_a_later_one_is_not(self):
        def staged(year):
            found = air.evaluate_year(days_of(year), Year(year), **year_of(year))
            return any("taken up in stages" in mark.en for mark in found.marks)

        assert staged(2014) is True
        assert staged(2019) is False

    def test_limits_of_the_future_on_a_year_of_the_past(self):
        year = air.evaluate_year(
            days_of(2019), Year(2019), **year_of(2019), edition=NEW, limits_edition="GB 3095-2026 final"
        )
        assert year.limits_edition == "GB 3095-2026 final"
        assert year.value is False  # PM2.5 26 against 25

    def test_explanation_in_both_languages(self):
        year = air.evaluate_year(days_of(2019), Year(2019), **year_of(2019, pm2_5=49.0))
        assert "细颗粒物(PM2.5)年均值49，超过限值35" in year.explain("zh")
        assert "by 0.4 times the limit" in year.explain("en")


@pytest.mark.oracle
def test_the_cities_of_jiangxi_in_2016_agree_with_plain_arithmetic():
    path = shared_file("air/jiangxi_cities_daily_20141231_20170131.csv")
    with path.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["date"].startswith("2016")]
    cities = sorted({row["city"] for row in rows})
    assert "景德镇" in cities
    indices = []
    for city in cities:
        mine = {row["date"]: row for row in rows if row["city"] == city}
        dates = sorted(mine)
        columns = {
            name: np.array([float(mine[day][name]) if mine[day][name] else NAN for day in dates])
            for name in ("so2", "no2", "co", "o3", "pm10", "pm2_5")
        }
        columns = {name: np.where(column > 0, column, NAN) for name, column in columns.items()}
        found = air.evaluate_year(dates, Year(2016), **columns)
        indices.append(found.composite.value)
        for name, column in columns.items():
            valid = sorted(column[~np.isnan(column)])
            part = found.pollutants[name]
            assert part.validity.n == len(valid)
            if part.mean is not None and part.validity.enough:
                assert part.mean.raw == pytest.approx(sum(valid) / len(valid), rel=1e-12)
                assert part.attained in (True, False)
    places = air.rank_cities(indices, edition=OLD)
    assert sorted(places[places > 0].tolist())[0] == 1
    by_hand = {city: index for city, index in zip(cities, indices, strict=True) if not math.isnan(index)}
    cleanest = min(by_hand, key=by_hand.__getitem__)
    assert places[cities.index(cleanest)] == 1

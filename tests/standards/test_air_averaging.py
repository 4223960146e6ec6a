"""From hours to days, months and years: both sides of every minimum, and agreement with plain loops on real gaps."""

import csv
import datetime
import gzip
import io
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecociv.core.periods import Month, Year
from ecociv.standards import AmbiguousEdition, MeasurementError, air
from shared_data import shared_file

OLD = "HJ 663-2013"
GB_OLD = "GB 3095-2012"
NAN = math.nan


def day_of(hours):
    return [*hours, *[NAN] * (24 - len(hours))]


class TestDailyMean:
    def test_twenty_hours_are_enough_and_nineteen_are_not(self):
        enough = air.daily_mean(day_of([10.0] * 20), "so2", edition=GB_OLD)
        short = air.daily_mean(day_of([10.0] * 19), "so2", edition=GB_OLD)
        assert (enough.value, enough.validity.n, enough.validity.enough) == (10.0, 20, True)
        assert math.isnan(short.value)
        assert (short.raw, short.validity.n, short.validity.enough) == (10.0, 19, False)

    def test_all_valid_hours_enter(self):
        # 23 hours of 10 and one of 34: (230 + 34) / 24 = 11
        assert air.daily_mean([10.0] * 23 + [34.0], "pm10", edition=GB_OLD).value == 11.0

    def test_many_days_and_stations_at_once(self):
        hours = np.arange(2 * 3 * 24, dtype=float).reshape(2, 3, 24)
        found = air.daily_mean(hours, "pm2_5", edition=GB_OLD)
        np.testing.assert_allclose(found.value, hours.mean(axis=-1))
        assert found.validity.n.shape == (2, 3)

    def test_ozone_has_no_such_mean(self):
        with pytest.raises(MeasurementError, match="mda8"):
            air.daily_mean([1.0] * 24, "o3", edition=GB_OLD)

    def test_a_row_of_23_is_refused(self):
        with pytest.raises(MeasurementError, match="row of 24 hours"):
            air.daily_mean([1.0] * 23, "so2", edition=GB_OLD)

    def test_needs_an_edition_and_refuses_negative_hours(self):
        with pytest.raises(AmbiguousEdition):
            air.daily_mean([1.0] * 24, "so2")
        with pytest.raises(MeasurementError, match="at least 0"):
            air.daily_mean([-1.0] * 24, "so2", edition=GB_OLD)

    def test_says_what_was_lacking(self):
        text = air.daily_mean(day_of([10.0] * 19), "so2", edition="GB 3095-2026").explain("en")
        assert "Valid data = 19" in text
        assert "not met, invalid" in text
        assert "GB 3095-2026, Table 4" in text


class TestMda8:
    def test_seventeen_windows_end_at_8_to_24(self):
        # hours 1..8 are 240 and the rest 0: the window that ends at 8 is the largest, 240
        first = air.mda8([240.0] * 8 + [0.0] * 16, edition=OLD)
        assert (first.value, first.validity.n) == (240.0, 17)
        # hours 17..24 likewise
        last = air.mda8([0.0] * 16 + [240.0] * 8, edition=OLD)
        assert last.value == 240.0
        # hours before the day do not count: a lone hour 1 is in one window only, 240 / 8 = 30
        assert air.mda8([240.0] + [0.0] * 23, edition=OLD).value == 30.0

    def test_six_hours_make_a_window(self):
        # hours 1..8 hold 6 values of 80: valid, mean 80; with 5 the window ending at 8 is not
        six = air.eight_hour_means([80.0] * 6 + [NAN, NAN], edition=OLD)
        five = air.eight_hour_means([80.0] * 5 + [NAN] * 3, edition=OLD)
        assert six.value[7] == 80.0
        assert math.isnan(five.value[7])
        assert five.validity.n[7] == 5

    def test_fourteen_windows_make_a_day(self):
        # hours 1..k valid: windows end at 8..24; the window ending at e is valid with at least 6 hours of e-7..k,
        # that is k - e + 8 >= 6, e <= k + 2. k = 19: e = 8..21, 14 windows; k = 18: 13.
        enough = air.mda8(day_of([100.0] * 19), edition=OLD)
        short = air.mda8(day_of([100.0] * 18), edition=OLD)
        assert (enough.value, enough.validity.n) == (100.0, 14)
        assert math.isnan(short.value)
        assert (short.raw, short.validity.n) == (100.0, 13)

    def test_fewer_windows_count_above_160(self):
        assert air.mda8(day_of([161.0] * 18), edition=OLD).value == 161.0
        assert math.isnan(air.mda8(day_of([160.0] * 18), edition=OLD).value)

    def test_nothing_at_all(self):
        none = air.mda8([NAN] * 24, edition=OLD)
        assert math.isnan(none.value)
        assert (none.validity.n, none.validity.enough) == (0, False)

    def test_rule_of_2026_is_marked(self):
        assert air.mda8([60.0] * 24, edition="HJ 663-2026").marks
        assert not air.mda8([60.0] * 24, edition=OLD).marks

    @settings(max_examples=60, deadline=None)
    @given(
        hnp.arrays(np.float64, (3, 24), elements=st.one_of(st.just(NAN), st.integers(0, 400).map(float))),
    )
    def test_agrees_with_a_plain_loop(self, hours):
        found = air.mda8(hours, edition=OLD)
        for row, value, n in zip(hours, found.value, found.validity.n, strict=True):
            means = []
            for end in range(8, 25):
                window = [x for x in row[end - 8 : end] if not math.isnan(x)]
                if len(window) >= 6:
                    means.append(sum(window) / len(window))
            valid = len(means) >= 14 or (means and max(means) > 160)
            assert n == len(means)
            assert value == (max(means) if valid else pytest.approx(NAN, nan_ok=True))


class TestHoursByDay:
    def test_the_hour_24_is_midnight_of_the_next_day(self):
        times = np.arange("2016-03-01T01", "2016-03-02T01", dtype="datetime64[h]")
        days, hours = air.hours_by_day(times, np.arange(1, 25))
        assert days.tolist() == [datetime.date(2016, 3, 1)]
        assert hours[0].tolist() == list(range(1, 25))

    def test_named_by_start(self):
        days, hours = air.hours_by_day(["2016-03-01T00:00", "2016-03-01T23:00"], [1, 24], named_by="start")
        assert days.size == 1
        assert (hours[0, 0], hours[0, 23]) == (1, 24)

    def test_gaps_order_and_empty_days(self):
        days, hours = air.hours_by_day(["2016-03-03T12:00", "2016-03-01T01:00"], [2, 1])
        assert days.size == 3
        assert np.isnan(hours[1]).all()
        assert (hours[0, 0], hours[2, 11]) == (1, 2)

    def test_a_repeated_hour_is_refused(self):
        with pytest.raises(MeasurementError, match="2016-03-01T01 occurs 2 times"):
            air.hours_by_day(["2016-03-01T01:00", "2016-03-01T01:00"], [1, 2])

    def test_half_past_is_refused(self):
        with pytest.raises(MeasurementError, match="not on the hour"):
            air.hours_by_day(["2016-03-01T01:30"], [1])


class TestMonthAndYear:
    dates = np.arange("2015-01-01", "2016-01-01", dtype="datetime64[D]")

    def without(self, *missing):
        days = np.full(365, 40.0)
        for day in missing:
            days[self.dates == np.datetime64(day)] = NAN
        return days

    def test_a_month_needs_27_days_and_february_25(self):
        # 31 days less 4 are 27; less 5 are 26
        four = self.without(*(f"2015-03-0{k}" for k in range(1, 5)))
        five = self.without(*(f"2015-03-0{k}" for k in range(1, 6)))
        assert air.monthly_mean(four, self.dates, Month(2015, 3)).value == 40.0
        assert math.isnan(air.monthly_mean(five, self.dates, Month(2015, 3)).value)
        # 28 less 3 are 25; less 4 are 24
        three = self.without(*(f"2015-02-0{k}" for k in range(1, 4)))
        four = self.without(*(f"2015-02-0{k}" for k in range(1, 5)))
        assert air.monthly_mean(three, self.dates, Month(2015, 2)).validity.enough is True
        assert air.monthly_mean(four, self.dates, Month(2015, 2)).validity.enough is False

    def test_a_year_needs_324_days(self):
        # 365 less 41 are 324: take 4 days from each month of 31 (7 months, 28), 3 from each of 30 (4 months, 12), 1 from February
        missing = [f"2015-{m:02d}-{d:02d}" for m in (1, 3, 5, 7, 8, 10, 12) for d in range(1, 5)]
        missing += [f"2015-{m:02d}-{d:02d}" for m in (4, 6, 9, 11) for d in range(1, 4)] + ["2015-02-01"]
        assert len(missing) == 41
        enough = air.annual_mean(self.without(*missing), self.dates, Year(2015))
        assert (enough.value, enough.validity.n) == (40.0, 324)
        short = air.annual_mean(self.without(*missing, "2015-02-02"), self.dates, Year(2015))
        assert (short.validity.n, short.validity.enough) == (323, False)
        assert math.isnan(short.value)
        assert short.raw == 40.0

    def test_a_single_short_month_makes_the_year_invalid_and_is_named(self):
        short = air.annual_mean(self.without(*(f"2015-06-0{k}" for k in range(1, 5))), self.dates, Year(2015))
        # 361 days, but June has 26
        assert (short.validity.n, short.validity.enough) == (361, False)
        assert "6" in short.validity.rule.zh.split("：")[-1]
        assert "months short of it: 6" in short.validity.rule.en

    def test_several_columns_and_days_of_other_years(self):
        dates = np.concatenate([self.dates, np.array(["2016-01-01"], dtype="datetime64[D]")])
        days = np.column_stack([np.full(366, 10.0), np.append(np.full(365, 20.0), 9999.0)])
        assert air.annual_mean(days, dates, Year(2015)).value.tolist() == [10.0, 20.0]

    def test_a_day_twice_is_refused(self):
        with pytest.raises(MeasurementError, match="2015-01-01 occurs more than once"):
            air.annual_mean([1.0, 2.0], ["2015-01-01", "2015-01-01"], Year(2015))

    def test_the_edition_follows_the_last_day(self):
        dates = np.arange("2026-01-01", "2027-01-01", dtype="datetime64[D]")
        assert air.annual_mean(np.ones(365), dates, Year(2026)).edition == "GB 3095-2026"


def test_city_first_then_statistics():
    # two stations, the second dead for 4 hours: the city has 24 hours, no station alone decides
    stations = np.full((24, 2), 10.0)
    stations[:, 1] = 30.0
    stations[20:, 1] = NAN
    city = air.city_mean(stations)
    assert city.tolist() == [20.0] * 20 + [10.0] * 4
    # (20*20 + 4*10) / 24 = 18.33
    assert air.daily_mean(city, "pm2_5", edition=GB_OLD).value == pytest.approx(440 / 24)


def test_sand_and_dust_takes_particles_out_of_concentrations_only():
    hours = {"pm10": [900.0] * 4 + [80.0] * 20, "pm2_5": [200.0] * 4 + [30.0] * 20, "o3": [60.0] * 24}
    dust = [True] * 4 + [False] * 20
    left = air.without_sand_dust(hours, dust)
    assert air.daily_mean(left["pm10"], "pm10", edition=GB_OLD).value == 80.0
    assert air.daily_mean(hours["pm10"], "pm10", edition=GB_OLD).value == pytest.approx(5200 / 24)
    np.testing.assert_array_equal(left["o3"], hours["o3"])
    assert hours["pm10"][0] == 900.0  # the readings themselves stay
    # with 5 hours of dust there are 19 left: the day has no valid concentration, but its index keeps the dust
    dust[4] = True
    left = air.without_sand_dust(hours, dust)
    assert math.isnan(air.daily_mean(left["pm10"], "pm10", edition=GB_OLD).value)


@pytest.mark.oracle
def test_published_8_hour_ozone_of_jingdezhen_follows_from_its_hours():
    path = shared_file("air/jingdezhen_station_hourly_20200326_20200408.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    checked = 0
    for station in sorted({row["station"] for row in rows}):
        mine = [row for row in rows if row["station"] == station]
        times = np.array(
            [f"{r['date'][:4]}-{r['date'][4:6]}-{r['date'][6:]}T{int(r['hour']):02d}" for r in mine],
            "datetime64[h]",
        )
        start = times.min()
        series, published = np.full((2, int((times.max() - start).astype(int)) + 1), NAN)
        for row, time in zip(mine, times, strict=True):
            place = (time - start).astype(int)
            series[place] = float(row["o3_1h"]) if row["o3_1h"] not in ("", "-") else NAN
            published[place] = float(row["o3_8h"]) if row["o3_8h"] not in ("", "-") else NAN
        found = air.eight_hour_means(series, edition=OLD)
        end_hour = (start + np.arange(series.size)).astype("datetime64[h]").astype(int) % 24
        # The feed begins its windows anew at midnight, so those that end at 01:00 to 07:00 hold fewer hours there.
        known = (found.validity.n == 8) & ~np.isnan(published) & ((end_hour >= 8) | (end_hour == 0))
        checked += int(known.sum())
        # one either way: the feed rounds the mean, and rounds the hours from which it is taken here
        assert (np.abs(found.value[known] - published[known]) <= 1).all()
    assert checked > 250


@pytest.mark.oracle
def test_daily_means_of_a_real_station_with_gaps_agree_with_plain_loops():
    path = shared_file("air/uci_prsa_beijing_12sites_2013_2017.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        of_dongsi = (row for row in csv.DictReader(lines) if row["station"] == "Dongsi")
        rows = list(itertools.islice(of_dongsi, 24 * 200))
    times = [f"{r['year']}-{int(r['month']):02d}-{int(r['day']):02d}T{int(r['hour']):02d}" for r in rows]
    values = [float(r["PM2.5"]) if r["PM2.5"] not in ("", "NA") else NAN for r in rows]
    days, hours = air.hours_by_day(np.array(times, "datetime64[h]"), values, named_by="start")
    found = air.daily_mean(hours, "pm2_5", edition=GB_OLD)
    by_day = {}
    for time, value in zip(times, values, strict=True):
        by_day.setdefault(time[:10], []).append(value)
    invalid = 0
    for day, value, n in zip(days.astype(str), found.value, found.validity.n, strict=True):
        valid = [x for x in by_day[day] if not math.isnan(x)]
        assert n == len(valid)
        if len(valid) < 20:
            invalid += 1
            assert math.isnan(value)
        else:
            assert value == pytest.approx(sum(valid) / len(valid), rel=1e-12)
    assert invalid > 0

"""The real files of the air: counts that can be checked with a text editor."""

from __future__ import annotations

import pytest

from ecociv.evidence import queries
from ecociv.evidence.actions import LoadFile
from ecociv.evidence.models import ImportRun, Place, Series
from shared_data import shared_file

pytestmark = [pytest.mark.django_db, pytest.mark.oracle]


def test_the_daily_file_of_the_cities() -> None:
    path = shared_file("air/jiangxi_cities_daily_20141231_20170131.csv")
    report = LoadFile(path, "jiangxi-cities-daily", "tester").execute()
    # 9,837 rows, 685 of Huangshan (Anhui); six properties a row
    assert (report.rows_read, report.rows_skipped, report.rows_taken) == (9837, {"黄山": 685}, 9152)
    assert report.values_new == 9152 * 6
    assert report.rows_rejected == report.rows_repeated == 0
    # Jiujiang, 2017-01-05: PM10 is 0 while PM2.5 is 120.6
    assert [(i.row, i.field, i.found, i.code) for i in report.issues] == [
        (1866, "pm10", "0", "implausible-zero")
    ]
    assert Series.objects.count() == 11 * 6
    assert Place.objects.get(key="jingdezhen").parent.key == "jiangxi"
    start, end = queries.year_bounds(2016)
    key = "jiangxi-cities-daily/jingdezhen/pm2_5"
    assert len(queries.observations([key], start=start, end=end)[key]) == 366
    assert LoadFile(path, "jiangxi-cities-daily", "tester").execute().changed_nothing
    assert ImportRun.objects.count() == 1


def test_the_hourly_file_of_the_stations() -> None:
    path = shared_file("air/jingdezhen_station_hourly_20200326_20200408.csv")
    report = LoadFile(path, "jingdezhen-stations-hourly", "tester").execute()
    # 165 hours at three stations, 201 at one and 93 at another: 789 rows, eight properties
    assert (report.rows_read, report.rows_taken, report.values_new) == (789, 789, 789 * 8)
    key = "jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm10"
    first = queries.observations([key])[key][0]
    # "20200326, 18": the hour that ended at 18:00
    assert first.valid_from.astimezone(queries.LOCAL).isoformat() == "2020-03-26T17:00:00+08:00"
    assert (first.value, first.row) == (58.0, 2)

"""Indicator 35 on the real daily figures of the cities of Jiangxi."""

from __future__ import annotations

import csv
import math
from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.evidence.actions import LoadFile
from ecociv.evidence.mapping import load_mapping
from ecociv.indicators.compute import compute
from ecociv.indicators.listing import indicator_as_json
from ecociv.indicators.models import IndicatorValue
from shared_data import shared_file

pytestmark = pytest.mark.oracle
FILE = "air/jiangxi_cities_daily_20141231_20170131.csv"

KNOTS = {
    "pm2_5": (0, 35, 75, 115, 150, 250, 350, 500),
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
    "so2": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "no2": (0, 40, 80, 180, 280, 565, 750, 940),
    "co": (0, 2, 4, 14, 24, 36, 48, 60),
    "o3": (0, 100, 160, 215, 265, 800),
}
ONE_HOUR = (0, 160, 200, 300, 400, 800, 1000, 1200)
INDEX = (0, 50, 100, 150, 200, 300, 400, 500)


def index_of(value: float, knots: tuple[int, ...]) -> int:
    """HJ 633-2012 written down a second time, apart from the library."""
    for place in range(len(knots) - 1):
        if value <= knots[place + 1]:
            low, high = INDEX[place], INDEX[place + 1]
            exact = (high - low) / (knots[place + 1] - knots[place]) * (value - knots[place]) + low
            return math.ceil(round(exact, 9))
    return INDEX[len(knots) - 1]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
@pytest.mark.usefixtures("evidence_folder")
def test_ratios_and_ranks_agree_with_a_second_calculation() -> None:
    path = shared_file(FILE)
    LoadFile(path, "jiangxi-cities-daily", "tester").execute()
    rows = rows_of(path)
    names = load_mapping("jiangxi-cities-daily").place.names
    for year in (2015, 2016):
        compute("jingdezhen", year)
        expected = {}
        for name, place in names.items():
            days = [row for row in rows if row["city"] == name and row["date"].startswith(str(year))]
            good = sum(
                all(index_of(float(row[key]), knots) <= 100 for key, knots in KNOTS.items()) for row in days
            )
            expected[place] = (good, len(days))
        values = {
            value.place: value for value in IndicatorValue.objects.filter(series="35", year=year).newest()
        }
        assert {p: (v.extras["good_days"], v.extras["valid_days"]) for p, v in values.items()} == expected
        order = sorted(expected, key=lambda place: -expected[place][0] / expected[place][1])
        assert [values[place].extras["rank"] for place in order] == list(range(1, 12))
    found = indicator_as_json("jingdezhen", 35, 2016)
    # 318 of 366 days, third of eleven; read as a 1-hour maximum 335, without ozone 337
    assert (found["value"], found["good_days"], found["valid_days"], found["rank"]) == (86.9, 318, 366, 3)
    assert [(r["value"], r["good_days"]) for r in found["readings"]] == [
        ("86.9", 318),
        ("91.5", 335),
        ("92.1", 337),
    ]
    assert found["verdict_holds_in_every_reading"] is True
    assert found["sample"] is False
    before = indicator_as_json("jingdezhen", 35, 2015)
    assert (before["value"], before["rank"], before["status"]) == (92.1, 5, "off-track")
    assert Decimal(before["threshold"]) == Decimal("95.3")


def test_the_ozone_figure_behaves_as_a_daily_maximum_of_1_hour_means() -> None:
    """The grounds for calling the 8-hour reading a lower and the 1-hour reading an upper bound.

    The highest hourly AQI of a day cannot be below the sub-index of its highest 1-hour ozone. On days above 200 µg/m³
    it never is, and in most cases it is that very number; read as an 8-hour mean the figure would contradict it.
    """
    high = [row for row in rows_of(shared_file(FILE)) if float(row["o3"]) > 200]
    assert len(high) == 79
    gaps = [int(row["aqi_range"].split("~")[1]) - index_of(float(row["o3"]), ONE_HOUR) for row in high]
    assert min(gaps) >= 0
    assert sum(gap <= 1 for gap in gaps) == 50
    contradicted = [
        row for row in high if int(row["aqi_range"].split("~")[1]) < index_of(float(row["o3"]), KNOTS["o3"])
    ]
    assert len(contradicted) > 70

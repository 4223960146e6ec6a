"""Stations, sections, areas and patches of the sample zone."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyproj import Geod
from shapely.geometry import shape
from shapely.ops import unary_union

from ecociv.evidence import sample
from ecociv.evidence.sample.assumptions import POLLUTANTS
from ecociv.evidence.sample.daily_air import daily_air
from ecociv.evidence.sample.hourly_air import HourlyAir, city_days, hourly_air
from ecociv.standards.surface_water import evaluate_function_zones, evaluate_sources
from evidence.sample_zone import PLACES, ZONE, assumptions

pytestmark = pytest.mark.long

STATIONS = PLACES.groups["air-stations"]
FORGED = STATIONS.index("jingdezhen-taida")
FROM = 1277  # days from 2015-01-01 to 2018-07-01: 365 + 366 + 365 + 181
PM2_5, PM10 = POLLUTANTS.index("pm2_5"), POLLUTANTS.index("pm10")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = sample.write_files(ZONE, tmp_path_factory.mktemp("sample"))
    return {path.stem.removeprefix("sample_"): path for path in written}


@pytest.fixture(scope="module")
def hours() -> HourlyAir:
    given = assumptions()
    return hourly_air(given, daily_air(given.air, given.seed))


@pytest.fixture(scope="module")
def days(hours: HourlyAir) -> np.ndarray:
    """(station, item, day, hour)."""
    return hours.values.reshape(len(STATIONS), len(POLLUTANTS), -1, 24)


def test_the_same_assumptions_give_the_same_bytes(files: dict[str, Path], tmp_path: Path) -> None:
    again = sample.write_files(ZONE, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files.values()]


def test_hours_of_six_years_and_five_stations(files: dict[str, Path]) -> None:
    table = pq.read_table(files["air_hourly"])
    # 2192 days x 24 hours x 5 stations x 6 items
    assert table.num_rows == 2192 * 24 * 5 * 6 == 1_578_240
    assert pc.count_distinct(table["series_id"]).as_py() == 30
    missing = pc.sum(pc.is_null(table["value"])).as_py() / table.num_rows
    assert 0.003 < missing < 0.015
    assert pc.unique(table.filter(pc.is_null(table["value"]))["missing"]).to_pylist() == ["missing"]


def test_neighbours_move_together_and_the_year_has_its_seasons(days: np.ndarray) -> None:
    daily = np.nanmean(days[:, PM2_5, :FROM], axis=2)
    known = np.isfinite(daily).all(axis=0)
    assert np.corrcoef(daily[:, known]).min() > 0.85
    ozone = np.nanmean(days[0, POLLUTANTS.index("o3"), :365], axis=0)
    assert 12 <= int(ozone.argmax()) <= 17
    january, july = np.nanmean(daily[0, :31]), np.nanmean(daily[0, 181:212])
    assert january > 1.3 * july


def test_no_day_of_the_forged_station_is_above_the_limit_and_too_many_lie_just_below(
    days: np.ndarray,
) -> None:
    means = np.nanmean(days[:, PM2_5, FROM:], axis=2)
    assert (means[FORGED] <= 75).all()
    for station in range(len(STATIONS)):
        if station != FORGED:
            assert (means[station] > 75).sum() >= 5, STATIONS[station]
    just_below = ((means > 70) & (means <= 75)).sum(axis=1)
    honest = np.delete(just_below, FORGED)
    assert just_below[FORGED] > 2 * honest.max()
    before = np.nanmean(days[FORGED, PM2_5, :FROM], axis=1)
    assert (before > 75).any()
    assert (np.nanmean(days[FORGED, PM10, FROM:], axis=1) <= 150).all()


def test_only_the_forged_station_has_copied_days(days: np.ndarray) -> None:
    def copied(station: int, begin: int) -> int:
        own = days[station, :, begin:]
        return int((own[:, 7:] == own[:, :-7]).all(axis=(0, 2)).sum())

    assert copied(FORGED, FROM) >= 15
    assert [copied(number, 0) for number in range(len(STATIONS)) if number != FORGED] == [0, 0, 0, 0]


def test_instruments_stick_and_maintenance_is_declared(hours: HourlyAir, files: dict[str, Path]) -> None:
    for flat in assumptions().air.stations.flat_lines:
        begin = int((flat.from_ - hours.first).total_seconds() // 3600)
        figures = hours.values[
            STATIONS.index(flat.station), POLLUTANTS.index(flat.item), begin : begin + flat.hours
        ]
        assert len(set(figures.tolist())) == 1, flat
    table = pq.read_table(files["air_hourly"])
    noted = table.filter(pc.is_valid(table["note"]))
    # 6 March 08:00 to 10 March 18:00 is 106 hours, for six items
    assert noted.num_rows == 106 * 6
    assert noted["value"].null_count == noted.num_rows


def test_the_citys_days_follow_from_the_hours_of_its_stations(
    hours: HourlyAir, files: dict[str, Path]
) -> None:
    made = city_days(hours)
    with files["air_daily"].open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["city"] == "景德镇"]
    assert len(rows) == 2192
    for number in range(0, 2192, 97):
        own = hours.values[:, PM2_5, number * 24 : number * 24 + 24]
        if np.isfinite(made["pm2_5"][number]):
            assert made["pm2_5"][number] == pytest.approx(np.nanmean(np.nanmean(own, axis=0)))
            # to the next 1/24, at most 0.0209 away, then to one decimal
            assert float(rows[number]["pm2_5"]) == pytest.approx(made["pm2_5"][number], abs=0.0709)


# 14 of 18, 13 of 16 (two were not monitored), 15 of 18, 16 of 18
@pytest.mark.parametrize(
    ("year", "comply", "of"), [(2012, 14, 18), (2015, 13, 16), (2017, 15, 18), (2020, 16, 18)]
)
def test_sections_comply_as_the_story_says(files: dict[str, Path], year: int, comply: int, of: int) -> None:
    items = ("ph", "do", "codmn", "cod", "bod5", "nh3n", "tp")
    tests: dict[str, dict[str, list[float]]] = {}
    with files["water_sections"].open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["month"].startswith(str(year)):
                for item in items:
                    tests.setdefault(row["section"], {}).setdefault(item, []).append(_number(row[item]))
    targets = [
        int(PLACES.by_key[f"section-{name.removeprefix('示例断面').zfill(2)}"].details["target_class"])
        for name in tests
    ]
    found = evaluate_function_zones(
        targets, **{i: np.array([each[i] for each in tests.values()]) for i in items}
    )
    evaluated = np.asarray(found.evaluated)
    assert evaluated.sum() == of
    assert (np.asarray(found.value) & evaluated).sum() == comply


def test_some_sections_are_below_the_limit_of_detection(files: dict[str, Path]) -> None:
    text = files["water_sections"].read_text(encoding="utf-8")
    assert text.count("<0.025") > 20
    assert ",-,-,-,-,-,-,-," in text


def test_the_drinking_sources_comply_in_every_month(files: dict[str, Path]) -> None:
    with files["drinking_sources"].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 9 * 12
    first = {
        i: [_number(row[i]) for row in rows] for i in ("ph", "do", "codmn", "bod5", "nh3n", "tp", "fluoride")
    }
    second = {
        i: [_number(row[i]) for row in rows] for i in ("sulfate", "chloride", "nitrate", "iron", "manganese")
    }
    assert np.asarray(evaluate_sources(first, supplementary=second).value).all()


def test_areas_reach_the_figure_as_declared(files: dict[str, Path]) -> None:
    figures: dict[tuple[str, str], list[float]] = {}
    planned = set()
    with files["negative_ions"].open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["negative_ions"] == "待统计":
                planned.add(row["month"][:4])
            else:
                figures.setdefault((row["month"][:4], row["area"]), []).append(float(row["negative_ions"]))
    assert planned == {"2013", "2014", "2015"}
    reached = {
        year: sum(np.mean(v) >= 1000 for (y, _), v in figures.items() if y == year)
        for year in ("2016", "2017", "2018", "2019", "2020")
    }
    assert reached == {"2016": 11, "2017": 14, "2018": 15, "2019": 16, "2020": 17}


def test_protected_areas_overlap_and_their_union_is_the_declared_area(files: dict[str, Path]) -> None:
    layer = json.loads(files["prohibited_areas"].read_text(encoding="utf-8"))
    outlines = [shape(feature["geometry"]) for feature in layer["features"]]
    assert all(outline.is_valid for outline in outlines)
    assert {tuple(sorted(f["properties"])) for f in layer["features"]} == {
        ("class", "name", "name_en", "sample")
    }
    geod = Geod(ellps="WGS84")

    def hectares(geometry: object) -> float:
        return abs(geod.geometry_area_perimeter(geometry)[0]) / 10_000

    union = hectares(unary_union(outlines))
    assert union == pytest.approx(3813, abs=0.5)
    assert sum(hectares(outline) for outline in outlines) > union + 300


def _number(written: str) -> float:
    """Half the limit of detection for what is below it, as 环办监测函〔2020〕82号 says; NaN for what is missing."""
    if written == "-":
        return float("nan")
    return float(written[1:]) / 2 if written.startswith("<") else float(written)

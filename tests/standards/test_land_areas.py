"""Ellipsoidal areas: golden values, geodesic areas of the real counties, what an area must not depend on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.decimals import NotANumber
from ecociv.standards import MeasurementError, land
from shared_data import shared_file

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)
CELL = np.array([(117.0, 27.0), (117.5, 27.0), (117.5, 27.5), (117.0, 27.5)])
HOLE = np.array([(117.1, 27.1), (117.2, 27.1), (117.2, 27.2), (117.1, 27.2)])


def test_golden_cell() -> None:
    assert land.trapezoid_area(27, 27.5, 0.5).value == pytest.approx(2_743_430_601.001, abs=5e-4)
    assert land.ellipsoidal_area(CELL).value == pytest.approx(2_743_430_601.001, abs=5e-4)


def test_golden_hemisphere() -> None:
    # the closed form of the hemisphere is 255,032,810,859,246 m2; the truncated series is 7e-12 below
    assert land.trapezoid_area(0, 90, 360).value == pytest.approx(255_032_810_857_371, abs=1)


def test_golden_square_of_a_projected_kilometre() -> None:
    # 1 km x 1 km on the plane of the zone of 114 E, near 115.39 E: 0.047 % less on the ellipsoid
    back = pyproj.Transformer.from_crs(4547, 4490, always_xy=True)
    forth = pyproj.Transformer.from_crs(4490, 4547, always_xy=True)
    east, north = forth.transform(115.39, 28.0)
    corners = [(east, north), (east + 1000, north), (east + 1000, north + 1000), (east, north + 1000)]
    ring = np.array([back.transform(*corner) for corner in corners])
    geodesic = abs(GEOD.polygon_area_perimeter(*ring.T)[0])
    value = land.ellipsoidal_area(ring).value
    assert value == pytest.approx(geodesic, rel=1e-8)
    assert 1e6 / value - 1 == pytest.approx(0.00047, abs=5e-5)


def geodesic_area(rings: list[Any]) -> float:
    sizes = [abs(GEOD.polygon_area_perimeter(*np.asarray(ring, dtype=float).T)[0]) for ring in rings]
    return sizes[0] - sum(sizes[1:])


def counties(name: str) -> Iterator[tuple[str, list[list[Any]]]]:
    for feature in json.loads(shared_file(f"boundaries/{name}.geojson").read_text(encoding="utf-8"))[
        "features"
    ]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        yield feature["properties"]["name"], polygons


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["jingdezhen_counties_ctamap_wgs84", "jingdezhen_counties_datav_gcj02"])
def test_counties_against_geodesic_areas(name: str) -> None:
    for county, polygons in counties(name):
        truth = sum(geodesic_area(polygon) for polygon in polygons)
        shape = {"type": "MultiPolygon", "coordinates": polygons}
        assert land.area_of_geojson(shape, edges="geodesic").value == pytest.approx(truth, rel=1e-7), county
        # Edge by edge as the surveys do, once no edge is longer than about 100 m
        dense = [[land.densify(ring, 0.001) for ring in polygon] for polygon in polygons]
        fine = sum(geodesic_area(polygon) for polygon in dense)
        shape = {"type": "MultiPolygon", "coordinates": dense}
        assert land.area_of_geojson(shape).value == pytest.approx(fine, rel=1e-8), county


@pytest.mark.oracle
def test_all_counties_of_jiangxi_with_edges_of_many_kilometres() -> None:
    for county, polygons in counties("jiangxi_counties_ctamap_wgs84"):
        truth = sum(geodesic_area(polygon) for polygon in polygons)
        shape = {"type": "MultiPolygon", "coordinates": polygons}
        assert land.area_of_geojson(shape, edges="geodesic").value == pytest.approx(truth, rel=1e-6), county


@pytest.mark.oracle
def test_areas_of_the_counties_in_the_shifted_file() -> None:
    found = {
        county: land.area_of_geojson({"type": "MultiPolygon", "coordinates": polygons}).value / 1e6
        for county, polygons in counties("jingdezhen_counties_datav_gcj02")
    }
    published = {"昌江区": 324.8, "珠山区": 113.6, "浮梁县": 2831.5, "乐平市": 1982.7}
    assert {county: round(area, 1) for county, area in found.items()} == published


corner = st.tuples(st.floats(100, 130), st.floats(5, 50))


@given(corner, st.integers(3, 12), st.floats(0.001, 2), st.floats(-60, 45), st.integers(0, 11))
def test_orientation_start_closing_and_place_on_the_parallel_do_not_matter(
    middle: tuple[float, float], corners: int, radius: float, moved: float, start: int
) -> None:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = np.array(middle) + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    area = land.ellipsoidal_area(ring)
    assert area.rings[0] > 0  # counter-clockwise
    for other in (ring[::-1], np.roll(ring, start, axis=0), np.vstack([ring, ring[:1]]), ring + [moved, 0.0]):
        assert land.ellipsoidal_area(other).value == pytest.approx(area.value, rel=1e-9)
    assert land.ellipsoidal_area(ring * [1, -1]).value == pytest.approx(area.value, rel=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.sampled_from(["survey", "geodesic"]))
def test_the_parts_sum_to_the_whole(first: float, second: float, edges: str) -> None:
    # a cut from the southern to the northern edge, both edges keeping the cut's corner
    low, high = CELL[0] + first * (CELL[1] - CELL[0]), CELL[3] + second * (CELL[2] - CELL[3])
    whole = land.ellipsoidal_area([CELL[0], low, CELL[1], CELL[2], high, CELL[3]], edges=edges).value
    west = land.ellipsoidal_area([CELL[0], low, high, CELL[3]], edges=edges).value
    east = land.ellipsoidal_area([low, CELL[1], CELL[2], high], edges=edges).value
    assert west + east == pytest.approx(whole, rel=1e-12)


@given(st.floats(-90, 90), st.floats(-90, 90), st.floats(-90, 90), st.floats(-360, 360))
def test_cells_add_up(south: float, middle: float, north: float, width: float) -> None:
    parts = land.trapezoid_area([south, middle], [middle, north], width).value
    assert parts.sum() == pytest.approx(land.trapezoid_area(south, north, width).value, rel=1e-9, abs=1.0)


def test_a_hole_is_taken_away_whichever_way_it_runs() -> None:
    outer, inner = land.ellipsoidal_area(CELL).value, land.ellipsoidal_area(HOLE).value
    for hole in (HOLE, HOLE[::-1]):
        both = land.ellipsoidal_area(np.vstack([CELL, hole]), offsets=([0, 4, 8], [0, 2]))
        assert both.value.tolist() == pytest.approx([outer - inner])
    assert land.ellipsoidal_area(
        np.vstack([CELL, HOLE]), offsets=([0, 4, 8],)
    ).value.tolist() == pytest.approx([outer, inner])


def test_multipolygons_empty_ones_and_geojson_agree_with_rings() -> None:
    other = CELL + [1.0, 0.0]
    shape = {"type": "MultiPolygon", "coordinates": [[CELL.tolist(), HOLE.tolist()], [other.tolist()]]}
    empty = {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": []}}
    found = land.area_of_geojson([shape, empty, {"type": "Polygon", "coordinates": [HOLE.tolist()]}])
    hole = land.ellipsoidal_area(HOLE).value
    cell = land.ellipsoidal_area(CELL).value
    assert found.value.tolist() == pytest.approx([2 * cell - hole, 0.0, hole])
    assert land.area_of_geojson(shape).value == pytest.approx(2 * cell - hole)
    assert "Hole (taken away), 4 vertices" in found.explain("en", at=0)


def test_many_polygons_across_blocks_equal_each_alone() -> None:
    random = np.random.default_rng(2019)
    counts = random.integers(3, 40, 5000)
    starts = np.concatenate([[0], np.cumsum(counts)])
    places = np.repeat(random.uniform([73, 18], [135, 53], (5000, 2)), counts, axis=0)
    ring = np.repeat(np.arange(5000), counts)
    angle = 2 * np.pi * (np.arange(len(ring)) - starts[ring]) / counts[ring]
    vertices = places + 0.01 * np.column_stack([np.cos(angle), np.sin(angle)])
    together = land.ellipsoidal_area(vertices, offsets=(starts,)).value
    for number in (0, 1, 1234, 2600, 4999):
        alone = land.ellipsoidal_area(vertices[starts[number] : starts[number + 1]]).value
        assert together[number] == pytest.approx(alone, rel=1e-13)
    sides = np.array(
        [GEOD.polygon_area_perimeter(*vertices[a:b].T)[0] for a, b in zip(starts, starts[1:], strict=False)][
            :200
        ]
    )
    assert together[:200] == pytest.approx(sides, rel=1e-6)


def test_a_missing_coordinate_leaves_no_area_and_touches_no_other() -> None:
    holed = CELL.copy()
    holed[2, 1] = np.nan
    found = land.ellipsoidal_area(np.vstack([CELL, holed, HOLE]), offsets=([0, 4, 8, 12],))
    assert np.isnan(found.value).tolist() == [False, True, False]
    assert found.validity.enough.tolist() == [True, False, True]
    assert np.isnan(land.trapezoid_area([27, np.nan], 27.5, 0.5).value).tolist() == [False, True]


@pytest.mark.parametrize(
    ("ring", "says"),
    [
        ([(179, 0), (-179, 0), (-179, 1), (179, 1)], "antimeridian after its vertex 0"),
        ([(-179, 0), (-179, 1), (179, 1), (179, 0)], "antimeridian after its vertex 1"),
        ([(-179, 0), (-100, 1), (0, 1), (100, 1), (179, 0)], "antimeridian after its vertex 4"),
        ([(179, 0), (181, 0), (181, 1)], "-180 to 180"),
        ([(27, 117), (27.5, 117), (27.5, 117.5)], "swapped"),
        ([(117, 27), (117.5, 27)], "three different corners"),
        ([(117, 27), (117.5, 27), (117, 27)], "three different corners"),
        ([117, 27, 118], "one row"),
    ],
)
def test_rings_without_an_area_are_refused_with_what_to_do(ring: list[Any], says: str) -> None:
    with pytest.raises(land.GeometryRefused, match=says):
        land.ellipsoidal_area(ring)


def test_a_ring_around_the_globe_that_stops_at_the_antimeridian_is_measured() -> None:
    # 360 degrees between 0 and 1 degree north, edges of 90 degrees each
    steps = [-180, -90, 0, 90, 180]
    ring = [*((x, 0) for x in steps), *((x, 1) for x in reversed(steps))]
    assert land.ellipsoidal_area(ring).value == pytest.approx(land.trapezoid_area(0, 1, 360).value, rel=1e-12)


@pytest.mark.parametrize(
    ("offsets", "says"),
    [
        (([0, 4],), "rise from 0 to 8"),
        (([0, 5, 4, 8],), "rise"),
        (([0, 4, 8], [0, 3]), "0 to 2"),
        ((), "one \\(rings\\)"),
    ],
)
def test_offsets_that_do_not_fit_are_refused(offsets: Any, says: str) -> None:
    with pytest.raises(land.GeometryRefused, match=says):
        land.ellipsoidal_area(np.vstack([CELL, HOLE]), offsets=offsets)


def test_holes_larger_than_the_shell_lines_and_unknown_edges_are_refused() -> None:
    with pytest.raises(land.GeometryRefused, match="larger than its shell"):
        land.ellipsoidal_area(np.vstack([HOLE, CELL]), offsets=([0, 4, 8], [0, 2]))
    with pytest.raises(land.GeometryRefused, match="LineString"):
        land.area_of_geojson({"type": "LineString", "coordinates": CELL.tolist()})
    with pytest.raises(land.GeometryRefused, match="rhumb"):
        land.ellipsoidal_area(CELL, edges="rhumb")
    with pytest.raises(MeasurementError, match="-90 to 90"):
        land.trapezoid_area(0, 91, 1)


def test_the_ledger_rounds_once_and_refuses_what_is_missing() -> None:
    # 2000/3 m2 make a mu: 1000.005 m2 -> 1.5000075 mu; half to even on the third decimal of 0.125
    assert land.ledger_area(Decimal("0.125")) == Decimal("0.12")
    assert land.ledger_area(Decimal("2000"), "mu") == Decimal("3.00")
    with pytest.raises(NotANumber):
        land.ledger_area(float("nan"))
    with pytest.raises(MeasurementError, match="acre"):
        land.ledger_area(1, "acre")


areas = st.lists(st.decimals(0, 10**7, places=2), min_size=1, max_size=30).filter(
    lambda given: sum(given) > 0
)


@given(areas, st.decimals(0, 10**8, places=2))
def test_adjusted_areas_add_up_to_the_control_area(patches: list[Decimal], control: Decimal) -> None:
    adjusted = land.adjust_areas(patches, control)
    assert sum(adjusted.value) == control
    assert adjusted.residual == control - sum(patches)
    total = sum(patches)
    for before, after in zip(patches, adjusted.value, strict=True):
        assert abs(after - before * control / total) <= Decimal("0.011")


def test_adjustment_shares_the_residual_in_proportion() -> None:
    # 0.10 over 300: a third to the first (0.0333), two thirds to the second (0.0667)
    assert land.adjust_areas([100, 200], Decimal("300.10")).value == (Decimal("100.03"), Decimal("200.07"))
    assert land.adjust_areas([1, 1, 1], Decimal("1.00")).value == (
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    )
    for wrong in ([], [0], [-1, 2]):
        with pytest.raises(MeasurementError):
            land.adjust_areas(wrong, 10)
    with pytest.raises(MeasurementError, match="decimals"):
        land.adjust_areas([1], Decimal("1.001"))

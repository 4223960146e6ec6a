"""Overlays of adversarial geometry: no crash, area conserved, the same however the work is divided."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.territory.overlay import RepairRule, overlay
from ecociv.territory.overlay.cleaning import clean
from ecociv.territory.overlay.pairs import _by_geos, meeting_envelopes, shared
from ecociv.territory.overlay.plane import areas, latitude, northing, to_plane

pytestmark = pytest.mark.filterwarnings("ignore:invalid value encountered in linearrings")
QUICK = settings(
    max_examples=int(os.environ.get("ECOCIV_OVERLAY_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
WEST, SOUTH = 117.0, 29.0


def placed(points: Any) -> Any:
    """Points on a grid of about 100 m, near Jingdezhen."""
    return [(WEST + x * 0.001, SOUTH + y * 0.001) for x, y in points]


grid = st.tuples(st.integers(0, 9), st.integers(0, 9))
loose = st.tuples(st.floats(0, 9, allow_nan=False), st.floats(0, 9, allow_nan=False))
boxes = st.builds(
    lambda p, w, h: shapely.box(*placed([p])[0], *placed([(p[0] + w, p[1] + h)])[0]),
    loose,
    st.floats(1e-6, 4),
    st.floats(1e-6, 4),
)
stars = st.lists(grid | loose, min_size=3, max_size=12).map(lambda points: shapely.Polygon(placed(points)))
bow_ties = st.builds(lambda a, b, c, d: shapely.Polygon(placed([a, b, c, d])), grid, grid, grid, grid)
spikes = boxes.map(
    lambda box: shapely.Polygon(
        [*list(box.exterior.coords)[:2], (WEST + 0.02, SOUTH + 0.02), *box.exterior.coords[1:4]]
    )
)
slivers = boxes.map(
    lambda box: shapely.box(box.bounds[0], box.bounds[1], box.bounds[0] + 1e-9, box.bounds[3])
)
touching_holes = boxes.map(
    lambda box: shapely.Polygon(
        box.exterior.coords, [[box.exterior.coords[0], box.centroid.coords[0], box.exterior.coords[1]]]
    )
)
collections = st.builds(
    lambda one, other: shapely.GeometryCollection(
        [one, shapely.LineString(other.exterior.coords), one.centroid]
    ),
    boxes,
    boxes,
)
many = st.lists(boxes, min_size=1, max_size=3).map(shapely.MultiPolygon)
odd = st.sampled_from(
    [
        None,
        shapely.from_wkt("POLYGON EMPTY"),
        shapely.from_wkt("POINT (117 29)"),
        shapely.Polygon([(117, 29), (math.nan, 29), (117, 29.1)]),
        shapely.Polygon([(179.9, 29), (-179.9, 29), (-179.9, 29.1), (179.9, 29.1)]),
        shapely.Polygon([(29, 117), (29.1, 117), (29.1, 117.1)]),
    ]
)
anything = boxes | stars | bow_ties | spikes | slivers | touching_holes | collections | many | odd
layers = st.lists(anything, min_size=1, max_size=7)


def union_of(geometries: Any) -> Any:
    return shapely.union_all(clean(np.array([*geometries, None], dtype=object)).polygons)


@QUICK
@given(layers, layers)
def test_patches_add_up_to_the_intersection_of_the_unions(a: list[Any], b: list[Any]) -> None:
    found = overlay(a, b, double_cover="first")
    both = shapely.intersection(union_of(a), union_of(b))
    expected = float(areas(np.array([both], dtype=object))[0])
    assert found.total == pytest.approx(expected, rel=1e-9, abs=1e-4)  # 1e-4 m2: 1e-9 of a box of 300 m
    summary = found.summary()
    assert sum(row.area + row.sliver_area for row in summary.rows) == summary.total


@QUICK
@given(layers, layers, st.randoms())
def test_order_tiles_and_sides_do_not_matter(a: list[Any], b: list[Any], random: Any) -> None:
    whole = overlay(a, b, how="union")
    tiled = overlay(a, b, how="union", tile_vertices=10)
    assert tiled.digest() == whole.digest()
    order = list(range(len(a)))
    random.shuffle(order)
    shuffled = overlay([a[place] for place in order], b, id_a=order, how="union")
    assert shuffled.total == pytest.approx(whole.total, rel=1e-9, abs=1e-4)
    swapped = overlay(b, a)
    assert swapped.total == pytest.approx(overlay(a, b).total, rel=1e-9, abs=1e-4)


@QUICK
@given(
    st.lists(boxes | bow_ties | many, min_size=1, max_size=4), st.lists(boxes | many, min_size=1, max_size=4)
)
def test_moved_along_a_parallel_areas_stay(a: list[Any], b: list[Any]) -> None:
    moved = [[shapely.transform(shape, lambda c: c + [1.0, 0.0]) for shape in side] for side in (a, b)]
    # a degree further the last digits of longitudes differ: 3e-14 degrees (3 nm) along borders of a kilometre
    assert overlay(*moved).total == pytest.approx(overlay(a, b).total, rel=1e-9, abs=1e-3)


@QUICK
@given(layers, layers)
def test_with_what_each_covers_alone_nothing_is_lost(a: list[Any], b: list[Any]) -> None:
    found = overlay(a, b, how="union", double_cover="first")
    whole = shapely.union(union_of(a), union_of(b))
    expected = float(areas(np.array([whole], dtype=object))[0])
    assert found.total + found.report.rounding == pytest.approx(expected, rel=1e-9, abs=1e-4)


@QUICK
@given(st.lists(boxes | stars, min_size=2, max_size=10), st.lists(boxes | stars, min_size=2, max_size=10))
def test_walking_and_geos_agree_pair_by_pair(a: list[Any], b: list[Any]) -> None:
    one, other = (clean(np.array(side, dtype=object)).polygons for side in (a, b))
    if not len(one) or not len(other):
        return
    first, second, _, _ = meeting_envelopes(one, other)
    found = shared(one, other, first, second)
    pair, polygons, _, _ = _by_geos(one, other, first, second)
    ours = np.bincount(found.pair, weights=areas(found.polygons), minlength=len(first))
    theirs = np.bincount(pair, weights=areas(polygons), minlength=len(first))
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-5)
    assert shapely.is_valid(found.polygons).all()


@QUICK
@given(st.lists(anything, min_size=1, max_size=8), st.sampled_from(RepairRule))
def test_cleaning_gives_valid_single_polygons_and_says_what_it_did(
    shapes: list[Any], rule: RepairRule
) -> None:
    cleaned = clean(np.array([*shapes, None], dtype=object), rule)
    assert shapely.is_valid(cleaned.polygons).all()
    assert set(shapely.get_type_id(cleaned.polygons)) <= {3}
    left_out = {note.feature for note in cleaned.notes if note.remark.left_out}
    assert left_out | set(cleaned.feature.tolist()) == set(range(len(shapes) + 1))


@QUICK
@given(st.lists(st.floats(-90, 90), min_size=1, max_size=20))
def test_latitudes_come_back(latitudes: list[float]) -> None:
    given_ = np.array(latitudes)
    there = northing(given_)
    assert (latitude(there, given_) == given_).all()  # carried along: bit for bit
    assert (northing(given_[::-1])[::-1] == there).all()  # the same wherever it stands in an array
    inside = np.abs(given_) < 80
    back = latitude(there, np.full(len(given_), np.nan))
    assert back[inside] == pytest.approx(given_[inside], abs=1e-12)
    assert to_plane(shapely.points(np.zeros(len(given_)), given_)).shape == given_.shape

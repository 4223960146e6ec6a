"""Outlines of tiles: read as they stand in the file, cut and thinned so that neighbours keep one border, nothing dropped."""

from __future__ import annotations

import struct
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from ecociv.territory.layers.features import Features
from ecociv.territory.layers.geopackage import LayerFile, LayerFileUnreadable, write_features
from ecociv.territory.layers.rings import Outlines, outlines_of
from ecociv.territory.tiles import Tile, tile_of
from ecociv.territory.tiles.encoding import Part, Rings, encode, tidy
from ecociv.territory.tiles.grid import EXTENT, UNIT
from ecociv.territory.tiles.shaping import COARSE, FINE, shaped

HERE = Tile(12, 3381, 1698)
MARGIN = 64
Edge = tuple[tuple[int, int], tuple[int, int]]


def degrees(units: Any) -> Any:
    """Longitude and latitude of places in units of the tile."""
    west, south, east, north = HERE.bounds
    x, y = np.asarray(units, float).T / EXTENT
    # Within one tile of zoom 12 the projection is straight to a hundredth of a unit.
    return np.column_stack([west + x * (east - west), north + y * (south - north)])


def outlines(rings: list[Any]) -> Outlines:
    """Polygons of one closed ring each, given in units."""
    lengths = [len(ring) for ring in rings]
    return Outlines(
        degrees(np.concatenate(rings)),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.ones(len(rings), bool),
        np.arange(len(rings)),
    )


def edges_of(rings: Rings) -> Counter[Edge]:
    """Edges that no neighbour has the other way round."""
    left: Counter[Edge] = Counter()
    for begin, end in pairwise(rings.starts.tolist()):
        for one, other in pairwise(map(tuple, rings.vertices[begin:end].tolist())):
            if left[other, one]:
                left[other, one] -= 1
            elif one != other:
                left[one, other] += 1
    return +left


def area_of(rings: Rings) -> float:
    """Signed area of all rings together, in square units."""
    total = 0
    for begin, end in pairwise(rings.starts.tolist()):
        x, y = rings.vertices[begin:end].T
        total += int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())
    return total / 2


def blob(geometry: Any, *, envelope: bool = True, order: int = 1) -> bytes:
    """A geometry as a GeoPackage keeps it."""
    head = b"GP\x00" + bytes([0b10 | 1 if envelope else 1]) + struct.pack("<i", 4490)
    return head + (bytes(32) if envelope else b"") + shapely.to_wkb(geometry, byte_order=order)


def test_rings_are_read_as_the_library_reads_them() -> None:
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(2, 2, 3, 3)).difference(shapely.box(5, 5, 6, 7))
    two = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), ring])
    given_ = [
        shapely.box(0, 0, 1, 1),
        ring,
        shapely.LineString([(0, 0), (1, 1)]),
        two,
        shapely.box(3, 3, 4, 5),
    ]
    found = outlines_of([blob(one, envelope=number % 2 == 0) for number, one in enumerate(given_)])
    # One ring; a shell with two holes; none; a shell, then a shell with two holes; one ring.
    assert found.feature.tolist() == [0, 1, 1, 1, 3, 3, 3, 3, 4]
    assert found.outer.tolist() == [True, True, False, False, True, True, False, False, True]
    wanted = shapely.get_coordinates([one for one in given_ if one.geom_type != "LineString"])
    assert np.array_equal(found.degrees, wanted)
    # Boxes have five vertices, here every ring has.
    assert found.starts.tolist() == list(range(0, 50, 5))
    assert len(outlines_of([]).degrees) == 0 and outlines_of([blob(shapely.Polygon())]).feature.tolist() == []


@pytest.mark.parametrize(
    ("bytes_", "said"),
    [
        (b"no geometry at all, only text in its place", "not encoded as GeoPackage"),
        (blob(shapely.box(0, 0, 1, 1), order=0), "big-endian"),
        (blob(shapely.box(0, 0, 1, 1))[:-20], "longer than its geometry"),
        (blob(shapely.MultiPolygon([shapely.box(0, 0, 1, 1)] * 2))[:60], "ends too early"),
        (b"GP", "ends too early"),
    ],
)
def test_what_is_no_geometry_is_said(bytes_: bytes, said: str) -> None:
    with pytest.raises(LayerFileUnreadable, match=said):
        outlines_of([blob(shapely.box(0, 0, 1, 1)), bytes_])


def test_what_is_whole_in_a_tile_with_room_keeps_every_vertex() -> None:
    random = np.random.default_rng(3)
    angles = np.sort(random.uniform(0, 2 * np.pi, 40))
    star = np.rint(
        2000 + random.uniform(300, 1500, 40)[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    )
    closed = np.concatenate([star, star[:1]])
    (rings,) = [shaped(HERE, outlines([closed]), MARGIN, grid=FINE, thin=0)]
    assert np.abs(rings.vertices - closed).max() <= 1
    content = encode([Part("features", tidy(rings), np.array([300]), np.zeros(1, np.int64), ("a",))])
    (found,) = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["features"][
        "features"
    ]
    assert shape(found["geometry"]).equals(shapely.Polygon(rings.vertices)) and found["id"] == 300


@st.composite
def partitions(draw: st.DrawFn) -> tuple[list[Any], int]:
    """A field of crooked cells that share every vertex of their borders, and its cells in a row."""
    count = draw(st.integers(2, 5))
    seed = draw(st.integers(0, 2**32 - 1))
    size = draw(st.sampled_from([24, 60, 400]))
    corner = draw(st.integers(-1500, 4000)) // 8 * 8
    random = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(np.arange(count + 1.0), np.arange(count + 1.0), indexing="ij"), axis=-1)
    points[1:-1, 1:-1] += random.uniform(-0.3, 0.3, (count - 1, count - 1, 2))

    def line(one: Any, other: Any, crooked: bool) -> Any:
        steps = np.linspace(0, 1, 9)[:, None]
        path = one + steps * (other - one)
        if crooked:
            path[1:-1] += random.uniform(-0.08, 0.08, (7, 2))
        return np.rint(corner + path * size)

    across = [
        [line(points[i, j], points[i + 1, j], 0 < j < count) for j in range(count + 1)] for i in range(count)
    ]
    along = [
        [line(points[i, j], points[i, j + 1], 0 < i < count) for j in range(count)] for i in range(count + 1)
    ]
    rings = []
    for i in range(count):
        for j in range(count):
            parts = [across[i][j], along[i + 1][j], across[i][j + 1][::-1], along[i][j][::-1]]
            ring = np.concatenate([part[:-1] for part in parts])
            rings.append(np.concatenate([ring, ring[:1]]))
    return rings, corner


@given(partitions(), st.sampled_from([(FINE, 0), (COARSE, 0), (COARSE, 6), (COARSE, 24)]))
@settings(max_examples=60, deadline=None)
def test_neighbours_keep_one_border_whatever_is_cut_and_thinned(
    partition: tuple[list[Any], int], how: tuple[int, int]
) -> None:
    """Each edge has its counterpart in a neighbour, but for those of the field's own frame and of the tile's margin."""
    rings, corner = partition
    grid, thin = how
    found = shaped(HERE, outlines(rings), MARGIN, grid=grid, thin=thin)
    far = max(int(ring.max()) for ring in rings)
    sides = {-MARGIN, EXTENT + MARGIN, *(round(one / grid) * grid for one in (corner, far))}
    near = {place + step for place in sides for step in (-2 * grid, -grid, 0, grid, 2 * grid)}
    # A corner of the frame, which nobody shares, may be cut off.
    for edge in edges_of(found):
        assert all(x in near or y in near for x, y in edge), edge
    # So the cells together keep the area of the field in the tile: what one loses a neighbour wins.
    width = max(0, min(far, EXTENT + MARGIN) - max(corner, -MARGIN))
    assert abs(area_of(found)) == pytest.approx(width**2, abs=4 * max(width, 1) * grid)
    # The way in which rings run changes nothing.
    turned = shaped(HERE, outlines([ring[::-1] for ring in rings]), MARGIN, grid=grid, thin=thin)
    assert sorted(map(tuple, found.vertices.tolist())) == sorted(map(tuple, turned.vertices.tolist())) or (
        edges_of(found).keys() == {(b, a) for a, b in edges_of(turned)}
    )


def test_thinning_takes_what_hardly_bends_and_leaves_what_does() -> None:
    # A square of 100 steps of half a pixel with a vertex half a step out on one side, one of 3 steps out on another.
    ring = np.array([[0, 0], [200, 4], [400, 0], [400, 400], [200, 412], [0, 400], [0, 0]])
    found = shaped(HERE, outlines([ring]), MARGIN, grid=COARSE, thin=8)
    # The first spans a triangle of 100 x 1 / 2 = 50 squares of the grid, the other of 150: both stay.
    assert len(found.vertices) == 7
    short = np.array([[0, 0], [12, 4], [24, 0], [400, 0], [400, 400], [0, 400], [0, 0]])
    # 6 x 1 / 2 = 3 squares, twice 6 < 8: it goes, and then the end of its dent, which lies in line.
    assert len(shaped(HERE, outlines([short]), MARGIN, grid=COARSE, thin=8).vertices) == 5
    assert len(shaped(HERE, outlines([short]), MARGIN, grid=COARSE, thin=5).vertices) == 7


def test_something_long_and_thin_becomes_a_square_of_its_size(tmp_path: Path) -> None:
    west, south, east, north = HERE.bounds
    pixel = (east - west) / 512
    # 300 pixels long and a fiftieth of one wide: six square pixels, of which no grid keeps anything.
    line = shapely.box(
        west + 100 * pixel, south + 200.01 * pixel, west + 400 * pixel, south + 200.01 * pixel + pixel / 50
    )
    path = tmp_path / "layer.gpkg"
    write_features(Features.of([line], ["P1"], ["a"]), path)
    content = tile_of(LayerFile(path), HERE, tmp_path / "t")
    (found,) = mapbox_vector_tile.decode(content)["features"]["features"]
    square = shape(found["geometry"])
    assert found["properties"] == {"class": "a"}
    # A side of sqrt(6) = 2.4 pixels, on the grid of an eighth; latitudes are shorter on the map by a seventh.
    assert square.area == pytest.approx(6 * UNIT**2, rel=0.25)
    assert square.bounds[2] - square.bounds[0] == pytest.approx(square.bounds[3] - square.bounds[1], abs=1)


def test_frames_of_features_hold_any_identifier_and_class() -> None:
    # Identifiers and classes that need one, two and four bytes; 300 classes.
    ids = np.array([1, 127, 128, 20_000, 2**27, *range(300, 600)])
    count = len(ids)
    corner = np.array([[0, 0], [8, 0], [8, 8], [0, 8], [0, 0]])
    rings = Rings(
        np.concatenate([corner + 10 * number for number in range(count)]),
        np.arange(count + 1) * 5,
        np.ones(count, bool),
        np.arange(count),
    )
    names = [f"c{number}" for number in range(count)]
    content = encode([Part("features", rings, ids, np.arange(count)[::-1].copy(), names)])
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["features"]["features"]
    assert [one["id"] for one in found] == ids.tolist()
    assert [one["properties"]["class"] for one in found] == names[::-1]
    assert [shape(one["geometry"]).bounds[0] for one in found] == [10 * number for number in range(count)]


def test_a_thinned_tile_is_the_same_bytes_and_no_border_of_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecociv.territory.tiles.making.THINNING", ((None, COARSE, 8),))
    random = np.random.default_rng(1)
    points = random.uniform(-200, EXTENT + 200, (400, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points)))
    cells = shapely.segmentize(shapely.intersection(cells, shapely.box(-150, -150, 4250, 4250)), 30)
    path = tmp_path / "layer.gpkg"
    whole = shapely.transform(cells, degrees)
    write_features(Features.of(whole, [f"P{n}" for n in range(len(whole))], ["a"] * len(whole)), path)
    one, other = (tile_of(LayerFile(path), HERE, tmp_path / folder) for folder in ("t", "u"))
    assert one == other
    found = mapbox_vector_tile.decode(one, default_options={"y_coord_down": True})["features"]["features"]
    shapes = shapely.make_valid([shape(each["geometry"]) for each in found])
    side = EXTENT + 2 * MARGIN
    assert shapely.area(shapes).sum() == pytest.approx(side**2, rel=1e-4)
    assert shapely.union_all(shapes).area == pytest.approx(side**2, rel=1e-4)

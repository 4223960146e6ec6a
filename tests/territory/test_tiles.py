"""Vector tiles: what is encoded is decoded, areas are kept at every zoom, neighbours share borders, and few see much."""

from __future__ import annotations

import gzip
import math
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
from ecociv.territory.layers.geopackage import LayerFile, write_features
from ecociv.territory.tiles import NoSuchTile, Tile, tile_of
from ecociv.territory.tiles.encoding import Part, Rings, encode, varints
from ecociv.territory.tiles.grid import EXTENT
from ecociv.territory.tiles.index import overview_of

# The tile of zoom 12 with its corner near 117.2 E, 29.3 N.
HERE = Tile(12, 3381, 1698)


def tile_box(tile: Tile, west: float, north: float, east: float, south: float) -> shapely.Geometry:
    """A box by shares of a tile, in degrees."""
    w, s, e, n = tile.bounds
    return shapely.box(w + west * (e - w), n + south * (s - n), w + east * (e - w), n + north * (s - n))


def layer(tmp_path: Path, geometries: list[Any], classes: list[str]) -> LayerFile:
    path = tmp_path / "layer.gpkg"
    write_features(
        Features.of(geometries, [f"P{number}" for number in range(len(geometries))], classes), path
    )
    return LayerFile(path)


def decoded(content: bytes) -> list[dict[str, Any]]:
    if not content:
        return []
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return list(found["features"]["features"]) if found else []


def area_by_class(content: bytes) -> dict[str, float]:
    total: dict[str, float] = {}
    for one in decoded(content):
        area = shape(one["geometry"]).area
        total[one["properties"]["class"]] = total.get(one["properties"]["class"], 0.0) + area
    return total


def test_a_square_becomes_its_corners_in_tile_units(tmp_path: Path) -> None:
    # A quarter of the tile's width from a quarter in: 4096 / 4 = 1024 units, from 1024 to 2048.
    file = layer(tmp_path, [tile_box(HERE, 0.25, 0.25, 0.5, 0.5)], ["green-line"])
    (found,) = decoded(tile_of(file, HERE, tmp_path / "t"))
    assert shape(found["geometry"]).bounds == pytest.approx((1024, 1024, 2048, 2048), abs=1)
    assert found["id"] == 1 and found["properties"] == {"class": "green-line"}


def test_a_hole_stays_a_hole_and_what_lies_outside_is_cut(tmp_path: Path) -> None:
    ring = tile_box(HERE, 0.2, 0.2, 0.8, 0.8).difference(tile_box(HERE, 0.4, 0.4, 0.6, 0.6))
    wide = tile_box(HERE, -3.0, 0.9, 4.0, 0.95)
    found = decoded(tile_of(layer(tmp_path, [ring, wide], ["a", "b"]), HERE, tmp_path / "t"))
    # (0.6 x 4096)^2 less (0.2 x 4096)^2 = 0.32 x 4096^2.
    assert shape(found[0]["geometry"]).area == pytest.approx(0.32 * EXTENT**2, rel=2e-3)
    # The strip is cut 64 units outside the tile on both sides.
    west, _n, east, _s = shape(found[1]["geometry"]).bounds
    assert (west, east) == pytest.approx((-64, EXTENT + 64), abs=1)


def test_neighbours_share_their_border_at_every_zoom(tmp_path: Path, sample_made: list[Any]) -> None:
    survey = next(one.features for one in sample_made if one.layer.key == "land-survey")
    path = tmp_path / "layer.gpkg"
    write_features(survey, path)
    tile = Tile(9, 422, 212)
    found = decoded(tile_of(LayerFile(path), tile, tmp_path / "t"))
    shapes = [shape(one["geometry"]) for one in found if one["id"]]
    # On a grid an outline may touch itself; of these shapes, hardly one does.
    assert len(shapes) > 50 and sum(not one.is_valid for one in shapes) <= 0.03 * len(shapes)
    sound = shapely.make_valid(shapes)
    apart, together = shapely.area(sound).sum(), shapely.union_all(sound).area
    assert apart == pytest.approx(together, rel=2e-3)


def test_what_is_too_small_to_draw_keeps_its_area(tmp_path: Path) -> None:
    # 60 x 60 fields over one tile, two in three of class a: at zoom 12 each is 8.5 pixels wide, at zoom 6 an eighth of one.
    fields, classes = [], []
    for row in range(60):
        for column in range(60):
            fields.append(tile_box(HERE, column / 60, row / 60, (column + 1) / 60, (row + 1) / 60))
            classes.append("a" if (row + column) % 3 else "b")
    file = layer(tmp_path, fields, classes)
    for zoom in (12, 10, 9, 8):
        tile = Tile(zoom, HERE.column >> (12 - zoom), HERE.row >> (12 - zoom))
        found = area_by_class(tile_of(file, tile, tmp_path / "t"))
        whole = (EXTENT / 2 ** (12 - zoom)) ** 2
        # To one square of two pixels (256 square units) for each class, and two in a hundred for the sphere.
        assert found["a"] == pytest.approx(whole * 2 / 3, abs=2 * 256 + 0.02 * whole), zoom
        assert found["b"] == pytest.approx(whole / 3, abs=2 * 256 + 0.02 * whole), zoom


def test_with_too_many_polygons_the_smallest_become_squares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecociv.territory.tiles.making.MOST", 20)
    fields = [
        tile_box(HERE, n % 8 / 8, n // 8 / 8, n % 8 / 8 + 0.05 + 0.001 * n, n // 8 / 8 + 0.06)
        for n in range(64)
    ]
    found = decoded(tile_of(layer(tmp_path, fields, ["a"] * 64), HERE, tmp_path / "t"))
    assert sorted(one["id"] for one in found if one["id"]) == list(range(45, 65))
    assert sum(shape(one["geometry"]).area for one in found) == pytest.approx(
        sum((0.05 + 0.001 * n) * 0.06 for n in range(64)) * EXTENT**2, rel=0.02
    )


def test_the_overview_is_read_back_and_built_anew_where_it_is_missing(tmp_path: Path) -> None:
    file = layer(tmp_path, [tile_box(HERE, 0, 0, 0.1, 0.1), tile_box(HERE, 0.5, 0.5, 0.9, 0.9)], ["b", "a"])
    first = overview_of(file, tmp_path / "t")
    other = overview_of(LayerFile(tmp_path / "layer.gpkg"), tmp_path / "t")
    assert len(first) == len(other) == 2 and set(first.classes) == {"a", "b"}
    assert len(first.meeting(*tile_box(HERE, 0.6, 0.6, 0.7, 0.7).bounds)) == 1
    assert tile_of(file, Tile(12, 0, 0), tmp_path / "t") == b""


@pytest.mark.parametrize(("zoom", "column", "row"), [(17, 0, 0), (1, 2, 0), (1, 0, 2)])
def test_a_tile_off_the_grid_is_refused(zoom: int, column: int, row: int) -> None:
    with pytest.raises(NoSuchTile):
        Tile(zoom, column, row)


def test_numbers_become_the_varints_of_the_specification() -> None:
    # 300 = 0b10_0101100: low seven bits 0101100 with the mark of more, then 10.
    assert varints(np.array([0, 127, 128, 300, 2**28]))[0] == bytes(
        [0, 127, 0x80, 1, 0xAC, 2, 0x80, 0x80, 0x80, 0x80, 1]
    )


@given(
    st.lists(
        st.tuples(st.integers(-64, 4160), st.integers(-64, 4160), st.integers(1, 900), st.integers(3, 30)),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=15)
def test_any_rings_are_decoded_as_they_were(given_: list[tuple[int, int, int, int]]) -> None:
    """Regular polygons of any size anywhere: the decoder of another library finds the same areas."""
    vertices, starts, wanted = [], [0], {}
    for number, (x, y, radius, corners) in enumerate(given_):
        angles = np.arange(corners) * 2 * math.pi / corners
        ring = np.rint(np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])).astype(
            np.int64
        )
        ring = np.concatenate([ring, ring[:1]])
        vertices.append(ring)
        starts.append(starts[-1] + len(ring))
        area = shapely.Polygon(ring).area
        if area:
            wanted[number + 1] = area
    count = len(given_)
    rings = Rings(np.concatenate(vertices), np.asarray(starts), np.ones(count, bool), np.arange(count))
    content = encode([Part("features", rings, np.arange(1, count + 1), np.zeros(count, np.int64), ("a",))])
    found = {one["id"]: shape(one["geometry"]).area for one in decoded(content)}
    assert found == pytest.approx(wanted)


def test_the_same_tile_is_the_same_bytes(tmp_path: Path) -> None:
    file = layer(tmp_path, [tile_box(HERE, 0.1, 0.1, 0.7, 0.6)], ["a"])
    one, other = (gzip.compress(tile_of(file, HERE, tmp_path / "t"), mtime=0) for _ in range(2))
    assert one == other

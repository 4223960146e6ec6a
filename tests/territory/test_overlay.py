"""Overlays whose figures can be worked out by hand, real layers, files, engines."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from ecociv.cli.main import main
from ecociv.standards.land import trapezoid_area
from ecociv.territory.overlay import EngineMissing, OverlayCancelled, OverlayRefused, overlay
from ecociv.territory.overlay.files import overlay_files
from ecociv.territory.overlay.options import Options
from ecociv.territory.overlay.plane import areas, to_plane
from ecociv.territory.overlay.sources import Source
from shared_data import shared_file

SQUARE = shapely.box(117.0, 29.0, 117.01, 29.01)
EAST = shapely.box(117.004, 29.0, 117.02, 29.01)


def cell(width: float) -> float:
    """Area between 29 and 29.01 degrees over a width of longitude, by the formula for trapezoids."""
    return float(trapezoid_area(29.0, 29.01, width).value)


def test_two_squares() -> None:
    found = overlay(
        [SQUARE], [EAST], class_a=["farmland"], class_b=["forest"], id_a=["A1"], id_b=["B1"], how="union"
    )
    # 0.004 of a alone, 0.006 shared, 0.010 of b alone
    assert found.area == pytest.approx([cell(0.006), cell(0.004), cell(0.010)], rel=1e-11)
    assert found.ids(True).tolist() == ["A1", "A1", None]
    assert found.ids(False).tolist() == ["B1", None, "B1"]
    rows = found.summary().rows
    assert [(row.class_a, row.class_b, row.in_a, row.in_b) for row in rows] == [
        ("farmland", "forest", True, True), ("farmland", None, True, False), (None, "forest", False, True)
    ]  # fmt: skip
    assert sum(row.area for row in rows) == found.summary().total == round(found.summary().total, 2)


def test_a_missing_class_is_not_outside() -> None:
    rows = overlay([SQUARE], [EAST], class_a=[None], class_b=["forest"], how="identity").summary().rows
    assert [(row.class_a, row.class_b, row.in_b) for row in rows] == [
        (None, "forest", True),
        (None, None, False),
    ]


def test_vertices_of_the_source_come_out_bit_for_bit() -> None:
    inner = shapely.Polygon([(117.0013, 29.0017), (117.0049, 29.0023), (117.0031, 29.0071)])
    whole = overlay([inner], [SQUARE]).geometries[0]
    assert set(shapely.get_coordinates(whole).ravel()) == set(shapely.get_coordinates(inner).ravel())
    cut = overlay([inner], [shapely.box(117.0, 29.0, 117.004, 29.01)]).geometries[0]
    kept = {tuple(point) for point in shapely.get_coordinates(inner) if point[0] < 117.004}
    assert kept <= {tuple(point) for point in shapely.get_coordinates(cut)}


def test_each_connected_piece_is_a_row() -> None:
    comb = shapely.union_all([shapely.box(117.0 + x, 29.0, 117.001 + x, 29.008) for x in (0, 0.004, 0.008)])
    comb = shapely.union(comb, shapely.box(117.0, 29.008, 117.009, 29.01))
    found = overlay([comb], [shapely.box(116.9, 28.9, 117.1, 29.004)])
    assert len(found) == 3
    assert found.feature_a.tolist() == [0, 0, 0]


def test_neighbours_that_touch_share_nothing() -> None:
    found = overlay(
        [SQUARE], [shapely.box(117.01, 29.0, 117.02, 29.01), shapely.box(117.01, 29.01, 117.02, 29.02)]
    )
    assert (len(found), found.report.contacts, found.total) == (0, 2, 0.0)
    assert found.summary().rows == ()


def test_slivers_stay_and_are_marked() -> None:
    edge = shapely.box(117.009999, 29.0, 117.02, 29.01)  # 1e-6 degrees, a tenth of a metre
    found = overlay([SQUARE], [edge], least_area=0.0, least_width=0.5)
    assert found.sliver.tolist() == [True]
    row = found.summary().rows[0]
    assert (row.patches, row.area, row.slivers) == (0, 0, 1)
    assert float(row.sliver_area) == pytest.approx(cell(1e-6), rel=1e-4)
    assert found.width[0] == pytest.approx(0.0974, abs=1e-3)  # 1e-6 degrees * 111,320 m * cos 29


def test_a_layer_that_overlaps_itself_says_so() -> None:
    # a counts twice between 117.004 and 117.010
    found = overlay([SQUARE, EAST], [shapely.box(116.9, 28.9, 117.1, 29.1)], id_a=["s", "e"])
    assert found.report.double_counted
    assert found.report.overlaps_a is not None
    assert found.report.overlaps_a.area == pytest.approx([cell(0.006)], rel=1e-10)
    assert found.total == pytest.approx(cell(0.010) + cell(0.016), rel=1e-11)
    once = overlay([SQUARE, EAST], [shapely.box(116.9, 28.9, 117.1, 29.1)], double_cover="first")
    assert not once.report.double_counted
    assert once.area == pytest.approx(
        [cell(0.010), cell(0.010)], rel=1e-11
    )  # the first keeps what they share
    with pytest.raises(OverlayRefused, match=r"s and e \(6\d+\.\d\d m2\)"):
        overlay([SQUARE, EAST], [SQUARE], id_a=["s", "e"], double_cover="refuse")


def test_duplicates_and_nested_polygons_are_overlaps_though_edges_cancel() -> None:
    inner = shapely.box(117.002, 29.002, 117.008, 29.008)
    for other in (SQUARE, inner, shapely.Polygon(list(SQUARE.exterior.coords)[::-1])):
        report = overlay([SQUARE, other], [SQUARE]).report
        assert report.overlaps_a is not None
        assert list(zip(report.overlaps_a.first, report.overlaps_a.second, strict=True)) == [(0, 1)]


def test_a_large_polygon_is_cut_to_windows_without_a_trace() -> None:
    angle = np.linspace(0, 2 * np.pi, 4001)[:-1]
    radius = 1 + 0.05 * np.sin(97 * angle)
    lake = shapely.Polygon(np.column_stack([117 + radius * np.cos(angle), 29 + radius * np.sin(angle)]))
    west, south = (
        axis.ravel() for axis in np.meshgrid(np.arange(115.9, 118.2, 0.1), np.arange(27.9, 30.2, 0.1))
    )
    lots = shapely.box(west, south, west + 0.1, south + 0.1)
    found = overlay([lake], lots)
    assert found.total == pytest.approx(float(areas(to_plane(np.array([lake])))[0]), rel=1e-12)


def test_stopping_and_progress() -> None:
    seen: list[tuple[int, int]] = []
    overlay([SQUARE], [EAST], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 1)]
    stop = threading.Event()
    stop.set()
    with pytest.raises(OverlayCancelled, match="nothing was written"):
        overlay([SQUARE], [EAST], cancelled=stop.is_set)
    with pytest.raises(OverlayRefused, match="class_a has 2 values for 1 geometries"):
        overlay([SQUARE], [EAST], class_a=["x", "y"])


@pytest.fixture(scope="module")
def real() -> tuple[Any, Any, Any, Any]:
    """Counties and water of Jiangxi."""
    window = shapely.box(113.5, 24.4, 118.5, 30.1)
    data = json.loads(shared_file("overlay/china_counties_ctamap_wgs84.geojson").read_text(encoding="utf-8"))
    counties = [(shapely.geometry.shape(f["geometry"]), f["properties"]["name"]) for f in data["features"]]
    counties = [row for row in counties if row[0].intersects(window)]
    with gzip.open(shared_file("overlay/osm_water_china_bbox_10m.ndjson.gz"), "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows = [row for row in rows if 113.5 < row["c"][0][0][0] < 118.5 and 24.4 < row["c"][0][0][1] < 30.1]
    water = [shapely.Polygon(row["c"][0], row["c"][1:]) for row in rows]
    return [row[0] for row in counties], [row[1] for row in counties], water, [row["k"] for row in rows]


@pytest.mark.oracle
def test_water_by_county(real: Any) -> None:
    counties, names, water, kinds = real
    assert len(counties) > 100
    assert len(water) > 1000
    found = overlay(water, counties, class_a=kinds, class_b=names, how="identity", double_cover="first")
    once = shapely.union_all(
        to_plane(shapely.make_valid(np.array(water), method="structure", keep_collapsed=False))
    )
    expected = float(areas(np.array([once]))[0])
    assert found.total + found.report.rounding == pytest.approx(expected, rel=1e-9)
    tiled = overlay(
        water,
        counties,
        class_a=kinds,
        class_b=names,
        how="identity",
        double_cover="first",
        tile_vertices=20_000,
        workers=2,
    )
    assert tiled.digest() == found.digest()


def write(path: Path, shapes: list[Any], kinds: list[str], crs: str | None = "EPSG:4490") -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(kinds, dtype=object)],
        ["kind"],
        geometry_type="Polygon",
        crs=crs,
    )
    return path


def test_the_command_writes_files_that_open_without_a_warning(tmp_path: Path) -> None:
    a = write(
        tmp_path / "a.gpkg",
        [SQUARE, shapely.from_wkt("POLYGON ((117 29, 117.01 29.01, 117.01 29, 117 29.01, 117 29))")],
        ["耕地", "林地"],
    )
    b = write(tmp_path / "b.geojson", [EAST], ["红线"], crs="EPSG:4326")
    out, table = tmp_path / "out.gpkg", tmp_path / "sums.csv"
    arguments = ["overlay", str(a), str(b), "--class-a", "kind", "--class-b", "kind"]
    done = CliRunner().invoke(
        main, [*arguments, "--out", str(out), "--summary", str(table), "--format", "json"]
    )
    assert done.exit_code == 1, done.output  # the layer overlaps itself: something to decide
    said = json.loads(done.stdout)
    assert said["a"]["repaired"] == 1
    assert said["double_counted"] is True
    with table.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["class_a"], row["class_b"]) for row in rows[:-1]] == [("林地", "红线"), ("耕地", "红线")]
    assert said["area_m2"] == str(sum(float(row["area_m2"]) for row in rows[:-1]))[: len(said["area_m2"])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # GDAL finds nothing to complain of
        assert {"patches", "remarks"} <= set(pyogrio.list_layers(out)[:, 0])
        _, _, blobs, fields = pyogrio.raw.read(out, layer="patches")
        pyogrio.raw.read(out, layer="remarks")
    if shutil.which("ogrinfo"):  # nor does the GDAL of the machine, which may be an older one
        opened = subprocess.run(["ogrinfo", "-al", "-so", str(out)], capture_output=True, text=True, check=True)
        assert "Warning" not in opened.stdout + opened.stderr
        assert "Layer name: patches" in opened.stdout
        assert "Layer name: remarks" in opened.stdout
    assert len(blobs) == said["patches"]
    assert fields[4].sum() == pytest.approx(float(said["area_m2"]), abs=0.01)
    assert not list(tmp_path.glob(".ecociv*"))
    again = tmp_path / "again.csv"
    only_table = CliRunner().invoke(main, [*arguments, "--summary", str(again)])
    assert only_table.exit_code == 1, only_table.output
    assert again.read_bytes() == table.read_bytes()
    assert CliRunner().invoke(main, arguments).exit_code == 3


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_projected_layers_and_refusals(tmp_path: Path) -> None:
    gauss = write(
        tmp_path / "gauss.gpkg", [shapely.box(500_000, 3_210_000, 501_000, 3_211_000)], ["x"], crs="EPSG:4548"
    )
    b = write(tmp_path / "b.gpkg", [shapely.box(116.5, 28.5, 117.5, 29.5)], ["y"])
    found = overlay_files(Source(gauss), Source(b), tmp_path / "out.gpkg")
    # a square kilometre at the central meridian, where the scale of Gauss-Krueger is 1
    assert float(found.summary.total) == pytest.approx(1e6, rel=1e-7)
    plain = write(tmp_path / "plain.gpkg", [SQUARE], ["x"], crs=None)
    xian = write(
        tmp_path / "xian.gpkg", [shapely.box(500_000, 3_210_000, 501_000, 3_211_000)], ["x"], crs="EPSG:2384"
    )
    for source, words in (
        (Source(tmp_path / "none.gpkg"), "is not there"),
        (Source(plain), "does not say which reference system"),
        (Source(xian), "Convert it with the parameters of the place"),
        (Source(b, "clas"), "no field 'clas'; fields: kind"),
        (Source(b, layer="c"), "has the layers b; name one"),
    ):
        with pytest.raises(OverlayRefused, match=words):
            overlay_files(source, Source(b), tmp_path / "never.gpkg")
    with pytest.raises(OverlayRefused, match="is one of the layers"):
        overlay_files(Source(b), Source(gauss), b)
    assert not (tmp_path / "never.gpkg").exists()


def test_spark_gives_the_same_patches(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    corner = random.uniform([117.0, 29.0], [117.05, 29.05], (60, 2))
    shapes = [shapely.box(x, y, x + 0.01, y + 0.012) for x, y in corner]
    a = write(tmp_path / "a.gpkg", shapes[:30], ["p", "q", "r"] * 10)
    b = write(tmp_path / "b.gpkg", shapes[30:], ["u", "v"] * 15)
    options = Options(tile_vertices=60)
    sources = Source(a, "kind"), Source(b, "kind")
    local = overlay_files(*sources, tmp_path / "local.gpkg", options=options)
    try:
        spark = overlay_files(*sources, tmp_path / "spark.gpkg", options=options, engine_name="spark")
    except EngineMissing as reason:
        pytest.skip(str(reason))
    assert spark.digest == local.digest
    assert spark.summary.rows == local.summary.rows


def test_processes_are_begun_anew(tmp_path: Path) -> None:
    """A program without a guard, in a folder of its own, on two processes."""
    a = write(tmp_path / "a.gpkg", [SQUARE], ["x"])
    code = "from ecociv.cli.main import main; main()"
    arguments = [
        "overlay",
        str(a),
        str(a),
        "--out",
        str(tmp_path / "o.gpkg"),
        "--workers",
        "2",
        "--tile-vertices",
        "1000",
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=os.environ,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 with" in done.stdout

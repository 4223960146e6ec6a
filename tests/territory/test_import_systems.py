"""Reference systems: named, contradicted, swapped, shifted."""

from __future__ import annotations

import json

import numpy as np
import pyproj
import pytest
import shapely
from click.testing import CliRunner
from tests.shared_data import shared_file

from ecociv.standards.land import area_of_geojson, convert_coordinates
from ecociv.territory.importing import DatumShift, ImportRefused, declared_crs, offset_test, read_polygons
from ecociv.territory.importing.crs import same_system, to_geographic
from ecociv.territory.importing.ranges import check_place, check_ranges

ZONE = (116.9, 28.7, 117.8, 30.0)


def _code(call, *args, **options) -> str:
    with pytest.raises(ImportRefused) as caught:
        call(*args, **options)
    return caught.value.code


@pytest.mark.parametrize("code", [4491, 4501, 4502, 4512, 4513, 4533, 4534, 4554])
def test_every_corner_of_the_gauss_zones_is_known_by_number_and_by_the_words_of_arcgis(code):
    crs = declared_crs(f"EPSG:{code}")
    assert crs.is_gauss
    by_words = declared_crs(pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI"), "file")
    assert by_words.is_gauss
    # 4502-4512 and the 3-degree zones on the same meridian are the same plane under two numbers.
    assert same_system(crs, by_words)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:2382", "legacy-datum"),
        ("EPSG:4214", "legacy-datum"),
        ("EPSG:4269", "unknown-datum"),
        ("EPSG:999999", "unknown-crs"),
        ("+proj=longlat +nadgrids=/etc/passwd", "unknown-crs"),
        ("北京地方坐标", "unknown-crs"),
    ],
)
def test_systems_that_are_not_taken(text, code):
    assert _code(declared_crs, text) == code


def test_xian_1980_is_taken_with_declared_parameters():
    shift = DatumShift(100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "测绘院〔2015〕3号")
    crs = declared_crs("EPSG:4610", shift=shift)
    moved = to_geographic(np.array([[117.0, 29.0]]), crs, shift)
    # 100 m along X at 117 E: east by -100*sin(117°) = -89.1 m, that is -89.1 / (111320*cos 29°) = -0.000915 degrees.
    assert moved[0, 0] - 117.0 == pytest.approx(-0.000915, abs=2e-6)


@pytest.mark.parametrize(
    ("bounds", "crs", "code"),
    [
        ((520_000, 3_240_000, 522_000, 3_241_000), "EPSG:4490", "metres-under-degrees"),
        ((117.2, 29.2, 117.3, 29.3), "EPSG:4548", "degrees-under-metres"),
        ((29.2, 117.2, 29.3, 117.3), "EPSG:4490", "swapped-axes"),
        ((3_240_000, 520_000, 3_241_000, 522_000), "EPSG:4548", "swapped-axes"),
        ((39_520_000, 3_240_000, 39_522_000, 3_241_000), "EPSG:4548", "zone-number"),
        ((38_520_000, 3_240_000, 38_522_000, 3_241_000), "EPSG:4527", "zone-number"),
        ((520_000, 3_240_000, 522_000, 3_241_000), "EPSG:4527", "zone-number"),
    ],
)
def test_coordinates_that_contradict_their_system(bounds, crs, code):
    with pytest.raises(ImportRefused) as caught:
        check_ranges(bounds, declared_crs(crs), "a.shp", within=ZONE)
    assert caught.value.code == code
    assert caught.value.asks in ("crs", "axis_order")


def test_a_number_before_the_easting_names_the_right_zone():
    with pytest.raises(ImportRefused, match="EPSG:4527"):
        check_ranges((39_520_000, 3_240_000, 39_522_000, 3_241_000), declared_crs("4548"), "a.shp")


def test_a_layer_outside_the_zone_names_the_systems_that_would_put_it_inside():
    source = (520_000.0, 3_240_000.0, 522_000.0, 3_241_000.0)
    # On meridian 114 E the same coordinates lie three degrees further west, at 114.2 E.
    with pytest.raises(ImportRefused, match="EPSG:4548") as caught:
        check_place((114.2, 29.2, 114.3, 29.3), declared_crs("EPSG:4547"), "a.shp", ZONE, source)
    assert caught.value.code == "outside-zone"


def _geojson(path, shapes, crs=None):
    features = [
        {
            "type": "Feature",
            "properties": {"name": str(row)},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in enumerate(shapes)
    ]
    body = {"type": "FeatureCollection", "features": features}
    if crs:
        body["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def test_swapped_axes_are_read_when_declared_and_a_contradiction_with_the_file_is_refused(tmp_path):
    box = shapely.box(117.2, 29.2, 117.3, 29.3)
    turned = shapely.transform(box, lambda p: p[:, ::-1])
    path = _geojson(tmp_path / "a.geojson", [turned])
    assert _code(read_polygons, path, within=ZONE) == "swapped-axes"
    found = read_polygons(path, axis_order="yx", within=ZONE)
    assert found.geometries[0].equals(box)
    plane = _geojson(
        tmp_path / "b.geojson", [shapely.box(520_000, 3_240_000, 521_000, 3_241_000)], "EPSG:4548"
    )
    assert _code(read_polygons, plane, crs="EPSG:4549") == "contradictory-crs"


@pytest.fixture(scope="module")
def counties():
    return read_polygons(shared_file("boundaries/jingdezhen_counties_ctamap_wgs84.geojson"))


def test_the_real_boundaries_in_gcj02_are_found_out_and_converted(counties):
    path = shared_file("boundaries/jingdezhen_counties_datav_gcj02.geojson")
    shapes = counties.geometries
    with pytest.raises(ImportRefused) as caught:
        read_polygons(path, reference=shapes, within=ZONE)
    assert (caught.value.code, caught.value.asks) == ("gcj02", "gcj02")
    found = read_polygons(path, reference=shapes, within=ZONE, convert_gcj02=True)
    assert "gcj02-converted" in [each.code for each in found.warnings]
    assert found.offset is not None
    # The documented overlaps of the four counties (README of the shared data).
    overlaps = sorted(zip(found.offset.given.round(2), found.offset.restored.round(2), strict=True))
    assert overlaps == [(0.75, 0.81), (0.86, 0.91), (0.95, 0.97), (0.95, 0.97)]
    again = offset_test(found.geometries, shapes)
    assert again.shifted is False


@pytest.mark.django_db
def test_the_boundaries_of_the_zone_find_a_layer_in_gcj02_out_at_import():
    """As somebody imports: the true boundaries first, then a file of a map service."""
    from ecociv.cli.layer import group

    true = shared_file("boundaries/jingdezhen_counties_ctamap_wgs84.geojson")
    shifted = shared_file("boundaries/jingdezhen_counties_datav_gcj02.geojson")

    def add(path, *words):
        fixed = ["--kind", "administrative-boundary", "--language", "en", "--with-defects"]
        return CliRunner().invoke(group, ["add", str(path), *fixed, *words])

    stored = add(true, "--name", "counties", "--identity", "adcode", "--class-value", "county")
    assert stored.exit_code == 0, stored.output
    asked = ["--name", "service", "--identity", "adcode", "--class-value", "county", "--trial"]
    refused = add(shifted, *asked)
    assert refused.exit_code != 0 and "GCJ-02" in refused.output
    converted = add(shifted, *asked, "--convert-gcj02", "--format", "json")
    assert converted.exit_code == 0, converted.output
    codes = [each["code"] for each in json.loads(converted.stdout)["warnings"]]
    assert "gcj02-converted" in codes
    # The true boundaries themselves are no suspects.
    assert add(true, "--name", "again", "--identity", "adcode", "--class-value", "county", "--trial").exit_code == 0


def test_a_true_layer_is_not_taken_for_gcj02(counties):
    assert offset_test(counties.geometries, counties.geometries).shifted is False
    # A layer that is no boundary says nothing.
    field = np.array([shapely.box(117.2, 29.3, 117.21, 29.31)])
    assert offset_test(field, counties.geometries).shifted is None


def test_a_declared_gcj02_layer_goes_back_to_its_true_place(tmp_path):
    true = shapely.box(117.2, 29.3, 117.21, 29.31)
    away = shapely.transform(
        true,
        lambda p: np.asarray(convert_coordinates(p[:, 0], p[:, 1], source="WGS84", target="GCJ-02").value),
    )
    path = _geojson(tmp_path / "a.geojson", [away])
    assert _code(read_polygons, path, crs="GCJ-02") == "gcj02"
    found = read_polygons(path, crs="GCJ-02", convert_gcj02=True)
    assert shapely.hausdorff_distance(found.geometries[0], true) < 1e-8
    before = area_of_geojson(json.loads(shapely.to_geojson(true))).value
    after = area_of_geojson(json.loads(shapely.to_geojson(found.geometries[0]))).value
    assert after == pytest.approx(before, rel=1e-6)

"""Declared parameters from older datums to CGCS2000: read strictly, checked by points, applied, and refused where they do not fit."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from click.testing import CliRunner
from pyogrio.raw import write

from ecociv.territory.importing import ImportRefused, load_shift, parse_shift, read_polygons
from ecociv.territory.importing.shifts import DatumShift, PlaneShift, checked, misses

SEVEN = """
method: seven-parameter
convention: {convention}
datum: Xi'an 1980
source: 景测〔2015〕3号
parameters: {{dx: 100.0, dy: 0.0, dz: 0.0, rx: 0.0, ry: 0.0, rz: {turn}, scale: 0.0}}
"""
AFFINE = """
method: affine
source: 景测〔2015〕3号
datum: Xi'an 1980
from_crs: EPSG:2383
to_crs: EPSG:4547
parameters: {a0: 100.0, a1: 1.0, a2: 0.0, b0: -50.0, b1: 0.0, b2: 1.0}
tolerance: 0.05
check_points:
  - {name: 一号点, from: [500000.0, 3240000.0], to: [500100.02, 3239950.0]}
  - {name: 二号点, from: [510000.0, 3250000.0], to: [510100.0, 3249950.0]}
"""


def _code(call, *args) -> str:
    with pytest.raises(ImportRefused) as caught:
        call(*args)
    assert caught.value.asks == "datum_shift" and caught.value.text.zh
    return caught.value.code


def test_seven_parameters_by_either_convention_of_the_rotations():
    one = parse_shift(SEVEN.format(convention="position-vector", turn=2.0), "a.yaml")
    other = parse_shift(SEVEN.format(convention="coordinate-frame", turn=-2.0), "a.yaml")
    assert isinstance(one, DatumShift) and one == other and one.datum == "Xi'an 1980"


def test_an_affine_way_moves_the_plane_and_its_check_points_say_how_well():
    shift = parse_shift(AFFINE, "a.yaml")
    assert isinstance(shift, PlaneShift)
    first, second = misses(shift)
    # The first point is known 2 cm further east than the parameters put it: it misses by 2 cm to the west.
    assert (first.east, first.north) == (pytest.approx(-0.02, abs=1e-4), pytest.approx(0.0, abs=1e-3))
    assert second.distance == pytest.approx(0.0, abs=1e-4)
    # Root mean square of 0.02 and 0: 0.02 / sqrt(2) = 0.014.
    assert "0.020 m" in checked(shift).en and "0.014 m" in checked(shift).en and "一号点" in checked(shift).zh


def test_a_point_that_misses_by_more_than_the_tolerance_refuses_the_parameters():
    assert _code(checked, parse_shift(AFFINE.replace("500100.02", "500100.20"), "a.yaml")) == "shift-misses"


def test_seven_parameters_are_checked_in_the_plane_they_are_known_in():
    # The truth by an independent call: PROJ's Helmert on geocentric coordinates, 100 m along X.
    parameters = SEVEN.format(convention="position-vector", turn=0.0)
    pipeline = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +a=6378140 +rf=298.257 "
        "+step +proj=helmert +x=100 +step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    east, north, _height = pipeline.transform(117.0, 29.0, 0.0)
    points = f"""
from_crs: EPSG:4610
to_crs: EPSG:4490
tolerance: 0.01
check_points:
  - {{name: A, from: [117.0, 29.0], to: [{east!r}, {north!r}]}}
"""
    (missed,) = misses(parse_shift(parameters + points, "a.yaml"))
    assert missed.distance < 1e-3


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("method: affine", "method: grid", "method"),
        ("source: 景测〔2015〕3号\n", "", "source"),
        ("b2: 1.0", "b2: 0.0", "fold the plane"),
        ("a2: 0.0", "a2: .nan", "a2"),
        ("from_crs: EPSG:2383", "from_crs: EPSG:4610", "plane to plane"),
        ("to_crs: EPSG:4547", "to_crs: EPSG:999999", "no code"),
        ("tolerance: 0.05\n", "", "tolerance"),
        ("method: affine", "method: affine\nscale: 1", "scale"),
        ("method: affine", "method: affine\nmethod: affine", "given twice"),
        ("method: affine", "method: [", "line"),
        ("a0: 100.0, ", "", "a0"),
    ],
)
def test_a_file_that_is_wrong_says_where(before, after, words):
    with pytest.raises(ImportRefused, match=words) as caught:
        parse_shift(AFFINE.replace(before, after), "shift.yaml")
    assert caught.value.code == "bad-shift" and "shift.yaml" in caught.value.text.zh


def test_seven_parameters_need_convention_and_datum():
    for line in ("convention: position-vector\n", "datum: Xi'an 1980\n"):
        text = SEVEN.format(convention="position-vector", turn=0.0).replace(line, "")
        assert _code(parse_shift, text, "a.yaml") == "bad-shift"


@pytest.fixture
def xian(tmp_path: Path) -> Path:
    """A square of 1 km in the 3-degree plane of Xi'an 1980 on meridian 117 E, as GDAL writes it."""
    path = tmp_path / "旧图.gpkg"
    write(
        path,
        shapely.to_wkb(np.array([shapely.box(500_000, 3_240_000, 501_000, 3_241_000)])),
        [np.array(["1"], dtype=object)],
        np.array(["BSM"], dtype=object),
        geometry_type="Polygon",
        driver="GPKG",
        crs="EPSG:2384",
    )
    return path


def _affine(code: int = 2384) -> str:
    return AFFINE.replace("EPSG:2383", f"EPSG:{code}").replace("EPSG:4547", "EPSG:4548")


def test_a_layer_on_an_older_datum_is_moved_and_the_note_has_the_points(xian):
    found = read_polygons(xian, datum_shift=parse_shift(_affine(), "a.yaml"))
    # By hand: the corner (500 000, 3 240 000) goes to (500 100, 3 239 950) in EPSG:4548.
    corner = pyproj.Transformer.from_crs(4548, 4490, always_xy=True).transform(500_100, 3_239_950)
    off = shapely.get_coordinates(found.geometries) - np.asarray(corner)
    assert np.abs(off).max(axis=1).min() < 1e-9
    (note,) = found.warnings
    assert note.code == "datum-shifted" and "0.020 m" in note.text.en and "景测〔2015〕3号" in note.text.zh


def test_parameters_for_another_system_or_for_none_are_refused(xian, tmp_path):
    with pytest.raises(ImportRefused) as caught:
        read_polygons(xian)
    assert (caught.value.code, caught.value.asks) == ("legacy-datum", "datum_shift")
    assert _code(lambda: read_polygons(xian, datum_shift=parse_shift(_affine(2383), "a"))) == "other-shift"
    beijing = SEVEN.format(convention="position-vector", turn=0.0).replace("Xi'an 1980", "Beijing 1954")
    assert _code(lambda: read_polygons(xian, datum_shift=parse_shift(beijing, "a"))) == "other-shift"
    modern = tmp_path / "a.geojson"
    modern.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {},
                        "geometry": json.loads(shapely.to_geojson(shapely.box(117.1, 29.1, 117.2, 29.2))),
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    assert _code(lambda: read_polygons(modern, datum_shift=parse_shift(_affine(), "a"))) == "shift-not-needed"


def test_two_ways_to_the_same_place_agree(xian, tmp_path):
    """Seven parameters of 0 but for 100 m along X, and the affine way fitted to them over the square: within 2 cm."""
    seven = parse_shift(SEVEN.format(convention="position-vector", turn=0.0), "a.yaml")
    moved = read_polygons(xian, datum_shift=seven)
    west, south = moved.bounds[:2]
    plane = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(west, south)
    east, north = plane[0] - 500_000, plane[1] - 3_240_000
    text = _affine().replace("a0: 100.0", f"a0: {east!r}").replace("b0: -50.0", f"b0: {north!r}")
    again = read_polygons(xian, datum_shift=parse_shift(text.partition("tolerance")[0], "a.yaml"))
    # A pure shift leaves out the change of scale of the ellipsoids: 3.6 m in 6378 km and what X tilts, over 1 km.
    far = shapely.hausdorff_distance(moved.geometries[0], again.geometries[0]) * 111_320
    assert far < 0.05 and not math.isclose(far, 0.0)
    assert "not checked" in again.warnings[0].text.en


@pytest.mark.django_db
def test_the_command_takes_the_file(xian, tmp_path):
    from ecociv.cli.layer import group

    file = tmp_path / "shift.yaml"
    file.write_text(_affine(), encoding="utf-8")
    words = [
        "add",
        str(xian),
        "--name",
        "old",
        "--kind",
        "function-zone",
        "--class-value",
        "green",
        "--trial",
    ]
    refused = CliRunner().invoke(group, [*words, "--language", "en"])
    assert refused.exit_code != 0 and "seven parameters" in refused.output
    done = CliRunner().invoke(group, [*words, "--shift", str(file), "--format", "json"])
    facts = json.loads(done.stdout)
    assert any("0.020" in one["zh"] for one in facts["warnings"]), facts["warnings"]
    file.write_text("method: affine", encoding="utf-8")
    wrong = CliRunner().invoke(group, [*words, "--shift", str(file), "--language", "en"])
    assert wrong.exit_code != 0 and "source" in wrong.output and load_shift is not None


def test_the_page_takes_pasted_parameters_and_says_what_is_wrong_at_their_field():
    from ecociv.portal.layer_form import LayerForm

    said = {"kind": "function-zone", "key": "old", "title": "旧图", "valid_from": "2018-01-01"}
    form = LayerForm({**said, "shift": _affine()}, storing=False)
    assert form.is_valid(), form.errors
    assert form.choices().datum_shift == parse_shift(_affine(), "YAML")
    wrong = LayerForm({**said, "shift": "method: affine"}, storing=False)
    assert not wrong.is_valid() and "source" in str(wrong.errors["shift"])
    assert LayerForm.ASKED["datum_shift"] in LayerForm.base_fields

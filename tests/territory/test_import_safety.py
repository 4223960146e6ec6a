"""Files that mean harm or are broken: refused with a sentence, never a crash, never a request to somewhere else."""

from __future__ import annotations

import json
import sqlite3
import stat
import struct
import zipfile

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from ecociv.territory.importing import ImportRefused, Limits, read_polygons
from ecociv.territory.importing.archives import unpack

BOX = shapely.box(117.2, 29.2, 117.3, 29.3)


def _refused(path, **options) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read_polygons(path, **options)
    assert caught.value.text.zh
    assert caught.value.text.en.endswith(".")
    return caught.value


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return path


def _geojson(path, *properties, geometry=BOX):
    features = [
        {"type": "Feature", "properties": each, "geometry": json.loads(shapely.to_geojson(geometry))}
        for each in properties
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_zip_bomb(tmp_path):
    path = _zip(tmp_path / "a.zip", [("a.shp", b"\0" * (8 << 20))])
    assert _refused(path).code == "zip-bomb"
    many = _zip(tmp_path / "b.zip", [(f"{each}.txt", b"") for each in range(30)])
    assert _refused(many, limits=Limits(members=20)).code == "zip-bomb"
    large = _zip(tmp_path / "c.zip", [("a.shp", bytes(range(256)) * 4000)])
    assert _refused(large, limits=Limits(unpacked_bytes=1000)).code == "zip-bomb"


def test_an_archive_that_understates_its_size(tmp_path):
    path = _zip(tmp_path / "a.zip", [("a.json", b"x" * 5000)])
    data = bytearray(path.read_bytes())
    where = data.rindex(b"PK\x01\x02") + 24  # uncompressed size in the central directory
    data[where : where + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    (tmp_path / "out").mkdir()
    with pytest.raises(ImportRefused) as caught:
        unpack(path, tmp_path / "out", Limits(unpacked_bytes=1000))
    assert caught.value.code in ("zip-bomb", "damaged-archive")


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "C:\\a.shp", "x/..\\..\\a.shp", "a\n.shp"])
def test_names_that_point_outside(tmp_path, name):
    assert _refused(_zip(tmp_path / "a.zip", [(name, b"x")])).code == "path-traversal"
    assert not (tmp_path.parent / "a.shp").exists()


def test_links_and_archives_in_archives(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    assert _refused(path).code == "link-in-archive"
    assert _refused(_zip(tmp_path / "b.zip", [("inner.zip", b"PK")])).code == "nested-archive"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.gpkg").symlink_to("/etc/passwd")
    assert _refused(folder).code == "link-in-archive"


@pytest.mark.parametrize(
    "address",
    [
        "/vsicurl/http://10.0.0.1/a.gpkg",
        "/vsizip//tmp/a.zip",
        "https://example.org/a.geojson",
        "PG:host=localhost dbname=ecociv",
        "MySQL:x",
        "GPKG:/tmp/a.gpkg:layer",
    ],
)
def test_addresses_instead_of_files(address):
    assert _refused(address).code == "virtual-source"


@pytest.mark.parametrize(
    "content",
    [
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector read /etc/passwd"}',
        '{"type":"FeatureCollection","note":"<OGRVRTDataSource><OGRVRTLayer/>","features":[]}',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><!-- /vsicurl/http://10.0.0.1/ --></kml>',
    ],
)
def test_virtual_sources_in_disguise(tmp_path, content):
    path = tmp_path / "a.geojson"
    path.write_text(content)
    assert _refused(path).code == "virtual-source"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<OGRVRTDataSource></OGRVRTDataSource>", "unknown-format"),
        (b"id,wkt\n1,POINT(0 0)\n", "unknown-format"),
        (b"SQLite format 3\x00" + b"\0" * 100, "unknown-format"),
        (b"Rar!\x1a\x07", "unknown-archive"),
        (
            b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>',
            "external-entities",
        ),
    ],
)
def test_what_is_not_opened(tmp_path, content, code):
    path = tmp_path / ("a.rar" if content.startswith(b"Rar") else "a.dat")
    path.write_bytes(content)
    assert _refused(path).code == code


def test_a_view_in_a_geopackage_is_not_run(tmp_path):
    path = tmp_path / "a.gpkg"
    write(
        path, shapely.to_wkb(np.array([BOX])), [np.array(["a"], dtype=object)], ["name"], layer="t",
        driver="GPKG", geometry_type="Polygon", crs="EPSG:4490",
    )  # fmt: skip
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW v AS SELECT * FROM t")
        database.execute("UPDATE gpkg_contents SET table_name = 'v' WHERE table_name = 't'")
    database.close()
    assert _refused(path).code == "virtual-source"
    path.write_bytes(path.read_bytes()[:4096])
    assert _refused(path).code == "damaged-file"


def test_a_gigabyte_in_a_cell_and_too_many_of_anything(tmp_path):
    path = _geojson(tmp_path / "a.geojson", {"name": "x" * 5000}, {"name": "b"})
    refusal = _refused(path, limits=Limits(value_bytes=1000))
    assert (refusal.code, refusal.reason.data["row"]) == ("too-long-value", 1)
    assert _refused(path, limits=Limits(features=1)).code == "too-many-features"
    assert _refused(path, limits=Limits(feature_vertices=3)).code == "too-many-vertices"
    assert _refused(path, limits=Limits(text_bytes=100)).code == "too-large"


def test_a_reader_that_needs_too_much_is_ended_and_says_so(tmp_path):
    path = _geojson(tmp_path / "a.geojson", {"name": "a"})
    # Less memory than the reader itself needs: the child ends, this process goes on.
    refusal = _refused(path, limits=Limits(memory_bytes=60 << 20))
    assert refusal.code in ("reader-stopped", "too-much-memory", "damaged-file")


def test_coordinates_that_are_no_numbers(tmp_path):
    path = tmp_path / "a.geojson"
    ring = "[[117.2,29.2],[1e999,29.2],[117.3,29.3],[117.2,29.2]]"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}'
    )
    refusal = _refused(path)
    assert refusal.code in ("not-finite", "damaged-file", "no-polygons")


def test_points_are_no_layer_of_areas_and_rubbish_is_damaged(tmp_path):
    path = _geojson(tmp_path / "a.geojson", {"name": "a"}, geometry=shapely.Point(117.2, 29.2))
    assert _refused(path).code == "no-polygons"
    path.write_text("{{{{{{{")
    assert _refused(path).code == "damaged-file"
    assert _refused(tmp_path / "absent.shp").code == "not-found"


def test_a_file_that_is_not_what_it_says_is_named_without_our_folders(tmp_path):
    other = tmp_path / "计划.json"
    other.write_text('{"hello": 1}', encoding="utf-8")
    said = _refused(other).text
    assert "“计划.json”的内容不是可读的GeoJSON图层" in said.zh and "/tmp" not in said.zh + said.en
    words = json.dumps(
        {
            "type": "Feature",
            "properties": {"名称": "红线"},
            "geometry": {"type": "Point", "coordinates": [117, 29]},
        },
        ensure_ascii=False,
    )
    other.write_bytes(words.encode("gb18030"))
    assert "须为UTF-8" in _refused(other).text.zh

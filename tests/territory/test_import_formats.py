"""Each format, written here as other programs write it, and read back into degrees on CGCS2000."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyogrio.raw import write

from ecociv.evidence.declared import DeclarationError
from ecociv.territory.importing import (
    AttributeMapping,
    Format,
    ImportRefused,
    load_attribute_mapping,
    read_polygons,
)

ZONE = (116.9, 28.7, 117.8, 30.0)
# Two fields in the plane of EPSG:4548 (meridian 117 E, easting 500 km there).
FIELDS = np.array(
    [shapely.box(520_000, 3_240_000, 521_000, 3_241_000), shapely.box(521_000, 3_240_000, 522_000, 3_241_000)]
)
CODES = np.array(["A1", "A2"], dtype=object)
CLASSES = np.array(["水田", "旱地"], dtype=object)
NAMES = np.array(["景德镇市昌江区鲇鱼山镇一号田", "浮梁县"], dtype=object)
MAPPING = AttributeMapping.model_validate(
    {"identity": "BSM", "class": "DLMC", "name": "名称", "classes": {"水田": "paddy", "旱地": "dry"}}
)


def _write(path: Path, driver: str, shapes=FIELDS, *, crs: str | None = "EPSG:4548", **options) -> Path:
    write(
        path,
        shapely.to_wkb(shapes),
        [CODES, CLASSES, NAMES],
        np.array(["BSM", "DLMC", "名称"], dtype=object),
        geometry_type="Polygon",
        driver=driver,
        crs=crs,
        **options,
    )
    return path


def _degrees() -> np.ndarray:
    """The fields in degrees, by an independent call of the same projection."""
    import pyproj

    move = pyproj.Transformer.from_crs(4548, 4490, always_xy=True)
    return shapely.transform(FIELDS, lambda p: np.column_stack(move.transform(p[:, 0], p[:, 1])))


def _same_place(found) -> bool:
    return bool((shapely.hausdorff_distance(found.geometries, _degrees()) < 1e-9).all())


@pytest.fixture(scope="module")
def shapefile(tmp_path_factory) -> Path:
    """A shapefile in GB18030 with its .cpg, in a folder of its own."""
    folder = tmp_path_factory.mktemp("shape") / "三调"
    folder.mkdir()
    return _write(folder / "地类图斑.shp", "ESRI Shapefile", encoding="GB18030")


def _refused(path: Path, **options) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        read_polygons(path, **options)
    assert caught.value.text.zh
    return caught.value


def test_a_shapefile_in_gb18030_as_a_zip_with_chinese_names(shapefile, tmp_path):
    archive = tmp_path / "三调.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in shapefile.parent.iterdir():
            # Windows writes names in GB18030 without saying so; zipfile takes the bytes as cp437.
            packed.writestr(part.name.encode("gb18030").decode("cp437"), part.read_bytes())
    found = read_polygons(archive, mapping=MAPPING, within=ZONE)
    assert found.format is Format.SHAPEFILE
    assert (found.crs.code, found.crs.said_by) == (4548, "file")
    assert found.encoding == "gb18030 (cpg)"
    assert found.identities.tolist() == ["A1", "A2"]
    assert found.classes.tolist() == ["paddy", "dry"]
    assert found.names.tolist() == NAMES.tolist()
    assert _same_place(found)
    assert found.counts["vertices"] == 10
    assert found.rows.tolist() == [1, 2]


def test_a_shapefile_without_cpg_is_read_by_its_bytes_and_garbled_text_is_refused(shapefile, tmp_path):
    for part in shapefile.parent.iterdir():
        if part.suffix != ".cpg":
            (tmp_path / part.name).write_bytes(part.read_bytes())
    folder = tmp_path
    found = read_polygons(folder, mapping=MAPPING)
    assert found.encoding == "gb18030 (bytes)"
    assert found.names.tolist() == NAMES.tolist()
    # Said to be UTF-8, which the bytes are not.
    (folder / "地类图斑.cpg").write_text("UTF-8")
    refusal = _refused(folder)
    assert (refusal.code, refusal.asks) == ("mojibake", "encoding")
    # What the user declares goes before the .cpg.
    assert read_polygons(folder, encoding="GBK").encoding == "gb18030 (declared)"


def test_geopackage_with_several_layers_asks_which(tmp_path):
    path = _write(tmp_path / "规划.gpkg", "GPKG", layer="红线")
    _write(path, "GPKG", layer="基本农田", append=True)
    refusal = _refused(path)
    assert (refusal.code, refusal.asks) == ("several-layers", "layer")
    assert sorted(refusal.reason.data["layers"]) == ["基本农田", "红线"]
    found = read_polygons(path, layer="红线", mapping=MAPPING, within=ZONE)
    assert found.layer == "红线"
    assert _same_place(found)


def test_geojson_in_wgs84_by_its_format_or_in_a_declared_system(tmp_path):
    path = _write(tmp_path / "a.geojson", "GeoJSON", _degrees(), crs="EPSG:4326")
    found = read_polygons(path, mapping=MAPPING, within=ZONE)
    assert (found.crs.code, found.crs.said_by) == (4326, "format")
    assert [each.code for each in found.warnings] == ["wgs84-as-cgcs2000"]
    assert _same_place(read_polygons(path, crs="EPSG:4490"))


def test_geoparquet(tmp_path):
    import pyproj

    columns = {"BSM": CODES, "DLMC": CLASSES, "名称": NAMES, "geometry": shapely.to_wkb(FIELDS)}
    geo = {
        "version": "1.0.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "crs": pyproj.CRS.from_epsg(4548).to_json_dict(),
            }
        },
    }
    path = tmp_path / "a.parquet"
    table = pa.table(columns)
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    found = read_polygons(path, mapping=MAPPING, within=ZONE)
    assert (found.format, found.crs.code) == (Format.GEOPARQUET, 4548)
    assert _same_place(found)
    pq.write_table(table, path)
    assert "no GeoParquet" in str(_refused(path))


def test_file_geodatabase_as_a_folder_and_as_a_zip(tmp_path):
    folder = _write(tmp_path / "三调.gdb", "OpenFileGDB", layer="DLTB")
    assert _same_place(read_polygons(folder, mapping=MAPPING, within=ZONE))
    archive = tmp_path / "gdb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in folder.iterdir():
            packed.write(part, f"三调.gdb/{part.name}")
    found = read_polygons(archive, layer="DLTB", mapping=MAPPING)
    assert (found.format, found.layer) == (Format.GEODATABASE, "DLTB")
    assert found.classes.tolist() == ["paddy", "dry"]


def test_a_drawing_gives_its_closed_lines_with_the_layer_as_class(tmp_path):
    polyline = "  0\nLWPOLYLINE\n  8\n{layer}\n 90\n4\n 70\n{closed}\n{points}"

    def draw(layer: str, shape, closed: int) -> str:
        corners = shapely.get_coordinates(shape)[:4]
        points = "".join(f" 10\n{x}\n 20\n{y}\n" for x, y in corners)
        return polyline.format(layer=layer, closed=closed, points=points)

    text = (
        "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  9\n$DWGCODEPAGE\n  3\nANSI_936\n  0\nENDSEC\n"
        "  0\nSECTION\n  2\nENTITIES\n"
        + draw("生态红线", FIELDS[0], 1)
        + draw("蓝线", FIELDS[1], 1)
        + draw("道路中线", FIELDS[1], 0)
        + "  0\nENDSEC\n  0\nEOF\n"
    )
    path = tmp_path / "总规.dxf"
    path.write_bytes(text.encode("gb18030"))
    refusal = _refused(path, within=ZONE)
    # A drawing never says its system; by the zone's box only the zones of meridian 117 E fit.
    assert (refusal.code, refusal.asks) == ("missing-crs", "crs")
    assert refusal.reason.data["candidates"] == ["EPSG:4548", "EPSG:4509"]
    found = read_polygons(path, crs="EPSG:4548", within=ZONE)
    assert found.classes.tolist() == ["生态红线", "蓝线"]
    assert "not-closed" in [each.code for each in found.warnings]
    assert _same_place(found)


def test_kml(tmp_path):
    found = read_polygons(_write(tmp_path / "a.kml", "KML", _degrees(), crs="EPSG:4326"), within=ZONE)
    assert (found.format, len(found)) == (Format.KML, 2)


def test_a_class_that_the_mapping_does_not_know_is_listed_row_by_row(tmp_path):
    path = _write(tmp_path / "a.geojson", "GeoJSON", _degrees(), crs="EPSG:4326")
    short = MAPPING.model_copy(update={"classes": {"水田": "paddy"}})
    refusal = _refused(path, mapping=short)
    assert (refusal.code, refusal.asks) == ("unknown-class", "mapping")
    assert refusal.reason.data["rows"] == [2]
    assert "旱地" in refusal.text.en
    refusal = _refused(path, mapping=AttributeMapping.model_validate({"class": "地类"}))
    assert refusal.code == "missing-fields"
    assert "DLMC" in refusal.text.zh


def test_a_mapping_is_a_file_whose_faults_have_lines(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text("identity: BSM\nclass: DLBM\nclasses:\n  '0101': paddy\n", encoding="utf-8")
    assert load_attribute_mapping(path).classes == {"0101": "paddy"}
    path.write_text("identity: BSM\nklass: DLBM\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"mapping\.yaml:2"):
        load_attribute_mapping(path)


def _ogr2ogr(*words: str) -> None:
    program = shutil.which("ogr2ogr")
    if program is None:
        pytest.skip("ogr2ogr of GDAL is not installed")
    subprocess.run([program, *words], check=True, capture_output=True)


@pytest.fixture
def by_gdal(tmp_path: Path) -> Path:
    """A table of well-known text with a circle of arcs and a square, turned into a GeoPackage by GDAL's own program."""
    table = tmp_path / "given.csv"
    table.write_text(
        'BSM,名称,WKT\n1,圆形水面,"CURVEPOLYGON(CIRCULARSTRING(117.1 29.1,117.2 29.1,117.1 29.1))"\n'
        '2,景德镇市昌江区鲇鱼山镇一号田,"POLYGON((117.3 29.1,117.4 29.1,117.4 29.2,117.3 29.2,117.3 29.1))"\n',
        encoding="utf-8",
    )
    path = tmp_path / "given.gpkg"
    _ogr2ogr("-f", "GPKG", str(path), str(table), "-oo", "GEOM_POSSIBLE_NAMES=WKT", "-oo", "KEEP_GEOM_COLUMNS=NO",
             "-a_srs", "EPSG:4490", "-nln", "given")  # fmt: skip
    return path


def test_arcs_in_a_layer_of_any_geometry_become_lines_with_a_note(by_gdal):
    found = read_polygons(by_gdal, mapping=AttributeMapping.model_validate({"identity": "BSM"}))
    assert [each.code for each in found.warnings] == ["arcs-straightened"]
    circle, square = found.geometries
    assert found.identities.tolist() == ["1", "2"] and square.equals(shapely.box(117.3, 29.1, 117.4, 29.2))
    # Sides of at most 4 degrees stay within the circle and lose less than 1 - sin(4°)/(4° in radians) = 0.081 % of it.
    whole = math.pi * 0.05**2
    assert whole * (1 - 0.00082) < circle.area < whole


def test_a_layer_declared_as_curves_is_read_the_same_way(by_gdal, tmp_path):
    path = tmp_path / "curves.gpkg"
    _ogr2ogr("-f", "GPKG", str(path), str(by_gdal), "-nlt", "CURVEPOLYGON")
    found = read_polygons(path)
    assert [each.code for each in found.warnings] == ["arcs-straightened"] and len(found) == 2


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("LDID/77", "gb18030 (ldid)"),  # 0x4D: Chinese GBK, Windows
        ("LDID/122", "gb18030 (ldid)"),  # 0x7A: PRC GBK
        ("LDID/79", "big5 (ldid)"),  # 0x4F: Chinese Big5, Windows
        ("CP936", "gb18030 (cpg)"),
        ("UTF-8", "utf-8 (cpg)"),
    ],
)
def test_shapefiles_of_gdal_are_decoded_by_their_language_driver(by_gdal, tmp_path, encoding, said):
    folder = tmp_path / "shape"
    folder.mkdir()
    name = "景德鎮市昌江區" if "79" in encoding else "景德镇市昌江区鲇鱼山镇一号田"
    # Big5 has no simplified characters, so the place is spelt as it is written there.
    select = f"SELECT BSM, '{name}' AS MC, geom FROM given WHERE BSM = '2'"
    _ogr2ogr("-f", "ESRI Shapefile", str(folder / "a.shp"), str(by_gdal), "-dialect", "SQLite", "-sql", select,
             "-nlt", "POLYGON", "-lco", f"ENCODING={encoding}")  # fmt: skip
    assert (folder / "a.cpg").exists() is not encoding.startswith("LDID")
    found = read_polygons(folder / "a.shp", mapping=AttributeMapping.model_validate({"name": "MC"}))
    assert found.encoding == said and found.names.tolist() == [name]


def test_a_language_driver_that_contradicts_the_bytes_is_refused(by_gdal, tmp_path):
    folder = tmp_path / "shape"
    folder.mkdir()
    _ogr2ogr("-f", "ESRI Shapefile", str(folder / "a.shp"), str(by_gdal), "-where", "BSM = '2'",
             "-nlt", "POLYGON", "-lco", "ENCODING=UTF-8")  # fmt: skip
    (folder / "a.cpg").unlink()
    table = bytearray((folder / "a.dbf").read_bytes())
    table[29] = 0x4D  # says GBK, holds UTF-8
    (folder / "a.dbf").write_bytes(table)
    refusal = _refused(folder / "a.shp")
    assert (refusal.code, refusal.asks) == ("mojibake", "encoding")
    assert read_polygons(folder / "a.shp", encoding="UTF-8").encoding == "utf-8 (declared)"


def test_a_file_geodatabase_written_by_gdal(by_gdal, tmp_path):
    folder = tmp_path / "given.gdb"
    _ogr2ogr(
        "-f",
        "OpenFileGDB",
        str(folder),
        str(by_gdal),
        "-where",
        "BSM = '2'",
        "-nlt",
        "MULTIPOLYGON",
        "-nln",
        "DLTB",
    )
    found = read_polygons(
        folder, mapping=AttributeMapping.model_validate({"identity": "BSM", "name": "名称"})
    )
    assert (found.format, found.layer, found.crs.code) == (Format.GEODATABASE, "DLTB", 4490)
    assert found.names.tolist() == ["景德镇市昌江区鲇鱼山镇一号田"]

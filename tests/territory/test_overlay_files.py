"""The files of an overlay as a stranger brings and reads them: classes in GB18030, slivers in the table, slips of the hand."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from ecociv.cli.main import main

SQUARE = shapely.box(117.0, 29.0, 117.01, 29.01)


def write(path: Path, shapes: list[shapely.Geometry], kinds: list[str], encoding: str | None = None) -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(kinds, dtype=object)],
        ["地类"],
        geometry_type="Polygon",
        crs="EPSG:4490",
        encoding=encoding,
    )
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["overlay", *map(str, arguments)])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_the_table_counts_slivers_into_the_area_of_their_pair(tmp_path: Path) -> None:
    """Both features of B lie on A; one only by 0.00001 degrees, some 1 m, which makes a sliver."""
    a = write(tmp_path / "a.gpkg", [SQUARE], ["耕地"])
    inside = shapely.box(117.002, 29.002, 117.004, 29.004)
    b = write(tmp_path / "b.gpkg", [inside, shapely.box(117.00999, 29.0, 117.02, 29.01)], ["红线", "红线"])
    out, table = tmp_path / "o.gpkg", tmp_path / "t.csv"
    asked = (a, b, "--class-a", "地类", "--class-b", "地类", "--out", out, "--summary", table)
    done = run(*asked, "--format", "json")
    assert done.exit_code == 0, done.output
    pair, total = rows_of(table)
    patches = pyogrio.raw.read(out, layer="patches")[3][4]
    assert (pair["patches"], pair["slivers"]) == ("2", "1")
    # The pair has what both its patches have: a table that left the sliver out would be short of the intersection.
    assert Decimal(pair["area_m2"]) == round(Decimal(float(patches.sum())), 2) == Decimal(total["area_m2"])
    assert 0 < Decimal(pair["sliver_area_m2"]) < Decimal(pair["area_m2"])
    assert f'"area_m2": "{total["area_m2"]}"' in done.stdout


def test_classes_of_a_shapefile_are_read_in_its_encoding(tmp_path: Path) -> None:
    b = write(tmp_path / "b.gpkg", [SQUARE], ["红线"])
    a = write(tmp_path / "a.shp", [SQUARE], ["基本农田保护区"], encoding="GB18030")
    a.with_suffix(".cpg").unlink()
    table = tmp_path / "t.csv"
    # The name of the field is in GB18030 too, and nothing but its bytes says so.
    done = run(a, b, "--class-a", "地类", "--summary", table)
    assert done.exit_code == 0, done.output
    assert rows_of(table)[0]["class_a"] == "基本农田保护区"
    a.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")
    refused = run(a, b, "--summary", table)
    assert (refused.exit_code, "--encoding-a" in refused.stderr) == (3, True)
    assert run(a, b, "--class-a", "地类", "--encoding-a", "GBK", "--summary", table).exit_code == 0
    assert rows_of(table)[0]["class_a"] == "基本农田保护区"


def test_slips_are_answered_before_anything_is_done(tmp_path: Path) -> None:
    a, b = (write(tmp_path / f"{name}.gpkg", [SQUARE], ["x"]) for name in "ab")
    (tmp_path / "folder.gpkg").mkdir()
    (tmp_path / "c.parquet").write_bytes(b"PAR1PAR1")
    (tmp_path / "note.txt").write_text("no map", encoding="utf-8")
    both = tmp_path / "z.gpkg"
    for arguments, words in (
        ((a, b, "--out", both, "--summary", both), "cannot be both"),
        ((a, b, "--out", tmp_path / "folder.gpkg"), "is a folder"),
        ((a, b, "--summary", tmp_path), "is a folder"),
        ((a, b, "--crs-a", "EPSG:4547", "--out", both), "which is not EPSG:4547"),
        ((a, b, "--crs-b", "somewhere", "--out", both), "no known reference system"),
        ((tmp_path / "c.parquet", b, "--out", both), "make it a GeoPackage"),
        ((tmp_path / "note.txt", b, "--out", both), "cannot be read as a map layer. Read: GeoPackage"),
    ):
        refused = run(*arguments)
        assert (refused.exit_code, words in refused.stderr) == (3, True), refused.output
    assert not both.exists()
    # The system that the file states anyway may be named.
    assert run(a, b, "--crs-a", "EPSG:4490", "--out", both).exit_code == 0


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        # Latitude first: 117 degrees north is nowhere.
        (shapely.box(29.0, 117.0, 29.01, 117.01), "1 off-the-globe (swapped axes"),
        (shapely.Polygon(), "1 empty: id 1"),
    ],
)
def test_what_was_left_out_is_said_with_its_reason(
    tmp_path: Path, shape: shapely.Geometry, says: str
) -> None:
    a = write(tmp_path / "a.gpkg", [shape], ["x"])
    done = run(a, write(tmp_path / "b.gpkg", [SQUARE], ["y"]), "--summary", tmp_path / "t.csv")
    assert done.exit_code == 1
    assert says in done.stdout and "the layers do not meet" in done.stdout

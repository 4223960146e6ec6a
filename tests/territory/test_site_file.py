"""A site out of a file: what the file leaves open is asked and taken, and what was not checked of it is on record."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.territory.models import SiteCheck
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.site_check.actions import CheckSite, SiteRequest, repeat
from ecociv.territory.site_check.files import site_of_file
from ecociv.territory.site_check.sites import SiteRefused, read_site
from territory.site_layers import ZONE, lay_all

GOOD = shapely.box(117.06, 29.11, 117.07, 29.12)
CROSSING = shapely.box(117.135, 29.11, 117.155, 29.12)
ON = dt.date(2018, 6, 1)


def write(path: Path, shapes: list[Any], crs: str = "EPSG:4490", **more: Any) -> Path:
    pyogrio.raw.write(
        path,
        np.array([None if shape is None else shape.wkb for shape in shapes], dtype=object),
        [np.arange(len(shapes))],
        ["n"],
        geometry_type="Unknown",
        crs=crs,
        **more,
    )
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["site", "check", *map(str, arguments)])


def test_rows_that_were_not_read_are_noted_and_the_system_is_named(tmp_path: Path) -> None:
    square = shapely.box(500_000, 3_222_000, 500_500, 3_222_500)
    read = site_of_file(write(tmp_path / "a.gpkg", [square, None], "EPSG:4548"))
    said = "\n".join(note.en for note in read.notes)
    assert "1 rows have no geometry; they are kept as empty: rows 2." in said
    assert "coordinates converted from EPSG:4548" in said
    assert read.crs == "" and shapely.from_wkt(read.text).bounds[0] == pytest.approx(117.0)


def test_lines_beside_the_polygons_of_a_site_are_counted() -> None:
    mixed = shapely.GeometryCollection([GOOD, shapely.LineString([(117, 29), (117.1, 29.1)])])
    (note,) = read_site(mixed, space_rules(ZONE).tolerances).notes
    assert note.en == "1 lines or points beside the polygons take no part in the check"


def test_what_a_file_leaves_open_can_be_said(tmp_path: Path) -> None:
    path = write(tmp_path / "two.gpkg", [GOOD], layer="a")
    write(path, [CROSSING], layer="b", append=True)
    with pytest.raises(SiteRefused, match="Say which one"):
        site_of_file(path)
    assert shapely.from_wkt(site_of_file(path, layer="b").text).equals(CROSSING)
    swapped = write(tmp_path / "yx.gpkg", [shapely.transform(GOOD, lambda pairs: pairs[:, ::-1])])
    with pytest.raises(SiteRefused, match="axis_order"):
        site_of_file(swapped)
    assert shapely.from_wkt(site_of_file(swapped, axis_order="yx").text).equals(GOOD)


@pytest.mark.django_db
def test_notes_of_the_file_are_in_the_record_and_the_check_repeats_to_the_last_byte() -> None:
    lay_all()
    plain = SiteRequest(GOOD.wkt, "housing", ON)
    # Records made before a file could say anything have no such member; their requests stay what they were.
    assert "file_notes" not in plain.to_json()
    noted = SiteRequest(
        GOOD.wkt, "housing", ON, file_notes=[{"zh": "两条未闭合的线", "en": "two open lines"}]
    )
    made = CheckSite(noted, ZONE, "test").execute()
    assert made.result["site"]["notes"] == [{"zh": "两条未闭合的线", "en": "two open lines"}]
    assert repeat(SiteCheck.objects.get(pk=made.pk)).same


@pytest.mark.django_db
def test_the_command_asks_before_it_records_and_ends_as_the_answers_are(tmp_path: Path) -> None:
    lay_all()
    gone = run(GOOD.wkt, "--out", tmp_path / "none" / "a.json")
    assert (gone.exit_code, "is not there; make it first" in gone.stderr) == (3, True)
    assert not SiteCheck.objects.exists()

    # As of a day alone is that day: nothing of this zone had been recorded on it, which is said.
    then = run(GOOD.wkt, "--as-of", "2018-06-01")
    assert json.loads(then.stdout)["on"] == "2018-06-01" and json.loads(then.stdout)["answer"] == "undecided"
    assert "give --on alone" in then.stderr
    assert run("POLYGON EMPTY").stderr.strip() == "地块没有图形。"

    batch = ("--batch", "--on", ON, "--format", "csv")
    both = run(write(tmp_path / "sites.gpkg", [GOOD, CROSSING]), *batch)
    assert "not-permitted" in both.stdout and both.exit_code == 1
    crossed = shapely.Polygon([(117.06, 29.11), (117.07, 29.12), (117.07, 29.11), (117.06, 29.12)])
    refused = run(write(tmp_path / "tie.gpkg", [crossed]), *batch)
    assert (refused.exit_code, "地块边界自相交" in refused.stderr) == (3, True)
    assert run(tmp_path / "sites.gpkg", *batch, "--layer", "b").exit_code == 2

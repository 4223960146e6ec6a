"""`ecociv layer`: from a stranger's file to a version and out again, as others call it."""

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
from pyogrio.raw import write

from ecociv.cli.main import main
from ecociv.standards.land import area_of_geojson
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.importing import read_polygons
from ecociv.territory.imports import ZoneGround
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from ecociv.territory.store import path_of


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.ECOCIV_VAR = str(tmp_path / "var")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["layer", *map(str, arguments)])


def _lines(
    path: Path, *rows: tuple[str, str, tuple[float, float, float, float]], crs: str | None = "EPSG:4548"
) -> Path:
    """Control lines in the plane of EPSG:4548."""
    write(
        path,
        shapely.to_wkb(np.array([shapely.box(*box) for _, _, box in rows])),
        [np.array([row[0] for row in rows], dtype=object), np.array([row[1] for row in rows], dtype=object)],
        np.array(["XMMC", "LX"], dtype=object),
        geometry_type="Polygon",
        driver="GPKG",
        crs=crs,
    )  # fmt: skip
    return path


FIRST = ("L1", "绿线", (520_000, 3_240_000, 521_000, 3_241_000))
SECOND = ("L2", "蓝线", (520_900, 3_240_000, 522_000, 3_241_000))
FIELDS = ("--identity", "XMMC", "--class", "LX", "--kind", "urban-control-lines", "--name", "lines")


@pytest.mark.django_db
def test_a_layer_is_added_compared_handed_out_and_verified(tmp_path: Path) -> None:
    first = _lines(tmp_path / "a.gpkg", FIRST, SECOND)
    refused = run("add", first, *FIELDS)
    # The two overlap by 100 m by 1000 m, and nobody chose what to do about it.
    assert refused.exit_code == 3
    # Which rules there are is said where one is needed, as it is written on the command line.
    assert "拓扑有1处错误（重叠1）。请选择修复规则：重叠归一方（assign-overlaps:larger）" in refused.stderr
    assert not LayerVersion.objects.exists()

    done = run(
        "add",
        first,
        *FIELDS,
        "--repair",
        "assign-overlaps:first",
        "--valid-from",
        "2016-01-01",
        "--format",
        "json",
    )
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["version"]["source_crs"] == "EPSG:4548"
    assert said["found"]["topology"]["received"]["counts"]["overlap"] == 1
    (repair,) = said["found"]["repairs"]
    assert repair["identity"] == "L2"
    # 100 m x 1000 m in the plane; 21 km from the meridian the scale is 1 + 5.4e-6.
    assert repair["before_m2"] - repair["after_m2"] == pytest.approx(100_000, rel=1e-4)
    version = LayerVersion.objects.get()
    assert version.with_defects is False and len(version.source_sha256) == 64

    again = run("add", first, *FIELDS, "--repair", "assign-overlaps:first", "--valid-from", "2016-01-01")
    assert "未增加版本" in again.stdout and LayerVersion.objects.count() == 1

    with_defects = run("add", first, *FIELDS, "--with-defects", "--valid-from", "2017-01-01")
    assert with_defects.exit_code == 0, with_defects.stderr
    assert LayerVersion.objects.get(number=2).with_defects

    difference = run("diff", "lines", 1, 2, "--format", "json")
    assert difference.exit_code == 1
    found = json.loads(difference.stdout)
    assert found["counts"]["moved"] == 1 and found["counts"]["unchanged"] == 1
    assert [each["identity"] for each in found["features"]] == ["L2"]

    listed = run("list", "--language", "en")
    assert "lines" in listed.stdout and listed.stdout.rstrip().endswith("*")
    assert "overlap" in run("show", "lines", "--number", "2").stdout

    for ending in ("geojson", "parquet", "gpkg"):
        out = tmp_path / f"out.{ending}"
        assert run("export", "lines", "--number", "1", "--out", out).exit_code == 0
        back = read_polygons(out)
        assert len(back) == 2
        if ending == "geojson":
            rows = json.loads(out.read_text(encoding="utf-8"))["features"]
            assert rows[0]["properties"]["class"] == "green-line"
            assert area_of_geojson(rows[0]).value == pytest.approx(1e6, rel=1e-4)
    assert pyogrio.read_info(tmp_path / "out.gpkg")["crs"] == "EPSG:4490"

    assert run("verify").exit_code == 0
    path = path_of(version.sha256)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"x")
    assert run("verify").exit_code == 1


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_what_is_missing_is_asked_for_in_one_sentence(tmp_path: Path) -> None:
    path = _lines(tmp_path / "a.gpkg", ("L1", "红线", (520_000, 3_240_000, 521_000, 3_241_000)), crs=None)
    # A boundary, so that the zone is known to lie on the meridian of 117 E.
    county = Features.of([shapely.box(117, 29, 117.6, 29.8)], ["360222"], ["360222"])
    AddLayerVersion(
        county, "jingdezhen", "counties", "administrative-boundary", "行政区划", "test", dt.date(2014, 1, 1)
    ).execute()
    plane = ("--kind", "urban-control-lines", "--crs", "EPSG:4548")
    for options, says in (
        (plane[:2], "EPSG:4490"),  # no reference system: asked for, with the choices
        ((*plane[:3], "EPSG:2382"), "七参数"),
        (("--kind", "nonsense"), "没有图层种类"),
        ((*plane[:3], "EPSG:4490"), "EPSG:4548"),
        (plane, "哪个字段是类别"),
        ((*plane, "--class", "LX"), "红线"),
        ((*plane, "--class-value", "x"), "没有类别"),
        ((*plane, "--repair", "mend"), "没有修复规则"),
    ):
        result = run("add", path, "--name", "lines", *options)
        assert (result.exit_code, says in result.stderr) == (3, True), (options, result.output)
        assert "Traceback" not in result.output
    assert LayerVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_sample_boundary_places_the_zone_and_proves_no_offset() -> None:
    county = Features.of([shapely.box(117, 29, 117.6, 29.8)], ["360222"], ["360222"])

    def add(key: str, *, sample: bool) -> None:
        since = dt.date(2014, 1, 1)
        AddLayerVersion(
            county, "jingdezhen", key, "administrative-boundary", "界", "test", since, sample=sample
        ).execute()

    assert ZoneGround.of("jingdezhen").box is None
    add("a-sample", sample=True)
    ground = ZoneGround.of("jingdezhen")
    assert ground.boundaries is None and ground.box == pytest.approx((116.5, 28.5, 118.1, 30.3))
    add("real", sample=False)
    assert ZoneGround.of("jingdezhen").boundaries is not None


def test_a_name_that_is_no_key_is_a_wrong_command_line(tmp_path: Path) -> None:
    assert run("add", "a.gpkg", "--name", "生态红线", "--kind", "ecological-red-line").exit_code == 2
    assert run("kinds", "--language", "en").stdout.count("\n") > 15

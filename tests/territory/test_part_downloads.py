"""A part of a layer as a file that GDAL and geopandas read."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely
from click.testing import CliRunner

from ecociv.cli.main import main
from ecociv.territory.downloads import FORMS, Part, PartRefused, write_download
from ecociv.territory.models import LayerVersion
from territory.site_layers import lay

pytestmark = pytest.mark.django_db
WEST = shapely.box(117.0, 29.0, 117.1, 29.2)
EAST = shapely.box(117.1001, 29.0, 117.2, 29.2)


@pytest.fixture
def wetland() -> LayerVersion:
    lay("county", "administrative-boundary", [(WEST, "甲县"), (EAST, "乙县")], confidentiality="public")
    squares = [(shapely.box(117.01 + n / 25, 29.01, 117.02 + n / 25, 29.02), "marsh") for n in range(4)]
    return lay("wetland", "wetland-survey", squares, confidentiality="public")


@pytest.mark.parametrize("form", FORMS)
def test_box_and_county_narrow_a_file_that_others_read(
    form: str, wetland: LayerVersion, tmp_path: Path
) -> None:
    out = tmp_path / f"part.{form}"
    # Squares begin at 117.01, 117.05, 117.09 and 117.13; the third ends where the first county does.
    write_download(wetland, form, out, Part.of("117.05,29.0,117.2,29.2", "county-0"))
    read = geopandas.read_parquet(out) if form == "parquet" else geopandas.read_file(out)
    assert sorted(read["identity"]) == ["wetland-1", "wetland-2"]
    assert read.geometry.iloc[0].symmetric_difference(shapely.box(117.05, 29.01, 117.06, 29.02)).area < 1e-12
    if form != "geojson":
        assert read.crs.to_epsg() == 4490
    if form == "gpkg":
        assert pyogrio.read_info(out)["features"] == 2
    write_download(wetland, form, out)
    whole = geopandas.read_parquet(out) if form == "parquet" else geopandas.read_file(out)
    assert len(whole) == 4


def test_a_part_that_is_none_is_refused(wetland: LayerVersion, tmp_path: Path) -> None:
    assert Part.of() is None
    for box in ("1,2,3", "a,b,c,d", "118,29,117,30", "nan,0,1,1"):
        with pytest.raises(PartRefused, match="west,south,east,north"):
            Part.of(box)
    with pytest.raises(PartRefused, match="No feature"):
        write_download(wetland, "gpkg", tmp_path / "none.gpkg", Part.of("100,20,101,21"))
    with pytest.raises(PartRefused, match="county with the code"):
        write_download(wetland, "gpkg", tmp_path / "none.gpkg", Part.of("", "360299"))
    assert not list(tmp_path.iterdir())
    said = ["layer", "export", "wetland", "--out", str(tmp_path / "a.parquet")]
    assert CliRunner().invoke(main, [*said, "--county", "360299"]).exit_code == 3
    assert CliRunner().invoke(main, [*said, "--county", "county-1"]).exit_code == 0
    assert len(geopandas.read_parquet(tmp_path / "a.parquet")) == 1

"""The map's pages: who gets which tile, what lies under a point, how large a drawing is, and the table in its place."""

from __future__ import annotations

import gzip
import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pyproj import Geod

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory.measuring import MeasureRefused, measure
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
from ecociv.territory.tiles.cache import folder_of, kept_tile, prepare_large, prune, tiles_ahead
from ecociv.territory.tiles.grid import Tile, tiles_in
from ecociv.territory.tiles.index import is_built

pytestmark = pytest.mark.django_db

LOW = "8/211/106"
SQUARE = [[117.0, 29.0], [117.01, 29.0], [117.01, 29.01], [117.0, 29.01], [117.0, 29.0]]


def url(version: LayerVersion, place: str = LOW) -> str:
    return f"/territory/tiles/{version.layer.key}/{version.number}/{place}.mvt"


def officer(role: Role, organisation: str = "") -> Client:
    user = User.objects.create_user(
        username=f"{role}-{organisation}",
        password="x",
        role=role,
        zone="jingdezhen",
        organisation=organisation,
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_public_tile_is_sent_packed_kept_and_not_sent_twice(
    client: Client, sample_layers: dict[str, LayerVersion]
) -> None:
    line = sample_layers["ecological-red-line"]
    first = client.get(url(line), headers={"accept-encoding": "gzip"})
    assert (
        first.status_code == 200
        and first["Content-Encoding"] == "gzip"
        and first["X-Tile"] in {"made", "kept"}
    )
    assert (
        first["Content-Type"] == "application/vnd.mapbox-vector-tile" and "public" in first["Cache-Control"]
    )
    plain = client.get(url(line))
    assert plain.content == gzip.decompress(first.content) and plain["X-Tile"] == "kept"
    again = client.get(url(line), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert client.get(url(line, "17/0/0")).status_code == 404
    assert client.get("/territory/tiles/nothing/1/8/211/106.mvt").status_code == 404


def test_tiles_that_are_not_public_are_checked_each_time(sample_layers: dict[str, LayerVersion]) -> None:
    survey, forest = sample_layers["land-survey"], sample_layers["forest-survey"]
    visitor, county = Client(), officer(Role.COUNTY_OFFICER, "fuliang-county-government")
    keeper, auditor = officer(Role.DEPARTMENT_OFFICER, "forestry-bureau"), officer(Role.AUDITOR)
    statuses = [
        [one.get(url(version)).status_code for one in (visitor, county, keeper, auditor)]
        for version in (survey, forest)
    ]
    # Internal: whoever works in the zone. Restricted: its keeper, and who sees everything.
    assert statuses == [[404, 200, 200, 200], [404, 404, 200, 200]]
    assert county.get(url(survey))["Cache-Control"] == "private, no-cache"
    names = county.get("/territory/map").content.decode()
    assert 'data-layer="land-survey"' in names and "forest-survey" not in names
    assert 'data-layer="land-survey"' not in visitor.get("/territory/map").content.decode()


def test_what_lies_under_a_point_is_what_the_layers_hold(
    client: Client, sample_layers: dict[str, LayerVersion]
) -> None:
    boundary = sample_layers["administrative-boundary"]
    county = next(iter(layer_file(boundary).all()))
    inside = county.geometry.representative_point()
    found = client.get(
        f"/territory/map/identify?at={inside.x},{inside.y}&layers=administrative-boundary,ecological-red-line,function-zone"
    ).json()
    by_layer = {one["layer"]: one for one in found["features"]}
    assert by_layer["administrative-boundary"]["identity"] == county.identity
    assert float(by_layer["administrative-boundary"]["area"]) == pytest.approx(county.area, abs=0.01)
    assert by_layer["function-zone"]["sample"] is True
    # The first layer of the address is drawn lowest, so it is told last.
    assert found["features"][-1]["layer"] == "administrative-boundary"
    assert client.get("/territory/map/identify?at=117.2").status_code == 400
    hidden = client.get(f"/territory/map/identify?at={inside.x},{inside.y}&layers=land-survey").json()
    assert hidden["features"] == []


def test_the_day_chooses_the_version(client: Client, sample_layers: dict[str, LayerVersion]) -> None:
    def shown(day: str) -> list[str]:
        page = client.get(f"/territory/map?on={day}").content.decode()
        config = json.loads(page.split('id="map-config"')[1].split(">", 1)[1].split("</script>")[0])
        return [one["id"] for one in config["layers"] if one["key"] == "ecological-red-line"]

    assert shown("2016-01-01") == []
    assert shown("2017-01-01") == ["ecological-red-line:1"]
    assert shown("2019-01-01") == ["ecological-red-line:2"]
    assert (
        "names no day"
        in client.get("/territory/map?on=someday", headers={"accept-language": "en"}).content.decode()
    )
    assert (
        "No layer holds on this day"
        in client.get("/territory/map?on=1990-01-01", headers={"accept-language": "en"}).content.decode()
    )


def test_the_table_says_what_the_map_shows(client: Client, sample_layers: dict[str, LayerVersion]) -> None:
    path = "/territory/map/table?layers=protected-area:70&window=117.4,29.5,117.6,29.7"
    page = client.get(path).content.decode()
    # The nature reserve with three zones and the forest park beside it lie in this window, the mountain reserve does not.
    assert page.count('<th scope="row"') == 4
    rows = client.get(path + "&format=csv").content.decode("utf-8-sig").splitlines()
    assert len([row for row in rows if "PA0000" in row]) == 4
    assert client.get("/territory/map/table?window=1,2").status_code == 200


def test_the_sheet_has_scale_legend_sources_and_mark(
    client: Client, sample_layers: dict[str, LayerVersion]
) -> None:
    page = client.get(
        "/territory/map/print?paper=a3-portrait&scale=25000&layers=ecological-red-line&title=T",
        headers={"accept-language": "en"},
    ).content.decode()
    assert "sheet-a3-portrait" in page and '"scale": 25000' in page and "EPSG:4490" in page
    assert "Sample data: generated" in page and 'data-legend="ecological-red-line"' in page
    assert client.get("/territory/map/print?paper=napkin&scale=x").status_code == 200


def test_a_drawing_is_measured_on_the_ellipsoid(client: Client) -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    answer = client.post(
        "/territory/map/measure", json.dumps(polygon), content_type="application/json"
    ).json()
    area, perimeter = Geod(ellps="GRS80").polygon_area_perimeter(*zip(*SQUARE, strict=True))
    # Two cells of a hundredth of a degree: edges along a parallel instead of a geodesic differ by parts in a million.
    assert answer["area"] == pytest.approx(area, rel=1e-5)
    assert answer["length"] == pytest.approx(perimeter, rel=1e-9)
    line = measure({"type": "LineString", "coordinates": SQUARE[:2]})
    assert line.area is None and line.length == pytest.approx(974.2, abs=1)


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "Only lines and polygons"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "crosses itself"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [200, 1], [0, 0]]]}, "no longitudes"),
        ({"type": "Polygon", "coordinates": "x"}, "no GeoJSON"),
        ([1, 2], "no GeoJSON"),
        (None, "no GeoJSON"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(client: Client, drawing: object, said: str) -> None:
    with pytest.raises(MeasureRefused, match=said):
        measure(drawing)
    answer = client.post("/territory/map/measure", json.dumps(drawing), content_type="application/json")
    assert answer.status_code == 400 and answer.json()["error"]


def test_kept_tiles_stay_within_their_limit(sample_layers: dict[str, LayerVersion]) -> None:
    line = sample_layers["ecological-red-line"]
    assert not kept_tile(line, Tile(9, 423, 212)).known and kept_tile(line, Tile(9, 423, 212)).known
    assert prune(10**12) == 0
    assert prune(0) >= 1 and not kept_tile(line, Tile(9, 423, 212)).known


def test_overviews_of_large_layers_are_built_ahead(
    sample_layers: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = sample_layers["land-survey"]
    shutil.rmtree(folder_of(survey), ignore_errors=True)
    assert prepare_large() == 0
    monkeypatch.setattr("ecociv.territory.tiles.cache.LARGE", survey.count)
    assert prepare_large() >= 1 and is_built(folder_of(survey))
    assert prepare_large() == 0


def test_a_missing_layer_file_is_said_and_breaks_no_page(
    client: Client, sample_layers: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line = sample_layers["ecological-red-line"]
    monkeypatch.setattr("ecociv.territory.store.path_of", lambda sha256: tmp_path / f"{sha256}.gpkg")
    answer = client.get(url(line, "10/846/424"), headers={"accept-language": "en"})
    assert answer.status_code == 503 and "restore the folder" in answer.content.decode()
    assert client.get("/territory/map").status_code == 200


def test_a_ground_map_comes_from_one_file_on_this_machine(
    client: Client, settings: Any, tmp_path: Path, sample_layers: dict[str, LayerVersion]
) -> None:
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    path = tmp_path / "ground.pmtiles"
    content = gzip.compress(b"tile", mtime=0)
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.write_tile(zxy_to_tileid(8, 211, 106), content)
        writer.finalize(
            {
                "tile_type": TileType.MVT,
                "tile_compression": Compression.GZIP,
                "min_zoom": 8,
                "max_zoom": 8,
                "min_lon_e7": 0,
                "min_lat_e7": 0,
                "max_lon_e7": 1,
                "max_lat_e7": 1,
                "center_zoom": 8,
                "center_lon_e7": 0,
                "center_lat_e7": 0,
            },
            {"vector_layers": [{"id": "water", "fields": {}}], "attribution": "ours"},
        )
    assert client.get("/territory/basemap/8/211/106").status_code == 404
    settings.ECOCIV_BASEMAP = str(path)
    assert client.get("/territory/basemap/8/211/106").content == b"tile"
    assert client.get("/territory/basemap/8/0/0").status_code == 204
    assert '"layers": ["water"]' in client.get("/territory/map").content.decode()
    # A file that is no archive is no ground map, and breaks nothing.
    other = tmp_path / "no.pmtiles"
    other.write_text("no archive")
    settings.ECOCIV_BASEMAP = str(other)
    assert client.get("/territory/basemap/8/211/106").status_code == 404
    assert client.get("/territory/map").status_code == 200


def test_the_lowest_zooms_of_the_newest_large_versions_are_made_ahead(
    sample_layers: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = sample_layers["ecological-red-line"]
    for name, value in (("LARGE", line.count), ("SLOW", line.count // 4), ("AHEAD", 12)):
        monkeypatch.setattr(f"ecociv.territory.tiles.cache.{name}", value)
    shutil.rmtree(folder_of(line), ignore_errors=True)
    tiles = list(tiles_ahead(line))
    # Whole zooms from 0 on; a quarter of the features a tile stops after the last zoom with four tiles at most.
    assert tiles[0] == Tile(0, 0, 0) and len(tiles) <= 12
    last = tiles[-1].zoom
    assert (
        sum(one.zoom == last for one in tiles) <= 4 < len(tiles_in(last + 1, *line.bounds or ()))
        or len(tiles) + len(tiles_in(last + 1, *line.bounds or ())) > 12
    )
    # No time: the overview is built, no tile is begun; then all of them; then nothing is left to do.
    assert prepare_large(0.0) >= 1 and is_built(folder_of(line))
    assert not list(folder_of(line).rglob("*.mvt.gz"))
    assert prepare_large() >= 1 and all(kept_tile(line, one).known for one in tiles)
    assert prepare_large() == 0
    # What had to make room is not made ahead again.
    assert prune(0) >= len(tiles) and prepare_large() == 0


def test_a_tile_asked_for_twice_at_once_is_made_once(
    sample_layers: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, made = sample_layers["ecological-red-line"], []

    def slowly(*given: Any) -> bytes:
        made.append(given)
        time.sleep(0.05)
        return b"tile"

    monkeypatch.setattr("ecociv.territory.tiles.cache.tile_of", slowly)
    monkeypatch.setattr("ecociv.territory.tiles.cache.layer_file", lambda version: None)
    with ThreadPoolExecutor(4) as readers:
        found = list(readers.map(lambda _: kept_tile(line, Tile(16, 54100, 27170)), range(4)))
    assert len(made) == 1 and sorted(one.known for one in found) == [False, True, True, True]
    assert {gzip.decompress(one.compressed) for one in found} == {b"tile"}
    prune(0)

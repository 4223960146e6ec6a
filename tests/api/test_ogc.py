"""OGC API: layers as a stranger's client sees them, by two times, and nobody sees what is not public."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import Any

import pytest
import shapely
from django.test import Client
from owslib.ogcapi.features import Features as FeaturesClient

from api.conftest import make_token, make_user
from ecociv.api.ogc import provider
from ecociv.people.tokens import Scope
from ecociv.territory.models import LayerVersion, SiteCheck
from territory.site_layers import lay, lay_all

CRS4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"
SQUARES = [(shapely.box(117 + n / 100, 29.0, 117.01 + n / 100, 29.01), "marsh") for n in range(5)]
# Its box covers the corner of the others; the triangle itself stays away from it.
TRIANGLE = (shapely.Polygon([(117.2, 29.0), (117.2, 29.2), (117.0, 29.2)]), "lake-wetland")


def lay_wetland(**said: Any) -> LayerVersion:
    return lay("wetland", "wetland-survey", [*SQUARES, TRIANGLE], **{"confidentiality": "public", **said})


def ask(path: str, status: int = 200, token: str = "", **given: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = Client().get(f"/ogc{path}", given, headers=headers)
    assert answer.status_code == status, answer.content[:400]
    return answer.json()


@pytest.mark.django_db
def test_only_public_layers_are_collections_and_a_reader_of_the_zone_sees_more() -> None:
    lay_wetland()
    lay("plan", "land-use-plan", [(SQUARES[0][0], "permitted-construction")], confidentiality="internal")
    lay("secret", "forest-survey", [(SQUARES[0][0], "arbor-forest")], confidentiality="restricted")
    assert [one["id"] for one in ask("/collections")["collections"]] == ["wetland"]
    ask("/collections/plan", 404)
    ask("/collections/plan/items", 404)
    ask("/collections/plan/items/plan-0", 404)
    user = make_user()
    inside = ask("/collections", token=make_token(user))
    assert [one["id"] for one in inside["collections"]] == ["plan", "wetland"]
    # A token that may only send reads what a stranger reads.
    sending = make_token(user, Scope.WRITE.value)
    assert [one["id"] for one in ask("/collections", token=sending)["collections"]] == ["wetland"]
    assert "plan" not in json.dumps(ask("/openapi")) and "wetland" in json.dumps(ask("/openapi"))


@pytest.mark.django_db
def test_items_by_page_box_and_property(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_wetland()
    page = ask("/collections/wetland/items", limit=2, offset=2)
    assert (page["numberMatched"], page["numberReturned"]) == (6, 2)
    assert [one["id"] for one in page["features"]] == ["wetland-2", "wetland-3"]
    following = next(one["href"] for one in page["links"] if one["rel"] == "next")
    assert "offset=4" in following and "limit=2" in following
    assert page["features"][0]["properties"]["area_m2"] == pytest.approx(973.6 * 1108.5, rel=2e-3)
    # The box of the triangle covers this corner, the triangle does not; a shared edge counts as meeting.
    corner = ask("/collections/wetland/items", bbox="117.0,29.0,117.005,29.005")
    assert [one["id"] for one in corner["features"]] == ["wetland-0"] and corner["numberMatched"] == 1
    hits = ask("/collections/wetland/items", bbox="117.0,29.0,117.005,29.005", resulttype="hits")
    assert hits["numberMatched"] == 1 and hits["features"] == []
    # Too many to look at one by one: the page is the same, the number is left out.
    monkeypatch.setattr(provider, "COUNTED", 1)
    many = ask("/collections/wetland/items", bbox="117.0,29.0,117.035,29.005", limit=2, offset=1)
    assert [one["id"] for one in many["features"]] == ["wetland-1", "wetland-2"]
    assert "numberMatched" not in many
    lakes = ask("/collections/wetland/items", **{"class": "lake-wetland"})
    assert [one["id"] for one in lakes["features"]] == ["wetland-5"]
    one = ask("/collections/wetland/items/wetland-5")
    assert shapely.geometry.shape(one["geometry"]).equals(TRIANGLE[0])
    turned = ask("/collections/wetland/items/wetland-0", crs=CRS4490)
    assert turned["geometry"]["coordinates"][0][0][0] == pytest.approx(29.0, abs=0.011)
    box = ask("/collections/wetland/items", bbox="29.0,117.0,29.005,117.005", **{"bbox-crs": CRS4490})
    assert [one["id"] for one in box["features"]] == ["wetland-0"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/collections/wetland/items", {"bbox": "1,2,3"}, 400),
        ("/collections/wetland/items", {"limit": "0"}, 400),
        ("/collections/wetland/items", {"offset": "-1"}, 400),
        ("/collections/wetland/items", {"colour": "red"}, 400),
        ("/collections/wetland/items", {"datetime": "yesterday"}, 400),
        ("/collections/wetland/items", {"datetime": "2018-01-01/2017-01-01"}, 400),
        ("/collections/wetland/items", {"as_of": "soon"}, 400),
        ("/collections/wetland/items", {"crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}, 400),
        ("/collections/wetland/items", {"f": "xml"}, 406),
        ("/collections/wetland/items/none", {}, 404),
        ("/collections/nothing", {}, 404),
        ("/nowhere", {}, 404),
    ],
)
def test_what_cannot_be_answered_is_refused(path: str, given: dict[str, str], status: int) -> None:
    lay_wetland()
    refused = ask(path, status, **given)
    assert refused["code"] == status and refused["zh"] and refused["en"]


@pytest.mark.django_db
def test_the_version_is_chosen_by_valid_and_by_recorded_time() -> None:
    first = lay_wetland(valid_to=dt.date(2016, 12, 31))
    second = lay(
        "wetland",
        "wetland-survey",
        [(SQUARES[0][0], "lake-wetland")],
        valid_from=dt.date(2017, 1, 1),
        confidentiality="public",
    )
    path = "/collections/wetland/items"
    assert ask(path)["numberMatched"] == 1
    assert ask(path, datetime="2016-06-01")["numberMatched"] == 6
    assert ask(path, datetime="2016-06-01T00:00:00Z")["numberMatched"] == 6
    # A span: the latest that holds on one of its days.
    assert ask(path, datetime="2016-06-01/2018-01-01")["numberMatched"] == 1
    assert ask(path, datetime="../2016-12-31")["numberMatched"] == 6
    ask(path, 404, datetime="2014-01-01")
    ask(path, 404, as_of=first.recorded_at.isoformat())  # now, the first no longer holds
    assert ask(path, datetime="2016-06-01", as_of=first.recorded_at.isoformat())["numberMatched"] == 6
    about = ask("/collections/wetland")
    assert about["extent"]["temporal"]["interval"][0] == ["2017-01-01T00:00:00+08:00", None]
    assert second.sha256[:12] in about["description"] and CRS4490 in about["crs"]
    nexts = ask(path, datetime="2016-06-01", limit=2)["links"]
    assert "datetime=2016-06-01" in next(one["href"] for one in nexts if one["rel"] == "next")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/collections", "/collections/wetland", "/collections/wetland/items", "/processes",
             "/collections/wetland/items/wetland-0", "/collections/wetland/queryables", "/conformance",
             "/processes/site-check"],
)  # fmt: skip
def test_every_resource_is_a_page_and_json(path: str) -> None:
    lay_wetland()
    page = Client().get(f"/ogc{path}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 200 and page["Content-Type"].startswith("text/html")
    assert b"unpkg" not in page.content and b"cdn" not in page.content
    assert isinstance(ask(path), dict)


@pytest.mark.django_db(transaction=True)
def test_owslib_and_gdal_read_the_layers(live_server: Any) -> None:
    lay_wetland()
    client = FeaturesClient(f"{live_server.url}/ogc/")
    assert client.feature_collections() == ["wetland"]
    assert any("features-1" in each for each in client.conformance()["conformsTo"])
    assert client.collection("wetland")["itemType"] == "feature"
    assert client.collection_queryables("wetland")["properties"].keys() >= {"identity", "class", "name"}
    items = client.collection_items("wetland", bbox=[117.0, 29.0, 117.005, 29.005], limit=10)
    assert [one["id"] for one in items["features"]] == ["wetland-0"]
    assert client.collection_item("wetland", "wetland-5")["properties"]["class"] == "lake-wetland"

    # In a process of its own: GDAL waits for the server without giving way to its thread. Three pages of two.
    read = (
        "import json, sys, pyogrio, pyogrio.raw, shapely\n"
        "source = sys.argv[1]\n"
        "meta, _, shapes, fields = pyogrio.raw.read(source, layer='wetland', PAGE_SIZE=2)\n"
        "classes = fields[list(meta['fields']).index('class')].tolist()\n"
        "union = shapely.union_all(shapely.from_wkb(shapes))\n"
        "print(json.dumps([[name for name, _ in pyogrio.list_layers(source)], classes, union.wkt, meta['crs']]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", read, f"OAPIF:{live_server.url}/ogc"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names, classes, union, crs = json.loads(done.stdout)
    assert names == ["wetland"] and classes == ["marsh"] * 5 + ["lake-wetland"]
    assert "CRS84" in crs or "4326" in crs
    whole = shapely.union_all([one for one, _ in (*SQUARES, TRIANGLE)])
    assert shapely.from_wkt(union).symmetric_difference(whole).area < 1e-12


@pytest.mark.django_db
def test_the_site_check_is_a_process_and_its_check_is_on_record() -> None:
    lay_all()
    url = "/ogc/processes/site-check/execution"
    site = shapely.geometry.mapping(shapely.box(117.16, 29.01, 117.161, 29.011))
    body: dict[str, Any] = {"inputs": {"geometry": site, "purpose": "housing"}}

    def execute(said: dict[str, Any], token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return Client().post(url, json.dumps(said), content_type="application/json", headers=headers)

    assert execute(body).status_code == 401 and Client().get(url).status_code == 405
    token = make_token(make_user())
    done = execute(body, token)
    assert done.status_code == 200, done.content
    check = SiteCheck.objects.get()
    assert done.json()["reference"] == check.reference and check.result.items() <= done.json().items()
    wrapped = execute(
        {"inputs": {**body["inputs"], "purpose": {"value": "housing"}}, "response": "document"}, token
    )
    assert wrapped.json()["result"]["reference"] == SiteCheck.objects.order_by("-pk")[0].reference
    for wrong in ([], {}, {"inputs": {"purpose": "housing"}}, {"inputs": {**body["inputs"], "x": 1}}):
        assert execute(wrong, token).status_code == 400
    assert execute({"inputs": {**body["inputs"], "geometry": "POINT(1"}}, token).status_code == 422
    assert SiteCheck.objects.count() == 2

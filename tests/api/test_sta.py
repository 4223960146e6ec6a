"""SensorThings at the level of HTTP: forms of addresses, corrections, errors, hostile input."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from api.conftest import make_series, make_token, make_user
from ecociv.evidence.actions import FlushInbox
from ecociv.evidence.models import ImportRun, InboxReading, Place, Series

pytestmark = pytest.mark.django_db
BASE = "/sta/v1.1"


def get(path: str, token: str = "", **query: str) -> Any:
    options = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {token}"} if token else {})}
    return Client().get(f"{BASE}{path}?{options}", headers=headers)


def send(method: str, path: str, token: str, body: Any, kind: str = "application/json") -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    return Client().generic(method, f"{BASE}{path}", data, content_type=kind, headers=headers)


def test_the_service_root_names_the_sets_and_what_it_conforms_to() -> None:
    root = get("/").json()
    assert {item["name"] for item in root["value"]} >= {"Things", "Datastreams", "Observations"}
    assert any("deep-insert" in item for item in root["serverSettings"]["conformance"])
    assert get("").json() == root


def test_paths_properties_values_and_references(series: Series, write_table: Callable[..., None]) -> None:
    write_table(series, {0: 0.25})
    stream = f"/Datastreams({series.pk})"
    assert get(f"{stream}/Thing/name").json() == {"name": "Le'an River"}
    value = get(f"{stream}/unitOfMeasurement/symbol/$value")
    assert (value.content, value["Content-Type"]) == (b"mg/L", "text/plain; charset=utf-8")
    assert get(f"{stream}/Thing/$ref").json()["@iot.selfLink"].endswith(f"/Things({series.place.pk})")
    references = get(f"{stream}/Observations/$ref").json()["value"]
    assert [list(item) for item in references] == [["@iot.selfLink"]]
    begin = 1_485_792_000_000_000  # 2017-01-30T16:00:00Z in microseconds
    ident = f"{series.pk}-{begin}-{begin + 3_600_000_000}-1"
    one = get(f"/Observations('{ident}')").json()
    assert (one["@iot.id"], one["result"], one["parameters"]["waiting"]) == (ident, 0.25, False)
    assert get(f"/Observations('{ident}')/Datastream/Sensor/@iot.id").json() == {"@iot.id": 0}
    assert get(f"/FeaturesOfInterest({series.place.pk})/Observations").json()["value"][0]["@iot.id"] == ident
    assert get(f"/Things({series.place.pk})/Datastreams({series.pk})").json()["@iot.id"] == series.pk
    other = make_series("other")
    assert get(f"/Things({series.place.pk})/Datastreams({other.pk})").status_code == 404


def test_an_observation_posted_to_its_datastream_is_there_at_once(series: Series, token: str) -> None:
    path = f"/Datastreams({series.pk})/Observations"
    made = send("POST", path, token, {"phenomenonTime": "2017-02-01T00:00:00Z", "result": 0.4})
    assert made.status_code == 201, made.content
    address = made["Location"].split("testserver/sta/v1.1")[1]
    assert get(address).json()["result"] == 0.4
    absent = {"phenomenonTime": "2017-02-01T01:00:00Z", "result": None, "parameters": {"missing": "withheld"}}
    limit = {"phenomenonTime": "2017-02-01T02:00:00Z", "result": "<0.02"}
    for body in (absent, limit):
        assert send("POST", path, token, body).status_code == 201
    listed = get(
        path, **{"$count": "true", "$select": "result,parameters", "$filter": "result eq null"}
    ).json()
    assert listed["@iot.count"] == 2
    assert [item["parameters"].get("missing") for item in listed["value"]] == ["withheld", None]
    assert listed["value"][1]["parameters"]["limit"] == 0.02
    rows = get(path, **{"$resultFormat": "dataArray"}).json()["value"][0]
    assert rows["dataArray@iot.count"] == 3 and rows["components"][3] == "result"


def test_a_correction_is_a_revision_with_a_reason_and_nothing_is_deleted(
    series: Series, token: str, write_table: Callable[..., None]
) -> None:
    write_table(series, {0: 5.0})
    link = get(f"/Datastreams({series.pk})/Observations").json()["value"][0]["@iot.selfLink"]
    path = link.split("/sta/v1.1")[1]
    assert send("PATCH", path, token, {"result": 0.5}).status_code == 400  # no reason
    done = send("PATCH", path, token, {"result": 0.5, "parameters": {"reason": "Decimal point."}})
    assert done.status_code == 200, done.content
    assert (done.json()["result"], done.json()["parameters"]["revision"]) == (0.5, 2)
    assert get(path).json()["result"] == 5.0  # the old one keeps its id
    assert ImportRun.objects.get(kind="correction").reason == "Decimal point."
    again = send("PATCH", path, token, {"result": 0.6, "parameters": {"reason": "x"}})
    assert again.status_code == 409 and "Revision 2" in again.json()["message"]
    gone = send("DELETE", path, token, "")
    assert gone.status_code == 405 and "Nothing is deleted" in gone.json()["message"]
    stranger = make_token(make_user("lin", organisation="市林业局"))
    assert send("PATCH", path, stranger, {"result": 1, "parameters": {"reason": "x"}}).status_code == 403


def test_an_observation_keeps_its_address_on_its_way_into_the_table(series: Series, token: str) -> None:
    path = f"/Datastreams({series.pk})/Observations"
    addresses = []
    for result in (0.4, 0.6):  # the second message about the hour is its second revision
        made = send("POST", path, token, {"phenomenonTime": "2017-02-01T00:00:00Z", "result": result})
        addresses.append(made["Location"].split("testserver/sta/v1.1")[1])
    before = [get(address).json()["result"] for address in addresses]
    FlushInbox().execute()
    after = [get(address).json() for address in addresses]
    assert [item["result"] for item in after] == before == [0.4, 0.6]
    assert [item["parameters"]["waiting"] for item in after] == [False, False]
    assert get(path, **{"$count": "true"}).json()["@iot.count"] == 1


def test_a_deep_insert_is_all_or_nothing(token: str) -> None:
    thing = {
        "name": "Plot",
        "description": "-",
        "Datastreams": [
            {
                "name": "a",
                "unitOfMeasurement": {"name": "mg/L", "symbol": "mg/L", "definition": "x"},
                "Sensor": {"name": "s"},
                "ObservedProperty": {"name": "p", "definition": "http://x.org/tp"},
                "Observations": [{"phenomenonTime": "2017-02-01T00:00:00Z", "result": "wrong"}],
            }
        ],
    }
    assert send("POST", "/Things", token, thing).status_code == 400
    assert not Place.objects.exists() and not InboxReading.objects.exists()
    thing["Datastreams"][0]["Observations"][0]["result"] = 3  # type: ignore[index]
    assert send("POST", "/Things", token, thing).status_code == 201
    assert get("/Observations").json()["value"][0]["result"] == 3.0


def test_sample_series_say_so_and_closed_places_are_not_found() -> None:
    sample = make_series(sample=True)
    closed = make_series("secret", details={"public": False})
    listed = get("/Datastreams").json()["value"]
    assert [(item["name"], item["properties"]["sample"]) for item in listed] == [
        ("Le'an River Ammonia nitrogen (sample data)", True)
    ]
    assert get(f"/Datastreams({closed.pk})").status_code == 404
    assert get(f"/Things({closed.place.pk})").status_code == 404
    assert get(f"/Observations('{closed.pk}-0-1000-1')").status_code == 404
    names = [
        item["name"]
        for item in get("/ObservedProperties", **{"$expand": "Datastreams"}).json()["value"][0]["Datastreams"]
    ]
    assert len(names) == 1
    reader = make_token(make_user(), "evidence:read")
    assert get(f"/Datastreams({closed.pk})", reader).status_code == 200
    assert get(f"/Datastreams({sample.pk})/Observations", reader).json()["value"] == []


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/Datastreams", {"$filter": "name eq 'x' or 1 eq 1 --"}, 400),
        ("/Datastreams", {"$filter": "name eq 'x'; drop table evidence_series"}, 400),
        ("/Datastreams", {"$filter": "key gt 1"}, 400),
        ("/Datastreams", {"$filter": "name gt 1"}, 400),
        ("/Datastreams", {"$filter": "(" * 5000}, 400),
        ("/Datastreams", {"$filter": "(" * 1000 + "1"}, 400),
        ("/Datastreams", {"$filter": "not " * 900 + "true"}, 400),
        ("/Datastreams", {"$filter": "st_within(observedArea, geography'POINT(1 1)')"}, 501),
        ("/Datastreams", {"$top": "-1"}, 400),
        ("/Datastreams", {"$top": "1e9"}, 400),
        ("/Datastreams", {"$orderby": "nothing"}, 400),
        ("/Datastreams", {"$select": "password"}, 400),
        ("/Datastreams", {"$expand": "Thing/Datastreams/Thing/Datastreams/Thing/Datastreams"}, 400),
        ("/Datastreams", {"$expand": "Thing("}, 400),
        ("/Datastreams", {"$expand": "User"}, 400),
        ("/Datastreams", {"$skiptoken": "x"}, 400),
        ("/Datastreams", {"$nothing": "x"}, 400),
        ("/Datastreams", {"as_of": "today"}, 400),
        ("/Things", {"$filter": "Datastreams/Observations/result gt 1"}, 501),
        ("/Observations", {"$skiptoken": "%%%"}, 422),
        ("/Observations", {"$filter": "result gt 'a'"}, 400),
        ("/Datastreams(99999999999999999999)", {}, 404),
        ("/Datastreams(9223372036854775807)", {}, 404),
        ("/Datastreams('x')", {}, 404),
        ("/Observations('1-2-3')", {}, 404),
        ("/Observations('1-99999999999999999999-3-1')", {}, 404),
        ("/Users", {}, 404),
        ("/Datastreams(1)" + "/Thing" * 20, {}, 400),
        ("/Things/../../admin", {}, 404),
    ],
)
def test_hostile_requests_get_a_sentence(
    series: Series, write_table: Callable[..., None], path: str, query: dict[str, str], status: int
) -> None:
    write_table(series, {0: 1.0})
    answer = get(path, **query)
    assert answer.status_code == status, answer.content[:400]
    body = answer.json()
    assert body["code"] == status and body["type"] and body["message"] == body["en"] and body["zh"]


def test_a_huge_top_is_a_page_with_a_link(series: Series) -> None:
    answer = get("/Datastreams", **{"$top": "999999999"})
    assert answer.status_code == 200 and "@iot.nextLink" not in answer.json()


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("/Things", "{", "application/json", 400),
        ("/Things", "[]", "application/json", 400),
        ("/Things", "{}", "text/plain", 415),
        ("/Things", {"name": 5}, "application/json", 400),
        ("/Things", {"name": "x" * 5000}, "application/json", 400),
        ("/Things", {"name": "x\x00"}, "application/json", 400),
        ("/Things", {"name": "x", "properties": {"kind": "moon"}}, "application/json", 400),
        ("/Things", {"name": "x", "properties": {"key": "../x"}}, "application/json", 400),
        (
            "/Things",
            {
                "name": "x",
                "Locations": [{"name": "l", "location": {"type": "Point", "coordinates": [999, 0]}}],
            },
            "application/json",
            400,
        ),
        ("/Things", {"name": "x", "Locations": "y"}, "application/json", 400),
        ("/Datastreams", {"name": "x", "Thing": {"@iot.id": 1}}, "application/json", 400),
        ("/Observations", {"result": 1, "Datastream": {"@iot.id": [1]}}, "application/json", 400),
        ("/Observations", {"result": 1}, "application/json", 400),
        ("/FeaturesOfInterest", {"name": "x"}, "application/json", 501),
        ("/HistoricalLocations", {"time": "x"}, "application/json", 501),
        ("/Things", b" " * 5_300_000, "application/json", 413),
        ("/Things", "[" * 200_000, "application/json", 400),
    ],
    ids=range(17),
)
def test_hostile_entities_get_a_sentence_and_leave_nothing(
    token: str, path: str, body: Any, kind: str, status: int
) -> None:
    answer = send("POST", path, token, body, kind)
    assert answer.status_code == status, answer.content[:400]
    assert answer.json()["zh"] and answer.json()["en"]
    assert not Place.objects.exists()


def test_only_a_token_creates(series: Series) -> None:
    answer = Client().post(f"{BASE}/Things", "{}", content_type="application/json")
    assert answer.status_code in (400, 401)
    named = Client().post(f"{BASE}/Things", '{"name": "x"}', content_type="application/json")
    assert named.status_code == 401 and "WWW-Authenticate" in named

"""A place that is declared ``public: false`` cannot be told from one that does not exist, by any way that leads to it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api.conftest import START, make_token, make_user
from ecociv.evidence import disclosure, registry
from ecociv.evidence.mapping import Places, load_places
from ecociv.evidence.models import InboxReading, ObservedProperty, Place, Sensor, Series
from ecociv.people.tokens import Scope

pytestmark = pytest.mark.django_db
CLOSED, OPEN = "ion-area-01", "ion-area-02"
CLOSED_KEY = f"negative-ions-monthly/{CLOSED}/negative_ions"
OPEN_KEY = f"negative-ions-monthly/{OPEN}/negative_ions"
FILE = "month,area,negative_ions,note\n" + "".join(
    f"2017-{month:02d},示例片区{area},{area}{month:02d},\n" for month in (1, 2, 3) for area in (1, 2)
)


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zone declares one of two areas as not public; a file brings both, and a reading of both waits."""
    declared = load_places("jingdezhen").model_dump()
    for place in declared["places"]:
        if place["key"] == CLOSED:
            place["details"] = {**place["details"], "public": False}
    changed = Places.model_validate(declared)
    monkeypatch.setattr(registry, "load_places", lambda zone: changed)
    monkeypatch.setattr(disclosure, "load_places", lambda zone: changed)
    token = make_token(make_user("lin", organisation="市林业局"))
    headers = {"Authorization": f"Bearer {token}"}
    upload = {"file": SimpleUploadedFile("i.csv", FILE.encode()), "mapping": "negative-ions-monthly"}
    assert Client().post("/api/v1/files", upload, headers=headers).status_code == 200
    for number, key in enumerate((CLOSED, OPEN)):
        series = Series.objects.get(place__key=key)
        series.sensor = Sensor.objects.create(key=f"counter-{number}", name_zh="仪", name_en="counter")
        series.save()
    # a property that is observed at the closed place alone
    only = ObservedProperty.objects.create(key="radon", name_zh="氡", name_en="Radon")
    place = Place.objects.get(key=CLOSED)
    Series(
        key=f"radon/{CLOSED}/radon", place=place, property=only, network="radon", unit="1", averaging="PT1H"
    ).save(force_insert=True)
    period = "2017-04-01T00:00:00+08:00/2017-05-01T00:00:00+08:00"
    waiting = [{"series": key, "period": period, "value": 5} for key in (CLOSED_KEY, OPEN_KEY)]
    sent = Client().post(
        "/api/v1/readings", json.dumps(waiting), content_type="application/json", headers=headers
    )
    assert sent.json()["accepted"] == 2


def get(path: str, token: str = "", **query: str) -> Any:
    options = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {token}"} if token else {})}
    return Client().get(f"{path}?{options}", headers=headers)


def write_only() -> str:
    return make_token(make_user("w", organisation="市林业局"), Scope.WRITE.value)


@pytest.fixture(params=["anyone", "a token without the scope for reading"])
def outsider(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "anyone" else write_only()


def test_the_declaration_reaches_the_place() -> None:
    assert Place.objects.get(key=CLOSED).details["public"] is False
    assert "public" not in Place.objects.get(key=OPEN).details


def test_rest_lists_and_answers_as_if_it_were_not_there(outsider: str) -> None:
    listed = get("/api/v1/series", outsider).json()["series"]
    assert [item["key"] for item in listed] == [OPEN_KEY]
    assert get("/api/v1/series", outsider, place=CLOSED).json() == {"series": [], "next": None}
    assert get("/api/v1/series", outsider, q="片区1").json()["series"] == []
    latest = get("/api/v1/latest", outsider, series=f"{CLOSED_KEY},{OPEN_KEY},none/x/y").json()
    assert latest["unknown"] == [CLOSED_KEY, "none/x/y"] and list(latest["latest"]) == [OPEN_KEY]
    for suffix in ("", "/observations"):
        hidden = get(f"/api/v1/series/{CLOSED_KEY}{suffix}", outsider)
        absent = get(f"/api/v1/series/none/x/y{suffix}", outsider)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["en"].replace(CLOSED_KEY, "none/x/y") == absent.json()["en"]


@pytest.mark.parametrize(
    ("kind", "most"),
    # one area, its parents not counted, with one series, instrument and property; 3 months of a file and one that waits
    [("Datastreams", 1), ("Sensors", 1), ("ObservedProperties", 1), ("Observations", 4)],
)
def test_sets_and_their_counts_leave_it_out(outsider: str, kind: str, most: int) -> None:
    body = get(f"/sta/v1.1/{kind}", outsider, **{"$count": "true"}).json()
    assert body["@iot.count"] == len(body["value"]) == most
    # the count is the same where it is made by looking at each
    looked = get(f"/sta/v1.1/{kind}", outsider, **{"$count": "true", "$filter": "id ne 'x'", "$top": "0"})
    assert looked.json()["@iot.count"] == most


def test_no_set_however_expanded_tells_of_it(outsider: str) -> None:
    closed = Place.objects.get(key=CLOSED)
    numbers = [str(series.pk) for series in Series.objects.filter(place=closed)]
    words = [CLOSED, closed.name_zh, closed.name_en, "counter-0", "radon", "Radon", *numbers]
    for kind, expand in {
        "Things": "Locations,Datastreams($count=true;$expand=Observations($count=true),Sensor)",
        "Locations": "Things($expand=Datastreams)",
        "Datastreams": "Thing,Sensor($expand=Datastreams),ObservedProperty($expand=Datastreams($count=true))",
        "Sensors": "Datastreams($expand=Thing,Observations)",
        "ObservedProperties": "Datastreams($count=true;$expand=Thing)",
        "Observations": "Datastream($expand=Thing),FeatureOfInterest",
        "FeaturesOfInterest": "Observations($count=true)",
    }.items():
        answer = get(f"/sta/v1.1/{kind}", outsider, **{"$expand": expand, "$count": "true"})
        assert answer.status_code == 200, answer.content
        text = json.dumps(answer.json(), ensure_ascii=False)
        # names of areas run on (1, 10, 11), so that they are looked for with what ends them
        assert not [word for word in words if f'{word}"' in text or f"{word})" in text], kind
    counted = get("/sta/v1.1/ObservedProperties", outsider, **{"$expand": "Datastreams($count=true)"}).json()
    assert [item["Datastreams@iot.count"] for item in counted["value"]] == [1]


def test_nothing_of_it_answers_by_number(outsider: str) -> None:
    series = Series.objects.get(key=CLOSED_KEY)
    place, sensor = series.place.pk, series.sensor.pk  # type: ignore[union-attr]
    radon = ObservedProperty.objects.get(key="radon").pk
    begin = 1_483_200_000_000_000  # 2017-01-01 in China
    for path in (
        f"Things({place})",
        f"Things({place})/Datastreams",
        f"Locations({place})",
        f"FeaturesOfInterest({place})/Observations",
        f"Datastreams({series.pk})",
        f"Datastreams({series.pk})/Observations",
        f"Sensors({sensor})",
        f"Sensors({sensor})/Datastreams",
        f"ObservedProperties({radon})",
        f"Observations('{series.pk}-{begin}-{begin + 31 * 86_400_000_000}-1')",
    ):
        assert get(f"/sta/v1.1/{path}", outsider).status_code == 404, path
    shared = ObservedProperty.objects.get(key="negative_ions").pk
    inside = get(f"/sta/v1.1/ObservedProperties({shared})/Datastreams", outsider, **{"$count": "true"}).json()
    assert inside["@iot.count"] == 1
    asked = get("/sta/v1.1/Observations", outsider, **{"$filter": f"Datastream/id eq {series.pk}"}).json()
    assert asked["value"] == []


def test_people_of_the_zone_see_it() -> None:
    reader = make_token(make_user("reader", organisation="市林业局"), Scope.READ.value)
    assert len(get("/api/v1/series", reader).json()["series"]) == 3
    assert get(f"/api/v1/series/{CLOSED_KEY}/observations", reader, count_all="true").json()["count"] == 4
    for kind, number in (("Sensors", 2), ("ObservedProperties", 2), ("Datastreams", 3), ("Observations", 8)):
        assert get(f"/sta/v1.1/{kind}", reader, **{"$count": "true"}).json()["@iot.count"] == number, kind


def test_whoever_may_neither_see_nor_send_is_told_that_it_is_unknown() -> None:
    stranger = make_token(make_user("wu", organisation="市环保局"), Scope.WRITE.value)
    readings = [{"series": key, "time": START.isoformat(), "value": 1} for key in (CLOSED_KEY, OPEN_KEY)]
    answer = Client().post(
        "/api/v1/readings",
        json.dumps(readings),
        content_type="application/json",
        headers={"Authorization": f"Bearer {stranger}"},
    )
    assert [item["code"] for item in answer.json()["refused"]] == ["series-unknown", "not-permitted"]
    assert InboxReading.objects.count() == 2


def test_its_own_body_sends_to_it_without_the_scope_for_reading() -> None:
    reading = {
        "series": CLOSED_KEY,
        "period": "2017-05-01T00:00:00+08:00/2017-06-01T00:00:00+08:00",
        "value": 1,
    }
    answer = Client().post(
        "/api/v1/readings",
        json.dumps([reading]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {write_only()}"},
    )
    assert answer.json()["accepted"] == 1


def test_an_instrument_that_serves_nothing_yet_is_there_for_a_new_series(outsider: str) -> None:
    fresh = Sensor.objects.create(key="fresh", name_zh="新", name_en="new")
    assert get(f"/sta/v1.1/Sensors({fresh.pk})", outsider).status_code == 200


def test_a_place_is_closed_by_its_declaration_after_it_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    Place.objects.filter(key=CLOSED).update(details={"sample": True})  # as registered before it was closed
    assert get(f"/api/v1/series/{CLOSED_KEY}").status_code == 404
    monkeypatch.setattr(disclosure, "load_places", load_places)  # the declaration that leaves it open
    assert get(f"/api/v1/series/{CLOSED_KEY}").status_code == 200


def test_a_thing_can_be_registered_as_not_public() -> None:
    token = make_token(make_user("maker"))
    thing = {"name": "Nest", "description": "-", "properties": {"key": "nest", "public": False}}
    headers = {"Authorization": f"Bearer {token}"}
    made = Client().post(
        "/sta/v1.1/Things", json.dumps(thing), content_type="application/json", headers=headers
    )
    assert made.status_code == 201, made.content
    path = f"/sta/v1.1/Things({made.json()['@iot.id']})"
    assert (get(path).status_code, get(path, token).status_code) == (404, 200)


@pytest.mark.parametrize("said", ["false", "no", 0, None])
def test_anything_but_true_hides(said: Any) -> None:
    place = Place.objects.get(key=OPEN)
    place.details = {"public": said}
    place.save()
    assert get(f"/api/v1/series/{OPEN_KEY}").status_code == 404
    place.details = {"public": True}
    place.save()
    assert get(f"/api/v1/series/{OPEN_KEY}").status_code == 200

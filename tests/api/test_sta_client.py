"""SensorThings with the client that others use, against a live server."""

from __future__ import annotations

from typing import Any

import frost_sta_client as fsc
import pytest
from frost_sta_client.service.auth_handler import AuthHandler

from api.conftest import make_token, make_user
from ecociv.evidence.models import Series

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(live_server: Any) -> fsc.SensorThingsService:
    return fsc.SensorThingsService(
        f"{live_server.url}/sta/v1.1", auth_handler=AuthHandler("wu", make_token(make_user()))
    )


def datastream(name: str = "NH3-N") -> fsc.Datastream:
    return fsc.Datastream(
        name=name,
        description="Ammonia nitrogen, hourly",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=fsc.UnitOfMeasurement(name="mg/L", symbol="mg/L", definition="ucum:mg/L"),
        properties={"averaging": "PT1H", "statistic": "mean", "network": "river"},
        sensor=fsc.Sensor(
            name="Analyser",
            description="",
            encoding_type="text/plain",
            metadata="HJ 535-2009",
            properties={"key": "a-1"},
        ),
        observed_property=fsc.ObservedProperty(
            name="Ammonia", definition="http://x.org/def/nh3n", description="-"
        ),
    )


def test_all_entities_are_created_read_back_and_queried(service: fsc.SensorThingsService) -> None:
    location = fsc.Location(
        name="Bank", description="left", encoding_type="application/geo+json",
        location={"type": "Point", "coordinates": [117.2, 29.0]},
    )  # fmt: skip
    thing = fsc.Thing(
        name="Le'an section", description="monitoring section", properties={"kind": "section", "key": "lean"}
    )
    thing.locations = [location]
    thing.datastreams = [datastream()]
    service.create(thing)

    back = service.things().find(thing.id)
    assert (back.name, back.properties["kind"]) == ("Le'an section", "section")
    stream = service.datastreams().query().filter("Thing/properties/key eq 'lean'").list().get(0)
    assert stream.properties["key"] == "river/lean/nh3n" and stream.unit_of_measurement.symbol == "mg/L"
    assert Series.objects.get().pk == stream.id

    for hour in range(25):
        service.create(
            fsc.Observation(
                phenomenon_time=f"2017-01-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z",
                result=hour / 10,
                datastream=fsc.Datastream(id=stream.id),
            )
        )
    found = stream.get_observations().query().top(4).count().list()
    assert found.count == 25
    # seven pages of at most four: each observation once, in the order of time
    assert [item.result for item in found] == [hour / 10 for hour in range(25)]
    one = service.observations().find(found.get(0).id)
    assert one.phenomenon_time == "2017-01-01T00:00:00Z/2017-01-01T01:00:00Z"

    newest = stream.get_observations().query().orderby("phenomenonTime", "DESC").top(1).list().get(0)
    assert newest.result == 2.4
    high = service.observations().query().filter(f"result gt 2 and Datastream/@iot.id eq {stream.id}").list()
    assert sorted(item.result for item in high) == [2.1, 2.2, 2.3, 2.4]
    by_result = stream.get_observations().query().orderby("result", "DESC").top(10).list()
    assert [item.result for item in by_result] == [hour / 10 for hour in range(24, -1, -1)]
    day = stream.get_observations().query().filter("phenomenonTime ge 2017-01-02T00:00:00Z").list()
    assert [item.result for item in day] == [2.4]

    expanded = (
        service.things()
        .query()
        .expand(
            "Locations,Datastreams($expand=Sensor,ObservedProperty,Observations($top=2;$orderby=phenomenonTime desc))"
        )
        .list()
        .get(0)
    )
    assert expanded.locations.get(0).location["coordinates"] == [117.2, 29.0]
    inner = expanded.datastreams.get(0)
    assert (inner.sensor.metadata, inner.observed_property.name) == ("HJ 535-2009", "Ammonia")
    assert [item.result for item in inner.observations.entities] == [2.4, 2.3]


def test_entities_made_one_by_one_refer_to_each_other(service: fsc.SensorThingsService) -> None:
    location = fsc.Location(
        name="Gate", description="-", encoding_type="application/geo+json",
        location={"type": "Point", "coordinates": [117.3, 29.1]},
    )  # fmt: skip
    service.create(location)
    assert list(service.things().query().list()) == []  # a location alone is no thing yet
    thing = fsc.Thing(name="Gate station", description="-")
    thing.locations = [fsc.Location(id=location.id)]
    service.create(thing)
    sensor = fsc.Sensor(name="Sonde", description="-", encoding_type="text/plain", metadata="-")
    service.create(sensor)
    observed = fsc.ObservedProperty(name="DO", definition="http://x.org/def/do", description="-")
    service.create(observed)
    stream = datastream("DO")
    stream.thing, stream.sensor, stream.observed_property = thing, sensor, observed
    service.create(stream)
    assert service.datastreams().find(stream.id).properties["key"] == "river/gate/do"
    assert [item.id for item in service.locations().find(location.id).get_things().query().list()] == [
        thing.id
    ]
    for entity_set in (service.sensors(), service.observed_properties(), service.features_of_interest()):
        assert len(entity_set.query().list().entities) == 1
    assert service.historical_locations().query().list().entities == []


def test_pages_of_things_through_the_iterator(service: fsc.SensorThingsService) -> None:
    for number in range(7):
        service.create(fsc.Thing(name=f"Station {number}", description="-"))
    listed = service.things().query().top(3).count().list()
    assert listed.count == 7
    assert [item.name for item in listed] == [f"Station {n}" for n in range(7)]
    some = service.things().query().filter("endswith(name,'3') or startswith(name,'Station 5')").list()
    assert [item.name for item in some] == ["Station 3", "Station 5"]

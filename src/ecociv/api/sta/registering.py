"""Registering places, instruments, properties and series, with those inside them."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from ecociv.api.problems import Problem
from ecociv.api.sta.entities import MEASUREMENT, World
from ecociv.api.sta.members import (
    details_of,
    key_of,
    kind_of,
    member,
    number_of,
    object_of,
    point_of,
    reference_of,
    taken,
    text_of,
    wrong,
)
from ecociv.api.sta.observing import Observing
from ecociv.core.quantities import UnitError, check_unit
from ecociv.evidence.models import ObservedProperty, Place, Sensor, Series
from ecociv.people import audit

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_STATISTICS = frozenset(str(key) for key, _ in Series._meta.get_field("statistic").flatchoices)


class Registering:
    """What a request adds to the registry; observations inside go to ``observing``."""

    def __init__(self, world: World, observing: Observing) -> None:
        self.world, self.caller, self.observing = world, world.caller, observing

    def thing(self, data: dict[str, Any]) -> Place:
        """A place, with its location and the series inside."""
        properties = member(data, "properties", dict, {})
        name = text_of(data, "name", 120)
        locations = member(data, "Locations", list, [])
        datastreams = member(data, "Datastreams", list, [])
        if len(locations) > 1:
            raise wrong("Locations", "一个地点只有一个位置。", "A place has one location.")
        referred = [reference_of(item) for item in locations]
        if referred and referred[0] is not None:
            place = self._adopt(referred[0], name, properties)
        else:
            point = point_of(object_of(locations[0], "Locations").get("location")) if locations else None
            place = self._place(data, properties, name, point, {})
        for item in datastreams:
            self.datastream({**object_of(item, "Datastreams"), "Thing": {"@iot.id": place.pk}})
        return place

    def location(self, data: dict[str, Any]) -> Place:
        """Where a place lies: of one that has no location yet, or of one that is named later."""
        point = point_of(data.get("location"))
        thing = data.get("Thing")
        if thing is None:
            properties = member(data, "properties", dict, {})
            return self._place(data, properties, text_of(data, "name", 120), point, {"only": "location"})
        place: Place = self._found("Things", thing)
        self._permit(self._organisation({}), "", place.key)
        if place.longitude is not None:
            raise Problem(
                409,
                "Conflict",
                "地点{key}已有位置；迁站请登记为新的地点。",
                "The place {key} has a location; register a station that moved as another place.",
                key=place.key,
            )
        place.longitude, place.latitude = point
        place.save()
        self._record("place", place.key, {"location": point})
        return place

    def _adopt(self, number: int | str, name: str, properties: dict[str, Any]) -> Place:
        place: Place = self.world.find("Locations", number)
        if place.details.get("only") != "location":
            raise Problem(
                409,
                "Conflict",
                "该位置已属于地点{key}。",
                "This location already belongs to the place {key}.",
                key=place.key,
            )
        self._permit(self._organisation(properties), "", place.key)
        kind, extra = kind_of(properties), details_of(properties)
        place.kind, place.name_zh, place.name_en, place.details = kind, name, name, extra
        place.save()
        self._record("place", place.key, {"name": name})
        return place

    def _place(
        self,
        data: dict[str, Any],
        properties: dict[str, Any],
        name: str,
        point: tuple[float, float] | None,
        more: dict[str, Any],
    ) -> Place:
        key = key_of(properties, name, "place")
        self._permit(self._organisation(properties), "", key)
        if Place.objects.filter(key=key).exists():
            raise taken("Things", key)
        details = {**details_of(properties), **more}
        description = text_of(data, "description", 400, "")
        if description and description != name:
            details["description"] = description
        place = Place.objects.create(
            key=key,
            kind=kind_of(properties),
            name_zh=text_of(properties, "name_zh", 120, name),
            name_en=text_of(properties, "name_en", 120, name),
            longitude=point[0] if point else None,
            latitude=point[1] if point else None,
            details=details,
        )
        self._record("place", key, {"name": name, "kind": place.kind})
        return place

    def sensor(self, data: dict[str, Any], *, reuse: bool = False) -> Sensor:
        """An instrument or method; with ``reuse`` the one that has the key already."""
        properties = member(data, "properties", dict, {})
        name = text_of(data, "name", 200)
        key = key_of(properties, name, "sensor")
        known = Sensor.objects.filter(key=key).first()
        if known is not None:
            if reuse:
                return known
            raise taken("Sensors", key)
        self._permit(self._organisation(properties), "", "")
        numbers = {}
        for field in ("lowest", "highest", "detection_limit"):
            if properties.get(field) is not None:
                numbers[field] = number_of(properties[field], field)
        made = Sensor.objects.create(
            key=key,
            name_zh=text_of(properties, "name_zh", 200, name),
            name_en=text_of(properties, "name_en", 200, name),
            method=text_of(data, "metadata", 200, ""),
            organisation=text_of(properties, "organisation", 128, ""),
            **numbers,
        )
        self._record("sensor", key, {"name": name})
        return made

    def property(self, data: dict[str, Any], *, reuse: bool = False) -> ObservedProperty:
        """An observed property; with ``reuse`` the one that has the key already."""
        properties = member(data, "properties", dict, {})
        name = text_of(data, "name", 200)
        definition = text_of(data, "definition", 400, "")
        tail = re.split(r"[/#:]", definition)[-1].lower()
        key = key_of({"key": tail, **properties} if _KEY.fullmatch(tail) else properties, name, "property")
        known = ObservedProperty.objects.filter(key=key).first()
        if known is not None:
            if reuse:
                return known
            raise taken("ObservedProperties", key)
        self._permit(self._organisation(properties), "", "")
        made = ObservedProperty.objects.create(
            key=key,
            name_zh=text_of(properties, "name_zh", 200, name),
            name_en=text_of(properties, "name_en", 200, name),
        )
        self._record("observed-property", key, {"name": name})
        return made

    def datastream(self, data: dict[str, Any]) -> Series:
        """A series, with what it refers to and the observations inside."""
        properties = member(data, "properties", dict, {})
        text_of(data, "name", 400)
        if data.get("observationType", MEASUREMENT) != MEASUREMENT:
            raise wrong(
                "observationType",
                "只接收数值型观测（OM_Measurement）。",
                "Only measurements (OM_Measurement) are taken.",
            )
        place = self.inside(data, "Thing", "Things")
        observed = self.inside(data, "ObservedProperty", "ObservedProperties")
        sensor = self.inside(data, "Sensor", "Sensors")
        unit = member(data, "unitOfMeasurement", dict, None).get("symbol")
        try:
            check_unit(str(unit or ""))
        except UnitError as error:
            raise wrong("unitOfMeasurement/symbol", f"单位不可用：{error}", str(error)) from None
        network = text_of(properties, "network", 80, "sensorthings")
        statistic = text_of(properties, "statistic", 16, "unknown")
        averaging = text_of(properties, "averaging", 16, "PT0S")
        sample = member(properties, "sample", bool, False)
        if (
            not _KEY.fullmatch(network)
            or statistic not in _STATISTICS
            or not re.fullmatch(r"P[0-9TDHMSYW]{2,14}", averaging)
        ):
            raise wrong(
                "properties",
                f"network应为小写字母和数字；statistic应为{'、'.join(sorted(_STATISTICS))}之一；averaging应为ISO 8601时长。",
                f"network is lower-case letters and digits; statistic is one of {', '.join(sorted(_STATISTICS))}; averaging is "
                "an ISO 8601 duration.",
            )
        organisation = self._organisation(properties)
        self._permit(organisation, network, place.key)
        key = f"{'sample/' if sample else ''}{network}/{place.key}/{observed.key}"
        if len(key) > 200:
            raise wrong(
                "properties",
                "序列的标识超过200个字符。",
                "The key of the series is longer than 200 characters.",
            )
        if Series.objects.filter(key=key).exists():
            raise taken("Datastreams", key)
        note = text_of(data, "description", 400, "")
        series = Series(
            key=key,
            place=place,
            property=observed,
            sensor=sensor if sensor.pk else None,
            network=network,
            unit=str(unit),
            statistic=statistic,
            averaging=averaging,
            organisation=organisation,
            note_zh=note,
            note_en=note,
            sample=sample,
        )
        series.save(force_insert=True)
        self._record("series", key, {"unit": series.unit, "averaging": averaging})
        observations = member(data, "Observations", list, [])
        if observations:
            self.observing.receive([(series, object_of(item, "Observations")) for item in observations])
        return series

    def inside(self, data: dict[str, Any], name: str, kind: str) -> Any:
        """What an entity relates to: referred to by ``@iot.id``, or described in place and made."""
        item = data.get(name)
        if item is None:
            raise wrong(name, f"缺少{name}。", f"{name} is missing.")
        if reference_of(item) is not None:
            return self._found(kind, item)
        inline = object_of(item, kind)
        if kind == "Sensors":
            return self.sensor(inline, reuse=True)
        if kind == "ObservedProperties":
            return self.property(inline, reuse=True)
        return self.thing(inline) if kind == "Things" else self.datastream(inline)

    def _found(self, kind: str, item: Any) -> Any:
        number = reference_of(item)
        try:
            return self.world.find(kind, number if number is not None else "")
        except Problem:
            raise wrong(kind, f"没有{kind}({number})。", f"There is no {kind}({number}).") from None

    def _organisation(self, properties: dict[str, Any]) -> str:
        return text_of(
            properties, "organisation", 128, str(getattr(self.caller.user, "organisation", "") or "")
        )

    def _permit(self, organisation: str, network: str, place: str) -> None:
        token = self.caller.token
        # what has no network or place yet is not held against a token's list of them
        network = network or (token.networks[0] if token and token.networks else "")
        place = place or (token.places[0] if token and token.places else "")
        problem = self.caller.refusal_for(organisation, network, place)
        if problem is not None:
            raise problem

    def _record(self, kind: str, key: str, after: Any) -> None:
        audit.record(
            actor=self.caller.user,
            action="evidence.register",
            zone=settings.ECOCIV_ZONE,
            subject_kind=kind,
            subject_key=key,
            after=after,
        )

"""Creating entities (with those inside them), and correcting observations."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from ecociv.api import limits
from ecociv.api.intake import Unreadable, content_key, interval_of
from ecociv.api.observations import Seen, one
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
    result_of,
    taken,
    text_of,
    wrong,
)
from ecociv.core.quantities import UnitError, check_unit
from ecociv.evidence.actions import CorrectionRefused, CorrectObservation, ReceiveReadings
from ecociv.evidence.models import ObservedProperty, Place, Sensor, Series
from ecociv.evidence.readings import Censored, Reading
from ecociv.people import audit

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_STATISTICS = frozenset(str(key) for key, _ in Series._meta.get_field("statistic").flatchoices)


class Writer:
    """Creates what a request describes, all of it or nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.caller = world, world.caller

    def create(self, kind: str, body: Any, parent: tuple[str, Any] | None = None) -> Any:
        """Create one entity, under ``parent`` where it was posted to a relation."""
        data = object_of(body, kind)
        makers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "Things": self._thing,
            "Locations": self._location,
            "Sensors": self._sensor,
            "ObservedProperties": self._property,
            "Datastreams": self._datastream,
            "Observations": self._observation,
        }
        if kind not in makers:
            raise Problem(
                501,
                "NotImplemented",
                "{kind}不能创建：观测对象就是序列所在的地点，地点不移动。",
                "{kind} cannot be created: what is observed is the place of the series, and places do not move.",
                kind=kind,
            )
        if parent is not None:
            relation = {"Things": "Thing", "Datastreams": "Datastream", "Sensors": "Sensor"}.get(
                parent[0], "ObservedProperty"
            )
            if parent[0] in ("Locations", "FeaturesOfInterest", "HistoricalLocations", "Observations"):
                raise Problem(405, "MethodNotAllowed", "不能在此处创建。", "Nothing can be created here.")
            data = {**data, relation: {"@iot.id": parent[1].pk}}
        with transaction.atomic():
            return makers[kind](data)

    # -- registry ----------------------------------------------------------------------------------------

    def _thing(self, data: dict[str, Any]) -> Place:
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
            self._datastream({**object_of(item, "Datastreams"), "Thing": {"@iot.id": place.pk}})
        return place

    def _location(self, data: dict[str, Any]) -> Place:
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

    def _sensor(self, data: dict[str, Any], *, reuse: bool = False) -> Sensor:
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

    def _property(self, data: dict[str, Any], *, reuse: bool = False) -> ObservedProperty:
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

    def _datastream(self, data: dict[str, Any]) -> Series:
        properties = member(data, "properties", dict, {})
        text_of(data, "name", 400)
        if data.get("observationType", MEASUREMENT) != MEASUREMENT:
            raise wrong(
                "observationType",
                "只接收数值型观测（OM_Measurement）。",
                "Only measurements (OM_Measurement) are taken.",
            )
        place = self._inside(data, "Thing", "Things")
        observed = self._inside(data, "ObservedProperty", "ObservedProperties")
        sensor = self._inside(data, "Sensor", "Sensors")
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
            self._receive([(series, object_of(item, "Observations")) for item in observations])
        return series

    # -- observations ------------------------------------------------------------------------------------

    def _observation(self, data: dict[str, Any]) -> Seen:
        if "Datastream" not in data:
            raise wrong("Datastream", "请给出Datastream。", 'Name the Datastream, as {{"@iot.id": ...}}.')
        series = self._inside(data, "Datastream", "Datastreams")
        return self._receive([(series, data)])[0]

    def _receive(self, items: list[tuple[Series, dict[str, Any]]]) -> list[Seen]:
        if len(items) > limits.READINGS_AT_ONCE:
            raise Problem(
                413,
                "PayloadTooLarge",
                "一次最多{most}条观测。",
                "At most {most} observations at once.",
                most=limits.READINGS_AT_ONCE,
            )
        limits.require_room()
        readings = []
        for series, data in items:
            problem = self.caller.refusal(series)
            if problem is not None:
                raise problem
            readings.append(self._reading(series, data))
        receipt = ReceiveReadings(readings, "sensorthings", self.caller.user).execute()
        for refusal in receipt.refused:
            raise Problem(422, "UnprocessableEntity", "{zh}", "{en}", zh=refusal.text.zh, en=refusal.text.en)
        found = []
        for (series, _), reading in zip(items, readings, strict=True):
            seen = one(series.pk, reading.valid_from, reading.valid_to, None)
            assert seen is not None
            found.append(seen)
        return found

    def _reading(self, series: Series, data: dict[str, Any]) -> Reading:
        parameters = member(data, "parameters", dict, {})
        feature = data.get("FeatureOfInterest")
        if feature is not None and reference_of(feature) != series.place.pk:
            raise wrong(
                "FeatureOfInterest",
                "观测对象就是序列所在的地点，可以不写。",
                "What is observed is the place of the series; leave FeatureOfInterest out.",
            )
        try:
            begin, end = interval_of(data.get("phenomenonTime"), series.averaging)
            value = result_of(data, parameters)
        except Unreadable as error:
            raise Problem(400, "BadRequest", "{zh}", "{en}", zh=error.text.zh, en=error.text.en) from None
        key = parameters.get("key")
        if key is not None and (not isinstance(key, str) or not 1 <= len(key) <= 160 or "\x00" in key):
            raise wrong("parameters/key", "key应为1至160个字符。", "key has 1 to 160 characters.")
        return Reading(
            series=series.key,
            valid_from=begin,
            valid_to=end,
            value=value,
            key=key or content_key(series.key, begin, end, value),
            supplier=text_of(parameters, "supplier", 150, ""),
            note=text_of(parameters, "note", 400, ""),
        )

    def correct(self, seen: Seen, body: Any) -> Seen:
        """Record another result for the period of an observation: the next revision, with its reason."""
        data = object_of(body, "Observations")
        series = self.world.series(seen.series_id)
        problem = self.caller.refusal(series)
        if problem is not None:
            raise problem
        parameters = member(data, "parameters", dict, {})
        reason = text_of(parameters, "reason", 400, "")
        if not reason.strip():
            raise wrong(
                "parameters/reason",
                "更正须写明原因（parameters.reason）。",
                "A correction needs its reason (parameters.reason).",
            )
        newest = one(seen.series_id, seen.valid_from, seen.valid_to, None)
        if seen.waiting or (newest is not None and newest.waiting):
            raise Problem(
                409,
                "Conflict",
                "该观测正在入库，请稍后再更正。",
                "This observation is on its way into the table; correct it in a moment.",
                headers={"Retry-After": str(limits.RETRY_AFTER)},
            )
        if newest is not None and newest.revision != seen.revision:
            raise Problem(
                409,
                "Conflict",
                "该观测已有更新的版本{revision}，请更正最新版本。",
                "Revision {revision} has replaced this observation; correct the newest one.",
                revision=newest.revision,
            )
        try:
            value = result_of(data, parameters)
            if isinstance(value, Censored):
                raise Unreadable(
                    "censored", "更正应为数值或缺测种类。", "A correction is a number or a kind of absence."
                )
            CorrectObservation(
                series.key, seen.valid_from, value, self.caller.user, reason, zone=settings.ECOCIV_ZONE
            ).execute()
        except Unreadable as error:
            raise Problem(400, "BadRequest", "{zh}", "{en}", zh=error.text.zh, en=error.text.en) from None
        except CorrectionRefused as error:
            raise Problem(422, "UnprocessableEntity", "更正未被接受：{e}", "{e}", e=str(error)) from None
        corrected = one(seen.series_id, seen.valid_from, seen.valid_to, None)
        assert corrected is not None
        return corrected

    # -- shared ------------------------------------------------------------------------------------------

    def _inside(self, data: dict[str, Any], name: str, kind: str) -> Any:
        item = data.get(name)
        if item is None:
            raise wrong(name, f"缺少{name}。", f"{name} is missing.")
        if reference_of(item) is not None:
            return self._found(kind, item)
        inline = object_of(item, kind)
        if kind == "Sensors":
            return self._sensor(inline, reuse=True)
        if kind == "ObservedProperties":
            return self._property(inline, reuse=True)
        return self._thing(inline) if kind == "Things" else self._datastream(inline)

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

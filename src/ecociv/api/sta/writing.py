"""Creating entities (with those inside them), and correcting observations."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction

from ecociv.api import limits
from ecociv.api.intake import Unreadable, content_key, interval_of, value_of
from ecociv.api.observations import Seen, one
from ecociv.api.problems import Problem
from ecociv.api.sta.entities import MEASUREMENT, World
from ecociv.core.missing import Missing
from ecociv.core.quantities import UnitError, check_unit
from ecociv.evidence.actions import CorrectionRefused, CorrectObservation, ReceiveReadings
from ecociv.evidence.models import ObservedProperty, Place, Sensor, Series
from ecociv.evidence.readings import Censored, Reading
from ecociv.people import audit

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_KINDS = frozenset(str(key) for key, _ in Place._meta.get_field("kind").flatchoices)
_STATISTICS = frozenset(str(key) for key, _ in Series._meta.get_field("statistic").flatchoices)


class Writer:
    """Creates what a request describes, all of it or nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.caller = world, world.caller

    def create(self, kind: str, body: Any, parent: tuple[str, Any] | None = None) -> Any:
        """Create one entity, under ``parent`` where it was posted to a relation."""
        data = _object(body, kind)
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
        properties = _member(data, "properties", dict, {})
        name = _text(data, "name", 120)
        locations = _member(data, "Locations", list, [])
        datastreams = _member(data, "Datastreams", list, [])
        if len(locations) > 1:
            raise _wrong("Locations", "一个地点只有一个位置。", "A place has one location.")
        referred = [_reference(item) for item in locations]
        if referred and referred[0] is not None:
            place = self._adopt(referred[0], name, properties)
        else:
            point = _point(_object(locations[0], "Locations").get("location")) if locations else None
            place = self._place(data, properties, name, point, {})
        for item in datastreams:
            self._datastream({**_object(item, "Datastreams"), "Thing": {"@iot.id": place.pk}})
        return place

    def _location(self, data: dict[str, Any]) -> Place:
        point = _point(data.get("location"))
        thing = data.get("Thing")
        if thing is None:
            properties = _member(data, "properties", dict, {})
            return self._place(data, properties, _text(data, "name", 120), point, {"only": "location"})
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
        kind, extra = _kind(properties), _details(properties)
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
        key = _key(properties, name, "place")
        self._permit(self._organisation(properties), "", key)
        if Place.objects.filter(key=key).exists():
            raise _taken("Things", key)
        details = {**_details(properties), **more}
        description = _text(data, "description", 400, "")
        if description and description != name:
            details["description"] = description
        place = Place.objects.create(
            key=key,
            kind=_kind(properties),
            name_zh=_text(properties, "name_zh", 120, name),
            name_en=_text(properties, "name_en", 120, name),
            longitude=point[0] if point else None,
            latitude=point[1] if point else None,
            details=details,
        )
        self._record("place", key, {"name": name, "kind": place.kind})
        return place

    def _sensor(self, data: dict[str, Any], *, reuse: bool = False) -> Sensor:
        properties = _member(data, "properties", dict, {})
        name = _text(data, "name", 200)
        key = _key(properties, name, "sensor")
        known = Sensor.objects.filter(key=key).first()
        if known is not None:
            if reuse:
                return known
            raise _taken("Sensors", key)
        self._permit(self._organisation(properties), "", "")
        numbers = {}
        for field in ("lowest", "highest", "detection_limit"):
            if properties.get(field) is not None:
                numbers[field] = _number(properties[field], field)
        made = Sensor.objects.create(
            key=key,
            name_zh=_text(properties, "name_zh", 200, name),
            name_en=_text(properties, "name_en", 200, name),
            method=_text(data, "metadata", 200, ""),
            organisation=_text(properties, "organisation", 128, ""),
            **numbers,
        )
        self._record("sensor", key, {"name": name})
        return made

    def _property(self, data: dict[str, Any], *, reuse: bool = False) -> ObservedProperty:
        properties = _member(data, "properties", dict, {})
        name = _text(data, "name", 200)
        definition = _text(data, "definition", 400, "")
        tail = re.split(r"[/#:]", definition)[-1].lower()
        key = _key({"key": tail, **properties} if _KEY.fullmatch(tail) else properties, name, "property")
        known = ObservedProperty.objects.filter(key=key).first()
        if known is not None:
            if reuse:
                return known
            raise _taken("ObservedProperties", key)
        self._permit(self._organisation(properties), "", "")
        made = ObservedProperty.objects.create(
            key=key,
            name_zh=_text(properties, "name_zh", 200, name),
            name_en=_text(properties, "name_en", 200, name),
        )
        self._record("observed-property", key, {"name": name})
        return made

    def _datastream(self, data: dict[str, Any]) -> Series:
        properties = _member(data, "properties", dict, {})
        _text(data, "name", 400)
        if data.get("observationType", MEASUREMENT) != MEASUREMENT:
            raise _wrong(
                "observationType",
                "只接收数值型观测（OM_Measurement）。",
                "Only measurements (OM_Measurement) are taken.",
            )
        place = self._inside(data, "Thing", "Things")
        observed = self._inside(data, "ObservedProperty", "ObservedProperties")
        sensor = self._inside(data, "Sensor", "Sensors")
        unit = _member(data, "unitOfMeasurement", dict, None).get("symbol")
        try:
            check_unit(str(unit or ""))
        except UnitError as error:
            raise _wrong("unitOfMeasurement/symbol", f"单位不可用：{error}", str(error)) from None
        network = _text(properties, "network", 80, "sensorthings")
        statistic = _text(properties, "statistic", 16, "unknown")
        averaging = _text(properties, "averaging", 16, "PT0S")
        sample = _member(properties, "sample", bool, False)
        if (
            not _KEY.fullmatch(network)
            or statistic not in _STATISTICS
            or not re.fullmatch(r"P[0-9TDHMSYW]{2,14}", averaging)
        ):
            raise _wrong(
                "properties",
                f"network应为小写字母和数字；statistic应为{'、'.join(sorted(_STATISTICS))}之一；averaging应为ISO 8601时长。",
                f"network is lower-case letters and digits; statistic is one of {', '.join(sorted(_STATISTICS))}; averaging is "
                "an ISO 8601 duration.",
            )
        organisation = self._organisation(properties)
        self._permit(organisation, network, place.key)
        key = f"{'sample/' if sample else ''}{network}/{place.key}/{observed.key}"
        if len(key) > 200:
            raise _wrong(
                "properties",
                "序列的标识超过200个字符。",
                "The key of the series is longer than 200 characters.",
            )
        if Series.objects.filter(key=key).exists():
            raise _taken("Datastreams", key)
        note = _text(data, "description", 400, "")
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
        observations = _member(data, "Observations", list, [])
        if observations:
            self._receive([(series, _object(item, "Observations")) for item in observations])
        return series

    # -- observations ------------------------------------------------------------------------------------

    def _observation(self, data: dict[str, Any]) -> Seen:
        if "Datastream" not in data:
            raise _wrong("Datastream", "请给出Datastream。", 'Name the Datastream, as {{"@iot.id": ...}}.')
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
        parameters = _member(data, "parameters", dict, {})
        feature = data.get("FeatureOfInterest")
        if feature is not None and _reference(feature) != series.place.pk:
            raise _wrong(
                "FeatureOfInterest",
                "观测对象就是序列所在的地点，可以不写。",
                "What is observed is the place of the series; leave FeatureOfInterest out.",
            )
        try:
            begin, end = interval_of(data.get("phenomenonTime"), series.averaging)
            value = _result(data, parameters)
        except Unreadable as error:
            raise Problem(400, "BadRequest", "{zh}", "{en}", zh=error.text.zh, en=error.text.en) from None
        key = parameters.get("key")
        if key is not None and (not isinstance(key, str) or not 1 <= len(key) <= 160 or "\x00" in key):
            raise _wrong("parameters/key", "key应为1至160个字符。", "key has 1 to 160 characters.")
        return Reading(
            series=series.key,
            valid_from=begin,
            valid_to=end,
            value=value,
            key=key or content_key(series.key, begin, end, value),
            supplier=_text(parameters, "supplier", 150, ""),
            note=_text(parameters, "note", 400, ""),
        )

    def correct(self, seen: Seen, body: Any) -> Seen:
        """Record another result for the period of an observation: the next revision, with its reason."""
        data = _object(body, "Observations")
        series = self.world.series(seen.series_id)
        problem = self.caller.refusal(series)
        if problem is not None:
            raise problem
        parameters = _member(data, "parameters", dict, {})
        reason = _text(parameters, "reason", 400, "")
        if not reason.strip():
            raise _wrong(
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
            value = _result(data, parameters)
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
            raise _wrong(name, f"缺少{name}。", f"{name} is missing.")
        if _reference(item) is not None:
            return self._found(kind, item)
        inline = _object(item, kind)
        if kind == "Sensors":
            return self._sensor(inline, reuse=True)
        if kind == "ObservedProperties":
            return self._property(inline, reuse=True)
        return self._thing(inline) if kind == "Things" else self._datastream(inline)

    def _found(self, kind: str, item: Any) -> Any:
        number = _reference(item)
        try:
            return self.world.find(kind, number if number is not None else "")
        except Problem:
            raise _wrong(kind, f"没有{kind}({number})。", f"There is no {kind}({number}).") from None

    def _organisation(self, properties: dict[str, Any]) -> str:
        return _text(
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


def _result(data: dict[str, Any], parameters: dict[str, Any]) -> float | Censored | Missing:
    if data.get("result") is None:
        if isinstance(parameters.get("missing"), str):
            return value_of({"missing": parameters["missing"]})
        if "censored" in parameters and "limit" in parameters:
            return value_of(f"{parameters['censored']}{parameters['limit']}")
    return value_of(data.get("result"))


def _object(item: Any, kind: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Problem(
            400, "BadRequest", "{kind}应为JSON对象。", "{kind}: a JSON object is expected.", kind=kind
        )
    return item


def _reference(item: Any) -> int | str | None:
    if isinstance(item, dict) and "@iot.id" in item:
        number = item["@iot.id"]
        if isinstance(number, int | str) and not isinstance(number, bool):
            return number
    return None


_WRITTEN: dict[type, tuple[str, str]] = {
    dict: ("对象", "an object"),
    list: ("列表", "a list"),
    bool: ("true或false", "true or false"),
}


def _member(data: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = data.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        zh, en = _WRITTEN[kind]
        raise _wrong(name, f"{name}应为{zh}。", f"{name} is {en}.")
    return value


def _text(data: dict[str, Any], name: str, longest: int, default: str | None = None) -> str:
    value = data.get(name)
    if value is None and default is not None:
        return default
    if (
        not isinstance(value, str)
        or len(value) > longest
        or "\x00" in value
        or (default is None and not value.strip())
    ):
        raise _wrong(
            name,
            f"{name}应为不超过{longest}个字符的文本。",
            f"{name} is a text of at most {longest} characters.",
        )
    return value


def _number(value: Any, name: str) -> float:
    try:
        read = value_of(value)
    except Unreadable:
        read = Missing.MISSING
    if not isinstance(read, float):
        raise _wrong(name, f"{name}应为数。", f"{name} is a number.")
    return read


def _kind(properties: dict[str, Any]) -> str:
    kind = _text(properties, "kind", 16, "station")
    if kind not in _KINDS:
        raise _wrong(
            "properties/kind",
            f"kind应为{'、'.join(sorted(_KINDS))}之一。",
            f"kind is one of {', '.join(sorted(_KINDS))}.",
        )
    return kind


def _details(properties: dict[str, Any]) -> dict[str, Any]:
    own = {"key", "kind", "name_zh", "name_en", "organisation", "only"}
    return {name: value for name, value in properties.items() if name not in own}


def _key(properties: dict[str, Any], name: str, kind: str) -> str:
    """The key that is given, or one made of the name (of its digest where it has no Latin letters)."""
    given = _text(properties, "key", 80, "")
    if given:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", given) or (kind != "property" and "." in given):
            raise _wrong(
                "properties/key", "key只能有字母、数字、-和_。", "key has letters, digits, - and _ only."
            )
        return given
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return made if made and name.isascii() else f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _point(value: Any) -> tuple[float, float]:
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if (
        isinstance(value, dict)
        and value.get("type") == "Point"
        and isinstance(value.get("coordinates"), list)
    ):
        coordinates = value["coordinates"]
        if len(coordinates) in (2, 3):
            longitude, latitude = (_number(part, "location") for part in coordinates[:2])
            if -180 <= longitude <= 180 and -90 <= latitude <= 90:
                return longitude, latitude
    raise _wrong(
        "location",
        "location应为GeoJSON的Point，坐标为[经度, 纬度]。",
        "location is a GeoJSON Point with [longitude, latitude].",
    )


def _taken(kind: str, key: str) -> Problem:
    return Problem(
        409,
        "Conflict",
        "{kind}中已有标识{key}；请引用它（@iot.id），或在properties.key中另给标识。",
        "{kind} has {key} already; refer to it by @iot.id, or give another properties.key.",
        kind=kind,
        key=key,
    )


def _wrong(name: str, zh: str, en: str) -> Problem:
    return Problem(400, "BadRequest", "{name}：{zh}", "{name}: {en}", name=name, zh=zh, en=en)

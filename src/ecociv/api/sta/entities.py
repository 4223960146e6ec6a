"""The entities: what each is on our side, where its relations lead, and how it is written.

============================  =====================================================
Thing, Location, FeatureOfInterest  a place (the same number in all three)
Datastream                    a series
Sensor                        an instrument or method; 0 where a series names none
ObservedProperty              an observed property
Observation                   ``SERIES-BEGIN-END-REVISION``, times in microseconds
HistoricalLocation            none: stations that move are other places
============================  =====================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.db.models import Model, QuerySet

from ecociv.api.access import Caller
from ecociv.api.observations import Reach, Seen, instant, microseconds, one
from ecociv.api.problems import Problem
from ecociv.core.missing import Missing
from ecociv.core.quantities import UnitError, label_of
from ecociv.evidence.models import Place, Sensor, Series

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
NODES = 20_000
"""Entities in one answer, those inside ``$expand`` included."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity set."""

    plural: str
    singular: str
    relations: dict[str, tuple[str, bool]]
    """Name of the relation: the set it leads to, and whether to many."""


KINDS = {
    kind.plural: kind
    for kind in (
        Kind(
            "Things",
            "Thing",
            {
                "Locations": ("Locations", True),
                "HistoricalLocations": ("HistoricalLocations", True),
                "Datastreams": ("Datastreams", True),
            },
        ),
        Kind(
            "Locations",
            "Location",
            {"Things": ("Things", True), "HistoricalLocations": ("HistoricalLocations", True)},
        ),
        Kind(
            "HistoricalLocations",
            "HistoricalLocation",
            {"Thing": ("Things", False), "Locations": ("Locations", True)},
        ),
        Kind(
            "Datastreams",
            "Datastream",
            {
                "Thing": ("Things", False),
                "Sensor": ("Sensors", False),
                "ObservedProperty": ("ObservedProperties", False),
                "Observations": ("Observations", True),
            },
        ),
        Kind("Sensors", "Sensor", {"Datastreams": ("Datastreams", True)}),
        Kind("ObservedProperties", "ObservedProperty", {"Datastreams": ("Datastreams", True)}),
        Kind(
            "Observations",
            "Observation",
            {"Datastream": ("Datastreams", False), "FeatureOfInterest": ("FeaturesOfInterest", False)},
        ),
        Kind("FeaturesOfInterest", "FeatureOfInterest", {"Observations": ("Observations", True)}),
    )
}
UNNAMED = Sensor(
    pk=0, key="not-declared", name_zh="未登记的仪器或方法", name_en="Instrument or method not declared"
)


class World:
    """What one request needs to know: who asks, in which language, under which address, as known when."""

    def __init__(self, caller: Caller, base: str, language: str, as_of: datetime | None = None) -> None:
        self.caller, self.base, self.language, self.as_of = caller, base, language, as_of
        self._left = NODES
        self._series: dict[int, Series] = {}

    def spend(self) -> None:
        """Count one entity of the answer."""
        self._left -= 1
        if self._left < 0:
            raise Problem(
                400,
                "TooLarge",
                "一次回答超过{most}个实体；请减小$expand或$top。",
                "The answer would hold more than {most} entities; expand less, or lower $top.",
                most=NODES,
            )

    def series(self, number: int) -> Series:
        """The series of an observation, read once."""
        if number not in self._series:
            self._series[number] = Series.objects.select_related("place", "property", "sensor").get(pk=number)
        return self._series[number]

    # -- sets --------------------------------------------------------------------------------------------

    def every(self, kind: str) -> QuerySet[Any] | Reach | list[Any]:
        """All entities of a set that the caller may see."""
        if kind == "Observations":
            return Reach(self.caller.series(), as_of=self.as_of)
        if kind == "Datastreams":
            return self.caller.series()
        if kind == "Sensors":
            return self.caller.sensors()
        if kind == "ObservedProperties":
            return self.caller.properties()
        if kind == "HistoricalLocations":
            return []
        places = self.caller.places()
        if kind == "Things":
            return places.exclude(pk__in=Place.objects.filter(details__only="location").values("pk"))
        return places

    def find(self, kind: str, ident: int | str) -> Any:
        """One entity by its id.

        Raises
        ------
        Problem
            404 where there is none, or where the caller may not see it.
        """
        found: Any = None
        if kind == "Observations":
            found = self._observation(str(ident))
        elif kind == "Sensors" and ident == 0:
            found = UNNAMED
        elif isinstance(ident, int) and 0 <= ident < 2**63:
            every = self.every(kind)
            found = every.filter(pk=ident).first() if isinstance(every, QuerySet) else None
        if found is None:
            raise Problem(
                404,
                "NotFound",
                "没有{kind}({ident})，或者不公开。",
                "There is no {kind}({ident}), or it is not public.",
                kind=kind,
                ident=str(ident)[:80],
            )
        return found

    def _observation(self, ident: str) -> Seen | None:
        parts = ident.split("-")
        # a time before 1970 has its minus sign written as n
        numbers = [part.replace("n", "-", 1) for part in parts]
        try:
            series, begin, end, revision = (int(number) for number in numbers if len(number) < 21)
            if not self.caller.series().filter(pk=series).exists():
                return None
            return one(series, instant(begin), instant(end), revision)
        except (ValueError, OverflowError):
            return None

    # -- relations ---------------------------------------------------------------------------------------

    def related(self, kind: str, entity: Any, relation: str) -> tuple[str, bool, Any]:
        """Where a relation leads: the set, whether to many, and the entities (or the entity, or none)."""
        if relation not in KINDS[kind].relations:
            raise Problem(
                404,
                "NotFound",
                "{kind}没有“{relation}”。",
                "{kind} has no “{relation}”.",
                kind=kind,
                relation=relation[:60],
            )
        target, many = KINDS[kind].relations[relation]
        return target, many, self._related(kind, entity, relation)

    def _related(self, kind: str, entity: Any, relation: str) -> Any:
        if relation == "HistoricalLocations" or kind == "HistoricalLocations":
            return []
        if kind == "Things" and relation == "Datastreams":
            return self.caller.series().filter(place=entity)
        if kind in ("Things", "Locations"):  # a place is its own location
            found = self.every(relation)
            assert isinstance(found, QuerySet)
            found = found.filter(pk=entity.pk)
            return found.exclude(longitude=None) if relation == "Locations" else found
        if kind == "Datastreams":
            if relation == "Observations":
                return Reach(Series.objects.filter(pk=entity.pk), as_of=self.as_of)
            return {"Thing": entity.place, "Sensor": entity.sensor or UNNAMED}.get(relation, entity.property)
        if kind == "Sensors":
            return self.caller.series().filter(sensor=None if entity.pk == 0 else entity)
        if kind == "ObservedProperties":
            return self.caller.series().filter(property=entity)
        if kind == "FeaturesOfInterest":
            return Reach(self.caller.series().filter(place=entity), as_of=self.as_of)
        series = self.series(entity.series_id)
        return series if relation == "Datastream" else series.place

    # -- writing -----------------------------------------------------------------------------------------

    def link(self, kind: str, entity: Any) -> str:
        """Address of an entity."""
        ident = ident_of(entity)
        written = str(ident) if isinstance(ident, int) else f"'{ident}'"
        return f"{self.base}/{kind}({written})"

    def as_json(self, kind: str, entity: Any) -> dict[str, Any]:
        """The entity with its own properties and links."""
        link = self.link(kind, entity)
        body = {"@iot.id": ident_of(entity), "@iot.selfLink": link, **self._own(kind, entity)}
        for relation in KINDS[kind].relations:
            body[f"{relation}@iot.navigationLink"] = f"{link}/{relation}"
        return body

    def _own(self, kind: str, entity: Any) -> dict[str, Any]:
        if kind == "Observations":
            return _observation(entity, self.series(entity.series_id))
        if kind == "Datastreams":
            return self._datastream(entity)
        name = entity.name.in_language(self.language)
        if kind == "Things":
            return {
                "name": name,
                "description": str(entity.details.get("description", name)),
                "properties": {
                    **_names(entity),
                    **entity.details,
                    "key": entity.key,
                    "kind": entity.kind,
                    "code": entity.code,
                },
            }
        if kind in ("Locations", "FeaturesOfInterest"):
            field = "location" if kind == "Locations" else "feature"
            return {
                "name": name,
                "description": str(entity.details.get("description", name)),
                "encodingType": "application/geo+json",
                field: None
                if entity.longitude is None
                else {"type": "Point", "coordinates": [entity.longitude, entity.latitude]},
                "properties": {"key": entity.key},
            }
        if kind == "Sensors":
            return {
                "name": name,
                "description": name,
                "encodingType": "text/plain",
                "metadata": entity.method or name,
                "properties": {
                    **_names(entity),
                    "key": entity.key,
                    "organisation": entity.organisation,
                    "lowest": entity.lowest,
                    "highest": entity.highest,
                    "detection_limit": entity.detection_limit,
                },
            }
        return {
            "name": name,
            "description": name,
            "definition": f"urn:ecociv:property:{entity.key}",
            "properties": {**_names(entity), "key": entity.key},
        }

    def _datastream(self, series: Series) -> dict[str, Any]:
        place, observed = (x.name.in_language(self.language) for x in (series.place, series.property))
        mark = {"zh": "（样例数据）", "en": " (sample data)"}[self.language] if series.sample else ""
        note = series.note_zh if self.language == "zh" else series.note_en
        try:
            unit = label_of(series.unit).in_language(self.language)
        except UnitError:
            unit = series.unit
        return {
            "name": f"{place} {observed}{mark}",
            "description": note or f"{place} {observed}{mark}",
            "observationType": MEASUREMENT,
            "unitOfMeasurement": {
                "name": unit,
                "symbol": series.unit,
                "definition": f"urn:ecociv:unit:{quote(series.unit)}",
            },
            "properties": {
                "key": series.key,
                "network": series.network,
                "statistic": series.statistic,
                "averaging": series.averaging,
                "organisation": series.organisation,
                "sample": series.sample,
            },
        }


def ident_of(entity: Any) -> int | str:
    """The id of an entity: a number, and for observations a text that stays the same."""
    if isinstance(entity, Seen):
        return observation_ident(entity)
    assert isinstance(entity, Model)
    return int(entity.pk)


def observation_ident(seen: Seen) -> str:
    """``SERIES-BEGIN-END-REVISION``; a time before 1970 has its minus sign written as n.

    >>> from datetime import timedelta
    >>> early = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
    >>> row = Seen(7, early, early + timedelta(seconds=3), 1, early, 1.0, None, None, None, "good", None, None, None)
    >>> observation_ident(row)
    '7-n1000000-2000000-1'
    """
    times = (str(microseconds(moment)).replace("-", "n") for moment in (seen.valid_from, seen.valid_to))
    return "-".join([str(seen.series_id), *times, str(seen.revision)])


def moment(value: datetime) -> str:
    """An instant as SensorThings writes it: UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _observation(seen: Seen, series: Series) -> dict[str, Any]:
    parameters: dict[str, Any] = {"revision": seen.revision, "waiting": seen.waiting, "sample": series.sample}
    if seen.missing:
        parameters["missing"] = Missing(seen.missing).value
    if seen.censored:
        parameters |= {"censored": seen.censored, "limit": seen.censor_limit}
    for name in ("supplier", "note"):
        if text := getattr(seen, name):
            parameters[name] = text
    quality = {"quality": seen.quality, **({"reason": seen.quality_reason} if seen.quality_reason else {})}
    return {
        "phenomenonTime": f"{moment(seen.valid_from)}/{moment(seen.valid_to)}",
        "resultTime": moment(seen.recorded_at),
        "result": seen.value,
        "resultQuality": quality,
        "parameters": parameters,
    }


def _names(entity: Any) -> dict[str, str]:
    return {"name_zh": entity.name_zh, "name_en": entity.name_en}


def narrowed(reach: Reach, **changes: Any) -> Reach:
    """The same reach with some of it changed."""
    return replace(reach, **changes)

"""Creating what a request describes, with what is inside it, and correcting observations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from ecociv.api.observations import Seen
from ecociv.api.problems import Problem
from ecociv.api.sta.entities import World
from ecociv.api.sta.members import object_of, wrong
from ecociv.api.sta.observing import Observing
from ecociv.api.sta.registering import Registering


class Writer:
    """Creates what a request describes, all of it or nothing."""

    def __init__(self, world: World) -> None:
        self.observing = Observing(world)
        self.registering = Registering(world, self.observing)

    def create(self, kind: str, body: Any, parent: tuple[str, Any] | None = None) -> Any:
        """Create one entity, under ``parent`` where it was posted to a relation."""
        data = object_of(body, kind)
        makers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "Things": self.registering.thing,
            "Locations": self.registering.location,
            "Sensors": self.registering.sensor,
            "ObservedProperties": self.registering.property,
            "Datastreams": self.registering.datastream,
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

    def correct(self, seen: Seen, body: Any) -> Seen:
        """Record another result for the period of an observation: the next revision, with its reason."""
        return self.observing.correct(seen, body)

    def _observation(self, data: dict[str, Any]) -> Seen:
        if "Datastream" not in data:
            raise wrong("Datastream", "请给出Datastream。", 'Name the Datastream, as {{"@iot.id": ...}}.')
        series = self.registering.inside(data, "Datastream", "Datastreams")
        return self.observing.receive([(series, data)])[0]

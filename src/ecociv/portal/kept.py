"""Answers that cost much, kept while nothing that they follow from has changed: records and declared files of the zone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from ecociv.evidence.store import EvidenceStore
from ecociv.plan.models import PlanItemRevision
from ecociv.registers.queries import registers_state
from ecociv.standards.declared import declared_files
from ecociv.territory.models import LayerVersion

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The last so many answers by what they follow from; one that is asked for again stays the longest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer of a key, made where it is not kept."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = make()
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


def stamp_of(zone: str, store: EvidenceStore | None = None) -> tuple[Hashable, ...]:
    """What changes when evidence, plan, layers or registers have more revisions, or a declared file is written anew."""
    used = store or EvidenceStore()
    plan = PlanItemRevision.objects.filter(zone=zone).order_by("-pk").values_list("pk", flat=True).first()
    layers = LayerVersion.objects.of_zone(zone).order_by("-pk").values_list("pk", flat=True).first()
    return zone, used.uri, used.version(), plan, layers, registers_state(zone), declared_files(zone)

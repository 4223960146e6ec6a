"""What a run writes: patches, events and descents of differences, and the file of its outlines."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from ecociv.land_administration.differences.declaration import rules as difference_rules
from ecociv.land_administration.differences.detection import Comparison
from ecociv.land_administration.differences.identity import Matching
from ecociv.land_administration.differences.models import (
    Difference,
    DifferenceDescent,
    DifferenceEvent,
    DifferencePatch,
    DifferenceRun,
)
from ecociv.land_administration.differences.patches import AT_A_TIME, Patch
from ecociv.standards.land import ledger_area
from ecociv.territory.layers.features import Features
from ecociv.territory.layers.geopackage import write_blocks
from ecociv.territory.models import LayerVersion
from ecociv.territory.store import keep

T = TypeVar("T")
Kind = DifferenceEvent.Kind
ALIVE = (Kind.APPEARED, Kind.RETURNED)
"""What was last said of a difference that is still there."""


@dataclass(frozen=True, eq=False)
class Examined:
    """A run before it is recorded."""

    comparison: Comparison
    matching: Matching
    numbers: dict[int, int]
    versions: dict[str, LayerVersion]
    boundary: LayerVersion | None
    digest: str

    def counted(self) -> Iterator[tuple[int, Patch]]:
        """Patches that count, with their places."""
        return ((place, one) for place, one in enumerate(self.comparison.patches) if not one.sliver)


@dataclass(frozen=True, slots=True)
class Before:
    """A difference with its last patch."""

    difference: Difference
    patch: DifferencePatch
    alive: bool


def record_patches(run: DifferenceRun, made: Examined, known: dict[int, Difference]) -> None:
    """One row for each patch that counts, with the difference that it belongs to."""
    sizes = difference_rules()
    for some in batched(made.counted()):
        DifferencePatch.objects.bulk_create(
            [
                DifferencePatch(
                    run=run,
                    difference=known[made.numbers[place]],
                    key=key_of(place),
                    version_a=made.versions[one.pair[0]],
                    version_b=made.versions[one.pair[2]],
                    identity_a=one.identity_a[:200],
                    identity_b=one.identity_b[:200],
                    conflict=one.conflict,
                    area=one.area,
                    width=one.width,
                    size=sizes.size_of(float(one.area)),
                    county=one.county,
                    counties=[[county, str(area)] for county, area in one.counties],
                )
                for place, one in some
            ],
            batch_size=500,
        )


def batched(rows: Iterable[T]) -> Iterator[list[T]]:
    """Some thousand rows at a time."""
    source = iter(rows)
    while some := list(islice(source, AT_A_TIME)):
        yield some


def record_events(
    run: DifferenceRun,
    made: Examined,
    known: dict[int, Difference],
    there: dict[int, Before],
) -> None:
    """What became of every difference: appeared, returned, went over into others, resolved; and where new ones come from."""
    for some in batched(made.matching.new):
        DifferenceEvent.objects.bulk_create(
            [
                DifferenceEvent(run=run, difference=known[made.numbers[place]], kind=Kind.APPEARED)
                for place in some
            ],
            batch_size=500,
        )
    events = [
        DifferenceEvent(
            run=run,
            difference=known[number],
            kind=Kind.RETURNED,
            by=changed_versions(there[number].patch, made.versions),
        )
        for _place, number in sorted(made.matching.returned.items())
    ]
    events += [
        DifferenceEvent(
            run=run,
            difference=known[number],
            kind=Kind.SUCCEEDED if ending.succeeded else Kind.RESOLVED,
            by=changed_versions(there[number].patch, made.versions),
            left=ledger_area(ending.left),
            left_in_slivers=ledger_area(ending.left_in_slivers),
        )
        for number, ending in sorted(made.matching.endings.items())
    ]
    DifferenceEvent.objects.bulk_create(events, batch_size=500)
    DifferenceDescent.objects.bulk_create(
        [
            DifferenceDescent(
                run=run,
                parent=known[one.number],
                child=known[made.numbers[one.place]],
                relation=one.relation.value,
                shared=ledger_area(one.shared),
            )
            for one in made.matching.descents
        ],
        batch_size=500,
    )


def key_of(place: int) -> str:
    """Name of a patch in the file of its run."""
    return f"{place + 1:06d}"


def changed_versions(patch: DifferencePatch, now: dict[str, LayerVersion]) -> list[dict[str, Any]]:
    """Which layers of a difference have another version than when it was last seen."""
    pairs = ((patch.version_a, patch.difference.layer_a), (patch.version_b, patch.difference.layer_b))
    return [
        {"layer": key, "before": before.number, "after": now[key].number}
        for before, key in pairs
        if now[key].pk != before.pk
    ]


def kept_outlines(comparison: Comparison, zone: str) -> str:
    """The outlines as a file of the layer store; "" where there are none."""
    if not comparison.patches:
        return ""
    folder = Path(settings.ECOCIV_VAR) / "layers"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "patches.gpkg"
        write_blocks(outline_blocks(comparison), path, title=f"differences of {zone}")
        return keep(path)[0]


def outline_blocks(comparison: Comparison) -> Iterator[Features]:
    """The patches as features, some thousand at a time."""
    patches = comparison.patches
    for start in range(0, len(patches), AT_A_TIME):
        some = patches[start : start + AT_A_TIME]
        yield Features.of(
            patches.geometries(range(start, start + len(some))),
            [key_of(start + place) for place in range(len(some))],
            ["sliver" if one.sliver else one.conflict for one in some],
            None,
            [
                {"pair": list(one.pair), "a": one.identity_a, "b": one.identity_b, "area": str(one.area)}
                for one in some
            ],
        )

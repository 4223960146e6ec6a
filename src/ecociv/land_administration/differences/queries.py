"""The ledger of differences as it stands, each with its last patch, what was last said of it, and its case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import shapely
from django.db.models import Max, QuerySet

from ecociv.casework.models import Case
from ecociv.casework.queries import cases_for
from ecociv.land_administration.differences.models import (
    Difference,
    DifferenceCase,
    DifferenceDescent,
    DifferenceEvent,
    DifferencePatch,
    DifferenceRun,
)
from ecociv.land_administration.differences.rows import ALIVE
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.territory.models import LayerVersion
from ecociv.territory.store import opened


@dataclass(frozen=True, slots=True)
class Standing:
    """A difference as it was known at a moment."""

    difference: Difference
    patch: DifferencePatch
    event: DifferenceEvent
    case: Case | None

    @property
    def alive(self) -> bool:
        """Whether the last run that looked still found it."""
        return self.event.kind in ALIVE


def may_see_differences(user: Any, zone: str) -> bool:
    """Differences are for accounts of the zone."""
    return allowed(user, Action.READ, zone=zone, public=False)


def runs_of(zone: str, as_of: dt.datetime | None = None) -> QuerySet[DifferenceRun]:
    """Runs known at a moment, the last first."""
    found = DifferenceRun.objects.filter(zone=zone).order_by("-number")
    return found if as_of is None else found.filter(recorded_at__lte=as_of)


def visible_patches(user: Any, zone: str) -> QuerySet[DifferencePatch]:
    """Patches of which a user may see both layers; all where no user is given."""
    found = DifferencePatch.objects.filter(run__zone=zone)
    if user is None:
        return found
    if not may_see_differences(user, zone):
        return found.none()
    seen = LayerVersion.objects.of_zone(zone).visible_to(user).values("pk")
    return found.filter(version_a__in=seen, version_b__in=seen)


def standings(
    zone: str,
    user: Any = None,
    *,
    as_of: dt.datetime | None = None,
    differences: Collection[int] | None = None,
) -> list[Standing]:
    """Every difference that a user may see, by number.

    Parameters
    ----------
    user
        Only those whose last patch lies in layers that this user may see; all when not given.
    as_of
        As the runs recorded by then left it.
    differences
        Only these keys of the database.
    """
    patches, events = (
        DifferencePatch.objects.filter(run__zone=zone),
        DifferenceEvent.objects.filter(run__zone=zone),
    )
    linked = DifferenceCase.objects.filter(difference__zone=zone)
    if differences is not None:
        patches = patches.filter(difference__in=differences)
        events = events.filter(difference__in=differences)
        linked = linked.filter(difference__in=differences)
    if as_of is not None:
        patches = patches.filter(run__recorded_at__lte=as_of)
        events = events.filter(run__recorded_at__lte=as_of)
        linked = linked.filter(recorded_at__lte=as_of)
    last = patches.values("difference").annotate(last=Max("pk")).values("last").order_by()
    said = events.values("difference").annotate(last=Max("pk")).values("last").order_by()
    event_of = {
        one.difference_id: one for one in DifferenceEvent.objects.filter(pk__in=said).select_related("run")
    }
    if user is not None:
        linked = linked.filter(case__in=cases_for(user, zone).values("pk"))
    case_of = {
        one.difference_id: one.case for one in linked.select_related("case").order_by("recorded_at", "pk")
    }
    shown = (
        visible_patches(user, zone)
        .filter(pk__in=last)
        .select_related("difference", "run", "version_a", "version_b")
        .order_by("difference__number")
    )
    return [
        Standing(one.difference, one, event_of[one.difference_id], case_of.get(one.difference_id))
        for one in shown
    ]


def standing_of(zone: str, pk: int, user: Any = None, as_of: dt.datetime | None = None) -> Standing | None:
    """One difference, or none where there is none or the user may not see it."""
    return next(iter(standings(zone, user, as_of=as_of, differences=[pk])), None)


def patch_row(patch: DifferencePatch) -> dict[str, Any]:
    """What the matrix said of a patch when it was found."""
    difference = patch.difference
    return next(
        row
        for row in patch.run.pairs
        if (row["layer_a"], row["class_a"], row["layer_b"], row["class_b"]) == difference.pair
    )


def outline_of(patch: DifferencePatch) -> shapely.Geometry:
    """Ground of a patch, in degrees.

    Raises
    ------
    ecociv.territory.layers.geopackage.LayerFileUnreadable
        When the file of the run is missing.
    """
    feature = opened(patch.run.patches_sha256).of_identity(patch.key)
    if feature is None:
        raise LookupError(
            f"The file of run {patch.run.number} has no patch {patch.key}; verify the layer files."
        )
    return feature.geometry


@dataclass(frozen=True, slots=True)
class Moment:
    """One run in the history of a difference: its patch (none where it was not found) and what was said."""

    run: DifferenceRun
    patch: DifferencePatch | None
    event: DifferenceEvent | None


def history_of(difference: Difference, as_of: dt.datetime | None = None) -> list[Moment]:
    """Every run that saw a difference or said something of it, the last first."""
    patches = difference.patches.select_related("run", "version_a", "version_b")
    events = difference.events.select_related("run")
    if as_of is not None:
        patches, events = (
            patches.filter(run__recorded_at__lte=as_of),
            events.filter(run__recorded_at__lte=as_of),
        )
    patch_of = {one.run_id: one for one in patches}
    event_of = {one.run_id: one for one in events}
    runs = {pk: one.run for pk, one in patch_of.items()} | {pk: one.run for pk, one in event_of.items()}
    return [
        Moment(run, patch_of.get(pk), event_of.get(pk))
        for pk, run in sorted(runs.items(), key=lambda each: -each[1].number)
    ]


def family_of(difference: Difference) -> tuple[list[DifferenceDescent], list[DifferenceDescent]]:
    """What a difference comes from, and what came from it."""
    order = ("run__number", "pk")
    return (
        list(difference.parents.select_related("parent", "run").order_by(*order)),
        list(difference.children.select_related("child", "run").order_by(*order)),
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """Differences of one group that stand: how many, their ledger area, how many with an open case.

    ``parts`` counts differences that reach into the group; the areas of all groups add up to the whole.
    """

    key: tuple[str, ...]
    parts: int
    area: Decimal
    in_hand: int


def tally_by_pair(found: Iterable[Standing]) -> list[Tally]:
    """By pair of classes, the largest area first."""
    return _tallies((one.difference.pair, one.patch.area, one) for one in found if one.alive)


def tally_by_county(found: Iterable[Standing]) -> list[Tally]:
    """By county: a difference on a border is in both, each with its own area; ``""`` is outside all."""
    return _tallies(
        ((code,), Decimal(area), one) for one in found if one.alive for code, area in one.patch.counties
    )


def _tallies(rows: Iterable[tuple[tuple[str, ...], Decimal, Standing]]) -> list[Tally]:
    sums: dict[tuple[str, ...], list[Any]] = {}
    for key, area, one in rows:
        mine = sums.setdefault(key, [0, Decimal("0.00"), 0])
        mine[0] += 1
        mine[1] += area
        mine[2] += one.case is not None and one.case.closed_at is None
    made = [Tally(key, *values) for key, values in sums.items()]
    return sorted(made, key=lambda one: (-one.area, one.key))

"""Reading the plan from the database, as it stands or as it stood."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.db.models import Max, QuerySet

from ecociv.plan.models import ItemKind, PlanItemRevision
from ecociv.plan.package import Indicator, Organisation, Project, Task, Zone, ZonePackage, package_from_items

MODELS: dict[str, type[Any]] = {
    ItemKind.ZONE: Zone,
    ItemKind.ORGANISATION: Organisation,
    ItemKind.INDICATOR: Indicator,
    ItemKind.TASK: Task,
    ItemKind.PROJECT: Project,
}


class ZoneNotLoaded(LookupError):
    """The database holds no plan of this zone (yet, or not on the day asked for)."""

    def __init__(self, zone: str, as_of: dt.datetime | None) -> None:
        when = f" as of {as_of:%Y-%m-%d %H:%M}" if as_of else ""
        super().__init__(
            f"the database holds no plan of {zone!r}{when}: load it with `ecociv zone load {zone}`"
        )


def latest_revisions(zone: str, as_of: dt.datetime | None = None) -> QuerySet[PlanItemRevision]:
    """The revision of each item that held at ``as_of`` (now, when none)."""
    rows = PlanItemRevision.objects.filter(zone=zone)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    newest = rows.values("kind", "key").annotate(newest=Max("id")).values("newest")
    return PlanItemRevision.objects.filter(id__in=newest).order_by("id")


def current_package(zone: str, as_of: dt.datetime | None = None) -> ZonePackage:
    """The zone's plan from the database.

    Validated once for each state of the database and kept in memory, so that a page costs one small query.

    Raises
    ------
    ZoneNotLoaded
        When the database holds no plan of the zone.
    """
    rows = PlanItemRevision.objects.filter(zone=zone)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    newest = rows.aggregate(newest=Max("id"))["newest"]
    if newest is None:
        raise ZoneNotLoaded(zone, as_of)
    return _package(zone, newest)


@lru_cache(maxsize=16)
def _package(zone: str, newest: int) -> ZonePackage:
    rows = PlanItemRevision.objects.filter(zone=zone, id__lte=newest)
    latest = rows.values("kind", "key").annotate(newest=Max("id")).values("newest")
    items: dict[str, list[Any]] = {kind: [] for kind in MODELS}
    for row in PlanItemRevision.objects.filter(id__in=latest).order_by("id"):
        items[row.kind].append(MODELS[row.kind].model_validate(row.payload))
    (the_zone,) = items[ItemKind.ZONE]
    return package_from_items(
        the_zone,
        items[ItemKind.ORGANISATION],
        items[ItemKind.INDICATOR],
        items[ItemKind.TASK],
        items[ItemKind.PROJECT],
    )


def forget_packages() -> None:
    """Drop the packages kept in memory; for tests that roll the database back."""
    _package.cache_clear()


def history(zone: str, kind: str, key: str) -> QuerySet[PlanItemRevision]:
    """Every revision of one item, newest first."""
    return (
        PlanItemRevision.objects.filter(zone=zone, kind=kind, key=key)
        .select_related("author")
        .order_by("-revision")
    )


def changes_since(zone: str, since: dt.datetime) -> QuerySet[PlanItemRevision]:
    """Revisions after the first that were recorded since a moment, newest first."""
    return (
        PlanItemRevision.objects.filter(zone=zone, recorded_at__gte=since, revision__gt=1)
        .select_related("author")
        .order_by("-recorded_at", "-id")
    )

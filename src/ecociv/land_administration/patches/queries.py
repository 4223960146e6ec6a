"""Dispatched patches with what came of them, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from ecociv.casework.queries import cases_for
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.territory.models import LayerVersion


def patches_for(user: Any, zone: str) -> QuerySet[DispatchedPatch]:
    """Dispatched patches whose case a user may see, newest first."""
    return (
        DispatchedPatch.objects.filter(zone=zone, case__in=cases_for(user, zone).values("pk"))
        .select_related("case", "layer", "version")
        .order_by("-recorded_at", "pk")
    )


def waiting_versions(user: Any, zone: str) -> list[tuple[LayerVersion, int]]:
    """Newest version of each layer of change patches that a user may see, with the number not dispatched yet."""
    seen = (
        LayerVersion.objects.of_zone(zone)
        .filter(layer__kind="change-patches")
        .visible_to(user)
        .select_related("layer")
        .order_by("layer__key", "number")
    )
    newest = {version.layer_id: version for version in seen}
    sent = dict(
        DispatchedPatch.objects.filter(layer__in=list(newest))
        .values_list("version__layer")
        .annotate(Count("pk"))
        .order_by()
    )
    return [
        (version, max(0, version.count - sent.get(layer, 0)))
        for layer, version in newest.items()
        if version.change != LayerVersion.Change.WITHDRAWAL
    ]


_CENT = Decimal("0.01")
"""SQLite adds decimals as floats: the sum gets its two places back."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Patches of one county: how many, how many still open and late, and their area in m2."""

    county: str
    count: int
    open: int
    late: int
    area: Decimal


def tallies(patches: QuerySet[DispatchedPatch]) -> list[Tally]:
    """One tally a county, by division code."""
    today = timezone.localdate()
    rows = (
        patches.order_by()
        .values("county")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(case__closed_at__isnull=True)),
            late=Count("pk", filter=Q(case__closed_at__isnull=True, case__due__lt=today)),
            total=Sum("area"),
        )
        .order_by("county")
    )
    return [
        Tally(row["county"], row["count"], row["open"], row["late"], row["total"].quantize(_CENT))
        for row in rows
    ]

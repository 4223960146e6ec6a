"""Whether the values on record still follow from the evidence on record."""

from __future__ import annotations

from django.db.models import Max

from ecociv.evidence.models import ImportRun
from ecociv.indicators.compute import Computed, compute
from ecociv.indicators.models import ComputedYear, IndicatorValue


def is_current(zone: str, year: int) -> bool:
    """Whether the evidence was looked at for this year after the last of it came in."""
    note = ComputedYear.objects.filter(zone=zone, year=year).first()
    if note is None or not IndicatorValue.objects.filter(zone=zone, year=year).exists():
        return False
    loaded = ImportRun.objects.filter(zone=zone, state=ImportRun.State.FINISHED).aggregate(
        last=Max("recorded_at")
    )["last"]
    return loaded is None or note.looked_at >= loaded


def ensure_current(zone: str, year: int) -> Computed | None:
    """Compute a year whose values are missing or older than the evidence; none where there was nothing to do."""
    return None if is_current(zone, year) else compute(zone, year)

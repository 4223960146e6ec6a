"""Whether the values on record still follow from the evidence on record."""

from __future__ import annotations

from django.db.models import Max

from ecociv.evidence.models import ImportRun
from ecociv.indicators.compute import Computed, compute
from ecociv.indicators.models import IndicatorValue


def is_current(zone: str, year: int) -> bool:
    """Whether the year was computed after the last evidence came in.

    Evidence that changes no value of the year makes no new revision of it; such a year is then looked through again
    each time, which costs a second and is never wrong.
    """
    if not IndicatorValue.objects.filter(zone=zone, year=year).exists():
        return False
    computed = IndicatorValue.objects.filter(zone=zone, year=year).aggregate(last=Max("computed_at"))["last"]
    loaded = ImportRun.objects.filter(zone=zone, state=ImportRun.State.FINISHED).aggregate(
        last=Max("recorded_at")
    )["last"]
    return loaded is None or (computed is not None and computed >= loaded)


def ensure_current(zone: str, year: int) -> Computed | None:
    """Compute a year whose values are missing or older than the evidence; none where there was nothing to do."""
    return None if is_current(zone, year) else compute(zone, year)

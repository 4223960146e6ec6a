"""Whether the values on record still follow from the evidence on record."""

from __future__ import annotations

from django.db.models import Max

from ecociv.evidence.models import ImportRun
from ecociv.indicators.compute import Computed, compute, plan_of
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.derive.register_shares import registers_of
from ecociv.indicators.models import ComputedYear, IndicatorValue
from ecociv.registers.models import EntryRevision


def is_current(zone: str, year: int) -> bool:
    """Whether evidence and registers were looked at for this year after the last of what its figures rest on came in."""
    note = ComputedYear.objects.filter(zone=zone, year=year).first()
    if note is None or not IndicatorValue.objects.filter(zone=zone, year=year).exists():
        return False
    loaded = ImportRun.objects.filter(zone=zone, state=ImportRun.State.FINISHED).aggregate(
        last=Max("recorded_at")
    )["last"]
    entered = EntryRevision.objects.filter(zone=zone, kind__in=_registers(zone)).aggregate(
        last=Max("recorded_at")
    )["last"]
    return all(last is None or note.looked_at >= last for last in (loaded, entered))


def _registers(zone: str) -> set[str]:
    """Kinds of register that a figure is derived from."""
    rules = load_derivations(plan_of(zone)).derivations
    return {
        kind.key for rule in rules if isinstance(rule, RegisterShare) for kind in registers_of(zone, rule)
    }


def ensure_current(zone: str, year: int) -> Computed | None:
    """Compute a year whose values are missing or older than the evidence; none where there was nothing to do."""
    return None if is_current(zone, year) else compute(zone, year)

"""Declared maintenance of the sample, and quality control over its feeds of air."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from ecociv.core.text import Text
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import ImportRun, QualityRun
from ecociv.evidence.models import Maintenance as Window
from ecociv.evidence.quality.decide import DeclareMaintenance
from ecociv.evidence.quality.run import LOCAL, RunQualityControl, basis_of
from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.evidence.store import EvidenceStore

TITLE = Text(zh="质量控制与数据真实性检验", en="Quality control and tests for falsified data")


def declare_windows(zone: str, given: Assumptions, author: Any) -> int:
    """Put the declared maintenance of the stations on record; returns how many windows are new."""
    new = 0
    for each in given.air.stations.maintenance:
        start, end = each.from_.replace(tzinfo=LOCAL), each.to.replace(tzinfo=LOCAL)
        known = Window.objects.filter(
            zone=zone, place__key=each.station, starts_at=start, ends_at=end, sample=True
        )
        if not known.exists():
            DeclareMaintenance(
                each.station,
                start,
                end,
                each.note,
                author,
                zone=zone,
                sample=True,
                declared_at=each.declared.replace(tzinfo=LOCAL),
            ).execute()
            new += 1
    return new


def control(
    zone: str, given: Assumptions, author: Any, store: EvidenceStore | None = None
) -> tuple[int, int, int]:
    """Look at the sample feeds of air, spell by spell; returns findings that are new, gone and known.

    A spell is passed over when nothing came to the sample since the last look at it and the rules are the same.
    """
    networks = sorted(
        load_mapping(feed.mapping, zone=zone).network for feed in (given.air.hourly, given.air.daily)
    )
    new = gone = standing = 0
    for spell in given.air.quality:
        start = datetime(spell.first, 1, 1, tzinfo=LOCAL)
        end = datetime(spell.last + 1, 1, 1, tzinfo=LOCAL)
        if (known := _standing(zone, networks, start, end)) is not None:
            standing += known
            continue
        outcome = RunQualityControl(zone, networks, start, end, author, sample=True, store=store).execute()
        new += outcome.new_findings
        gone += outcome.gone
        standing += sum(outcome.findings.values()) - outcome.new_findings
    return new, gone, standing


def _standing(zone: str, networks: Sequence[str], start: datetime, end: datetime) -> int | None:
    """How many findings the last look at a spell had, where it still holds; none where it has to be done again."""
    runs = QualityRun.objects.filter(
        zone=zone, starts_at=start, ends_at=end, basis=basis_of(zone, networks), networks=list(networks)
    )
    last = runs.order_by("-recorded_at").first()
    if last is None:
        return None
    came = ImportRun.objects.filter(Q(values_new__gt=0) | Q(values_revised__gt=0), sample=True)
    later = came.exclude(kind=ImportRun.Kind.QUALITY).filter(recorded_at__gt=last.recorded_at)
    if (
        later.exists()
        or Window.objects.filter(zone=zone, sample=True, recorded_at__gt=last.recorded_at).exists()
    ):
        return None
    counts: dict[str, int] = last.counts.get("findings", {})
    return sum(counts.values())

"""Computing the values of a year from evidence, and keeping them as revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ecociv.core.decimals import plain
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.gather import Gathered, gather
from ecociv.indicators.judge import judged_status
from ecociv.indicators.lights import Status
from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.plan.package import ZonePackage, load_zone
from ecociv.plan.queries import ZoneNotLoaded, current_package

_LOCK = 7_204_312  # any number, the same for all who compute


class YearNotComputable(ValueError):
    """A year before the plan's base year, or one that has not begun: its values could only be absences."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What computing a year came to. ``values`` are all values of the year, in the order of the plan, peers last."""

    zone: str
    year: int
    as_of: dt.datetime | None
    values: tuple[IndicatorValue, ...]
    written: int
    unchanged: int
    causes: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; the arithmetic of each value is left out."""
        return {
            "zone": self.zone,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "written": self.written,
            "unchanged": self.unchanged,
            "causes": dict(self.causes),
            "values": [
                {
                    "series": value.series,
                    "place": value.place,
                    "value": float(value.figure) if value.figure else None,
                    "parts": {name: float(part) for name, part in value.part_figures.items()},
                    "missing": value.missing_kind or None,
                    "unit": value.unit,
                    "status": value.light or None,
                    "revision": value.revision,
                    "sample": value.sample,
                }
                for value in self.values
            ],
        }

    def as_text(self, language: str = "zh") -> str:
        """One line for a terminal."""
        if language.startswith("zh"):
            return f"{self.zone} {self.year}年：{len(self.values)} 个数值，新修订 {self.written}，未变 {self.unchanged}"
        return f"{self.zone} {self.year}: {len(self.values)} values, {self.written} new revisions, {self.unchanged} unchanged"


def plan_of(zone: str, as_of: dt.datetime | None = None) -> ZonePackage:
    """The plan from the database, or from the zone package while the database holds none."""
    try:
        return current_package(zone, as_of)
    except ZoneNotLoaded:
        return load_zone(zone)


def compute(
    zone: str, year: int, as_of: dt.datetime | None = None, *, store: EvidenceStore | None = None
) -> Computed:
    """Derive every series of the plan for one year, judge it, and record what has changed.

    Parameters
    ----------
    zone
        Key of the zone.
    year
        Calendar year.
    as_of
        Compute from what was known then. Nothing is recorded: the values are answers to a question about the past.
    store
        Another evidence store than the configured one.

    Returns
    -------
    Computed
        With ``written`` new revisions; 0 when neither evidence nor plan nor rules changed anything.

    Raises
    ------
    YearNotComputable
        Nothing is recorded.
    DeclarationError
        When ``derivations.yaml`` or ``peers.yaml`` does not fit the plan.
    """
    package = plan_of(zone, as_of)
    base, latest = package.zone.base_year, timezone.localdate().year
    if not base <= year <= latest:
        raise YearNotComputable(
            f"{year} cannot be computed: the base year of the plan is {base} and the current year is {latest}; "
            f"choose a year from {base} to {latest}."
        )
    declared = load_derivations(package)
    gathered = gather(package, declared, year, as_of=as_of, store=store or EvidenceStore())
    on = timezone.localdate(as_of) if as_of else timezone.localdate()
    entries = [
        _entry(item, judged_status(package, declared, item, gathered, on), gathered)
        for item in gathered.derived
    ]
    if as_of is not None:
        return Computed(zone, year, as_of, tuple(value for value, _ in entries), 0, len(entries))
    return _record(zone, year, entries)


def compute_years(zone: str, years: Iterable[int], *, store: EvidenceStore | None = None) -> list[Computed]:
    """Compute several years, oldest first."""
    return [compute(zone, year, store=store) for year in sorted(set(years))]


def _entry(item: Derived, status: Status | None, gathered: Gathered) -> tuple[IndicatorValue, Derived]:
    """An unsaved value. Its content digest covers all that a reader can see of it."""
    missing = item.figure.value if isinstance(item.figure, Missing) else ""
    parts = (
        {name: plain(value) for name, value in item.figure.items()}
        if isinstance(item.figure, Mapping)
        else {}
    )
    value = IndicatorValue(
        zone=gathered.package.zone.key,
        series=item.series,
        place=item.place,
        year=item.year,
        figure=plain(item.figure) if isinstance(item.figure, Decimal) else "",
        part_figures=parts,
        missing_kind=missing,
        unit=item.unit,
        light=status.light.value if status else "",
        status=status.to_json() if status else {},
        extras={**item.extras, **gathered.standing_of(item)},
        trace=item.trace.to_json(),
        sample=item.sample,
        evidence_digest=item.evidence_digest,
    )
    value.content_digest = digest_of_json(
        {
            "figure": value.figure,
            "parts": value.part_figures,
            "missing": value.missing_kind,
            "unit": value.unit,
            "status": value.status,
            "extras": value.extras,
            "trace": value.trace,
            "sample": value.sample,
            "evidence": value.evidence_digest,
        }
    )
    return value, item


def _record(zone: str, year: int, entries: list[tuple[IndicatorValue, Derived]]) -> Computed:
    now = timezone.now()
    causes: dict[str, int] = {}
    kept: list[IndicatorValue] = []
    fresh: list[tuple[IndicatorValue, Derived]] = []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        newest = {
            (value.series, value.place): value
            for value in IndicatorValue.objects.filter(zone=zone, year=year).newest()
        }
        for value, item in entries:
            before = newest.get((value.series, value.place))
            if before is not None and before.content_digest == value.content_digest:
                kept.append(before)
                continue
            value.revision = 1 if before is None else before.revision + 1
            value.computed_at = now
            value.cause = _cause(before, value)
            causes[value.cause] = causes.get(value.cause, 0) + 1
            fresh.append((value, item))
            kept.append(value)
        IndicatorValue.objects.bulk_create([value for value, _ in fresh], batch_size=100)
        details = [(value, item.days()) for value, item in fresh if item.days is not None]
        DailyDetail.objects.bulk_create(
            [
                DailyDetail(
                    value=value, columns=list(days.columns), rows=days.rows, sources=dict(days.sources)
                )
                for value, days in details
            ],
            batch_size=20,
        )
    return Computed(zone, year, None, tuple(kept), len(fresh), len(kept) - len(fresh), causes)


def _cause(before: IndicatorValue | None, now: IndicatorValue) -> str:
    """Why there is a new revision, as a code."""
    if before is None:
        return "first"
    if before.sample and not now.sample:
        return "real-data"
    if before.evidence_digest != now.evidence_digest:
        return "evidence"
    figures = (before.figure, before.part_figures, before.missing_kind)
    if figures != (now.figure, now.part_figures, now.missing_kind):
        return "derivation"
    return "status" if before.status != now.status else "peers-or-notes"

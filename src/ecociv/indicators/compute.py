"""Computing the values of a year from evidence, and keeping them as revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ecociv.core.decimals import plain
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.derivations import Derivations, load_derivations
from ecociv.indicators.derive.figures import DayTable, Derived
from ecociv.indicators.engine import engine_named
from ecociv.indicators.fingerprints import fingerprints
from ecociv.indicators.gather import Gathered, gather
from ecociv.indicators.graph import nodes_of
from ecociv.indicators.judge import judged_status
from ecociv.indicators.lights import Status
from ecociv.indicators.models import ComputedYear, DailyDetail, IndicatorValue
from ecociv.indicators.records import marks_of
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
    derived: int = 0
    """How many figures were derived; the others had nothing new to follow from."""
    days: Mapping[tuple[str, str], Callable[[], DayTable]] = field(default_factory=dict, repr=False)
    """Makes the days behind a figure, by series and place; only for answers about the past, which are not recorded."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; the arithmetic of each value is left out."""
        return {
            "zone": self.zone,
            "year": self.year,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "written": self.written,
            "unchanged": self.unchanged,
            "causes": dict(self.causes),
            "derived": self.derived,
            "values": [
                {
                    "series": value.series,
                    "place": value.place,
                    "level": value.extras.get("level", ""),
                    "value": float(value.figure) if value.figure else None,
                    "parts": {name: float(part) for name, part in value.part_figures.items()},
                    "missing": value.missing_kind or None,
                    "unit": value.unit,
                    "status": value.light or None,
                    "completeness": value.extras.get("completeness"),
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
    zone: str,
    year: int,
    as_of: dt.datetime | None = None,
    *,
    store: EvidenceStore | None = None,
    engine: str = "duckdb",
    full: bool = False,
    only: Collection[str] | None = None,
) -> Computed:
    """Derive the series of the plan for one year, for the zone and its counties, judge them, and record what has changed.

    Only figures whose evidence, derivation, target, parameters or rule changed since the last computation are derived; the
    others stand as they are on record.

    Parameters
    ----------
    zone
        Key of the zone.
    year
        Calendar year.
    as_of
        Compute from what was known then. Everything is derived and nothing is recorded: the values are answers to a
        question about the past.
    store
        Another evidence store than the configured one.
    engine
        What runs the SQL, ``"duckdb"`` or ``"spark"``; the figures are the same.
    full
        Derive every figure, whether anything changed or not.
    only
        With ``as_of``: derive these figures alone, by ``<series>@<place>``.

    Returns
    -------
    Computed
        With ``written`` new revisions; 0 when neither evidence nor plan nor rules changed anything. ``derived`` says how
        many figures were derived to find that out.

    Raises
    ------
    YearNotComputable
        Nothing is recorded.
    DeclarationError
        When ``derivations.yaml`` or ``peers.yaml`` does not fit the plan.
    EngineMissing
        When the engine cannot run here.
    """
    package = plan_of(zone, as_of)
    base, latest = package.zone.base_year, timezone.localdate().year
    if not base <= year <= latest:
        raise YearNotComputable(
            f"{year} cannot be computed: the base year of the plan is {base} and the current year is {latest}; "
            f"choose a year from {base} to {latest}."
        )
    declared = load_derivations(package)
    runner = engine_named(engine, store or EvidenceStore())
    on = timezone.localdate(as_of) if as_of else timezone.localdate()
    nodes = nodes_of(package, declared, year)
    if as_of is not None:
        asked = [node for node in nodes if only is None or node.key in only]
        marks = marks_of(nodes, year, runner, as_of)
        gathered = gather(package, declared, year, asked, as_of=as_of, engine=runner, marks=marks[year])
        entries = _entries(package, declared, gathered, on)
        values = tuple(value for value, _ in entries)
        days = {(item.series, item.place): item.days for _, item in entries if item.days is not None}
        return Computed(zone, year, as_of, values, 0, len(entries), derived=len(asked), days=days)
    looked_at = timezone.now()
    marks = marks_of(nodes, year, runner)
    prints = fingerprints(package, declared, nodes, year, on, marks)
    known = {} if full else _known(zone, year, declared.place)
    stale = [node for node in nodes if known.get(node.key) != prints[node.key]]
    entries = []
    if stale:
        gathered = gather(
            package, declared, year, stale, as_of=None, engine=runner, marks=marks[year], known=known
        )
        entries = _entries(package, declared, gathered, on)
        prints |= gathered.prints
    order = [node.key for node in nodes]
    again = {node.series for node in stale}
    # Peers are no figures of their own to be asked for: what theirs follow from is noted when they are compared.
    prints |= {key: known[key] for key in known.keys() - prints.keys() if key.partition("@")[0] not in again}
    return _record(zone, year, entries, declared.place, order, prints, looked_at, len(stale))


def _known(zone: str, year: int, home: str) -> Mapping[str, str]:
    """Digests noted at the last computation; none where the values themselves are not on record."""
    note = ComputedYear.objects.filter(zone=zone, year=year).first()
    if note is None:
        return {}
    recorded = set(
        IndicatorValue.objects.filter(zone=zone, year=year, place=home).values_list("series", flat=True)
    )
    return {
        key: print_
        for key, print_ in note.fingerprints.items()
        if not key.endswith(f"@{home}") or key.partition("@")[0] in recorded
    }


def _entries(
    package: ZonePackage, declared: Derivations, gathered: Gathered, on: dt.date
) -> list[tuple[IndicatorValue, Derived]]:
    return [
        _entry(item, judged_status(package, declared, item, gathered, on), gathered)
        for item in gathered.derived
    ]


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
        extras={**item.extras, "level": gathered.level_of(item.place), **gathered.standing_of(item)},
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


def _record(
    zone: str,
    year: int,
    entries: list[tuple[IndicatorValue, Derived]],
    home: str,
    order: list[str],
    prints: Mapping[str, str],
    looked_at: dt.datetime,
    derived: int,
) -> Computed:
    now = timezone.now()
    causes: dict[str, int] = {}
    fresh: list[tuple[IndicatorValue, Derived]] = []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        standing = {
            (value.series, value.place): value
            for value in IndicatorValue.objects.filter(zone=zone, year=year).newest().defer("trace")
        }
        for value, item in entries:
            before = standing.get((value.series, value.place))
            if before is not None and before.content_digest == value.content_digest:
                continue
            value.revision = 1 if before is None else before.revision + 1
            value.computed_at = now
            value.cause = _cause(before, value)
            causes[value.cause] = causes.get(value.cause, 0) + 1
            fresh.append((value, item))
            standing[value.series, value.place] = value
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
        ComputedYear.objects.update_or_create(
            zone=zone,
            year=year,
            defaults={"fingerprints": dict(prints), "looked_at": looked_at, "recomputed": derived},
        )
    values = _in_order(standing, home, order)
    return Computed(zone, year, None, values, len(fresh), len(values) - len(fresh), causes, derived)


def _in_order(
    standing: Mapping[tuple[str, str], IndicatorValue], home: str, order: list[str]
) -> tuple[IndicatorValue, ...]:
    """The zone's own in the order of the plan, then peers, then counties."""
    places = {key: number for number, key in enumerate(order)}
    series = {key.partition("@")[0]: number for number, key in reversed(list(enumerate(order)))}

    def rank(pair: tuple[str, str]) -> tuple[int, int, str]:
        key = f"{pair[0]}@{pair[1]}"
        if pair[1] == home:
            return (0, places.get(key, len(order)), "")
        return (2, places[key], "") if key in places else (1, series.get(pair[0], 0), pair[1])

    return tuple(standing[pair] for pair in sorted(standing, key=rank))


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

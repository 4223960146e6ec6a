"""Reading what quality control found, and how complete the readings are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from django.db.models import Q

from ecociv.evidence.models import FindingDecision, Maintenance, QualityFinding, Series
from ecociv.evidence.store import EvidenceStore

LOCAL = ZoneInfo("Asia/Shanghai")
_RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding as it stands on a day, with the decision that stands."""

    finding: QualityFinding
    decision: FindingDecision | None

    @property
    def state(self) -> str:
        """open, confirm, explain, dismiss or gone."""
        if self.finding.gone:
            return "gone"
        return self.decision.decision if self.decision else "open"

    @property
    def rank(self) -> tuple[int, int, float]:
        """By what it is sorted: open first, then the serious, then the higher score."""
        return (
            0 if self.state == "open" else 1,
            _RANK.get(self.finding.severity, 3),
            -(self.finding.score or 0.0),
        )


def standing_findings(
    zone: str, *, as_of: datetime | None = None, networks: Iterable[str] = ()
) -> list[Standing]:
    """The newest row of every finding, as known at ``as_of``, the open and serious first."""
    rows = QualityFinding.objects.filter(run__zone=zone).select_related(
        "series__place", "series__property", "series__sensor", "run"
    )
    decided = FindingDecision.objects.filter(finding__run__zone=zone)
    if networks:
        rows = rows.filter(series__network__in=list(networks))
    if as_of is not None:
        rows, decided = rows.filter(recorded_at__lte=as_of), decided.filter(decided_at__lte=as_of)
    newest = {row.identity: row for row in rows.order_by("recorded_at", "pk").defer("evidence")}
    decisions = {each.identity: each for each in decided.order_by("decided_at", "pk")}
    standing = [Standing(row, decisions.get(key)) for key, row in newest.items()]
    return sorted(standing, key=lambda each: (each.rank, each.finding.series.key, each.finding.starts_at))


def decisions_on(finding: QualityFinding, *, as_of: datetime | None = None) -> list[FindingDecision]:
    """Every decision on the same finding, newest first."""
    rows = FindingDecision.objects.filter(identity=finding.identity)
    return list(rows if as_of is None else rows.filter(decided_at__lte=as_of))


@dataclass(frozen=True, slots=True)
class DeclaredWindow:
    """Declared maintenance, and how late it was declared."""

    window: Maintenance

    @property
    def late_days(self) -> float:
        """Days from its beginning to its declaration; 0 when it was declared before."""
        return max(0.0, (self.window.declared_at - self.window.starts_at) / timedelta(days=1))


def declared_windows(zone: str, *, as_of: datetime | None = None) -> list[DeclaredWindow]:
    """Declared maintenance of a zone as known at ``as_of``, the newest first."""
    rows = Maintenance.objects.filter(zone=zone).select_related("place", "series__property")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return [DeclaredWindow(row) for row in rows.order_by("-starts_at", "-pk")]


def windows_of(
    zone: str, series: Series, start: datetime, end: datetime, *, as_of: datetime | None = None
) -> list[DeclaredWindow]:
    """Declared maintenance that concerns a series between two instants, in the order of time."""
    rows = Maintenance.objects.filter(
        Q(series=None) | Q(series=series),
        zone=zone,
        place=series.place_id,
        sample=series.sample,
        starts_at__lt=end,
        ends_at__gt=start,
    )
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return [DeclaredWindow(row) for row in rows.order_by("starts_at", "pk")]


@dataclass(slots=True)
class Completeness:
    """How many readings of a series are there, and how many are in doubt, month by month."""

    series: Series
    expected: dict[str, int] = field(default_factory=dict)
    usable: dict[str, int] = field(default_factory=dict)
    suspect: dict[str, int] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float | None:
        """Usable readings over those expected; none where none is expected."""
        expected = sum(self.expected.values())
        return sum(self.usable.values()) / expected if expected else None

    @property
    def share_suspect(self) -> float | None:
        """Readings in doubt over those that are there."""
        there = sum(self.usable.values()) + sum(self.suspect.values())
        return sum(self.suspect.values()) / there if there else None

    def of_month(self, month: str) -> float | None:
        """Usable share of one month."""
        expected = self.expected.get(month, 0)
        return self.usable.get(month, 0) / expected if expected else None


def completeness(
    series: Sequence[Series],
    start: datetime,
    end: datetime,
    every_hours: int,
    *,
    as_of: datetime | None = None,
    store: EvidenceStore | None = None,
) -> list[Completeness]:
    """Completeness of some series by local month of the period's beginning; missing values do not count as there."""
    table = (store or EvidenceStore()).observations(
        [each.pk for each in series], start=start, end=end, as_of=as_of
    )
    expected = _expected(start, end, every_hours)
    found = {each.pk: Completeness(each, dict(expected)) for each in series}
    for (number, month, quality, reason), count in _counted(table).items():
        one = found[number]
        counts = one.usable if quality == "good" else one.suspect
        counts[month] = counts.get(month, 0) + count
        if quality != "good":
            one.reasons[reason or "?"] += count
    return [found[each.pk] for each in series]


def _counted(table: pa.Table) -> Mapping[tuple[int, str, str, str | None], int]:
    if not table.num_rows:
        return {}
    month = pa.compute.strftime(
        table.column("valid_from").cast(pa.timestamp("us", "Asia/Shanghai")), format="%Y-%m"
    )
    there = pa.table(
        {
            "series_id": table.column("series_id"),
            "month": month,
            "quality": table.column("quality"),
            "reason": table.column("quality_reason"),
            "one": pa.array(np.ones(table.num_rows, dtype=np.int64)),
        }
    ).filter(pa.compute.is_null(table.column("missing")))
    grouped = there.group_by(["series_id", "month", "quality", "reason"]).aggregate([("one", "sum")])
    counts: dict[tuple[int, str, str, str | None], int] = defaultdict(int)
    for row in grouped.to_pylist():
        counts[row["series_id"], row["month"], row["quality"], row["reason"]] += row["one_sum"]
    return counts


def _expected(start: datetime, end: datetime, every_hours: int) -> dict[str, int]:
    expected: dict[str, int] = {}
    day = start.astimezone(LOCAL).date()
    last = end.astimezone(LOCAL).date()
    while day < last:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        until = min(following, last)
        expected[f"{day:%Y-%m}"] = (until - day) // timedelta(hours=every_hours)
        day = until
    return expected

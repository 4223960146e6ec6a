"""What changed between two moments, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.models import ImportRun
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue

CAUSES: Mapping[str, Text] = {
    "first": Text(zh="首次计算", en="Computed for the first time"),
    "real-data": Text(zh="真实数据取代示例数据", en="Real data took the place of sample data"),
    "evidence": Text(zh="所依据的数据有变化", en="The evidence changed"),
    "derivation": Text(zh="计算方法有变化", en="The derivation changed"),
    "status": Text(
        zh="目标、规则或同类地区有变化，状态随之改变",
        en="The target, the rule or the peers changed, and the status with them",
    ),
    "peers-or-notes": Text(
        zh="排名、判读或说明有变化，数值未变", en="The rank, a reading or a note changed; the value did not"
    ),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One side of a change."""

    value: Decimal | None
    parts: Mapping[str, Decimal]
    missing: Missing | None
    light: Light | None
    revision: int
    computed_at: dt.datetime
    sample: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A value that became another. ``statements`` are the reasons given for revised evidence in between."""

    series: str
    place: str
    year: int
    unit: str
    before: Recorded | None
    after: Recorded
    cause: str
    statements: tuple[str, ...]

    @property
    def why(self) -> Text:
        """The cause in words."""
        return CAUSES[self.cause]

    @property
    def light_changed(self) -> bool:
        """Whether the light is another."""
        return self.before is not None and self.before.light is not self.after.light

    @property
    def value_changed(self) -> bool:
        """Whether the figure is another."""
        if self.before is None:
            return True
        before, after = self.before, self.after
        return (before.value, before.parts, before.missing) != (after.value, after.parts, after.missing)


def what_changed(
    zone: str,
    since: dt.datetime,
    until: dt.datetime | None = None,
    *,
    place: str | None = None,
    year: int | None = None,
    limit: int = 200,
) -> list[Change]:
    """Values of a zone that differ between two moments, newest first.

    Parameters
    ----------
    since, until
        Moments; ``until`` is now, when not given. Several revisions in between count as one change.
    place
        Only this place; all places, peers included, when not given.
    year
        Only figures of this year.
    limit
        At most so many.
    """
    rows = IndicatorValue.objects.filter(zone=zone, computed_at__gt=since)
    if place is not None:
        rows = rows.filter(place=place)
    if year is not None:
        rows = rows.filter(year=year)
    after = list(
        rows.newest(until).filter(computed_at__gt=since).order_by("-computed_at", "series", "year")[:limit]
    )
    if not after:
        return []
    before = {
        (row.series, row.place, row.year): row
        for row in IndicatorValue.objects.filter(
            zone=zone, series__in={row.series for row in after}, year__in={row.year for row in after}
        ).newest(since)
    }
    runs = list(
        ImportRun.objects.filter(zone=zone, recorded_at__isnull=False, values_revised__gt=0)
        .exclude(reason="")
        .values_list("recorded_at", "reason", "sample")
    )
    changes = []
    for row in after:
        old = before.get((row.series, row.place, row.year))
        said = tuple(
            dict.fromkeys(
                reason
                for at, reason, sample in runs
                if at is not None
                and old is not None
                and old.computed_at < at <= row.computed_at
                and sample == row.sample
            )
        )
        changes.append(
            Change(
                row.series,
                row.place,
                row.year,
                row.unit,
                None if old is None else _recorded(old),
                _recorded(row),
                "first" if old is None else row.cause,
                said if row.cause == "evidence" else (),
            )
        )
    return changes


def _recorded(row: IndicatorValue) -> Recorded:
    light = Light(row.light) if row.light else None
    return Recorded(row.value, row.parts, row.missing, light, row.revision, row.computed_at, row.sample)

"""Reports in time by year: what share of a body's due reports came in time. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.rounding import round_half_even
from ecociv.plan.package import ZonePackage
from ecociv.supervision.obligations import owed_dates
from ecociv.supervision.parts import parts_of
from ecociv.supervision.reports import Report, in_force


@dataclass(frozen=True, slots=True)
class YearOfReports:
    """The reports that a body owed in one year."""

    year: int
    in_time: int
    late: int
    absent: int

    @property
    def owed(self) -> int:
        """All that fell due."""
        return self.in_time + self.late + self.absent

    @property
    def share(self) -> Decimal | None:
        """Per cent in time, to one decimal (GB/T 8170); none where nothing was owed, which is not zero."""
        return round_half_even(Decimal(100 * self.in_time) / self.owed, 1) if self.owed else None


def timeliness(
    body: str,
    package: ZonePackage,
    reports: Mapping[str, Iterable[Report]],
    day: dt.date,
    *,
    known_on: dt.date | None = None,
) -> tuple[YearOfReports, ...]:
    """By year, the leading parts of a body whose date had passed by ``day``: reported in time, late, or not at all.

    A date belongs to the body that held the part on that date, so that a successor does not answer for what its
    predecessor left out. A correction does not make a report late: its first revision counts.

    Parameters
    ----------
    reports
        Reports by place, all revisions.
    known_on
        The day of knowledge; ``day`` when not given.
    """
    known = max(known_on or day, day)
    counts: dict[int, list[int]] = {}
    for duty in package.duties:
        owed = [each for each in owed_dates(duty, package) if each.day <= day and each.day < known]
        if not owed:
            continue
        counted = in_force(reports.get(duty.place, ()), dt.date(known.year, 12, 31), known)
        for part in parts_of(duty, package):
            if not part.body:
                continue
            own = [r for r in counted if r.for_all or part.answered_by(r.organisation)]
            for each in owed:
                if package.body_on(part.body, each.day).key != body:
                    continue
                covering = [r.reported_on for r in own if each.covered_by(r.period)]
                done = not each.yearly and any(
                    r.done_on is not None and r.reported_on <= each.day for r in own
                )
                row = counts.setdefault(each.day.year, [0, 0, 0])
                if done or (covering and min(covering) <= each.day):
                    row[0] += 1
                elif covering:
                    row[1] += 1
                else:
                    row[2] += 1
    return tuple(YearOfReports(year, *row) for year, row in sorted(counts.items()))

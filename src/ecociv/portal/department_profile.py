"""What the page of a body says beside its duties: open cases with their dues, who is in post, reports in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ecociv.casework.queries import by_body, cases_for
from ecociv.plan.package import Organisation, ZonePackage
from ecociv.portal.case_rows import CaseRow, rows_of, with_parties
from ecociv.portal.department_scores import ScoreOfYear, scores_of
from ecociv.portal.zone import zone_key
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.responsibility.permissions import may_see_persons
from ecociv.supervision.responsibility.queries import InPost, officials_of
from ecociv.supervision.responsibility.timeliness import YearOfReports, timeliness


@dataclass(frozen=True, slots=True)
class Profile:
    """One body on a day.

    ``cases`` are the open ones that the reader may see, soonest due first; ``officials`` is none where the reader may not
    see persons; ``years`` has the years in which a report fell due; ``scores`` is none where the reader may read none.
    """

    cases: tuple[CaseRow, ...]
    officials: tuple[InPost, ...] | None
    years: Sequence[YearOfReports]
    scores: tuple[ScoreOfYear, ...] | None = None

    @property
    def late(self) -> int:
        """Open cases past due."""
        return sum(row.late for row in self.cases)


def profile_of(user: Any, plan: ZonePackage, body: Organisation, day: dt.date, today: dt.date) -> Profile:
    """The profile of a body; reports are counted up to ``day``, cases and posts are those of today."""
    zone = zone_key()
    opened = by_body(cases_for(user, zone).filter(closed_at__isnull=True), zone, body.key, today)
    rows = rows_of(with_parties(opened), today)
    in_post = None
    if may_see_persons(user, zone):
        in_post = tuple(each for each in officials_of(user, zone, body.key) if each.post.held_on(today))
    reports = ProgressReport.objects.of(zone).by_place()
    return Profile(
        tuple(sorted(rows, key=lambda row: (row.due or dt.date.max, row.case.pk))),
        in_post,
        timeliness(body.key, plan, reports, day, known_on=today),
        scores_of(user, zone, body.key),
    )

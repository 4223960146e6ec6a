"""Counts of cases in which a unit is a party, as known at the moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from ecociv.assessment.gather.counting import counted, share_of
from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import CaseSource
from ecociv.casework.models import Case
from ecociv.casework.recorded import standings
from ecociv.casework.standing import Standing
from ecociv.core.text import Text


class CaseFigures:
    """The cases of the types that a rule set counts, replayed once to what was known then."""

    def __init__(self, moment: Moment, types: Iterable[str]) -> None:
        self.moment = moment
        cases = list(
            Case.objects.filter(
                zone=moment.zone, type__in=set(types), steps__recorded_at__lte=moment.known_at
            )
            .distinct()
            .order_by("pk")
        )
        known = standings(cases, moment.known_at)
        self._cases = [(case, known[case.pk]) for case in cases if case.pk in known]

    def figure(self, unit: str, source: CaseSource) -> Figure:
        """The count, or the share in percent, for a unit."""
        at = f"cases:{'+'.join(source.types)}/{source.measure}@{self.moment.year}/{unit}"
        mine = [
            (case, standing)
            for case, standing in self._cases
            if case.type in source.types
            and _day(standing.opened_at) <= self.moment.day
            and unit in self._parties(standing)
            and (not source.colours or standing.fields.get("colour") in source.colours)
        ]
        label = Text(zh="案件", en="Case")
        if source.measure == "opened":
            mine = [each for each in mine if _day(each[1].opened_at).year == self.moment.year]
            return counted([(case.number, label, case.sample) for case, _ in mine], at)
        if source.measure == "open-at-year-end":
            mine = [each for each in mine if not self._closed_by_then(each[1])]
            return counted([(case.number, label, case.sample) for case, _ in mine], at)
        if source.measure == "overdue":
            mine = [each for each in mine if self._was_overdue(each[1])]
            return counted([(case.number, label, case.sample) for case, _ in mine], at)
        closed = [each for each in mine if self._closed_by_then(each[1], this_year=True)]
        in_time = [each for each in closed if not self._was_overdue(each[1])]
        return share_of(len(in_time), len(closed), at, any(case.sample for case, _ in closed))

    def _parties(self, standing: Standing) -> set[str]:
        """The bodies that hold the parts on the day."""
        package = self.moment.package
        return {
            package.body_on(body, self.moment.day).key if package.has_organisation(body) else body
            for bodies in standing.parties.values()
            for body in bodies
        }

    def _closed_by_then(self, standing: Standing, *, this_year: bool = False) -> bool:
        if standing.closed_at is None or _day(standing.closed_at) > self.moment.day:
            return False
        return not this_year or _day(standing.closed_at).year == self.moment.year

    def _was_overdue(self, standing: Standing) -> bool:
        """Whether a time limit ran out in the year before it was kept."""
        end = self.moment.day
        for run in (*standing.clocks, *standing.finished):
            if run.due_on is None or not self.moment.first_day <= run.due_on < end:
                continue
            if run.stopped_on is None or run.stopped_on > run.due_on:
                return True
        return False


def _day(at: dt.datetime) -> dt.date:
    return timezone.localdate(at)

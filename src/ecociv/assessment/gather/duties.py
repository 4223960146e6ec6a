"""Tasks and projects of a unit, by the part that it holds on the day and what was reported by the moment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Duty, Figure, RuleSet
from ecociv.assessment.rules.duties import duty_figure
from ecociv.assessment.rules.sources import DutySource
from ecociv.assessment.rules.split import shares
from ecociv.plan.package import ProjectOrTask, Task
from ecociv.supervision.parts import leads_on, supports_on
from ecociv.supervision.queries import statuses
from ecociv.supervision.reports import Report
from ecociv.supervision.rules import DutyStatus
from ecociv.supervision.states import DutyState

_METHOD = "reported-completion"


class DutyFigures:
    """Where every duty stands, read once for all units."""

    def __init__(self, moment: Moment, rules: RuleSet) -> None:
        self.moment, self.split = moment, rules.split
        known = max(moment.known_on, moment.day)
        self._statuses = statuses(moment.zone, moment.day, known_on=known, package=moment.package)
        self._held: dict[str, list[tuple[ProjectOrTask, Literal["lead", "support"], Decimal]]] = {}
        for duty in moment.package.duties:
            leads = [body.key for body in leads_on(duty, moment.package, moment.day)]
            supports = [body.key for body in supports_on(duty, moment.package, moment.day)]
            for body, share in shares(self.split, leads, supports).items():
                part: Literal["lead", "support"] = "lead" if body in leads else "support"
                self._held.setdefault(body, []).append((duty, part, share))

    def figure(self, unit: str, source: DutySource) -> Figure:
        """The weighted credit of the duties that the source names, in percent."""
        wanted = [
            (duty, part, share)
            for duty, part, share in self._held.get(unit, ())
            if isinstance(duty, Task) == (source.kind == "tasks")
            and (source.numbers == "all" or duty.number in source.numbers)
            and source.part in {"any", part}
        ]
        duties = [self._duty(unit, *each) for each in wanted]
        return duty_figure(
            duties,
            source.credit,
            self.moment.day,
            source=f"{source.kind}:{unit}@{self.moment.year}",
            method=_METHOD,
        )

    def _duty(self, unit: str, duty: ProjectOrTask, part: Literal["lead", "support"], share: Decimal) -> Duty:
        status = self._statuses[duty.place]
        due, yearly = self._due(status)
        state, report = _stand(status, unit, part, self.moment)
        done = None
        if report is not None and state.is_done:
            done = report.done_on or report.reported_on
        elif report is not None and yearly and report.period == self.moment.year:
            done = report.reported_on if report.reported_on <= self.moment.day else self.moment.day
        percent, sample = (report.percent, report.sample) if report else (None, False)
        return Duty(duty.place, due, done, percent, share, part, sample=sample)

    def _due(self, status: DutyStatus) -> tuple[dt.date | None, bool]:
        """The last date that had come by the day, or else the next; and whether it comes back every year."""
        came = [
            each.obligation
            for each in status.obligations
            if each.owed and each.obligation.day <= self.moment.day
        ]
        ahead = [each.obligation for each in status.obligations if each.obligation.day > self.moment.day]
        if came:
            last = max(came, key=lambda each: each.day)
            return last.day, last.yearly
        if ahead:
            following = min(ahead, key=lambda each: each.day)
            return following.day, following.yearly
        return None, False


def _stand(status: DutyStatus, unit: str, part: str, moment: Moment) -> tuple[DutyState, Report | None]:
    """State and latest report of the unit's own part; of the whole duty, where it supports."""
    if part == "lead":
        for each in status.parts:
            if each.part.body and unit in each.part.holders:
                return each.state, each.latest
            if each.part.body and moment.package.body_on(each.part.body, moment.day).key == unit:
                return each.state, each.latest
    return status.state, status.latest

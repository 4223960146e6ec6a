"""Progress reports that a unit owed for the year on the parts that it leads: in time or late."""

from __future__ import annotations

from ecociv.assessment.gather.counting import counted, share_of
from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import ReportSource
from ecociv.core.text import Text
from ecociv.supervision.queries import statuses

_NAME = Text(zh="进展报告", en="Progress report")


class ReportFigures:
    """The dates of the plan in the year, and whether each leading body had reported for them by the day."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        found = statuses(
            moment.zone, moment.day, known_on=max(moment.known_on, moment.day), package=moment.package
        )
        self._owed: dict[str, list[tuple[str, bool]]] = {}
        self._sample: set[str] = set()
        for place, status in found.items():
            for each in status.obligations:
                if (
                    not each.owed
                    or each.obligation.day.year != moment.year
                    or each.obligation.day > moment.day
                ):
                    continue
                for part in status.parts:
                    if not part.part.body:
                        continue
                    holder = moment.package.body_on(part.part.body, moment.day).key
                    silent = part.part.body in each.silent
                    if part.latest is not None and part.latest.sample:
                        self._sample.add(holder)
                    self._owed.setdefault(holder, []).append((f"{place}@{each.obligation.day}", silent))

    def figure(self, unit: str, source: ReportSource) -> Figure:
        """The share reported on in percent, or the number not reported on, of the year's dates."""
        owed = self._owed.get(unit, [])
        late = [name for name, silent in owed if silent]
        at = f"reports:{unit}/{source.measure}@{self.moment.year}"
        if source.measure == "late":
            return counted([(name, _NAME, False) for name in late], at)
        return share_of(len(owed) - len(late), len(owed), at, unit in self._sample)

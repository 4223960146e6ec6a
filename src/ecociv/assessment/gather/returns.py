"""Departmental returns of a unit: in time or late, and single cells, as known at the moment."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min
from django.utils import timezone

from ecociv.assessment.gather.counting import counted, share_of
from ecociv.assessment.moment import Moment
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import ReturnCellSource, ReturnSource
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import ReturnStep, StepKind
from ecociv.evidence.returns.bodies import filler
from ecociv.evidence.returns.cells import entries_from_json
from ecociv.evidence.returns.deadlines import due_day
from ecociv.evidence.returns.figures import accepted_revisions
from ecociv.evidence.returns.forms import Form, load_forms

_NAME = Text(zh="报表", en="Return")

_Owed = tuple[str, dt.date, dt.date | None, bool]
"""Name of a return, the day it was due, the day it came in, and whether it is sample data."""


class ReturnFigures:
    """What every unit owed by the day, and the day on which it was first handed in."""

    def __init__(self, moment: Moment) -> None:
        self.moment, self.forms = moment, {form.key: form for form in load_forms(moment.zone)}
        self._places = load_places(moment.zone)
        self._owed_by: dict[str, dict[str, list[_Owed]]] = {}
        rows = (
            ReturnStep.objects.filter(of__zone=moment.zone, kind=StepKind.SUBMITTED, at__lte=moment.known_at)
            .values("of__form", "of__place", "of__period", "of__sample")
            .annotate(first=Min("at"))
        )
        self._handed: dict[tuple[str, str, str], tuple[dt.date, bool]] = {}
        # Real returns go before sample ones; the two are never mixed.
        for row in sorted(rows, key=lambda each: not each["of__sample"]):
            key = (row["of__form"], row["of__place"], row["of__period"])
            self._handed[key] = (timezone.localdate(row["first"]), row["of__sample"])

    def figure(self, unit: str, source: ReturnSource) -> Figure:
        """The share handed in on time in percent, or the number that were late, of those due in the year."""
        at = f"returns:{unit}/{source.measure}@{self.moment.year}"
        owed = [each for form in self._wanted(source) for each in self._owed(unit, form)]
        late = [(name, sample) for name, due, handed, sample in owed if handed is None or handed > due]
        sample = any(each[3] for each in owed)
        if source.measure == "late":
            return counted([(name, _NAME, each) for name, each in late], at)
        return share_of(len(owed) - len(late), len(owed), at, sample)

    def cell(self, unit: str, source: ReturnCellSource) -> Figure:
        """The accepted figure of a cell for the year."""
        at = f"return:{source.form}/{unit}/{source.cell}@{self.moment.year}"
        form = self.forms.get(source.form)
        if form is None:
            return Figure(None, Missing.MISSING, source=at)
        ended = [each for each in form.periods(self.moment.day) if each.end.year == self.moment.year]
        if not ended:
            return Figure(None, Missing.MISSING, source=at)
        period = max(ended, key=lambda each: each.end)
        for sample in (False, True):
            accepted = accepted_revisions(
                self.moment.zone, form.key, [period], sample=sample, as_of=self.moment.known_at
            ).get((unit, str(period)))
            entry = entries_from_json(accepted.cells).get(source.cell) if accepted else None
            if accepted is None or entry is None:
                continue
            if isinstance(entry.value, Missing):
                return Figure(None, entry.value, source=at, revision=accepted.number, sample=sample)
            label = Text(zh="报表数字", en="Figure of a return")
            leaf = TraceInput(
                label, entry.value, source.unit, at, accepted.number, str(period), sample=sample
            )
            trace = Trace(label, entry.value, source.unit, "as returned", (leaf,))
            return Figure(entry.value, source=at, trace=trace, revision=accepted.number, sample=sample)
        return Figure(None, Missing.MISSING, source=at)

    def _wanted(self, source: ReturnSource) -> list[Form]:
        return [form for key, form in self.forms.items() if source.forms == "all" or key in source.forms]

    def _owed(self, unit: str, form: Form) -> list[_Owed]:
        if form.key not in self._owed_by:
            self._owed_by[form.key] = self._of_every_body(form)
        return self._owed_by[form.key].get(unit, [])

    def _of_every_body(self, form: Form) -> dict[str, list[_Owed]]:
        """What each body owed of a form, read off the plan once for all units."""
        found: dict[str, list[_Owed]] = {}
        for period in form.periods(self.moment.day):
            due = due_day(form.due.working_days, period).day
            if due.year != self.moment.year or due >= self.moment.day:
                continue
            for place in form.place_keys(self._places):
                body = filler(form, self._places.by_key[place], self.moment.day, self.moment.package)
                handed, sample = self._handed.get((form.key, place, str(period)), (None, False))
                name = f"{form.key}/{place}/{period}"
                found.setdefault(body.key, []).append((name, due, handed, sample))
        return found

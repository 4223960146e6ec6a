"""Putting an escalation on record; who is told, and how, is for the notices to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from ecociv.casework.actions.writing import NewStep, add_step, locked, one_writer
from ecociv.casework.escalation import Escalated, due_steps
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.recorded import case_standing, declaration_of


@dataclass(frozen=True, slots=True)
class Escalate:
    """Record one escalation of a clock, once in each run; by the programme, so no permission is asked.

    Two jobs at once record it once: the second gets nothing back and tells nobody.
    """

    case: Case
    clock: str
    after: int
    day: dt.date
    author: str = "ecociv"

    def check(self) -> Escalated | None:
        """The escalation, when it is due on the day and not done yet."""
        return self._due(Case.objects.get(pk=self.case.pk))

    def execute(self) -> CaseStep | None:
        """Record it; nothing where it is not due or already done."""
        with one_writer():
            case = locked(self.case)
            found = self._due(case)
            if found is None:
                return None
            last = case.steps.order_by("-number").values_list("at", flat=True).first()
            now = timezone.now()
            new = NewStep(
                StepKind.ESCALATED,
                case.state,
                self.author,
                now if last is None else max(now, last),
                data={
                    "clock": self.clock,
                    "after": self.after,
                    "to": list(found.step.to),
                    "due": found.due.isoformat(),
                },
            )
            return add_step(case, new)[0]

    def _due(self, case: Case) -> Escalated | None:
        if case.closed_at is not None:
            return None
        return next(
            (
                each
                for each in due_steps(declaration_of(case), case_standing(case), self.day)
                if each.clock == self.clock and each.step.after == self.after
            ),
            None,
        )

"""Which escalations of a case are due on a day (催办、升级). Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecociv.casework.declaration import CaseType, Escalation
from ecociv.casework.standing import Standing
from ecociv.core.workdays import working_days_between


@dataclass(frozen=True, slots=True)
class Escalated:
    """An escalation of a clock that is due: which step, and the due day that it counts from."""

    clock: str
    step: Escalation
    due: date


def due_steps(case_type: CaseType, now: Standing, day: date) -> tuple[Escalated, ...]:
    """Escalations due on a day and not done yet, in the order of clocks and of days.

    ``after`` working days after the due day, before it when negative. A clock that stands still escalates nothing.
    """
    found = []
    for run in now.clocks:
        if run.due_on is None:
            continue
        passed = working_days_between(run.due_on, day)
        for step in sorted(case_type.clocks[run.clock].escalation, key=lambda each: each.after):
            if passed >= step.after and step.after not in run.escalated:
                found.append(Escalated(run.clock, step, run.due_on))
    return tuple(found)

"""Stopping the clocks of a case by hand, and letting them go on (中止、恢复计时)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from ecociv.casework.actions.writing import (
    NewStep,
    add_step,
    locked,
    moment_in,
    one_writer,
    refuse_faults,
    require_open,
    sent_again,
)
from ecociv.casework.content import reason_faults
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.permissions import may_manage, parts_played, refuse
from ecociv.casework.recorded import case_standing
from ecociv.casework.refusals import CaseRefused
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class _ClocksByHand:
    """A step that concerns the clocks of a case which run, or which were stopped by hand."""

    case: Case
    author: Any
    reason: str
    at: dt.datetime | None = None

    kind: ClassVar[StepKind]
    held: ClassVar[bool]
    """Whether it concerns those that were stopped by hand."""
    none: ClassVar[tuple[str, Text]]
    """Why it is refused where there is no such clock."""

    def check(self) -> None:
        """Refuse whoever does not manage the case, and a case with no such clock.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk))
        self._keys(self.case)

    def execute(self) -> CaseStep:
        """Take the step; sent twice it is taken once."""
        with one_writer():
            case = locked(self.case)
            self._checked(case)
            last = case.steps.order_by("-number").first()
            if last is not None and last.kind == self.kind:
                twin = sent_again(case, self._step(case, last.data["clocks"]))
                if twin is not None:
                    return twin
            return add_step(case, self._step(case, self._keys(case)))[0]

    def _keys(self, case: Case) -> list[str]:
        found = [run.clock for run in case_standing(case).clocks if run.held is self.held]
        if not found:
            raise CaseRefused(*self.none)
        return found

    def _checked(self, case: Case) -> None:
        refuse(may_manage(self.author, case))
        require_open(case)
        refuse_faults(reason_faults(self.reason, required=True))

    def _step(self, case: Case, keys: list[str]) -> NewStep:
        return NewStep(
            self.kind,
            case.state,
            self.author,
            moment_in(case, self.at, self.author),
            part=min(parts_played(self.author, case), default=""),
            reason=self.reason,
            data={"clocks": keys},
        )


@dataclass(frozen=True, slots=True)
class PauseClocks(_ClocksByHand):
    """Let every clock that runs stand still; the days until it goes on do not count."""

    kind = StepKind.PAUSED
    held = False
    none = ("no-clock-runs", Text(zh="没有正在计时的时限。", en="No clock of this case runs."))


@dataclass(frozen=True, slots=True)
class ResumeClocks(_ClocksByHand):
    """Let the clocks that were stopped by hand go on; one that the state stops stays stopped."""

    kind = StepKind.RESUMED
    held = True
    none = (
        "no-clock-held",
        Text(zh="没有被中止的时限。", en="No clock of this case was stopped by hand."),
    )

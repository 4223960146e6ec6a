"""Stopping the clocks of a case by hand, and letting them go on (中止、恢复计时)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

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
class PauseClocks:
    """Let every clock that runs stand still; the days until it goes on do not count."""

    case: Case
    author: Any
    reason: str
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever does not manage the case, and a case whose clocks do not run.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        _checked(self, Case.objects.get(pk=self.case.pk))
        _running(self.case)

    def execute(self) -> CaseStep:
        """Stop them; sent twice it is done once."""
        with one_writer():
            case = locked(self.case)
            _checked(self, case)
            if (twin := _twin(case, StepKind.PAUSED, self)) is not None:
                return twin
            return add_step(case, _step(case, StepKind.PAUSED, self, _running(case)))[0]


@dataclass(frozen=True, slots=True)
class ResumeClocks:
    """Let the clocks that were stopped by hand go on; one that the state stops stays stopped."""

    case: Case
    author: Any
    reason: str
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever does not manage the case, and a case with no clock stopped by hand.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        _checked(self, Case.objects.get(pk=self.case.pk))
        _held(self.case)

    def execute(self) -> CaseStep:
        """Let them go on; sent twice it is done once."""
        with one_writer():
            case = locked(self.case)
            _checked(self, case)
            if (twin := _twin(case, StepKind.RESUMED, self)) is not None:
                return twin
            return add_step(case, _step(case, StepKind.RESUMED, self, _held(case)))[0]


def _checked(action: PauseClocks | ResumeClocks, case: Case) -> None:
    refuse(may_manage(action.author, case))
    require_open(case)
    refuse_faults(reason_faults(action.reason, required=True))


def _running(case: Case) -> list[str]:
    keys = [run.clock for run in case_standing(case).clocks if not run.held]
    if not keys:
        raise CaseRefused("no-clock-runs", Text(zh="没有正在计时的时限。", en="No clock of this case runs."))
    return keys


def _held(case: Case) -> list[str]:
    keys = [run.clock for run in case_standing(case).clocks if run.held]
    if not keys:
        raise CaseRefused(
            "no-clock-held", Text(zh="没有被中止的时限。", en="No clock of this case was stopped by hand.")
        )
    return keys


def _step(case: Case, kind: StepKind, action: PauseClocks | ResumeClocks, keys: list[str]) -> NewStep:
    return NewStep(
        kind,
        case.state,
        action.author,
        moment_in(case, action.at, action.author),
        part=min(parts_played(action.author, case), default=""),
        reason=action.reason,
        data={"clocks": keys},
    )


def _twin(case: Case, kind: StepKind, action: PauseClocks | ResumeClocks) -> CaseStep | None:
    """The last step, when it is this one sent a moment ago."""
    last = case.steps.order_by("-number").first()
    if last is None or last.kind != kind:
        return None
    return sent_again(case, _step(case, kind, action, last.data["clocks"]))

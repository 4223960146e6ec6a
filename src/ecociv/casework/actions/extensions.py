"""Asking for more time, and deciding on it (延期)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.casework.actions.writing import (
    NewStep,
    add_step,
    locked,
    moment_in,
    once,
    one_writer,
    refuse_faults,
    require_open,
    sent_again,
)
from ecociv.casework.content import Faults, reason_faults
from ecociv.casework.declaration import Extension
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.permissions import may_as, parties_of, refuse
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.casework.refusals import CaseRefused
from ecociv.casework.standing import OpenExtension, Standing
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class AskExtension:
    """Ask that a clock may run so many working days longer."""

    case: Case
    clock: str
    days: int
    reason: str
    author: Any
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not ask, a clock that cannot be extended, and more than the declaration gives.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk))

    def execute(self) -> CaseStep:
        """Ask; sent twice it is asked once."""
        return once(self.case, self._step, self._checked)

    def _step(self, case: Case) -> NewStep:
        return _step(self, case, StepKind.EXTENSION_ASKED, {"clock": self.clock, "days": self.days})

    def _checked(self, case: Case) -> None:
        extension = _extension(case, self.clock)
        _require(self.author, case, extension.asked_by)
        require_open(case)
        now = case_standing(case)
        if now.open_extension is not None:
            raise CaseRefused(
                "extension-open",
                Text(
                    zh="已有一项延期申请等待答复。", en="An extension was asked for and waits for an answer."
                ),
            )
        refuse_faults(
            reason_faults(self.reason, required=True), _days_faults(case, now, self.clock, self.days)
        )


@dataclass(frozen=True, slots=True)
class DecideExtension:
    """Grant the extension asked for, with ``days`` working days, or refuse it."""

    case: Case
    grant: bool
    days: int
    reason: str
    author: Any
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not decide, and a decision on nothing.

        Raises
        ------
        PermissionDenied, InputRefused, CaseRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk))

    def execute(self) -> CaseStep:
        """Decide; of two decisions at once the second finds nothing left to decide."""
        with one_writer():
            case = locked(self.case)
            last = case.steps.order_by("-number").first()
            kind = StepKind.EXTENSION_GRANTED if self.grant else StepKind.EXTENSION_REFUSED
            if last is not None and last.kind == kind:
                new = _step(self, case, kind, self._data(last.data["clock"]))
                if (twin := sent_again(case, new)) is not None:
                    return twin
            asked = self._checked(case)
            return add_step(case, _step(self, case, kind, self._data(asked.clock)))[0]

    def _data(self, clock: str) -> dict[str, Any]:
        return {"clock": clock, "days": self.days if self.grant else 0}

    def _checked(self, case: Case) -> OpenExtension:
        now = case_standing(case)
        asked = now.open_extension
        if asked is None:
            may = {
                part
                for clock in declaration_of(case).clocks.values()
                if clock.extension
                for part in clock.extension.decided_by
            }
            _require(self.author, case, tuple(sorted(may)))
            raise CaseRefused(
                "no-extension-asked",
                Text(zh="没有等待答复的延期申请。", en="No extension waits for an answer."),
            )
        _require(self.author, case, _extension(case, asked.clock).decided_by)
        require_open(case)
        refuse_faults(
            reason_faults(self.reason, required=True),
            _days_faults(case, now, asked.clock, self.days) if self.grant else {},
        )
        return asked


def _extension(case: Case, clock: str) -> Extension:
    declared = declaration_of(case).clocks.get(clock)
    if declared is None or declared.extension is None:
        raise CaseRefused(
            "no-extension",
            Text(zh="时限“{clock}”不能延期。", en="The clock “{clock}” cannot be extended.").fill(
                clock=declared.title if declared else clock
            ),
        )
    return declared.extension


def _days_faults(case: Case, now: Standing, clock: str, days: int) -> Faults:
    declared = declaration_of(case).clocks[clock]
    extension, run = _extension(case, clock), now.clock(clock)
    if run is None:
        return {
            "clock": Text(zh="“{clock}”没有计时。", en="“{clock}” does not run.").fill(clock=declared.title)
        }
    if run.extensions >= extension.most_times:
        return {
            "clock": Text(
                zh="“{clock}”已延期{times}次，不能再延。",
                en="“{clock}” was extended {times} time(s); that is all.",
            ).fill(clock=declared.title, times=run.extensions)
        }
    left = extension.most_days - run.extended_days
    if not 1 <= days <= left:
        return {
            "days": Text(
                zh="可延1至{left}个工作日，填的是{days}。",
                en="Between 1 and {left} working days, not {days}.",
            ).fill(left=left, days=days)
        }
    return {}


def _require(author: Any, case: Case, parts: tuple[str, ...]) -> None:
    case_type = declaration_of(case)
    refuse(may_as(author, case.zone, case_type, parts, parties_of(case), timezone.localdate()))


def _step(
    action: AskExtension | DecideExtension, case: Case, kind: StepKind, data: dict[str, Any]
) -> NewStep:
    case_type, parties, today = declaration_of(case), parties_of(case), timezone.localdate()
    declared = case_type.clocks.get(data["clock"])
    extension = declared.extension if declared else None
    parts = (
        ()
        if extension is None
        else extension.asked_by
        if kind is StepKind.EXTENSION_ASKED
        else extension.decided_by
    )
    part = next(
        (each for each in parts if may_as(action.author, case.zone, case_type, (each,), parties, today).ok),
        "",
    )
    return NewStep(
        kind,
        case.state,
        action.author,
        moment_in(case, action.at, action.author),
        part=part,
        reason=action.reason,
        data=data,
    )

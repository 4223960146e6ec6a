"""The same move on many cases, each for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied

from ecociv.casework.actions.files import Attachment
from ecociv.casework.actions.steps import TakeStep
from ecociv.casework.models import Case, CaseStep
from ecociv.casework.refusals import CaseRefused
from ecociv.core.text import Text, as_text


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of an action on one case: the step, or why it was refused."""

    case: Case
    step: CaseStep | None
    refusal: Text | None = None

    @property
    def done(self) -> bool:
        """Whether the step was taken."""
        return self.step is not None

    @classmethod
    def of(cls, case: Case, act: Callable[[], CaseStep]) -> StepOutcome:
        """Do it, and say what came of it."""
        try:
            return cls(case, act())
        except CaseRefused as refused:
            return cls(case, None, refused.text)
        except PermissionDenied as denied:
            return cls(case, None, as_text(str(denied)))


@dataclass(frozen=True, slots=True)
class BulkStep:
    """Take a move on each of many cases; one that is refused does not keep the others.

    The cases are taken as they were when they were read (`Case.steps_taken`): one that moved on since is refused.
    """

    cases: Iterable[Case]
    transition: str
    author: Any
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    documents: Iterable[Attachment] = ()
    outcome: str = ""

    def check(self) -> list[StepOutcome]:
        """What would be refused, and why; nothing is written. A case without a refusal is left out."""
        refused = []
        for case in self.cases:
            try:
                self._one(case).check()
            except CaseRefused as error:
                refused.append(StepOutcome(case, None, error.text))
            except PermissionDenied as error:
                refused.append(StepOutcome(case, None, as_text(str(error))))
        return refused

    def execute(self) -> list[StepOutcome]:
        """Take the move case by case, each in its own transaction; what came of each, in order."""
        return [StepOutcome.of(case, self._one(case).execute) for case in self.cases]

    def _one(self, case: Case) -> TakeStep:
        return TakeStep(
            case,
            self.transition,
            self.author,
            case.steps_taken,
            self.reason,
            self.fields,
            tuple(self.documents),
            self.outcome,
        )

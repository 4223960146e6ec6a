"""Adding a note to a case (批示、说明)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecociv.casework.actions.files import Attachment, file_faults
from ecociv.casework.actions.writing import (
    NewStep,
    add_step,
    locked,
    moment_in,
    one_writer,
    refuse_faults,
    sent_twice,
)
from ecociv.casework.content import reason_faults
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.permissions import may_note, parts_played, refuse


@dataclass(frozen=True, slots=True)
class AddNote:
    """Say something on a case; open to whoever plays a part and to oversight, also after it has ended."""

    case: Case
    author: Any
    reason: str
    documents: Iterable[Attachment] = ()
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not, an empty note, and files that are not kept.

        Raises
        ------
        PermissionDenied, InputRefused
        """
        self._checked(Case.objects.get(pk=self.case.pk), tuple(self.documents))

    def execute(self) -> CaseStep:
        """Add the note; the same one sent again within a minute gives the one already added."""
        documents = tuple(self.documents)
        with one_writer():
            case = locked(self.case)
            self._checked(case, documents)
            new = NewStep(
                StepKind.NOTED,
                case.state,
                self.author,
                moment_in(case, self.at, self.author),
                part=min(parts_played(self.author, case), default=""),
                reason=self.reason,
                documents=documents,
            )
            return sent_twice(case, new, 0) or add_step(case, new)[0]

    def _checked(self, case: Case, documents: tuple[Attachment, ...]) -> None:
        refuse(may_note(self.author, case))
        refuse_faults(reason_faults(self.reason, required=True), file_faults(documents))

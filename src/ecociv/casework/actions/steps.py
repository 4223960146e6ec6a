"""Moving a case on (办理)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ecociv.casework.actions.files import Attachment, file_faults
from ecociv.casework.actions.follow_on import NOT_OPENED, opening, refused
from ecociv.casework.actions.opening import OpenCase
from ecociv.casework.actions.writing import (
    NewStep,
    add_step,
    locked,
    moment_in,
    one_writer,
    refuse_faults,
    require_open,
    seen_or_moved,
    sent_twice,
)
from ecociv.casework.clocks import day_of
from ecociv.casework.content import document_faults, field_values, outcome_of, reason_faults
from ecociv.casework.declaration import Transition
from ecociv.casework.guards import NO_CHILDREN, verdict_on
from ecociv.casework.models import Case, CaseStep, StepKind
from ecociv.casework.permissions import children_of, may_as, parties_of, refuse
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.casework.refusals import CaseRefused, MoveNotOpen
from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class TakeStep:
    """Take a declared move; a move that opens another case does so in the same transaction, or is not taken.

    Parameters
    ----------
    case, transition
        The case and the key of the move.
    seen
        ``Case.steps_taken`` of the page on which the author decided: who decides on what is no longer so, is told.
    fields, documents, outcome
        What the move asks for.
    at
        When it happened, for samples and papers put on record later.
    """

    case: Case
    transition: str
    author: Any
    seen: int
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    documents: Iterable[Attachment] = ()
    outcome: str = ""
    at: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not take the move, a move that is not open, and input that does not stand.

        Raises
        ------
        PermissionDenied
            With the policy's sentence.
        CaseMovedOn
            When the case is no longer as it was seen.
        MoveNotOpen
            When its state or a condition does not allow the move.
        InputRefused
            With a sentence for each input.
        """
        case = Case.objects.get(pk=self.case.pk)
        self._checked(case, self._step(case, tuple(self.documents)))

    def execute(self) -> CaseStep:
        """Take the move; the same one sent again within a minute gives the step already taken."""
        documents = tuple(self.documents)
        with one_writer():
            case = locked(self.case)
            new = self._step(case, documents)
            twin = sent_twice(case, new, self.seen)
            if twin is not None:
                return twin
            self._checked(case, new)
            move = declaration_of(case).transitions[self.transition]
            to_open = self._opening(case, move, new) if move.opens else []
            step, _ = add_step(case, new)
            for each in to_open:
                self._open(each, move)
        return step

    def _opening(self, case: Case, move: Transition, new: NewStep) -> list[OpenCase]:
        """The cases that the move opens; refused, with the reason, where one cannot be opened."""
        try:
            made = opening(case, move, self.author, new.reason.strip(), new.at, self.at)
            for each in made:
                each.check()
        except NOT_OPENED as error:
            raise refused(move, error) from error
        return made

    def _open(self, to_open: OpenCase, move: Transition) -> None:
        assert move.opens is not None
        try:
            opened = to_open.execute()
            if move.opens.take is not None:
                TakeStep(
                    opened, move.opens.take, self.author, opened.steps_taken, self.reason, at=self.at
                ).execute()
        except NOT_OPENED as error:
            raise refused(move, error) from error

    def _step(self, case: Case, documents: tuple[Attachment, ...]) -> NewStep:
        """The step as it would be written, with what stands of the input."""
        case_type = declaration_of(case)
        move = case_type.transitions.get(self.transition)
        if move is None:
            raise CaseRefused(
                "no-such-move",
                Text(
                    zh="没有“{move}”这一步；有：{known}。",
                    en="There is no move “{move}”; there are: {known}.",
                ).fill(move=self.transition, known=", ".join(case_type.transitions)),
            )
        at = moment_in(case, self.at, self.author)
        values, _ = field_values(case_type, move.fields, self.fields, day_of(at))
        outcome, _ = outcome_of(case_type, move.outcomes, self.outcome)
        parties, today = parties_of(case), timezone.localdate()
        part = next(
            (
                each
                for each in move.by
                if may_as(self.author, case.zone, case_type, (each,), parties, today).ok
            ),
            "",
        )
        data = {**({"fields": values} if values else {}), **({"outcome": outcome} if outcome else {})}
        return NewStep(
            StepKind.MOVED,
            move.to,
            self.author,
            at,
            transition=self.transition,
            part=part,
            reason=self.reason,
            data=data,
            documents=documents,
        )

    def _checked(self, case: Case, new: NewStep) -> None:
        case_type = declaration_of(case)
        move = case_type.transitions[self.transition]
        refuse(may_as(self.author, case.zone, case_type, move.by, parties_of(case), timezone.localdate()))
        seen_or_moved(case, self.seen)
        require_open(case)
        counts = any(guard.children_closed or guard.no_child_ended_as for guard in move.guards)
        verdict = verdict_on(
            case_type,
            self.transition,
            case_standing(case),
            day_of(new.at),
            children=children_of(case) if counts else NO_CHILDREN,
            actor=str(self.author.pk),
        )
        if not verdict.ok:
            raise MoveNotOpen(
                verdict.reasons[0].code,
                Text(
                    zh=" ".join(reason.text.zh for reason in verdict.reasons),
                    en=" ".join(reason.text.en for reason in verdict.reasons),
                ),
            )
        _, field_faults = field_values(case_type, move.fields, self.fields, day_of(new.at))
        _, outcome_faults = outcome_of(case_type, move.outcomes, self.outcome)
        refuse_faults(
            reason_faults(self.reason, required=move.reason),
            field_faults,
            document_faults(case_type, move.documents, [file.key for file in new.documents]),
            outcome_faults,
            file_faults(new.documents),
        )
        if move.opens is not None:
            self._opening(case, move, new)

"""Taking in a filled workbook: everything in it becomes drafts, or is handed in, or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from ecociv.core.text import Text
from ecociv.evidence.models import ReturnRevision
from ecociv.evidence.returns.actions.filling import SaveDraft, SubmitReturn, demand_filling, findings_of
from ecociv.evidence.returns.bodies import Directory
from ecociv.evidence.returns.queries import draft_of
from ecociv.evidence.returns.refusals import ReturnRefused
from ecociv.evidence.returns.sheet_reading import SheetProblem, SheetReading
from ecociv.evidence.returns.workbook_reading import WorkbookReading


@dataclass(slots=True)
class TakeWorkbook:
    """Put a workbook into the drafts of its returns.

    Parameters
    ----------
    submit
        Hand the returns in at once. Otherwise they stay drafts, in which faults of the rules may still stand.
    versions
        Versions of the drafts that the author saw, by key of the return; a draft saved since refuses the whole.
        A return that is not named here is taken as it stands.
    """

    reading: WorkbookReading
    author: Any
    directory: Directory | None = None
    submit: bool = False
    reason: str = ""
    versions: Mapping[str, int | None] = field(default_factory=dict)

    def check(self) -> tuple[SheetProblem, ...]:
        """Every fault by sheet and cell, those of the rules included; permission first."""
        problems = list(self.reading.problems)
        said = {(each.sheet, each.cell) for each in problems}
        for sheet in self.reading.sheets:
            demand_filling(sheet.subject, self.author, self.directory)
            _, findings = findings_of(sheet.subject, sheet.typed, sheet.explanations)
            for finding in findings:
                problem = sheet.problem(finding)
                if finding.blocks and (problem.sheet, problem.cell) not in said:
                    problems.append(problem)
        return tuple(problems)

    def execute(self) -> tuple[ReturnRevision, ...]:
        """Take it in; the revisions that were handed in, none without ``submit``.

        Raises
        ------
        ReturnRefused
            When a cell cannot be read, or (``submit``) a rule is broken; nothing is written then.
        """
        problems = self.check() if self.submit else self.reading.problems
        if problems or self.reading.more:
            raise ReturnRefused(
                "workbook-faults",
                Text(
                    zh="工作簿中有{count}处问题，没有写入任何内容",
                    en="the workbook has {count} faults; nothing of it was written",
                ).fill(count=len(problems) + self.reading.more),
            )
        with transaction.atomic():
            return tuple(
                revision for sheet in self.reading.sheets if (revision := self._take(sheet)) is not None
            )

    def _take(self, sheet: SheetReading) -> ReturnRevision | None:
        draft = draft_of(sheet.subject.on_record())
        seen = self.versions.get(sheet.subject.key, draft.version if draft else None)
        SaveDraft(
            sheet.subject,
            sheet.typed,
            self.author,
            sheet.explanations,
            version=seen,
            reason=self.reason or (draft.reason if draft else ""),
            directory=self.directory,
        ).execute()
        return SubmitReturn(sheet.subject, self.author, self.directory).execute() if self.submit else None

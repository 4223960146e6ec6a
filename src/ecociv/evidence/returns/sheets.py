"""What goes into the workbook of a return: its draft, or what is on record, beside the period before."""

from __future__ import annotations

from datetime import date

from ecociv.evidence.returns.actions.base import Subject
from ecociv.evidence.returns.actions.filling import subject_before
from ecociv.evidence.returns.bodies import Directory, filler
from ecociv.evidence.returns.drafts import Typed
from ecociv.evidence.returns.queries import draft_of, entries_of, revisions_of
from ecociv.evidence.returns.workbook import Sheet


def sheet_of(subject: Subject, day: date, directory: Directory | None) -> Sheet:
    """The sheet of a return as it stands."""
    typed, explanations = current(subject)
    return Sheet(
        subject,
        filler(subject.form, subject.place, day, directory),
        typed,
        explanations,
        subject_before(subject),
    )


def current(subject: Subject) -> tuple[dict[str, Typed], dict[str, str]]:
    """What stands in a return now: the draft where there is one, else what was submitted last."""
    of = subject.on_record()
    draft = draft_of(of)
    if draft is not None:
        return {key: Typed.from_json(each) for key, each in draft.cells.items()}, dict(draft.explanations)
    revision = revisions_of(of)[-1] if of is not None and of.revisions.exists() else None
    entries = entries_of(revision)
    return {key: Typed.from_entry(entry) for key, entry in entries.items()}, dict(
        revision.explanations if revision else {}
    )

"""Filling in and handing in: the body's side of a return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import DepartmentalReturn, ReturnDraft, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.actions.base import (
    FILLING,
    Subject,
    audited,
    log,
    newest_revision,
    require_state,
    state_of,
    today,
)
from ecociv.evidence.returns.bodies import Directory, filler
from ecociv.evidence.returns.cells import Entry, entries_to_json
from ecociv.evidence.returns.chain import last_link, seal
from ecociv.evidence.returns.checks import EXPLANATION_LONGEST, Finding, check_entries
from ecociv.evidence.returns.drafts import Typed, read_typed
from ecociv.evidence.returns.figures import accepted_figures
from ecociv.evidence.returns.permissions import demand, may_fill
from ecociv.evidence.returns.refusals import ReturnRefused, SavedMeanwhile


def findings_of(
    subject: Subject,
    typed: Mapping[str, Typed],
    explanations: Mapping[str, str],
    before: Mapping[str, Entry] | None = None,
) -> tuple[dict[str, Entry], tuple[Finding, ...]]:
    """What can be read of a draft, and everything that is wrong with it."""
    read = read_typed(subject.cells, typed)
    previous = subject_before(subject) if before is None else before
    unread = {key for finding in read.findings for key in finding.cells}
    rest = check_entries(subject.form, subject.cells, read.entries, previous, explanations)
    # An unreadable cell is said once, not also as empty.
    rest = tuple(each for each in rest if not (each.code == "empty" and set(each.cells) <= unread))
    return read.entries, (*read.findings, *rest)


def demand_filling(subject: Subject, author: Any, directory: Directory | None) -> None:
    """Raise ``PermissionDenied`` unless the author may fill this return today."""
    demand(may_fill(author, subject.zone, subject.form, subject.place, today(), directory))


def subject_before(subject: Subject) -> dict[str, Entry]:
    """The accepted figures of the period before."""
    return accepted_figures(
        subject.zone, subject.form, subject.place.key, subject.period.previous(), sample=subject.sample
    )


@dataclass(slots=True)
class SaveDraft:
    """Save what is filled in so far; nobody but the body and the office sees it.

    Parameters
    ----------
    version
        The version that the author saw; ``None`` before there was a draft. Another one on record refuses the saving,
        so that nobody overwrites what a colleague has just saved.
    """

    subject: Subject
    typed: Mapping[str, Typed]
    author: Any
    explanations: Mapping[str, str]
    version: int | None = None
    reason: str = ""
    directory: Directory | None = None

    def check(self) -> tuple[Finding, ...]:
        """What would be wrong with it; permission first."""
        demand_filling(self.subject, self.author, self.directory)
        return findings_of(self.subject, self.typed, self.explanations)[1]

    def execute(self) -> ReturnDraft:
        """Save.

        Raises
        ------
        SavedMeanwhile
            When the draft on record is not the version that the author saw.
        ReturnRefused
            When the return is not being filled in, or the period has not ended.
        """
        demand_filling(self.subject, self.author, self.directory)
        with transaction.atomic():
            of = self.subject.begun()
            if not ReturnStep.objects.filter(of=of).exists():
                log(of, StepKind.OPENED, self.author)
            require_state(of, FILLING, Text(zh="填写", en="fill it in"))
            return self._save(of)

    def _save(self, of: DepartmentalReturn) -> ReturnDraft:
        draft = ReturnDraft.objects.filter(of=of).first()
        if draft is not None and self.version != draft.version:
            raise SavedMeanwhile(
                "saved-meanwhile",
                Text(
                    zh="{who}刚刚保存了这张报表（第{version}稿）；您的修改没有覆盖它。请重新打开，看过后再改",
                    en="{who} has just saved this return (version {version}); your changes did not overwrite it. Open it "
                    "again, look at what is there, and make them once more",
                ).fill(who=draft.saved_by, version=draft.version),
            )
        draft = draft or ReturnDraft(of=of, version=0)
        draft.cells = {key: stored for key, each in self.typed.items() if (stored := each.to_json())}
        draft.explanations = {
            key: text.strip()[:EXPLANATION_LONGEST] for key, text in self.explanations.items() if text.strip()
        }
        draft.reason = self.reason.strip()
        draft.version += 1
        draft.saved_by, draft.saved_at = name_of(self.author), timezone.now()
        draft.save()
        return draft


@dataclass(slots=True)
class SubmitReturn:
    """Hand in the draft: all of it or nothing, with a list of every fault."""

    subject: Subject
    author: Any
    directory: Directory | None = None
    version: int | None = None

    def check(self) -> tuple[Finding, ...]:
        """Everything that is wrong with the draft; permission first."""
        self._permitted()
        of = self.subject.on_record()
        draft = ReturnDraft.objects.filter(of=of).first() if of else None
        return findings_of(self.subject, *_content(draft))[1]

    def execute(self) -> ReturnRevision:
        """Hand in.

        Raises
        ------
        ReturnRefused
            When anything stops it; its findings list all of it.
        SavedMeanwhile
            When the draft is not the version that the author saw.
        """
        self._permitted()
        with transaction.atomic():
            of = self.subject.on_record(lock=True)
            draft = ReturnDraft.objects.filter(of=of).first() if of else None
            if of is None or draft is None:
                raise ReturnRefused(
                    "nothing-filled", Text(zh="还没有填写任何内容", en="nothing has been filled in yet")
                )
            require_state(of, FILLING, Text(zh="报送", en="hand it in"))
            if self.version is not None and self.version != draft.version:
                raise SavedMeanwhile(
                    "saved-meanwhile",
                    Text(
                        zh="{who}刚刚保存了第{version}稿；请看过后再报送",
                        en="{who} has just saved version {version}; look at it before you hand it in",
                    ).fill(who=draft.saved_by, version=draft.version),
                )
            if self.subject.period.end >= today():
                raise ReturnRefused(
                    "period-not-over",
                    Text(
                        zh="{period}还没有结束，可以先填写，结束后再报送",
                        en="{period} is not over yet; fill it in and hand it in when it is",
                    ).fill(period=self.subject.period.text),
                )
            entries, findings = findings_of(self.subject, *_content(draft))
            if stopping := [each for each in findings if each.blocks]:
                raise ReturnRefused(
                    "faults",
                    Text(
                        zh="有{count}处需要改正或说明，全部未报送",
                        en="{count} things have to be corrected or explained; nothing was handed in",
                    ).fill(count=len(stopping)),
                    stopping,
                )
            before = newest_revision(of)
            accepted = of.steps.filter(kind=StepKind.LOCKED).exists()
            if accepted and not draft.reason:
                raise ReturnRefused(
                    "no-reason",
                    Text(
                        zh="更正已采用的数字要写明原因",
                        en="a restatement of accepted figures needs its reason",
                    ),
                )
            revision = self._revision(of, draft, entries, before.number + 1 if before else 1)
            log(of, StepKind.SUBMITTED, self.author, revision=revision, reason=draft.reason)
            draft.delete()
            audited(
                self.subject,
                "submit",
                self.author,
                before=before.digest if before else None,
                after=revision.digest,
                reason=revision.reason,
            )
        return revision

    def _permitted(self) -> None:
        demand_filling(self.subject, self.author, self.directory)

    def _revision(
        self, of: DepartmentalReturn, draft: ReturnDraft, entries: Mapping[str, Entry], number: int
    ) -> ReturnRevision:
        body = filler(self.subject.form, self.subject.place, today(), self.directory)
        revision = ReturnRevision(
            of=of,
            number=number,
            cells=entries_to_json(entries),
            explanations=draft.explanations,
            reason=draft.reason,
            form_digest=self.subject.form.digest,
            author=account_of(self.author),
            author_name=name_of(self.author),
            body=body.key,
            body_name=body.name.zh,
            submitted_at=timezone.now(),
        )
        seal(of, revision, last_link())
        revision.save(force_insert=True)
        return revision


@dataclass(slots=True)
class BeginRestatement:
    """Open a locked return again: the figures stay on record until the new revision is accepted."""

    subject: Subject
    author: Any
    reason: str
    directory: Directory | None = None

    def check(self) -> DepartmentalReturn:
        """The return that would be restated.

        Raises
        ------
        ReturnRefused
            When there is no reason, or the return is not locked.
        """
        demand_filling(self.subject, self.author, self.directory)
        if not self.reason.strip():
            raise ReturnRefused(
                "no-reason", Text(zh="请写明更正的原因", en="say why the figures are to be restated")
            )
        of = self.subject.on_record()
        if of is None:
            raise ReturnRefused(
                "nothing-filed", Text(zh="这张报表还没有报送过", en="this return was never handed in")
            )
        require_state(of, frozenset({StepKind.LOCKED}), Text(zh="开始更正", en="begin a restatement"))
        return of

    def execute(self) -> ReturnDraft:
        """Begin, with the figures on record as the draft."""
        with transaction.atomic():
            self.subject.on_record(lock=True)
            of = self.check()
            revision = newest_revision(of)
            log(of, StepKind.RESTATING, self.author, revision=revision, reason=self.reason.strip())
            audited(self.subject, "restate", self.author, reason=self.reason.strip())
            return draft_from(of, revision, self.author, self.reason.strip())


@dataclass(slots=True)
class DropRestatement:
    """Leave the accepted figures as they are after all."""

    subject: Subject
    author: Any
    directory: Directory | None = None

    def check(self) -> DepartmentalReturn:
        """The return whose restatement would be dropped.

        Raises
        ------
        ReturnRefused
            When none is being filled in.
        """
        demand_filling(self.subject, self.author, self.directory)
        of = self.subject.on_record()
        restated = of is not None and of.steps.filter(kind=StepKind.LOCKED).exists()
        if of is None or not restated or state_of(of) not in {StepKind.RESTATING, StepKind.SENT_BACK}:
            raise ReturnRefused(
                "nothing-to-drop", Text(zh="没有正在进行的更正", en="no restatement is being made")
            )
        return of

    def execute(self) -> None:
        """Drop it; the log keeps that it was begun."""
        with transaction.atomic():
            self.subject.on_record(lock=True)
            of = self.check()
            ReturnDraft.objects.filter(of=of).delete()
            log(of, StepKind.DROPPED, self.author, rule="accepted-figures")
            audited(self.subject, "drop-restatement", self.author)


def draft_from(
    of: DepartmentalReturn, revision: ReturnRevision | None, author: Any, reason: str
) -> ReturnDraft:
    """Make the draft that continues from a revision."""
    cells = {}
    if revision is not None:
        cells = {
            key: Typed.from_entry(Entry.from_json(each)).to_json() for key, each in revision.cells.items()
        }
    draft, _ = ReturnDraft.objects.update_or_create(
        of=of,
        defaults={
            "cells": cells,
            "explanations": revision.explanations if revision else {},
            "reason": reason,
            "saved_by": name_of(author),
            "saved_at": timezone.now(),
        },
    )
    return draft


def _content(draft: ReturnDraft | None) -> tuple[dict[str, Typed], dict[str, str]]:
    if draft is None:
        return {}, {}
    return {key: Typed.from_json(each) for key, each in draft.cells.items()}, dict(draft.explanations)

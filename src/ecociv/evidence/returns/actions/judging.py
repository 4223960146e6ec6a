"""Reviewing, sending back and accepting: the reviewer's side of a return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ecociv.core.text import Text
from ecociv.evidence.models import DepartmentalReturn, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.actions.base import (
    Subject,
    audited,
    log,
    newest_revision,
    require_state,
    today,
)
from ecociv.evidence.returns.actions.filling import draft_from
from ecociv.evidence.returns.bodies import Directory
from ecociv.evidence.returns.permissions import demand, may_judge
from ecociv.evidence.returns.recording import Accepted, record
from ecociv.evidence.returns.refusals import ReturnRefused
from ecociv.evidence.store import EvidenceStore

LOCK_RULE = "accepted-figures"
"""Accepted figures are evidence: they are restated by a new revision with its reason, never changed."""

_WITH_REVIEWER = frozenset({StepKind.SUBMITTED, StepKind.REVIEWED})


@dataclass(slots=True)
class _Judging:
    subject: Subject
    author: Any
    directory: Directory | None = None

    def judged(
        self, states: frozenset[StepKind], what: Text
    ) -> tuple[DepartmentalReturn, ReturnRevision, StepKind]:
        """The return, its newest revision and its state; permission and state are demanded."""
        of = self.subject.on_record(lock=transaction.get_connection().in_atomic_block)
        revision = newest_revision(of) if of else None
        demand(
            may_judge(
                self.author,
                self.subject.zone,
                self.subject.form,
                self.subject.place,
                revision,
                today(),
                self.directory,
            )
        )
        if of is None or revision is None:
            raise ReturnRefused(
                "nothing-filed", Text(zh="这张报表还没有报送", en="nothing was handed in yet")
            )
        return of, revision, require_state(of, states, what)


@dataclass(slots=True)
class SendBack(_Judging):
    """Give a return back to its body with reasons; what was submitted stays on record as a revision."""

    reason: str = ""

    def check(self) -> ReturnRevision:
        """The revision that would be sent back.

        Raises
        ------
        ReturnRefused
            Without a reason, or when the return is not with the reviewer.
        """
        if not self.reason.strip():
            raise ReturnRefused("no-reason", Text(zh="请写明退回的原因", en="say why it is sent back"))
        return self.judged(_WITH_REVIEWER, Text(zh="退回", en="send it back"))[1]

    def execute(self) -> ReturnStep:
        """Send it back; the draft continues from what was submitted."""
        with transaction.atomic():
            revision = self.check()
            of = revision.of
            step = log(of, StepKind.SENT_BACK, self.author, revision=revision, reason=self.reason.strip())
            draft_from(of, revision, revision.author_name, revision.reason)
            audited(self.subject, "send-back", self.author, after=revision.digest, reason=self.reason.strip())
        return step


@dataclass(slots=True)
class ReviewReturn(_Judging):
    """Put on record that a submitted revision was looked through and found in order."""

    remark: str = ""

    def check(self) -> ReturnRevision:
        """The revision that would be marked as reviewed.

        Raises
        ------
        ReturnRefused
            When none waits for review.
        """
        return self.judged(frozenset({StepKind.SUBMITTED}), Text(zh="审核", en="review it"))[1]

    def execute(self) -> ReturnStep:
        """Mark it as reviewed."""
        with transaction.atomic():
            revision = self.check()
            step = log(
                revision.of, StepKind.REVIEWED, self.author, revision=revision, reason=self.remark.strip()
            )
            audited(self.subject, "review", self.author, after=revision.digest, reason=self.remark.strip())
        return step


@dataclass(slots=True)
class AcceptReturn(_Judging):
    """Accept a reviewed revision: its figures go to the evidence in one batch, and the return is locked.

    Acceptance is decided first and the figures are written after it. Cut off between the two, the return stands as
    accepted and not locked; taking the step again finishes it and writes nothing twice.
    """

    store: EvidenceStore | None = None

    def check(self) -> ReturnRevision:
        """The revision that would be accepted.

        Raises
        ------
        ReturnRefused
            When none was reviewed.
        """
        return self._ready()[1]

    def execute(self) -> ReturnStep:
        """Accept, write the figures, lock."""
        with transaction.atomic():
            of, revision, state = self._ready()
            if state is StepKind.REVIEWED:
                log(of, StepKind.ACCEPTED, self.author, revision=revision)
                audited(self.subject, "accept", self.author, after=revision.digest, reason=revision.reason)
        run = record(
            [Accepted(self.subject.form, of, revision)],
            author=self.author,
            reason=revision.reason or f"{of} r{revision.number}",
            source=revision.digest,
            store=self.store,
        )
        with transaction.atomic():
            self.subject.on_record(lock=True)
            done = of.steps.filter(kind=StepKind.LOCKED, revision=revision).first()
            return done or log(of, StepKind.LOCKED, self.author, revision=revision, rule=LOCK_RULE, run=run)

    def _ready(self) -> tuple[DepartmentalReturn, ReturnRevision, StepKind]:
        return self.judged(frozenset({StepKind.REVIEWED, StepKind.ACCEPTED}), Text(zh="采用", en="accept it"))

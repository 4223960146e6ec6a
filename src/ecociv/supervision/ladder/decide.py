"""Deciding on a proposal: accept it (a case is opened), decline it or defer it, each with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from ecociv.casework.actions import OpenCase
from ecociv.casework.load import case_type
from ecociv.casework.permissions import may_open
from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.people import audit
from ecociv.supervision.ladder.models import Proposal, ProposalDecision

Decision = ProposalDecision.Decision
SHORTEST_REASON = 4


class ProposalRefused(ValueError):
    """A decision cannot be taken; ``text`` says why and what to do."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


class DecidedMeanwhile(ProposalRefused):
    """Somebody else decided on the proposal first."""


def may_decide(user: Any, proposal: Proposal) -> Verdict:
    """Whether a user may decide: whoever may open cases of the type that is proposed."""
    return may_open(user, proposal.zone, case_type(proposal.zone, proposal.proposes))


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """Decide on a proposal.

    Parameters
    ----------
    proposal, author
    decision : ProposalDecision.Decision
    reason : str
        At least a few words; it stays on record.
    seen : int
        Number of decisions that the page showed, so that two people at once do not pass over each other.
    until : datetime.date, optional
        Until when it is deferred; later than today.
    type, title, parties, fields
        For accepting: the case to open, prefilled from the proposal and edited by whoever decides.
    """

    proposal: Proposal
    author: Any
    decision: str
    reason: str
    seen: int
    until: dt.date | None = None
    type: str = ""
    title: str = ""
    parties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse whoever may not decide, and a decision that does not hold together.

        Raises
        ------
        PermissionDenied
            With the policy's sentence.
        ProposalRefused, DecidedMeanwhile
            With what to do instead.
        ecociv.casework.refusals.CaseRefused
            When the case cannot be opened as it was filled in.
        """
        verdict = may_decide(self.author, self.proposal)
        if not verdict.ok:
            language = get_language() or "zh-hans"
            raise PermissionDenied(" ".join(each.text.in_language(language) for each in verdict.reasons))
        if self.decision not in Decision.values:
            raise ProposalRefused(
                "no-such-decision",
                Text(zh="请选择采纳、不采纳或暂缓。", en="Choose to accept, decline or defer."),
            )
        if len(self.reason.strip()) < SHORTEST_REASON:
            raise ProposalRefused(
                "reason-missing",
                Text(
                    zh="请写明理由（至少四个字），理由将存档。",
                    en="Give the reason (a few words); it stays on record.",
                ),
            )
        if self.decision == Decision.DEFERRED and (self.until is None or self.until <= timezone.localdate()):
            raise ProposalRefused(
                "until-missing",
                Text(
                    zh="暂缓须写明到哪一天，且在今天之后。",
                    en="Say until when it is deferred, a day after today.",
                ),
            )
        self._unmoved()
        if self.decision == Decision.ACCEPTED:
            self._opening().check()

    def execute(self) -> ProposalDecision:
        """Record the decision, and open the case when it is accepted: both or neither."""
        try:
            with transaction.atomic():
                # The row is locked, so that of two decisions at once the second sees the first.
                Proposal.objects.select_for_update().get(pk=self.proposal.pk)
                self.check()
                case = self._opening().execute() if self.decision == Decision.ACCEPTED else None
                row = ProposalDecision.objects.create(
                    proposal=self.proposal,
                    number=self.seen + 1,
                    decision=self.decision,
                    reason=self.reason.strip(),
                    until=self.until if self.decision == Decision.DEFERRED else None,
                    case=case,
                    actor=self.author,
                    actor_name=self.author.name_shown,
                    recorded_at=timezone.now(),
                )
                audit.record(
                    actor=self.author,
                    action=f"proposal-{self.decision}",
                    zone=self.proposal.zone,
                    subject_kind="proposal",
                    subject_key=str(self.proposal.pk),
                    after={"decision": self.decision, "case": case.number if case else ""},
                    reason=row.reason,
                )
                return row
        except IntegrityError as error:
            raise _meanwhile(self.proposal) from error

    def _unmoved(self) -> None:
        last = ProposalDecision.objects.filter(proposal=self.proposal).order_by("-number").first()
        if last is None and self.seen == 0:
            return
        if last is None or last.number != self.seen or last.decision != Decision.DEFERRED:
            raise _meanwhile(self.proposal)

    def _opening(self) -> OpenCase:
        return OpenCase(
            zone=self.proposal.zone,
            type=self.type or self.proposal.proposes,
            title=(self.title or self.proposal.title_zh)[:200],
            author=self.author,
            subject=self.proposal.subject,
            parties=self.parties,
            fields=self.fields,
            reason=self.reason.strip(),
            origin=f"proposal:{self.proposal.pk}",
            sample=self.proposal.sample,
        )


def _meanwhile(proposal: Proposal) -> DecidedMeanwhile:
    last = ProposalDecision.objects.filter(proposal=proposal).order_by("-number").first()
    who = last.actor_name if last else "—"
    what = Text(
        zh={"accepted": "采纳", "declined": "不采纳", "deferred": "暂缓"}.get(
            last.decision if last else "", "处理"
        ),
        en=str(last.decision) if last else "decided on",
    )
    return DecidedMeanwhile(
        "decided-meanwhile",
        Text(
            zh="{who}刚刚已{what}这条建议，请刷新页面查看。",
            en="{who} has just {what} this proposal; reload the page to see it.",
        ).fill(who=who, what=what),
    )


def prefilled(proposal: Proposal, language: str = "zh") -> dict[str, Any]:
    """What the form for the case begins with: bodies by part, and the reasons as its basis."""
    declared = case_type(proposal.zone, proposal.proposes)
    said = "\n".join(reason.text.in_language(language) for reason in proposal.why)
    first, *others = proposal.bodies or [""]
    parties: dict[str, tuple[str, ...]] = {}
    for key, part in declared.parts.items():
        if part.bodies == "one" and first:
            parties[key] = (first,)
        elif part.bodies == "several" and others:
            parties[key] = tuple(others)
    basis = {"basis": said, "matter": said, "facts": said}
    fields = {name: basis.get(name, "") for name in declared.asked_at_opening}
    return {"parties": parties, "fields": fields, "title": proposal.title.in_language(language)[:200]}

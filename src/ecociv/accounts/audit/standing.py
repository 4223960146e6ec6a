"""Where an audit stands: what its steps and papers come to, as known at a moment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecociv.accounts.audit.models import AuditPaper, AuditStep, LeavingAudit, PaperStatus, StepKind
from ecociv.accounts.audit.permissions import acts_for, may_read_all
from ecociv.casework.models import Case
from ecociv.core.text import Text
from ecociv.core.workdays import add_working_days

STATES = {
    "open": Text(zh="进行中", en="Under way"),
    "comment": Text(zh="征求意见中", en="Draft out for comment"),
    "commented": Text(zh="已反馈意见，待结论", en="Commented, to be concluded"),
    "concluded": Text(zh="已作结论", en="Concluded"),
}


@dataclass(frozen=True, slots=True)
class AuditStanding:
    """What the steps of an audit come to."""

    steps: tuple[AuditStep, ...]
    papers: tuple[AuditPaper, ...]

    def last(self, kind: str) -> AuditStep | None:
        """The newest step of a kind."""
        return next((one for one in reversed(self.steps) if one.kind == kind), None)

    @property
    def published(self) -> dict[str, Any]:
        """The list, sizes and seed that were published; empty before."""
        found = self.last(StepKind.PUBLISHED)
        return found.data if found else {}

    @property
    def sample(self) -> list[dict[str, Any]]:
        """The records drawn."""
        found = self.last(StepKind.DRAWN)
        return found.data["sample"] if found else []

    @property
    def draft(self) -> AuditStep | None:
        """The newest draft."""
        return self.last(StepKind.DRAFTED)

    @property
    def comments(self) -> tuple[AuditStep, ...]:
        """Comments on the newest draft."""
        if self.draft is None:
            return ()
        return tuple(one for one in self.steps if one.kind == StepKind.COMMENTED and one.number > self.draft.number)

    @property
    def conclusion(self) -> AuditStep | None:
        """The conclusion."""
        return self.last(StepKind.CONCLUDED)

    @property
    def comment_until(self) -> dt.date | None:
        """The last day for a comment on the newest draft."""
        if self.draft is None:
            return None
        return add_working_days(timezone.localdate(self.draft.recorded_at), self.draft.data["comment_days"]).day

    @property
    def state(self) -> str:
        """Key of `STATES`."""
        if self.conclusion is not None:
            return "concluded"
        if self.draft is None:
            return "open"
        return "commented" if self.comments else "comment"

    @property
    def state_words(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def findings(self) -> dict[str, int]:
        """Findings of reviewed papers by severity."""
        counted = Counter(one.severity for one in self.papers if one.status == PaperStatus.REVIEWED)
        return {key: counted.get(key, 0) for key in ("minor", "serious", "grave")}

    @property
    def unreviewed(self) -> tuple[AuditPaper, ...]:
        """Papers that are not reviewed."""
        return tuple(one for one in self.papers if one.status != PaperStatus.REVIEWED)


def standing_of(audit: LeavingAudit, as_of: dt.datetime | None = None) -> AuditStanding:
    """Steps and newest papers of an audit, as on record at a moment."""
    steps, papers = audit.steps.order_by("number"), audit.papers.order_by("number", "revision")
    if as_of is not None:
        steps, papers = steps.filter(recorded_at__lte=as_of), papers.filter(recorded_at__lte=as_of)
    newest = {paper.number: paper for paper in papers.select_related("author", "written_by")}
    return AuditStanding(tuple(steps), tuple(newest.values()))


def audits_for(user: Any, zone: str, as_of: dt.datetime | None = None) -> list[LeavingAudit]:
    """The audits that a user may see, newest first: all, or those of the own body whose draft was sent."""
    rows: QuerySet[LeavingAudit] = LeavingAudit.objects.filter(zone=zone).select_related("official")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    if may_read_all(user, zone):
        return list(rows)
    return [one for one in rows if sees_draft(user, one)]


def sees_draft(user: Any, audit: LeavingAudit) -> bool:
    """Whether the user is of the audited body and a draft was sent."""
    return acts_for(user, audit) and audit.steps.filter(kind=StepKind.DRAFTED).exists()


def requests_of(audit: LeavingAudit) -> list[Case]:
    """The evidence requests of an audit, oldest first."""
    return list(Case.objects.filter(zone=audit.zone, origin=origin_of(audit)).order_by("opened_at", "pk"))


def origin_of(audit: LeavingAudit) -> str:
    """What a case says that it came from."""
    return f"leaving-audit:{audit.pk}"

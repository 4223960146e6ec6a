"""Taking an audit from its opening to its conclusion; each step is added and none is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from ecociv.accounts.audit.as_json import dossier_json
from ecociv.accounts.audit.composition import NEWEST, Composition
from ecociv.accounts.audit.dossier import Dossier, compile_dossier, require_opening
from ecociv.accounts.audit.models import (
    AuditPaper,
    AuditStep,
    FindingSeverity,
    LeavingAudit,
    PaperStatus,
    StepKind,
)
from ecociv.accounts.audit.permissions import require_audit, require_comment
from ecociv.accounts.audit.records import records_of
from ecociv.accounts.audit.sampling import publication, sample_of
from ecociv.accounts.audit.standing import AuditStanding, origin_of, standing_of
from ecociv.accounts.audit.term import AuditRefused, term_of
from ecociv.casework.actions.opening import OpenCase
from ecociv.casework.models import Case
from ecociv.people import audit as record
from ecociv.supervision.inspection.allocation import SampleImpossible
from ecociv.supervision.responsibility.models import Official

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class OpenAudit:
    """Open the audit of an official's term; the days are cut to the post."""

    official: Official
    body: str
    first: dt.date
    last: dt.date
    author: Any
    sample: bool = False

    def check(self) -> Any:
        """The term; refuses whoever is no auditor, days without a post or an opening position, and a term audited already."""
        require_audit(self.author, self.official.zone)
        term = term_of(self.official, self.first, self.last, body=self.body)
        require_opening(term)
        twin = LeavingAudit.objects.filter(
            official=self.official, body=term.body, first=term.first, last=term.last
        ).first()
        if twin is not None:
            raise AuditRefused(
                f"这段任期已有审计：{twin.number}。", f"This term is audited already: {twin.number}.", "first"
            )
        return term

    def execute(self) -> LeavingAudit:
        """Record the audit with its first step."""
        with _one_at_a_time():
            term, year = self.check(), timezone.localdate().year
            last = LeavingAudit.objects.filter(zone=term.zone, year=year).aggregate(last=Max("serial"))["last"]
            made = LeavingAudit(
                zone=term.zone, year=year, serial=(last or 0) + 1, official=self.official, body=term.body,
                first=term.first, last=term.last, sample=self.sample, **_by(self.author),
            )  # fmt: skip
            made.save()
            _step(made, StepKind.OPENED, self.author, {})
        return made


@dataclass(frozen=True, slots=True)
class PublishSample:
    """Publish the list of records with strata, sizes and seed, before any is drawn."""

    audit: LeavingAudit
    seed: str
    author: Any
    size: int | None = None

    def check(self) -> dict[str, Any]:
        """What would be published."""
        require_audit(self.author, self.audit.zone)
        if _open(self.audit).published:
            raise AuditRefused("种子已公布，不能更换。", "The seed is published and cannot be exchanged.", "seed")
        dossier = dossier_of(self.audit)
        try:
            return publication(records_of(dossier), dossier.rules.sampling, self.seed.strip(), self.size)
        except SampleImpossible as error:
            raise AuditRefused(error.text.zh, error.text.en, "seed") from error

    def execute(self) -> AuditStep:
        """Publish."""
        return _take(self.audit, StepKind.PUBLISHED, self.author, self.check())


@dataclass(frozen=True, slots=True)
class DrawRecords:
    """Draw the sample that follows from what was published, and begin a paper for each record."""

    audit: LeavingAudit
    author: Any

    def check(self) -> list[dict[str, Any]]:
        """The sample; refuses a draw before publication, and a second one."""
        require_audit(self.author, self.audit.zone)
        now = _open(self.audit)
        if not now.published:
            raise AuditRefused("请先公布名单和随机种子。", "Publish the list and the seed first.")
        if now.sample:
            raise AuditRefused("样本已抽取。", "The sample is drawn already.")
        return sample_of(now.published)

    def execute(self) -> AuditStep:
        """Put the sample on record."""
        with _one_at_a_time():
            drawn = self.check()
            step = _step(self.audit, StepKind.DRAWN, self.author, {"sample": drawn})
            for each in drawn:
                _paper(self.audit, self.author, title=each["name"]["zh"][:200], about=each["key"], status=PaperStatus.DRAFT)
        return step


@dataclass(frozen=True, slots=True)
class WritePaper:
    """Write a working paper, or its next revision."""

    audit: LeavingAudit
    author: Any
    title: str
    procedure: str
    finding: str
    severity: str
    number: int | None = None
    about: str = ""
    hand_in: bool = False

    def check(self) -> AuditPaper | None:
        """The revision before; refuses a reviewed paper, and a paper that is handed in without words."""
        require_audit(self.author, self.audit.zone)
        now = _open(self.audit)
        if not self.title.strip() or len(self.title) > 200:
            raise AuditRefused("请填写标题，不超过200字。", "Give a title of at most 200 characters.", "title")
        if self.severity not in FindingSeverity.values:
            raise AuditRefused("请选择严重程度。", "Choose how grave it is.", "severity")
        if self.hand_in and not self.procedure.strip():
            raise AuditRefused("请写明做了什么。", "Say what was done.", "procedure")
        if self.severity != FindingSeverity.NONE and not self.finding.strip():
            raise AuditRefused("有问题的，请写明发现了什么。", "Say what was found.", "finding")
        if self.number is None:
            return None
        before = next((one for one in now.papers if one.number == self.number), None)
        if before is None:
            raise AuditRefused(f"没有{self.number}号底稿。", f"There is no paper {self.number}.")
        if before.status == PaperStatus.REVIEWED:
            raise AuditRefused("底稿已复核，不能再改。", "The paper is reviewed and cannot be changed.")
        return before

    def execute(self) -> AuditPaper:
        """Add the revision."""
        with _one_at_a_time():
            before = self.check()
            return _paper(
                self.audit, self.author, before, title=self.title.strip(), about=self.about or (before.about if before else ""),
                procedure=self.procedure.strip()[:LONGEST], finding=self.finding.strip()[:LONGEST], severity=self.severity,
                status=PaperStatus.SUBMITTED if self.hand_in else PaperStatus.DRAFT,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewPaper:
    """Review a paper that was handed in: another auditor than the one who wrote it."""

    audit: LeavingAudit
    number: int
    accept: bool
    note: str
    author: Any

    def check(self) -> AuditPaper:
        """The paper; refuses its own writer, and one that was not handed in."""
        require_audit(self.author, self.audit.zone)
        before = next((one for one in _open(self.audit).papers if one.number == self.number), None)
        if before is None or before.status != PaperStatus.SUBMITTED:
            raise AuditRefused("该底稿没有送复核。", "This paper was not handed in for review.")
        if before.written_by_id == self.author.pk:
            raise AuditRefused(
                "编制人不能复核自己的底稿，请由另一名审计人员复核。",
                "Whoever wrote a paper does not review it; another auditor does.",
            )
        if not self.accept and not self.note.strip():
            raise AuditRefused("退回时请写明原因。", "Say why it is sent back.", "note")
        return before

    def execute(self) -> AuditPaper:
        """Add the revision with the review."""
        with _one_at_a_time():
            before = self.check()
            return _paper(
                self.audit, self.author, before, title=before.title, about=before.about, procedure=before.procedure,
                finding=before.finding, severity=before.severity, note=self.note.strip(), written_by=before.written_by,
                status=PaperStatus.REVIEWED if self.accept else PaperStatus.RETURNED,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestEvidence:
    """Ask a body for evidence; the request is a case with its clock."""

    audit: LeavingAudit
    body: str
    request: str
    author: Any
    at: dt.datetime | None = None

    def check(self) -> OpenCase:
        """The case that would be opened."""
        require_audit(self.author, self.audit.zone)
        _open(self.audit)
        if not self.request.strip():
            raise AuditRefused("请写明需要提供什么。", "Say what is to be handed in.", "request")
        case = OpenCase(
            self.audit.zone, "audit-evidence-request", f"取证：{self.request.strip()}"[:200], self.author,
            subject=f"organisation:{self.body}", parties={"body": [self.body]}, fields={"request": self.request.strip()},
            origin=origin_of(self.audit), sample=self.audit.sample, at=self.at,
        )  # fmt: skip
        case.check()
        return case

    def execute(self) -> Case:
        """Open the case and note it."""
        with transaction.atomic():
            case = self.check().execute()
            _step(self.audit, StepKind.REQUESTED, self.author, {"case": case.pk, "number": case.number, "body": self.body})
        return case


@dataclass(frozen=True, slots=True)
class SendDraft:
    """Freeze what the audit rests on and send it to the body for comment; a later draft follows and replaces none."""

    audit: LeavingAudit
    author: Any

    def check(self) -> dict[str, Any]:
        """The draft."""
        require_audit(self.author, self.audit.zone)
        _open(self.audit)
        dossier = dossier_of(self.audit)
        return {"dossier": dossier_json(dossier), "comment_days": dossier.rules.comment_days}

    def execute(self) -> AuditStep:
        """Send it."""
        return _take(self.audit, StepKind.DRAFTED, self.author, self.check())


@dataclass(frozen=True, slots=True)
class CommentOnDraft:
    """What the audited body says to the draft."""

    audit: LeavingAudit
    text: str
    author: Any

    def check(self) -> dict[str, Any]:
        """Refuses another body, a comment without words, and one where no draft was sent."""
        require_comment(self.author, self.audit)
        now = _open(self.audit)
        if now.draft is None:
            raise AuditRefused("还没有征求意见稿。", "No draft was sent yet.")
        if not self.text.strip() or len(self.text) > LONGEST:
            raise AuditRefused(f"请填写意见，不超过{LONGEST}字。", f"Write a comment of at most {LONGEST} characters.", "text")
        return {"body": self.author.organisation, "draft": now.draft.number}

    def execute(self) -> AuditStep:
        """Put it on record."""
        return _take(self.audit, StepKind.COMMENTED, self.author, self.check(), self.text.strip())


@dataclass(frozen=True, slots=True)
class Conclude:
    """The auditor's conclusion; the proposal of the rules stands beside it."""

    audit: LeavingAudit
    chosen: str
    reason: str
    author: Any

    def check(self) -> dict[str, Any]:
        """Refuses a conclusion before the draft, before the comment or its last day, or with papers that are not reviewed."""
        require_audit(self.author, self.audit.zone)
        now = _open(self.audit)
        if now.draft is None:
            raise AuditRefused("请先送征求意见稿。", "Send the draft for comment first.")
        until = now.comment_until
        assert until is not None
        if not now.comments and timezone.localdate() <= until:
            raise AuditRefused(
                f"被审计单位可在{until}前提出意见，尚未反馈。", f"The body may comment until {until} and has not done so yet."
            )
        if now.unreviewed:
            numbers = ", ".join(str(one.number) for one in now.unreviewed)
            raise AuditRefused(f"底稿{numbers}尚未复核。", f"Papers {numbers} are not reviewed yet.")
        if not self.reason.strip():
            raise AuditRefused("请写明结论理由。", "Give the reasons of the conclusion.", "reason")
        dossier = dossier_of(self.audit)
        try:
            chosen = dossier.rules.class_of(self.chosen)
        except KeyError as error:
            raise AuditRefused("请选择等级。", "Choose a class.", "chosen") from error
        return {"class": chosen.key, "name": chosen.name.to_mapping(), "dossier": dossier_json(dossier)}

    def execute(self) -> AuditStep:
        """Put it on record."""
        return _take(self.audit, StepKind.CONCLUDED, self.author, self.check(), self.reason.strip())


def dossier_of(audit: LeavingAudit, as_of: dt.datetime | None = None, composition: Composition = NEWEST) -> Dossier:
    """What an audit rests on, with the findings of its reviewed papers."""
    known = timezone.localdate(as_of) if as_of else None
    term = term_of(audit.official, audit.first, audit.last, body=audit.body, known_on=known)
    return compile_dossier(term, as_of=as_of, papers=standing_of(audit, as_of).findings, composition=composition)


def _open(audit: LeavingAudit) -> AuditStanding:
    now = standing_of(audit)
    if now.conclusion is not None:
        raise AuditRefused("审计已作结论，不能再办理。", "The audit is concluded; no further step can be taken.")
    return now


def _take(audit: LeavingAudit, kind: str, author: Any, data: dict[str, Any], reason: str = "") -> AuditStep:
    with _one_at_a_time():
        _open(audit)
        return _step(audit, kind, author, data, reason)


def _step(audit: LeavingAudit, kind: str, author: Any, data: dict[str, Any], reason: str = "") -> AuditStep:
    last = audit.steps.aggregate(last=Max("number"))["last"] or 0
    step = AuditStep(audit=audit, number=last + 1, kind=kind, data=data, reason=reason, **_by(author))
    step.save()
    _on_record(audit, author, f"leaving-audit-{kind}", data, reason)
    return step


def _paper(audit: LeavingAudit, author: Any, before: AuditPaper | None = None, **said: Any) -> AuditPaper:
    if before is not None:
        number, revision = before.number, before.revision + 1
    else:
        number, revision = (audit.papers.aggregate(last=Max("number"))["last"] or 0) + 1, 1
    paper = AuditPaper(audit=audit, number=number, revision=revision, **({"written_by": author} | said), **_by(author))
    paper.save()
    content = {key: str(value) for key, value in said.items()} | {"number": number, "revision": revision}
    _on_record(audit, author, f"audit-paper-{paper.status}", content, paper.note)
    return paper


def _on_record(audit: LeavingAudit, author: Any, action: str, after: Any, reason: str) -> None:
    record.record(
        actor=author, action=action, zone=audit.zone, subject_kind="leaving-audit", subject_key=str(audit.pk), after=after, reason=reason
    )


def _by(author: Any) -> dict[str, Any]:
    return {
        "author": author,
        "author_name": getattr(author, "name_shown", None) or str(author),
        "recorded_at": timezone.now(),
    }


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A step in one transaction, its record held; whoever comes second is told that somebody has taken it."""
    try:
        with transaction.atomic():
            record.hold()
            yield
    except IntegrityError as error:
        raise AuditRefused(
            "他人刚刚已办理这一步，请刷新后再办。", "Somebody else has just taken this step; look again."
        ) from error

"""Writing a yearly self-report: save a draft, hand it in, correct it. What is handed in stays as a revision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.core.text import Text, language_of
from ecociv.people import audit
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import SAME_CLICK
from ecociv.supervision.draft_actions import DiscardDraft, WorkDraftRefused
from ecociv.supervision.drafts import DraftRefused, Problem
from ecociv.supervision.models import SelfReport, WorkDraft
from ecociv.supervision.self_reports.composition import (
    LONGEST,
    PARTS,
    Statement,
    YearFacts,
    prefilled,
    problems_of,
    problems_with_reason,
)
from ecociv.supervision.self_reports.gather import year_facts
from ecociv.supervision.self_reports.permissions import require_write
from ecociv.supervision.self_reports.queries import SelfReportStanding, self_report
from ecociv.supervision.sentences import reason


@dataclass(frozen=True, slots=True)
class Opened:
    """What a form begins with: where the report stands, what the record says, the texts to start from.

    ``source`` is ``draft``, ``revision`` (what was handed in before) or ``record`` (composed from the record).
    """

    standing: SelfReportStanding
    facts: YearFacts
    texts: Mapping[str, str]
    source: str
    draft: WorkDraft | None = None


def subject_of(body: str) -> str:
    """The subject under which drafts, notices and the record of changes name a body's self-report."""
    return f"self-report:{body}"


def open_self_report(
    zone: str, body: str, year: int, author: Any, *, language: str = "zh", afresh: bool = False
) -> Opened:
    """Begin or go on with a self-report: the author's draft, else what was handed in, else the text from the record.

    Parameters
    ----------
    afresh : bool
        Compose the text anew from the record, whatever was written before.

    Raises
    ------
    NoSelfReport, PermissionDenied
    """
    package, standing = _checked(zone, body, year, author)
    facts = year_facts(package, standing.body, year, timezone.now(), author)
    texts = prefilled(facts, language_of(language))
    subject = subject_of(standing.body)
    draft = WorkDraft.objects.filter(author=author, zone=zone, subject=subject, year=year).first()
    if afresh:
        return Opened(standing, facts, texts, "record", draft)
    if draft is not None:
        return Opened(standing, facts, {**texts, **draft.content}, "draft", draft)
    if standing.current is not None:
        return Opened(standing, facts, {**texts, **texts_of(standing.current)}, "revision")
    return Opened(standing, facts, texts, "record")


def texts_of(report: SelfReport) -> dict[str, str]:
    """What the body wrote in a revision, by part and by place of a duty."""
    own = {name: str(getattr(report, name)) for name in PARTS}
    return {**own, **{each["place"]: each["text"] for each in report.duties if each["role"] == "lead"}}


def statement_of(texts: Mapping[str, str]) -> Statement:
    """A statement from the fields of a form."""
    return Statement(
        summary=texts.get("summary", ""),
        problems=texts.get("problems", ""),
        next_steps=texts.get("next_steps", ""),
        promised_outcome=texts.get("promised_outcome", ""),
        duties={name: text for name, text in texts.items() if ":" in name},
    )


@dataclass(frozen=True, slots=True)
class SaveSelfReportDraft:
    """Save what the author has typed, complete or not; their own, no record."""

    zone: str
    body: str
    year: int
    texts: Mapping[str, str]
    author: Any

    def check(self) -> dict[str, str]:
        """What would be saved.

        Raises
        ------
        NoSelfReport, PermissionDenied, WorkDraftRefused
        """
        package, standing = _checked(self.zone, self.body, self.year, self.author)
        led = {
            e.duty.place
            for e in package.duties_held(standing.body, min(standing.owed.due, timezone.localdate()))
        }
        kept = {name: self.texts[name] for name in self.texts if name in PARTS or name in led}
        for text in kept.values():
            if len(text) > 2 * LONGEST:
                raise WorkDraftRefused(
                    "too-long",
                    Text(
                        zh="一栏有{length}字，草稿每栏最多{longest}字：请删减；先前保存的草稿仍在",
                        en="one field has {length} characters, a draft holds {longest}: shorten it; what was saved "
                        "before is still there",
                    ).fill(length=len(text), longest=2 * LONGEST),
                )
        return kept

    def execute(self) -> WorkDraft:
        """Save; nothing is handed in."""
        kept = self.check()
        standing = self_report(self.zone, self.body, self.year)
        draft, _created = WorkDraft.objects.update_or_create(
            author=self.author,
            zone=self.zone,
            subject=subject_of(standing.body),
            year=self.year,
            defaults={"content": kept, "saved_at": timezone.now()},
        )
        return draft


@dataclass(frozen=True, slots=True)
class SubmitSelfReport:
    """Hand in a self-report, or the next revision of it.

    What the record says (duties, figures with the values they were read from, open cases, last year's steps) is read
    when it is handed in and kept with it; nothing of that is taken from the form.

    Parameters
    ----------
    seen : int
        The revision that the author corrects; 0 for the first.
    reason : str
        Why it is corrected; needed from the second revision on.
    """

    zone: str
    body: str
    year: int
    statement: Statement
    author: Any
    seen: int = 0
    reason: str = ""

    def check(self) -> None:
        """Refuse whoever may not write it, and a statement that does not hold together.

        Raises
        ------
        NoSelfReport, PermissionDenied, DraftRefused
        """
        self._ready(timezone.now())

    def execute(self) -> SelfReport:
        """Record the revision and who made it; the same one sent again within a minute is not recorded twice."""
        try:
            with transaction.atomic():
                return self._record()
        except IntegrityError:
            # Somebody else of the body handed in at the same moment: theirs stands, this one is told of it.
            with transaction.atomic():
                return self._record()

    def _ready(self, now: dt.datetime) -> tuple[SelfReportStanding, YearFacts, Statement]:
        package, standing = _checked(self.zone, self.body, self.year, self.author)
        facts = year_facts(package, standing.body, self.year, now, self.author)
        problems = problems_of(self.statement, facts)
        if self.seen:
            problems = (*problems, *problems_with_reason(self.reason))
        if problems:
            raise DraftRefused(problems)
        return standing, facts, self.statement.clean(facts)

    def _record(self) -> SelfReport:
        now = timezone.now()
        standing, facts, said = self._ready(now)
        current = standing.current
        made = SelfReport(
            zone=self.zone,
            organisation=standing.body,
            year=self.year,
            revision=self.seen + 1,
            duties=[
                {
                    "place": each.place,
                    "role": each.role,
                    "state": each.state,
                    "percent": each.percent,
                    "report": each.report,
                    "text": said.duties.get(each.place, ""),
                }
                for each in facts.duties
            ],
            figures=[
                {
                    "series": each.series,
                    "year": each.year,
                    "value": each.value,
                    "missing": each.missing,
                    "unit": each.unit,
                    "light": each.light,
                    "sample": each.sample,
                    "trace": dict(each.trace),
                }
                for each in facts.figures
            ],
            cases=[
                {**asdict(each), "state": each.state.to_mapping(), "due": each.due and each.due.isoformat()}
                for each in facts.cases
            ],
            promised=facts.promised,
            promised_outcome=said.promised_outcome,
            summary=said.summary,
            problems=said.problems,
            next_steps=said.next_steps,
            author=self.author,
            reported_at=standing.revisions[-1].reported_at if standing.revisions else now,
            recorded_at=now,
            correction_reason=self.reason.strip() if self.seen else "",
        )
        if current is not None:
            same = current.content() == made.content()
            if same and current.author_id == self.author.pk and now - current.recorded_at < SAME_CLICK:
                return current
            if current.revision != self.seen:
                raise DraftRefused((_changed_meanwhile(current.revision),))
            if same:
                raise DraftRefused(
                    (Problem("", reason("nothing-changed", "内容没有变化。", "Nothing has been changed.")),)
                )
        elif self.seen:
            raise DraftRefused((_changed_meanwhile(0),))
        made.save()
        audit.record(
            actor=self.author,
            action="correct-self-report" if self.seen else "submit-self-report",
            zone=self.zone,
            subject_kind="self-report",
            subject_key=f"{standing.body}/{self.year}",
            before=None if current is None else current.content(),
            after=made.content(),
            reason=made.correction_reason,
        )
        subject = subject_of(standing.body)
        for draft in WorkDraft.objects.filter(
            author=self.author, zone=self.zone, subject=subject, year=self.year
        ):
            DiscardDraft(draft, self.author).execute()
        return made


def _checked(zone: str, body: str, year: int, author: Any) -> tuple[ZonePackage, SelfReportStanding]:
    package = current_package(zone)
    standing = self_report(zone, body, year, package=package)
    require_write(author, standing.body, package, timezone.localdate())
    return package, standing


def _changed_meanwhile(revision: int) -> Problem:
    return Problem(
        "",
        reason(
            "changed-meanwhile",
            "这份自查报告刚刚已报送第{revision}版，请核对后再更正。",
            "Revision {revision} of this self-report has just been handed in: look at it before you correct it.",
            revision=revision,
        ),
    )

"""Recording progress: a new report, or the correction of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.people import audit
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.drafts import (
    REASON_LONGEST,
    Draft,
    DraftRefused,
    Problem,
    problems_of,
    targets_of,
    too_long,
)
from ecociv.supervision.enclosures import Enclosure, brings_new, carry_over, enclose, problems_with
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.permissions import reporting_role, require_correct, require_report, speaks_for_all
from ecociv.supervision.sentences import reason
from ecociv.supervision.states import ReportingRole

SAME_CLICK = dt.timedelta(minutes=1)
"""The same content by the same author within this time is one report, sent twice."""

_ATTEMPTS = 5


class DutyNotFound(LookupError):
    """The plan has no such task or project."""


class ReportNotFound(LookupError):
    """The duty has no report of that number."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of an action: the report on record, and whether this call added it."""

    report: ProgressReport
    created: bool


def duty_at(package: ZonePackage, place: str) -> ProjectOrTask:
    """The task or project at a place such as ``task:112``.

    Raises
    ------
    DutyNotFound
        When the plan has none.
    """
    duty = next((each for each in package.duties if each.place == place), None)
    if duty is not None:
        return duty
    raise DutyNotFound(f"{place!r} is no task or project of {package.zone.key}: write task:112 or project:26")


@dataclass(frozen=True, slots=True)
class ReportProgress:
    """Record a body's report on a task or a project.

    Parameters
    ----------
    zone, place
        The duty, for example ``"jingdezhen"`` and ``"task:112"``.
    draft
        What is reported.
    author
        The user; the report is their body's, about its own part: as a lead, or as a supporting body.
    documents
        Files that are handed in with it: with the report all of them are on record, or nothing is.
    sample, came_in
        For sample data only: the mark, and the moment at which the report is said to have come in.
    """

    zone: str
    place: str
    draft: Draft
    author: Any
    documents: Sequence[Enclosure] = ()
    sample: bool = False
    came_in: dt.datetime | None = None

    def check(self) -> None:
        """Refuse whoever may not report on the duty, and a report that does not hold together.

        Raises
        ------
        DutyNotFound
            When the plan has no such duty.
        PermissionDenied
            With the policy's sentence.
        DraftRefused
            With every problem, field by field.
        """
        self._checked()

    def execute(self) -> Reported:
        """Record the report and who made it; the same report sent again within a minute is not recorded twice."""
        for attempt in range(_ATTEMPTS):
            try:
                with transaction.atomic():
                    return self._record()
            except IntegrityError:
                # Two reports on one duty at once took the same number: the second takes the next.
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _checked(self) -> tuple[ZonePackage, ReportingRole]:
        package = current_package(self.zone)
        duty = duty_at(package, self.place)
        today = timezone.localdate()
        require_report(self.author, duty, package, today)
        role = reporting_role(self.author, duty, package, today)
        problems = (*problems_of(self.draft, duty, package, today, role), *problems_with(self.documents))
        if self.came_in is not None and not (self.sample and self.came_in <= timezone.now()):
            raise ValueError("Only sample data comes in at another moment than now, and never ahead of it.")
        if problems:
            raise DraftRefused(problems)
        return package, role

    def _record(self) -> Reported:
        package, role = self._checked()
        now = timezone.now()
        rows = ProgressReport.objects.of(self.zone, self.place)
        last = rows.order_by("-number").values_list("number", flat=True).first() or 0
        report = ProgressReport(
            zone=self.zone,
            place=self.place,
            number=last + 1,
            revision=1,
            organisation=_body_of(self.author, package),
            for_all=speaks_for_all(self.author),
            role=role.value,
            author=self.author,
            reported_at=self.came_in or now,
            recorded_at=now,
            sample=self.sample,
            **self.draft.content(targets_of(duty_at(package, self.place), package)),
        )
        twin = _sent_twice(report)
        if twin is not None:
            enclose(twin, self.documents, self.author)
            return Reported(twin, created=False)
        report.save()
        _audit(report, "report-progress", before=None)
        enclose(report, self.documents, self.author)
        return Reported(report, created=True)


@dataclass(frozen=True, slots=True)
class CorrectReport:
    """Record the next revision of a report, with the reason; the revision before stays on record.

    ``seen`` is the revision that the author corrects, so that two corrections at once do not pass over each other.
    The report stays the body's that made it, and keeps its documents; ``documents`` are added to them.
    """

    zone: str
    place: str
    number: int
    seen: int
    draft: Draft
    reason: str
    author: Any
    documents: Sequence[Enclosure] = ()

    def check(self) -> None:
        """As `ReportProgress.check`; a body corrects its own reports only, the office of the leading group any.

        Raises
        ------
        DutyNotFound, ReportNotFound, PermissionDenied, DraftRefused
        """
        self._checked()

    def execute(self) -> Reported:
        """Record the correction; the same one sent again within a minute is not recorded twice."""
        try:
            with transaction.atomic():
                return self._record()
        except IntegrityError:
            with transaction.atomic():
                return self._record()

    def _current(self) -> ProgressReport:
        current = (
            ProgressReport.objects.of(self.zone, self.place)
            .filter(number=self.number)
            .order_by("-revision")
            .first()
        )
        if current is None:
            raise ReportNotFound(f"{self.place} of {self.zone} has no report number {self.number}")
        return current

    def _checked(self) -> tuple[ZonePackage, ProgressReport]:
        package = current_package(self.zone)
        duty = duty_at(package, self.place)
        current = self._current()
        today = timezone.localdate()
        require_report(self.author, duty, package, today)
        require_correct(self.author, current, package, today)
        problems = (
            *problems_of(self.draft, duty, package, today, ReportingRole(current.role)),
            *self._reason_problems(),
            *problems_with(self.documents),
        )
        if problems:
            raise DraftRefused(problems)
        return package, current

    def _record(self) -> Reported:
        package, current = self._checked()
        revision = ProgressReport(
            zone=self.zone,
            place=self.place,
            number=self.number,
            revision=self.seen + 1,
            organisation=current.organisation,
            for_all=current.for_all,
            role=current.role,
            author=self.author,
            reported_at=current.reported_at,
            recorded_at=timezone.now(),
            correction_reason=self.reason.strip(),
            sample=current.sample,
            **self.draft.content(targets_of(duty_at(package, self.place), package)),
        )
        twin = _sent_twice(revision)
        if twin is not None:
            enclose(twin, self.documents, self.author)
            return Reported(twin, created=False)
        if current.revision != self.seen:
            raise DraftRefused((_changed_meanwhile(current),))
        same = {**current.content(), "correction_reason": ""} == {
            **revision.content(),
            "correction_reason": "",
        }
        if same and not brings_new(current, self.documents):
            raise DraftRefused((_nothing_changed(),))
        revision.save()
        _audit(revision, "correct-progress-report", before=current)
        carry_over(current, revision)
        enclose(revision, self.documents, self.author)
        return Reported(revision, created=True)

    def _reason_problems(self) -> tuple[Problem, ...]:
        text = self.reason.strip()
        if not text:
            return (
                Problem(
                    "correction_reason",
                    reason(
                        "correction-without-reason", "请写明更正理由。", "Give the reason for the correction."
                    ),
                ),
            )
        if len(text) > REASON_LONGEST:
            return (Problem("correction_reason", too_long(len(text), REASON_LONGEST)),)
        return ()


def _body_of(author: Any, package: ZonePackage) -> str:
    """The body for which a user reports: their own; for the office, where the plan says that it sits."""
    if author.organisation:
        return str(author.organisation)
    return package.resolve(package.zone.leading_group_office).key


def _sent_twice(report: ProgressReport) -> ProgressReport | None:
    """The same report by the same author within the last minute, if there is one."""
    recent = ProgressReport.objects.of(report.zone, report.place).filter(
        author=report.author, recorded_at__gte=report.recorded_at - SAME_CLICK
    )
    content = report.content()
    return next((each for each in recent.order_by("-id") if each.content() == content), None)


def _changed_meanwhile(current: ProgressReport) -> Problem:
    return Problem(
        "",
        reason(
            "changed-meanwhile",
            "这份填报刚刚已被更正为第{revision}版，请核对后再更正。",
            "This report has just been corrected (revision {revision}): look at it before you correct it again.",
            revision=current.revision,
        ),
    )


def _nothing_changed() -> Problem:
    return Problem("", reason("nothing-changed", "内容没有变化。", "Nothing has been changed."))


def _audit(report: ProgressReport, action: str, before: ProgressReport | None) -> None:
    kind, _, number = report.place.partition(":")
    audit.record(
        actor=report.author,
        action=action,
        zone=report.zone,
        subject_kind=kind,
        subject_key=number,
        before=None if before is None else before.content(),
        after=report.content(),
        reason=report.correction_reason,
    )

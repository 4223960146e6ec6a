"""The office's review of a self-report: accept a revision, or return it with the reason and a day for the answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.casework.notices.notify import notify
from ecociv.casework.notices.recipients import Recipients
from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import ReportNotFound
from ecociv.supervision.models import ReportReview, SelfReport
from ecociv.supervision.reporting_rules import load_reporting_rules
from ecociv.supervision.review import (
    REVIEWERS,
    check_review_reason,
    in_reader_language,
    refused_because,
    reviewed_already,
)
from ecociv.supervision.self_reports.actions import subject_of
from ecociv.supervision.self_reports.queries import SelfReportStanding, self_report
from ecociv.supervision.sentences import reason as because
from ecociv.supervision.states import ReviewOutcome


@dataclass(frozen=True, slots=True)
class ReviewSelfReport:
    """Accept one revision of a self-report, or return it.

    Parameters
    ----------
    revision : int
        The revision that the reviewer has read.
    reason : str
        Needed to return it; kept with an acceptance too.
    author
        The reviewer: of the office of the leading group, and not who wrote any revision of it.
    """

    zone: str
    body: str
    year: int
    revision: int
    outcome: ReviewOutcome
    reason: str
    author: Any

    def check(self) -> tuple[SelfReportStanding, SelfReport]:
        """The revision to be reviewed, when it can be.

        Raises
        ------
        NoSelfReport, ReportNotFound, PermissionDenied, ReviewRefused
        """
        require(self.author, Action.REVIEW_PROGRESS, zone=self.zone, roles=REVIEWERS)
        standing = self_report(self.zone, self.body, self.year)
        report = next((each for each in standing.revisions if each.revision == self.revision), None)
        if report is None or standing.current is None:
            raise ReportNotFound(
                f"the self-report of {self.body} on {self.year} has no revision {self.revision}"
            )
        if self.author.pk in {each.author_id for each in standing.revisions}:
            own = because(
                "own-report",
                "本人填报或更正过的自查报告由办公室其他人员审核。",
                "You wrote this self-report or a revision of it: somebody else of the office reviews it.",
            )
            raise PermissionDenied(in_reader_language(own.text))
        if known := (standing.reviews or {}).get(self.revision):
            raise reviewed_already(known)
        if standing.current.revision != self.revision:
            raise refused_because(
                "corrected-meanwhile",
                "这份自查报告已更正为第{newest}版，请审核新的一版。",
                "This self-report has been corrected (revision {newest}): review the new revision.",
                newest=standing.current.revision,
            )
        check_review_reason(self.outcome, self.reason)
        return standing, report

    def execute(self) -> ReportReview:
        """Record the review, tell the body, and enter it in the record of changes; of two at once, the first stands."""
        try:
            with transaction.atomic():
                return self._record(*self.check())
        except IntegrityError:
            self.check()
            raise

    def _record(self, standing: SelfReportStanding, report: SelfReport) -> ReportReview:
        now = timezone.now()
        answer_by = None
        if self.outcome is ReviewOutcome.SENT_BACK:
            answer_by = load_reporting_rules(self.zone).answer.due(timezone.localdate(now)).day
        review = ReportReview(
            self_report=report,
            outcome=self.outcome.value,
            reason=self.reason.strip(),
            answer_by=answer_by,
            reviewer=self.author,
            reviewed_at=now,
        )
        review.save()
        audit.record(
            actor=self.author,
            action="review-self-report",
            zone=self.zone,
            subject_kind="self-report",
            subject_key=f"{standing.body}/{self.year}",
            after={
                "revision": self.revision,
                "outcome": review.outcome,
                "answer_by": None if answer_by is None else answer_by.isoformat(),
            },
            reason=review.reason,
        )
        if answer_by is not None:
            self._tell(standing, report, answer_by, f"review:{review.pk}")
        return review

    def _tell(
        self, standing: SelfReportStanding, report: SelfReport, answer_by: dt.date, occasion: str
    ) -> None:
        package = current_package(self.zone)
        holder = package.body_on(standing.body, timezone.localdate()).key
        notify(
            self.zone,
            to=Recipients(body=holder, users=(report.author,)),
            kind="report",
            title=Text(
                zh=f"退回更正：{self.year}年度自查报告", en=f"Returned: yearly self-report {self.year}"
            ),
            body=Text(
                zh=f"请于{answer_by:%Y-%m-%d}前更正。理由：{self.reason.strip()}",
                en=f"Correct it by {answer_by:%Y-%m-%d}. Reason: {self.reason.strip()}",
            ),
            url_name="portal:self-report-write",
            url_args=(standing.body, self.year),
            subject=subject_of(standing.body),
            occasion=occasion,
        )

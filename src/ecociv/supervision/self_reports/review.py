"""The office's review of a self-report: accept a revision, or return it with the reason and a day for the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.casework.notices.recipients import Recipients
from ecociv.core.text import Text
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import ReportNotFound
from ecociv.supervision.models import ReportReview, SelfReport
from ecociv.supervision.review import (
    REVIEWERS,
    ReviewedAs,
    check_revision,
    first_stands,
    tell_sent_back,
    write_review,
)
from ecociv.supervision.self_reports.actions import subject_of
from ecociv.supervision.self_reports.queries import SelfReportStanding, self_report
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
        name = Text(zh="自查报告", en="self-report")
        others = [each for each in standing.revisions if each is not standing.current]
        known = (standing.reviews or {}).get(self.revision)
        check_revision(self, ReviewedAs(name, name), [*others, standing.current], known)
        return standing, report

    def execute(self) -> ReportReview:
        """Record the review, tell the body, and enter it in the record of changes; of two at once, the first stands."""
        return first_stands(self.check, self._record)

    def _record(self, found: tuple[SelfReportStanding, SelfReport]) -> ReportReview:
        standing, report = found
        subject = ("self-report", f"{standing.body}/{self.year}")
        review = write_review(self, "review-self-report", subject, {}, self_report=report)
        holder = current_package(self.zone).body_on(standing.body, timezone.localdate()).key
        tell_sent_back(
            self.zone,
            review,
            to=Recipients(body=holder, users=(report.author,)),
            title=Text(
                zh=f"退回更正：{self.year}年度自查报告", en=f"Returned: yearly self-report {self.year}"
            ),
            page=("portal:self-report-write", (standing.body, self.year)),
            subject=subject_of(standing.body),
        )
        return review

"""Reading yearly self-reports: one body's with its revisions, a year's of all bodies, as known at any moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.models import ReportReview, SelfReport, WorkDraft
from ecociv.supervision.owed import Handed, Owed, self_reports_owed
from ecociv.supervision.owed_states import OwedState
from ecociv.supervision.reporting_rules import bodies_that_report, load_reporting_rules
from ecociv.supervision.states import ReviewOutcome


class NoSelfReport(LookupError):
    """The body owes no self-report on that year."""


class Standing(StrEnum):
    """Where a body's self-report stands, as the list of a year shows it."""

    OVERDUE = "overdue"
    RETURNED = "returned"
    DRAFT = "draft"
    OWED = "owed"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"

    @property
    def label(self) -> Text:
        """In a word or two, in both languages."""
        return _LABELS[self]

    @property
    def light(self) -> str:
        """The light in whose colour a page shows it."""
        return _LIGHTS[self]


_LABELS = {
    Standing.OVERDUE: Text(zh="逾期未报", en="overdue"),
    Standing.RETURNED: Text(zh="已退回", en="returned"),
    Standing.DRAFT: Text(zh="起草中", en="draft"),
    Standing.OWED: Text(zh="应报", en="owed"),
    Standing.SUBMITTED: Text(zh="已报，待审核", en="submitted, waits for review"),
    Standing.ACCEPTED: Text(zh="已采用", en="accepted"),
}
_LIGHTS = {
    Standing.OVERDUE: "off-track",
    Standing.RETURNED: "off-track",
    Standing.DRAFT: "at-risk",
    Standing.OWED: "not-due",
    Standing.SUBMITTED: "on-track",
    Standing.ACCEPTED: "achieved",
}


@dataclass(frozen=True, slots=True)
class SelfReportStanding:
    """A body's self-report on a year: what is owed, and every revision handed in, newest first.

    ``reviews`` holds the office's review of each revision by its number, as far as it was known; ``drafting`` says
    that somebody of the body has begun to write.
    """

    owed: Owed
    revisions: tuple[SelfReport, ...] = ()
    reviews: Mapping[int, ReportReview] | None = None
    drafting: bool = False

    @property
    def body(self) -> str:
        """Key of the body whose report it is."""
        return self.owed.named

    @property
    def year(self) -> int:
        """The year reported on."""
        return self.owed.year

    @property
    def current(self) -> SelfReport | None:
        """The newest revision; none while nothing was handed in."""
        return self.revisions[0] if self.revisions else None

    @property
    def review(self) -> ReportReview | None:
        """The review of the newest revision."""
        return None if self.current is None else (self.reviews or {}).get(self.current.revision)

    @property
    def late(self) -> bool:
        """Handed in after the last day, or not handed in and that day is over."""
        return self.owed.late or (self.current is None and self.owed.state is OwedState.OVERDUE)

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        if self.current is not None:
            if self.review is None:
                return Standing.SUBMITTED
            return Standing.ACCEPTED if self.review.outcome == "accepted" else Standing.RETURNED
        if self.drafting:
            return Standing.DRAFT
        return Standing.OVERDUE if self.owed.state is OwedState.OVERDUE else Standing.OWED


def self_report(
    zone: str,
    body: str,
    year: int,
    as_of: dt.datetime | None = None,
    *,
    package: ZonePackage | None = None,
) -> SelfReportStanding:
    """A body's yearly self-report as known at a moment (now, when none).

    Parameters
    ----------
    body : str
        Key of the body that owed it, or of one that holds the duties of that body.

    Raises
    ------
    NoSelfReport
        When the body owes none on that year.
    """
    package = package or current_package(zone)
    found = self_reports(zone, year, as_of, package=package)
    for each in found:
        if each.body == body:
            return each
    for each in found:
        if each.owed.body == body:
            return each
    raise NoSelfReport(f"{body!r} owes no yearly self-report on {year} in {zone}")


def self_reports(
    zone: str,
    year: int,
    as_of: dt.datetime | None = None,
    *,
    package: ZonePackage | None = None,
) -> list[SelfReportStanding]:
    """The self-reports of a year, of every body that owes one, in the plan's order; three queries.

    Drafts are told of as they are now: they are no record, and nothing is kept of them.
    """
    package = package or current_package(zone)
    moment = as_of or timezone.now()
    today = timezone.localdate(moment)
    rule = load_reporting_rules(zone).self_report
    if year not in rule.years(package, today.year):
        return []
    rows = list(
        SelfReport.objects.filter(zone=zone, year=year, recorded_at__lte=moment)
        .select_related("author")
        .order_by("organisation", "-revision")
    )
    reviews = {
        each.self_report_id: each
        for each in ReportReview.objects.filter(
            self_report__zone=zone, self_report__year=year, reviewed_at__lte=moment
        ).select_related("reviewer")
    }
    owed = self_reports_owed(
        [body.key for body in bodies_that_report(rule, package)],
        [year],
        {year: rule.due(year)},
        _handed(rows, reviews),
        today,
        package,
    )
    drafting = {
        draft.subject.partition(":")[2]
        for draft in WorkDraft.objects.filter(zone=zone, year=year, subject__startswith="self-report:")
    }
    return [_standing(each, rows, reviews, drafting) for each in owed]


def years_of_self_reports(zone: str, today: dt.date, package: ZonePackage) -> list[int]:
    """The years that are owed so far, the newest first."""
    return sorted(load_reporting_rules(zone).self_report.years(package, today.year), reverse=True)


def self_report_drafts(user: Any, zone: str) -> Iterable[WorkDraft]:
    """The drafts of self-reports that a user has lying about, the newest first; one query."""
    return WorkDraft.objects.filter(author=user, zone=zone, subject__startswith="self-report:")


def _standing(
    owed: Owed, rows: list[SelfReport], reviews: Mapping[int | None, ReportReview], drafting: set[str]
) -> SelfReportStanding:
    mine = tuple(row for row in rows if row.organisation == owed.named)
    judged = {row.revision: reviews[row.pk] for row in mine if row.pk in reviews}
    return SelfReportStanding(owed, mine, judged, owed.named in drafting)


def _handed(rows: list[SelfReport], reviews: Mapping[int | None, ReportReview]) -> dict[tuple[str, int], Handed]:
    found: dict[tuple[str, int], Handed] = {}
    for row in rows:  # the newest revision of a body comes first
        review = reviews.get(row.pk)
        found.setdefault(
            (row.organisation, row.year),
            Handed(
                number=row.pk,
                reported_on=timezone.localdate(row.reported_at),
                outcome=ReviewOutcome(review.outcome) if review else None,
                reviewed_on=timezone.localdate(review.reviewed_at) if review else None,
                answer_by=review.answer_by if review else None,
            ),
        )
    return found

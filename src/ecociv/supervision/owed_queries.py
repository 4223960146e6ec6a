"""What bodies owe, read from what is on record: reports, their reviews, yearly self-reports.

Two queries, for one body or for all: every duty is judged from the same rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.models import ProgressReport, SelfReport
from ecociv.supervision.owed import Handed, Owed, OwedKind, duty_owed, in_order, self_reports_owed
from ecociv.supervision.parts import parts_of, support_parts_of
from ecociv.supervision.queries import known_by
from ecociv.supervision.reporting_rules import (
    ReportingRules,
    SelfReportRule,
    bodies_that_report,
    load_reporting_rules,
)
from ecociv.supervision.states import ReportingRole, ReviewOutcome


def owed_by_all(
    zone: str, day: dt.date, *, known_on: dt.date | None = None, package: ZonePackage | None = None
) -> list[Owed]:
    """Everything that the bodies of a zone owe or have given on a day, in order of urgency; two queries.

    Parameters
    ----------
    day : datetime.date
        The day looked at.
    known_on : datetime.date, optional
        The day of knowledge, later than ``day`` to look back.
    package : ZonePackage, optional
        The plan to judge by; the current one when not given.
    """
    return _owed(zone, day, known_on, package or current_package(zone), body="")


def _owed(zone: str, day: dt.date, known_on: dt.date | None, package: ZonePackage, body: str) -> list[Owed]:
    """With a body, only the duties in which it can have a part are judged."""
    known = max(known_on or day, day)
    rules = load_reporting_rules(zone)
    reports = ProgressReport.objects.of(zone).filter(recorded_at__lt=known_by(known)).by_place()
    found: list[Owed] = []
    for duty in package.duties:
        if body and not _takes_part(body, duty, package):
            continue
        found += duty_owed(
            duty,
            reports.get(duty.place, ()),
            day,
            package,
            known_on=known,
            replaced=stands_for(rules.self_report, duty),
        )
    return in_order([*found, *_self_reports(zone, rules, day, known, package)])


def owed_by(
    zone: str,
    body: str,
    day: dt.date,
    *,
    known_on: dt.date | None = None,
    package: ZonePackage | None = None,
    holds_on: dt.date | None = None,
) -> list[Owed]:
    """What one body owes or has given on a day, in order of urgency.

    Parameters
    ----------
    body : str
        Key of the body. It answers for its own parts, for those of bodies whose whole duties it holds on
        ``holds_on``, and with the others for what a group shares of which it is a member.
    holds_on : datetime.date, optional
        The day on which the body holds them: ``day`` when not given; today to look back at what one has taken over.
    """
    package = package or current_package(zone)
    on = holds_on or day
    found = _owed(zone, day, known_on, package, body)
    mine: dict[str, bool] = {}
    for each in found:
        if each.body not in mine:
            mine[each.body] = answers_for(body, each.body, on, package)
    return [each for each in found if mine[each.body]]


def _takes_part(body: str, duty: ProjectOrTask, package: ZonePackage) -> bool:
    """Whether a report by the body counts for any part of a duty, on whatever day."""
    parts = (*parts_of(duty, package), *support_parts_of(duty, package))
    return any(part.body and part.answered_by(body) for part in parts)


def answers_for(body: str, owner: str, day: dt.date, package: ZonePackage) -> bool:
    """Whether a body answers on a day for what an owner owes: as itself, as its successor, or as member of a group."""
    if not package.has_organisation(owner):
        return body == owner
    if package.body_on(owner, day).key == body:
        return True
    return any(package.body_on(key, day).key == body for key in _within(owner, package, frozenset()))


def _within(owner: str, package: ZonePackage, above: frozenset[str]) -> set[str]:
    """Keys of the members of a group, and of the groups within it."""
    inside = above | {owner}
    found: set[str] = set()
    for member in package.members(package.organisation(owner)):
        if member.key not in inside:
            found |= {member.key} | _within(member.key, package, inside)
    return found


def stands_for(rule: SelfReportRule, duty: ProjectOrTask) -> bool:
    """Whether the yearly self-report stands for the yearly reports on a duty: on the task that asks for it."""
    return rule.task is not None and duty.place == f"task:{rule.task}"


def _self_reports(
    zone: str, rules: ReportingRules, day: dt.date, known: dt.date, package: ZonePackage
) -> list[Owed]:
    rule = rules.self_report
    years = rule.years(package, day.year)
    return self_reports_owed(
        [body.key for body in bodies_that_report(rule, package)],
        years,
        {year: rule.due(year) for year in years},
        _handed_in(zone, day, known),
        day,
        package,
        known_on=known,
    )


def _handed_in(zone: str, day: dt.date, known: dt.date) -> dict[tuple[str, int], Handed]:
    """The self-reports handed in by a day, in the newest revision that is known; one query."""
    rows = (
        SelfReport.objects.filter(zone=zone, reported_at__lt=known_by(day), recorded_at__lt=known_by(known))
        .order_by("revision")
        .values_list(
            "organisation",
            "year",
            "pk",
            "reported_at",
            "review__outcome",
            "review__reviewed_at",
            "review__answer_by",
        )
    )
    found: dict[tuple[str, int], Handed] = {}
    for body, year, number, reported_at, outcome, reviewed_at, answer_by in rows:
        judged = outcome is not None and reviewed_at < known_by(known)
        found[body, year] = Handed(
            number=number,
            reported_on=timezone.localtime(reported_at).date(),
            outcome=ReviewOutcome(outcome) if judged else None,
            reviewed_on=timezone.localtime(reviewed_at).date() if judged else None,
            answer_by=answer_by if judged else None,
        )
    return found


@dataclass(frozen=True, slots=True)
class HandedInSince:
    """What came in after a day: who looks back at a day still need not do twice what is done by now.

    ``reports`` are place, part, body and year, with whether they speak for all leads; ``self_reports`` body and year.
    """

    reports: tuple[tuple[str, str, str, int, bool], ...]
    self_reports: frozenset[tuple[str, int]]

    def settles(self, owed: Owed, body: str) -> bool:
        """Whether a body, or the office for all leads, has handed in since what was owed on the day."""
        if owed.kind is OwedKind.SELF_REPORT:
            return bool({(owed.named, owed.year), (body, owed.year)} & self.self_reports)
        part = ReportingRole.SUPPORT if owed.kind is OwedKind.SUPPORT else ReportingRole.LEAD
        return any(
            place == owed.place
            and role == part.value
            and (by == body or for_all)
            and (year == owed.year if owed.kind is OwedKind.YEARLY else year >= owed.year)
            for place, role, by, year, for_all in self.reports
        )


def handed_in_since(zone: str, day: dt.date) -> HandedInSince:
    """Reports and self-reports that came in after a day and were not sent back; two queries."""
    after = known_by(day)
    reports = ProgressReport.objects.of(zone).in_force().filter(zone=zone, reported_at__gte=after)
    selves = SelfReport.objects.filter(zone=zone, reported_at__gte=after)
    not_back = ~Q(review__outcome=ReviewOutcome.SENT_BACK.value) | Q(review__isnull=True)
    return HandedInSince(
        tuple(reports.filter(not_back).values_list("place", "role", "organisation", "period", "for_all")),
        frozenset(selves.filter(not_back).values_list("organisation", "year")),
    )

"""Reading progress: reports, statuses, what is due, what changed, as known on any day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.models import ProgressReport, ProgressReportQuerySet
from ecociv.supervision.part_rules import PartStatus
from ecociv.supervision.rules import DutyStatus, ObligationStatus, duty_status
from ecociv.supervision.states import DutyState, ReviewOutcome


def known_by(day: dt.date) -> dt.datetime:
    """The first moment that no longer belongs to a day, in the server's time zone."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min)
    return timezone.make_aware(midnight)


def latest_reports(zone: str, place: str = "", *, known_on: dt.date | None = None) -> ProgressReportQuerySet:
    """The newest revision of each report of a zone, or of one duty, as on record at the end of a day (now, when none)."""
    return _on_record(zone, place, known_on).in_force().select_related("author", "review")


def revisions(zone: str, place: str) -> ProgressReportQuerySet:
    """Every revision of every report on a duty, newest first."""
    return ProgressReport.objects.of(zone, place).select_related("author", "review").order_by("-id")


def waiting_for_review(zone: str) -> ProgressReportQuerySet:
    """Newest revisions that the office has not reviewed, those that wait longest first."""
    return latest_reports(zone).filter(review__isnull=True).order_by("recorded_at", "id")


def sent_back(zone: str, body: str = "", *, day: dt.date | None = None) -> list[ProgressReport]:
    """Newest revisions that the office sent back and that wait for their correction, the nearest day first.

    Parameters
    ----------
    body : str
        Key of a body: only its own reports and those of the bodies whose duties it holds on the day (today, when
        none); the office's reports for all leads are the office's to correct. All of them when "".
    """
    rows = latest_reports(zone).filter(review__outcome=ReviewOutcome.SENT_BACK.value)
    found = list(rows.order_by("review__answer_by", "id"))
    if not body:
        return found
    package, on = current_package(zone), day or timezone.localdate()

    def holder(report: ProgressReport) -> str:
        known = package.has_organisation(report.organisation)
        return package.body_on(report.organisation, on).key if known else report.organisation

    return [report for report in found if not report.for_all and holder(report) == body]


def reports_for_year(zone: str, year: int, *, known_on: dt.date | None = None) -> ProgressReportQuerySet:
    """Reports about one year, each in its newest revision; for the annual report."""
    return latest_reports(zone, known_on=known_on).filter(period=year)


def status_of(
    zone: str,
    duty: ProjectOrTask,
    day: dt.date,
    *,
    known_on: dt.date | None = None,
    package: ZonePackage | None = None,
) -> DutyStatus:
    """Where one duty stands on a day; one query."""
    reports = _on_record(zone, duty.place, known_on or day).by_place().get(duty.place, ())
    return duty_status(duty, reports, day, package or current_package(zone), known_on=known_on)


def statuses(
    zone: str,
    day: dt.date,
    *,
    known_on: dt.date | None = None,
    known_at: dt.datetime | None = None,
    package: ZonePackage | None = None,
) -> dict[str, DutyStatus]:
    """Where every task and project of a zone stands on a day, by place, in the order of the plan; one query.

    Parameters
    ----------
    day : datetime.date
        The day whose status is asked for.
    known_on : datetime.date, optional
        The day of knowledge; later than ``day`` to look back. For the report of 2016 written in March 2017:
        ``statuses(zone, date(2016, 12, 31), known_on=date(2017, 3, 31))``.
    known_at : datetime.datetime, optional
        Of that day, only what was on record at this moment: what somebody wrote then can be written again later.
    package : ZonePackage, optional
        The plan to judge by; the current one when not given.
    """
    package = package or current_package(zone)
    rows = _on_record(zone, "", known_on or day)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    by_place = rows.by_place(known_at)
    return {
        duty.place: duty_status(duty, by_place.get(duty.place, ()), day, package, known_on=known_on)
        for duty in package.duties
    }


@dataclass(frozen=True, slots=True)
class Due:
    """A date of a duty that lies ahead, with where the duty stands."""

    duty: ProjectOrTask
    obligation: ObligationStatus
    status: DutyStatus


def due_within(
    zone: str,
    day: dt.date,
    days: int,
    *,
    body: str = "",
    package: ZonePackage | None = None,
    known: Mapping[str, DutyStatus] | None = None,
) -> list[Due]:
    """What falls due from a day on, to ``days`` days later, both included; soonest first.

    Duties reported done or stopped are left out, and years of a yearly duty that every leading body has reported.

    Parameters
    ----------
    body : str
        Key of a body: only duties of which it holds a leading part that day.
    known : mapping of str to DutyStatus
        The answer of :func:`statuses` for the same day, where the page has it already.
    """
    package = package or current_package(zone)
    known = known if known is not None else statuses(zone, day, package=package)
    found = []
    for duty in package.duties:
        status = known[duty.place]
        if status.state.is_done or status.state is DutyState.STOPPED:
            continue
        if body and body not in {_holder(part, package, day) for part in status.parts}:
            continue
        for each in status.obligations:
            if 0 <= each.days_left <= days and not (each.obligation.yearly and each.covered):
                found.append(Due(duty, each, status))
    return sorted(found, key=lambda due: due.obligation.obligation.day)


def changes_since(zone: str, since: dt.datetime) -> ProgressReportQuerySet:
    """Reports and corrections recorded since a moment, newest first."""
    return (
        ProgressReport.objects.of(zone)
        .filter(recorded_at__gte=since)
        .select_related("author")
        .order_by("-recorded_at", "-id")
    )


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A duty that stands elsewhere on the second day than on the first."""

    place: str
    before: DutyStatus
    after: DutyStatus


def status_changes(before: Mapping[str, DutyStatus], after: Mapping[str, DutyStatus]) -> list[StatusChange]:
    """Duties whose state differs between two answers of :func:`statuses`, what needs attention first."""
    changed = [
        StatusChange(place, before[place], status)
        for place, status in after.items()
        if place in before and before[place].state is not status.state
    ]
    return sorted(changed, key=lambda change: change.after.state.rank)


def counts(known: Iterable[DutyStatus]) -> dict[DutyState, int]:
    """Number of duties by state, what needs attention first; states that do not occur are left out."""
    numbers = Counter(status.state for status in known)
    return {state: numbers[state] for state in DutyState if state in numbers}


def counts_by_body(
    package: ZonePackage, known: Mapping[str, DutyStatus], day: dt.date
) -> dict[str, dict[DutyState, int]]:
    """Number of leading parts by body and state.

    Keys are those of the bodies that hold the parts on the day, in the order of the plan's organisations. A body
    counts with the state of its own part: what it reported, not what another lead of the same duty did.
    """
    numbers: dict[str, Counter[DutyState]] = {}
    for status in known.values():
        for part in status.parts:
            holder = _holder(part, package, day)
            if holder:
                numbers.setdefault(holder, Counter())[part.state] += 1
    order = {body.key: place for place, body in enumerate(package.organisations)}
    return {
        body: {state: numbers[body][state] for state in DutyState if state in numbers[body]}
        for body in sorted(numbers, key=lambda key: order.get(key, len(order)))
    }


def _on_record(zone: str, place: str, known_on: dt.date | None) -> ProgressReportQuerySet:
    """Every revision recorded by the end of a day; the rule itself picks the one in force."""
    rows = ProgressReport.objects.of(zone, place)
    if known_on is not None:
        rows = rows.filter(recorded_at__lt=known_by(known_on))
    return rows


def _holder(part: PartStatus, package: ZonePackage, day: dt.date) -> str:
    return package.body_on(part.part.body, day).key if part.part.body else ""

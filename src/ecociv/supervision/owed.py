"""What each body owes on a day, in what order, and why in that order. Pure: no Django.

Every part of a duty belongs to exactly one body on each day: the one that the plan names, or whoever holds the whole
of its duties by then. So the sum over all bodies is the same before and after a hand-over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision import owed_reasons
from ecociv.supervision.obligations import Obligation, plan_end
from ecociv.supervision.owed_states import OwedKind, OwedState
from ecociv.supervision.part_rules import CLOSING_YEARS, SOON_DAYS, PartStatus
from ecociv.supervision.parts import Part, is_open_group, support_parts_of
from ecociv.supervision.reporting_rules import last_working_day
from ecociv.supervision.reports import Report, in_force, sent_back
from ecociv.supervision.rules import DutyStatus, duty_status
from ecociv.supervision.states import DutyState, ReviewOutcome

__all__ = [
    "AHEAD_DAYS",
    "Handed",
    "Hint",
    "Owed",
    "OwedKind",
    "OwedState",
    "by_body",
    "duty_owed",
    "hints_on",
    "in_order",
    "judged",
    "self_reports_owed",
]

AHEAD_DAYS = 366
"""Dates further off than this are not listed."""


_URGENCY = {OwedState.SENT_BACK: 0, OwedState.OVERDUE: 0, OwedState.DUE_SOON: 1, OwedState.OWED: 2}
_KIND_ORDER = {kind: place for place, kind in enumerate(OwedKind)}


@dataclass(frozen=True, slots=True)
class Owed:
    """One report that a body owes, or has given.

    Attributes
    ----------
    body : str
        Key of the body that holds it on the day; a group's key where the plan leaves open which members it means.
    named : str
        Key of the body as the plan names it.
    place : str
        ``task:112``, or ``self-report:<body>`` for a yearly self-report.
    year : int
        The year of which a report is expected.
    due : datetime.date
        The last day on which it is in time.
    act_by : datetime.date
        The last working day not after it; the answer's last day for what was sent back.
    by_notice : bool
        False where ``act_by`` lies in a year without a holiday notice, counted Monday to Friday.
    shared : bool
        Owed by a group of which the plan does not say which members it means: any member may report.
    late : bool
        Reported, but after ``due``.
    reason : Reason
        Why it stands where it stands in the order.
    """

    body: str
    named: str
    place: str
    kind: OwedKind
    year: int
    due: dt.date
    act_by: dt.date
    by_notice: bool
    state: OwedState
    reason: Reason
    report: int | None = None
    shared: bool = False
    late: bool = False

    @property
    def identity(self) -> tuple[str, str, str, dt.date]:
        """What stays the same whoever holds it."""
        return (self.named, self.place, self.kind.value, self.due)

    @property
    def urgency(self) -> tuple[int, dt.date, int, str]:
        """Order of work: what is late or was sent back, then what is near, each by its day; led before supported."""
        return (_URGENCY.get(self.state, 3), self.act_by, _KIND_ORDER[self.kind], self.place)


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in for an obligation, as the day of knowledge knows it."""

    number: int | None = None
    reported_on: dt.date | None = None
    outcome: ReviewOutcome | None = None
    reviewed_on: dt.date | None = None
    answer_by: dt.date | None = None


def judged(
    *,
    body: str,
    named: str,
    place: str,
    kind: OwedKind,
    year: int,
    due: dt.date,
    day: dt.date,
    known: dt.date,
    handed: Handed,
    lapsed: bool = False,
    shared: bool = False,
) -> Owed:
    """Where one obligation stands on a day, with the day by which to act and the reason of its place in the order.

    Sent back comes first: such a report does not count, and its answer has its own day; after that day, and where the
    report was late anyway, it is overdue like any other.
    """
    by = last_working_day(due)
    act_by, by_notice = by.day, by.by_notice
    late = handed.reported_on is not None and handed.reported_on > due
    passed = due < known and due <= day
    if handed.outcome is ReviewOutcome.SENT_BACK:
        answer = handed.answer_by or due
        act_by = answer
        state = OwedState.OVERDUE if answer < day else OwedState.SENT_BACK
        why = owed_reasons.sent_back(handed.reviewed_on, answer, day)
    elif handed.outcome is ReviewOutcome.ACCEPTED:
        state, why = OwedState.ACCEPTED, owed_reasons.accepted(handed.reviewed_on)
    elif handed.reported_on is not None:
        state, why = OwedState.REPORTED, owed_reasons.reported(handed.reported_on, due)
    elif lapsed:
        state, why = OwedState.LAPSED, owed_reasons.lapsed(due)
    elif passed:
        state, why = OwedState.OVERDUE, owed_reasons.overdue(due, max(day, known if due == day else day))
    else:
        near = (due - day).days <= SOON_DAYS
        state, why = (
            (OwedState.DUE_SOON if near else OwedState.OWED),
            owed_reasons.ahead(due, act_by, day, near),
        )
    return Owed(
        body=body,
        named=named,
        place=place,
        kind=kind,
        year=year,
        due=due,
        act_by=act_by,
        by_notice=by_notice,
        state=state,
        reason=why,
        report=handed.number,
        shared=shared,
        late=late,
    )


def duty_owed(
    duty: ProjectOrTask,
    reports: Sequence[Report],
    day: dt.date,
    package: ZonePackage,
    *,
    known_on: dt.date | None = None,
    replaced: bool = False,
) -> list[Owed]:
    """Everything that the bodies owe on one duty on a day: dates and years of the leads, contributions of the others.

    Nothing is owed before the plan was issued, and nothing for a date that lay behind then: the progress of the year
    is still asked for.

    Parameters
    ----------
    reports : sequence of Report
        Every report on the duty, all revisions.
    replaced : bool
        The yearly self-report stands for this duty's yearly reports, which are then not asked for twice.
    """
    known = max(known_on or day, day)
    if day < package.zone.plan.issued:
        return []
    status = duty_status(duty, reports, day, package, known_on=known)
    end = max([plan_end(package), *(each.obligation.day for each in status.obligations)])
    moment = _Moment(duty, day, known, package, day > dt.date(end.year + CLOSING_YEARS, 12, 31))
    led = [report for report in reports if report.leads]
    found: list[Owed] = []
    for part in status.parts:
        if part.part.body:
            found += _led(part, led, status, moment, replaced=replaced)
    if not (status.state.is_done or status.state is DutyState.STOPPED):
        support = [report for report in reports if not report.leads]
        for each in support_parts_of(duty, package):
            found += _supported(each, support, moment)
    return found


def in_order(owed: Iterable[Owed]) -> list[Owed]:
    """By urgency."""
    return sorted(owed, key=lambda each: each.urgency)


def by_body(owed: Iterable[Owed]) -> dict[str, list[Owed]]:
    """What each body owes, in order of urgency; what a group shares stands under the group."""
    found: dict[str, list[Owed]] = {}
    for each in owed:
        found.setdefault(each.body, []).append(each)
    return {body: in_order(each) for body, each in found.items()}


def self_reports_owed(
    bodies: Iterable[str],
    years: Iterable[int],
    due_of: Mapping[int, dt.date],
    handed: Mapping[tuple[str, int], Handed],
    day: dt.date,
    package: ZonePackage,
    *,
    known_on: dt.date | None = None,
) -> list[Owed]:
    """The yearly self-reports (年度自查报告) of the bodies that owe one, as they stand on a day.

    A self-report is that of the body which held the duties on its last day (or holds them today, while that day lies
    ahead). Who takes that body's place afterwards owes what it left undone.
    """
    known = max(known_on or day, day)
    found: dict[tuple[str, int], Owed] = {}
    named = list(bodies)
    for year in years:
        due = due_of[year]
        if (due - day).days > AHEAD_DAYS:
            continue
        for key in named:
            owner = package.body_on(key, min(day, due)).key
            if (owner, year) in found:
                continue
            found[owner, year] = judged(
                body=package.body_on(owner, day).key,
                named=owner,
                place=f"self-report:{owner}",
                kind=OwedKind.SELF_REPORT,
                year=year,
                due=due,
                day=day,
                known=known,
                handed=handed.get((owner, year), Handed()),
            )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Hint:
    """Part of another body's duties came to a body; the plan's duties stay with the other, who may ask it to report.

    ``body`` is the one that holds the duties, ``to`` the one to which ``scope`` went.
    """

    body: str
    to: str
    scope: Text
    since: dt.date
    verified: bool


def hints_on(package: ZonePackage, day: dt.date) -> list[Hint]:
    """Partial transfers in force on a day (``whole: false``): listed, because which duties moved is not certain."""
    found = []
    for body in package.organisations:
        for step in body.successors:
            if not step.whole and step.from_ <= day:
                holder, to = package.body_on(body.key, day).key, package.body_on(step.to, day).key
                if holder != to:
                    found.append(Hint(holder, to, step.scope, step.from_, step.verified))
    return found


# -- parts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Moment:
    duty: ProjectOrTask
    day: dt.date
    known: dt.date
    package: ZonePackage
    closed: bool

    def judge(self, part: Part, kind: OwedKind, year: int, due: dt.date, handed: Handed) -> Owed:
        return judged(
            body=self.package.body_on(part.body, self.day).key,
            named=part.body,
            place=self.duty.place,
            kind=kind,
            year=year,
            due=due,
            day=self.day,
            known=self.known,
            handed=handed,
            lapsed=self.closed,
            shared=is_open_group(part, self.package),
        )


def _led(
    part: PartStatus, reports: Sequence[Report], status: DutyStatus, moment: _Moment, *, replaced: bool
) -> list[Owed]:
    mine = [r for r in reports if r.for_all or part.part.answered_by(r.organisation)]
    ended = part.state.is_done or part.state is DutyState.STOPPED
    found, days = [], set()
    for each in status.obligations:
        one = each.obligation
        if (one.day - moment.day).days > AHEAD_DAYS or (replaced and one.yearly):
            continue
        if not each.owed:
            continue
        if ended and not one.yearly and one.day >= _ended_on(part):
            continue  # a duty that is done owes nothing on its later dates
        kind = OwedKind.YEARLY if one.yearly else OwedKind.DATE
        handed = _handed(mine, one, moment)
        found.append(moment.judge(part.part, kind, one.period, one.day, handed))
        days.add(one.day)
    if ended or replaced or any(each.obligation.yearly for each in status.obligations):
        return found
    for year in _report_years(moment):
        end = dt.date(year, 12, 31)
        if end not in days:
            handed = _handed(mine, year, moment)
            found.append(moment.judge(part.part, OwedKind.PROGRESS, year, end, handed))
    return found


def _ended_on(part: PartStatus) -> dt.date:
    latest = part.latest
    assert latest is not None
    return latest.done_on or latest.reported_on


def _supported(part: Part, reports: Sequence[Report], moment: _Moment) -> list[Owed]:
    mine = [r for r in reports if part.answered_by(r.organisation)]
    return [
        moment.judge(part, OwedKind.SUPPORT, year, dt.date(year, 12, 31), _handed(mine, year, moment))
        for year in _report_years(moment)
    ]


def _report_years(moment: _Moment) -> list[int]:
    """The year before the day and its own, within the duty and the plan: a report of a year covers earlier ones."""
    plan = moment.package
    first = max(plan.zone.plan.issued.year, moment.duty.start.year if moment.duty.start else 0)
    last = min(moment.day.year, plan_end(plan).year)
    return [year for year in (last - 1, last) if year >= first and moment.day >= plan.zone.plan.issued]


def _handed(reports: Sequence[Report], owed: Obligation | int, moment: _Moment) -> Handed:
    """The report that covers an obligation: an accepted one before one that waits; else one that was sent back."""

    def covers(report: Report) -> bool:
        if isinstance(owed, Obligation):
            return owed.covered_by(report.period)
        return report.period >= owed

    counted = [r for r in in_force(reports, moment.day, moment.known) if covers(r)]
    if counted:
        first = min(
            counted, key=lambda r: (r.outcome_on(moment.known) is not ReviewOutcome.ACCEPTED, r.reported_on)
        )
        on_time = min(r.reported_on for r in counted)
        return _as_handed(first, moment, reported_on=on_time)
    back = [r for r in sent_back(reports, moment.day, moment.known) if covers(r)]
    return _as_handed(back[-1], moment) if back else Handed()


def _as_handed(report: Report, moment: _Moment, reported_on: dt.date | None = None) -> Handed:
    outcome = report.outcome_on(moment.known)
    review = report.review if outcome is not None else None
    return Handed(
        number=report.number,
        reported_on=reported_on or report.reported_on,
        outcome=outcome,
        reviewed_on=review.reviewed_on if review else None,
        answer_by=review.answer_by if review else None,
    )

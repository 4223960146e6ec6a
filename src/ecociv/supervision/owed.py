"""What each body owes on a day, in what order, and why in that order. Pure: no Django.

Every part of a duty belongs to exactly one body on each day: the one that the plan names, or whoever holds the whole
of its duties by then. So the sum over all bodies is the same before and after a hand-over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.core.workdays import working_days_between
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision.obligations import Obligation, plan_end
from ecociv.supervision.parts import Part, is_open_group, support_parts_of
from ecociv.supervision.reporting_rules import last_working_day, working_days_text
from ecociv.supervision.reports import Report, in_force, sent_back
from ecociv.supervision.rules import CLOSING_YEARS, SOON_DAYS, DutyStatus, PartStatus, duty_status
from ecociv.supervision.sentences import reason
from ecociv.supervision.states import DutyState, ReviewOutcome

AHEAD_DAYS = 366
"""Dates further off than this are not listed."""


class OwedKind(StrEnum):
    """What sort of report is owed."""

    DATE = "date"
    """A date of the plan: a milestone, a target, the day on which the duty is due."""
    YEARLY = "yearly"
    """A year of a duty of every year; each year needs its own report."""
    PROGRESS = "progress"
    """The progress of a led duty at the end of a year (年度进展)."""
    SUPPORT = "support"
    """What a supporting body contributed in a year (配合情况)."""
    SELF_REPORT = "self-report"
    """The yearly self-report of a body (年度自查报告)."""

    @property
    def label(self) -> Text:
        """In a few words, in both languages."""
        return _KINDS[self]


class OwedState(StrEnum):
    """Where an obligation stands, most urgent first."""

    OVERDUE = "overdue"
    SENT_BACK = "sent-back"
    DUE_SOON = "due-soon"
    OWED = "owed"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """The plan's period is over, and nobody reported: history, not work."""

    @property
    def label(self) -> Text:
        """In a few words, in both languages."""
        return _STATES[self]

    @property
    def light(self) -> str:
        """The light in whose colour a page shows it."""
        return _LIGHTS[self]

    @property
    def open(self) -> bool:
        """Whether the body has something to do."""
        return self in (OwedState.OVERDUE, OwedState.SENT_BACK, OwedState.DUE_SOON, OwedState.OWED)


_KINDS = {
    OwedKind.DATE: Text(zh="计划期限", en="date of the plan"),
    OwedKind.YEARLY: Text(zh="每年任务", en="duty of every year"),
    OwedKind.PROGRESS: Text(zh="年度进展", en="yearly progress"),
    OwedKind.SUPPORT: Text(zh="配合情况", en="contribution"),
    OwedKind.SELF_REPORT: Text(zh="年度自查报告", en="yearly self-report"),
}
_STATES = {
    OwedState.OVERDUE: Text(zh="逾期", en="overdue"),
    OwedState.SENT_BACK: Text(zh="已退回，待更正", en="sent back, to be corrected"),
    OwedState.DUE_SOON: Text(zh="即将到期", en="due soon"),
    OwedState.OWED: Text(zh="应报", en="owed"),
    OwedState.REPORTED: Text(zh="已报，待审核", en="reported, waits for review"),
    OwedState.ACCEPTED: Text(zh="已采用", en="accepted"),
    OwedState.LAPSED: Text(zh="计划期已过，未报", en="plan period over, not reported"),
}
_LIGHTS = {
    OwedState.OVERDUE: "off-track",
    OwedState.SENT_BACK: "off-track",
    OwedState.DUE_SOON: "at-risk",
    OwedState.OWED: "not-due",
    OwedState.REPORTED: "on-track",
    OwedState.ACCEPTED: "achieved",
    OwedState.LAPSED: "no-data",
}
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
        why = _sent_back_reason(handed, answer, day)
    elif handed.outcome is ReviewOutcome.ACCEPTED:
        state, why = OwedState.ACCEPTED, _accepted_reason(handed)
    elif handed.reported_on is not None:
        state, why = OwedState.REPORTED, _reported_reason(handed, due)
    elif lapsed:
        state, why = OwedState.LAPSED, _lapsed_reason(due)
    elif passed:
        state, why = OwedState.OVERDUE, _overdue_reason(due, max(day, known if due == day else day))
    else:
        near = (due - day).days <= SOON_DAYS
        state, why = (OwedState.DUE_SOON if near else OwedState.OWED), _ahead_reason(due, act_by, day, near)
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

    Parameters
    ----------
    reports : sequence of Report
        Every report on the duty, all revisions.
    replaced : bool
        The yearly self-report stands for this duty's yearly reports, which are then not asked for twice.
    """
    known = max(known_on or day, day)
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


# -- reasons -------------------------------------------------------------------------------------------------


def _left(day: dt.date, until: dt.date) -> int:
    return working_days_between(day, until)


def _sent_back_reason(handed: Handed, answer: dt.date, day: dt.date) -> Reason:
    if answer < day:
        return reason(
            "answer-overdue",
            "{on}被退回，更正期限{answer}已过{left}。",
            "Sent back on {on}; the day for its correction, {answer}, passed {left} ago.",
            on=handed.reviewed_on,
            answer=answer,
            left=working_days_text(-_left(day, answer)),
        )
    return reason(
        "sent-back",
        "{on}被退回，应于{answer}前更正，还有{left}；更正前不计入。",
        "Sent back on {on}, to be corrected by {answer}: {left} left; it does not count until then.",
        on=handed.reviewed_on,
        answer=answer,
        left=working_days_text(_left(day, answer)),
    )


def _accepted_reason(handed: Handed) -> Reason:
    return reason("accepted", "已于{on}审核采用。", "Accepted on {on}.", on=handed.reviewed_on)


def _reported_reason(handed: Handed, due: dt.date) -> Reason:
    if handed.reported_on is not None and handed.reported_on > due:
        return reason(
            "reported-late",
            "{on}填报，晚于期限{due}；待审核。",
            "Reported on {on}, after it was due ({due}); it waits for review.",
            on=handed.reported_on,
            due=due,
        )
    return reason(
        "reported", "{on}填报，待审核。", "Reported on {on}; it waits for review.", on=handed.reported_on
    )


def _lapsed_reason(due: dt.date) -> Reason:
    return reason(
        "lapsed",
        "期限{due}已过，计划期也已结束；没有填报。",
        "Due {due}; the plan's period is over, and nothing was reported.",
        due=due,
    )


def _overdue_reason(due: dt.date, day: dt.date) -> Reason:
    return reason(
        "overdue",
        "期限{due}已过{late}（{working}），没有填报。",
        "Due {due}, {late} ago ({working}), and nothing was reported.",
        due=due,
        late=Text(
            zh=f"{(day - due).days}天", en=f"{(day - due).days} day" + ("" if (day - due).days == 1 else "s")
        ),
        working=working_days_text(-_left(day, due)),
    )


def _ahead_reason(due: dt.date, act_by: dt.date, day: dt.date, near: bool) -> Reason:
    code = "due-soon" if near else "owed"
    if act_by != due and act_by >= day:
        return reason(
            code,
            "期限{due}不是工作日，最后一个工作日是{act_by}：还有{left}。",
            "Due {due}, which is no working day; the last working day is {act_by}: {left} left.",
            due=due,
            act_by=act_by,
            left=working_days_text(max(_left(day, act_by), 0)),
        )
    return reason(
        code,
        "期限{due}，还有{left}。",
        "Due {due}: {left} left.",
        due=due,
        left=working_days_text(max(_left(day, due), 0)),
    )

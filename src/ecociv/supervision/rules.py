"""Where a duty stands on a day. Pure: no Django, no clock.

A status is decided for each leading body's part and for the duty as a whole; the whole takes the state of the part
that needs attention most, and is done only when every part is. Only what was reported up to the day of knowledge
counts, so a later report never changes what an earlier day looked like.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision import sentences
from ecociv.supervision.obligations import (
    Obligation,
    can_be_owed,
    cell_owner,
    obligations_of,
)
from ecociv.supervision.part_rules import Moment, PartStatus, part_status
from ecociv.supervision.parts import Part, name_of, parts_of
from ecociv.supervision.reports import Report, in_force, sent_back
from ecociv.supervision.states import DutyState, ReviewOutcome


@dataclass(frozen=True, slots=True)
class ObligationStatus:
    """One date of a duty on the day: how far away, and which leading bodies no report covers.

    A body that reported the duty done or stopped owes no report on its later dates. ``owed`` is false for a date that
    lay behind when the plan was issued: it is shown, and nobody is late for it.
    """

    obligation: Obligation
    days_left: int
    passed: bool
    silent: tuple[str, ...]
    owed: bool = True

    @property
    def covered(self) -> bool:
        """Whether every leading body has reported for it."""
        return not self.silent


@dataclass(frozen=True, slots=True)
class DutyStatus:
    """Where a duty stands on a day, and why."""

    place: str
    day: dt.date
    known_on: dt.date
    state: DutyState
    reasons: tuple[Reason, ...]
    parts: tuple[PartStatus, ...]
    obligations: tuple[ObligationStatus, ...]
    latest: Report | None
    supporting: tuple[Report, ...] = ()
    """Reports by supporting bodies, to be shown beside the state; they never change it."""

    @property
    def label(self) -> Text:
        """The state in a few words."""
        return self.state.label

    @property
    def light(self) -> str:
        """The light in whose colour a page shows the state."""
        return self.state.light

    @property
    def sample(self) -> bool:
        """Whether any report that it rests on or shows is sample data."""
        told = [self.latest, *self.supporting]
        for part in self.parts:
            told += [part.latest, *part.sent_back]
        return any(report is not None and report.sample for report in told)

    @property
    def next(self) -> ObligationStatus | None:
        """The nearest date that has not passed."""
        return next((each for each in self.obligations if not each.passed), None)

    def to_json(self) -> dict[str, object]:
        """Plain values for commands and reports."""
        return {
            "place": self.place,
            "day": self.day.isoformat(),
            "known_on": self.known_on.isoformat(),
            "state": self.state.value,
            "light": self.light,
            "label": self.label.to_mapping(),
            "reasons": [reason.to_json() for reason in self.reasons],
            "parts": [{"body": each.part.body, "state": each.state.value} for each in self.parts],
            **({"sample": True} if self.sample else {}),
        }


def duty_status(
    duty: ProjectOrTask,
    reports: Iterable[Report],
    today: dt.date,
    package: ZonePackage,
    *,
    known_on: dt.date | None = None,
) -> DutyStatus:
    """Where a duty stands at the end of a day.

    Parameters
    ----------
    duty : Task or Project
        A task or a project of ``package``.
    reports : iterable of Report
        Every report on the duty, in any order, all revisions; what is too late to be known is left out here.
    today : datetime.date
        The day whose status is asked for.
    package : ZonePackage
        The plan: who leads, whose goal cell is shared, when the plan ends.
    known_on : datetime.date, optional
        The day of knowledge, ``today`` when not given. A later day looks back: reports about that year that came in
        afterwards count, and a date that fell on ``today`` itself counts as passed.

    Returns
    -------
    DutyStatus
        The first reason is the one that decided.

    Notes
    -----
    A date counts on its last day (``PlanDate.last_day``): a duty of 2015 is in time on 31 December 2015 and late the
    day after. It is due soon from `SOON_DAYS` days before to the day itself.

    A report by a supporting body changes nothing here. A report that was sent back does not count until its
    correction is on record; an accepted one counts like one that waits for review, and the reasons say so.
    """
    known = max(known_on or today, today)
    every = list(reports)
    led = [report for report in every if report.leads]
    counted, returned = in_force(led, today, known), sent_back(led, today, known)
    dates = obligations_of(duty, package)
    owed = tuple(each for each in dates if can_be_owed(each, package))
    moment = Moment(duty, package, today, known, owed, tuple(each for each in dates if each not in owed))
    parts = tuple(
        _reviewed(
            part_status(part, [r for r in counted if _speaks_for(r, part)], moment),
            tuple(r for r in returned if _speaks_for(r, part)),
            known,
        )
        for part in parts_of(duty, package)
    )
    state, reasons = _whole(parts, package)
    owner = cell_owner(duty, package)
    if owner is not duty and dates:
        reasons = (*reasons, sentences.shared_cell(owner.place, owner.number))
    return DutyStatus(
        place=duty.place,
        day=today,
        known_on=known,
        state=state,
        reasons=reasons,
        parts=parts,
        obligations=tuple(_obligation_status(each, parts, counted, moment) for each in dates),
        latest=counted[-1] if counted else None,
        supporting=in_force((report for report in every if not report.leads), today, known),
    )


def _speaks_for(report: Report, part: Part) -> bool:
    """Whether a leading body's report counts for a part."""
    return report.for_all or part.answered_by(report.organisation)


def _reviewed(status: PartStatus, returned: tuple[Report, ...], known: dt.date) -> PartStatus:
    """The status with what the office's review adds to its reasons; the state is decided before and stays."""
    said = [
        sentences.sent_back(r.period, r.review.reviewed_on, r.review.answer_by) for r in returned if r.review
    ]
    latest = status.latest
    if latest is not None and latest.review and latest.outcome_on(known) is ReviewOutcome.ACCEPTED:
        said.append(sentences.accepted(latest.period, latest.review.reviewed_on))
    return replace(status, reasons=(*status.reasons, *said), sent_back=returned) if said else status


def _whole(parts: tuple[PartStatus, ...], package: ZonePackage) -> tuple[DutyState, tuple[Reason, ...]]:
    """The state of the part that needs attention most, with its reasons and how the other parts differ."""
    worst = min(parts, key=lambda each: each.state.rank)
    state = worst.state
    if state in (DutyState.NOT_DUE, DutyState.NO_DATE) and any(each.state.is_done for each in parts):
        state = DutyState.UNDER_WAY
    reasons = {
        (reason.code, reason.text): reason
        for each in parts
        if each.state is worst.state
        for reason in each.reasons
    }
    by_state: dict[DutyState, list[str]] = {}
    for each in sorted(parts, key=lambda each: each.state.rank):
        by_state.setdefault(each.state, []).append(each.part.body)
    if len(by_state) == 1:
        return state, tuple(reasons.values())
    shown = {
        key.label: sentences.listed(name_of(body, package) for body in bodies)
        for key, bodies in by_state.items()
    }
    sentence = Text(
        zh="；".join(f"{label.zh}——{names.zh}" for label, names in shown.items()),
        en="; ".join(f"{label.en}: {names.en}" for label, names in shown.items()),
    )
    differ = sentences.bodies_differ({key.value: bodies for key, bodies in by_state.items()}, sentence)
    return state, (*reasons.values(), differ)


def _obligation_status(
    obligation: Obligation, parts: tuple[PartStatus, ...], reports: Sequence[Report], moment: Moment
) -> ObligationStatus:
    owed = can_be_owed(obligation, moment.package)
    silent = tuple(
        each.part.body
        for each in parts
        if owed
        and (obligation.yearly or not (each.state.is_done or each.state is DutyState.STOPPED))
        and not any(
            obligation.covered_by(report.period) for report in reports if _speaks_for(report, each.part)
        )
    )
    return ObligationStatus(
        obligation=obligation,
        days_left=(obligation.day - moment.today).days,
        passed=moment.passed(obligation),
        silent=silent,
        owed=owed,
    )

"""Reports that were not made, and duties that were not done. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.core.workdays import add_working_days, working_days_between
from ecociv.supervision.ladder.declaration import ReportTrigger, TaskTrigger
from ecociv.supervision.ladder.facts import DutyFact, OwedReport
from ecociv.supervision.ladder.fired import EvidenceRef, Fired, fired
from ecociv.supervision.sentences import reason


def overdue_reports(
    key: str, trigger: ReportTrigger, reports: Iterable[OwedReport], day: dt.date
) -> tuple[Fired, ...]:
    """Reports of a year that a body owes and has not made: one occurrence for a body and a year.

    A report is counted when the declared number of working days has passed after its day and none had come by then.
    It ends with the last of the reports that were missing.
    """
    late: dict[tuple[str, int], list[tuple[OwedReport, dt.date]]] = {}
    for each in reports:
        fires = add_working_days(each.due, trigger.working_days).day
        if each.body and fires <= day and (each.covered_on is None or each.covered_on > fires):
            late.setdefault((each.body, each.period), []).append((each, fires))
    found = []
    for (body, period), rows in sorted(late.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        owed = [each for each, _ in rows]
        covered = [each.covered_on for each in owed]
        done = [date for date in covered if date is not None and date <= day]
        open_ones = [each for each in owed if each.covered_on is None or each.covered_on > day]
        said = reason(
            "reports-overdue",
            "{period}年应填报的任务中有{count}项逾期未报满{needed}个工作日，其中{open}项至今未报。",
            "Of the reports for {period}, {count} were {needed} working days late; {open} are still missing.",
            period=str(period),
            count=len(owed),
            needed=trigger.working_days,
            open=len(open_ones),
        )
        found.append(
            fired(
                key,
                trigger,
                subject=f"organisation:{body}",
                occurrence=f"organisation:{body}@report-{period}",
                title=Text(zh="{n}项任务{period}年进展逾期未报", en="{n} reports for {period} overdue").fill(
                    n=len(owed), period=str(period)
                ),
                first_day=min(fires for _, fires in rows),
                ended_on=None if open_ones else max(done),
                reasons=(said, *(_missing(each, day) for each in owed)),
                evidence=tuple(EvidenceRef("duty", each.place, each.name) for each in owed),
                bodies=(body,),
            )
        )
    return tuple(found)


def _missing(each: OwedReport, day: dt.date) -> Reason:
    if each.covered_on is not None and each.covered_on <= day:
        return reason(
            "reported-late",
            "{name}：期限{due}，{covered}补报，逾期{days}个工作日。",
            "{name}: due {due}, reported on {covered}, {days} working days late.",
            name=each.name,
            due=each.due,
            covered=each.covered_on,
            days=working_days_between(each.due, each.covered_on),
        )
    return reason(
        "not-reported",
        "{name}：期限{due}，已逾期{days}个工作日。",
        "{name}: due {due}, {days} working days ago.",
        name=each.name,
        due=each.due,
        days=working_days_between(each.due, day),
    )


def overdue_tasks(
    key: str, trigger: TaskTrigger, duties: Iterable[DutyFact], day: dt.date
) -> tuple[Fired, ...]:
    """Duties in one of the declared states whose last date passed the declared number of working days ago."""
    found = []
    for each in duties:
        if each.due is None or each.state not in trigger.states:
            continue
        fires = add_working_days(each.due, trigger.working_days).day
        if fires > day:
            continue
        said = reason(
            "duty-overdue",
            "{name}的期限{due}已过{days}个工作日，状态为“{state}”，触发条件为{needed}个工作日。",
            "{name} was due {due}, {days} working days ago, and is “{state}”; the trigger needs {needed}.",
            name=each.name,
            due=each.due,
            days=working_days_between(each.due, day),
            state=each.state.label,
            needed=trigger.working_days,
        )
        carries = (
            (
                reason(
                    "carries-red",
                    "它承担的指标中有{count}个偏离或恶化：{numbers}。",
                    "It carries {count} indicators that are off track or worsening: {numbers}.",
                    count=len(each.carries_red),
                    numbers=Text(
                        zh="、".join(f"第{n}项" for n in each.carries_red),
                        en=", ".join(f"No. {n}" for n in each.carries_red),
                    ),
                ),
            )
            if each.carries_red
            else ()
        )
        found.append(
            fired(
                key,
                trigger,
                subject=each.place,
                occurrence=f"{each.place}@{each.due.isoformat()}",
                title=Text(zh="{name}逾期未完成", en="{name}: overdue and not done").fill(name=each.name),
                first_day=fires,
                ended_on=None,
                reasons=(said, *carries, *each.reasons),
                evidence=(EvidenceRef("duty", each.place, each.name),),
                bodies=each.bodies,
            )
        )
    return tuple(found)

"""Returns that did not come, figures under suspicion, sources that contradict each other. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.core.workdays import add_working_days, working_days_between
from ecociv.supervision.ladder.declaration import ConflictTrigger, ReturnTrigger, SuspectTrigger
from ecociv.supervision.ladder.facts import ConflictFact, FindingFact, ReturnFact
from ecociv.supervision.ladder.fired import EvidenceRef, Fired, fired
from ecociv.supervision.sentences import reason

FINDINGS_SHOWN = 12


def missing_returns(
    key: str, trigger: ReturnTrigger, returns: Iterable[ReturnFact], day: dt.date
) -> tuple[Fired, ...]:
    """Returns not handed in by the declared number of working days after their day: one for a body and a period."""
    late: dict[tuple[str, str, bool], list[tuple[ReturnFact, dt.date]]] = {}
    for each in returns:
        fires = add_working_days(each.due, trigger.working_days).day
        if fires <= day and (each.handed_in is None or each.handed_in > fires):
            late.setdefault((each.body, each.period, each.sample), []).append((each, fires))
    found = []
    for (body, period, sample), rows in sorted(late.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        owed = [each for each, _ in rows]
        still = [each for each in owed if each.handed_in is None or each.handed_in > day]
        came = [each.handed_in for each in owed if each.handed_in is not None and each.handed_in <= day]
        said = reason(
            "returns-overdue",
            "{period}期报表中有{count}份逾期未报满{needed}个工作日，其中{open}份至今未报。",
            "Of the returns for {period}, {count} were {needed} working days late; {open} are still missing.",
            period=period,
            count=len(owed),
            needed=trigger.working_days,
            open=len(still),
        )
        found.append(
            fired(
                key,
                trigger,
                subject=f"organisation:{body}",
                occurrence=f"organisation:{body}@return-{period}{'/sample' if sample else ''}",
                title=Text(zh="{n}份{period}期报表逾期未报", en="{n} returns for {period} overdue").fill(
                    n=len(owed), period=period
                ),
                first_day=min(fires for _, fires in rows),
                ended_on=None if still else max(came),
                reasons=(said, *(_return_reason(each, day) for each in owed)),
                evidence=tuple(
                    EvidenceRef("return", f"{each.form}/{each.place}/{each.period}", each.title)
                    for each in owed
                ),
                bodies=(body,),
                sample=sample,
            )
        )
    return tuple(found)


def _return_reason(each: ReturnFact, day: dt.date) -> Reason:
    until = each.handed_in if each.handed_in is not None and each.handed_in <= day else day
    return reason(
        "return-late",
        "{title}（{place}）：期限{due}，逾期{days}个工作日。",
        "{title} ({place}): due {due}, {days} working days late.",
        title=each.title,
        place=each.place_name,
        due=each.due,
        days=working_days_between(each.due, until),
    )


def open_suspicions(
    key: str, trigger: SuspectTrigger, findings: Iterable[FindingFact], day: dt.date
) -> tuple[Fired, ...]:
    """Findings of the declared severities, unsettled for the declared working days: one for a place and a day found."""
    stale: dict[tuple[str, dt.date, bool], list[tuple[FindingFact, dt.date]]] = {}
    for each in findings:
        fires = add_working_days(each.found_on, trigger.working_days).day
        lasted = each.settled_on is None or each.settled_on > fires
        if each.severity in trigger.severities and fires <= day and lasted:
            stale.setdefault((each.place, each.found_on, each.sample), []).append((each, fires))
    found = []
    for (place, found_on, sample), rows in sorted(stale.items(), key=lambda pair: (pair[0][1], pair[0][0])):
        open_ones = [f for f, _ in rows if f.settled_on is None or f.settled_on > day]
        settled = [f.settled_on for f, _ in rows if f.settled_on is not None and f.settled_on <= day]
        name = rows[0][0].place_name
        said = reason(
            "findings-open",
            "{name}有{count}条数据质量疑点自{found_on}起满{needed}个工作日没有结论，其中{open}条至今没有结论。",
            "{name}: {count} findings of quality control of {found_on} had no answer after {needed} working days; "
            "{open} still have none.",
            name=name,
            count=len(rows),
            found_on=found_on,
            needed=trigger.working_days,
            open=len(open_ones),
        )
        shown = [finding for finding, _ in rows][:FINDINGS_SHOWN]
        found.append(
            fired(
                key,
                trigger,
                subject=f"place:{place}",
                occurrence=f"place:{place}@findings-{found_on.isoformat()}{'/sample' if sample else ''}",
                title=Text(
                    zh="{name}的{n}条数据疑点没有结论", en="{name}: {n} suspicions of the data unanswered"
                ).fill(name=name, n=len(rows)),
                first_day=min(fires for _, fires in rows),
                ended_on=None if open_ones else max(settled),
                reasons=(said, *(Reason(each.rule, each.sentence) for each in shown)),
                evidence=tuple(EvidenceRef("finding", each.identity, name, each.series) for each in shown),
                bodies=tuple(dict.fromkeys(body for each, _ in rows for body in each.bodies)),
                sample=sample,
            )
        )
    return tuple(found)


def standing_conflicts(
    key: str, trigger: ConflictTrigger, conflicts: Iterable[ConflictFact], day: dt.date
) -> tuple[Fired, ...]:
    """Figures that must agree and lie further apart than what is allowed and than the declared share."""
    found = []
    for each in conflicts:
        if each.holds or each.share < trigger.share or dt.date(each.year, 12, 31) > day:
            continue
        said = reason(
            "sources-contradict",
            "{title}（{year}年）：{left}与{right} {unit}，相差较大一方的{percent}%；报送单位：{suppliers}。",
            "{title} ({year}): {left} against {right} {unit}, {percent} % of the larger apart; supplied by {suppliers}.",
            title=each.title,
            year=str(each.year),
            left=shortest(each.left),
            right=shortest(each.right),
            unit=each.unit,
            percent=f"{100 * each.share:.1f}",
            suppliers="、".join(each.suppliers) or "—",
        )
        found.append(
            fired(
                key,
                trigger,
                subject=f"organisation:{each.bodies[0]}" if each.bodies else "",
                occurrence=f"conflict:{each.key}@{each.year}",
                title=Text(
                    zh="{title}：来源不一致（{year}年）", en="{title}: sources contradict ({year})"
                ).fill(title=each.title, year=str(each.year)),
                first_day=dt.date(each.year, 12, 31),
                ended_on=None,
                reasons=(said,),
                evidence=(EvidenceRef("conflict", each.key, each.title, str(each.year)),),
                bodies=each.bodies,
                sample=each.sample,
            )
        )
    return tuple(found)

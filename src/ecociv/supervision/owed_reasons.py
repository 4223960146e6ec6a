"""Why what a body owes stands where it stands in the order, in a sentence with its days. Pure: no Django."""

from __future__ import annotations

import datetime as dt

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.core.workdays import working_days_between
from ecociv.supervision.reporting_rules import working_days_text
from ecociv.supervision.sentences import reason


def _left(day: dt.date, until: dt.date) -> int:
    return working_days_between(day, until)


def sent_back(on: dt.date | None, answer: dt.date, day: dt.date) -> Reason:
    """Sent back: the day for the answer, and how far it is off or past."""
    if answer < day:
        return reason(
            "answer-overdue",
            "{on}被退回，更正期限{answer}已过{left}。",
            "Sent back on {on}; the day for its correction, {answer}, passed {left} ago.",
            on=on,
            answer=answer,
            left=working_days_text(-_left(day, answer)),
        )
    return reason(
        "sent-back",
        "{on}被退回，应于{answer}前更正，还有{left}；更正前不计入。",
        "Sent back on {on}, to be corrected by {answer}: {left} left; it does not count until then.",
        on=on,
        answer=answer,
        left=working_days_text(_left(day, answer)),
    )


def accepted(on: dt.date | None) -> Reason:
    """Accepted by the office."""
    return reason("accepted", "已于{on}审核采用。", "Accepted on {on}.", on=on)


def reported(on: dt.date, due: dt.date) -> Reason:
    """Handed in, in time or late, and not reviewed."""
    if on > due:
        return reason(
            "reported-late",
            "{on}填报，晚于期限{due}；待审核。",
            "Reported on {on}, after it was due ({due}); it waits for review.",
            on=on,
            due=due,
        )
    return reason("reported", "{on}填报，待审核。", "Reported on {on}; it waits for review.", on=on)


def lapsed(due: dt.date) -> Reason:
    """Never reported, and the plan's period is over."""
    return reason(
        "lapsed",
        "期限{due}已过，计划期也已结束；没有填报。",
        "Due {due}; the plan's period is over, and nothing was reported.",
        due=due,
    )


def overdue(due: dt.date, day: dt.date) -> Reason:
    """Not reported though the day is past."""
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


def ahead(due: dt.date, act_by: dt.date, day: dt.date, near: bool) -> Reason:
    """Not reported yet; the last working day is said where it is another day."""
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

"""The reasons of a status: code, sentence in both languages, figures. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.plan.package import PlanDate

NAMES_SHOWN = 5


def reason(code: str, zh: str, en: str, **data: object) -> Reason:
    """A reason whose sentence has its figures filled in; dates, numbers and lists are written as readers do."""
    shown = {name: _shown(value) for name, value in data.items()}
    return Reason(code, Text(zh=zh, en=en).fill(**shown), data)


def days(count: int) -> Text:
    """A number of days.

    >>> days(1).en, days(2).en, days(2).zh
    ('1 day', '2 days', '2天')
    """
    return Text(zh=f"{count}天", en=f"{count} day" if count == 1 else f"{count} days")


def listed(names: Iterable[Text]) -> Text:
    """Names one after another; of many, the first few and how many more.

    >>> listed(Text(zh=f"甲{n}", en=f"A{n}") for n in range(7)).en
    'A0, A1, A2, A3, A4 and 2 more'
    """
    every = list(names)
    shown, more = every[:NAMES_SHOWN], len(every) - NAMES_SHOWN
    zh, en = "、".join(name.zh for name in shown), ", ".join(name.en for name in shown)
    if more > 0:
        zh, en = f"{zh}等{len(every)}个", f"{en} and {more} more"
    return Text(zh=zh or "—", en=en or "—")


# -- reported --------------------------------------------------------------------------------------------


def done(done_on: dt.date, due: PlanDate | None) -> Reason:
    """Reported done, in time as far as there is a date."""
    if due is None:
        return reason(
            "reported-done",
            "填报已于{done_on}完成；计划未定期限。",
            "Reported done on {done_on}; the plan sets no date.",
            done_on=done_on,
        )
    return reason(
        "reported-done",
        "填报已于{done_on}完成，期限为{due}。",
        "Reported done on {done_on}; it was due {due}.",
        done_on=done_on,
        due=due,
    )


def done_late(done_on: dt.date, due: PlanDate) -> Reason:
    """Reported done after the last day of the date."""
    late = (done_on - due.last_day).days
    return Reason(
        "reported-done-late",
        Text(
            zh="填报已于{done_on}完成，比期限{due}晚{late}。",
            en="Reported done on {done_on}, {late} after it was due ({due}).",
        ).fill(done_on=_shown(done_on), due=_shown(due), late=days(late)),
        {"done_on": done_on, "due": due.last_day, "days": late},
    )


def told_after_due(reported_on: dt.date, due: PlanDate) -> Reason:
    """Completion in time was only claimed after the date had passed."""
    return reason(
        "told-after-due",
        "完成情况在期限过后（{reported_on}）才填报。",
        "That it was done in time was reported only afterwards, on {reported_on}.",
        reported_on=reported_on,
        due=due.last_day,
    )


def done_short(percent: Decimal) -> Reason:
    """Reported done below one hundred per cent, for a reason the report gives."""
    return reason(
        "done-short-of-100",
        "填报完成时进度为{percent}%，理由见填报内容。",
        "Reported done at {percent} %; the report says why.",
        percent=percent,
    )


def under_way(period: int, percent: Decimal | None, basis: Text | None) -> Reason:
    """The last report says the work goes on."""
    if percent is None or basis is None:
        return reason(
            "reported-under-way",
            "{period}年填报：推进中。",
            "Reported for {period}: under way.",
            period=str(period),
        )
    return reason(
        "reported-under-way",
        "{period}年填报：推进中，进度{percent}%（{basis}）。",
        "Reported for {period}: under way, {percent} % ({basis}).",
        period=str(period),
        percent=percent,
        basis=basis,
    )


def delayed(period: int) -> Reason:
    """The body itself says that it is behind."""
    return reason(
        "reported-delayed", "{period}年填报：滞后。", "Reported for {period}: delayed.", period=str(period)
    )


def stopped(period: int) -> Reason:
    """The body itself says that it has stopped."""
    return reason(
        "reported-stopped", "{period}年填报：已停止。", "Reported for {period}: stopped.", period=str(period)
    )


def accepted(period: int, on: dt.date) -> Reason:
    """The office of the leading group accepted the report that counts."""
    return reason(
        "report-accepted",
        "{period}年的填报已于{on}审核采用。",
        "The report for {period} was accepted on {on}.",
        period=str(period),
        on=on,
    )


def sent_back(period: int, on: dt.date, answer_by: dt.date | None) -> Reason:
    """The office sent a report back; it does not count until it is corrected."""
    if answer_by is None:
        return reason(
            "report-sent-back",
            "{period}年的填报于{on}被退回，更正前不计入。",
            "The report for {period} was sent back on {on} and does not count until it is corrected.",
            period=str(period),
            on=on,
        )
    return reason(
        "report-sent-back",
        "{period}年的填报于{on}被退回，应于{answer_by}前更正，更正前不计入。",
        "The report for {period} was sent back on {on}, to be corrected by {answer_by}; it does not count until then.",
        period=str(period),
        on=on,
        answer_by=answer_by,
    )


# -- against the dates --------------------------------------------------------------------------------------


def overdue(due: PlanDate, late: int, last_period: int | None) -> Reason:
    """A date has passed and no report covers it."""
    told = (
        Text(zh="此前没有任何填报", en="nothing was ever reported")
        if last_period is None
        else Text(zh=f"最近一次填报是{last_period}年的", en=f"the last report is for {last_period}")
    )
    return Reason(
        "overdue-unreported",
        Text(
            zh="期限{due}已过{late}，没有涵盖该期限的填报；{told}。",
            en="Due {due}, {late} ago, and no report covers it; {told}.",
        ).fill(due=_shown(due), late=days(late), told=told),
        {"due": due.last_day, "days": late, "last_period": last_period},
    )


def years_unreported(years: Sequence[int]) -> Reason:
    """Years of a duty of every year that no report covers, though their dates have passed."""
    return reason(
        "years-unreported",
        "每年应填报，以下年度期限已过仍未填报：{years}。",
        "Owed every year; the date has passed without a report for {years}.",
        years=tuple(years),
    )


def not_done(due: PlanDate, late: int, period: int) -> Reason:
    """The last date has passed, and by the report that covers it the duty is not done."""
    return Reason(
        "past-due-not-done",
        Text(
            zh="期限{due}已过{late}，按{period}年的填报仍未完成。",
            en="Due {due}, {late} ago, and not done by the report for {period}.",
        ).fill(due=_shown(due), late=days(late), period=str(period)),
        {"due": due.last_day, "days": late, "period": period},
    )


def not_started(due: PlanDate, late: int, period: int) -> Reason:
    """An interim date has passed, and the report that covers it says that nothing was begun."""
    return Reason(
        "past-date-not-started",
        Text(
            zh="阶段期限{due}已过{late}，{period}年的填报仍为未启动。",
            en="An interim date, {due}, passed {late} ago; the report for {period} says not started.",
        ).fill(due=_shown(due), late=days(late), period=str(period)),
        {"due": due.last_day, "days": late, "period": period},
    )


def due_soon(due: PlanDate, left: int) -> Reason:
    """A date is near."""
    if left == 0:
        return Reason(
            "due-soon",
            Text(zh="期限{due}，今天是最后一天。", en="Due {due}: today is the last day.").fill(
                due=_shown(due)
            ),
            {"due": due.last_day, "days": 0},
        )
    return Reason(
        "due-soon",
        Text(zh="期限{due}，还有{left}。", en="Due {due}, in {left}.").fill(due=_shown(due), left=days(left)),
        {"due": due.last_day, "days": left},
    )


def nothing_due(following: PlanDate | None) -> Reason:
    """No date has passed that asks for anything yet."""
    if following is None:
        return reason("nothing-due", "目前没有到期事项。", "Nothing is due at present.")
    return Reason(
        "nothing-due",
        Text(zh="下一个期限是{due}。", en="The next date is {due}.").fill(due=_shown(following)),
        {"due": following.last_day},
    )


def not_issued(issued: dt.date) -> Reason:
    """On that day nobody was bound yet."""
    return reason(
        "plan-not-issued",
        "计划于{issued}印发，此前没有义务。",
        "The plan was issued on {issued}; nothing was owed before.",
        issued=issued,
    )


def no_report(year: int) -> Reason:
    """A full year of the duty went by without a report."""
    return reason(
        "no-report-for-year",
        "实施意见要求每年年底前报送进展，{year}年没有填报。",
        "The plan asks for a report before the end of each year; there is none for {year}.",
        year=str(year),
    )


def no_date(need: bool) -> Reason:
    """The plan sets no date."""
    if need:
        return reason(
            "as-need-arises",
            "按需开展的工作，计划未定期限。",
            "To be done as the need arises; the plan sets no date.",
        )
    return reason("no-date", "计划没有给出期限。", "The plan gives no date.")


def before_plan(date: PlanDate, issued: dt.date) -> Reason:
    """The only date lay behind when the plan was issued: nobody can have been late for it."""
    return reason(
        "date-before-plan",
        "计划所写期限{date}早于计划印发日（{issued}），不计逾期。",
        "The date that the plan gives, {date}, lay behind when it was issued ({issued}); nobody is late for it.",
        date=date,
        issued=issued,
    )


def shared_cell(owner: str, number: int) -> Reason:
    """The dates stand in another row's goal cell."""
    return reason(
        "dates-of-shared-cell",
        "期限取自目标合并单元格所在的第{number}项。",
        "Dates are those of No. {number}, with which it shares its goal.",
        owner=owner,
        number=str(number),
    )


def years_reported(count: int) -> Reason:
    """Every year of a duty of every year is covered."""
    return reason(
        "every-year-reported",
        "应填报的{count}个年度均已填报。",
        "All {count} years have been reported.",
        count=str(count),
    )


def years_reported_late(years: Sequence[int]) -> Reason:
    """Years that were reported after their date."""
    return reason(
        "years-reported-late",
        "以下年度逾期填报：{years}。",
        "Reported after the date: {years}.",
        years=tuple(years),
    )


def period_over(end: dt.date, otherwise: str, label: Text) -> Reason:
    """The plan's period is over, and nobody reported how the duty ended."""
    return Reason(
        "period-over",
        Text(
            zh="计划期已于{end}结束，没有填报说明结果；当时的状态是“{label}”。",
            en="The plan's period ended on {end}, and no report says how it ended; it was then: {label}.",
        ).fill(end=_shown(end), label=label),
        {"end": end, "state": otherwise},
    )


def bodies_differ(states: Mapping[str, Sequence[str]], sentence: Text) -> Reason:
    """Leading bodies stand differently; the state shown is that of the one that needs attention most."""
    return Reason(
        "bodies-differ",
        Text(zh="各牵头单位情况不一：{sentence}。", en="The leading bodies differ. {sentence}.").fill(
            sentence=sentence
        ),
        {"states": {state: tuple(bodies) for state, bodies in states.items()}},
    )


def _shown(value: object) -> object:
    if isinstance(value, PlanDate):
        return Text(zh=value.show("zh"), en=value.show("en"))
    if isinstance(value, dt.date):
        return Text(zh=f"{value.year}年{value.month}月{value.day}日", en=value.isoformat())
    if isinstance(value, Decimal):
        return shortest(value)
    if isinstance(value, tuple):
        items = [str(item) for item in value]
        return Text(zh="、".join(items) or "—", en=", ".join(items) or "—")
    return value

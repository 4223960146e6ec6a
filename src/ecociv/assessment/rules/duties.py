"""From tasks and projects to a figure: the mean of their credits, weighted by the unit's share in each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ecociv.assessment.rules.inputs import Duty, Figure
from ecociv.assessment.rules.sources import Credit
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter

_LABEL = Text(zh="任务完成情况", en="Credit of duties")
_PLACES = Decimal("0.000001")


def credit_of(duty: Duty, credit: Credit, on: date) -> Decimal | None:
    """What a duty is worth on a day, 0 to 100; None where it does not count yet.

    A day that lies after `on` is not looked at: what is done later is not done yet.

    Examples
    --------
    >>> due = date(2017, 6, 30)
    >>> [credit_of(Duty("task:1", due, done), Credit(), date(2017, 12, 31)) for done in (due, date(2017, 7, 1), None)]
    [Decimal('100'), Decimal('60'), Decimal('0')]
    """
    done = duty.done_on if duty.done_on is not None and duty.done_on <= on else None
    if done is not None:
        return credit.on_time if duty.due is None or done <= duty.due else credit.late
    progress = duty.percent if duty.percent is not None else Decimal(0)
    if duty.due is not None and duty.due <= on:
        # One that is late is never worth more than one done late.
        return Decimal(0) if credit.not_done == "zero" else min(progress, credit.late)
    return None if credit.not_due == "leave-out" else progress


def duty_figure(
    duties: Iterable[Duty],
    credit: Credit,
    on: date,
    *,
    source: str = "",
    label: Text = _LABEL,
    method: str = "",
) -> Figure:
    """The figure of an item that is made from duties, with its trace.

    Returns
    -------
    Figure
        In percent. *Not applicable* for a unit without any duty, *planned* where none counts yet.
    """
    all_duties = tuple(duties)
    counted = [(duty, worth) for duty in all_duties if (worth := credit_of(duty, credit, on)) is not None]
    whole = sum((duty.share for duty, _ in counted), Decimal(0))
    sample = any(duty.sample for duty in all_duties)
    if not whole:
        kind = Missing.PLANNED if all_duties else Missing.NOT_APPLICABLE
        return Figure(None, kind, source=source, sample=sample, duties=all_duties, method=method)
    value = (sum((duty.share * worth for duty, worth in counted), Decimal(0)) / whole).quantize(_PLACES)
    trace = Trace(
        label,
        value,
        "percent",
        "sum(share * credit) / sum(share)",
        tuple(_step(duty, worth) for duty, worth in counted),
        parameters=(
            TraceParameter(Text(zh="按期完成", en="done in time"), credit.on_time),
            TraceParameter(Text(zh="逾期完成", en="done late"), credit.late),
        ),
        notes=() if len(counted) == len(all_duties) else (_left_out(len(all_duties) - len(counted)),),
    )
    return Figure(value, source=source, trace=trace, sample=sample, duties=all_duties, method=method)


def _step(duty: Duty, worth: Decimal) -> TraceInput:
    due = f"due {duty.due}" if duty.due else "no date"
    done = f"done {duty.done_on}" if duty.done_on else "not done"
    return TraceInput(
        Text(
            zh=f"{duty.key}得分（份额{duty.share.normalize():f}）",
            en=f"credit of {duty.key} (share {duty.share.normalize():f})",
        ),
        worth,
        "1",
        duty.key,
        valid=f"{due}, {done}",
        sample=duty.sample,
    )


def _left_out(many: int) -> Text:
    return Text(zh=f"{many}项尚未到期，不计入", en=f"{many} not due yet, left out")

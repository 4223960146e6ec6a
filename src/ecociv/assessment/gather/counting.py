"""Figures that are counts and shares of things on record, each with the things that were counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ecociv.assessment.rules import Figure
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput

_SIX = Decimal("0.000001")
_METHOD = "count-on-record"


def counted(things: Sequence[tuple[str, Text, bool]], source: str) -> Figure:
    """The number of things on record; none on record is zero, which is a figure.

    Parameters
    ----------
    things
        Identity, what it is, whether it is sample data.

    Examples
    --------
    >>> counted([("督办〔2017〕1号", Text(zh="案件", en="Case"), False)], "cases:x").value
    Decimal('1')
    """
    number = Decimal(len(things))
    trace = Trace(
        Text(zh="记录在案的件数", en="Number on record"),
        number,
        "1",
        "count",
        tuple(TraceInput(label, 1, source_id=key, sample=sample) for key, label, sample in things),
    )
    return Figure(number, source=source, trace=trace, sample=any(s for _, _, s in things), method=_METHOD)


def share_of(part: int, whole: int, source: str, sample: bool = False) -> Figure:
    """A share in percent, to six decimals; *not applicable* of nothing.

    Examples
    --------
    >>> share_of(1, 3, "returns:x").value, share_of(0, 0, "returns:x").missing.value
    (Decimal('33.333333'), 'not-applicable')
    """
    if not whole:
        return Figure(None, Missing.NOT_APPLICABLE, source=source, method=_METHOD)
    value = (Decimal(part) * 100 / whole).quantize(_SIX)
    trace = Trace(
        Text(zh="比例", en="Share"),
        value,
        "percent",
        "part / whole * 100",
        (
            TraceInput(Text(zh="其中", en="of these"), part, source_id=source, sample=sample),
            TraceInput(Text(zh="总数", en="all"), whole, source_id=source, sample=sample),
        ),
    )
    return Figure(value, source=source, trace=trace, sample=sample, method=_METHOD)

"""Which editions a span of time passes through, and whether figures on both sides of a change may be compared."""

from __future__ import annotations

from datetime import date, timedelta

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.parameters import parameter_series
from ecociv.standards.parameters.model import ParameterOutsideValidity, ParameterPeriod


def editions_between(key: str, first: date, last: date) -> tuple[tuple[str, date, date], ...]:
    """The editions of a parameter from one day to another, each with the first and last day on which it applies.

    Raises
    ------
    ParameterOutsideValidity
        A day between the two that no edition covers.

    Examples
    --------
    >>> for edition, start, end in editions_between("air.limits", date(2026, 1, 1), date(2026, 12, 31)):
    ...     print(edition, start, end)
    GB 3095-2012 2026-01-01 2026-02-28
    GB 3095-2026 transition 2026-03-01 2026-12-31
    """
    declared = parameter_series(key)
    parts: list[tuple[str, date, date]] = []
    day = first
    while day <= last:
        period = next((p for p in declared.periods if p.valid.contains(day)), None)
        if period is None:
            raise ParameterOutsideValidity(key, day, declared.periods, declared.superseded_by)
        end = _last_day(period, last)
        if parts and parts[-1][0] == period.edition:
            parts[-1] = (period.edition, parts[-1][1], end)
        else:
            parts.append((period.edition, day, end))
        day = end + timedelta(days=1)
    return tuple(parts)


def _last_day(period: ParameterPeriod, last: date) -> date:
    return last if period.valid.to is None else min(last, period.valid.to)


def comparable(key: str, first: date, last: date, what: Text) -> Verdict:
    """Whether one edition covers the whole span; if not, a *no* with the code ``not-comparable`` that names the break.

    Examples
    --------
    >>> verdict = comparable("air.limits", date(2025, 7, 1), date(2026, 6, 30), Text(zh="年评价", en="Evaluation"))
    >>> verdict.ok, verdict.codes
    (False, ('not-comparable',))
    >>> print(verdict.reasons[0].text.en)
    Evaluation from 2025-07-01 to 2026-06-30 passes from GB 3095-2012 to GB 3095-2026 transition on 2026-03-01; figures before and after are not comparable.
    """
    parts = editions_between(key, first, last)
    reasons = tuple(
        Reason(
            "not-comparable",
            Text(
                zh=f"{what.zh}（{first}至{last}）在{start}由{before}改为{after}，前后数值不可比",
                en=f"{what.en} from {first} to {last} passes from {before} to {after} on {start}; "
                "figures before and after are not comparable.",
            ),
            {"parameter": key, "before": before, "after": after, "on": start},
        )
        for (before, _, _), (after, start, _) in zip(parts, parts[1:], strict=False)
    )
    return Verdict(not reasons, reasons)

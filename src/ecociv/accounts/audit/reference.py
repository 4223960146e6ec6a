"""What of a change is attributable where there are no peers: against the own course before the term. Pure: no Django.

The course is forecast to the closing as the forecast of the zone's indicators does it (`ecociv.indicators.forecast`); what the
closing has more or less is attributed, with the interval of the forecast. Where a wider series (of the province, of the country)
is on record, the figure *in proportion to it* is forecast, so that what moved all is taken out. Either is weaker evidence than
peers: one area cannot show what would have come anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ecociv.accounts.audit.attribution import (
    Attribution,
    Comparison,
    Ends,
    outcome_of,
    own_reach,
    said,
)
from ecociv.accounts.audit.methods import Trend
from ecociv.accounts.audit.normalise import kept
from ecociv.core.decimals import plain
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason
from ecociv.indicators.forecast import forecast

Yearly = Mapping[int, Decimal]
AGAINST = {
    Comparison.TREND: Text(zh="与任期前自身趋势相比", en="Against the own trend before the term it is"),
    Comparison.WIDER: Text(
        zh="与上级序列之比按任期前趋势相比",
        en="Against the wider series, in the proportion of before the term, it is",
    ),
}


def against_course(
    by_peers: Attribution,
    own: Ends,
    history: Yearly,
    closing_year: int,
    *,
    rule: Trend,
    better: str,
    material: Decimal,
    share: bool,
    label: Text,
    wider: tuple[Text, Yearly] | None = None,
) -> Attribution:
    """A figure that peers could not judge, against its own course.

    Parameters
    ----------
    by_peers
        What the comparison with peers came to, whose reasons stay.
    history
        Figures at the closings before the term and at the opening, by year, without the weather where it is taken out.
    wider
        Name and yearly figures of a wider series; tried first.

    Returns
    -------
    Attribution
        With ``basis`` own-trend or wider-series; ``by_peers`` with basis *nothing* and the reasons where neither can be told.

    Examples
    --------
    A steady 100 that came to 90: about -10 is attributed, and the interval says how surely.

    >>> import datetime as dt
    >>> from ecociv.accounts.audit.attribution import attribute
    >>> from ecociv.accounts.audit.methods import methods_on
    >>> name, own = Text(zh="耕地", en="land"), Ends(Decimal(100), Decimal(90))
    >>> alone = attribute(own, {}, better="increase", material=Decimal("0.01"), share=False, unit="hectare", label=name)
    >>> steady = {year: Decimal(100) + (year % 2) for year in range(2010, 2017)}
    >>> found = against_course(alone, own, steady, 2018, rule=methods_on(dt.date(2026, 1, 1)).trend, better="increase",
    ...                        material=Decimal("0.01"), share=False, label=name)
    >>> found.basis.value, found.outcome.value, found.low < found.attributed < found.high < 0
    ('own-trend', 'loss', True)
    """
    adjusted = by_peers.adjusted
    if own.before is None or own.after is None or adjusted is None:
        return replace(by_peers, basis=Comparison.NOTHING)
    refused: list[Reason] = []
    if wider is not None:
        found = _against(by_peers, own, history, closing_year, rule, better, material, share, label, wider)
        if isinstance(found, Attribution):
            return found
        refused.append(found)
    found = _against(by_peers, own, history, closing_year, rule, better, material, share, label, None)
    if isinstance(found, Attribution):
        return replace(found, reasons=(*found.reasons, *refused))
    none = Reason(
        "no-comparison",
        Text(
            zh="没有同类地区，也没有足够的任期前年份：不能比较",
            en="Neither peers nor enough years before the term: no comparison is possible",
        ),
    )
    return replace(by_peers, basis=Comparison.NOTHING, reasons=(*by_peers.reasons, *refused, found, none))


def _against(
    by_peers: Attribution,
    own: Ends,
    history: Yearly,
    closing_year: int,
    rule: Trend,
    better: str,
    material: Decimal,
    share: bool,
    label: Text,
    wider: tuple[Text, Yearly] | None,
) -> Attribution | Reason:
    basis = Comparison.TREND if wider is None else Comparison.WIDER
    assert own.before is not None and by_peers.adjusted is not None
    if wider is None:
        course, scale = dict(history), Decimal(1)
    else:
        beside = {year: value for year, value in wider[1].items() if value > 0}
        course = {year: value / beside[year] for year, value in history.items() if year in beside}
        if closing_year not in beside:
            return _reason(
                "wider-missing",
                "{name}没有{year}年的数",
                "{name} has no figure of {year}",
                name=wider[0],
                year=closing_year,
            )
        scale = beside[closing_year]
    if len(course) < rule.least_years:
        return _reason(
            "too-few-years-wider" if wider else "too-few-years",
            "任期开始前{what}只有{found}个年末有数，少于{least}个，不能判断趋势",
            "{what} has only {found} closings up to the beginning of the term; a trend needs {least}",
            what=wider[0] if wider else Text(zh="账户", en="The area"), found=len(course), least=rule.least_years,
        )  # fmt: skip
    whole = 100.0 if share and wider is None else None
    made = forecast({year: float(value) for year, value in course.items()}, (closing_year,), whole=whole)
    bounds = made.interval[float(rule.level)][closing_year]
    middle, bottom, top = (kept(value) * scale for value in (made.median[closing_year], *bounds))
    if share:
        middle, bottom, top = (min(each, Decimal(100)) for each in (middle, bottom, top))
    least, most = own_reach(own, by_peers.adjusted)
    attributed, low, high = (
        round_half_even(each, 6).normalize() + 0
        for each in (by_peers.adjusted - middle, least - top, most - bottom)
    )
    floor = material if share else material * own.before
    outcome = outcome_of(attributed, low, high, floor, better)
    first, last = min(course), max(course)
    weaker = _reason(
        "weaker-evidence",
        "同类地区不足；由{first}至{last}年{count}个年末外推至{year}年为{middle}（{level}%区间{bottom}至{top}）。只有一个地区，属较弱证据",
        "Too few peers: from {count} closings of {first} to {last} the figure of {year} is forecast as {middle} ({level} % interval {bottom} to "
        "{top}). One area alone is weaker evidence",
        first=first, last=last, count=len(course), year=closing_year, level=round(rule.level * 100),
        middle=_shown(middle), bottom=_shown(bottom), top=_shown(top),
    )  # fmt: skip
    inputs = [
        *(TraceInput(Text(zh=f"{year}年末", en=f"closing of {year}"), value, by_peers.unit, "") for year, value in sorted(history.items())),
        TraceInput(Text(zh="期末（未含天气影响）", en="closing, without the weather") if own.taken else Text(zh="期末", en="closing"), by_peers.adjusted, by_peers.unit, ""),
    ]  # fmt: skip
    if wider is not None:
        inputs += [
            TraceInput(
                Text(zh=f"{wider[0].zh}{year}年", en=f"{wider[0].en}, {year}"), wider[1][year], "1", ""
            )
            for year in (*sorted(course), closing_year)
        ]
    parameters = (
        TraceParameter(Text(zh="区间水平", en="level of the interval"), rule.level, "1", rule.basis.citation),
    )
    formula = (
        "closing - forecast(years before)"
        if wider is None
        else "closing - wider * forecast(own / wider of the years before)"
    )
    trace = Trace(label, attributed, by_peers.unit, formula, tuple(inputs), rule.basis.citation, parameters)
    expected = round_half_even(middle - own.before, 6).normalize() + 0
    kept_reasons = tuple(each for each in by_peers.reasons if each.code != "opening-zero")
    return replace(
        by_peers, expected=expected, attributed=attributed, low=low, high=high, outcome=outcome, basis=basis, trace=trace,
        reasons=(*kept_reasons, weaker, said(outcome, attributed, low, high, floor, AGAINST[basis])),
    )  # fmt: skip


def _shown(value: Decimal) -> str:
    return plain(round_half_even(value, 2))


def _reason(code: str, zh: str, en: str, **data: object) -> Reason:
    return Reason(code, Text(zh=zh, en=en).fill(**data), data)

"""Figures of water use: per value added, exploitation, unconventional water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.results import DataValidity, Result, number_or_none

UNCONVENTIONAL = ("reclaimed", "rainwater", "mine", "brackish", "desalinated")
"""Sources of unconventional water: reclaimed waste water, collected rain, mine water, brackish and sea water."""

_FROM_MEMORY = Text(
    zh="指标口径凭记忆录入，待与统计制度核对",
    en="the definition is entered from memory, to be checked against the statistical rules",
)


@dataclass(frozen=True, eq=False)
class WaterFigure(Result):
    """A figure of water use as a quotient.

    Attributes
    ----------
    value : float or array
        In the unit `unit`, unrounded; NaN where a part is missing.
    statement : tuple of Text
        What must be said with the figure, such as whether inflow from outside is counted.
    """

    value: float | Float64 | Any
    unit: str
    statement: tuple[Text, ...]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text
    formula: str
    names: Mapping[str, tuple[Text, str]] = field(repr=False)
    rows: Measurements = field(repr=False)
    citation: Citation | None = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The parts of the quotient."""
        place = self._element(at)
        inputs = tuple(
            TraceInput(self.names[name][0], number_or_none(column[place or 0]), self.names[name][1])
            for name, column in self.rows.given().items()
            if name in self.names
        )
        return Trace(
            self.label,
            number_or_none(element(self.value, place)),
            self.unit,
            self.formula,
            inputs,
            self.citation,
            notes=(*self.statement, *self.marks),
        )


def use_per_value_added(
    use_m3: ArrayLike,
    value_added_wan_yuan: ArrayLike,
    *,
    with_once_through_cooling: bool,
    constant_prices_of: int | None = None,
    of: str = "industry",
) -> WaterFigure:
    """Water use per 10,000 yuan of value added (or of GDP), in m3.

    Parameters
    ----------
    use_m3 : array_like
        New water taken in m3, without re-use.
    value_added_wan_yuan : array_like
        Value added in 10,000 yuan.
    with_once_through_cooling : bool
        Whether the water of once-through power plants is in the use; must be stated, because it changes the figure
        several times over.
    constant_prices_of : int, optional
        Year of the constant prices; ``None`` says current prices, which cannot be compared over the years.
    of : {"industry", "gdp"}

    Examples
    --------
    >>> figure = use_per_value_added(97_500_000, 1_500_000, with_once_through_cooling=False, constant_prices_of=2015)
    >>> figure.value, figure.statement[0].en
    (65.0, 'without once-through power plants')
    """
    if of not in ("industry", "gdp"):
        raise MeasurementError(f"of is {of!r}; it is 'industry' or 'gdp'.")
    rows = measurements(use=use_m3, value_added=value_added_wan_yuan)
    given = checked(rows, "m3")
    what = (
        (Text(zh="万元工业增加值用水量", en="Water use per 10,000 yuan of industrial value added"),
         Text(zh="工业增加值", en="Industrial value added"))
        if of == "industry"
        else (Text(zh="万元国内生产总值用水量", en="Water use per 10,000 yuan of GDP"), Text(zh="国内生产总值", en="GDP"))
    )  # fmt: skip
    prices = (
        Text(zh="按当年价格，不可跨年比较", en="at current prices: not comparable over the years")
        if constant_prices_of is None
        else Text(zh=f"按{constant_prices_of}年价格", en=f"at prices of {constant_prices_of}")
    )
    cooling = (
        Text(zh="含直流火电", en="with once-through power plants")
        if with_once_through_cooling
        else Text(zh="不含直流火电", en="without once-through power plants")
    )
    return water_figure(
        quotient(given["use"], given["value_added"]),
        "m3/wan_yuan",
        rows,
        label=what[0],
        formula="use / value added",
        names={
            "use": (Text(zh="取新水量", en="New water taken"), "m3"),
            "value_added": (what[1], "wan_yuan"),
        },
        statement=(cooling, prices),
    )


def use_change(current: ArrayLike, base: ArrayLike, *, base_year: int) -> WaterFigure:
    """Change of a use per value added against its base year, in percent; a fall is negative.

    Both must be at the same constant prices.

    Examples
    --------
    >>> round(use_change(52.0, 80.0, base_year=2015).value, 1)
    -35.0
    """
    rows = measurements(current=current, base=base)
    given = checked(rows, "m3/wan_yuan")
    return water_figure(
        (quotient(given["current"], given["base"]) - 1) * 100,
        "percent",
        rows,
        label=Text(zh="较基期变化", en="Change against the base"),
        formula="(current / base - 1) * 100",
        names={
            "current": (Text(zh="当年值", en="Current figure"), "m3/wan_yuan"),
            "base": (Text(zh=f"{base_year}年值", en=f"Figure of {base_year}"), "m3/wan_yuan"),
        },
        statement=(Text(zh="两期须为同一可比价", en="both at the same constant prices"),),
    )


def exploitation_rate(
    use: ArrayLike, resource: ArrayLike, *, includes_inflow: bool, multi_year_mean: bool = True
) -> WaterFigure:
    """Exploitation rate of water resources: use (or supply) over the total resource, in percent.

    Parameters
    ----------
    use, resource : array_like
        In one and the same unit, such as yi_m3.
    includes_inflow : bool
        Whether the resource counts the water that enters from outside the area; must be stated.
    multi_year_mean : bool
        Whether the resource is the mean of many years; a single year makes the rate swing with the rain.

    Notes
    -----
    Formula as published in ChinaXiv-201909.00168.

    Examples
    --------
    >>> round(exploitation_rate(8.45, 54.2, includes_inflow=False).value, 1)
    15.6
    """
    rows = measurements(use=use, resource=resource)
    given = checked(rows, "yi_m3")
    inflow = (
        Text(zh="水资源总量计入入境水", en="the resource counts inflow from outside")
        if includes_inflow
        else Text(zh="水资源总量不计入境水", en="the resource leaves out inflow from outside")
    )
    mean = (
        Text(zh="按多年平均水资源量", en="on the mean resource of many years")
        if multi_year_mean
        else Text(zh="按当年水资源量", en="on the resource of the year")
    )
    return water_figure(
        quotient(given["use"], given["resource"]) * 100,
        "percent",
        rows,
        label=Text(zh="水资源开发利用率", en="Exploitation rate of water resources"),
        formula="use / resource * 100",
        names={
            "use": (Text(zh="供（用）水量", en="Water use"), "yi_m3"),
            "resource": (Text(zh="水资源总量", en="Water resource"), "yi_m3"),
        },
        statement=(inflow, mean),
        verified=True,
    )


def unconventional_share(sources: Mapping[str, ArrayLike], total_supply: ArrayLike) -> WaterFigure:
    """Share of unconventional water in the total supply, in percent.

    Parameters
    ----------
    sources : mapping
        Volume by source: ``reclaimed``, ``rainwater``, ``mine``, ``brackish``, ``desalinated``; NaN is missing and
        makes the share missing, because it is not zero.
    total_supply : array_like
        Total supply in the same unit.

    Examples
    --------
    >>> round(unconventional_share({"reclaimed": 0.12, "rainwater": 0.05}, 8.5).value, 2)
    2.0
    """
    unknown = [source for source in sources if source not in UNCONVENTIONAL]
    if unknown or not sources:
        raise MeasurementError(
            f"{', '.join(unknown) or 'nothing'}: no source of unconventional water; sources: {', '.join(UNCONVENTIONAL)}."
        )
    rows = measurements(**dict(sources), total=total_supply)
    given = checked(rows, "yi_m3")
    zh = {
        "reclaimed": "再生水",
        "rainwater": "雨水",
        "mine": "矿井水",
        "brackish": "微咸水",
        "desalinated": "淡化海水",
    }
    summed = sum((given[source] for source in sources), np.zeros(rows.size))
    with np.errstate(invalid="ignore"):
        if (summed > given["total"]).any():
            raise MeasurementError("Unconventional water exceeds the total supply, of which it is a part.")
    return water_figure(
        quotient(summed, given["total"]) * 100,
        "percent",
        rows,
        label=Text(zh="非常规水资源利用比例", en="Share of unconventional water"),
        formula="sum(unconventional) / total * 100",
        names={
            **{source: (Text(zh=zh[source], en=source), "yi_m3") for source in sources},
            "total": (Text(zh="供水总量", en="Total supply"), "yi_m3"),
        },
    )


def quotient(numerator: Float64, denominator: Float64) -> Float64:
    """A quotient, NaN where the divisor is zero or missing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Float64 = numerator / np.where(denominator > 0, denominator, np.nan)
    return found


def checked(rows: Measurements, unit: str) -> dict[str, Float64]:
    """The columns that were given, none of them negative or infinite."""
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit=unit)
    return given


def water_figure(
    value: Float64,
    unit: str,
    rows: Measurements,
    *,
    label: Text,
    formula: str,
    names: Mapping[str, tuple[Text, str]],
    statement: tuple[Text, ...] = (),
    verified: bool = False,
) -> WaterFigure:
    """A figure with its parts, its statement and its mark."""
    known = ~np.isnan(value)
    return WaterFigure(
        value=rows.restore(value),
        unit=unit,
        statement=statement,
        edition="statistical definition",
        marks=() if verified else (_FROM_MEMORY,),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="分子分母齐全且分母大于0", en="both parts given, and the divisor above 0"),
        ),
        label=label,
        formula=formula,
        names=names,
        rows=rows,
        citation=None,
    )

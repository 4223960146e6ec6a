"""Permitted amounts from concentration and flow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements, refuse_impossible
from ecociv.standards.results import DataValidity, Result, number_or_none

HOURS_OF_YEAR, DAYS_OF_YEAR = 8784.0, 366.0


@dataclass(frozen=True, eq=False)
class PermittedAmount(Result):
    """Permitted amount of a year.

    Attributes
    ----------
    value : float or array
        Tonnes a year; NaN where a figure is missing.
    limited_by : str or array of str
        ``"concentration"``, or ``"assigned"`` where the amount that was assigned is smaller; empty without a value.
    """

    value: Any
    limited_by: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    formula: str
    inputs: tuple[tuple[Text, str, Float64], ...] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Concentration, flow and time."""
        place = self._element(at)
        return Trace(
            Text(zh="年许可排放量", en="Permitted amount of a year"),
            number_or_none(element(self.value, place)),
            "tonne",
            self.formula,
            tuple(
                TraceInput(label, number_or_none(column[place or 0]), unit)
                for label, unit, column in self.inputs
            ),
            notes=self.marks,
        )


_ASSIGNED = Text(zh="分配的总量指标", en="amount assigned")


def permitted_air(
    *,
    concentration_mg_m3: ArrayLike,
    flow_m3_h: ArrayLike,
    hours: ArrayLike,
    assigned_t: ArrayLike | None = None,
) -> PermittedAmount:
    """Permitted amount to air in t/a: limit times dry flow at standard conditions times hours; at most what was assigned.

    Parameters
    ----------
    concentration_mg_m3 : array_like
        Emission limit in mg/m3.
    flow_m3_h : array_like
        Flow in m3/h under the same conditions as the limit.
    hours : array_like
        Hours of operation a year, up to 8784.
    assigned_t : array_like, optional
        Amount assigned by total control in t/a; the smaller of the two is permitted.

    Examples
    --------
    >>> permitted_air(concentration_mg_m3=50, flow_m3_h=200_000, hours=7200).value  # 50 * 2e5 * 7200 * 1e-9
    72.0
    """
    return _permitted(
        {"concentration_mg_m3": concentration_mg_m3, "flow_m3_h": flow_m3_h, "hours": hours},
        (
            (Text(zh="排放浓度限值", en="emission limit"), "mg/m3"),
            (Text(zh="废气量", en="flow"), "m3/hour"),
            (Text(zh="年运行时间", en="operation"), "hour"),
        ),
        assigned_t,
        divisor=1e9,
        longest=HOURS_OF_YEAR,
        formula="min(C * Q * h * 10^-9, assigned)",
    )


def permitted_water(
    *,
    concentration_mg_l: ArrayLike,
    flow_m3_d: ArrayLike,
    days: ArrayLike,
    assigned_t: ArrayLike | None = None,
) -> PermittedAmount:
    """Permitted amount to water in t/a: limit in mg/L times flow in m3/d times days; at most what was assigned.

    Examples
    --------
    >>> plant = permitted_water(concentration_mg_l=[50, 50], flow_m3_d=10_000, days=365, assigned_t=[None, 150])
    >>> plant.value.tolist(), plant.limited_by.tolist()  # 50 * 1e4 * 365 * 1e-6 = 182.5
    ([182.5, 150.0], ['concentration', 'assigned'])
    """
    return _permitted(
        {"concentration_mg_l": concentration_mg_l, "flow_m3_d": flow_m3_d, "days": days},
        (
            (Text(zh="排放浓度限值", en="emission limit"), "mg/litre"),
            (Text(zh="废水量", en="flow"), "m3/day"),
            (Text(zh="年排放天数", en="days"), "day"),
        ),
        assigned_t,
        divisor=1e6,
        longest=DAYS_OF_YEAR,
        formula="min(C * Q * d * 10^-6, assigned)",
    )


def _permitted(
    figures: dict[str, ArrayLike],
    labels: tuple[tuple[Text, str], ...],
    assigned: ArrayLike | None,
    *,
    divisor: float,
    longest: float,
    formula: str,
) -> PermittedAmount:
    rows = measurements(**figures, assigned_t=assigned)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
    concentration, flow, time = (given[name] for name in figures)
    if (time > longest).any():
        raise MeasurementError(f"{list(figures)[-1]} is {np.nanmax(time):g}; a year has at most {longest:g}.")
    own = concentration * flow * time / divisor
    cap = given.get("assigned_t", np.full(rows.size, np.nan))
    with np.errstate(invalid="ignore"):
        capped = cap < own
    value = np.where(capped, cap, own)
    known = ~np.isnan(value)
    inputs = [(label, unit, given[name]) for (label, unit), name in zip(labels, figures, strict=True)]
    if "assigned_t" in given:
        inputs.append((_ASSIGNED, "tonne", cap))
    return PermittedAmount(
        value=rows.restore(value),
        limited_by=rows.restore(np.where(known, np.where(capped, "assigned", "concentration"), "")),
        edition="permit by concentration and flow",
        marks=(),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="浓度、流量和时间齐全", en="concentration, flow and time are there"),
        ),
        formula=formula,
        inputs=tuple(inputs),
    )

"""Colours of the heavy-pollution warning from a run of daily indices, under the schemes of 2017 and 2024."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


class WarningColour(IntEnum):
    """Colours from none to the gravest."""

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def label(self) -> Text:
        """The colour in words."""
        return _LABELS[self][0]

    @property
    def cap_severity(self) -> str | None:
        """The severity that the Common Alerting Protocol 1.2 carries for the colour in China."""
        return _LABELS[self][1]


_LABELS: dict[WarningColour, tuple[Text, str | None]] = {
    WarningColour.NONE: (Text(zh="不预警", en="none"), None),
    WarningColour.BLUE: (Text(zh="蓝色", en="blue"), "Minor"),
    WarningColour.YELLOW: (Text(zh="黄色", en="yellow"), "Moderate"),
    WarningColour.ORANGE: (Text(zh="橙色", en="orange"), "Severe"),
    WarningColour.RED: (Text(zh="红色", en="red"), "Extreme"),
}


@dataclass(frozen=True, eq=False)
class HeavyPollutionWarning(Result):
    """The gravest colour that a run of days calls for.

    Attributes
    ----------
    value : WarningColour
    days : tuple of (first, last) or None
        Places of the first and last day of the run that meets the condition.
    condition : Text or None
        The condition met, in words.
    edition : str
        The scheme applied.
    """

    value: WarningColour
    days: tuple[int, int] | None
    condition: Text | None
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    aqi: Float64 = field(repr=False)
    rules: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The indices of the run and the condition that they meet."""
        self._element(at)
        first, last = self.days or (0, self.aqi.size - 1)
        inputs = tuple(
            TraceInput(Text(zh=f"第{k + 1}日指数", en=f"index of day {k + 1}"), number_or_none(self.aqi[k]))
            for k in range(first, last + 1)
        )
        met = self.condition or Text(zh="未满足任何条件", en="no condition is met")
        colour = self.value.label
        note = Text(zh=f"{colour.zh}：{met.zh}", en=f"{colour.en}: {met.en}")
        return Trace(
            Text(zh="重污染天气预警级别", en="Heavy-pollution warning level"), int(self.value), "1",
            "gravest colour with a condition met", inputs, self.rules.citation, notes=(note, *self.marks),
        )  # fmt: skip


def warning_level(
    aqi: ArrayLike,
    *,
    edition: str | None = None,
    on: date | None = None,
    ozone_driven: ArrayLike | None = None,
) -> HeavyPollutionWarning:
    """The warning that consecutive daily indices call for.

    Parameters
    ----------
    aqi : array_like, shape (days,)
        Forecast or measured daily index of consecutive days; a missing day (NaN) ends a run. The scheme of 2017 lets
        a day be any 24 hours across midnight; give such days for that reading.
    edition : str, optional
        ``"2017 scheme"`` or ``"环大气〔2024〕6号"``.
    on : date, optional
        The day whose scheme applies.
    ozone_driven : array_like of bool, optional
        Days on which ozone is the primary pollutant; these colours are not for them, so they end a run.

    Returns
    -------
    HeavyPollutionWarning

    Notes
    -----
    Every condition asks for so many consecutive days above an index; where it joins two, the shorter run must lie
    within the longer. One condition suffices. Both schemes are marked as not verified.

    Examples
    --------
    >>> warning_level([160, 170, 155], edition="环大气〔2024〕6号").value
    <WarningColour.ORANGE: 3>
    >>> warning_level([210, 220, 310], edition="环大气〔2024〕6号").value.label.en
    'red'
    """
    rules = parameter("air.warning", edition=edition, on=on)
    column = as_float64("aqi", aqi)
    if column.ndim != 1:
        raise MeasurementError(f"A run of days is one row of indices, not an array of shape {column.shape}.")
    refuse_impossible("aqi", column, unit="")
    counted = column.copy()
    if ozone_driven is not None:
        counted[np.asarray(ozone_driven, dtype=np.bool_)] = np.nan
    n = int(np.count_nonzero(~np.isnan(column)))
    rule = Text(zh="缺测日中断连续", en="a missing day ends a run")
    validity = DataValidity(n, None, n == column.size, rule)
    for colour, conditions in rules.table.items():
        for condition in conditions:
            run = _run_that_meets(counted, condition)
            if run is not None:
                return HeavyPollutionWarning(
                    WarningColour[str(colour).upper()], run, _in_words(condition), validity, rules.edition,
                    marks_of(rules), column, rules,
                )  # fmt: skip
    return HeavyPollutionWarning(
        WarningColour.NONE, None, None, validity, rules.edition, marks_of(rules), column, rules
    )


def _run_that_meets(aqi: Float64, condition: Any) -> tuple[int, int] | None:
    """The first run of days that meets the longest part of a condition and holds every other part."""
    longest = max(condition, key=lambda part: int(part["days"]))
    for first, last in _runs(_meets(aqi, longest)):
        if last - first + 1 < longest["days"]:
            continue
        others = (part for part in condition if part is not longest)
        if all(_longest_run(_meets(aqi[first : last + 1], part)) >= part["days"] for part in others):
            return first, last
    return None


def _meets(aqi: Float64, part: Mapping[str, Any]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        met: NDArray[np.bool_] = aqi >= part["reaches"] if "reaches" in part else aqi > part["above"]
    return met


def _runs(met: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], met, [False]]).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]


def _longest_run(met: NDArray[np.bool_]) -> int:
    return max((last - first + 1 for first, last in _runs(met)), default=0)


def _in_words(condition: Any) -> Text:
    zh, en = [], []
    for part in condition:
        days = int(part["days"])
        if "reaches" in part:
            zh.append(f"日指数达到{part['reaches']}")
            en.append(f"a daily index of {part['reaches']}")
        else:
            zh.append(f"日指数大于{part['above']}持续{days}天及以上")
            en.append(f"an index above {part['above']} for {days} day{'' if days == 1 else 's'} or more")
    return Text(zh="且".join(zh), en=" and ".join(en))

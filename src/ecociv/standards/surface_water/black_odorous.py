"""Grades of black-odorous urban water."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated

GRADE_NAMES = (
    Text(zh="不黑臭", en="not black-odorous"),
    Text(zh="轻度黑臭", en="lightly black-odorous"),
    Text(zh="重度黑臭", en="heavily black-odorous"),
)
"""Names of the grades 0, 1 and 2."""

_NAMES = {
    "sd": Text(zh="透明度", en="transparency"),
    "do": Text(zh="溶解氧", en="dissolved oxygen"),
    "orp": Text(zh="氧化还原电位（mV）", en="redox potential in mV"),
    "nh3n": Text(zh="氨氮", en="ammonia nitrogen"),
}
_UNITS = {"sd": "cm", "do": "mg/L", "orp": "1", "nh3n": "mg/L"}


@dataclass(frozen=True, eq=False)
class BlackOdorousGrade(Result):
    """The grade of black-odorous water.

    Attributes
    ----------
    value : float or array
        0 not black-odorous, 1 light, 2 heavy: the worst of the items; NaN where nothing was measured.
    grades : dict
        The grade of each item, NaN where it is missing.
    """

    value: float | Float64 | Any
    grades: Mapping[str, Any]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    bounds: ParameterValue = field(repr=False)

    def grade_name(self, lang: str = "zh", at: int | None = None) -> str:
        """The grade in words; ``"—"`` without one."""
        value = element(self.value, self._element(at))
        return "—" if np.isnan(value) else GRADE_NAMES[int(value)].in_language(lang)

    def trace(self, at: int | None = None) -> Trace:
        """The grade of each item and the worst of them."""
        place = self._element(at)
        value = element(self.value, place)
        notes = () if np.isnan(value) else (GRADE_NAMES[int(value)],)
        return Trace(
            Text(zh="黑臭等级", en="Grade of black-odorous water"),
            number_or_none(value),
            "1",
            "max(grade_1, ..., grade_n)",
            tuple(self._trace_item(item, place) for item in self.grades),
            self.bounds.citation,
            notes=(*notes, *self.marks),
        )

    def _trace_item(self, item: str, place: int | None) -> Trace:
        column = self.rows.columns[item]
        assert column is not None  # grades holds only what was given
        name, unit = _NAMES[item], _UNITS[item]
        light, heavy = self.bounds.table[item]
        citation, valid = self.bounds.citation, self.bounds.valid
        return Trace(
            Text(zh=f"{name.zh}的等级", en=f"Grade of {name.en}"),
            number_or_none(element(self.grades[item], place)),
            "1",
            "0, 1 at the bound of light, 2 beyond the bound of heavy",
            (TraceInput(name, number_or_none(column[place or 0]), unit),),
            citation,
            (
                TraceParameter(Text(zh="轻度界限", en="bound of light"), light, unit, citation, valid),
                TraceParameter(Text(zh="重度界限", en="bound of heavy"), heavy, unit, citation, valid),
            ),
        )


def black_odorous_grade(
    *,
    sd: ArrayLike | None = None,
    do: ArrayLike | None = None,
    orp: ArrayLike | None = None,
    nh3n: ArrayLike | None = None,
    depth: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> BlackOdorousGrade:
    """The grade of a sample of urban water.

    Parameters
    ----------
    sd : array_like, optional
        Transparency in cm.
    do, nh3n : array_like, optional
        Dissolved oxygen and ammonia nitrogen in mg/L.
    orp : array_like, optional
        Redox potential in mV.
    depth : array_like, optional
        Depth of the water in cm. Below 25 cm the bounds of transparency follow it: heavy below 40 % of the depth,
        light below the depth itself, none where the bottom is seen (reading unverified, see ``marks``).

    Notes
    -----
    Guideline for the treatment of urban black-odorous water (2015). Light is from the first bound to the second, both
    included; heavy is beyond the second.

    Examples
    --------
    >>> sample = black_odorous_grade(sd=20, do=1.2, orp=-120, nh3n=16)
    >>> sample.value, sample.grade_name(), sample.grades["nh3n"], sample.grades["sd"]
    (2.0, '重度黑臭', 2.0, 1.0)
    """
    bounds = dated("surface_water.black_odorous", on, edition)
    table = bounds.table
    rows = measurements(sd=sd, do=do, orp=orp, nh3n=nh3n, depth=depth)
    given = rows.given()
    items = [item for item in _NAMES if item in given]
    if not items:
        raise MeasurementError(f"None of {', '.join(_NAMES)} was given.")
    grades: dict[str, Float64] = {}
    for item in items:
        column = given[item]
        refuse_impossible(item, column, unit=_UNITS[item], at_least=-2000.0 if item == "orp" else 0.0)
        light, heavy = (float(bound) for bound in table[item])
        with np.errstate(invalid="ignore"):
            if item == "nh3n":
                grade = np.where(column > heavy, 2.0, np.where(column >= light, 1.0, 0.0))
            elif item == "sd":
                grade = _transparency(column, given.get("depth"), table)
            else:
                grade = np.where(column < heavy, 2.0, np.where(column <= light, 1.0, 0.0))
        grades[item] = np.where(np.isnan(column), np.nan, grade)
    count = sum((~np.isnan(grade) for grade in grades.values()), np.zeros(rows.size, dtype=np.int64))
    stacked = np.stack([np.nan_to_num(grade, nan=-1.0) for grade in grades.values()])
    worst = stacked.max(axis=0)
    return BlackOdorousGrade(
        value=rows.restore(np.where(worst < 0, np.nan, worst)),
        grades={item: rows.restore(grade) for item, grade in grades.items()},
        edition=bounds.edition,
        marks=marks_of(bounds),
        validity=DataValidity(
            rows.restore(count),
            len(_NAMES),
            rows.restore(count == len(_NAMES)),
            Text(
                zh="四项指标；缺项以现有各项评价", en="four items; with gaps, judged by those that are there"
            ),
        ),
        rows=rows,
        bounds=bounds,
    )


def _transparency(sd: Float64, depth: Float64 | None, table: Mapping[str, Any]) -> NDArray[np.float64]:
    light, heavy = (float(bound) for bound in table["sd"])
    deep: NDArray[np.float64] = np.where(sd < heavy, 2.0, np.where(sd <= light, 1.0, 0.0))
    if depth is None:
        return deep
    refuse_impossible("depth", depth, unit="cm")
    shallow = np.where(sd < depth * table["shallow_percent"] / 100, 2.0, np.where(sd < depth, 1.0, 0.0))
    return np.where(depth < table["shallow_below"], shallow, deep)

"""Grades of negative air ions and the Abe index of the ion balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

_KEYS = {"QX/T 380-2017": "air.negative_ions.qxt_380", "LY/T 2586-2016": "air.negative_ions.lyt_2586"}


@dataclass(frozen=True, eq=False)
class IonGrade(Result):
    """A grade of negative ions.

    Attributes
    ----------
    value : float or array
        Concentration in 1/cm3, or the Abe index.
    grade : int, str or array
        1 is the best (``"A"`` for the Abe index); 0 (``""``) where missing.
    """

    value: float | Float64 | Any
    grade: Any
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    label: Text = field(repr=False)
    unit: str = field(repr=False)
    formula: str = field(repr=False)
    rows: Measurements = field(repr=False)
    rules: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The figure and the grade it falls in."""
        place = self._element(at)
        grade = element(self.grade, place)
        inputs = tuple(
            TraceInput(
                Text(zh=_INPUTS[name][0], en=_INPUTS[name][1]), number_or_none(column[place or 0]), "1/cm3"
            )
            for name, column in self.rows.given().items()
        )
        note = Text(zh=f"等级：{grade or '—'}", en=f"grade: {grade or '—'}")
        return Trace(
            self.label, number_or_none(element(self.value, place)), self.unit, self.formula, inputs,
            self.rules.citation, notes=(note, *self.marks),
        )  # fmt: skip


_INPUTS = {"negative": ("负离子浓度", "Negative ions"), "positive": ("正离子浓度", "Positive ions")}


def negative_ion_grade(concentration: ArrayLike, *, standard: str) -> IonGrade:
    """The grade of a negative ion concentration.

    Parameters
    ----------
    concentration : array_like
        Negative ions in 1/cm3, NaN where missing.
    standard : str
        ``"QX/T 380-2017"`` (grades 1 to 4) or ``"LY/T 2586-2016"`` (grades 1 to 6). The two have different bounds, so
        one must be chosen. Both are marked as not verified.

    Examples
    --------
    >>> negative_ion_grade([1200, 1199, 500, 100], standard="QX/T 380-2017").grade.tolist()
    [1, 2, 2, 4]
    """
    if standard not in _KEYS:
        raise MeasurementError(f"{standard!r} has no grades here; choose one of {', '.join(_KEYS)}.")
    rules = parameter(_KEYS[standard], edition=standard)
    rows = measurements(negative=concentration)
    column = rows.given()["negative"]
    refuse_impossible("concentration", column, unit="1/cm3")
    place = _grade(column, rules.value)
    grades = np.array([0, *(int(each["grade"]) for each in rules.value)])[place]
    label = Text(zh="空气负离子浓度", en="Negative air ion concentration")
    return _result(column, rows.restore(grades), rows, rules, label, "1/cm3", "N")


def ion_balance_index(negative: ArrayLike, positive: ArrayLike) -> IonGrade:
    """The Abe index ``CI = (n- / 1000) (1 / q)`` with ``q = n+ / n-``, graded A to E.

    Parameters
    ----------
    negative, positive : array_like
        Small air ions in 1/cm3. Without any positive ion the index has no value.

    Examples
    --------
    >>> index = ion_balance_index(1000, 800)
    >>> index.value, index.grade
    (1.25, 'A')
    """
    rules = parameter("air.negative_ions.abe")
    rows = measurements(negative=negative, positive=positive)
    columns = rows.given()
    for name, column in columns.items():
        refuse_impossible(name, column, unit="1/cm3")
    below = np.where(columns["positive"] > 0, columns["positive"], np.nan)
    value = columns["negative"] / 1000 * (columns["negative"] / below)
    grades = np.array(["", *(str(each["grade"]) for each in rules.value)])[_grade(value, rules.value)]
    label = Text(zh="安培空气质量评议指数", en="Abe air ion index")
    return _result(value, rows.restore(grades), rows, rules, label, "1", "(n- / 1000) * (n- / n+)")


def _grade(column: Float64, steps: Sequence[Any]) -> Any:
    """The number of the first step, from the best down, that a value meets; 0 where it is missing."""
    place = np.zeros(column.shape, dtype=np.intp)
    with np.errstate(invalid="ignore"):
        for number, step in reversed(list(enumerate(steps, 1))):
            met = ~np.isnan(column)
            if "at_least" in step:
                met &= column >= step["at_least"]
            if "above" in step:
                met &= column > step["above"]
            place[met] = number
    return place


def _result(
    value: Float64,
    grade: Any,
    rows: Measurements,
    rules: ParameterValue,
    label: Text,
    unit: str,
    formula: str,
) -> IonGrade:
    known = ~np.isnan(value)
    rule = Text(zh="有值即评", en="graded wherever there is a value")
    validity = DataValidity(rows.restore(known.astype(np.intp)), 1, rows.restore(known), rule)
    return IonGrade(
        rows.restore(value),
        grade,
        validity,
        rules.edition,
        marks_of(rules),
        label,
        unit,
        formula,
        rows,
        rules,
    )

"""The goal assessment of 2016: points by item, deductions for environmental events, grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

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
from ecociv.standards.assessment.indicators import dated
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

EDITION = "2016 goal assessment"
NOISE_DIGITS = 9
"""Sums of points are compared with the lowest score of a grade after rounding away the noise of binary sums."""


class GoalGrade(StrEnum):
    """Grade of the assessment."""

    EXCELLENT = "excellent"
    GOOD = "good"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"

    @property
    def label(self) -> Text:
        """The grade in words."""
        return _GRADE_LABELS[self]


_GRADE_LABELS = {
    GoalGrade.EXCELLENT: Text(zh="优秀", en="excellent"),
    GoalGrade.GOOD: Text(zh="良好", en="good"),
    GoalGrade.PASS: Text(zh="合格", en="pass"),
    GoalGrade.FAIL: Text(zh="不合格", en="fail"),
}


@dataclass(frozen=True, slots=True)
class GoalItem:
    """One item of the goal assessment with its points."""

    key: str
    name: Text
    part: str
    points: int
    binding: bool


def goal_items(
    *, coastal: bool = False, on: date | None = None, edition: str | None = None
) -> tuple[GoalItem, ...]:
    """The items with points; those without points inland (coastal waters) are left out there.

    Examples
    --------
    >>> from collections import Counter
    >>> parts = Counter()
    >>> for item in goal_items():
    ...     parts[item.part] += item.points
    >>> dict(parts)
    {'resources': 30, 'environment': 40, 'annual': 20, 'satisfaction': 10}
    """
    column = "coastal" if coastal else "inland"
    return tuple(
        GoalItem(row["key"], Text(zh=row["zh"], en=row["en"]), row["part"], row[column], row["binding"])
        for row in dated(on, edition, "assessment.goals.items", EDITION).value
        if row[column]
    )


@dataclass(frozen=True, eq=False)
class GoalAssessment(Result):
    """Score and grade of the goal assessment.

    Attributes
    ----------
    value : float or array
        0 to 100; NaN where an item is missing.
    points : dict
        Points of each item.
    deduction : float or array
        Points taken for environmental events.
    missed_binding : int or array
        Binding targets that were not met in full.
    grade : str or array of str
        A `GoalGrade`; empty without a score, unless falsification already decides.
    """

    value: Any
    points: Mapping[str, Any]
    deduction: Any
    missed_binding: Any
    grade: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    items: tuple[GoalItem, ...] = field(repr=False)
    rows: Measurements = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Points of each item and the deduction."""
        place = self._element(at)
        parts = tuple(
            Trace(
                item.name,
                number_or_none(element(self.points[item.key], place)),
                "1",
                "points * share achieved",
                (TraceInput(Text(zh="完成程度", en="share achieved"), self._share(item.key, place)),),
                None,
                (TraceParameter(Text(zh="分值", en="points"), item.points, "1", self.used.citation),),
            )
            for item in self.items
        )
        taken = TraceInput(
            Text(zh="事件扣分", en="deduction"), number_or_none(element(self.deduction, place))
        )
        grade = element(self.grade, place)
        notes = (GoalGrade(grade).label,) if grade else ()
        return Trace(
            Text(zh="生态文明建设目标考核得分", en="Score of the goal assessment"),
            number_or_none(element(self.value, place)),
            "1",
            "max(0, sum(points) - deduction)",
            (*parts, taken),
            self.used.citation,
            notes=(*notes, *self.marks),
        )

    def _share(self, key: str, place: int | None) -> float | int | None:
        column = self.rows.columns[key]
        return None if column is None else number_or_none(column[place or 0])


def goal_assessment(
    shares: Mapping[str, ArrayLike],
    *,
    coastal: bool = False,
    major_events: ArrayLike = 0,
    falsified: ArrayLike = False,
    on: date | None = None,
    edition: str | None = None,
) -> GoalAssessment:
    """Score and grade of the goal assessment of 2016.

    Parameters
    ----------
    shares : mapping
        For each item of `goal_items` the share of its points that was earned, 0 to 1; NaN is missing. How a
        figure becomes a share is laid down by the assessing authority (see `ratio_score`, `step_deduction`).
    coastal : bool
        Coastal provinces score coastal waters (2) and surface water (3); the others surface water (5).
    major_events : array_like
        Major environmental events; each takes 5 points, 20 at most.
    falsified : array_like of bool
        Falsified data: the grade is "fail" whatever the score.

    Raises
    ------
    MeasurementError
        Items that are unknown or not named, shares outside 0 to 1, a negative or broken number of events.

    Notes
    -----
    发改环资〔2016〕2635号; entered from memory and marked.

    Examples
    --------
    >>> full = {item.key: 1.0 for item in goal_items()}
    >>> province = goal_assessment(full | {"satisfaction": 0.8}, major_events=1)
    >>> province.value, province.grade
    (93.0, 'excellent')
    """
    items = goal_items(coastal=coastal, on=on, edition=edition)
    keys = [item.key for item in items]
    unknown, lacking = [k for k in shares if k not in keys], [k for k in keys if k not in shares]
    if unknown or lacking:
        raise MeasurementError(
            f"Unknown items: {', '.join(unknown) or 'none'}; items not named: {', '.join(lacking) or 'none'}. "
            f"A {'coastal' if coastal else 'inland'} province has the items {', '.join(keys)}."
        )
    flags = np.asarray(falsified, dtype=np.bool_).astype(np.float64)
    rows = measurements(**{k: shares[k] for k in keys}, events=major_events, falsified=flags)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
        if name in keys and (column > 1).any():
            raise MeasurementError(
                f"{name} is {np.nanmax(column):g}; a share of the points lies from 0 to 1."
            )
    events = given["events"]
    if np.isnan(events).any() or (events != np.rint(events)).any():
        raise MeasurementError(
            "major_events must be a whole number for each element; give 0 where there was none."
        )
    declared = dated(on, edition, "assessment.goals.items", EDITION)
    rule = dated(on, edition, "assessment.goals.deduction", EDITION)
    grades = dated(on, edition, "assessment.goals.grades", EDITION)
    points = {item.key: given[item.key] * item.points for item in items}
    deduction = np.minimum(events * rule.table["each"], rule.table["at_most"])
    total = sum(points.values(), np.zeros(rows.size))
    score = np.maximum(0.0, np.round(total - deduction, NOISE_DIGITS))
    zero = np.zeros(rows.size, dtype=np.int64)
    missed = sum(((given[item.key] < 1).astype(np.int64) for item in items if item.binding), zero)
    known = sum(((~np.isnan(given[k])).astype(np.int64) for k in keys), zero)
    return GoalAssessment(
        value=rows.restore(score),
        points={key: rows.restore(column) for key, column in points.items()},
        deduction=rows.restore(deduction),
        missed_binding=rows.restore(missed),
        grade=rows.restore(_grades(score, missed, given["falsified"] > 0, grades)),
        edition=declared.edition,
        marks=marks_of(declared, rule, grades),
        validity=DataValidity(
            rows.restore(known),
            len(keys),
            rows.restore(known == len(keys)),
            Text(zh="各项齐全", en="every item"),
        ),
        items=items,
        rows=rows,
        used=declared,
    )


def _grades(score: Float64, missed: Any, falsified: Any, table: ParameterValue) -> Any:
    bounds = table.table
    with np.errstate(invalid="ignore"):
        return np.select(
            [
                falsified | (missed >= bounds["missed_binding"]),
                np.isnan(score),
                score >= bounds["excellent"],
                score >= bounds["good"],
                score >= bounds["pass"],
            ],
            [GoalGrade.FAIL.value, "", GoalGrade.EXCELLENT.value, GoalGrade.GOOD.value, GoalGrade.PASS.value],
            GoalGrade.FAIL.value,
        )

"""The green development index: individual indices of 55 indicators, weighted to classes and to one figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.assessment.indicators import (
    CLASSES,
    GreenIndicator,
    IndexClass,
    Sense,
    Tier,
    dated,
    green_indicators,
    green_weights,
)
from ecociv.standards.assessment.individual import FORMULAS, bounds_of, function_value, sense_of
from ecociv.standards.assessment.ranking import competition_rank
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

PUBLISHED_DIGITS = 2


@dataclass(frozen=True, eq=False)
class GreenDevelopmentIndex(Result):
    """The green development index of regions.

    Attributes
    ----------
    value : float or array
        The composite index, unrounded; NaN where an applicable indicator is missing in the region.
    classes : dict
        Index of each of the six classes, by `IndexClass`; NaN where a class has no applicable indicator.
    individual : dict
        Individual index of each indicator by number; NaN where missing or not applicable.
    weights : dict
        Weight in percent of each indicator in each region, after the weights of inapplicable ones were shared out.
    nationwide_missing : tuple of int
        Indicators without any figure, which score 60 everywhere.
    """

    value: Any
    classes: Mapping[IndexClass, Any]
    individual: Mapping[int, Any]
    weights: Mapping[int, Any]
    nationwide_missing: tuple[int, ...]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    senses: Mapping[int, Sense] = field(repr=False)
    rows: Measurements = field(repr=False)
    indicators: tuple[GreenIndicator, ...] = field(repr=False)
    used: ParameterValue = field(repr=False)

    @property
    def published(self) -> Any:
        """The index as published, to two decimals."""
        return round_half_even(self.value, PUBLISHED_DIGITS)

    @property
    def rank(self) -> Any:
        """Rank of each region, 1 for the highest published index; equals share a rank; 0 without an index."""
        return competition_rank(self.published)

    def trace(self, at: int | None = None) -> Trace:
        """The classes, and under each its indicators with figure, function and weight."""
        place = self._element(at)
        return Trace(
            Text(zh="绿色发展指数", en="Green development index"),
            number_or_none(element(self.value, place)),
            "1",
            "sum(W_i * Y_i)",
            tuple(self._trace_class(name, place) for name in CLASSES),
            self.used.citation,
            notes=self.marks,
        )

    def _trace_class(self, name: IndexClass, place: int | None) -> Trace:
        members = [one for one in self.indicators if one.index_class is name]
        return Trace(
            name.label,
            number_or_none(element(self.classes[name], place)),
            "1",
            "sum(W_i * Y_i) / sum(W_i)",
            tuple(self._trace_indicator(one, place) for one in members),
        )

    def _trace_indicator(self, one: GreenIndicator, place: int | None) -> Trace:
        weight = number_or_none(element(self.weights[one.number], place))
        notes: tuple[Text, ...] = ()
        if one.number in self.nationwide_missing:
            notes = (Text(zh="全国缺数，按60分计", en="no data in the whole nation: scored 60"),)
        elif weight == 0:
            notes = (
                Text(zh="本地区不适用，权数分摊至本类", en="not applicable here; weight shared in the class"),
            )
        column = self.rows.columns[str(one.number)]
        figure = None if column is None else number_or_none(column[place or 0])
        return Trace(
            one.name,
            number_or_none(element(self.individual[one.number], place)),
            "1",
            FORMULAS[self.senses[one.number]],
            (TraceInput(Text(zh="指标值X", en="figure X"), figure),),
            None,
            (TraceParameter(Text(zh="权数", en="weight"), weight, "percent", self.used.citation),),
            notes=notes,
        )


def green_development_index(
    figures: Mapping[int, ArrayLike | None],
    *,
    not_applicable: Mapping[int, ArrayLike] | None = None,
    senses: Mapping[int, str] | None = None,
    bounds: Mapping[int, tuple[float, float]] | None = None,
    on: date | None = None,
    edition: str | None = None,
) -> GreenDevelopmentIndex:
    """The green development index of regions that are compared with each other.

    Parameters
    ----------
    figures : mapping
        Figures over the regions by number of the indicator, 1 to 55. All 55 must be named; ``None`` (or all NaN)
        says that there is no figure in the whole nation. NaN in one region is missing there. Totals (such as 1, 5, 10)
        are turned into relative figures beforehand; where that changes the sense, say so in `senses`.
    not_applicable : mapping, optional
        For an indicator that does not exist in some regions (sea, sandy land): true where it does not apply.
    senses : mapping, optional
        ``"positive"`` or ``"negative"`` where it differs from that of `green_indicators`.
    bounds : mapping, optional
        (lowest, highest) of an indicator over all compared regions, where `figures` does not hold all of them.

    Returns
    -------
    GreenDevelopmentIndex
        ``value``, ``published``, ``rank``, ``classes``, ``individual``, ``weights``.

    Raises
    ------
    MeasurementError
        An indicator is not named, is unknown, or its figures lie outside its bounds; a single region without bounds.

    Notes
    -----
    发改环资〔2016〕2635号. An inapplicable indicator is left out and its weight shared among the others of its class; one
    without data in the whole nation scores 60 and keeps its weight. Public satisfaction (56) is published beside it.

    Examples
    --------
    >>> figures = {number: [1.0, 2.0, 3.0] for number in range(1, 56)}
    >>> index = green_development_index(figures, senses={number: "positive" for number in range(1, 56)})
    >>> index.published.tolist(), index.rank.tolist()
    ([60.0, 80.0, 100.0], [3, 2, 1])
    """
    indicators = tuple(
        one for one in green_indicators(on=on, edition=edition) if one.tier is not Tier.SEPARATE
    )
    numbers = [one.number for one in indicators]
    _check_named(figures, numbers, {**(senses or {}), **(bounds or {}), **(not_applicable or {})})
    table = dated(on, edition, "assessment.gdi.function")
    conventions = dated(on, edition, "assessment.gdi.conventions")
    declared = dated(on, edition, "assessment.gdi.indicators")
    rows = measurements(**{str(number): figures[number] for number in numbers})
    if rows.is_scalar and set(bounds or {}) != set(numbers):
        raise MeasurementError(
            "One region alone cannot be compared; give the bounds of all 55 indicators over the compared regions."
        )
    directions = {one.number: sense_of((senses or {}).get(one.number, one.sense)) for one in indicators}
    absent = {number: _mask((not_applicable or {}).get(number), rows, number) for number in numbers}
    individual: dict[int, Float64] = {}
    nationwide: list[int] = []
    for number in numbers:
        column = rows.columns[str(number)]
        given = np.full(rows.size, np.nan) if column is None else column
        applicable = np.where(absent[number], np.nan, given)
        if number not in (bounds or {}) and np.isnan(applicable).all():
            if not absent[number].all():
                nationwide.append(number)
            own = np.where(absent[number], np.nan, float(table.table["nationwide_missing"]))
        else:
            low, high = (bounds or {}).get(number, (None, None))
            low, high = bounds_of(applicable, low, high, f"Indicator {number}")
            equal = float(conventions.table["all_equal"])
            own = function_value(applicable, low, high, directions[number], table, equal)
        individual[number] = own
    weights = _shared_weights(
        indicators, green_weights(on=on, edition=edition), absent, conventions.table["redistribution"]
    )
    sums = {number: np.where(absent[number], 0.0, weights[number] * individual[number]) for number in numbers}
    classes, composite = {}, np.zeros(rows.size)
    for name in CLASSES:
        members = [one.number for one in indicators if one.index_class is name]
        total = sum((sums[number] for number in members), np.zeros(rows.size))
        weight = sum((weights[number] for number in members), np.zeros(rows.size))
        with np.errstate(invalid="ignore", divide="ignore"):
            classes[name] = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
        composite = composite + np.where(weight > 0, total, np.nan)
    there = sum(
        ((~np.isnan(individual[n])).astype(np.int64) for n in numbers), np.zeros(rows.size, dtype=np.int64)
    )
    return GreenDevelopmentIndex(
        value=rows.restore(composite / 100),
        classes={name: rows.restore(column) for name, column in classes.items()},
        individual={number: rows.restore(column) for number, column in individual.items()},
        weights={number: rows.restore(column) for number, column in weights.items()},
        nationwide_missing=tuple(nationwide),
        edition=table.edition,
        marks=marks_of(table, declared, conventions),
        validity=DataValidity(
            rows.restore(there),
            len(numbers),
            rows.restore(~np.isnan(composite)),
            Text(
                zh="适用的指标齐全（全国缺数的按60分计）",
                en="every applicable indicator is there (60 where the whole nation has no data)",
            ),
        ),
        senses=directions,
        rows=rows,
        indicators=indicators,
        used=table,
    )


def _check_named(figures: Mapping[int, Any], numbers: list[int], others: Mapping[int, Any]) -> None:
    unknown = sorted({*figures, *others} - set(numbers))
    if unknown:
        raise MeasurementError(
            f"{', '.join(map(str, unknown))}: no indicator of the index; numbers run from 1 to {numbers[-1]} "
            "(56, public satisfaction, stands beside it)."
        )
    lacking = [number for number in numbers if number not in figures]
    if lacking:
        raise MeasurementError(
            f"No figures for indicators {', '.join(map(str, lacking))}. Name every one of 1 to {numbers[-1]}; "
            "None says that the whole nation has no data."
        )


def _mask(given: ArrayLike | None, rows: Measurements, number: int) -> NDArray[np.bool_]:
    flags = np.asarray(False if given is None else given, dtype=np.bool_)
    try:
        return np.broadcast_to(flags, rows.shape).reshape(-1)
    except ValueError as error:
        raise MeasurementError(
            f"not_applicable of indicator {number} has shape {flags.shape}; the regions have {rows.shape}."
        ) from error


def _shared_weights(
    indicators: tuple[GreenIndicator, ...],
    weights: Mapping[int, float],
    absent: Mapping[int, NDArray[np.bool_]],
    way: str,
) -> dict[int, Float64]:
    """Weights by region; that of an inapplicable indicator goes to the others of its class."""
    found: dict[int, Float64] = {}
    for name in CLASSES:
        members = [one.number for one in indicators if one.index_class is name]
        gone = sum(
            (absent[number] * weights[number] for number in members), np.zeros(absent[members[0]].size)
        )
        left = sum(
            (~absent[number] * _portion(way, weights[number]) for number in members), np.zeros(gone.size)
        )
        for number in members:
            own = _portion(way, weights[number]) / np.where(left > 0, left, 1.0)
            found[number] = np.where(absent[number], 0.0, weights[number] + gone * own)
    return found


def _portion(way: str, weight: float) -> float:
    return 1.0 if way == "equal" else weight


@dataclass(frozen=True, eq=False)
class ClassComposite(Result):
    """The index put together from the indices of its classes.

    Attributes
    ----------
    value : float or array
        Unrounded; NaN where a class is missing.
    """

    value: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    used: ParameterValue = field(repr=False)

    @property
    def published(self) -> Any:
        """The index as published, to two decimals."""
        return round_half_even(self.value, PUBLISHED_DIGITS)

    def trace(self, at: int | None = None) -> Trace:
        """Index and weight of each class."""
        place = self._element(at)
        return Trace(
            Text(zh="绿色发展指数", en="Green development index"),
            number_or_none(element(self.value, place)),
            "1",
            "sum(W_class * index_class)",
            tuple(
                TraceInput(IndexClass(name).label, number_or_none(column[place or 0]))
                for name, column in self.rows.given().items()
            ),
            self.used.citation,
            tuple(
                TraceParameter(IndexClass(name).label, weight, "percent", self.used.citation, self.used.valid)
                for name, weight in self.used.table.items()
            ),
            notes=self.marks,
        )


def composite_of_classes(
    *,
    resources: ArrayLike,
    treatment: ArrayLike,
    quality: ArrayLike,
    protection: ArrayLike,
    growth: ArrayLike,
    living: ArrayLike,
    on: date | None = None,
    edition: str | None = None,
) -> ClassComposite:
    """The index from the published indices of the six classes and the published class weights.

    Examples
    --------
    >>> composite_of_classes(
    ...     resources=82.95, treatment=74.51, quality=88.09, protection=74.61, growth=72.93, living=72.43
    ... ).published
    79.28
    """
    rows = measurements(
        resources=resources,
        treatment=treatment,
        quality=quality,
        protection=protection,
        growth=growth,
        living=living,
    )
    weights = dated(on, edition, "assessment.gdi.class_weights")
    columns = rows.given()
    value = sum((weights.table[name] / 100 * columns[name] for name in columns), np.zeros(rows.size))
    count = sum(
        ((~np.isnan(column)).astype(np.int64) for column in columns.values()), np.zeros(rows.size, np.int64)
    )
    return ClassComposite(
        value=rows.restore(value),
        edition=weights.edition,
        marks=marks_of(weights),
        validity=DataValidity(
            rows.restore(count),
            len(CLASSES),
            rows.restore(count == len(CLASSES)),
            Text(zh="六类齐全", en="all six classes"),
        ),
        rows=rows,
        used=weights,
    )

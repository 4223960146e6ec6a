"""The Nemerow index of soil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Measurements, element, measurements, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.soil.factors import ITEM_NAMES


@dataclass(frozen=True, eq=False)
class Nemerow(Result):
    """The Nemerow index, which gives the worst item weight beside the mean.

    Attributes
    ----------
    value : float or array
        The index, unrounded; NaN without data.
    grade : int or array of int
        1 clean, 2 still clean, 3 light, 4 moderate, 5 heavy pollution; 0 without a value.
    """

    value: Any
    grade: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The indices that entered, their mean and largest."""
        place = self._element(at)
        inputs = tuple(
            TraceInput(ITEM_NAMES.get(item, Text(zh=item, en=item)), number_or_none(column[place or 0]), "1")
            for item, column in self.rows.given().items()
        )
        return Trace(
            Text(zh="内梅罗综合污染指数", en="Nemerow index"),
            number_or_none(element(self.value, place)),
            "1",
            "sqrt((mean(P)^2 + max(P)^2) / 2)",
            inputs,
            self.used.citation,
            notes=self.marks,
        )


def nemerow(indices: Mapping[str, ArrayLike]) -> Nemerow:
    """The Nemerow index from single-factor indices.

    Parameters
    ----------
    indices : mapping
        Single-factor index of each item, as in ``single_factor(...).indices``; NaN is missing.

    Examples
    --------
    >>> mixed = nemerow({"cd": 0.8, "hg": 0.95, "pb": 0.1, "cr": 0.667, "zn": 0.633})
    >>> round(mixed.value, 3), mixed.grade
    (0.806, 2)
    """
    rows = measurements(**indices)
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit="")
    bounds = parameter("soil.nemerow_grades")
    stack = np.vstack(list(rows.given().values()))
    present = ~np.isnan(stack)
    count = present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count > 0, np.where(present, stack, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    largest = np.where(count > 0, np.max(np.where(present, stack, -np.inf), axis=0), np.nan)
    value = np.sqrt((mean**2 + largest**2) / 2)
    grade = np.where(count > 0, np.searchsorted(np.asarray(bounds.value), value, side="left") + 1, 0)
    return Nemerow(
        value=rows.restore(value),
        grade=rows.restore(grade),
        edition=bounds.edition,
        marks=marks_of(bounds),
        validity=DataValidity(
            rows.restore(count), 1, rows.restore(count >= 1), Text(zh="至少一项", en="at least one item")
        ),
        rows=rows,
        used=bounds,
    )

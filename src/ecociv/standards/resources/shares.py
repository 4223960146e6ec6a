"""A rate that never loses its numerator and denominator, so that it is added up over counties by sums."""

from __future__ import annotations

from collections.abc import Mapping
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

NOISE = 1e-9
"""A numerator may exceed its denominator by this share: noise of binary sums, not a rate above 100 %."""

Labels = Mapping[str, tuple[Text, str]]
"""Label and unit of each input, by its name."""


@dataclass(frozen=True, eq=False)
class Share(Result):
    """Numerator over denominator.

    Attributes
    ----------
    value : float or array
        Percent (or numerator a unit of denominator where `unit` says so); NaN where a figure is missing or the
        denominator is 0.
    numerator, denominator : float or array
        What was divided; they add up over counties, rates do not.
    """

    value: Any
    numerator: Any
    denominator: Any
    unit: str
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text
    rows: Measurements = field(repr=False)
    labels: Labels = field(repr=False)
    definition: ParameterValue = field(repr=False)
    factor: float = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The figures and the definition."""
        place = self._element(at)
        return Trace(
            self.label,
            number_or_none(element(self.value, place)),
            self.unit,
            str(self.definition.value),
            tuple(
                TraceInput(self.labels[name][0], number_or_none(column[place or 0]), self.labels[name][1])
                for name, column in self.rows.given().items()
            ),
            self.definition.citation,
            notes=self.marks,
        )

    def total(self) -> Share:
        """The rate of the whole: sums of numerators over sums of denominators, where both are known.

        ``validity`` tells how many parts entered and whether that was all of them.
        """
        top, bottom = np.atleast_1d(self.numerator).ravel(), np.atleast_1d(self.denominator).ravel()
        known = ~(np.isnan(top) | np.isnan(bottom))
        sums = [float(column[known].sum()) if known.any() else np.nan for column in (top, bottom)]
        rows = Measurements({"numerator": np.array(sums[:1]), "denominator": np.array(sums[1:])}, ())
        plain = {
            "numerator": (Text(zh="分子合计", en="sum of numerators"), "1"),
            "denominator": (Text(zh="分母合计", en="sum of denominators"), "1"),
        }
        value = sums[0] / sums[1] * self.factor if sums[1] > 0 else float("nan")
        return Share(
            value=value,
            numerator=sums[0],
            denominator=sums[1],
            unit=self.unit,
            edition=self.edition,
            marks=self.marks,
            validity=DataValidity(
                int(known.sum()),
                known.size,
                bool(known.all()),
                Text(zh=f"{known.size}个单元中分子分母齐全的", en=f"units of {known.size} with both figures"),
            ),
            label=self.label,
            rows=rows,
            labels=plain,
            definition=self.definition,
            factor=self.factor,
        )


def checked(labels: Labels, figures: Mapping[str, ArrayLike | None]) -> Measurements:
    """Figures of one shape, none of them negative or infinite."""
    rows = measurements(**figures)
    for name, column in rows.given().items():
        refuse_impossible(name, column, unit=labels[name][1])
    return rows


def share(
    key: str,
    label: Text,
    rows: Measurements,
    labels: Labels,
    numerator: Float64,
    denominator: Float64,
    *,
    unit: str = "percent",
    factor: float = 100.0,
    at_most_one: bool = True,
) -> Share:
    """The share under the definition `key`; a numerator above its denominator is refused where it must be a part of it."""
    definition = parameter(key)
    with np.errstate(invalid="ignore"):
        over = numerator > denominator * (1 + NOISE)
    if at_most_one and over.any():
        place = int(np.argmax(over))
        raise MeasurementError(
            f"In element {place} the numerator {numerator[place]:g} exceeds the denominator {denominator[place]:g} "
            f"({definition.value}); check units and scope of both."
        )
    positive = np.nan_to_num(denominator) > 0
    value = np.where(positive, numerator / np.where(positive, denominator, 1.0) * factor, np.nan)
    known = ~(np.isnan(numerator) | np.isnan(denominator))
    return Share(
        value=rows.restore(value),
        numerator=rows.restore(np.where(known, numerator, np.nan)),
        denominator=rows.restore(np.where(known, denominator, np.nan)),
        unit=unit,
        edition=definition.edition,
        marks=marks_of(definition),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known & positive),
            Text(zh="分子分母齐全且分母大于零", en="both figures are there and the denominator is above 0"),
        ),
        label=label,
        rows=rows,
        labels=labels,
        definition=definition,
        factor=factor,
    )

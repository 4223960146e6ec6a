"""What the physical formulas of ecosystem services share: named inputs, one formula, marked coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, Measurements, element, measurements, refuse_impossible
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

PRACTICE = "GEP accounting"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An input of a formula: its name, its unit and the least it can be (``None`` for any value)."""

    label: Text
    unit: str = "1"
    least: float | None = 0.0


@dataclass(frozen=True, eq=False)
class ServiceQuantity(Result):
    """Physical quantity of an ecosystem service, or a factor of one.

    Attributes
    ----------
    value : float or array
        In `unit`, unrounded; NaN where an input is missing.
    unit : str
        Unit of the value.
    parts : dict
        Intermediate figures by name, in the shape of the value.
    """

    value: Any
    unit: str
    parts: Mapping[str, Any]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text = field(repr=False)
    formula: str = field(repr=False)
    rows: Measurements = field(repr=False)
    inputs: Mapping[str, Quantity] = field(repr=False)
    used: tuple[ParameterValue, ...] = field(repr=False)
    coefficients: tuple[TraceParameter, ...] = field(repr=False)
    notes: tuple[Text, ...] = field(repr=False)

    @property
    def total(self) -> float:
        """Sum over all elements that have a value."""
        return float(np.nansum(self.value))

    def trace(self, at: int | None = None) -> Trace:
        """Inputs, intermediate figures, coefficients and the formula."""
        place = self._element(at)
        inputs: list[TraceInput] = []
        for name, column in self.rows.given().items():
            about = self.inputs[name]
            inputs.append(TraceInput(about.label, number_or_none(column[place or 0]), about.unit))
        for name, part in self.parts.items():
            inputs.append(TraceInput(Text(zh=name, en=name), number_or_none(element(part, place))))
        return Trace(
            self.label,
            number_or_none(element(self.value, place)),
            self.unit,
            self.formula,
            tuple(inputs),
            self.used[0].citation if self.used else None,
            self.coefficients,
            notes=(*self.notes, *self.marks),
        )


def checked(inputs: Mapping[str, Quantity], **given: ArrayLike | None) -> Measurements:
    """Inputs as float64 of one shape; an impossible one is refused by name."""
    rows = measurements(**given)
    for name, column in rows.given().items():
        about = inputs[name]
        refuse_impossible(
            name, column, unit=about.unit, at_least=-np.inf if about.least is None else about.least
        )
    return rows


def quantity(
    value: Float64,
    rows: Measurements,
    inputs: Mapping[str, Quantity],
    *,
    label: Text,
    unit: str,
    formula: str,
    used: tuple[ParameterValue, ...] = (),
    coefficients: tuple[TraceParameter, ...] = (),
    parts: Mapping[str, Float64] | None = None,
    notes: tuple[Text, ...] = (),
    edition: str = "",
) -> ServiceQuantity:
    """The result of a formula over flat columns."""
    enough = ~np.isnan(value)
    return ServiceQuantity(
        value=rows.restore(value),
        unit=unit,
        parts={name: rows.restore(part) for name, part in (parts or {}).items()},
        edition=edition or (used[0].edition if used else PRACTICE),
        marks=marks_of(*used),
        validity=DataValidity(
            rows.restore(enough.astype(np.int64)),
            1,
            rows.restore(enough),
            Text(zh="各输入均有数值", en="every input is there"),
        ),
        label=label,
        formula=formula,
        rows=rows,
        inputs=inputs,
        used=used,
        coefficients=coefficients,
        notes=notes,
    )


def coefficient(used: ParameterValue, label: Text, value: float, unit: str = "1") -> TraceParameter:
    """One number of a parameter as a line of a trace."""
    return TraceParameter(label, value, unit, used.citation, used.valid)

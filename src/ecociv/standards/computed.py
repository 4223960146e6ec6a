"""A result that is one formula over inputs and coefficients, and that shows it without each module writing a trace anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, number_or_none


def pick(values: Any, place: int | None) -> Any:
    """One element as a Python value: `place` counts along the flattened array; a single value holds for every place."""
    array = np.asarray(values)
    if array.size == 1:
        return array.reshape(-1)[0].item() if array.dtype != object else array.reshape(-1)[0]
    found = array.reshape(-1)[place or 0]
    return found.item() if isinstance(found, np.generic) else found


@dataclass(frozen=True, slots=True)
class Term:
    """A figure that enters a formula.

    Attributes
    ----------
    values : float or array
        One value, or one for each element of the result (flattened).
    used : ParameterValue or None
        The dated parameter it was read from; the trace then shows citation and validity.
    coefficient : bool
        Whether it is a coefficient chosen by the caller rather than a measured or reported figure.
    """

    label: Text
    values: Any
    unit: str = "1"
    used: ParameterValue | None = None
    coefficient: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether a trace lists it among the parameters."""
        return self.coefficient or self.used is not None

    def as_input(self, place: int | None) -> TraceInput:
        """The term as an input of a trace."""
        return TraceInput(self.label, number_or_none(pick(self.values, place)), self.unit)

    def as_parameter(self, place: int | None) -> TraceParameter:
        """The term as a parameter of a trace."""
        value = number_or_none(pick(self.values, place))
        if self.used is None:
            return TraceParameter(self.label, value, self.unit)
        return TraceParameter(self.label, value, self.unit, self.used.citation, self.used.valid)


@dataclass(frozen=True, eq=False, kw_only=True)
class Computed(Result):
    """One formula over inputs and coefficients.

    Attributes
    ----------
    value : float or array
        The figure, unrounded; NaN where an input is missing.
    unit : str
        Unit expression of the value.
    """

    value: Any
    unit: str
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text = field(repr=False)
    formula: str = field(repr=False)
    terms: tuple[Term | Computed, ...] = field(repr=False)
    standard: Citation | None = field(default=None, repr=False)
    notes: tuple[Text, ...] = field(default=(), repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Inputs, coefficients with their dates, and the formula."""
        return self._tree(self._element(at), ())

    def _tree(self, place: int | None, told: tuple[Text, ...]) -> Trace:
        """The trace of one element; marks that a figure above already tells are not repeated."""
        own = tuple(mark for mark in self.marks if mark not in told)
        return Trace(
            self.label,
            number_or_none(pick(self.value, place)),
            self.unit,
            self.formula,
            tuple(_as_input(term, place, (*told, *own)) for term in self.terms if not _is_parameter(term)),
            self.standard,
            tuple(
                term.as_parameter(place)
                for term in self.terms
                if isinstance(term, Term) and term.is_parameter
            ),
            notes=(*self._notes_at(place), *self.notes, *own),
        )

    def _notes_at(self, place: int | None) -> tuple[Text, ...]:
        """What a reader should know about one element, such as its class; overridden where there is something."""
        return ()


def _is_parameter(term: Term | Computed) -> bool:
    return isinstance(term, Term) and term.is_parameter


def _as_input(term: Term | Computed, place: int | None, told: tuple[Text, ...]) -> Trace | TraceInput:
    if isinstance(term, Term):
        return term.as_input(place)
    single = not isinstance(term.value, np.ndarray)
    return term._tree(None if single else 0 if term.value.size == 1 else place, told)


def flat(value: Any) -> Any:
    """The value of a result as a term of another: arrays flattened, scalars as they are."""
    return value.reshape(-1) if isinstance(value, np.ndarray) else value


def joined_marks(*groups: tuple[Text, ...]) -> tuple[Text, ...]:
    """Marks of several results, each once."""
    return tuple(dict.fromkeys(mark for group in groups for mark in group))


def all_needed(rows: Measurements, *names: str) -> DataValidity:
    """Validity where every figure given (or those named) is needed: how many are there, and whether none is missing."""
    given = rows.given()
    columns = [given[name] for name in names or given]
    count = np.asarray(np.sum([~np.isnan(column) for column in columns], axis=0, dtype=np.int64))
    return DataValidity(
        rows.restore(count),
        len(columns),
        rows.restore(count == len(columns)),
        Text(
            zh="各项输入均须有值，缺一则不出结果",
            en="every input is needed; with one missing there is no value",
        ),
    )

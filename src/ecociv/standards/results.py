"""What every evaluation returns: a value with its edition, its validity and the arithmetic behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.parameters.model import ParameterValue


class ElementNeeded(ValueError):
    """The result holds many elements and the explanation of one was asked for without saying which."""


@dataclass(frozen=True, slots=True)
class DataValidity:
    """Whether there was enough data for a value.

    Attributes
    ----------
    n : int or array
        How many valid data entered.
    needed : int or None
        The minimum that the standard asks for; ``None`` where it asks for none.
    enough : bool or array
        Whether the standard's rule is met, which may ask for more than the count (such as days in each month).
    rule : Text
        The rule in words, with what was found.
    """

    n: int | NDArray[np.intp] | Any
    needed: int | None
    enough: bool | NDArray[np.bool_] | Any
    rule: Text


class Result(ABC):
    """Base of the result objects: ``value``, ``validity``, ``edition`` and an explanation in both languages.

    Where the input was an array, ``value`` is an array, and `trace` and `explain` take the number of the element
    (counted along the flattened array).
    """

    value: Any
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    """Parameters that were not verified against the text of the standard, in words; empty if all were."""

    @abstractmethod
    def trace(self, at: int | None = None) -> Trace:
        """The arithmetic as a tree: inputs, formula, parameters with their dates, rounding."""

    def explain(self, lang: str = "zh", at: int | None = None) -> str:
        """The arithmetic as text in Chinese (``"zh"``) or English (``"en"``)."""
        return self.trace(at).as_text(lang)

    def _element(self, at: int | None) -> int | None:
        """Check the number of the element against the size of the result."""
        size = self.value.size if isinstance(self.value, np.ndarray) else None
        if size is None:
            if at not in (None, 0):
                raise ElementNeeded(f"The result is a single value; there is no element {at}.")
            return None
        if at is None:
            if size == 1:
                return 0
            raise ElementNeeded(f"The result has {size} elements; say which one, as trace(at=0).")
        if not -size <= at < size:
            raise ElementNeeded(f"The result has {size} elements; there is no element {at}.")
        return at % size


def number_or_none(value: Any) -> float | int | None:
    """A scalar for a trace: NaN becomes ``None`` and a whole float an integer."""
    number = float(value)
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number


def marks_of(*used: ParameterValue) -> tuple[Text, ...]:
    """The marks of the parameters that were not verified against the text, each once."""
    found = [mark for mark in (value.mark() for value in used) if mark is not None]
    return tuple(dict.fromkeys(found))

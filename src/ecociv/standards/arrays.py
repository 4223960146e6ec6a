"""Measurements on their way into a function and results on their way out: scalars stay scalars, arrays keep their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text

Float64 = NDArray[np.float64]

FLOAT32_DECIMALS = 4
"""A float32 is read to four decimals: its own error is smaller than that up to about 1000, and 0.8 stays 0.8."""


class MeasurementError(ValueError):
    """A measurement that cannot be one: not a number, infinite, or below what is physically possible."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """Named measurements brought to one shape and flattened; what was not given is ``None``."""

    columns: Mapping[str, Float64 | None]
    shape: tuple[int, ...]

    @property
    def is_scalar(self) -> bool:
        """Whether every measurement was a single number."""
        return self.shape == ()

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(np.prod(self.shape, dtype=np.int64))

    def given(self) -> dict[str, Float64]:
        """The columns that were given."""
        return {name: column for name, column in self.columns.items() if column is not None}

    def restore(self, column: NDArray[Any]) -> Any:
        """A flat result column in the shape of the input; a Python scalar where the input was scalar."""
        return column.item() if self.is_scalar else column.reshape(self.shape)


def measurements(**named: ArrayLike | None) -> Measurements:
    """Bring measurements to float64 and to one shape.

    NaN and ``None`` inside an array are missing, masked elements become NaN. A measurement that is ``None`` as a
    whole was not given.

    Raises
    ------
    MeasurementError
        A measurement that is not numeric, shapes that do not fit each other, or nothing given at all.

    Examples
    --------
    >>> both = measurements(pm2_5=[35.0, None], pm10=50)
    >>> both.shape, both.columns["pm10"].tolist()
    ((2,), [50.0, 50.0])
    """
    arrays = {name: None if value is None else as_float64(name, value) for name, value in named.items()}
    given = {name: array for name, array in arrays.items() if array is not None}
    if not given:
        raise MeasurementError(f"Nothing was given; at least one of {', '.join(named)} is needed.")
    try:
        shape = np.broadcast_shapes(*(array.shape for array in given.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in given.items())
        raise MeasurementError(f"The measurements do not have one shape: {shapes}.") from error
    columns: dict[str, Float64 | None] = dict.fromkeys(named)
    for name, array in given.items():
        columns[name] = np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)
    return Measurements(columns=columns, shape=shape)


def as_float64(name: str, value: ArrayLike) -> Float64:
    """One measurement as a float64 array of its own shape; masked elements and ``None`` become NaN."""
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(np.float64), np.nan)
    try:
        array = np.asarray(value)
        if array.dtype.kind in "US":
            raise TypeError("text is not a number")
        if array.dtype == np.float32 or array.dtype == np.float16:
            widened: Float64 = array.astype(np.float64)
            return widened.round(FLOAT32_DECIMALS)
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise MeasurementError(
            f"{name} is not numeric ({error}); give numbers, with NaN where one is missing."
        ) from error


def refuse_impossible(name: str, column: Float64, *, unit: str, at_least: float = 0.0) -> None:
    """Refuse infinite values and values below `at_least`; NaN passes as missing.

    Raises
    ------
    MeasurementError
        Names the first such element, its value and what to do.
    """
    # Two passes that allocate nothing settle the ordinary case; fmin and fmax pass over NaN.
    if not column.size or not (np.fmin.reduce(column) < at_least or np.isinf(np.fmax.reduce(column))):
        return
    with np.errstate(invalid="ignore"):
        wrong = np.isinf(column) | (column < at_least)
    if wrong.any():
        row = int(np.argmax(wrong))
        many = int(np.count_nonzero(wrong))
        more = f" (and {many - 1} more)" if many > 1 else ""
        raise MeasurementError(
            f"{name} is {column[row]:g} {unit} in element {row}{more}; it must be finite and at least {at_least:g}. "
            "Mark an invalid reading as missing (NaN) before evaluating."
        )


def element(column: Any, at: int | None) -> Any:
    """One element of a result column as a Python scalar; `at` counts along the flattened array."""
    if not isinstance(column, np.ndarray):
        return column
    found = column.reshape(-1)[0 if at is None else at]
    # Arrays of decimals hold Python objects already.
    return found.item() if isinstance(found, np.generic) else found


def label_of_element(at: int | None) -> Text | None:
    """How a trace names the element it speaks of."""
    return None if at is None else Text(zh=f"第{at}个元素（从0起）", en=f"element {at} (counted from 0)")

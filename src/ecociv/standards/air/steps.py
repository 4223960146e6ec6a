"""A sub-index as a staircase of its concentration: exact, and about two nanoseconds an element.

A sub-index that is rounded up is a staircase with at most 500 steps. Where each step lies is worked out once in
fractions (`rise_points`), so no rounding of the running arithmetic can move one. To find the step of a
concentration quickly, the axis is cut into cells much narrower than the distance between steps. A table holds the
index of each cell; the few cells that a step runs through hold the number of that step instead, as a negative code,
and are decided by one comparison with it.

The number of the cell is read out of the bits of a float: adding ``2**k`` pushes the fraction below ``2**(k-52)``
out of the significand, and what is left there is the number. That costs one addition and one subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecociv.core.rounding import FLOAT_GUARD
from ecociv.standards.arrays import Float64, MeasurementError

Index = NDArray[np.int16]

MISSING: int = -1
"""The sub-index of a concentration that is missing."""

_FIRST_CODE = -2
"""Code of a cell that the first step runs through; the second step has -3, and so on."""
_CELLS_PER_UNIT = 128
_SLOTS_BELOW = 2
_NUDGE = 2.0**-37
"""How far the right edge of a cell lies above its round number, so that a concentration on the edge of a step
(35 exactly) falls in the cell below it. Less than a hundredth of what `FLOAT_GUARD` amounts to on any slope."""
_EDGE_NOISE = 2.0**-35
"""A step this near to the edge of a cell makes both cells look closer: the edge itself is only as good as a float."""


def rise_points(knots: Sequence[float], index: Sequence[int]) -> list[tuple[float, int]]:
    """Where the rounded-up sub-index rises: ``(c, i)`` says that it is `i` for concentrations above `c`.

    The exact index may lie above a whole number by `FLOAT_GUARD` without counting as more, as in
    `ecociv.core.rounding.ceil_to_integer`.

    Examples
    --------
    >>> [(round(c, 6), i) for c, i in rise_points([0, 35, 75], [0, 50, 100])[49:52]]
    [(34.3, 50), (35.0, 51), (35.8, 52)]
    """
    points = []
    for low, high, from_index, to_index in zip(knots, knots[1:], index, index[1:], strict=False):
        width = (Fraction(str(high)) - Fraction(str(low))) / (to_index - from_index)
        for step in range(from_index, to_index):
            guard = Fraction(str(FLOAT_GUARD)) * max(1, step)
            points.append((float(Fraction(str(low)) + (step - from_index + guard) * width), step + 1))
    return points


def rise_points_of_rounded(
    knots: Sequence[float], index: Sequence[int], decimals: int
) -> list[tuple[float, int]]:
    """The same where the concentration is first rounded half to even to so many decimals (GB/T 8170).

    Between the grid values ``k`` and ``k + 1`` lies the half: it belongs to the even one of the two.

    Examples
    --------
    >>> [i for c, i in rise_points_of_rounded([0, 35, 60], [0, 50, 100], 0) if 59 < c < 61]
    [100]
    """
    unrounded = rise_points(knots, index)
    above = np.array([point for point, _ in unrounded])
    unit = 10**decimals
    points: list[tuple[float, int]] = []
    reached = 0
    for k in range(1, round(knots[-1] * unit) + 1):
        value = int(np.searchsorted(above, k / unit, side="left"))
        if value > reached:
            half = float(Fraction(2 * k - 1, 2 * unit))
            points.append((half if k % 2 else float(np.nextafter(half, -np.inf)), value))
            reached = value
    return points


class StepTable:
    """The staircase of one item, ready to be looked up.

    Parameters
    ----------
    points : sequence of (float, int)
        From `rise_points` or `rise_points_of_rounded`; below the first the index is 0, above the last it stays.
    last : float
        The last breakpoint; what lies above is over range.
    tenths : bool
        Whether concentrations come in tenths (CO in mg/m3) and not in whole numbers; only speed depends on it.
    whole : bool
        Whether the staircase is one of concentrations rounded to whole numbers, which a single addition does.
    """

    def __init__(
        self, points: Sequence[tuple[float, int]], last: float, *, tenths: bool, whole: bool
    ) -> None:
        self.above: Float64 = np.array([point for point, _ in points], dtype=np.float64)
        self.values: Index = np.array([0, *(value for _, value in points)], dtype=np.int16)
        self.last = last
        self._factor = 10.0 if tenths else 1.0
        self._whole = whole
        cells = 1 if whole else _CELLS_PER_UNIT
        self._shift = 0.5 / cells - _NUDGE
        self._magic = 2.0**52 / cells
        self._offset = np.float64(self._magic).view(np.int64) - _SLOTS_BELOW
        self._table = self._cells(cells)

    def _cells(self, cells: int) -> Index:
        numbers = np.arange(0, int(np.ceil(self.last * self._factor)) * cells + 1)
        steps = self.above * self._factor
        # The index at the right edge of each cell; a rounded whole number stands for its cell by itself.
        table = self.values[np.searchsorted(steps, numbers / cells, side="left")]
        if not self._whole:
            low = (numbers - 1) / cells + _NUDGE - _EDGE_NOISE
            high = numbers / cells + _NUDGE + _EDGE_NOISE
            before = np.searchsorted(steps, low, side="left")
            through = np.searchsorted(steps, high, side="right") - before
            if through.max() > 1:
                raise ValueError(
                    f"Two steps of the index lie within 1/{cells} of a unit; the cells are too wide."
                )
            stepped = through > 0
            table[stepped] = _FIRST_CODE - before[stepped]
        table[0] = _FIRST_CODE  # holds zero, and just below it what is negative and must be refused
        below = np.full(_SLOTS_BELOW, _FIRST_CODE, dtype=np.int16)
        return np.concatenate([below, table, np.array([MISSING], dtype=np.int16)])

    def look_up(self, column: Float64, out: Index, scratch: Float64) -> bool:
        """Write the sub-index of each concentration to `out`, ``MISSING`` where it is NaN.

        Returns
        -------
        bool
            Whether any is missing.

        Raises
        ------
        MeasurementError
            A concentration that is negative or infinite; the message gives its place within `column`.
        """
        if not column.size:
            return False
        if self._factor != 1.0:
            np.multiply(column, self._factor, out=scratch)
            column_in_units = scratch
        else:
            column_in_units = column
        if self._whole:
            np.add(column_in_units, self._magic, out=scratch)
        else:
            np.add(column_in_units, self._shift, out=scratch)
            np.add(scratch, self._magic, out=scratch)
        number = scratch.view(np.int64)
        np.subtract(number, self._offset, out=number)
        self._table.take(number, out=out, mode="clip")
        lowest = int(out.min())
        if lowest <= _FIRST_CODE:
            rows = np.flatnonzero(out <= _FIRST_CODE)
            near = column[rows]
            _refuse(near, rows)
            step = (_FIRST_CODE - out[rows]).astype(np.intp)
            step += near > self.above[step]
            out[rows] = np.where(np.isnan(near), MISSING, self.values[step])
            lowest = int(out.min())
        # The slot above the table serves NaN and what is over range alike; the latter is rare.
        if lowest == MISSING and np.fmax.reduce(column) > self.last:
            rows = np.flatnonzero(out == MISSING)
            out[rows] = self.decide(column[rows], rows)
            lowest = int(out.min())
        return lowest == MISSING

    def decide(self, column: Float64, rows: NDArray[np.intp]) -> Index:
        """The sub-index of each concentration by comparison with every step."""
        _refuse(column, rows)
        found: Index = self.values[np.searchsorted(self.above, column, side="left")]
        found[np.isnan(column)] = MISSING
        return found


def _refuse(column: Float64, rows: NDArray[np.intp]) -> None:
    refused = (column < 0) | np.isinf(column)
    if refused.any():
        first = int(np.argmax(refused))
        raise ImpossibleConcentration(int(rows[first]), float(column[first]))


class ImpossibleConcentration(MeasurementError):
    """A concentration below zero or infinite, with its place in the column."""

    def __init__(self, row: int, value: float) -> None:
        self.row, self.value = row, value
        super().__init__(f"The concentration {value:g} in element {row} is not possible.")


@lru_cache(maxsize=64)
def step_table(
    knots: tuple[float, ...], index: tuple[int, ...], decimals: int | None, tenths: bool
) -> StepTable:
    """The table for one column of breakpoints, made once.

    Parameters
    ----------
    knots, index : tuple
        Concentrations and the index values that belong to them.
    decimals : int or None
        Decimals that the concentration is rounded to first; ``None`` if it is not.
    tenths : bool
        Whether concentrations come in tenths of the unit.
    """
    if decimals is None:
        points = rise_points(knots, index)
    else:
        points = rise_points_of_rounded(knots, index, decimals)
    return StepTable(points, float(knots[-1]), tenths=tenths, whole=decimals == 0)

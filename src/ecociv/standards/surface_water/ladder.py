"""The classes of one item as a ladder of limits, and the walk over millions of values in blocks that fit the cache.

A class is 1 plus the cost of each limit that is not met, so that limits shared by neighbouring classes give the
better class and no value is ever looked up.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.standards.arrays import Float64, MeasurementError
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS, UNITS

ROWS_AT_A_TIME = 65_536
"""Large enough to make the calls cheap, small enough that the scratch of 23 items stays in the last cache."""

Classes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

WORST = 6
"""The class of what does not even meet class V."""


@dataclass(frozen=True)
class Ladder:
    """The limits of one item.

    Attributes
    ----------
    item : str
        Key of the item.
    steps : tuple of (bool, float, int)
        Whether falling below (else exceeding) the bound costs, the bound, and how many classes it costs.
    lowest, highest : float
        What a reading can be; outside it is an error.
    """

    item: str
    steps: tuple[tuple[bool, float, int], ...]
    lowest: float = 0.0
    highest: float = float(np.finfo(np.float64).max)

    def look_up(self, values: Float64, out: Classes, flag: Flags, codes: Sequence[float]) -> bool:
        """Write the class of each value into `out`, 0 where it is missing; say whether any is missing.

        Raises
        ------
        ImpossibleReading
            A value that cannot be a reading of this item and is no code for a missing one.
        """
        low = float(values.min())
        gaps = low != low  # the minimum is NaN as soon as one value is
        if gaps:
            low = float(np.fmin.reduce(values))
        high = float(np.fmax.reduce(values))
        bit = flag.view(np.uint8)
        out.fill(1)
        for below, bound, cost in self.steps:
            # Limits that every value of the block meets need no comparison; a block of gaps alone fails the test.
            if (low >= bound) if below else (high <= bound):
                continue
            (np.less if below else np.greater)(values, bound, out=flag)
            if cost != 1:
                np.multiply(bit, cost, out=bit)
            np.add(out, bit, out=out)
        if gaps:
            np.equal(values, values, out=flag)  # False where a value is NaN
            np.multiply(out, bit, out=out)
        for code in codes:
            if low <= code <= high:
                np.not_equal(values, code, out=flag)
                np.multiply(out, bit, out=out)
                gaps = True
        if low < self.lowest or high > self.highest:
            self._refuse(values, out)
        return gaps

    def _refuse(self, values: Float64, out: Classes) -> None:
        """Refuse the first value out of range that is no gap."""
        wrong = (out > 0) & ((values < self.lowest) | (values > self.highest))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ImpossibleReading(row, float(values[row]))

    def limit(self, of_class: int) -> float:
        """The bound that class `of_class` sets (the upper one for pH)."""
        reached = 1
        for _, bound, cost in self.steps:
            reached += cost
            if reached > of_class:
                return bound
        return self.steps[-1][1]


class ImpossibleReading(MeasurementError):
    """A reading that its item cannot have; `row` is its place in the block."""

    def __init__(self, row: int, value: float) -> None:
        super().__init__(f"{value} in row {row}")
        self.row, self.value = row, value


def ladder(item: str, limits: Any) -> Ladder:
    """The ladder of an item from its entry in the table of limits."""
    if item == "ph":
        steps = ((True, float(limits["low"]), WORST - 1), (False, float(limits["high"]), WORST - 1))
        return Ladder(item, steps, highest=14.0)
    below = item == "do"
    bounds = [float(bound) for bound in limits]
    costs: dict[float, int] = {}
    for bound in bounds:
        costs[bound] = costs.get(bound, 0) + 1
    return Ladder(item, tuple((below, bound, cost) for bound, cost in costs.items()))


@dataclass(frozen=True)
class Saturation:
    """When oxygen is saturated enough for class I, whatever its concentration.

    A measured saturation decides where there is one; elsewhere the saturated concentration is taken from the water
    temperature, ``numerator / (offset + temperature)``.
    """

    measured: Float64 | None
    temperature: Float64 | None
    needed_percent: float
    numerator: float
    offset: float

    def part(self, part: slice) -> Saturation:
        """The rule for some of the rows."""
        return replace(
            self,
            measured=None if self.measured is None else self.measured[part],
            temperature=None if self.temperature is None else self.temperature[part],
        )

    def met_by(self, oxygen: Float64, part: slice, codes: Sequence[float]) -> Flags:
        """Where the oxygen of one part of the rows meets the condition; False where nothing is known."""
        met = np.zeros(oxygen.shape, dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            if self.temperature is not None:
                temperature = self._checked(
                    "temperature", self.temperature[part], part.start, codes, -5.0, 60.0
                )
                # DO / (a / (b + T)) >= s, without the division; the guard keeps 7.2 mg/L at 26.9 C on the side that
                # the decimals say.
                least = self.needed_percent / 100 * self.numerator * (1 - 1e-12)
                met = oxygen * (temperature + self.offset) >= least
            if self.measured is not None:
                percent = self._checked("do_saturation", self.measured[part], part.start, codes, 0.0, 500.0)
                met = np.where(np.isnan(percent), met, percent >= self.needed_percent)
        return met

    def _checked(
        self, name: str, values: Float64, start: int, codes: Sequence[float], lowest: float, highest: float
    ) -> Float64:
        coded = np.isin(values, codes) if len(codes) else np.zeros(values.shape, dtype=np.bool_)
        known = np.where(coded, np.nan, values)
        wrong = (known < lowest) | (known > highest)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise MeasurementError(
                f"{name} is {known[row]:g} in element {start + row}; it must be between {lowest:g} and {highest:g}. "
                "Mark an invalid reading as missing (NaN)."
            )
        return known


@dataclass
class Evaluation:
    """Single-factor classes of many samples: the worst class, the items that have it, how many were measured."""

    ladders: Mapping[str, Ladder]
    columns: Mapping[str, Float64]
    size: int
    codes: tuple[float, ...]
    saturation: Saturation | None = None

    def __post_init__(self) -> None:
        self.worst = np.zeros(self.size, dtype=np.uint8)
        self.limiting = np.zeros(self.size, dtype=np.uint32)
        self.measured = np.zeros(self.size, dtype=np.uint8)

    def run(self) -> None:
        """Walk over the rows block by block."""
        items = [item for item in ITEMS if item in self.columns]
        chunk = max(1, min(ROWS_AT_A_TIME, self.size))
        found = np.empty((len(items), chunk), dtype=np.uint8)
        flag, octet = np.empty(chunk, dtype=np.bool_), np.empty(chunk, dtype=np.uint8)
        # A set of items is four bytes; each byte is gathered by itself, in single bytes, which is four times as fast.
        octets = self.limiting.view(np.uint8).reshape(self.size, 4)
        for start in range(0, self.size, chunk):
            stop = min(self.size, start + chunk)
            n = stop - start
            worst, measured, flags = self.worst[start:stop], self.measured[start:stop], flag[:n]
            measured.fill(len(items))
            for place, item in enumerate(items):
                out = found[place, :n]
                self._look_up(item, start, stop, out, flags, measured)
                np.maximum(worst, out, out=worst)
            bit = flags.view(np.uint8)
            for group in range(3):
                members = [
                    (place, item) for place, item in enumerate(items) if ITEMS.index(item) // 8 == group
                ]
                if not members:
                    continue
                gathered = octet[:n]
                gathered.fill(0)
                for place, item in members:
                    np.equal(found[place, :n], worst, out=flags)
                    np.multiply(bit, 1 << (ITEMS.index(item) % 8), out=bit)
                    np.bitwise_or(gathered, bit, out=gathered)
                np.greater(worst, 1, out=flags)
                np.multiply(gathered, bit, out=gathered)
                octets[start:stop, group if sys.byteorder == "little" else 3 - group] = gathered

    def _look_up(
        self, item: str, start: int, stop: int, out: Classes, flags: Flags, measured: Classes
    ) -> None:
        values = self.columns[item][start:stop]
        try:
            gaps = self.ladders[item].look_up(values, out, flags, self.codes)
        except ImpossibleReading as error:
            raise impossible(item, start + error.row, error.value, self.ladders[item]) from error
        if gaps:
            np.equal(out, 0, out=flags)
            np.subtract(measured, flags.view(np.uint8), out=measured)
        if item == "do" and self.saturation is not None:
            enough = self.saturation.met_by(values, slice(start, stop), self.codes)
            out[enough & (out > 1)] = 1


def impossible(item: str, row: int, value: float, of: Ladder) -> MeasurementError:
    """The error that names the item, the element, the value and what to do."""
    bounds = (
        f"between {of.lowest:g} and {of.highest:g}"
        if of.highest < 1e300
        else f"finite and at least {of.lowest:g}"
    )
    return MeasurementError(
        f"{item} ({ITEM_NAMES[item].en}) is {value:g}{'' if UNITS[item] == '1' else ' ' + UNITS[item]} in element "
        f"{row}; it must be {bounds}. Mark an invalid reading as missing (NaN), or name the code that stands for a "
        "missing one (missing_codes)."
    )

"""Total amount accounting: what was emitted before, what is new, what was reduced, by source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements, refuse_impossible
from ecociv.standards.results import DataValidity, Result, number_or_none

NOISE = 1e-9
"""A total may fall below zero by this share of the base: noise of binary sums."""

_PARTS = {
    "base": Text(zh="基数", en="base"),
    "new": Text(zh="新增量", en="new"),
    "reduced": Text(zh="削减量", en="reduced"),
}


@dataclass(frozen=True, eq=False)
class TotalAmount(Result):
    """Emissions of the year by source and in all, in tonnes.

    Attributes
    ----------
    value : float or array
        All sources; NaN where any figure of any source is missing.
    by_source : dict
        Each source.
    change_percent : float or array
        Change against the base in percent, negative for a fall; NaN without a base.
    """

    value: Any
    by_source: Mapping[str, Any]
    change_percent: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    parts: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Base, new and reduced of each source."""
        place = self._element(at)
        sources = tuple(
            Trace(
                Text(zh=source, en=source),
                number_or_none(element(amount, place)),
                "tonne",
                "base + new - reduced",
                tuple(
                    TraceInput(label, number_or_none(element(self.parts[source][part], place)), "tonne")
                    for part, label in _PARTS.items()
                ),
            )
            for source, amount in self.by_source.items()
        )
        change = TraceInput(
            Text(zh="较基数变化", en="change against the base"),
            number_or_none(element(self.change_percent, place)),
            "percent",
        )
        return Trace(
            Text(zh="排放总量", en="Total emission"),
            number_or_none(element(self.value, place)),
            "tonne",
            "sum over sources(base + new - reduced)",
            (*sources, change),
            notes=self.marks,
        )


def total_amount(
    *,
    base: Mapping[str, ArrayLike],
    new: Mapping[str, ArrayLike] | None = None,
    reduced: Mapping[str, ArrayLike] | None = None,
) -> TotalAmount:
    """Emissions of the year: base plus new minus reduced, by source.

    Parameters
    ----------
    base, new, reduced : mapping
        Tonnes by source, such as industry, households, agriculture, traffic; a source that is not named in `new` or
        `reduced` had none. NaN is missing.

    Raises
    ------
    MeasurementError
        A source without a base (name it with 0), a negative figure, or a reduction of more than there was.

    Examples
    --------
    >>> found = total_amount(
    ...     base={"industry": 1000, "households": 500}, new={"industry": 50}, reduced={"industry": 150, "households": 20})
    >>> found.value, found.by_source, found.change_percent
    (1380.0, {'industry': 900.0, 'households': 480.0}, -8.0)
    """
    added, taken = new or {}, reduced or {}
    lacking = [source for source in {**added, **taken} if source not in base]
    if not base or lacking:
        raise MeasurementError(
            f"Sources without a base: {', '.join(lacking) or 'all'}. Name every source in base, with 0 where it is new."
        )
    columns: dict[str, ArrayLike] = {}
    for source in base:
        columns[f"base of {source}"] = base[source]
        columns[f"new of {source}"] = added.get(source, 0.0)
        columns[f"reduced of {source}"] = taken.get(source, 0.0)
    rows = measurements(**columns)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="t")
    net: dict[str, Float64] = {}
    for source in base:
        there = given[f"base of {source}"] + given[f"new of {source}"]
        left = there - given[f"reduced of {source}"]
        if (left < -NOISE * np.maximum(1.0, np.nan_to_num(there))).any():
            place = int(np.nanargmin(left))
            raise MeasurementError(
                f"In element {place} the reduction of {source} is {given[f'reduced of {source}'][place]:g} t, more than "
                f"the {there[place]:g} t there were."
            )
        net[source] = np.maximum(left, 0.0)
    total = sum(net.values(), np.zeros(rows.size))
    before = sum((given[f"base of {source}"] for source in base), np.zeros(rows.size))
    positive = np.nan_to_num(before) > 0
    change = np.where(positive, (total / np.where(positive, before, 1.0) - 1) * 100, np.nan)
    known = sum(
        ((~np.isnan(column)).astype(np.int64) for column in net.values()), np.zeros(rows.size, np.int64)
    )
    return TotalAmount(
        value=rows.restore(total),
        by_source={source: rows.restore(column) for source, column in net.items()},
        change_percent=rows.restore(np.round(change, 9)),
        edition="total amount accounting",
        marks=(),
        validity=DataValidity(
            rows.restore(known),
            len(net),
            rows.restore(known == len(net)),
            Text(zh="各来源齐全", en="every source"),
        ),
        parts={
            source: {part: rows.restore(given[f"{part} of {source}"]) for part in _PARTS} for source in base
        },
    )

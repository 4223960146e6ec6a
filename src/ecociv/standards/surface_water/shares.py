"""The state of a river or basin by the shares of the classes of its sections."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import MeasurementError, element, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import class_name
from ecociv.standards.surface_water.section import STATES, states_of


@dataclass(frozen=True, eq=False)
class ClassShares(Result):
    """The state of a river or basin by the shares of the classes of its sections.

    Attributes
    ----------
    value : int or array of uint8
        Number of the state, 1 (excellent) to 5 (heavy pollution); 0 without a section.
    counts : array of int
        Sections of class I, II, III, IV, V and worse than V along the last axis.
    """

    value: int | NDArray[np.uint8] | Any
    counts: NDArray[np.int64]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    bounds: ParameterValue = field(repr=False)

    @property
    def state(self) -> Any:
        """The `WaterState`; ``None`` without data; an array of them for arrays."""
        return states_of(self.value)

    @property
    def share_good(self) -> Any:
        """Share of classes I to III in percent, unrounded; NaN without a section."""
        return self._share(self.counts[..., :3].sum(axis=-1))

    @property
    def share_worse_than_v(self) -> Any:
        """Share of worse than V in percent, unrounded; NaN without a section."""
        return self._share(self.counts[..., 5])

    def _share(self, part: NDArray[np.int64]) -> Any:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.asarray(part / self.counts.sum(axis=-1) * 100)
        return float(found) if found.ndim == 0 else found

    def trace(self, at: int | None = None) -> Trace:
        """The counts of the classes and the shares."""
        place = self._element(at)
        counts = self.counts.reshape(-1, 6)[place or 0]
        inputs = tuple(
            TraceInput(
                Text(zh=f"{class_name(k)}断面数", en=f"Sections of class {class_name(k, 'en')}"),
                int(counts[k - 1]),
            )
            for k in range(1, 7)
        )
        grade = element(self.value, place)
        state = STATES[grade]
        shares = Text(
            zh=f"Ⅰ～Ⅲ类占{element(self.share_good, place):.1f}%，劣Ⅴ类占{element(self.share_worse_than_v, place):.1f}%",
            en=f"classes I to III {element(self.share_good, place):.1f} %, "
            f"worse than V {element(self.share_worse_than_v, place):.1f} %",
        )
        return Trace(
            Text(zh="河流（流域）水质状况等级", en="Grade of the state of the river or basin"),
            None if state is None else int(grade),
            "1",
            "shares of the classes of the sections",
            inputs,
            self.bounds.citation,
            notes=(shares, *self.marks),
        )


def basin_state(
    section_classes: ArrayLike, *, axis: int = -1, edition: str | None = None, on: date | None = None
) -> ClassShares:
    """The state of a river or basin from the classes of its sections alone.

    Parameters
    ----------
    section_classes : array_like of int
        Classes 1 to 6 along `axis`; 0 or NaN is a section without data, which is left out.

    Returns
    -------
    ClassShares
        ``value``, ``state``, ``share_good``, ``share_worse_than_v``, ``counts``. ``validity.enough`` says whether
        there are the five sections from which on the shares decide; with fewer use `evaluate_basin`, which takes the
        mean of the concentrations.

    Notes
    -----
    环办〔2011〕22号, Table 2.

    Examples
    --------
    >>> river = basin_state([2, 2, 3, 3, 4, 2, 3, 2, 6, 3])
    >>> river.state.label.zh, river.share_good, river.share_worse_than_v
    ('良好', 80.0, 10.0)
    """
    rows = measurements(section_classes=section_classes)
    classes = np.moveaxis(np.atleast_1d(rows.given()["section_classes"].reshape(rows.shape)), axis, -1)
    known = np.nan_to_num(classes, nan=0.0)
    if not np.isin(known, range(7)).all():
        raise MeasurementError("Classes are whole numbers from 1 to 6 (0 or NaN where a section has none).")
    return shares_of(known.astype(np.uint8), edition, on)


def shares_of(classes: NDArray[np.uint8], edition: str | None, on: date | None) -> ClassShares:
    """The state by shares from classes along the last axis."""
    bounds = dated("surface_water.basin_states", on, edition)
    table = bounds.table
    counts = np.stack([(classes == k).sum(axis=-1) for k in range(1, 7)], axis=-1).astype(np.int64)
    total, good, worse = counts.sum(axis=-1), counts[..., :3].sum(axis=-1), counts[..., 5]
    # Shares are compared as whole numbers: 9 of 10 is 90 percent, not 89.999...
    grade = np.select(
        [
            total == 0,
            good * 100 >= table["excellent"] * total,
            good * 100 >= table["good"] * total,
            worse * 100 < table["moderate_worse_than_v"] * total,
            worse * 100 < table["heavy_worse_than_v"] * total,
        ],
        [0, 1, 2, 3, 4],
        5,
    ).astype(np.uint8)
    scalar = grade.ndim == 0
    needed = int(table["sections"])
    return ClassShares(
        value=int(grade) if scalar else grade,
        counts=counts,
        edition=bounds.edition,
        marks=marks_of(bounds),
        validity=DataValidity(
            int(total) if scalar else total,
            needed,
            bool(total >= needed) if scalar else total >= needed,
            Text(zh=f"断面数不少于{needed}个时按类别比例评价", en=f"shares decide from {needed} sections on"),
        ),
        bounds=bounds,
    )

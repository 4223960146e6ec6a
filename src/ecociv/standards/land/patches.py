"""Smallest patches: which stay on the map, and what is dropped from an overlay without losing area."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import MeasurementError, Measurements, element, measurements, refuse_impossible
from ecociv.standards.land.classes import LandGroup
from ecociv.standards.land.ledger import SURVEY
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


@dataclass(frozen=True, eq=False)
class KeptPatches(Result):
    """Which patches are large enough.

    Attributes
    ----------
    value : bool or array of bool
        Whether the patch is kept. A patch without area is kept: nothing is dropped on missing data.
    kept_area, dropped_area : float
        m2 of the patches kept and dropped; together they are the total that was given.
    dropped : int
        Number of patches dropped.
    """

    value: Any
    kept_area: float
    dropped_area: float
    dropped: int
    least_area: float
    least_width: float | None
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The area (and width) of a patch against the least; in all, what was dropped."""
        place = self._element(at)
        names = {
            "area": (Text(zh="图斑面积", en="Area of the patch"), "m2"),
            "width": (Text(zh="图斑宽度", en="Width of the patch"), "metre"),
        }
        inputs = tuple(
            TraceInput(names[name][0], number_or_none(column[place or 0]), names[name][1])
            for name, column in self.rows.given().items()
        )
        cited, valid = self.used.citation, self.used.valid
        parameters = [
            TraceParameter(Text(zh="最小面积", en="least area"), self.least_area, "m2", cited, valid)
        ]
        if self.least_width is not None:
            parameters.append(
                TraceParameter(Text(zh="最小宽度", en="least width"), self.least_width, "metre", cited, valid)
            )
        return Trace(
            Text(zh="图斑是否保留（1保留）", en="Whether the patch is kept (1 kept)"),
            int(element(self.value, place)),
            "1",
            "area >= least area and width >= least width",
            inputs,
            cited,
            tuple(parameters),
            notes=(
                Text(
                    zh=f"共剔除{self.dropped}个图斑，面积{self.dropped_area:.2f}平方米，保留{self.kept_area:.2f}平方米",
                    en=f"{self.dropped} patches dropped with {self.dropped_area:.2f} m2, {self.kept_area:.2f} m2 kept",
                ),
                *self.marks,
            ),
        )


def mapped_patches(area: ArrayLike, group: LandGroup | str, *, scattered: bool = False) -> KeptPatches:
    """Which patches the yearly change survey maps.

    Parameters
    ----------
    area : array_like
        m2; NaN is missing.
    group : LandGroup or str
        ``"construction"``, ``"agricultural"`` or ``"unused"`` (water included).
    scattered : bool
        Whether the lower limits of scattered features apply instead of those of patches that must be proved.

    Raises
    ------
    MeasurementError
        An unknown group, a negative area.

    Examples
    --------
    >>> mapped_patches([399.99, 400.0], "construction").value.tolist()
    [False, True]
    """
    if group not in set(LandGroup):
        raise MeasurementError(f"{group!r} is no group of land; groups: {', '.join(LandGroup)}.")
    used = parameter("land.minimum_patch", edition=SURVEY)
    least = float(used.table["scattered" if scattered else "evidence"][str(LandGroup(group))])
    return _kept(measurements(area=area), least, None, used)


def drop_slivers(
    area: ArrayLike,
    width: ArrayLike | None = None,
    *,
    least_area: float | None = None,
    least_width: float | None = None,
) -> KeptPatches:
    """Which pieces of an overlay are real, and how much area the others hold.

    Parameters
    ----------
    area : array_like
        m2; NaN is missing.
    width : array_like, optional
        Mean width in m (twice the area over the perimeter will do).
    least_area, least_width : float, optional
        The place's own limits; the marked parameter otherwise (places take 100 to 400 m2).

    Notes
    -----
    Dropped pieces belong to their largest neighbour; ``dropped_area`` is what a log must show, so that totals stay
    balanced.

    Examples
    --------
    >>> pieces = drop_slivers([5000.0, 80.0, 900.0], [30.0, 4.0, 1.5])
    >>> pieces.value.tolist(), pieces.dropped, pieces.dropped_area
    ([True, False, False], 2, 980.0)
    """
    used = parameter("land.minimum_patch.overlay")
    rows = measurements(area=area, width=width)
    smallest = float(used.table["area"]) if least_area is None else float(least_area)
    narrowest = float(used.table["width"]) if least_width is None else float(least_width)
    return _kept(rows, smallest, narrowest if width is not None else None, used)


def _kept(
    rows: Measurements, least_area: float, least_width: float | None, used: ParameterValue
) -> KeptPatches:
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="m2" if name == "area" else "m")
    area = given["area"]
    with np.errstate(invalid="ignore"):
        small: NDArray[np.bool_] = area < least_area
        if least_width is not None:
            small = small | (given["width"] < least_width)
    present = ~np.isnan(area)
    return KeptPatches(
        value=rows.restore(~small),
        kept_area=float(area[present & ~small].sum()),
        dropped_area=float(area[present & small].sum()),
        dropped=int(small.sum()),
        least_area=least_area,
        least_width=least_width,
        edition=used.edition,
        marks=marks_of(used),
        validity=DataValidity(
            rows.restore(present.astype(np.int64)),
            1,
            rows.restore(present),
            Text(zh="有面积", en="the area is there"),
        ),
        rows=rows,
        used=used,
    )

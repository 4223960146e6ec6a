"""Single-factor indices of soil against the screening values of GB 15618-2018."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
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

EDITION = "GB 15618-2018"
ITEMS = ("cd", "hg", "arsenic", "pb", "cr", "cu", "ni", "zn")
"""Basic items, total element in mg/kg, in the order of Table 1."""

ITEM_NAMES = {
    "cd": Text(zh="镉", en="cadmium"),
    "hg": Text(zh="汞", en="mercury"),
    "arsenic": Text(zh="砷", en="arsenic"),
    "pb": Text(zh="铅", en="lead"),
    "cr": Text(zh="铬", en="chromium"),
    "cu": Text(zh="铜", en="copper"),
    "ni": Text(zh="镍", en="nickel"),
    "zn": Text(zh="锌", en="zinc"),
}


class LandUse(StrEnum):
    """Use of the land, which decides the screening values; ``ROTATION`` takes the stricter of paddy and other."""

    PADDY = "paddy"
    ORCHARD = "orchard"
    OTHER = "other"
    ROTATION = "rotation"


def dated(on: date | None, edition: str | None, key: str) -> ParameterValue:
    """A parameter on a day or of an edition; of the only edition without either."""
    return parameter(key, on=on, edition=edition or (EDITION if on is None else None))


def class_of_ph(ph: Float64, bounds: ParameterValue) -> NDArray[np.intp]:
    """Number of the pH class, from 0; a missing pH sorts last and is left out by the caller."""
    return np.searchsorted(np.asarray(bounds.value, dtype=np.float64), ph, side="left")


def _limits(table: Mapping[str, Any], item: str, use: str, row: NDArray[np.intp]) -> Float64:
    if use == LandUse.ROTATION:
        lower = np.minimum(table["paddy"][item], table["other"][item])
        return np.asarray(lower, dtype=np.float64)[row]
    return np.asarray(table[use][item], dtype=np.float64)[row]


def _checked(ph: ArrayLike, land_use: str, items: Mapping[str, ArrayLike | None]) -> Measurements:
    if land_use not in set(LandUse):
        raise MeasurementError(f"{land_use!r} is no land use; uses: {', '.join(LandUse)}.")
    rows = measurements(ph=ph, **items)
    for name, column in rows.given().items():
        if name == "ph":
            refuse_impossible(name, column, unit="")
            if (column > 14).any():
                raise MeasurementError(f"ph is {np.nanmax(column):g}; it lies from 0 to 14.")
        else:
            refuse_impossible(name, column, unit="mg/kg")
    if len(rows.given()) < 2:
        raise MeasurementError(f"No item was given; at least one of {', '.join(ITEMS)} is needed.")
    return rows


@dataclass(frozen=True, eq=False)
class SingleFactor(Result):
    """Single-factor indices: concentration over screening value.

    Attributes
    ----------
    value : float or array
        The largest index; NaN where pH or all items are missing.
    indices : dict
        Index of each item given.
    limiting : str or array of str
        Key of the item with the largest index; empty without a value.
    """

    value: Any
    indices: Mapping[str, Any]
    limiting: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)
    limits: Mapping[str, Float64] = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each item's concentration, screening value and index; the largest decides."""
        place = self._element(at)
        inputs = tuple(self._trace_item(item, place or 0) for item in self.indices)
        return Trace(
            Text(zh="土壤单项污染指数（最大）", en="Single-factor index of soil (largest)"),
            number_or_none(element(self.value, place)),
            "1",
            "max(C_i / S_i)",
            inputs,
            self.used.citation,
            notes=self.marks,
        )

    def _trace_item(self, item: str, place: int) -> Trace:
        column = self.rows.columns[item]
        assert column is not None
        limit = float(self.limits[item][place])
        name = ITEM_NAMES[item]
        return Trace(
            Text(zh=f"{name.zh}的单项指数", en=f"Index of {name.en}"),
            number_or_none(column[place] / limit),
            "1",
            "C / S",
            (TraceInput(name, number_or_none(column[place]), "mg/kg"),),
            self.used.citation,
            (
                TraceParameter(
                    Text(zh="筛选值", en="screening value"),
                    number_or_none(limit),
                    "mg/kg",
                    self.used.citation,
                    self.used.valid,
                ),
            ),
        )


def single_factor(
    *,
    ph: ArrayLike,
    land_use: str = "other",
    on: date | None = None,
    edition: str | None = None,
    **items: ArrayLike | None,
) -> SingleFactor:
    """Single-factor pollution indices of soil.

    Parameters
    ----------
    ph : array_like
        pH of the soil, which chooses the screening value. Missing pH leaves no value.
    land_use : str
        ``"paddy"``, ``"orchard"``, ``"other"``, or ``"rotation"`` (paddy and upland in turn: the stricter value).
    cd, hg, arsenic, pb, cr, cu, ni, zn : array_like, optional
        Total element in mg/kg; NaN is missing.

    Raises
    ------
    MeasurementError
        An unknown item or use, a negative or infinite figure, pH above 14.

    Notes
    -----
    GB 15618-2018, Table 1.

    Examples
    --------
    >>> plot = single_factor(ph=5.8, land_use="paddy", cd=0.36, pb=50)
    >>> round(plot.value, 3), plot.limiting, round(plot.indices["pb"], 3)
    (0.9, 'cd', 0.5)
    """
    unknown = [name for name in items if name not in ITEMS]
    if unknown:
        raise MeasurementError(
            f"{', '.join(unknown)}: no basic item of {EDITION}. Items: {', '.join(ITEMS)}."
        )
    rows = _checked(ph, land_use, items)
    screening, bounds = dated(on, edition, "soil.screening"), dated(on, edition, "soil.ph_classes")
    acidity = rows.columns["ph"]
    assert acidity is not None
    row = np.minimum(class_of_ph(acidity, bounds), len(bounds.value))
    limits = {
        item: np.where(np.isnan(acidity), np.nan, _limits(screening.table, item, land_use, row))
        for item in rows.given()
        if item != "ph"
    }
    given = rows.given()
    indices = {item: given[item] / limit for item, limit in limits.items()}
    stack = np.vstack(list(indices.values()))
    present = ~np.isnan(stack)
    largest = np.where(present.any(axis=0), np.max(np.where(present, stack, -np.inf), axis=0), np.nan)
    names = np.array([*indices, ""])
    which = np.where(present.any(axis=0), np.argmax(np.where(present, stack, -np.inf), axis=0), len(indices))
    count = present.sum(axis=0)
    return SingleFactor(
        value=rows.restore(largest),
        indices={item: rows.restore(column) for item, column in indices.items()},
        limiting=rows.restore(names[which]),
        edition=screening.edition,
        marks=marks_of(screening, bounds),
        validity=DataValidity(
            rows.restore(count),
            1,
            rows.restore(count >= 1),
            Text(zh="至少一项有数据且有pH", en="at least one item, and pH"),
        ),
        rows=rows,
        limits=limits,
        used=screening,
    )

"""Class, state and trophic state of a lake or reservoir from its points by the method of 2011."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.arrays import MeasurementError, Measurements, element
from ecociv.standards.results import DataValidity, Result, number_or_none
from ecociv.standards.surface_water.basin import mean_of_last_axis, with_axis_last
from ecociv.standards.surface_water.classify import item_measurements
from ecociv.standards.surface_water.items import ITEMS
from ecociv.standards.surface_water.section import Rounding, SectionEvaluation, section_of
from ecociv.standards.surface_water.trophic import TROPHIC_ITEMS, TrophicLevel, trophic_level_index


@dataclass(frozen=True, eq=False)
class LakeEvaluation(Result):
    """The evaluation of a lake or reservoir.

    Attributes
    ----------
    value : int or array of uint8
        Class of the whole lake, 1 to 6, 0 without data.
    section : SectionEvaluation
        The mean of the points, evaluated like a section with the limits of lakes.
    trophic : TrophicLevel or None
        The trophic level index of the mean; ``None`` where no item of it was given.
    """

    value: int | NDArray[np.uint8] | Any
    section: SectionEvaluation
    trophic: TrophicLevel | None
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    @property
    def state(self) -> Any:
        """The `WaterState` of the lake."""
        return self.section.state

    def trace(self, at: int | None = None) -> Trace:
        """The class of the mean and the trophic level."""
        inputs = [self.section.trace(at)]
        if self.trophic is not None:
            inputs.append(self.trophic.trace(at))
        return Trace(
            Text(zh="湖库水质类别", en="Class of the lake"),
            number_or_none(element(self.value, self._element(at))) or None,
            "1",
            "class of the mean of the points",
            tuple(inputs),
            self.section.states.citation,
            notes=self.marks,
        )


def evaluate_lake(
    *,
    axis: int = -1,
    time_axis: int | None = None,
    rounding: Rounding | None = None,
    missing_codes: Sequence[float] | None = None,
    edition: str | None = None,
    on: date | None = None,
    **items: ArrayLike | None,
) -> LakeEvaluation:
    """Class, state and trophic state of a lake or reservoir from its points.

    Parameters
    ----------
    **items : array_like
        Figures by item key, points along `axis`; besides the items of Table 1 ``chla`` (mg/m3) and ``sd`` (m).
    time_axis : int, optional
        Axis of repeated tests: they are averaged for each point first, then over the points.

    Notes
    -----
    环办〔2011〕22号, 2(2): means of the points, then as a section; total nitrogen does not enter the class. Reservoirs of
    river type are evaluated as rivers.

    Examples
    --------
    >>> lake = evaluate_lake(tp=[0.03, 0.05], codmn=[3.0, 3.4], tn=[0.8, 1.0], chla=[10, 14], sd=[1.1, 1.3])
    >>> lake.value, lake.section.water_class.limiting, lake.trophic.state.label.zh
    (3, ('tp',), '中营养')
    """
    rows = item_measurements(items, ("chla", "sd", "temperature", "do_saturation"))
    depth = max(1, len(rows.shape))
    if time_axis is None:
        points = with_axis_last(rows, axis)
    else:
        if depth < 2 or time_axis % depth == axis % depth:
            raise MeasurementError("time_axis must be an axis of its own beside the axis of the points.")
        tests = with_axis_last(rows, time_axis)
        points = mean_of_last_axis(tests, missing_codes)
        # The axis of the tests is gone: the axis of the points moves up if it stood behind it.
        axis = axis % depth - (axis % depth > time_axis % depth)
        points = with_axis_last(points, axis)
    mean = mean_of_last_axis(points, missing_codes)
    means = mean.given()
    table = {name: column for name, column in means.items() if name not in ("chla", "sd")}
    if not table:
        raise MeasurementError(f"None of {', '.join(ITEMS)} was given.")
    section = section_of(Measurements(table, mean.shape), "lake", rounding, missing_codes, edition, on)
    trophic = None
    if "chla" in means or "sd" in means:
        figures = {name: means[name].reshape(mean.shape) if name in means else None for name in TROPHIC_ITEMS}
        trophic = trophic_level_index(
            chla=figures["chla"],
            tp=figures["tp"],
            tn=figures["tn"],
            sd=figures["sd"],
            codmn=figures["codmn"],
            on=on,
        )
    marks = (*section.marks, *(trophic.marks if trophic else ()))
    return LakeEvaluation(
        value=section.value,
        section=section,
        trophic=trophic,
        edition=section.edition,
        marks=tuple(dict.fromkeys(marks)),
        validity=section.validity,
    )

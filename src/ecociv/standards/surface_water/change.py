"""Whether water quality changed between two periods, by the method of 2011."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.section import grades_of


class Change(StrEnum):
    """Change of water quality between two periods."""

    MARKEDLY_WORSE = "markedly-worse"
    WORSE = "worse"
    NONE = "no-clear-change"
    BETTER = "better"
    MARKEDLY_BETTER = "markedly-better"

    @property
    def label(self) -> Text:
        """The change in words."""
        return _LABELS[self]


_LABELS = {
    Change.MARKEDLY_WORSE: Text(zh="明显变差", en="markedly worse"),
    Change.WORSE: Text(zh="有所变差", en="somewhat worse"),
    Change.NONE: Text(zh="无明显变化", en="no clear change"),
    Change.BETTER: Text(zh="有所好转", en="somewhat better"),
    Change.MARKEDLY_BETTER: Text(zh="明显好转", en="markedly better"),
}


@dataclass(frozen=True, eq=False)
class QualityChange(Result):
    """A change between two periods.

    Attributes
    ----------
    value : float or array
        -2 (markedly worse) to 2 (markedly better), 0 no clear change; NaN where a period has no data.
    difference : float or array
        What was judged: classes (or grades) gained, or ΔG - ΔD in percentage points; positive is better.
    """

    value: float | Float64 | Any
    difference: float | Float64 | Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    what: Text
    unit: str
    formula: str
    names: tuple[Text, ...] = field(repr=False)
    rows: Measurements = field(repr=False)
    bounds: ParameterValue = field(repr=False)

    @property
    def change(self) -> Any:
        """The `Change`; ``None`` without data; an array of them for arrays."""
        table = np.array([*Change, None], dtype=object)
        values = np.asarray(self.value, dtype=np.float64)
        return table[np.where(np.isnan(values), 5, np.nan_to_num(values) + 2).astype(np.intp)]

    def trace(self, at: int | None = None) -> Trace:
        """The figures of both periods, their difference and the bounds."""
        place = self._element(at)
        unit = self.unit
        inputs = tuple(
            TraceInput(
                name, number_or_none(column[place or 0]), "percent" if unit == "percentage_point" else "1"
            )
            for name, column in zip(self.names, self.rows.given().values(), strict=True)
        )
        table = self.bounds.table
        parameters = tuple(
            TraceParameter(Text(zh=zh, en=en), table[key], unit, self.bounds.citation, self.bounds.valid)
            for key, zh, en in (("some", "有所变化的界限", "bound of some change"), ("marked", "明显变化的界限", "bound of marked change"))
        )  # fmt: skip
        value = element(self.value, place)
        notes = () if np.isnan(value) else (list(Change)[int(value) + 2].label,)
        return Trace(
            self.what,
            number_or_none(element(self.difference, place)),
            unit,
            self.formula,
            inputs,
            self.bounds.citation,
            parameters,
            notes=(*notes, *self.marks),
        )


def section_change(
    before: ArrayLike,
    after: ArrayLike,
    *,
    by: Literal["class", "state"] = "class",
    edition: str | None = None,
    on: date | None = None,
) -> QualityChange:
    """The change of a section (or of a river by its state) between two periods.

    Parameters
    ----------
    before, after : array_like of int
        Classes 1 to 6 of the two periods; 0 or NaN is a period without data.
    by : {"class", "state"}
        Count steps of class, or steps of the state (under which class I and II are the same).

    Notes
    -----
    环办〔2011〕22号, comparison of periods: no step no clear change, one step some, two and more marked. The rule is
    entered from memory (see ``marks``).

    Examples
    --------
    >>> [change.value for change in section_change([4, 3, 2, 5], [3, 3, 4, 2]).change]
    ['better', 'no-clear-change', 'markedly-worse', 'markedly-better']
    """
    if by not in ("class", "state"):
        raise MeasurementError(f"by is {by!r}; it is 'class' or 'state'.")
    rows = measurements(before=before, after=after)
    bounds = dated("surface_water.change.section", on, edition)
    steps = {}
    for name, column in rows.given().items():
        known = np.nan_to_num(column, nan=0.0)
        if not np.isin(known, range(7)).all():
            raise MeasurementError(
                f"{name} holds something that is no class; classes are 1 to 6, 0 or NaN without data."
            )
        number = known.astype(np.uint8)
        if by == "state":
            number = grades_of(number, dated("surface_water.section_states", on))
        steps[name] = np.where(number == 0, np.nan, number.astype(np.float64))
    difference = steps["before"] - steps["after"]
    size = np.abs(difference)
    degree = np.where(size >= bounds.table["marked"], 2.0, np.where(size >= bounds.table["some"], 1.0, 0.0))
    kind = Text(zh="类别", en="class") if by == "class" else Text(zh="水质状况等级", en="grade of the state")
    return _result(
        np.sign(difference) * degree,
        difference,
        rows,
        bounds,
        what=Text(zh=f"{kind.zh}变化", en=f"Change of the {kind.en}"),
        unit="1",
        formula="before - after",
        names=(Text(zh="前一时段类别", en="Class before"), Text(zh="后一时段类别", en="Class after")),
    )


def basin_change(
    *,
    good_before: ArrayLike,
    good_after: ArrayLike,
    worse_before: ArrayLike,
    worse_after: ArrayLike,
    edition: str | None = None,
    on: date | None = None,
) -> QualityChange:
    """The change of a river or basin between two periods by the shares of classes.

    Parameters
    ----------
    good_before, good_after : array_like
        Share of the sections of class I to III, in percent.
    worse_before, worse_after : array_like
        Share of the sections worse than V, in percent. NaN is missing.

    Notes
    -----
    环办〔2011〕22号: ΔG - ΔD, with ΔG the rise of the first and ΔD the rise of the second; up to 10 points no clear
    change, up to 20 some, above 20 marked; positive is better.

    Examples
    --------
    >>> better = basin_change(good_before=70, good_after=78, worse_before=12, worse_after=8)
    >>> better.difference, better.change.label.zh
    (12.0, '有所好转')
    """
    rows = measurements(
        good_before=good_before, good_after=good_after, worse_before=worse_before, worse_after=worse_after
    )
    given = rows.given()
    for name, column in given.items():
        with np.errstate(invalid="ignore"):
            if ((column < 0) | (column > 100)).any():
                raise MeasurementError(f"{name} is a share in percent and lies between 0 and 100.")
    bounds = dated("surface_water.change.basin", on, edition)
    # Nine decimals drop the noise of subtraction, so that 10 points are 10 and not 10.000000000000002.
    difference = np.round(
        (given["good_after"] - given["good_before"]) - (given["worse_after"] - given["worse_before"]), 9
    )
    size = np.abs(difference)
    degree = np.where(size > bounds.table["marked"], 2.0, np.where(size > bounds.table["some"], 1.0, 0.0))
    value = np.where(np.isnan(difference), np.nan, np.sign(difference) * degree)
    return _result(
        value,
        difference,
        rows,
        bounds,
        what=Text(zh="ΔG-ΔD", en="ΔG - ΔD"),
        unit="percentage_point",
        formula="(G_after - G_before) - (D_after - D_before)",
        names=(
            Text(zh="前一时段Ⅰ～Ⅲ类比例", en="Classes I to III before"),
            Text(zh="后一时段Ⅰ～Ⅲ类比例", en="Classes I to III after"),
            Text(zh="前一时段劣Ⅴ类比例", en="Worse than V before"),
            Text(zh="后一时段劣Ⅴ类比例", en="Worse than V after"),
        ),
    )


def _result(
    value: NDArray[np.float64],
    difference: Float64,
    rows: Measurements,
    bounds: ParameterValue,
    *,
    what: Text,
    unit: str,
    formula: str,
    names: tuple[Text, ...],
) -> QualityChange:
    known = ~np.isnan(difference)
    return QualityChange(
        value=rows.restore(value + 0.0),
        difference=rows.restore(difference + 0.0),
        edition=bounds.edition,
        marks=marks_of(bounds),
        validity=DataValidity(
            rows.restore(known.astype(np.int64) * 2),
            2,
            rows.restore(known),
            Text(zh="两个时段均须有数据", en="both periods need data"),
        ),
        what=what,
        unit=unit,
        formula=formula,
        names=names,
        rows=rows,
        bounds=bounds,
    )

"""The CGCS2000 ellipsoid and the area of a trapezoid between two parallels and two meridians."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

EDITION = "CGCS2000"

FORMULA = "2 b^2 dL (A sin(dB/2) cos Bm - B sin(3dB/2) cos 3Bm + C sin(5dB/2) cos 5Bm - D sin(7dB/2) cos 7Bm + E sin(9dB/2) cos 9Bm)"


@lru_cache(maxsize=1)
def ellipsoid() -> ParameterValue:
    """The semi-axes and the squared eccentricity of CGCS2000."""
    return parameter("land.cgcs2000")


@lru_cache(maxsize=1)
def coefficients() -> tuple[float, ...]:
    """The factors A to E of the formula for the squared eccentricity of CGCS2000."""
    e2 = float(ellipsoid().table["e2"])
    series = parameter("land.trapezoid").table
    return tuple(
        sum(top / bottom * e2**power for power, (top, bottom) in enumerate(series[name])) for name in "abcde"
    )


@lru_cache(maxsize=1)
def _polynomial() -> tuple[float, ...]:
    """The multiple sines of the formula as one odd polynomial in sin B, from the first to the ninth power.

    2 sin(k dB / 2) cos(k Bm) is sin(k B2) - sin(k B1), so an edge needs one sine per vertex and nothing else;
    sin 3B = 3s - 4s^3 and so on up to sin 9B.
    """
    a, b, c, d, e = coefficients()
    return (
        a - 3 * b + 5 * c - 7 * d + 9 * e,
        4 * b - 20 * c + 56 * d - 120 * e,
        16 * c - 112 * d + 432 * e,
        64 * d - 576 * e,
        256 * e,
    )


def authalic(latitude: Float64) -> Float64:
    """Area north of the equator, per radian of longitude, over b squared; `latitude` in degrees, NaN passes.

    On a map whose northing is this quantity every area is true.
    """
    first, third, fifth, seventh, ninth = _polynomial()
    sine = np.sin(np.radians(latitude))
    square = sine * sine
    height = square * ninth
    for factor in (seventh, fifth, third):
        height += factor
        height *= square
    height += first
    height *= sine
    return height


def beyond_chord(width: Float64, start: Float64, end: Float64) -> Float64:
    """Area between a shortest line and the straight line of the map, over b squared, positive to the north.

    `width` in radians of longitude; `start` and `end` as `authalic` gives them. The shortest line is taken on the
    sphere of equal area: the area under a great circle is the spherical excess of its triangle with the pole's foot.
    """
    pole = float(authalic(np.array([90.0]))[0])
    first, second = np.arcsin(start / pole), np.arcsin(end / pole)
    tangent = np.tan(width / 2) * np.sin((first + second) / 2) / np.cos((first - second) / 2)
    return pole * 2 * np.arctan(tangent) - width * (start + end) / 2


def area_scale() -> float:
    """The square of the minor semi-axis in m2, which turns `authalic` into an area."""
    return float(ellipsoid().table["b"]) ** 2


def ellipsoid_trace() -> tuple[TraceParameter, ...]:
    """The ellipsoid as lines of a trace."""
    used = ellipsoid()
    return (
        TraceParameter(Text(zh="短半轴b", en="minor semi-axis b"), used.table["b"], "metre", used.citation),
        TraceParameter(
            Text(zh="第一偏心率平方", en="first eccentricity squared"), used.table["e2"], "1", used.citation
        ),
    )


@dataclass(frozen=True, eq=False)
class TrapezoidArea(Result):
    """Area of cells between two parallels and two meridians.

    Attributes
    ----------
    value : float or array
        m2, positive where `north` lies north of `south`; NaN where a bound is missing.
    """

    value: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The bounds and the formula."""
        place = self._element(at)
        names = {
            "south": Text(zh="南界纬度（度）", en="southern latitude in degrees"),
            "north": Text(zh="北界纬度（度）", en="northern latitude in degrees"),
            "width": Text(zh="经差（度）", en="width in degrees of longitude"),
        }
        inputs = tuple(
            TraceInput(names[name], number_or_none(column[place or 0]))
            for name, column in self.rows.given().items()
        )
        return Trace(
            Text(zh="椭球面梯形面积", en="Area of the ellipsoidal trapezoid"),
            number_or_none(element(self.value, place)),
            "m2",
            FORMULA,
            inputs,
            parameter("land.trapezoid").citation,
            ellipsoid_trace(),
            notes=self.marks,
        )


def trapezoid_area(south: ArrayLike, north: ArrayLike, width: ArrayLike) -> TrapezoidArea:
    """Area on the CGCS2000 ellipsoid between two parallels, over a width of longitude.

    Parameters
    ----------
    south, north : array_like
        Latitudes in degrees, from -90 to 90; NaN is missing.
    width : array_like
        Difference of longitude in degrees, up to 360 either way.

    Raises
    ------
    MeasurementError
        A latitude beyond a pole, or a width of more than a turn.

    Notes
    -----
    The series of the second and third national land surveys, truncated after the eighth power of the
    eccentricity (7e-12 relative over a hemisphere).

    Examples
    --------
    >>> round(trapezoid_area(27, 27.5, 0.5).value, 3)
    2743430601.001
    """
    rows = measurements(south=south, north=north, width=width)
    columns = rows.given()
    for name, limit in (("south", 90.0), ("north", 90.0), ("width", 360.0)):
        wrong = np.abs(columns[name]) > limit
        if wrong.any():
            place = int(np.argmax(wrong))
            raise MeasurementError(
                f"{name} is {columns[name][place]:g} degrees in element {place}; it lies from {-limit:g} to {limit:g}."
            )
    between = authalic(columns["north"]) - authalic(columns["south"])
    value = area_scale() * np.radians(columns["width"]) * between
    enough = ~np.isnan(value)
    return TrapezoidArea(
        value=rows.restore(value),
        edition=EDITION,
        marks=marks_of(ellipsoid(), parameter("land.trapezoid")),
        validity=DataValidity(
            rows.restore(enough.astype(np.int64)),
            1,
            rows.restore(enough),
            Text(zh="各界均有数值", en="all bounds are there"),
        ),
        rows=rows,
    )

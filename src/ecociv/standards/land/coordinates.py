"""Coordinates between GCJ-02, WGS84 and CGCS2000."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


class Datum(StrEnum):
    """What longitudes and latitudes refer to."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"


_SAME = Text(
    zh="CGCS2000与WGS84按同一坐标处理，相差为厘米级至分米级（参考历元不同）",
    en="CGCS2000 and WGS84 are treated as one; they differ by centimetres to decimetres (epochs)",
)
_OUTSIDE = Text(
    zh="不在GCJ-02适用范围内，坐标未改动",
    en="outside the range of GCJ-02, the coordinates were left as they are",
)


@dataclass(frozen=True, eq=False)
class ConvertedCoordinates(Result):
    """Converted coordinates.

    Attributes
    ----------
    value : tuple of float, or array with a last axis of two
        Longitude and latitude in degrees; NaN where either was missing.
    longitude, latitude : float or array
        The same apart.
    outside : bool or array of bool
        Points outside the range of GCJ-02, which were left unchanged. Always false where GCJ-02 is not involved.
    """

    value: Any
    longitude: Any
    latitude: Any
    outside: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    source: Datum
    target: Datum
    rows: Measurements = field(repr=False)

    def _element(self, at: int | None) -> int | None:
        # A point is one element, not two.
        if isinstance(self.longitude, np.ndarray) and at is None and self.longitude.size == 1:
            return 0
        if isinstance(self.longitude, np.ndarray) and (
            at is None or not -self.longitude.size <= at < self.longitude.size
        ):
            raise MeasurementError(
                f"The result has {self.longitude.size} points; say which one, as trace(at=0)."
            )
        return None if at is None or not isinstance(self.longitude, np.ndarray) else at % self.longitude.size

    def trace(self, at: int | None = None) -> Trace:
        """Where the point was and by how much it moved."""
        place = self._element(at)
        given = self.rows.given()
        inputs = (
            TraceInput(
                Text(zh="原经度（度）", en="longitude given, degrees"),
                number_or_none(given["longitude"][place or 0]),
            ),
            TraceInput(
                Text(zh="原纬度（度）", en="latitude given, degrees"),
                number_or_none(given["latitude"][place or 0]),
            ),
        )
        latitude = Trace(
            Text(zh="纬度（度）", en="latitude, degrees"),
            number_or_none(element(self.latitude, place)),
            "1",
            "",
            (),
        )
        used = _constants()
        notes = [_OUTSIDE] if element(self.outside, place) else []
        if Datum.CGCS2000 in (self.source, self.target):
            notes.append(_SAME)
        shifts = Datum.GCJ02 in (self.source, self.target) and self.source != self.target
        return Trace(
            Text(
                zh=f"经度（{self.source}→{self.target}，度）",
                en=f"longitude ({self.source} to {self.target}, degrees)",
            ),
            number_or_none(element(self.longitude, place)),
            "1",
            _FORMULAS[self.target is Datum.GCJ02] if shifts else "unchanged",
            (*inputs, latitude),
            used.citation if shifts else None,
            (
                (
                    TraceParameter(
                        Text(zh="偏移公式长半轴", en="semi-axis of the shift"),
                        used.table["a"],
                        "metre",
                        used.citation,
                    ),
                )
                if shifts
                else ()
            ),
            notes=(*notes, *self.marks),
        )


_FORMULAS = {True: "p + shift(p)", False: "p = g - shift(p), repeated until it moves less than the tolerance"}


def _constants() -> ParameterValue:
    return parameter("land.gcj02")


def convert_coordinates(
    longitude: ArrayLike, latitude: ArrayLike, *, source: Datum | str, target: Datum | str
) -> ConvertedCoordinates:
    """Longitudes and latitudes from one datum to another.

    Parameters
    ----------
    longitude, latitude : array_like
        Degrees; NaN is missing.
    source, target : Datum or str
        ``"WGS84"``, ``"CGCS2000"`` or ``"GCJ-02"``.

    Returns
    -------
    ConvertedCoordinates
        ``value``, ``longitude``, ``latitude``, ``outside``.

    Raises
    ------
    MeasurementError
        An unknown datum, coordinates off the globe.

    Notes
    -----
    GCJ-02 shifts coordinates by up to some 700 m inside a box around China. The shift is undone by iteration to
    1e-9 degrees or better; for which side of the box a point lies on, its own coordinates decide. The shift makes
    maps of public services fit; it is no survey transformation. CGCS2000 is taken as WGS84.

    Examples
    --------
    >>> shifted = convert_coordinates(117.2, 29.3, source="WGS84", target="GCJ-02")
    >>> tuple(round(number, 6) for number in shifted.value)
    (117.205286, 29.29734)
    >>> back = convert_coordinates(*shifted.value, source="GCJ-02", target="CGCS2000")
    >>> tuple(round(number, 9) for number in back.value)
    (117.2, 29.3)
    """
    start, end = _datum(source), _datum(target)
    rows = measurements(longitude=longitude, latitude=latitude)
    columns = rows.given()
    for name, limit in (("longitude", 180.0), ("latitude", 90.0)):
        wrong = np.abs(columns[name]) > limit
        if wrong.any():
            place = int(np.argmax(wrong))
            hint = " Longitude comes first: are they swapped?" if name == "latitude" else ""
            raise MeasurementError(
                f"{name} is {columns[name][place]:g} degrees in element {place}; it lies from {-limit:g} to {limit:g}.{hint}"
            )
    missing = np.isnan(columns["longitude"]) | np.isnan(columns["latitude"])
    east = np.where(missing, np.nan, columns["longitude"])
    north = np.where(missing, np.nan, columns["latitude"])
    outside: NDArray[np.bool_] = np.zeros(rows.size, dtype=np.bool_)
    marks: tuple[Text, ...] = ()
    if Datum.GCJ02 in (start, end) and start is not end:
        used = _constants()
        inside = _inside(east, north, used)
        outside = ~inside & ~missing
        moved = _shifted if end is Datum.GCJ02 else _unshifted
        east[inside], north[inside] = moved(east[inside], north[inside], used)
        marks = marks_of(used)
    return ConvertedCoordinates(
        value=(east.item(), north.item())
        if rows.is_scalar
        else np.stack([rows.restore(east), rows.restore(north)], -1),
        longitude=rows.restore(east),
        latitude=rows.restore(north),
        outside=rows.restore(outside),
        edition=f"{start} -> {end}",
        marks=marks,
        validity=DataValidity(
            rows.restore((~missing).astype(np.int64)),
            1,
            rows.restore(~missing),
            Text(zh="经纬度均有数值", en="longitude and latitude are both there"),
        ),
        source=start,
        target=end,
        rows=rows,
    )


def _datum(name: Datum | str) -> Datum:
    try:
        return Datum(name)
    except ValueError:
        raise MeasurementError(f"{name!r} is no known datum; known: {', '.join(Datum)}.") from None


def _inside(east: Float64, north: Float64, used: ParameterValue) -> NDArray[np.bool_]:
    (west, farthest), (south, top) = used.table["longitude"], used.table["latitude"]
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = (east >= west) & (east <= farthest) & (north >= south) & (north <= top)
    return found


def _shift(east: Float64, north: Float64, used: ParameterValue) -> tuple[Float64, Float64]:
    """By how many degrees GCJ-02 moves a WGS84 point."""
    x, y = east - used.table["origin"][0], north - used.table["origin"][1]
    root = np.sqrt(np.abs(x))
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    up += (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    up += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    right += (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    right += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    latitude = np.radians(north)
    a, e2 = float(used.table["a"]), float(used.table["e2"])
    curve = 1 - e2 * np.sin(latitude) ** 2
    degrees_up = np.degrees(up * curve * np.sqrt(curve) / (a * (1 - e2)))
    degrees_right = np.degrees(right * np.sqrt(curve) / (a * np.cos(latitude)))
    return degrees_right, degrees_up


def _shifted(east: Float64, north: Float64, used: ParameterValue) -> tuple[Float64, Float64]:
    right, up = _shift(east, north, used)
    return east + right, north + up


def _unshifted(east: Float64, north: Float64, used: ParameterValue) -> tuple[Float64, Float64]:
    guess_east, guess_north = east.copy(), north.copy()
    moved = np.inf
    for _ in range(int(used.table["iterations"])):
        right, up = _shift(guess_east, guess_north, used)
        next_east, next_north = east - right, north - up
        moved = max(
            float(np.max(np.abs(next_east - guess_east), initial=0.0)),
            float(np.max(np.abs(next_north - guess_north), initial=0.0)),
        )
        guess_east, guess_north = next_east, next_north
        if moved < used.table["tolerance"]:
            return guess_east, guess_north
    raise MeasurementError(
        f"The shift could not be undone: after {used.table['iterations']} steps a point still moves by {moved:.1e} "
        f"degrees, more than {used.table['tolerance']:g}. Check land.gcj02."
    )

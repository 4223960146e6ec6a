"""Projection zones of CGCS2000 and their EPSG codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import MeasurementError, Measurements, element, measurements
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

GEOGRAPHIC_EPSG = 4490
"""CGCS2000 in latitude and longitude; mind its axis order in software that follows the register."""


def _table() -> ParameterValue:
    return parameter("land.gauss_kruger")


@dataclass(frozen=True, eq=False)
class ProjectionZone(Result):
    """Gauss-Kruger zones of points.

    Attributes
    ----------
    value : int or array of int
        Number of the zone; 0 where the longitude is missing or outside China's zones.
    meridian : float or array
        Central meridian in degrees east; NaN without a zone.
    epsg : int or array of int
        Code of the system with an easting of 500 km at the meridian; 0 without a zone.
    epsg_numbered : int or array of int
        Code of the system with the number of the zone before the easting.
    """

    value: Any
    meridian: Any
    epsg: Any
    epsg_numbered: Any
    width: int
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    rows: Measurements

    def trace(self, at: int | None = None) -> Trace:
        """The longitude and the zone it falls in."""
        place = self._element(at)
        column = self.rows.given()["longitude"]
        formula = "floor((L + 1.5) / 3)" if self.width == 3 else "floor(L / 6) + 1"
        epsg, numbered = element(self.epsg, place), element(self.epsg_numbered, place)
        meridian = number_or_none(element(self.meridian, place))
        return Trace(
            Text(zh=f"{self.width}度带带号", en=f"Number of the {self.width}-degree zone"),
            int(element(self.value, place)) or None,
            "1",
            formula,
            (
                TraceInput(
                    Text(zh="经度（度）", en="longitude in degrees"), number_or_none(column[place or 0])
                ),
            ),
            _table().citation,
            notes=(
                Text(
                    zh=f"中央经线{meridian}度，EPSG:{epsg}（不冠带号）、EPSG:{numbered}（冠带号）",
                    en=f"central meridian {meridian} degrees, EPSG:{epsg} (no zone number), EPSG:{numbered} (with it)",
                ),
                *self.marks,
            ),
        )


def projection_zone(longitude: ArrayLike, width: int = 3) -> ProjectionZone:
    """The CGCS2000 Gauss-Kruger zone of a longitude.

    A point on the boundary of two zones belongs to the eastern one.

    Parameters
    ----------
    longitude : array_like
        Degrees east, -180 to 180; NaN is missing.
    width : int
        3 or 6 degrees.

    Raises
    ------
    MeasurementError
        Another width, or a longitude off the globe.

    Examples
    --------
    >>> zone = projection_zone(117.2)
    >>> zone.value, zone.meridian, zone.epsg, zone.epsg_numbered
    (39, 117.0, 4548, 4527)
    >>> projection_zone([113.9, 114.0], width=6).epsg.tolist()
    [4508, 4509]
    """
    rule = _zone_rule(width)
    rows = measurements(longitude=longitude)
    column = rows.given()["longitude"]
    wrong = np.abs(column) > 180
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MeasurementError(
            f"longitude is {column[place]:g} degrees in element {place}; it lies from -180 to 180."
        )
    with np.errstate(invalid="ignore"):
        number = np.floor((column + 1.5) / 3) if width == 3 else np.floor(column / 6) + 1
        inside = (number >= rule["first"]) & (number <= rule["last"])
    zone = np.where(inside, np.nan_to_num(number), 0).astype(np.int64)
    meridian = np.where(inside, number * 3 if width == 3 else number * 6 - 3, np.nan)
    step = zone - int(rule["first"])
    return ProjectionZone(
        value=rows.restore(zone),
        meridian=rows.restore(meridian),
        epsg=rows.restore(np.where(inside, rule["plain"] + step, 0)),
        epsg_numbered=rows.restore(np.where(inside, rule["numbered"] + step, 0)),
        width=width,
        edition=_table().edition,
        marks=marks_of(_table()),
        validity=DataValidity(
            rows.restore(inside.astype(np.int64)),
            1,
            rows.restore(inside),
            Text(zh="经度在国内各带范围内", en="the longitude lies in one of China's zones"),
        ),
        rows=rows,
    )


def epsg_code(zone: int, width: int = 3, *, numbered: bool = False) -> int:
    """The EPSG code of a zone.

    Parameters
    ----------
    zone : int
        25 to 45 for 3 degrees, 13 to 23 for 6 degrees.
    numbered : bool
        Whether the easting carries the number of the zone.

    Raises
    ------
    MeasurementError
        A zone that CGCS2000 does not have.

    Examples
    --------
    >>> epsg_code(38), epsg_code(39, numbered=True), epsg_code(20, 6, numbered=True)
    (4547, 4527, 4498)
    """
    rule = _zone_rule(width)
    if not rule["first"] <= zone <= rule["last"]:
        raise MeasurementError(
            f"Zone {zone} of {width} degrees does not exist; zones run from {rule['first']} to {rule['last']}."
        )
    return int(rule["numbered" if numbered else "plain"]) + zone - int(rule["first"])


def _zone_rule(width: int) -> Mapping[str, Any]:
    if width not in (3, 6):
        raise MeasurementError(f"width is {width}; zones are 3 or 6 degrees wide.")
    rules: Mapping[Any, Any] = _table().table
    rule: Mapping[str, Any] = rules[width]
    return rule

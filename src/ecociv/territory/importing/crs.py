"""In which reference system a layer is: from the file, from its sender, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from ecociv.core.text import Text
from ecociv.standards.land.zones import GEOGRAPHIC_EPSG, epsg_code
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.importing.shifts import PlaneShift, Shift

Bounds = tuple[float, float, float, float]

CHOICES = Text(
    zh="CGCS2000经纬度EPSG:4490；CGCS2000高斯3度带EPSG:4513–4533（冠带号25–45）、4534–4554（不冠带号）；"
    "6度带EPSG:4491–4501（冠带号13–23）、4502–4512（不冠带号）；WGS84经纬度EPSG:4326",
    en="CGCS2000 geographic EPSG:4490; CGCS2000 Gauss 3-degree zones EPSG:4513-4533 (zones 25-45 in the easting), "
    "4534-4554 (without); 6-degree zones EPSG:4491-4501 (zones 13-23 in the easting), 4502-4512 (without); WGS84 "
    "geographic EPSG:4326",
)

GCJ02 = "GCJ-02"
_NAMES = {"CGCS2000": "EPSG:4490", "WGS84": "EPSG:4326", "WGS-84": "EPSG:4326"}
_GCJ = {"GCJ02", "GCJ-02", "GCJ_02", "火星坐标系", "火星坐标"}
_DATUMS = (
    (re.compile(r"china[ _]?2000|cgcs[ _]?2000|china_geodetic_coordinate_system_2000", re.IGNORECASE), "CGCS2000"),
    (re.compile(r"world geodetic system 1984|wgs[ _]?(19)?84", re.IGNORECASE), "WGS84"),
    (re.compile(r"xi'?an[ _]?(19)?80", re.IGNORECASE), "Xi'an 1980"),
    (re.compile(r"beijing[ _]?(19)?54", re.IGNORECASE), "Beijing 1954"),
)  # fmt: skip
_ELLIPSOIDS = {"CGCS2000": 298.257222101, "WGS84": 298.257223563}
LEGACY = ("Xi'an 1980", "Beijing 1954")


@dataclass(frozen=True, eq=False)
class SourceCrs:
    """A reference system of origin.

    Attributes
    ----------
    datum : str
        ``"CGCS2000"``, ``"WGS84"``, ``"GCJ-02"``, or a legacy datum with declared parameters.
    code : int or None
        EPSG code where there is one.
    projected : bool
        Whether coordinates are metres.
    zone, width, numbered
        Of a Gauss zone: number, degrees, whether the easting carries the number. ``None`` otherwise.
    said_by : str
        ``"file"``, ``"declared"`` or ``"format"`` (GeoJSON and KML have one by definition).
    """

    datum: str
    code: int | None
    projected: bool
    name: str
    said_by: str
    zone: int | None = None
    width: int | None = None
    numbered: bool = False
    definition: pyproj.CRS = field(repr=False, default=None)  # type: ignore[assignment]

    @property
    def label(self) -> str:
        """As a page shows it."""
        return f"EPSG:{self.code} {self.name}" if self.code else self.name

    @property
    def is_gauss(self) -> bool:
        """Whether this is one of the standard Gauss zones."""
        return self.zone is not None


def declared_crs(text: str, said_by: str = "declared", shift: Shift | None = None) -> SourceCrs:
    """The system that a text names: an EPSG code, a name of the house, or well-known text.

    Raises
    ------
    ImportRefused
        ``unknown-crs``, ``legacy-datum``, ``unknown-datum``.

    Examples
    --------
    >>> declared_crs("EPSG:4548").label
    'EPSG:4548 CGCS2000 / 3-degree Gauss-Kruger CM 117E'
    >>> zone = declared_crs("4527")
    >>> zone.zone, zone.width, zone.numbered
    (39, 3, True)
    >>> declared_crs("CGCS2000").projected, declared_crs("gcj02").datum
    (False, 'GCJ-02')
    """
    plain = text.strip()
    if plain.upper() in _GCJ:
        wgs84 = pyproj.CRS.from_epsg(4326)
        return SourceCrs(GCJ02, None, False, "GCJ-02", said_by, definition=wgs84)
    plain = _NAMES.get(plain.upper(), plain)
    if plain.isdigit():
        plain = f"EPSG:{plain}"
    if not re.match(r"(?i)^(EPSG:\d+$|(BOUND|PROJ|GEOG|GEODETIC|COMPD|COMPOUND|BASEGEOG)\w*\s*\[)", plain):
        raise _unknown(text)
    try:
        found = pyproj.CRS.from_user_input(plain)
    except CRSError as error:
        raise _unknown(text) from error
    return _identified(found, said_by, shift)


def _unknown(text: str) -> ImportRefused:
    return ImportRefused(
        "unknown-crs",
        Text(
            zh=f"坐标系“{text[:60]}”无法识别。可用：{CHOICES.zh}。",
            en=f"The reference system {text[:60]!r} is not known. Use: {CHOICES.en}.",
        ),
        asks="crs",
    )


def missing_crs(name: str, candidates: Sequence[str]) -> ImportRefused:
    """The refusal that asks for the reference system, with those that the coordinates allow."""
    hint_zh = f"从坐标看可能是：{'、'.join(candidates)}。" if candidates else ""
    hint_en = f" By its coordinates it may be: {', '.join(candidates)}." if candidates else ""
    return ImportRefused(
        "missing-crs",
        Text(
            zh=f"“{name}”没有坐标系。{hint_zh}请指明（crs）：{CHOICES.zh}。",
            en=f"{name!r} has no reference system.{hint_en} Say which (crs): {CHOICES.en}.",
        ),
        asks="crs",
        candidates=list(candidates),
    )


def _identified(found: pyproj.CRS, said_by: str, shift: Shift | None) -> SourceCrs:
    while found.source_crs is not None and found.is_bound:
        found = found.source_crs
    if found.is_compound:
        found = found.sub_crs_list[0]
    geodetic = found.geodetic_crs
    if geodetic is None or geodetic.ellipsoid is None or not (found.is_projected or found.is_geographic):
        raise _unknown(found.name)
    words = f"{geodetic.datum.name if geodetic.datum else ''} {geodetic.name}"
    datum = next((name for pattern, name in _DATUMS if pattern.search(words)), None)
    code = _code(found)
    if datum in LEGACY:
        if shift is None:
            raise ImportRefused(
                "legacy-datum",
                Text(
                    zh=f"“{found.name}”属于{datum}坐标系，换算到CGCS2000需要当地七参数，各地不同，不能代填。请向测绘部门换算后再导入，或声明参数及其出处（datum_shift）。",
                    en=f"{found.name!r} is on the datum {datum}. Its shift to CGCS2000 takes seven parameters that differ from "
                    "place to place and cannot be filled in for you. Have the layer transformed by the surveyors, or "
                    "declare the parameters with their source (datum_shift).",
                ),
                asks="datum_shift",
                datum=datum,
            )
        _require_for(found, str(datum), code, shift)
    elif datum is None:
        raise ImportRefused(
            "unknown-datum",
            Text(
                zh=f"“{found.name}”的大地基准“{words.strip()}”不在可接受之列。可用：{CHOICES.zh}。",
                en=f"{found.name!r} is on the datum {words.strip()!r}, which is not taken. Use: {CHOICES.en}.",
            ),
            asks="crs",
        )
    elif abs(geodetic.ellipsoid.inverse_flattening - _ELLIPSOIDS[datum]) > 1e-5:
        raise ImportRefused(
            "contradictory-crs",
            Text(
                zh=f"“{found.name}”自称{datum}，椭球扁率却是1/{geodetic.ellipsoid.inverse_flattening:.6f}，自相矛盾。请查明真正的坐标系（crs）。",
                en=f"{found.name!r} says {datum}, but its ellipsoid is flattened by 1/{geodetic.ellipsoid.inverse_flattening:.6f}. "
                "Find its true reference system (crs).",
            ),
            asks="crs",
        )
    zone, width, numbered = _zone_of(code) if code else (None, None, False)
    return SourceCrs(
        str(datum), code, bool(found.is_projected), found.name, said_by, zone, width, numbered, found
    )


def _require_for(found: pyproj.CRS, datum: str, code: int | None, shift: Shift) -> None:
    """Refuse parameters that were declared for another system than the layer's."""
    wanted = shift.systems[0] if isinstance(shift, PlaneShift) else shift.datum
    fits = (
        found.equals(pyproj.CRS.from_user_input(wanted), ignore_axis_order=True) or wanted == f"EPSG:{code}"
        if isinstance(shift, PlaneShift)
        else shift.datum in ("", datum)
    )
    if not fits:
        raise ImportRefused(
            "other-shift",
            Text(
                zh=f"图层为“{found.name}”（{datum}），声明的转换参数却用于{wanted}。请使用与该坐标系对应的参数。",
                en=f"The layer is in {found.name!r} ({datum}), but the declared parameters are for {wanted}. Take those of its system.",
            ),
            asks="datum_shift",
        )


def _code(found: pyproj.CRS) -> int | None:
    if found.is_projected:
        if (gauss := _gauss_code(found)) is not None:
            return gauss
    elif _is_degrees(found):
        words = f"{found.name} {found.datum.name if found.datum else ''}"
        for pattern, name in _DATUMS[:2]:
            if pattern.search(words):
                return GEOGRAPHIC_EPSG if name == "CGCS2000" else 4326
    code = found.to_epsg()
    return int(code) if code else None


def _is_degrees(found: pyproj.CRS) -> bool:
    return all(abs(axis.unit_conversion_factor - np.pi / 180) < 1e-9 for axis in found.axis_info[:2])


def _gauss_code(found: pyproj.CRS) -> int | None:
    """The code of a CGCS2000 Gauss zone by its parameters: programs name the same zone in many ways."""
    operation = found.coordinate_operation
    geodetic = found.geodetic_crs
    if operation is None or geodetic is None:
        return None
    words = f"{geodetic.datum.name if geodetic.datum else ''} {geodetic.name}"
    if not _DATUMS[0][0].search(words):
        return None
    values: dict[str, float] = {}
    for parameter in operation.params:
        values[parameter.name.casefold()] = float(parameter.value) * (
            parameter.unit_conversion_factor if "natural origin" not in parameter.name.casefold() else 1.0
        )
    if (
        "transverse mercator" not in operation.method_name.casefold()
        and "gauss" not in operation.method_name.casefold()
    ):
        return None
    meridian = values.get("longitude of natural origin")
    easting = values.get("false easting", 0.0)
    plain = values.get("scale factor at natural origin", 1.0) == 1 and not values.get(
        "latitude of natural origin"
    )
    if (
        meridian is None
        or not plain
        or values.get("false northing")
        or meridian % 3
        or easting % 1e6 != 500_000
    ):
        return None
    number = round(easting // 1e6)
    three, six = round(meridian / 3), round((meridian + 3) / 6)
    wide = number == six and meridian % 6 == 3 and 13 <= number <= 23
    if number and not wide and number != three:
        return None
    # Without a number in the easting, a 6-degree zone has the very coordinates of the 3-degree zone on its meridian.
    try:
        return epsg_code(six if wide else three, 6 if wide else 3, numbered=bool(number))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _zones() -> dict[int, tuple[int, int, bool]]:
    found = {}
    for width, first, last in ((3, 25, 45), (6, 13, 23)):
        for zone in range(first, last + 1):
            for numbered in (False, True):
                found[epsg_code(zone, width, numbered=numbered)] = (zone, width, numbered)
    return found


def _zone_of(code: int) -> tuple[int | None, int | None, bool]:
    return _zones().get(code, (None, None, False))


def same_system(one: SourceCrs, other: SourceCrs) -> bool:
    """Whether two systems give a point the same coordinates (CGCS2000 and WGS84 are taken as one)."""
    if one.code and one.code == other.code:
        return True
    modern = {"CGCS2000", "WGS84"}
    if not one.projected and not other.projected:
        return {one.datum, other.datum} <= modern
    if one.is_gauss and other.is_gauss:
        return not one.numbered and not other.numbered and _meridian(one) == _meridian(other)
    return bool(one.definition.equals(other.definition, ignore_axis_order=True))


def _meridian(crs: SourceCrs) -> int:
    assert crs.zone is not None
    return crs.zone * 3 if crs.width == 3 else crs.zone * 6 - 3


def to_geographic(
    coordinates: NDArray[np.float64], crs: SourceCrs, shift: Shift | None = None
) -> NDArray[np.float64]:
    """Coordinates (east, north) as longitude and latitude on CGCS2000.

    Between WGS84 and CGCS2000 nothing is moved: the official transformation between epochs is below the accuracy of
    the layers (see `ecociv.standards.land.convert_coordinates`).

    Examples
    --------
    >>> to_geographic(np.array([[500_000.0, 3_243_000.0]]), declared_crs("EPSG:4548")).round(4).tolist()
    [[117.0, 29.3043]]
    """
    geodetic: Any = crs.definition.geodetic_crs
    found = coordinates
    if crs.datum in LEGACY and isinstance(shift, PlaneShift):
        return shift.moved(coordinates)
    if crs.projected:
        to_degrees = pyproj.Transformer.from_crs(crs.definition, geodetic, always_xy=True)
        found = np.column_stack(to_degrees.transform(coordinates[:, 0], coordinates[:, 1]))
    if crs.datum in LEGACY:
        assert shift is not None and not isinstance(shift, PlaneShift)
        found = shift.moved(found, geodetic.ellipsoid)
    return np.asarray(found, dtype=np.float64)

"""Declared ways from older and local Chinese systems to CGCS2000 (坐标转换参数), with the points that check them.

Parameters differ from place to place and are secret in parts of China; they come in a file with the document that gives
them, and are never built in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pyproj
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pyproj.exceptions import CRSError

from ecociv.core.text import Text
from ecociv.territory.importing.refusals import ImportRefused

TARGET = "EPSG:4490"
MOST_BYTES = 64 * 1024
_AIDED = Text(
    zh="格式见文档“图层”一章“旧坐标系与地方坐标系”。",
    en="The format stands in the docs, Layers, under older and local systems.",
)


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """A point known in both systems: coordinates (east, north) as the codes of the shift say."""

    name: str
    before: tuple[float, float]
    after: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DatumShift:
    """The seven parameters of a place, from an older Chinese datum to CGCS2000 (EPSG 9606, position vector).

    Translations in metres, rotations in seconds of arc, scale in parts per million.

    Attributes
    ----------
    datum : str
        The datum that the parameters start from; any older one where empty.
    points, tolerance
        Check points, and the largest distance in m by which one may miss.
    systems : tuple of str
        Systems of the check points before and after.
    """

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale: float
    source: str
    datum: str = ""
    points: tuple[CheckPoint, ...] = ()
    tolerance: float = math.inf
    systems: tuple[str, str] = ("EPSG:4610", TARGET)

    def moved(self, degrees: NDArray[np.float64], ellipsoid: Any) -> NDArray[np.float64]:
        """Longitudes and latitudes on an ellipsoid of origin as those on CGCS2000; height 0."""
        parameters = f"{self.dx},{self.dy},{self.dz},{self.rx},{self.ry},{self.rz},{self.scale}"
        way = pyproj.Transformer.from_crs(
            f"+proj=longlat +a={ellipsoid.semi_major_metre} +rf={ellipsoid.inverse_flattening} +towgs84={parameters} +no_defs",
            "+proj=longlat +datum=WGS84 +no_defs",
            always_xy=True,
        )
        return np.column_stack(way.transform(degrees[:, 0], degrees[:, 1]))


@dataclass(frozen=True, slots=True)
class PlaneShift:
    """An affine way from one plane to another: east' = a0 + a1 east + a2 north, north' = b0 + b1 east + b2 north.

    Attributes
    ----------
    a, b : tuple of float
        In the order above; metres and ratios. Four parameters (平面四参数) are the case a1 = b2, a2 = -b1.
    systems : tuple of str
        The plane of origin (an EPSG code) and a CGCS2000 plane.
    """

    a: tuple[float, float, float]
    b: tuple[float, float, float]
    source: str
    systems: tuple[str, str]
    datum: str = ""
    points: tuple[CheckPoint, ...] = ()
    tolerance: float = math.inf

    def moved(self, plane: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates (east, north) in m of the plane of origin as longitude and latitude on CGCS2000."""
        east, north = plane[:, 0], plane[:, 1]
        found = np.column_stack(
            [
                self.a[0] + self.a[1] * east + self.a[2] * north,
                self.b[0] + self.b[1] * east + self.b[2] * north,
            ]
        )
        way = pyproj.Transformer.from_crs(self.systems[1], TARGET, always_xy=True)
        return np.column_stack(way.transform(found[:, 0], found[:, 1]))


Shift: TypeAlias = DatumShift | PlaneShift


@dataclass(frozen=True, slots=True)
class Missed:
    """By how much a check point misses, in m east, north and in all."""

    name: str
    east: float
    north: float

    @property
    def distance(self) -> float:
        """m."""
        return math.hypot(self.east, self.north)


def misses(shift: Shift) -> tuple[Missed, ...]:
    """Every check point moved by the parameters, against where it is known to be."""
    if not shift.points:
        return ()
    before = np.asarray([one.before for one in shift.points], dtype=np.float64)
    after = np.asarray([one.after for one in shift.points], dtype=np.float64)
    if isinstance(shift, PlaneShift):
        found = shift.moved(before)
    else:
        system = pyproj.CRS.from_user_input(shift.systems[0])
        geodetic: Any = system.geodetic_crs
        if system.is_projected:
            way = pyproj.Transformer.from_crs(system, geodetic, always_xy=True)
            before = np.column_stack(way.transform(before[:, 0], before[:, 1]))
        found = shift.moved(before, geodetic.ellipsoid)
    known = np.column_stack(
        pyproj.Transformer.from_crs(shift.systems[1], TARGET, always_xy=True).transform(
            after[:, 0], after[:, 1]
        )
    )
    azimuth, _back, distance = pyproj.Geod(ellps="GRS80").inv(
        known[:, 0], known[:, 1], found[:, 0], found[:, 1]
    )
    angle = np.radians(azimuth)
    return tuple(
        Missed(one.name, float(far * math.sin(turn)), float(far * math.cos(turn)))
        for one, far, turn in zip(shift.points, distance, angle, strict=True)
    )


def checked(shift: Shift) -> Text:
    """What the check points say, for the note of the layer.

    Raises
    ------
    ImportRefused
        ``shift-misses`` where a point misses by more than the tolerance that the file declares.
    """
    found = misses(shift)
    if not found:
        return Text(zh="没有检核点，参数未经检核", en="no check points, so the parameters were not checked")
    listed = "; ".join(f"{one.name} {one.distance:.3f} m" for one in found)
    worst = max(found, key=lambda one: one.distance)
    if worst.distance > shift.tolerance:
        raise ImportRefused(
            "shift-misses",
            Text(
                zh=f"按声明的参数换算，检核点“{worst.name}”偏差{worst.distance:.3f}米（东{worst.east:.3f}，北{worst.north:.3f}），超过声明的容差{shift.tolerance:g}米。请核对参数、旋转角符号约定和检核点。全部检核点：{listed}。",
                en=f"By the declared parameters the check point {worst.name!r} misses by {worst.distance:.3f} m (east {worst.east:.3f}, "
                f"north {worst.north:.3f}), more than the declared tolerance of {shift.tolerance:g} m. Check the parameters, the "
                f"sign convention of the rotations, and the points. All points: {listed}.",
            ),
            asks="datum_shift",
        )
    root = math.sqrt(math.fsum(one.distance**2 for one in found) / len(found))
    return Text(
        zh=f"检核点{len(found)}个，最大偏差{worst.distance:.3f}米，均方根{root:.3f}米：{listed}",
        en=f"{len(found)} check points, the worst misses by {worst.distance:.3f} m, root mean square {root:.3f} m: {listed}",
    )


# -- the file --------------------------------------------------------------------------------------------


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class _Point(_Strict):
    name: str = Field(min_length=1, max_length=60)
    before: tuple[float, float] = Field(alias="from")
    after: tuple[float, float] = Field(alias="to")


class _Seven(_Strict):
    dx: float = Field(ge=-5000, le=5000)
    dy: float = Field(ge=-5000, le=5000)
    dz: float = Field(ge=-5000, le=5000)
    rx: float = Field(ge=-60, le=60)
    ry: float = Field(ge=-60, le=60)
    rz: float = Field(ge=-60, le=60)
    scale: float = Field(ge=-500, le=500)


class _Affine(_Strict):
    a0: float
    a1: float
    a2: float
    b0: float
    b1: float
    b2: float


class _File(_Strict):
    method: Literal["seven-parameter", "affine"]
    convention: Literal["position-vector", "coordinate-frame"] | None = None
    datum: Literal["Xi'an 1980", "Beijing 1954"] | None = None
    source: str = Field(min_length=2, max_length=300)
    parameters: Mapping[str, float]
    before: str | None = Field(default=None, alias="from_crs")
    after: str | None = Field(default=None, alias="to_crs")
    tolerance: float | None = Field(default=None, gt=0, le=100)
    check_points: tuple[_Point, ...] = Field(default=(), max_length=200)

    @model_validator(mode="after")
    def _complete(self) -> _File:
        if self.method == "seven-parameter" and (self.convention is None or self.datum is None):
            raise ValueError("seven parameters need convention (of the rotations) and datum")
        if self.method == "affine" and (self.before is None or self.after is None):
            raise ValueError("affine parameters need from_crs and to_crs")
        if self.check_points and (self.before is None or self.after is None or self.tolerance is None):
            raise ValueError("check_points need from_crs, to_crs and tolerance (m)")
        return self


class _OnceOnly(yaml.SafeLoader):
    """Refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_shift(path: Path) -> Shift:
    """Read declared parameters from a file of YAML.

    Raises
    ------
    ImportRefused
        ``bad-shift``, with the file and what is wrong in it.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _bad(path.name, f"larger than {MOST_BYTES // 1024} kB", f"超过{MOST_BYTES // 1024} kB")
        return parse_shift(path.read_text(encoding="utf-8-sig"), path.name)
    except (OSError, UnicodeError) as error:
        raise _bad(path.name, f"cannot be read ({error})", f"读不出（{error}）") from error


def parse_shift(text: str, name: str) -> Shift:
    """Declared parameters from the text of a file.

    Examples
    --------
    >>> shift = parse_shift('''
    ... method: affine
    ... source: 景测〔2015〕3号
    ... from_crs: EPSG:2383
    ... to_crs: EPSG:4548
    ... parameters: {a0: 115.2, a1: 1.0, a2: 0.0, b0: -3.1, b1: 0.0, b2: 1.0}
    ... ''', "shift.yaml")
    >>> shift.a, shift.systems
    ((115.2, 1.0, 0.0), ('EPSG:2383', 'EPSG:4548'))
    """
    try:
        said = yaml.load(text, Loader=_OnceOnly)  # noqa: S506 - a safe loader that also refuses repeated keys
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise _bad(
            name, f"{place}{getattr(error, 'problem', error)}", f"{place}{getattr(error, 'problem', error)}"
        ) from error
    try:
        file = _File.model_validate(said)
        body: Any = (_Seven if file.method == "seven-parameter" else _Affine).model_validate(
            dict(file.parameters)
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise _bad(name, f"{where}: {first['msg']}", f"{where}：{first['msg']}") from error
    systems = (_system(file.before, name), _system(file.after, name))
    points = tuple(CheckPoint(one.name, one.before, one.after) for one in file.check_points)
    tolerance = math.inf if file.tolerance is None else file.tolerance
    if isinstance(body, _Affine):
        if not all(pyproj.CRS.from_user_input(one).is_projected for one in systems):
            raise _bad(
                name,
                "an affine way goes from plane to plane; from_crs or to_crs is in degrees",
                "仿射变换须在平面坐标之间，from_crs或to_crs是经纬度",
            )
        if abs(body.a1 * body.b2 - body.a2 * body.b1) < 1e-6:
            raise _bad(
                name,
                "the parameters fold the plane into a line (a1 b2 = a2 b1)",
                "参数使平面退化为直线（a1·b2 = a2·b1）",
            )
        return PlaneShift(
            (body.a0, body.a1, body.a2),
            (body.b0, body.b1, body.b2),
            file.source,
            systems,
            file.datum or "",
            points,
            tolerance,
        )
    turn = -1.0 if file.convention == "coordinate-frame" else 1.0
    return DatumShift(
        body.dx,
        body.dy,
        body.dz,
        turn * body.rx,
        turn * body.ry,
        turn * body.rz,
        body.scale,
        file.source,
        file.datum or "",
        points,
        tolerance,
        systems,
    )


def _system(given: str | None, name: str) -> str:
    if given is None:
        return TARGET
    try:
        pyproj.CRS.from_user_input(given if ":" in given else f"EPSG:{given}")
    except CRSError as error:
        raise _bad(name, f"{given!r} is no code of a reference system", f"“{given}”不是坐标系代码") from error
    return given if ":" in given else f"EPSG:{given}"


def _bad(name: str, en: str, zh: str) -> ImportRefused:
    return ImportRefused(
        "bad-shift",
        Text(
            zh=f"坐标转换参数“{name}”无效：{zh}。{_AIDED.zh}",
            en=f"The parameters {name!r} are not valid: {en}. {_AIDED.en}",
        ),
        asks="datum_shift",
    )

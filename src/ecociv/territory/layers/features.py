"""Polygons with what is known of each, as arrays of equal length."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.core.digests import canonical_json
from ecociv.core.text import Text
from ecociv.standards.land import ellipsoidal_area

POLYGONAL = (3, 6)
"""Type numbers of Polygon and MultiPolygon."""


class FeaturesRefused(ValueError):
    """Features that cannot make a layer; ``text`` says which and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Feature:
    """One polygon of a layer.

    Attributes
    ----------
    fid : int
        Row in the file, from 1.
    identity : str
        What names the same thing in every version of the layer.
    class_key : str
        Key of its class in the layer's kind, such as ``ecological-red-line``.
    area : float
        m2 on the ellipsoid, unrounded.
    """

    fid: int
    identity: str
    class_key: str
    name: str
    area: float
    attributes: Mapping[str, Any]
    geometry: shapely.Geometry


@dataclass(frozen=True, eq=False)
class Features:
    """Many polygons.

    Attributes
    ----------
    geometries : array of shapely Polygon or MultiPolygon
        Longitude and latitude, CGCS2000.
    identities, classes, names : arrays of str (object)
        One for each geometry; a name may be empty.
    attributes : sequence of mappings
        What else the source said of each, JSON values.
    """

    geometries: NDArray[Any]
    identities: NDArray[Any]
    classes: NDArray[Any]
    names: NDArray[Any]
    attributes: Sequence[Mapping[str, Any]]

    @classmethod
    def of(
        cls,
        geometries: Sequence[Any] | NDArray[Any],
        identities: Sequence[str] | NDArray[Any],
        classes: Sequence[str] | NDArray[Any],
        names: Sequence[str] | NDArray[Any] | None = None,
        attributes: Sequence[Mapping[str, Any]] | None = None,
    ) -> Features:
        """Features from plain sequences.

        Raises
        ------
        FeaturesRefused
            Unequal lengths, an empty or repeated identity, a missing class, or a geometry that is no polygon.
        """
        shapes = np.asarray(geometries, dtype=object)
        count = len(shapes)
        made = cls(
            shapes,
            np.asarray(identities, dtype=object),
            np.asarray(classes, dtype=object),
            np.asarray([""] * count if names is None else names, dtype=object),
            [{}] * count if attributes is None else attributes,
        )
        made._require(count)
        return made

    def __len__(self) -> int:
        return len(self.geometries)

    def __iter__(self) -> Iterator[Feature]:
        for place, area in enumerate(self.areas()):
            yield Feature(
                place + 1,
                self.identities[place],
                self.classes[place],
                self.names[place],
                float(area),
                self.attributes[place],
                self.geometries[place],
            )

    def areas(self) -> NDArray[np.float64]:
        """Area of each in m2 on the CGCS2000 ellipsoid, unrounded; measured once."""
        return self._areas

    @cached_property
    def _areas(self) -> NDArray[np.float64]:
        measured = areas_of(self.geometries)
        measured.flags.writeable = False
        return measured

    def content_digest(self) -> str:
        """SHA-256 of what the features say, whatever their order and the file they are kept in."""
        rows = []
        for place, shape in enumerate(shapely.to_wkb(shapely.normalize(self.geometries), byte_order=1)):
            said = canonical_json(
                {
                    "identity": self.identities[place],
                    "class": self.classes[place],
                    "name": self.names[place],
                    "attributes": json.loads(json.dumps(dict(self.attributes[place]), default=str)),
                }
            )
            rows.append(hashlib.sha256(said + b"\x00" + shape).digest())
        return hashlib.sha256(b"".join(sorted(rows))).hexdigest()

    def _require(self, count: int) -> None:
        lengths = {len(self.identities), len(self.classes), len(self.names), len(self.attributes)}
        if lengths != {count}:
            raise FeaturesRefused(
                Text(
                    zh="图斑、标识、类别、名称、属性的数目不一致。",
                    en="Geometries and their columns differ in length.",
                )
            )
        wrong = ~np.isin(shapely.get_type_id(self.geometries), POLYGONAL)
        wrong |= shapely.is_empty(self.geometries)
        if wrong.any():
            raise FeaturesRefused(_places(wrong, "不是面或为空", "are empty or no polygons"))
        blank = np.fromiter((not value for value in self.identities), bool, count)
        if blank.any():
            raise FeaturesRefused(_places(blank, "没有标识", "have no identity"))
        if len(set(self.identities)) != count:
            seen: set[str] = set()
            repeated = np.zeros(count, bool)
            for place, identity in enumerate(self.identities):
                repeated[place] = identity in seen
                seen.add(identity)
            raise FeaturesRefused(_places(repeated, "标识重复", "repeat an identity"))
        classless = np.fromiter((not value for value in self.classes), bool, count)
        if classless.any():
            raise FeaturesRefused(_places(classless, "没有类别", "have no class"))


def areas_of(geometries: NDArray[Any]) -> NDArray[np.float64]:
    """Ellipsoidal areas in m2 of polygons and multipolygons given in degrees; an empty geometry has none (0).

    Raises
    ------
    ecociv.standards.land.GeometryRefused
        Coordinates off the globe, a ring across the antimeridian, holes larger than their shell.
    """
    shapes = np.atleast_1d(np.asarray(geometries, dtype=object))
    areas = np.zeros(len(shapes))
    kinds = shapely.get_type_id(shapes)
    full = ~shapely.is_empty(shapes) & np.isin(kinds, POLYGONAL)
    if full.any():
        kind, coordinates, offsets = shapely.to_ragged_array(shapely.force_2d(shapes[full]))
        areas[full] = np.atleast_1d(ellipsoidal_area(coordinates, offsets).value)
    return areas


def areal(geometry: shapely.Geometry) -> shapely.Geometry:
    """What of a geometry has an area; an empty polygon where nothing has.

    >>> areal(shapely.from_wkt("GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 1 0, 1 1, 0 0)))")).geom_type
    'Polygon'
    """
    if shapely.get_type_id(geometry) in POLYGONAL:
        return geometry
    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[shapely.get_type_id(parts) == POLYGONAL[0]]
    return shapely.union_all(polygons) if len(polygons) else shapely.Polygon()


def _places(wrong: NDArray[np.bool_], zh: str, en: str) -> Text:
    rows = [int(place) + 1 for place in np.flatnonzero(wrong)[:10]]
    more = int(wrong.sum()) - len(rows)
    listed = ", ".join(map(str, rows))
    return Text(
        zh=f"第 {listed} 个图斑{zh}" + (f"（另有 {more} 个）。" if more else "。"),
        en=f"Features {listed} {en}" + (f" (and {more} more)." if more else "."),
    )

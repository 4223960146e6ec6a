"""In which administrative areas a polygon lies, and with how much of itself: a place on a border is in both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ecociv.territory.layers.features import areal, areas_of
from ecociv.territory.layers.geopackage import LayerFile


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a polygon in one area.

    Attributes
    ----------
    key : str
        Identity of the area in the boundary layer (its division code).
    area : float
        m2 on the ellipsoid, unrounded.
    share : float
        Of the whole polygon, 0 to 1.
    """

    key: str
    name: str
    area: float
    share: float


def shares_of(geometry: shapely.Geometry, boundaries: LayerFile) -> tuple[Share, ...]:
    """The areas in which a polygon lies, the largest share first, equal shares by key.

    What lies outside every area is in no share: the shares then add up to less than one.
    """
    whole = float(areas_of(np.array([geometry], dtype=object))[0])
    if whole <= 0:
        return ()
    found = []
    for feature in boundaries.meeting(geometry):
        area = float(polygonal_area(geometry.intersection(feature.geometry)))
        if area > 0:
            found.append(Share(feature.identity, feature.name, area, min(1.0, area / whole)))
    return tuple(sorted(found, key=lambda share: (-share.area, share.key)))


def polygonal_area(geometry: shapely.Geometry) -> float:
    """Area in m2 of the polygons in any geometry; lines and points have none."""
    return float(areas_of(np.array([areal(geometry)], dtype=object))[0])

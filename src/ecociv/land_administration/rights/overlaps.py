"""Where a boundary lies over units that are registered already. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from ecociv.land_administration.rights.declaration import Rules
from ecociv.territory.layers.features import Feature, areal
from ecociv.territory.location import polygonal_area


@dataclass(frozen=True, slots=True)
class OverlapPatch:
    """The part of a boundary that is another unit's already.

    Attributes
    ----------
    unit : str
        Number of the other unit.
    area : float
        m2 on the ellipsoid, unrounded.
    patch : geometry
        Polygons, longitude and latitude.
    """

    unit: str
    kind: str
    name: str
    area: float
    patch: shapely.Geometry


def overlaps(
    boundary: shapely.Geometry, kind: str, registered: Iterable[Feature], rules: Rules, *, own: str = ""
) -> list[OverlapPatch]:
    """Overlaps of a boundary with registered units that the rules do not allow, the largest first.

    Parameters
    ----------
    boundary, kind
        What is to be registered.
    registered
        Units that may meet it, as features with their number as identity and their kind as class.
    own
        Number of the unit itself, whose former boundary is no overlap.
    """
    found = []
    for feature in registered:
        if feature.identity == own or rules.overlap_allowed(kind, feature.class_key):
            continue
        patch = areal(boundary.intersection(feature.geometry))
        area = polygonal_area(patch)
        if area > float(rules.tolerance.area_m2):
            found.append(OverlapPatch(feature.identity, feature.class_key, feature.name, area, patch))
    return sorted(found, key=lambda one: (-one.area, one.unit))

"""Geometry as it comes, made into polygons that can be overlaid; what was changed or left out is on record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.plane import Geometries, areas, to_plane, with_latitudes

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


class RepairRule(StrEnum):
    """What happens to an invalid polygon."""

    STRUCTURE = "structure"
    """Shells are united, holes taken away (GEOS ``make_valid``, method ``structure``)."""
    LINEWORK = "linework"
    """Every closed face of the lines that lies inside an odd number of times (``make_valid``, ``linework``)."""
    REFUSE = "refuse"
    """The feature is left out and named."""


class Remark(StrEnum):
    """Why a feature was changed or left out."""

    REPAIRED = "repaired"
    LINES_DROPPED = "lines-or-points-dropped"
    EMPTY = "empty"
    NO_AREA = "no-area"
    NOT_A_NUMBER = "not-a-number"
    OFF_THE_GLOBE = "off-the-globe"
    ANTIMERIDIAN = "crosses-the-antimeridian"
    INVALID = "invalid-and-refused"

    @property
    def left_out(self) -> bool:
        """Whether nothing of the feature takes part."""
        return self not in (Remark.REPAIRED, Remark.LINES_DROPPED)


@dataclass(frozen=True, slots=True)
class Note:
    """One feature that was changed or left out.

    Attributes
    ----------
    feature : int
        Its place in the layer, from 0.
    before, after : float or None
        Area in m2 before and after a repair; before is the formula applied to the rings as they came.
    """

    feature: int
    remark: Remark
    detail: str = ""
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Single polygons of the plane, the feature of each, and the notes."""

    polygons: Geometries
    feature: NDArray[np.int64]
    notes: tuple[Note, ...]


def clean(geometries: Geometries, rule: RepairRule | str = RepairRule.STRUCTURE) -> Cleaned:
    """Valid single polygons of the plane from geometries in degrees.

    Parameters
    ----------
    geometries : array of shapely geometries
        Longitude and latitude in degrees; None is a feature without geometry.

    Notes
    -----
    Features with NaN or infinite coordinates, beyond the globe or across the antimeridian are left out, never guessed at;
    collections give their polygons. Multipolygons become single polygons, because pieces of an overlay are connected.

    Examples
    --------
    >>> tie = shapely.from_wkt("POLYGON ((117 27, 117.01 27.01, 117.01 27, 117 27.01, 117 27))")
    >>> cleaned = clean(np.array([tie, None], dtype=object))
    >>> len(cleaned.polygons), [(note.feature, str(note.remark)) for note in cleaned.notes]
    (2, [(1, 'empty'), (0, 'repaired')])
    """
    rule = RepairRule(rule)
    given = np.asarray(geometries, dtype=object)
    notes: list[Note] = []
    keep = ~(shapely.is_missing(given) | shapely.is_empty(given))
    notes += [Note(int(place), Remark.EMPTY, "no geometry") for place in np.flatnonzero(~keep)]
    kind = shapely.get_type_id(given)
    flat = keep & (kind != _POLYGON) & (kind != _MULTIPOLYGON) & (kind != _COLLECTION)
    notes += [Note(int(place), Remark.NO_AREA, str(given[place].geom_type)) for place in np.flatnonzero(flat)]
    keep &= ~flat
    keep &= ~_unmeasurable(given, keep, notes)
    number = np.flatnonzero(keep)
    polygons, feature = _polygons(given[number], number, notes)
    if not len(polygons):
        return Cleaned(np.empty(0, dtype=object), np.empty(0, dtype=np.int64), tuple(notes))
    polygons = to_plane(polygons)
    valid = shapely.is_valid(polygons)
    if not valid.all():
        polygons, feature = _repaired(polygons, feature, valid, rule, notes)
    return Cleaned(polygons, feature, tuple(notes))


def _unmeasurable(given: Geometries, keep: NDArray[np.bool_], notes: list[Note]) -> NDArray[np.bool_]:
    """Which features have coordinates without a place, or edges of more than half a turn."""
    wrong = np.zeros(len(given), dtype=bool)
    asked = np.flatnonzero(keep)
    degrees, owner = shapely.get_coordinates(given[asked], return_index=True)
    finite = np.isfinite(degrees).all(axis=1)
    with np.errstate(invalid="ignore"):
        outside = finite & ((np.abs(degrees[:, 0]) > 180) | (np.abs(degrees[:, 1]) > 90))
    step = np.abs(np.diff(degrees[:, 0], append=degrees[-1:, 0]))
    step[:-1][owner[1:] != owner[:-1]] = 0.0
    for remark, bad, words in (
        (Remark.NOT_A_NUMBER, ~finite, "a coordinate is NaN or infinite"),
        (
            Remark.OFF_THE_GLOBE,
            outside,
            "longitude -180 to 180, latitude -90 to 90; are they swapped or projected?",
        ),
        (Remark.ANTIMERIDIAN, step > 180, "an edge spans more than half a turn; split it at 180 degrees"),
    ):
        for place in np.unique(owner[bad]):
            feature = int(asked[place])
            if not wrong[feature] and (remark != Remark.ANTIMERIDIAN or _has_wide_edge(given[feature])):
                wrong[feature] = True
                notes.append(Note(feature, remark, words))
    return wrong


def _has_wide_edge(geometry: shapely.Geometry) -> bool:
    """Whether one edge spans more than half a turn; between the parts of a geometry there is no edge."""
    parts, _ = _exploded(np.array([geometry], dtype=object))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == _POLYGON])
    return any(np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])).max(initial=0.0) > 180 for ring in rings)


def _exploded(geometries: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    parts, owner = shapely.get_parts(geometries, return_index=True)
    while (shapely.get_type_id(parts) > _POLYGON).any():  # collections may hold collections
        parts, within = shapely.get_parts(parts, return_index=True)
        owner = owner[within]
    return parts, owner


def _polygons(
    given: Geometries, number: NDArray[np.int64], notes: list[Note]
) -> tuple[Geometries, NDArray[np.int64]]:
    parts, owner = _exploded(given)
    areal = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    has_area = np.isin(np.arange(len(given)), owner[areal])
    for place in np.unique(owner[~areal]):
        remark = Remark.LINES_DROPPED if has_area[place] else Remark.NO_AREA
        notes.append(Note(int(number[place]), remark, "a collection with lines, points or empty parts"))
    return parts[areal], number[owner[areal]]


def _repaired(
    polygons: Geometries,
    feature: NDArray[np.int64],
    valid: NDArray[np.bool_],
    rule: RepairRule,
    notes: list[Note],
) -> tuple[Geometries, NDArray[np.int64]]:
    # A multipolygon with an invalid part is repaired as a whole, lest its parts come to overlap.
    touched = np.isin(feature, feature[~valid])
    made: list[Geometries] = [polygons[~touched]]
    owners = [feature[~touched]]
    for number in np.unique(feature[touched]):
        parts = polygons[feature == number]
        reason = next(shapely.is_valid_reason(part) for part in parts if not part.is_valid)
        before = float(areas(parts).sum())
        if rule is RepairRule.REFUSE:
            notes.append(Note(int(number), Remark.INVALID, reason, before))
            continue
        whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        mended = shapely.make_valid(whole, **_METHOD[rule])
        pieces, _ = _exploded(np.array([mended], dtype=object))
        pieces = pieces[(shapely.get_type_id(pieces) == _POLYGON) & ~shapely.is_empty(pieces)]
        if not len(pieces):
            notes.append(
                Note(
                    int(number), Remark.NO_AREA, f"nothing areal is left after repair: {reason}", before, 0.0
                )
            )
            continue
        made.append(with_latitudes(pieces))
        owners.append(np.full(len(pieces), number))
        notes.append(Note(int(number), Remark.REPAIRED, reason, before, float(areas(pieces).sum())))
    together, owner = np.concatenate(made), np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return together[order], owner[order]


_METHOD: dict[RepairRule, dict[str, Any]] = {
    RepairRule.STRUCTURE: {"method": "structure", "keep_collapsed": False},
    RepairRule.LINEWORK: {"method": "linework"},
}

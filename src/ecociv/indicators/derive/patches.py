"""An area covered by the patches of a filed layer, each spot counted once, on the ellipsoid."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import shapely
from shapely.errors import GEOSException

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import factor
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence import documents
from ecociv.evidence.models import Document
from ecociv.indicators.declarations import PatchesUnion
from ecociv.indicators.derive.cells import Asked
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import Gathered, finish, published
from ecociv.indicators.derive.reported import SAMPLE_NOTE
from ecociv.standards import land


class LayerUnreadable(ValueError):
    """A layer that is no GeoJSON of polygons with valid rings."""


@dataclass(frozen=True)
class Coverage:
    """Areas in m2: of each class added up, and of the union."""

    union: float
    by_class: tuple[tuple[str, int, float], ...]
    patches: int
    area_trace: Trace

    @property
    def together(self) -> float:
        """All patches added up, overlaps counted as often as they occur."""
        return sum(area for _, _, area in self.by_class)


def layer_for(zone: str, subject: str, year: int, as_of: dt.datetime | None) -> Document | None:
    """The layer that holds at the end of a year, as known at a moment."""
    return documents.filed(subject, dt.date(year, 12, 31), as_of, zone=zone)


def coverage(content: bytes) -> Coverage:
    """Areas of the patches of a GeoJSON layer (WGS84) and of their union.

    Raises
    ------
    LayerUnreadable
        No GeoJSON, no polygons, a polygon that crosses itself.

    Examples
    --------
    Two squares of which the second covers half of the first: three halves of one, not two.

    >>> square = lambda x: {"type": "Feature", "properties": {"class": "reserve"}, "geometry": {"type": "Polygon",
    ...     "coordinates": [[[x, 0], [x + 0.01, 0], [x + 0.01, 0.01], [x, 0.01], [x, 0]]]}}
    >>> layer = {"type": "FeatureCollection", "features": [square(117), square(117.005)]}
    >>> found = coverage(json.dumps(layer).encode())
    >>> round(found.union / found.together, 6)
    0.75
    """
    try:
        features = json.loads(content)["features"]
        shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
        names = [str((feature.get("properties") or {}).get("class") or "—") for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError, GEOSException) as error:
        raise LayerUnreadable(f"the file is no GeoJSON layer of polygons ({error})") from error
    if not shapes:
        raise LayerUnreadable("the layer has no patches")
    for number, shape in enumerate(shapes, start=1):
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            raise LayerUnreadable(f"patch {number} is a {shape.geom_type}; patches are polygons")
        if not shape.is_valid:
            raise LayerUnreadable(f"patch {number} is not valid: {shapely.is_valid_reason(shape)}")
    joined = shapely.union_all(shapes)
    union = land.area_of_geojson(shapely.geometry.mapping(joined))
    each = land.area_of_geojson([shapely.geometry.mapping(shape) for shape in shapes]).value.tolist()
    classes: dict[str, list[float]] = {}
    for name, area in zip(names, each, strict=True):
        classes.setdefault(name, []).append(area)
    return Coverage(
        float(union.value),
        tuple((name, len(areas), float(sum(areas))) for name, areas in sorted(classes.items())),
        len(shapes),
        union.trace(),
    )


@lru_cache(maxsize=32)
def _coverage_of(sha256: str) -> Coverage:
    # A document is named by its digest: what was computed of it once holds for ever.
    return coverage(documents.read_document(Document.objects.get(pk=sha256)))


def derive_patches(declared: PatchesUnion, asked: Asked, label: Text, document: Document | None) -> Derived:
    """The area of the union, with the areas of the classes and what overlaps."""
    made = Gathered()
    figure: Figure = Missing.MISSING
    extras: dict[str, Any] = {}
    inputs: tuple[Trace | TraceInput, ...] = ()
    if document is None:
        made.notes.append(
            Text(
                zh="没有在该年末有效的图斑文件",
                en="No layer of patches was filed that holds at the end of the year",
            )
        )
    else:
        try:
            found = _coverage_of(document.sha256)
        except (LayerUnreadable, OSError, ValueError) as error:
            made.notes.append(Text(zh=f"图斑文件不能使用：{error}", en=f"The layer cannot be used: {error}"))
        else:
            figure = published(
                Fraction(to_decimal(found.union)) * factor("m2", declared.unit), declared.decimals
            )
            extras = {
                "document": document.sha256,
                "patches": found.patches,
                "overlap_m2": round(found.together - found.union, 2),
                "by_class": [
                    {"class": name, "patches": count, "hectare": round(area / 10_000, 2)}
                    for name, count, area in found.by_class
                ],
            }
            inputs = (
                *(
                    TraceInput(
                        Text(zh=f"{name}（{count}块）", en=f"{name} ({count} patches)"),
                        to_decimal(round(area, 2)),
                        "m2",
                        source_id=f"{document.name}@{document.sha256[:12]}",
                        valid=f"{asked.year}-12-31",
                        recorded=document.received_at,
                        sample=document.sample,
                    )
                    for name, count, area in found.by_class
                ),
                replace(
                    found.area_trace,
                    label=Text(zh="合并后的面积", en="Area of the union"),
                    inputs=(),
                    notes=(
                        *found.area_trace.notes,
                        Text(
                            zh=f"重叠{(found.together - found.union) / 10_000:.2f}公顷只计一次",
                            en=f"{(found.together - found.union) / 10_000:.2f} ha of overlap are counted once",
                        ),
                    ),
                ),
            )
    derived = finish(
        declared, asked, label, figure, "area of the union of all patches", made, extras=extras, inputs=inputs
    )
    if document is None:
        return replace(derived, trace=replace(derived.trace, notes=(*made.notes, *declared.caveats)))
    notes = (*made.notes, *([SAMPLE_NOTE] if document.sample else []), *declared.caveats)
    return replace(
        derived,
        sample=document.sample,
        evidence_digest=document.sha256,
        trace=replace(derived.trace, notes=notes),
        extras={
            **derived.extras,
            "completeness": {
                "wanted": 1,
                "found": int(not isinstance(figure, Missing)),
                "inputs_without_figure": [],
            },
        },
    )

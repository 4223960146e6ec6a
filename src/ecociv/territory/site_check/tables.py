"""What of a layer lies on a site, as rows: classes with areas and shares, the largest features of each, what is left over."""

from __future__ import annotations

from typing import Any

import shapely

from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.site_check.overlaps import Overlap, overlap
from ecociv.territory.site_check.results import NEGLIGIBLE, both, closed, percent, square_metres
from ecociv.territory.site_check.sites import Site

MOST_PATCHES = 20
"""Features named for each class; the others are counted."""


def version_facts(version: LayerVersion) -> dict[str, Any]:
    """Which version a figure rests on, down to the digest of its file."""
    return {
        "key": version.layer.key,
        "kind": version.layer.kind,
        **both(version.layer.title, "title"),
        "version": version.number,
        "title": version.title,
        "plan": version.plan,
        "document": version.document,
        "issuing_body": version.issuing_body,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "sha256": version.sha256,
        "content_digest": version.content_digest,
        "with_defects": version.with_defects,
        "sample": version.sample,
    }


def layer_facts(version: LayerVersion, file: LayerFile, found: Overlap, site: Site) -> dict[str, Any]:
    """One layer on the site.

    A layer that is meant to cover everything closes: its classes and what it leaves out add up to the site, in m2 and
    in per cent, by the balancing rule of the ledger; where its features overlap it says by how much and does not close.
    """
    kind = layer_kind(version.layer.kind)
    keys = sorted(found.classes, key=lambda key: (-found.classes[key].area, key))
    areas = [min(found.classes[key].area, site.area) for key in keys]
    doubled = max(0.0, sum(areas) - found.covered)
    uncovered = max(0.0, site.area - found.covered)
    closes = kind.partition and not site.point and doubled <= NEGLIGIBLE * site.area and bool(keys)
    rest = uncovered if uncovered > NEGLIGIBLE * site.area else 0.0
    if closes:
        shown, shares = closed([*areas, *([rest] if rest else [])], site.area)
    else:
        shown, shares = [square_metres(one) for one in areas], [percent(one, site.area) for one in areas]
    rows = [
        _class_facts(kind.class_name(key), key, found, file, shown[place], shares[place])
        for place, key in enumerate(keys)
    ]
    facts: dict[str, Any] = {
        **version_facts(version),
        "partition": kind.partition,
        "closes": closes,
        "classes": rows,
        "uncovered_m2": (shown[-1] if closes and rest else square_metres(rest)),
        "uncovered_share": (shares[-1] if closes and rest else percent(rest, site.area)),
        "overlapping_m2": square_metres(doubled if doubled > NEGLIGIBLE * site.area else 0.0),
    }
    return facts


def _class_facts(
    name: Any, key: str, found: Overlap, file: LayerFile, area: str, share: str
) -> dict[str, Any]:
    rows, count = found.classes[key].largest(MOST_PATCHES)
    features = {one.fid: one for one in file.of_fids([fid for fid, _ in rows])}
    return {
        "class": key,
        **both(name, "name"),
        "area_m2": area,
        "share": share,
        "patches_in_all": count,
        "patches": [
            {
                "fid": fid,
                "identity": features[fid].identity,
                "name": features[fid].name,
                "area_m2": square_metres(size),
            }
            for fid, size in rows
        ],
    }


def boundary_facts(
    version: LayerVersion, file: LayerFile, outline: shapely.Geometry, site: Site
) -> tuple[dict[str, Any], float]:
    """The places (counties) in which the site lies, and m2 of it outside all of them."""
    found = overlap(file, outline, site.area)
    places = []
    for key, one in sorted(found.classes.items()):
        rows, _count = one.largest(MOST_PATCHES)
        for feature in file.of_fids([fid for fid, _ in rows]):
            size = dict(rows)[feature.fid]
            places.append(
                {
                    "identity": feature.identity,
                    "class": key,
                    "name": feature.name or feature.class_key,
                    "area_m2": square_metres(size),
                    "share": percent(size, site.area),
                }
            )
    places.sort(key=lambda each: (-float(str(each["area_m2"])), str(each["identity"])))
    outside = 0.0 if site.point else max(0.0, site.area - found.covered)
    return {"places": places, "boundary": version_facts(version)}, outside

"""What of a layer lies on a site, as rows: classes with areas and shares, the largest features of each, what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from ecociv.standards.land import ledger_area
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


@dataclass(frozen=True, slots=True)
class Balanced:
    """Areas (m2) and shares (per cent) of the classes of a layer on a site, rounded once for every table and sentence.

    Attributes
    ----------
    classes : mapping of str to tuple of str
        Area and share of each class, the largest first.
    rest : tuple of str
        Area and share of what the layer leaves out.
    overlapping : str
        m2 by which the classes count ground twice.
    """

    classes: Mapping[str, tuple[str, str]]
    rest: tuple[str, str]
    overlapping: str


def balanced(found: Overlap, site: Site) -> Balanced:
    """What of a layer lies on the site, as figures that add up.

    Classes and what is left out add up to the site and what they count twice, to the last digit, by the balancing rule of
    the ledger (平差); where nothing is counted twice the shares add up to 100 too.
    """
    keys = sorted(found.classes, key=lambda key: (-found.classes[key].area, key))
    areas = [min(found.classes[key].area, site.area) for key in keys]
    doubled, uncovered = max(0.0, sum(areas) - found.covered), max(0.0, site.area - found.covered)
    rest, doubled = (each if each > NEGLIGIBLE * site.area else 0.0 for each in (uncovered, doubled))
    shown, shares = closed([*areas, rest], ledger_area(site.area) + ledger_area(doubled))
    if doubled:
        shares = [percent(one, site.area) for one in (*areas, rest)]
    pairs = list(zip(shown, shares, strict=True))
    return Balanced(dict(zip(keys, pairs[:-1], strict=True)), pairs[-1], square_metres(doubled))


def layer_facts(
    version: LayerVersion, file: LayerFile, found: Overlap, shown: Balanced, site: Site
) -> dict[str, Any]:
    """One layer on the site.

    A layer that is meant to cover everything closes, unless its features overlap: then it says by how much.
    """
    kind = layer_kind(version.layer.kind)
    doubled = any(digit in shown.overlapping for digit in "123456789")
    return {
        **version_facts(version),
        "partition": kind.partition,
        "closes": kind.partition and not site.point and not doubled and bool(found.classes),
        "classes": [
            _class_facts(kind.class_name(key), key, found, file, area, share)
            for key, (area, share) in shown.classes.items()
        ],
        "uncovered_m2": shown.rest[0],
        "uncovered_share": shown.rest[1],
        "overlapping_m2": shown.overlapping,
    }


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
    """The places (counties) in which the site lies, and m2 of it outside all of them; together they are the site."""
    found = overlap(file, outline, site.area)
    lies = []
    for key, one in found.classes.items():
        rows, _count = one.largest(MOST_PATCHES)
        lies += [(dict(rows)[each.fid], key, each) for each in file.of_fids([fid for fid, _ in rows])]
    lies.sort(key=lambda each: (-each[0], each[2].identity))
    sizes = [size for size, _, _ in lies]
    outside = 0.0 if site.point else max(0.0, site.area - found.covered)
    shown, shares = [square_metres(size) for size in sizes], [percent(size, site.area) for size in sizes]
    if abs(sum(sizes) + outside - site.area) <= NEGLIGIBLE * site.area:
        shown, shares = closed([*sizes, outside], ledger_area(site.area))
    places = [
        {
            "identity": feature.identity,
            "class": key,
            "name": feature.name or feature.class_key,
            "area_m2": shown[place],
            "share": shares[place],
        }
        for place, (_, key, feature) in enumerate(lies)
    ]
    return {"places": places, "boundary": version_facts(version)}, outside

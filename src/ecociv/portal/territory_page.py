"""What the map page tells its script: layers with legend, versions, addresses, words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from ecociv.portal.zone import language
from ecociv.territory.layers.kinds import LayerKind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
from ecociv.territory.tiles import TILE_ZOOMS
from ecociv.territory.tiles.basemap import basemap
from ecociv.territory.tiles.cache import folder_of
from ecociv.territory.tiles.index import overview_of

SHOWN_AT_FIRST = ("water-surface", "ecological-red-line", "administrative-boundary")
"""Layers that are on where the address names none."""

_PLACE = 98765
_WORLD = (73.0, 18.0, 135.0, 54.0)
_MOST_NAMES = 60


def described(version: LayerVersion, kind: LayerKind) -> dict[str, Any]:
    """A version with its legend, as the script and the template read it."""
    tongue = language()
    return {
        "key": version.layer.key,
        "number": version.number,
        "id": f"{version.layer.key}:{version.number}",
        "title": version.layer.title.in_language(tongue),
        "version": version.title,
        "kind": kind.name.in_language(tongue),
        "role": kind.role,
        "classes": legend(version, kind),
        "colour": kind.colour,
        "bounds": version.bounds,
        "from": version.valid_from.isoformat(),
        "to": version.valid_to.isoformat() if version.valid_to else "",
        "body": version.issuing_body,
        "licence": version.licence,
        "sample": version.sample,
        "restricted": version.confidentiality != "public",
        "count": version.count,
    }


def legend(version: LayerVersion, kind: LayerKind) -> list[dict[str, str]]:
    """Classes in the order of the legend, with name and colour; of an open list or a scheme those that occur."""
    if kind.role == "boundary":
        return [{"key": "", "name": kind.name.in_language(language()), "colour": kind.colour}]
    if kind.classes:
        keys = [one.key for one in kind.classes]
    else:
        overview = overview_of(layer_file(version), folder_of(version))
        keys = sorted(overview.classes)
    tongue = language()
    return [
        {
            "key": key,
            "name": kind.class_name(key).in_language(tongue),
            "colour": kind.colour_of(key),
        }
        for key in keys
    ]


@lru_cache(maxsize=64)
def _open_classes(sha256: str) -> tuple[tuple[str, str, float, float], ...]:
    """Class, name and an inner point of each feature of a small layer with open classes."""
    from ecociv.territory.store import opened

    file = opened(sha256)
    if file.count > _MOST_NAMES:
        return ()
    return tuple(
        (one.class_key, one.name, *one.geometry.representative_point().coords[0]) for one in file.all()
    )


def named_places(versions: list[LayerVersion]) -> list[dict[str, Any]]:
    """Names to write on the map: those of the administrative boundaries."""
    return [
        {"name": name, "at": [round(x, 5), round(y, 5)]}
        for version in versions
        if version.layer.kind == "administrative-boundary"
        for _key, name, x, y in _open_classes(version.sha256)
        if name
    ]


def whole(versions: list[LayerVersion]) -> tuple[float, float, float, float]:
    """What the map shows at first: the administrative boundaries, or else all layers."""
    asked = [one for one in versions if one.layer.kind == "administrative-boundary"] or versions
    boxes = [one.bounds for one in asked if one.bounds]
    if not boxes:
        return _WORLD
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def settings_of(
    layers: list[dict[str, Any]], versions: list[LayerVersion], history: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything that the script needs."""
    tile = reverse("portal:territory-tile", args=("key", _PLACE, 1, 1, 1))
    ground = basemap(settings.ECOCIV_BASEMAP)
    return {
        "layers": layers,
        "history": history,
        "bounds": whole(versions),
        "places": named_places(versions),
        "atFirst": [key for key in SHOWN_AT_FIRST if any(one["key"] == key for one in layers)]
        or [one["key"] for one in layers[:2]],
        "tiles": tile.replace(f"key/{_PLACE}/1/1/1", "{key}/{number}/{z}/{x}/{y}"),
        "lastZoom": TILE_ZOOMS[1],
        "ground": None
        if ground is None
        else {
            "tiles": reverse("portal:territory-basemap", args=(1, 1, 1)).replace("1/1/1", "{z}/{x}/{y}"),
            "vector": ground.vector,
            "zooms": ground.zooms,
            "layers": ground.layers,
            "attribution": ground.attribution,
        },
        "urls": {
            "identify": reverse("portal:territory-identify"),
            "measure": reverse("portal:territory-measure"),
            "table": reverse("portal:territory-map-table"),
            "print": reverse("portal:territory-map-print"),
        },
        "worker": static("vendor/maplibre/maplibre-gl-worker.js"),
        "style": static("vendor/maplibre/maplibre-gl.css"),
        "language": language(),
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "nothing": _("No feature of the layers shown lies here."),
        "found": _("features here"),
        "moved": _("Order changed"),
        "length": _("Length"),
        "perimeter": _("Perimeter"),
        "area": _("Area of ground"),
        "hectare": _("ha"),
        "mu": _("mu"),
        "point": _("points"),
        "finished": _("Drawing finished"),
        "started": _(
            "Click or press Enter to set a point; finish with a double click or F; U takes back, Escape ends."
        ),
        "rectangle": _("Set two opposite corners."),
        "cleared": _("Drawing removed"),
        "coordinates": _("Write one point a line, longitude and latitude: at least three for a polygon."),
        "failed": _("This could not be answered. Try again."),
        "class": _("Class"),
        "version": _("Version"),
        "valid": _("Valid"),
        "identity": _("Identity"),
        "sample": _("sample"),
        "until": _("until"),
        "copied": _("Address copied"),
        "swipe": _("Place of the border between the two versions"),
        "noMap": _("This browser cannot draw the map; the table says the same."),
    }

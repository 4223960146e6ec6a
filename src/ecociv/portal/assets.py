"""The import map: the names under which a page's scripts find each other.

A bare name in an ``import`` is looked up here, so the scripts need not know the digests that the static storage
puts into file names, and nothing is ever loaded from another server.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache

from django.templatetags.static import static

MODULES = {
    "echarts": "vendor/echarts/echarts.js",
    "ecociv/charts": "portal/charts.js",
    "ecociv/options": "portal/chart-options.js",
    "ecociv/portal": "portal/portal.js",
    "ecociv/market": "portal/market.js",
    "ecociv/market-charts": "portal/market-charts.js",
    "ecociv/series-chart": "portal/series-chart.js",
    "ecociv/map": "portal/map.js",
    "ecociv/territory/state": "portal/territory/state.js",
    "ecociv/territory/style": "portal/territory/style.js",
    "ecociv/territory/panel": "portal/territory/panel.js",
    "ecociv/territory/draw": "portal/territory/draw.js",
    "ecociv/territory/identify": "portal/territory/identify.js",
    "ecociv/territory/swipe": "portal/territory/swipe.js",
    "ecociv/territory/map": "portal/territory/map.js",
    "ecociv/territory/print": "portal/territory/print.js",
    "maplibre-gl": "vendor/maplibre/maplibre-gl.js",
}


@lru_cache(maxsize=1)
def import_map() -> str:
    """The import map as JSON text, the same for every page while the server runs."""
    imports = {name: static(path) for name, path in MODULES.items()}
    return json.dumps({"imports": imports}, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=1)
def import_map_digest() -> str:
    """How a Content-Security-Policy names this one inline text, for example ``sha256-...``."""
    digest = hashlib.sha256(import_map().encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")

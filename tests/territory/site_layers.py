"""Small layers of space for tests: a zone of one box, its lines, and a river."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely

from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion

ZONE = "jingdezhen"
FIRST_DAY = dt.date(2015, 1, 1)
# The zone: 117.0 to 117.2 east, 29.0 to 29.2 north. West half farmland, east half forest by the survey.
ZONE_BOX = shapely.box(117.0, 29.0, 117.2, 29.2)
RED_LINE = shapely.box(117.15, 29.0, 117.2, 29.2)
FARMLAND = shapely.box(117.0, 29.1, 117.05, 29.2)
RIVER = shapely.box(117.0, 29.05, 117.2, 29.055)


def lay(key: str, kind: str, rows: list[tuple[Any, str]], **said: Any) -> LayerVersion:
    """One layer version of polygons with classes."""
    features = Features.of(
        [shape for shape, _ in rows],
        [f"{key}-{number}" for number in range(len(rows))],
        [name for _, name in rows],
        [f"图斑{number}" for number in range(len(rows))],
    )
    given: dict[str, Any] = {
        "features": features,
        "zone": ZONE,
        "key": key,
        "kind": kind,
        "title": f"标题{key}",
        "author": "test",
        "valid_from": FIRST_DAY,
        "owner": "市规划局",
        "sample": True,
    }
    return AddLayerVersion(**(given | said)).execute().version


def lay_all() -> dict[str, LayerVersion]:
    """Every layer that the zone requires, and the survey."""
    return {
        "county": lay("county", "administrative-boundary", [(ZONE_BOX, "浮梁县")], confidentiality="public"),
        "red-line": lay("red-line", "ecological-red-line", [(RED_LINE, "class-two")]),
        "farmland": lay(
            "farmland", "permanent-basic-farmland", [(FARMLAND, "basic-farmland")], confidentiality="public"
        ),
        "building": lay(
            "building",
            "building-control",
            [
                (shapely.box(117.0, 29.0, 117.1, 29.2), "suitable-building"),
                (shapely.box(117.1, 29.0, 117.2, 29.2), "limited-building"),
            ],
        ),
        "lines": lay(
            "lines", "urban-control-lines", [(shapely.box(117.09, 29.15, 117.1, 29.16), "green-line")]
        ),
        "shore": lay("shore", "shoreline-zone", [(RIVER, "protection")]),
        "livestock": lay("livestock", "livestock-zone", [(shapely.box(117.0, 29.0, 117.2, 29.1), "ban")]),
        "water": lay("water", "water-surface", [(RIVER, "river")]),
        "survey": lay(
            "survey",
            "land-survey",
            [
                (shapely.box(117.0, 29.0, 117.1, 29.2), "0101"),
                (shapely.box(117.1, 29.0, 117.2, 29.2), "0301"),
            ],
        ),
    }

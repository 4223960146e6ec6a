"""Two plans that contradict each other, for tests: farmland against the city plan's building land."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely

from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from land_administration.situations import SINCE, ZONE

DAY = dt.date(2018, 6, 1)
FARMLAND, CITY = "farmland", "city"
Rows = list[tuple[str, Any, str]]
"""Identity, geometry, class."""


def box(west: float, east: float, south: float = 29.1, north: float = 29.11) -> Any:
    """A box whose sides are given in degrees."""
    return shapely.box(west, south, east, north)


def lay(key: str, kind: str, rows: Rows, owner: str, **said: Any) -> LayerVersion:
    """One version of a layer."""
    features = Features.of([row[1] for row in rows], [row[0] for row in rows], [row[2] for row in rows])
    given = {"valid_from": SINCE, **said}
    return (
        AddLayerVersion(features, ZONE, key, kind, f"标题{key}", "test", owner=owner, **given)
        .execute()
        .version
    )


def farmland(rows: Rows, **said: Any) -> LayerVersion:
    """A version of the basic farmland."""
    return lay(FARMLAND, "permanent-basic-farmland", rows, "land-and-resources-bureau", **said)


def city(rows: Rows, owner: str = "planning-bureau", **said: Any) -> LayerVersion:
    """A version of the city plan."""
    return lay(CITY, "urban-plan", rows, owner, **said)


def lay_plans() -> None:
    """Farmland in two fields; works over part of one and on the border of the counties over the other."""
    farmland([("F1", box(117.10, 117.12), "basic-farmland"), ("F2", box(117.48, 117.52), "basic-farmland")])
    city(
        [
            ("C1", box(117.11, 117.13), "M"),
            ("C2", box(117.49, 117.51), "M"),
            ("C3", box(117.10, 117.11), "G"),
        ]
    )

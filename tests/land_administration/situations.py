"""Names and layers that the tests of land administration share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion

ZONE = "jingdezhen"
FULIANG, LEPING = "360222", "360281"
BUREAU = "natural-resources-and-planning-bureau"
SINCE = dt.date(2015, 1, 1)


def patches_layer(features: Features, **said: Any) -> LayerVersion:
    return (
        AddLayerVersion(
            features,
            ZONE,
            "change-2018",
            "change-patches",
            "2018年变化图斑",
            "test",
            dt.date(2018, 3, 1),
            **said,
        )
        .execute()
        .version
    )

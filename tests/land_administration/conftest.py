"""Two counties side by side, change patches in them and on their border, and people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import shapely

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from land_administration.situations import FULIANG, LEPING, SINCE, ZONE, patches_layer


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def user(db: None) -> Callable[..., User]:
    """Make an account: ``user("county_officer", "fuliang-county")``."""

    def make(role: str = "department_officer", organisation: str = "") -> User:
        count = User.objects.count()
        return User.objects.create(
            username=f"person-{count}",
            display_name=f"经办人{count}",
            role=Role(role).value,
            organisation=organisation,
            zone=ZONE,
        )

    return make


@pytest.fixture
def counties(plan_in_database: None, db: None) -> LayerVersion:
    """Fuliang west of 117.5 degrees, Leping east of it."""
    west, east = shapely.box(117.0, 29.0, 117.5, 29.5), shapely.box(117.5, 29.0, 118.0, 29.5)
    features = Features.of([west, east], [FULIANG, LEPING], [FULIANG, LEPING], ["浮梁县", "乐平市"])
    return (
        AddLayerVersion(features, ZONE, "counties", "administrative-boundary", "行政区划", "test", SINCE)
        .execute()
        .version
    )


@pytest.fixture
def patches(counties: LayerVersion) -> LayerVersion:
    """One patch in Fuliang, one with a quarter in Leping, one in Leping."""
    return patches_layer(
        Features.of(
            [
                shapely.box(117.10, 29.1, 117.11, 29.11),
                shapely.box(117.47, 29.1, 117.51, 29.11),
                shapely.box(117.80, 29.1, 117.81, 29.11),
            ],
            ["P1", "P2", "P3"],
            ["new-construction", "forest-loss", "new-water"],
        )
    )

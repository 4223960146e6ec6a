"""A small sample ground for all tests of layers: generated once, its files written once, its rows added for each test."""

from __future__ import annotations

import copy

import pytest

from ecociv.territory.models import Layer, LayerVersion
from ecociv.territory.sample import SampleVersion, record_sample_versions, sample_territory, sample_versions

PARCELS = 250
_ROWS: list[tuple[Layer, list[LayerVersion]]] = []


@pytest.fixture(scope="session")
def sample_made() -> list[SampleVersion]:
    """The versions of every sample layer over some 250 parcels, without a database."""
    given = sample_territory("jingdezhen")
    assert given is not None
    return list(sample_versions(given, PARCELS))


@pytest.fixture
def sample_layers(db: None, sample_made: list[SampleVersion]) -> dict[str, LayerVersion]:
    """The sample layers in the database of this test: the newest version of each layer by its key."""
    if not _ROWS:
        given = sample_territory("jingdezhen")
        assert given is not None
        record_sample_versions("jingdezhen", sample_made, given, "0" * 64)
        for layer in Layer.objects.filter(zone="jingdezhen"):
            _ROWS.append((layer, list(layer.versions.order_by("number"))))
    else:
        for layer, versions in _ROWS:
            kept = copy.copy(layer)
            kept.pk, kept._state = None, copy.copy(layer._state)
            kept._state.adding = True
            kept.save()
            for version in versions:
                row = copy.copy(version)
                row.pk, row._state = None, type(version._state)()
                row.layer = kept
                row.save()
    return {
        version.layer.key: version
        for version in LayerVersion.objects.select_related("layer").order_by("number")
    }

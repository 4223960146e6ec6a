"""The sample layers: one partition under all of them, marked, disagreeing only where they should, loaded once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from ecociv.standards.land import LandGroup, land_classes
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import version_in_force
from ecociv.territory.sample import (
    SampleVersion,
    load_sample_layers,
    record_sample_versions,
    sample_territory,
    sample_versions,
)
from ecociv.territory.sample.fitting import nearest_sum
from ecociv.territory.sample.layers import MAKERS
from shared_data import shared_file


def of(made: Sequence[SampleVersion], key: str) -> list[Features]:
    return [one.features for one in made if one.layer.key == key]


def test_every_declared_layer_has_a_maker_and_classes_of_its_kind(sample_made: list[SampleVersion]) -> None:
    given = sample_territory("jingdezhen")
    assert given is not None and {layer.key for layer in given.layers} == set(MAKERS)
    for one in sample_made:
        assert layer_kind(one.layer.kind).faults(one.features.classes) == [], one.version.title
        assert shapely.is_valid(one.features.geometries).all(), one.version.title
        assert all(said["示例"] for said in one.features.attributes) and "示例" in one.version.title


@pytest.mark.parametrize("key", ["land-survey", "function-zone", "building-control", "land-use-plan"])
def test_partitions_cover_the_zone_without_gap_or_overlap(sample_made: list[SampleVersion], key: str) -> None:
    zone = areas_of(of(sample_made, "administrative-boundary")[0].geometries).sum()
    for features in of(sample_made, key):
        # Equal to the whole, and to the area of the union: nothing missing, nothing twice.
        assert features.areas().sum() == pytest.approx(zone, rel=1e-9)
        assert areas_of(shapely.union_all(features.geometries)).sum() == pytest.approx(zone, rel=1e-9)


def test_layers_come_to_the_areas_of_the_sample_returns(sample_made: list[SampleVersion]) -> None:
    declared = sample_territory("jingdezhen")
    assert declared is not None
    hectares = of(sample_made, "land-survey")[0].areas() / 10_000
    # Parcels are taken whole: half of the largest is the most by which the nearest sum misses.
    near, whole = hectares.max() / 2, hectares.sum()
    built = {one.code for one in land_classes("third-survey") if LandGroup.CONSTRUCTION in one.groups}
    found: dict[str, dict[int, tuple[float, float]]] = {}
    for one in sample_made:
        year, area = one.version.year or one.version.valid_from.year, one.features.areas() / 10_000
        classes = one.features.classes.astype(str)
        if one.layer.key == "land-survey":
            share = area[np.isin(classes, sorted(built))].sum(), declared.construction.of(year) * whole
            found.setdefault("construction", {})[year] = share
            found.setdefault("cultivated", {})[year] = (
                area[np.char.startswith(classes, "01")].sum(),
                declared.cultivated.of(year),
            )
        elif one.layer.key == "forest-survey":
            found.setdefault("forest", {})[year] = area.sum(), declared.forest.of(year)
            found.setdefault("cover", {})[year] = (
                area[classes != "other-forest-land"].sum(),
                declared.forest_cover.of(year) * whole,
            )
        elif one.layer.key == "wetland-survey":
            found.setdefault("wetland", {})[year] = area.sum(), declared.wetland.of(year)
    assert {key: len(years) for key, years in found.items()} == {
        "construction": 2, "cultivated": 2, "forest": 3, "cover": 3, "wetland": 4,
    }  # fmt: skip
    for subject, years in found.items():
        for year, (area, wanted) in years.items():
            assert area == pytest.approx(wanted, abs=near), (subject, year)
    prohibited = shapely.union_all(of(sample_made, "protected-area")[0].geometries)
    assert areas_of(shapely.get_parts(prohibited)).sum() / 10_000 == pytest.approx(3813, rel=1e-4)


@given(
    st.lists(st.floats(0.01, 10.0), min_size=1, max_size=30),
    st.floats(0.0, 1.0),
)
def test_parcels_are_taken_until_their_sum_is_nearest(sizes: list[float], share: float) -> None:
    area = np.asarray(sizes)
    wanted = share * float(area.sum())
    taken = nearest_sum(area, np.arange(len(area)), wanted)
    assert len(set(taken.tolist())) == len(taken)
    # Nothing left out would bring the sum nearer, unless six parcels were put in already.
    rest = wanted - float(area[taken].sum())
    left = np.setdiff1d(np.arange(len(area)), taken)
    assert abs(rest) <= area.max() / 2 + 1e-9 or not len(left) or len(taken) >= 6


def test_the_red_line_moved_and_plans_disagree(sample_made: list[SampleVersion]) -> None:
    first, second = of(sample_made, "ecological-red-line")
    assert set(first.identities) & set(second.identities)
    assert first.areas().sum() != pytest.approx(second.areas().sum(), rel=0.01)
    farmland = shapely.union_all(of(sample_made, "permanent-basic-farmland")[0].geometries)
    city = of(sample_made, "urban-plan")[0]
    built = shapely.union_all(city.geometries[np.isin(city.classes, ["R", "A", "B", "M", "W"])])
    assert areas_of(shapely.get_parts(farmland.intersection(built))).sum() > 1e6


@pytest.mark.django_db
def test_loading_is_done_once_and_leaves_real_layers_alone(sample_made: list[SampleVersion]) -> None:
    given = sample_territory("jingdezhen")
    assert given is not None
    some = [one for one in sample_made if one.layer.key in {"ecological-red-line", "mining-right"}]
    own = Features.of([shapely.box(117.2, 29.2, 117.3, 29.3)], ["甲"], ["mining"])
    AddLayerVersion(
        own, "jingdezhen", "mining-right", "mining-right", "矿业权", "test", dt.date(2014, 1, 1)
    ).execute()
    assert record_sample_versions("jingdezhen", some, given, "0" * 64) == (2, 2)
    assert record_sample_versions("jingdezhen", some, given, "0" * 64) == (0, 4)
    assert not LayerVersion.objects.filter(layer__key="mining-right", sample=True).exists()
    line = LayerVersion.objects.filter(layer__key="ecological-red-line")
    assert all(version.sample for version in line)
    before = version_in_force("jingdezhen", "ecological-red-line", dt.date(2018, 6, 29))
    after = version_in_force("jingdezhen", "ecological-red-line", dt.date(2018, 6, 30))
    assert before and after and (before.number, after.number) == (1, 2)


@pytest.mark.django_db
def test_a_second_load_generates_nothing(
    sample_layers: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecociv.territory.sample.loading.digest_of", lambda *given: "0" * 64)
    monkeypatch.setattr(
        "ecociv.territory.sample.loading.sample_versions", lambda *given: pytest.fail("made again")
    )
    assert load_sample_layers("jingdezhen") == (0, LayerVersion.objects.count())
    assert sample_layers["forest-survey"].confidentiality == "restricted"


def test_real_boundaries_and_water_are_used_where_the_machine_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counties = shared_file("boundaries/jingdezhen_counties_ctamap_wgs84.geojson")
    shared_file("boundaries/osm_water_poyang_jingdezhen_10m.geojson")
    monkeypatch.setenv("ECOCIV_SHARED_DATA", str(counties.parents[1]))
    given = sample_territory("jingdezhen")
    assert given is not None
    boundary = next(iter(sample_versions(given, 120)))
    assert boundary.real and boundary.layer.key == "administrative-boundary"
    said = json.loads(counties.read_text(encoding="utf-8"))["features"]
    wanted = {
        str(one["properties"]["adcode"]): areas_of(np.asarray([shape(one["geometry"])]))[0] for one in said
    }
    found = dict(zip(boundary.features.classes, boundary.features.areas(), strict=True))
    # Coordinates are kept to a tenth of a millimetre; more vertices on a straight edge change an area by parts in a million.
    assert found == pytest.approx(wanted, rel=1e-5)

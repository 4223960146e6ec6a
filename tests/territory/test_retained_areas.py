"""Areas from layers: unions whatever their order and tiles, counties that add up, two times, and missing never zero."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ecociv.cli.main import main
from ecociv.core.missing import Missing
from ecociv.standards.land import land_class
from ecociv.territory.actions import WithdrawLayerVersion
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.layers.geopackage import LayerFile, write_features
from ecociv.territory.models import LayerVersion
from ecociv.territory.retained import queries as retained_queries
from ecociv.territory.retained.coverage import Chosen, County, area_of, cover, disjoint_counties
from ecociv.territory.retained.declaration import RetainedSeries, Source, load_retained
from ecociv.territory.retained.figures import balanced
from ecociv.territory.retained.queries import UnknownRetained, retained_area
from territory.site_layers import ZONE_BOX, lay

ZONE = "jingdezhen"
WEST = shapely.box(117.0, 29.0, 117.1, 29.2)
EAST = shapely.box(117.1, 29.0, 117.2, 29.2)
COUNTIES = (County("1", "West", WEST), County("2", "East", EAST))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def layer(path: Path, shapes: list, classes: list[str] | None = None) -> LayerFile:
    write_features(
        Features.of(shapes, [str(place) for place in range(len(shapes))], classes or ["a"] * len(shapes)),
        path,
    )
    return LayerFile(path)


def m2(shape: shapely.Geometry) -> float:
    return float(areas_of(np.asarray([shape], dtype=object))[0])


corner = st.floats(0, 0.19).map(lambda value: round(value, 4))
side = st.floats(0.001, 0.09).map(lambda value: round(value, 4))
boxes = st.lists(
    st.tuples(corner, corner, side, side).map(
        lambda b: shapely.box(117 + b[0], 29 + b[1], 117 + b[0] + b[2], 29 + b[1] + b[3])
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(shapes=boxes, order=st.randoms(use_true_random=False), tile=st.sampled_from([1, 3]))
def test_a_union_does_not_depend_on_order_tiles_or_counties(
    shapes: list, order, tile: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("union")
    one = Chosen(layer(folder / "one.gpkg", shapes), None, "one")
    turned = list(shapes)
    order.shuffle(turned)
    # The same polygons again, each cut in two: the union stays.
    halves = [
        part
        for shape in turned
        for part in (
            shape & shapely.box(117, 29, 117.123, 30),
            shape & shapely.box(117.123, 29, 118, 30),
        )
        if part.area
    ]
    other = Chosen(layer(folder / "two.gpkg", halves), None, "two")
    exact = m2(shapely.union_all(shapes) & shapely.union_all([WEST, EAST])) if shapes else 0
    for source, most in ((one, 10_000), (one, tile), (other, 10_000), (other, tile)):
        found = [cover(county, [source], tile_features=most) for county in COUNTIES]
        assert sum(each.area for each in found) == pytest.approx(exact, rel=1e-9, abs=1e-4)
        assert all(each.together >= each.area - 1e-4 for each in found)
    # Twice the same layer is no more than once.
    both = [cover(county, [one, other]) for county in COUNTIES]
    assert sum(each.area for each in both) == pytest.approx(exact, rel=1e-9, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fractions(0, 10**6, max_denominator=10**6), min_size=1, max_size=8), st.integers(0, 5))
def test_counties_add_up_after_rounding(parts: list[Fraction], decimals: int) -> None:
    rounded, whole = balanced(parts, decimals)
    assert sum(rounded) == whole
    unit = Fraction(1, 10**decimals)
    assert abs(Fraction(whole) - sum(parts)) <= unit / 2
    # Whole and parts are each within one unit of the last decimal; a part only ever goes to a neighbour.
    assert all(abs(Fraction(one) - part) < unit for one, part in zip(rounded, parts, strict=True))


def test_what_two_counties_claim_belongs_to_the_earlier(tmp_path: Path) -> None:
    # 117.0-117.12 and 117.1-117.2: a strip of 0.02 degrees is in both.
    wide = shapely.box(117.0, 29.0, 117.12, 29.2)
    file = layer(tmp_path / "counties.gpkg", [wide, EAST])
    counties, claimed = disjoint_counties(file)
    assert claimed == pytest.approx(m2(shapely.box(117.1, 29.0, 117.12, 29.2)), rel=1e-9)
    assert area_of(counties[0].geometry) == pytest.approx(m2(wide), rel=1e-9)
    assert sum(area_of(each.geometry) for each in counties) == pytest.approx(m2(ZONE_BOX), rel=1e-9)


def test_a_broken_patch_counts_with_what_can_be_said_of_it_and_one_outside_not_at_all(tmp_path: Path) -> None:
    bow = shapely.Polygon([(117.0, 29.0), (117.02, 29.02), (117.02, 29.0), (117.0, 29.02), (117.0, 29.0)])
    far = shapely.box(118.0, 29.0, 118.1, 29.1)
    found = cover(COUNTIES[0], [Chosen(layer(tmp_path / "bow.gpkg", [bow, far]), None, "bow")])
    # The two triangles of the bow tie, each a quarter of the square.
    assert found.area == pytest.approx(m2(shapely.box(117.0, 29.0, 117.02, 29.02)) / 2, rel=1e-3)
    assert found.patches == 1 and [patch.identity for patch in found.largest] == ["0"]


def test_a_declaration_that_does_not_fit_is_refused() -> None:
    said = {"series": "x", "name": {"zh": "甲", "en": "A"}, "decimals": 2, "basis": {"standard": "S"}}
    with pytest.raises(ValidationError, match="has no class nowhere"):
        RetainedSeries.model_validate(
            {**said, "unit": "m2", "numerator": [{"kind": "wetland-survey", "classes": ["nowhere"]}]}
        )
    with pytest.raises(ValidationError, match="dimension of percent"):
        RetainedSeries.model_validate(
            {
                **said,
                "unit": "m2",
                "numerator": [{"kind": "wetland-survey"}],
                "denominator": "administrative-area",
            }
        )
    with pytest.raises(ValidationError, match="is no kind of layer"):
        RetainedSeries.model_validate({**said, "unit": "m2", "numerator": [{"kind": "weather"}]})


def test_construction_land_is_every_class_of_the_group_and_nothing_of_another() -> None:
    construction = Source(kind="land-survey", groups=("construction",)).chosen()
    assert construction
    for code in construction:
        assert {group.value for group in land_class("third-survey", code).groups} == {"construction"}
    assert "0101" not in construction
    assert {code[:2] for code in Source(kind="land-survey", classes=("01",)).chosen()} == {"01"}


def lay_wetland(**said) -> tuple[LayerVersion, LayerVersion]:
    counties = lay(
        "county", "administrative-boundary", [(WEST, "甲县"), (EAST, "乙县")], confidentiality="public"
    )
    # Two boxes that overlap by half, on both sides of the border of the counties.
    wetland = lay(
        "wetland",
        "wetland-survey",
        [
            (shapely.box(117.08, 29.0, 117.12, 29.1), "lake-wetland"),
            (shapely.box(117.08, 29.05, 117.12, 29.15), "marsh"),
        ],
        **said,
    )
    return counties, wetland


@pytest.mark.django_db
def test_a_figure_counts_overlaps_once_and_its_counties_add_up() -> None:
    _, wetland = lay_wetland(confidentiality="public")
    found = retained_area(ZONE, "28", 2017)
    # The union is 117.08-117.12 by 29.0-29.15.
    exact = m2(shapely.box(117.08, 29.0, 117.12, 29.15))
    assert float(found.area) == pytest.approx(exact, abs=0.01)
    assert found.figure == round(Decimal(exact) / 10**8, 4)
    assert float(found.overlap) == pytest.approx(m2(shapely.box(117.08, 29.05, 117.12, 29.1)), abs=0.01)
    assert sum(place.figure for place in found.places) == found.figure
    assert sum(place.area for place in found.places) == found.area
    assert [place.patches for place in found.places] == [2, 2]
    leaves = [leaf.source_id for leaf in found.trace.leaves()]
    assert f"layer:wetland/1@{wetland.sha256[:12]}#wetland-0" in leaves
    assert "wetland/1" in found.trace.as_text("en", depth=4) and found.sample


@pytest.mark.django_db
def test_patches_of_a_layer_that_is_not_public_are_counted_in_the_trace_and_not_named() -> None:
    lay_wetland(confidentiality="restricted")
    found = retained_area(ZONE, "28", 2017)
    assert "#wetland-0" not in json.dumps(found.trace.to_json())
    assert [place.patches for place in found.places] == [2, 2]


@pytest.mark.django_db
def test_what_was_not_known_or_not_there_is_missing_with_a_reason_and_no_zero() -> None:
    counties, wetland = lay_wetland()
    before = retained_area(ZONE, "28", 2014)  # both hold from 2015
    assert before.figure is Missing.MISSING and "2014-12-31" in before.reason.en
    assert before.to_json()["value"] is None
    unknown = retained_area(ZONE, "28", 2017, counties.recorded_at - dt.timedelta(days=1))
    assert unknown.figure is Missing.MISSING
    no_forest = retained_area(ZONE, "27", 2017)
    assert no_forest.figure is Missing.MISSING and "Forest survey" in no_forest.reason.en
    # A layer that is there without the class asked for is a real zero.
    lay("red", "permanent-basic-farmland", [(WEST, "reserve-farmland")])
    assert retained_area(ZONE, "permanent-basic-farmland", 2017).figure == 0
    known = retained_area(ZONE, "28", 2017)
    WithdrawLayerVersion(wetland, "test", "错版").execute()
    assert retained_area(ZONE, "28", 2017).figure is Missing.MISSING
    assert retained_area(ZONE, "28", 2017, wetland.recorded_at).figure == known.figure
    with pytest.raises(UnknownRetained, match="there are: 6, 7"):
        retained_area(ZONE, "99", 2017)


@pytest.mark.django_db
def test_a_later_version_changes_later_years_only_and_nothing_is_measured_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lay_wetland()
    first = retained_area(ZONE, "28", 2016)
    lay(
        "wetland",
        "wetland-survey",
        [(shapely.box(117.0, 29.0, 117.2, 29.2), "marsh")],
        valid_from=dt.date(2017, 6, 1),
    )
    later = retained_area(ZONE, "28", 2017)
    assert retained_area(ZONE, "28", 2016).figure == first.figure < later.figure

    def measured_again(*_given: object, **_more: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(retained_queries, "cover", measured_again)
    assert retained_area(ZONE, "28", 2017).to_json() == later.to_json()


@pytest.mark.django_db
def test_sample_layers_make_every_declared_figure(sample_layers: dict[str, LayerVersion]) -> None:
    for declared in load_retained(ZONE).areas:
        found = retained_area(ZONE, declared.series, 2020)
        assert found.number is not None and found.number > 0, declared.series
        if declared.denominator is None:
            assert sum(place.figure for place in found.places) == found.figure
        assert len(found.places) == 4
    done = run("layer", "area", "28", "--year", "2017", "--format", "json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert Decimal(said["value"]) == retained_area(ZONE, "28", 2017).figure
    assert {each["name"] for each in said["counties"]} == {"昌江区", "珠山区", "浮梁县", "乐平市"}
    unknown = run("layer", "area", "99", "--year", "2017")
    assert unknown.exit_code == 3 and "6、7、25" in unknown.stderr
    # Nothing held in 2011: a table of that year says why, and the exit code that something needs a decision.
    nothing = run("layer", "area", "28", "--year", "2011", "--language", "en")
    assert nothing.exit_code == 1 and "missing" in nothing.stdout and "2011-12-31" in nothing.stdout

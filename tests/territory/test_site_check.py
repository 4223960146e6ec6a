"""The site check: exact areas, verdicts with reasons, distances, what may not be seen, and sites nobody should draw."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory.actions import WithdrawLayerVersion
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.layers.geopackage import LayerFile, write_features
from ecociv.territory.models import LayerVersion
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.rules.purposes import purpose_of
from ecociv.territory.site_check.coverage import edges_cancel
from ecociv.territory.site_check.engine import CheckedSite, check_site
from ecociv.territory.site_check.outline import quick_areas, survey_outline
from ecociv.territory.site_check.overlaps import overlap, within
from ecociv.territory.site_check.sites import Site, SiteRefused, read_site
from territory.site_layers import ZONE, lay, lay_all

ON = dt.date(2018, 6, 1)
GEOD = Geod(a=6378137.0, rf=298.257222101)


def site(*box: float, **said: Any) -> Site:
    return read_site(shapely.box(*box), space_rules(ZONE).tolerances, **said)


def check(where: Site, purpose: str = "housing", **said: Any) -> CheckedSite:
    given = {"zone": ZONE, "on": ON} | said
    wanted = purpose_of(purpose, space_rules(ZONE), yes=given.pop("yes", ()), no=given.pop("no", ()))
    return check_site(where, wanted, **given)


def codes(checked: CheckedSite) -> set[str]:
    return {str(reason["code"]) for reason in checked.result["reasons"]}


def rules_with(checked: CheckedSite, status: str) -> set[str]:
    return {each["rule"] for each in checked.result["findings"] if each["status"] == status}


@pytest.fixture(scope="module")
def layers(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, LayerVersion]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield lay_all()
        transaction.set_rollback(True)


@pytest.fixture
def zone(layers: dict[str, LayerVersion], db: None) -> dict[str, LayerVersion]:
    return layers


def test_a_site_on_open_ground_has_conditions_and_areas_that_close(zone: dict[str, LayerVersion]) -> None:
    # Half of the site west of 117.1 (farmland 0101, suitable), half east (forest 0301, limited).
    checked = check(site(117.09, 29.11, 117.11, 29.12))
    assert checked.answer == "conditions"
    survey = next(one for one in checked.result["layers"] if one["key"] == "survey")
    assert survey["closes"] and [one["class"] for one in survey["classes"]] == ["0101", "0301"]
    assert [one["share"] for one in survey["classes"]] == ["50.0000", "50.0000"]
    whole = checked.result["site"]["area_m2"]
    assert sum(int(one["area_m2"].replace(".", "")) for one in survey["classes"]) == int(
        whole.replace(".", "")
    )
    # 0.02 x 0.01 degrees at 29.115 north; parallels are no geodesics: an independent area with edges of 10 m.
    exact = abs(
        GEOD.geometry_area_perimeter(shapely.segmentize(shapely.box(117.09, 29.11, 117.11, 29.12), 1e-4))[0]
    )
    assert float(whole) == pytest.approx(exact, rel=1e-6)
    assert rules_with(checked, "condition") >= {
        "survey-conversion",
        "retained-farmland",
        "limited-building-zone",
    }
    assert rules_with(checked, "encourages") == {"suitable-building-zone"}
    patch = survey["classes"][0]["patches"][0]
    assert patch["identity"] == "survey-0" and survey["sha256"] == zone["survey"].sha256
    assert checked.result["site"]["places"][0]["share"] == "100.0000" and checked.sample


def test_what_a_line_forbids_is_left_out_and_the_rest_can_stay(zone: dict[str, LayerVersion]) -> None:
    # A quarter of the site (0.005 of 0.02 degrees of longitude) lies beyond 117.15, in the red line of class two.
    checked = check(site(117.135, 29.11, 117.155, 29.12))
    assert checked.answer == "not-permitted" and rules_with(checked, "stands") == {"red-line-two-industry"}
    out = checked.result["changes"]["leave_out"]
    assert out["share"] == "25.0000"
    assert float(out["area_m2"]) + float(out["remaining_m2"]) == pytest.approx(
        float(checked.result["site"]["area_m2"]), abs=0.011
    )
    west = shapely.from_geojson(json.dumps(out["geometry"])).bounds[0]
    assert west == pytest.approx(117.15, abs=1e-9)
    rest = shapely.box(117.135, 29.11, 117.155, 29.12) - shapely.from_geojson(json.dumps(out["geometry"]))
    # A needle of a tenth of a millimetre may stay along the line: it is a sliver and decides nothing.
    assert check(read_site(rest, space_rules(ZONE).tolerances)).answer == "conditions"


def test_the_law_of_the_day_decides(zone: dict[str, LayerVersion]) -> None:
    where = site(117.16, 29.11, 117.17, 29.12)
    # The measures within the red line are of 7 February 2017; before that the zone only looks strictly.
    assert "red-line-two-industry" in rules_with(check(where, on=dt.date(2017, 2, 7)), "stands")
    before = check(where, on=dt.date(2017, 2, 6))
    assert not rules_with(before, "stands") and "red-line-before-measures" in rules_with(before, "condition")


def test_a_document_turns_a_prohibition_into_what_is_met(zone: dict[str, LayerVersion]) -> None:
    where = site(117.01, 29.15, 117.02, 29.16)
    assert "basic-farmland-building" in rules_with(check(where, "housing"), "stands")
    asked = check(where, "national-road")
    assert asked.answer == "not-permitted" and rules_with(asked, "stands") == {"basic-farmland-key"}
    assert asked.result["changes"]["documents"][0]["key"] == "farmland-state-council"
    shown = check(where, "national-road", documents={"farmland-state-council": "国土资函〔2018〕1号"})
    assert shown.answer == "conditions" and "basic-farmland-key" in rules_with(shown, "met")
    with pytest.raises(SiteRefused, match="is no document of the rules"):
        check(where, documents={"a-letter": "1"})


def test_one_kilometre_from_the_river_is_measured_on_the_ellipsoid(zone: dict[str, LayerVersion]) -> None:
    # The river's north bank is 29.055. One kilometre north at 29.06: M = 6,348,9xx m a radian -> 1000 m = 0.009022 degrees.
    arc = GEOD.inv(117.1, 29.055, 117.1, 29.06)[2]
    near = check(site(117.1, 29.06, 117.101, 29.061), "vegetable-base")
    found = next(each for each in near.result["findings"] if each["rule"] == "kilometre-fertiliser")
    assert float(found["distance_m"]) == pytest.approx(arc, abs=0.1) and found["share"] == "100.0000"
    edge = GEOD.fwd(117.1005, 29.055, 0.0, 1000.0)[1]
    # A site astride the kilometre: 0.0005 degrees on either side, so half of it lies within.
    astride = check(site(117.1, edge - 0.0005, 117.101, edge + 0.0005), "vegetable-base")
    found = next(each for each in astride.result["findings"] if each["rule"] == "kilometre-fertiliser")
    assert float(found["share"]) == pytest.approx(
        50, abs=0.15
    )  # 0.08 m of 111 m, and the curve of the parallel
    beyond = check(site(117.1, edge + 0.00001, 117.101, edge + 0.001), "vegetable-base")
    assert "kilometre-fertiliser" not in {each["rule"] for each in beyond.result["findings"]}
    assert "kilometre-fertiliser" not in {
        each["rule"] for each in check(site(117.1, 29.06, 117.101, 29.061), "paddy-rice").result["findings"]
    }


def test_what_was_not_said_leaves_the_answer_open(zone: dict[str, LayerVersion]) -> None:
    where = site(117.12, 29.07, 117.125, 29.075)
    assert check(where, "A03").answer == "undecided"
    asked = check(where, "A03").result["changes"]["say"]
    assert "large-scale" in asked
    assert check(where, "A03", no=("large-scale",)).answer != "not-permitted"
    large = check(where, "A03", yes=("large-scale",))
    assert large.answer == "not-permitted" and "livestock-ban" in rules_with(large, "stands")


def test_a_layer_that_is_missing_on_the_day_is_a_reason(zone: dict[str, LayerVersion]) -> None:
    with transaction.atomic():
        WithdrawLayerVersion(zone["red-line"], "批复撤销", "test").execute()
        checked = check(site(117.06, 29.11, 117.07, 29.12))
        assert checked.answer == "undecided" and "layer-missing" in codes(checked)
        moment = zone["survey"].recorded_at
        assert check(site(117.06, 29.11, 117.07, 29.12), as_of=moment).answer == "conditions"
        transaction.set_rollback(True)


def test_a_sliver_along_a_shared_border_decides_nothing(zone: dict[str, LayerVersion]) -> None:
    # 0.00001 degrees (1 m) of 0.01 reach over the red line: narrower than 2 m and a thousandth of the site.
    checked = check(site(117.14001, 29.11, 117.15001, 29.12))
    assert rules_with(checked, "sliver") >= {"red-line-two-industry"} and checked.answer == "conditions"
    # The same metre is half of a site two metres wide, and counts.
    narrow = check(site(117.14999, 29.11, 117.15001, 29.12))
    assert "red-line-two-industry" in rules_with(narrow, "stands")


def test_a_point_has_classes_and_no_areas(zone: dict[str, LayerVersion]) -> None:
    where = read_site("POINT(117.16 29.11)", space_rules(ZONE).tolerances)
    checked = check(where)
    assert checked.answer == "not-permitted" and checked.result["changes"]["leave_out"] is None
    assert {each["area_m2"] for each in checked.result["findings"]} == {"0.00"}


def test_a_site_outside_the_zone_is_refused_and_one_across_its_border_left_open(
    zone: dict[str, LayerVersion],
) -> None:
    with pytest.raises(SiteRefused, match="does not lie in this zone"):
        check(site(118.0, 29.11, 118.01, 29.12))
    # 0.001 of 0.011 degrees lie beyond 29.2.
    assert "outside-zone" in codes(check(site(117.06, 29.19, 117.07, 29.201)))


def person(role: Role, body: str = "") -> User:
    return User(username=role.value, role=role, zone=ZONE, organisation=body)


def test_nothing_of_a_layer_that_one_may_not_see_comes_out(zone: dict[str, LayerVersion]) -> None:
    stranger, office = (
        person(Role.DEPARTMENT_OFFICER, "市林业局"),
        person(Role.LEADING_GROUP_OFFICE, "市发改委"),
    )
    with transaction.atomic():
        secret = lay(
            "secret", "protected-area", [(shapely.box(117.06, 29.11, 117.07, 29.12), "reserve-core")],
            confidentiality="restricted", title="不得外传",
        )  # fmt: skip
        inside, outside = site(117.061, 29.111, 117.062, 29.112), site(117.08, 29.13, 117.081, 29.131)
        told, elsewhere = check(inside, user=stranger), check(outside, user=stranger)
        assert told.answer == elsewhere.answer == "undecided" and told.withheld and not told.restricted
        # The answer does not depend on where the layer lies, so no series of sites can trace its border.
        assert codes(told) == codes(elsewhere)
        said = json.dumps(told.result, ensure_ascii=False)
        for word in (
            "secret",
            "不得外传",
            "reserve-core",
            "自然保护",
            "protected-area",
            secret.sha256,
            secret.content_digest,
        ):
            assert word not in said.replace(json.dumps(told.result["not_consulted"], ensure_ascii=False), "")
        full = check(inside, user=office)
        assert (
            full.answer == "not-permitted"
            and "reserve-core" in rules_with(full, "stands")
            and full.restricted
        )
        transaction.set_rollback(True)


def test_a_hidden_layer_that_no_rule_is_about_leaves_the_answer_alone(zone: dict[str, LayerVersion]) -> None:
    with transaction.atomic():
        lay("trees", "forest-survey", [(shapely.box(117.06, 29.11, 117.07, 29.12), "arbor-forest")],
            confidentiality="restricted")  # fmt: skip
        told = check(site(117.061, 29.111, 117.062, 29.112), user=person(Role.DEPARTMENT_OFFICER, "市水务局"))
        assert told.answer == "conditions" and "restricted-not-shown" in codes(told)
        assert "trees" not in json.dumps(told.result)
        transaction.set_rollback(True)


def test_where_the_zone_allows_it_only_the_verdict_of_a_hidden_line_is_told(
    zone: dict[str, LayerVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    import ecociv.territory.site_check.engine as engine

    told = dataclasses.replace(space_rules(ZONE), restricted="verdict")
    monkeypatch.setattr(engine, "space_rules", lambda _zone: told)
    with transaction.atomic():
        lay("secret", "protected-area", [(shapely.box(117.06, 29.11, 117.07, 29.12), "reserve-core")],
            confidentiality="restricted")  # fmt: skip
        stranger = person(Role.DEPARTMENT_OFFICER, "市林业局")
        inside = check(site(117.061, 29.111, 117.062, 29.112), user=stranger)
        assert inside.answer == "not-permitted" and "restricted-line" in codes(inside)
        assert "secret" not in json.dumps(inside.result) and inside.result["changes"]["leave_out"] is None
        assert "restricted-line" not in codes(check(site(117.08, 29.13, 117.081, 29.131), user=stranger))
        transaction.set_rollback(True)


def test_the_same_check_gives_the_same_bytes_and_later_layers_change_nothing(
    zone: dict[str, LayerVersion],
) -> None:
    where, moment = site(117.06, 29.11, 117.07, 29.12), timezone.now()
    first = check(where, as_of=moment)
    with transaction.atomic():
        lay(
            "red-line",
            "ecological-red-line",
            [(shapely.box(117.0, 29.0, 117.2, 29.2), "class-one")],
            reason="修编",
        )
        assert check(where, as_of=moment).digest == first.digest
        assert check(where).answer == "not-permitted"
        transaction.set_rollback(True)


def test_overlapping_features_of_a_class_are_counted_once(tmp_path: Any) -> None:
    # Two boxes of 0.02 x 0.01 degrees that share 0.01 x 0.01: the union is 0.03 x 0.01, three quarters of the sum.
    shapes = [shapely.box(117.0, 29.0, 117.02, 29.01), shapely.box(117.01, 29.0, 117.03, 29.01)]
    write_features(Features.of(shapes, ["a", "b"], ["x", "x"]), tmp_path / "two.gpkg")
    where = site(117.0, 29.0, 117.04, 29.01)
    found = overlap(LayerFile(tmp_path / "two.gpkg"), survey_outline(where.geometry), where.area)
    assert found.classes["x"].area == pytest.approx(0.75 * found.classes["x"].gross, rel=1e-9)
    assert found.classes["x"].area == pytest.approx(0.75 * where.area, rel=1e-9)
    assert found.covered == pytest.approx(found.classes["x"].area, rel=1e-12)


def test_a_long_feature_is_cut_to_the_site_and_one_that_only_passes_by_is_nothing(tmp_path: Any) -> None:
    # A ring of 3,000 corners around the site, whose box holds the site; a comb of as many corners across it.
    turn = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    around = np.column_stack([117.05 + 0.04 * np.cos(turn), 29.05 + 0.04 * np.sin(turn)])
    ring = shapely.Polygon(around, [(around - [117.05, 29.05]) * 0.9 + [117.05, 29.05]])
    top = np.column_stack([np.linspace(117.0, 117.1, 2500), 29.05 + 0.0005 * (np.arange(2500) % 2)])
    comb = shapely.Polygon(np.vstack([top, [[117.1, 29.04], [117.0, 29.04]]]))
    write_features(Features.of([ring, comb], ["ring", "comb"], ["x", "y"]), tmp_path / "large.gpkg")
    where = site(117.045, 29.045, 117.055, 29.055)
    found = overlap(LayerFile(tmp_path / "large.gpkg"), survey_outline(where.geometry), where.area)
    exact = quick_areas(np.array([shapely.intersection(comb, survey_outline(where.geometry))]))[0]
    assert found.classes.keys() == {"y"} and found.classes["y"].area == pytest.approx(exact, rel=1e-9)
    assert found.covered == pytest.approx(exact, rel=1e-9)


def test_a_large_site_is_cut_into_tiles_and_its_parts_still_add_up(tmp_path: Any, monkeypatch: Any) -> None:
    import ecociv.territory.site_check.overlaps as overlaps

    cells = [
        (shapely.box(117 + i * 0.01, 29 + j * 0.01, 117.01 + i * 0.01, 29.01 + j * 0.01), f"c{(i + j) % 3}")
        for i in range(12)
        for j in range(12)
    ]
    write_features(
        Features.of([cell for cell, _ in cells], [str(n) for n in range(144)], [c for _, c in cells]),
        tmp_path / "grid.gpkg",
    )
    file = LayerFile(tmp_path / "grid.gpkg")
    where = read_site(
        "POLYGON((117.003 29.004, 117.117 29.002, 117.111 29.113, 117.004 29.117, 117.003 29.004))",
        space_rules(ZONE).tolerances,
    )
    outline = survey_outline(where.geometry)
    whole = overlap(file, outline, where.area)
    assert whole.tiles == 1 and whole.covered == pytest.approx(where.area, rel=1e-9)
    monkeypatch.setattr(overlaps, "AT_ONCE", 20)
    tiled = overlap(file, outline, where.area)
    assert tiled.tiles > 8 and tiled.covered == pytest.approx(where.area, rel=1e-9)
    for key, one in whole.classes.items():
        assert tiled.classes[key].area == pytest.approx(one.area, rel=1e-8)
        assert tiled.classes[key].largest(200)[1] == one.largest(200)[1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("POLYGON((117 29, 117.01 29.01, 117.01 29, 117 29.01, 117 29))", "self-crossing"),
        ("POLYGON EMPTY", "empty"),
        ("", "empty"),
        ("POLYGON((117 29, 117.01 nan, 117.01 29.01, 117 29))", "not-finite"),
        ("POLYGON((29 117, 29.01 117, 29.01 117.01, 29 117))", "off-the-globe"),
        ("POLYGON((179.9 29, -179.9 29, -179.9 29.1, 179.9 29.1, 179.9 29))", "antimeridian"),
        ("POLYGON((60 -20, 130 -20, 130 50, 60 50, 60 -20))", "too-large"),
        ("LINESTRING(117 29, 118 30)", "not-areal"),
        ("POLYGON((500000 3210000, 501000 3210000, 501000 3211000, 500000 3210000))", "crs-needed"),
        ("SRID=2334;POLYGON((500000 3210000, 501000 3210000, 501000 3211000, 500000 3210000))", "crs-datum"),
        ("SRID=9;POLYGON((0 0, 1 0, 1 1, 0 0))", "crs-unknown"),
        ("{not json", "unreadable"),
        ("[1, 2]", "unreadable"),
        ("POLYGON((117 29", "unreadable"),
        ('{"type": "Polygon", "coordinates": "x"}', "unreadable"),
        ('{"type": "FeatureCollection", "features": []}', "empty"),
        ("POLYGON((117 29, 117.01 29, 117.02 29, 117 29))", "self-crossing"),
    ],
)
def test_sites_that_cannot_be_checked_say_why(given: str, code: str) -> None:
    with pytest.raises(SiteRefused) as refused:
        read_site(given, space_rules(ZONE).tolerances)
    assert refused.value.code == code and refused.value.text.zh and refused.value.text.en


def test_a_crossed_outline_is_repaired_when_asked_and_the_repair_is_noted() -> None:
    limits = space_rules(ZONE).tolerances
    bow = "POLYGON((117 29, 117.01 29.01, 117.01 29, 117 29.01, 117 29))"
    made = read_site(bow, limits, repair=True)
    # Two triangles of half the width each: half of the box.
    assert made.area == pytest.approx(site(117, 29, 117.01, 29.01).area / 2, rel=1e-4)
    assert "repaired" in made.notes[0].en
    with pytest.raises(SiteRefused, match="GCJ-02"):
        read_site(bow, limits, crs="GCJ-02")


def test_coordinates_of_a_gauss_zone_become_degrees() -> None:
    # EPSG:4547, central meridian 114: a square of 1 km at 117.2 east; scale grows with the distance from the meridian.
    import pyproj

    east, north = pyproj.Transformer.from_crs(4490, 4547, always_xy=True).transform(117.2, 29.3)
    square = shapely.box(east, north, east + 1000, north + 1000)
    made = read_site(f"SRID=4547;{square.wkt}", space_rules(ZONE).tolerances)
    scale = (1 + ((east - 500000 + 500) / 6371000) ** 2 / 2) ** 2
    assert made.area == pytest.approx(1e6 / scale, rel=2e-5)
    assert made.geometry.bounds[0] == pytest.approx(117.2, abs=1e-3) and "EPSG:4547" in made.notes[0].en


def test_geojson_of_several_polygons_is_one_site() -> None:
    parts = [shapely.box(117, 29, 117.01, 29.01), shapely.box(117.02, 29, 117.03, 29.01)]
    given = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(part))}
            for part in parts
        ],
    }
    made = read_site(json.dumps(given), space_rules(ZONE).tolerances)
    assert made.geometry.geom_type == "MultiPolygon"
    assert made.area == pytest.approx(float(areas_of(np.array(parts, dtype=object)).sum()), rel=1e-12)


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> tuple[LayerFile, LayerFile]:
    """An irregular partition of a box, in two orders."""
    random = np.random.default_rng(3)
    seeds = shapely.multipoints(
        np.column_stack([random.uniform(117, 117.1, 60), random.uniform(29, 29.1, 60)])
    )
    box = shapely.box(117, 29, 117.1, 29.1)
    shapes = list(
        shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=box)), box)
    )
    names, classes = [str(n) for n in range(len(shapes))], [f"k{n % 4}" for n in range(len(shapes))]
    folder = tmp_path_factory.mktemp("cells")
    write_features(Features.of(shapes, names, classes), folder / "a.gpkg")
    write_features(Features.of(shapes[::-1], names[::-1], classes[::-1]), folder / "b.gpkg")
    return LayerFile(folder / "a.gpkg"), LayerFile(folder / "b.gpkg")


@settings(max_examples=25)
@given(
    corners=st.lists(
        st.tuples(st.floats(117.005, 117.095), st.floats(29.005, 29.095)), min_size=3, max_size=9, unique=True
    )
)
def test_shares_add_up_and_do_not_depend_on_order(
    corners: list[tuple[float, float]], cells: tuple[LayerFile, LayerFile]
) -> None:
    shape = shapely.MultiPoint(corners).convex_hull
    if shape.geom_type != "Polygon" or shape.area < 1e-8:
        return
    where = read_site(shape, space_rules(ZONE).tolerances)
    outline = survey_outline(where.geometry)
    one, other = (overlap(file, outline, where.area) for file in cells)
    assert one.covered == pytest.approx(where.area, rel=1e-7)
    assert sum(part.area for part in one.classes.values()) == pytest.approx(where.area, rel=1e-7)
    assert one.classes.keys() == other.classes.keys()
    for key, part in one.classes.items():
        assert part.area == pytest.approx(other.classes[key].area, rel=1e-9, abs=1e-3)
        assert part.area <= where.area * (1 + 1e-7)
    assert np.allclose(
        quick_areas(np.array([outline])), areas_of(np.array([outline], dtype=object)), rtol=1e-10
    )


@settings(max_examples=15)
@given(shift=st.floats(-0.5, 0.5), size=st.floats(0.0005, 0.01))
def test_moving_site_and_layer_along_the_parallel_changes_no_area(
    shift: float, size: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def areas(by: float) -> tuple[float, float, float]:
        path = tmp_path_factory.mktemp("moved") / "a.gpkg"
        write_features(Features.of([shapely.box(117 + by, 29, 117.01 + by, 29.01)], ["a"], ["x"]), path)
        where = site(117.009 + by - size / 2, 29.001, 117.009 + by + size, 29.001 + size)
        file, outline = LayerFile(path), survey_outline(where.geometry)
        near = within(file, outline, 300.0, ["x"], 64)
        return overlap(file, outline, where.area).classes["x"].area, near.area, near.distance or 0.0

    assert areas(0.0) == pytest.approx(areas(round(shift, 4)), rel=1e-6, abs=0.01)


def lattice(numbers: list[int], moved: bool) -> list[shapely.Polygon]:
    """Nine cells of a lattice with shared, displaced corners; one of them may be moved over its neighbours."""
    corner = np.array(
        [
            [
                (column + (numbers[row * 4 + column] % 7) / 20, row + (numbers[row * 4 + column] % 5) / 20)
                for column in range(4)
            ]
            for row in range(4)
        ]
    )
    cells = [
        shapely.Polygon(
            [
                corner[row, column],
                corner[row, column + 1],
                corner[row + 1, column + 1],
                corner[row + 1, column],
            ]
        )
        for row in range(3)
        for column in range(3)
    ]
    if moved:
        cells[4] = shapely.affinity.translate(cells[4], 0.01, 0.0)
    return cells


@settings(max_examples=40)
@given(
    numbers=st.lists(st.integers(0, 1000), min_size=16, max_size=16),
    turned=st.lists(st.booleans(), min_size=9, max_size=9),
    hole=st.booleans(),
    twice=st.booleans(),
)
def test_edges_cancel_just_where_cells_share_them_whole(
    numbers: list[int], turned: list[bool], hole: bool, twice: bool
) -> None:
    box = (1.2, 1.2, 1.9, 1.9)
    cells = lattice(numbers, moved=False)
    if hole:  # an island in the middle cell, in one cell with a hole or in several parts
        island = shapely.Point(1.6, 1.6).buffer(0.1)
        cells[4] = shapely.Polygon(cells[4].exterior, [island.exterior])
        cells.append(shapely.multipolygons([island]))
    shapes = np.array(
        [shapely.reverse(one) if back else one for one, back in zip(cells, [*turned, False], strict=False)]
    )
    # Whichever way they run, whatever their order; covered twice is even as well, and the areas tell it.
    assert edges_cancel(np.concatenate([shapes, shapes]) if twice else shapes, box)
    assert edges_cancel(shapes[::-1], box)
    # One cell over its neighbours, one cell missing, one cell twice: the middle cell's border lies in the box.
    middle = (1.0, 1.0, 2.3, 2.3)
    assert not edges_cancel(np.array(lattice(numbers, moved=True)), middle)
    assert not edges_cancel(np.delete(shapes, 4), middle)
    assert not edges_cancel(np.append(shapes, shapes[4]), middle)


@settings(max_examples=25)
@given(
    places=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 9)), min_size=1, max_size=12
    ),
    tiles=st.booleans(),
)
def test_one_read_gives_what_a_plain_count_gives(
    places: list[tuple[int, int, int]], tiles: bool, tmp_path_factory: Any
) -> None:
    # Squares that may lie over each other; each class measured without index, tiles or shortcuts.
    shapes = [
        shapely.box(117 + x / 4000, 29 + y / 4000, 117 + (x + s) / 4000, 29 + (y + s) / 4000)
        for x, y, s in places
    ]
    names = ["a" if number % 3 else "b" for number in range(len(shapes))]
    path = tmp_path_factory.mktemp("plain") / "plain.gpkg"
    write_features(Features.of(shapes, [str(n) for n in range(len(shapes))], names, [""] * len(shapes)), path)
    where = read_site(shapely.Point(117.005, 29.005).buffer(0.003), space_rules(ZONE).tolerances)
    outline = survey_outline(where.geometry)
    file = LayerFile(path)
    with pytest.MonkeyPatch.context() as patched:
        if tiles:
            patched.setattr("ecociv.territory.site_check.overlaps.AT_ONCE", 2)
        found = overlap(file, outline, where.area)
    for name in set(names):
        union = shapely.union_all([one for one, its in zip(shapes, names, strict=True) if its == name])
        plain = float(quick_areas(np.array([shapely.intersection(union, outline)]))[0])
        mine = found.classes[name].area if name in found.classes else 0.0
        assert mine == pytest.approx(plain, rel=1e-9, abs=1e-6 * where.area if tiles else 1e-4)
    assert file.outlines_at_once(*outline.bounds, at_most=0) is None or not found.classes

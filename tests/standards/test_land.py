"""Classes and their mapping, intensity, retained areas, zones, coordinates and patches."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from ecociv.standards import MeasurementError, land
from shared_data import shared_file

THIRD, LATEST, FIRST = "third-survey", "territorial-2023", "gbt-21010-2017"


def test_sizes_of_the_classifications() -> None:
    assert [len(land.land_classes(FIRST, level)) for level in (1, 2)] == [12, 73]
    assert [len(land.land_classes(THIRD, level)) for level in (1, 2)] == [13, 55]
    assert len(land.land_classes(LATEST, 1)) == 24
    assert len(land.land_classes(LATEST)) == sum(len(land.land_classes(LATEST, level)) for level in (1, 2, 3))


@pytest.mark.parametrize("scheme", list(land.Scheme))
def test_every_class_has_its_parent_and_both_names(scheme: land.Scheme) -> None:
    codes = {one.code for one in land.land_classes(scheme)}
    for one in land.land_classes(scheme):
        assert re.fullmatch(r"\d\d(\d\d|\dH\d)?(\d\d)?|\d\dH\d", one.code)
        assert (one.parent in codes) == (one.level > 1)
        assert re.search("[\u4e00-\u9fff]", one.name.zh) and one.name.en.isascii()


def test_wetland_of_the_third_survey_keeps_its_old_codes() -> None:
    inside = [one.code for one in land.land_classes(THIRD) if one.parent == "00"]
    assert inside == ["0303", "0304", "0306", "0402", "0603", "1105", "1106", "1108"]


@pytest.mark.parametrize(
    ("scheme", "code", "group"),
    [
        (FIRST, "0101", "agricultural"),
        (FIRST, "0403", "agricultural"),
        (FIRST, "0404", "unused"),
        (FIRST, "1006", "agricultural"),
        (FIRST, "1005", "construction"),
        (FIRST, "1103", "agricultural"),
        (FIRST, "1109", "construction"),
        (FIRST, "1101", "unused"),
        (FIRST, "1201", "construction"),
        (THIRD, "05H1", "construction"),
        (THIRD, "09", "construction"),
        (THIRD, "0603", "construction"),
        (LATEST, "0507", "agricultural"),
        (LATEST, "060101", "agricultural"),
        (LATEST, "080403", "construction"),
        (LATEST, "1311", "construction"),
        (LATEST, "1701", "unused"),
    ],
)
def test_groups_of_classes(scheme: str, code: str, group: str) -> None:
    assert land.land_class(scheme, code).group == group


@pytest.mark.parametrize("code", ["2302", "16", "18", "24", "1801"])
def test_no_group_is_invented(code: str) -> None:
    assert land.land_class(LATEST, code).group is None


def test_every_class_below_the_first_level_of_the_surveys_has_one_group() -> None:
    for scheme in (FIRST, THIRD):
        assert all(one.group for one in land.land_classes(scheme, 2))


def test_area_by_group_keeps_the_total_and_counts_nothing_twice() -> None:
    sums = land.area_by_group({"01": Decimal(5), "04": Decimal(3), "0702": Decimal(2)}, FIRST)
    # grassland as a whole belongs to two groups and is not divided
    assert sums[None] == 3 and sums[land.LandGroup.AGRICULTURAL] == 5 and sum(sums.values()) == 10
    with pytest.raises(land.UnknownLandClass, match="count twice"):
        land.area_by_group({"00": Decimal(5), "0303": Decimal(3)}, THIRD)


def test_every_leaf_of_the_third_survey_maps_one_way_or_another() -> None:
    for one in land.land_classes(THIRD):
        if one.level == 2 or one.code == "09":
            found = land.mapping(one.code, THIRD, LATEST)
            assert found.candidates
            assert (found.target is None) == (
                found.kind in (land.MappingKind.CONFIRM, land.MappingKind.CHOOSE)
            )
            for code in found.candidates:
                land.land_class(LATEST, code)


@pytest.mark.parametrize(
    ("code", "target", "kind"),
    [
        ("0204", "0205", "one"),
        ("0404", "0403", "one"),
        ("0809", "13", "broader"),
        ("09", "15", "broader"),
        ("1109", None, "confirm"),
        ("08H2", None, "choose"),
    ],
)
def test_mapping_states_what_is_not_one_to_one(code: str, target: str | None, kind: str) -> None:
    found = land.mapping(code, THIRD, LATEST)
    assert (found.target, found.kind) == (target, kind)


def test_the_classes_of_2017_go_through_the_third_survey() -> None:
    assert land.mapping("0604", FIRST, THIRD).target == "0508"
    assert land.mapping("0604", FIRST, LATEST).target == "1101"
    assert land.mapping("0803", FIRST, LATEST).kind == "choose"
    assert len([one for one in land.land_classes(FIRST, 2) if land.mapping(one.code, FIRST, LATEST)]) == 73


def test_reserve_land_is_never_filled_by_conversion() -> None:
    never = land.without_source(THIRD, LATEST)
    assert {"2302", "16", "24", "0204"} <= set(never)
    assert not {"1301", "13", "0901", "15", "1501"} & set(never)


def test_unknown_codes_schemes_and_first_level_codes_are_refused() -> None:
    with pytest.raises(land.UnknownLandClass, match="0101, 0102"):
        land.land_class(FIRST, "0199")
    with pytest.raises(land.UnknownLandClass, match="third-survey"):
        land.land_classes("GB/T 21010")
    with pytest.raises(land.UnknownLandClass, match="only by its parts: 0303"):
        land.mapping("00", THIRD, LATEST)
    with pytest.raises(land.UnknownLandClass, match="No mapping"):
        land.mapping("0101", LATEST, THIRD)


leaves = [one.code for one in land.land_classes(THIRD, 2)]


@given(st.dictionaries(st.sampled_from(leaves), st.decimals(0, 10**6, places=2), min_size=1))
def test_mapped_and_undecided_areas_are_the_total(areas: dict[str, Decimal]) -> None:
    found = land.map_areas(areas, THIRD, LATEST)
    assert sum(found.value.values()) + sum(found.undecided.values()) == sum(areas.values()) == found.total
    choices = {one.code: one.candidates[0] for one in land.undecided(THIRD, LATEST) if one.code in areas}
    settled = land.map_areas(areas, THIRD, LATEST, choices)
    assert settled.undecided == {} and sum(settled.value.values()) == found.total
    assert settled.validity.enough


def test_a_decision_that_leaves_a_rest_shows_it() -> None:
    found = land.map_areas({"0810": Decimal(10)}, THIRD, LATEST, {"0810": {"1401": Decimal(7)}})
    assert found.value == {"1401": 7} and found.undecided == {"0810": 3}
    assert found.marks and "undecided" in found.explain("en")
    for wrong, says in (
        ({"0810": {"1401": Decimal(11)}}, "gives out 11"),
        ({"0101": "0101"}, "no area"),
        ({"0810": "9999"}, "no class"),
    ):
        with pytest.raises(MeasurementError, match=says):
            land.map_areas({"0810": Decimal(10)}, THIRD, LATEST, wrong)  # type: ignore[arg-type]


def test_development_intensity() -> None:
    # 378.6 / 5256 = 7.2032 %
    assert land.development_intensity(378.6, 5256).value == pytest.approx(7.203196, abs=1e-6)
    found = land.development_intensity([1, np.nan, 0, 5], [4, 4, 0, 5])
    assert found.value.tolist()[0] == 25 and np.isnan(found.value[1:3]).all() and found.value[3] == 100
    with pytest.raises(MeasurementError, match="exceed the whole"):
        land.development_intensity(5.01, 5)
    assert "国土开发强度" in found.explain("zh", at=0)


def test_retained_areas_on_both_sides_and_missing() -> None:
    needed = {"浮梁县": Decimal("10.00"), "乐平市": Decimal("20.00")}
    exact = land.retained_area(dict(needed), needed)
    assert exact.verdict.ok is True and exact.value == 0
    below = land.retained_area({"浮梁县": Decimal("9.99"), "乐平市": Decimal("20.01")}, needed)
    assert below.verdict.ok is False and below.verdict.codes == ("unit-below",) and below.value == 0
    unknown = land.retained_area({"浮梁县": Decimal("10.01"), "乐平市": None}, needed)
    assert unknown.verdict.ok is None and unknown.value is None and not unknown.validity.enough
    # what is there already suffices for the whole, but not for the unit that is missing
    assert land.retained_area({"浮梁县": Decimal(99)}, needed).verdict.codes == ("unit-missing",)
    whole = land.retained_area(dict(needed), needed, whole=Decimal("30.01"))
    assert whole.verdict.codes == ("whole-below",) and whole.value == Decimal("-0.01")
    with pytest.raises(MeasurementError, match="珠山区"):
        land.retained_area({"珠山区": Decimal(1)}, needed)


@pytest.mark.parametrize("width", [3, 6])
@pytest.mark.parametrize("numbered", [True, False])
def test_epsg_codes_against_the_register(width: int, numbered: bool) -> None:
    first, last = (25, 45) if width == 3 else (13, 23)
    for zone in range(first, last + 1):
        crs = pyproj.CRS.from_epsg(land.epsg_code(zone, width, numbered=numbered))
        meridian = zone * 3 if width == 3 else zone * 6 - 3
        settings = {
            item["name"]: item["value"] for item in crs.coordinate_operation.to_json_dict()["parameters"]
        }
        assert settings["Longitude of natural origin"] == meridian
        assert settings["False easting"] == 500_000 + (zone * 1_000_000 if numbered else 0)
        assert crs.geodetic_crs.to_epsg() == land.GEOGRAPHIC_EPSG
        found = land.projection_zone(float(meridian), width)
        assert (found.value, found.meridian) == (zone, meridian)
    for beyond in (first - 1, last + 1):
        with pytest.raises(MeasurementError, match="does not exist"):
            land.epsg_code(beyond, width)


def test_zones_on_both_sides_of_their_boundary() -> None:
    # Jiangxi lies on both sides of 115.5 E
    below, at = np.nextafter(115.5, 0), 115.5
    assert land.projection_zone([below, at]).epsg.tolist() == [4547, 4548]
    assert land.projection_zone([below, at]).epsg_numbered.tolist() == [4526, 4527]
    assert land.projection_zone([np.nextafter(114.0, 0), 114.0], width=6).value.tolist() == [19, 20]
    outside = land.projection_zone([10.0, np.nan])
    assert outside.value.tolist() == [0, 0] and np.isnan(outside.meridian).all()
    for wrong in ({"longitude": 200}, {"longitude": 117, "width": 9}):
        with pytest.raises(MeasurementError):
            land.projection_zone(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "shifted"),
    [
        # widely published pairs, computed with a semi-axis of 6378137 instead of 6378245: 2e-5 of a shift of 700 m
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_known_points_of_the_shift(given: tuple[float, float], shifted: tuple[float, float]) -> None:
    found = land.convert_coordinates(*given, source="WGS84", target="GCJ-02")
    assert found.value == pytest.approx(shifted, abs=3e-7)
    assert found.marks


@given(st.lists(st.tuples(st.floats(73, 137), st.floats(2, 55)), min_size=1, max_size=20))
def test_there_and_back_is_the_same_point(points: list[tuple[float, float]]) -> None:
    east, north = np.array(points).T
    shifted = land.convert_coordinates(east, north, source="WGS84", target="GCJ-02")
    back = land.convert_coordinates(shifted.longitude, shifted.latitude, source="GCJ-02", target="WGS84")
    assert np.abs(back.longitude - east).max() < 1e-9 and np.abs(back.latitude - north).max() < 1e-9
    one = land.convert_coordinates(float(east[0]), float(north[0]), source="WGS84", target="GCJ-02")
    assert one.value == tuple(shifted.value[0])


def test_outside_the_range_nothing_moves_and_it_is_said() -> None:
    found = land.convert_coordinates(
        [2.35, 117.2, np.nan], [48.86, 29.3, 29.3], source="WGS84", target="GCJ-02"
    )
    assert found.value[0].tolist() == [2.35, 48.86] and found.outside.tolist() == [True, False, False]
    assert np.isnan(found.value[2]).all() and found.validity.enough.tolist() == [True, True, False]
    assert "outside the range" in found.explain("en", at=0) and "outside the range" not in found.explain(
        "en", at=1
    )
    # both sides of the western bound
    edge = land.convert_coordinates([72.0039, 72.004], 40.0, source="WGS84", target="GCJ-02")
    assert edge.outside.tolist() == [True, False]


def test_cgcs2000_is_wgs84_and_says_so() -> None:
    found = land.convert_coordinates(117.2, 29.3, source="WGS84", target="CGCS2000")
    assert found.value == (117.2, 29.3) and not found.marks and not found.outside
    assert "centimetres" in found.explain("en")
    for wrong in ({"source": "BD-09", "target": "WGS84"}, {"source": "WGS84", "target": "Xian80"}):
        with pytest.raises(MeasurementError, match="known datum"):
            land.convert_coordinates(117, 29, **wrong)
    with pytest.raises(MeasurementError, match="swapped"):
        land.convert_coordinates(29, 117, source="WGS84", target="GCJ-02")


@pytest.mark.oracle
def test_the_shifted_county_boundaries_meet_the_others() -> None:
    def read(name: str) -> dict[str, Any]:
        features = json.loads(shared_file(f"boundaries/{name}.geojson").read_text(encoding="utf-8"))[
            "features"
        ]
        return {one["properties"]["name"]: shape(one["geometry"]).buffer(0) for one in features}

    truth, given = read("jingdezhen_counties_ctamap_wgs84"), read("jingdezhen_counties_datav_gcj02")

    def straight(xy: np.ndarray) -> np.ndarray:
        return np.asarray(land.convert_coordinates(*xy.T, source="GCJ-02", target="WGS84").value)

    def overlap(first: Any, second: Any) -> float:
        return round(first.intersection(second).area / first.union(second).area, 2)

    names = ("昌江区", "珠山区", "乐平市", "浮梁县")
    before = {name: overlap(given[name], truth[name]) for name in names}
    after = {name: overlap(shapely.transform(given[name], straight), truth[name]) for name in names}
    assert sorted(before.values()) == [0.75, 0.86, 0.95, 0.95]
    assert sorted(after.values()) == [0.81, 0.91, 0.97, 0.97]
    assert all(after[name] > before[name] for name in names)


@pytest.mark.parametrize(
    ("group", "scattered", "least"),
    [
        ("construction", False, 400),
        ("agricultural", False, 800),
        ("unused", False, 1200),
        ("construction", True, 200),
        ("agricultural", True, 400),
        ("unused", True, 600),
    ],
)
def test_both_sides_of_every_smallest_patch(group: str, scattered: bool, least: float) -> None:
    found = land.mapped_patches([np.nextafter(least, 0), least], group, scattered=scattered)
    assert found.value.tolist() == [False, True]
    assert not found.marks


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 50)), min_size=1, max_size=50))
def test_dropped_and_kept_areas_balance(pieces: list[tuple[float, float]]) -> None:
    area, width = np.array(pieces).T
    found = land.drop_slivers(area, width)
    assert found.kept_area + found.dropped_area == pytest.approx(area.sum())
    assert found.dropped == np.count_nonzero(~found.value)
    assert found.marks  # the limits are a practice, not a rule


def test_slivers_by_own_limits_and_nothing_dropped_on_missing_data() -> None:
    assert land.drop_slivers(150, least_area=200).value is False
    assert land.drop_slivers([np.nan, 99.99, 100.0]).value.tolist() == [True, False, True]
    with pytest.raises(MeasurementError, match="garden"):
        land.mapped_patches(1, "garden")
    with pytest.raises(MeasurementError, match="-1"):
        land.drop_slivers(-1)

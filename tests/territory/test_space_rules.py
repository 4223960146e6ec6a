"""Rules of space: data that holds together, faults with file and line, purposes, the matrix, and the verdict."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from ecociv.evidence.declared import DeclarationError
from ecociv.territory.layers.kinds import layer_kinds
from ecociv.territory.rules.buffers import LocalPlane, widened
from ecociv.territory.rules.conflicts import conflict_between
from ecociv.territory.rules.judging import Answer, Status, answer_of, judge, missing_layers
from ecociv.territory.rules.loading import SpaceRules, space_rules
from ecociv.territory.rules.purposes import PurposeRefused, purpose_of

ZONE = "jingdezhen"


@pytest.fixture(scope="module")
def rules() -> SpaceRules:
    return space_rules(ZONE)


def test_what_the_plan_asks_is_declared_with_its_day(rules: SpaceRules) -> None:
    own = {rule.key: rule for rule in rules.rules}
    kilometre = own["kilometre-fertiliser"]
    assert kilometre.within == 1000 and kilometre.from_ == dt.date(2015, 7, 24) and kilometre.verified
    assert "8.4294" in own["retained-farmland"].said.zh and "36.48542" in own["retained-forest-land"].said.zh
    assert {one.layer for one in rules.required} >= {"ecological-red-line", "permanent-basic-farmland"}
    # Every division of GB/T 4754-2017 is there: 01 to 97 in 20 sections.
    divisions = [each.key for section in rules.industries.sections for each in section.divisions]
    assert divisions == [f"{n:02d}" for n in range(1, 98)] and len(rules.industries.sections) == 20


def test_a_law_that_was_amended_holds_on_its_own_days(rules: SpaceRules) -> None:
    def cited(on: dt.date) -> list[str]:
        return [
            rule.citation.zh
            for rule in rules.of_layer("drinking-water-source", on)
            if rule.names_class("first-class")
        ]

    assert cited(dt.date(2017, 12, 31)) == ["水污染防治法（2008）第五十八条"]
    assert cited(dt.date(2018, 1, 1)) == ["水污染防治法（2017修正）第六十五条"]
    assert cited(dt.date(2008, 5, 31)) == []
    # One kilometre from a tributary for chemicals since the Yangtze law, not before.
    assert rules.reach("water-surface", dt.date(2015, 1, 1)) == 0
    assert "river-kilometre-chemicals" not in {
        r.key for r in rules.of_layer("water-surface", dt.date(2021, 2, 28))
    }
    assert "river-kilometre-chemicals" in {
        r.key for r in rules.of_layer("water-surface", dt.date(2021, 3, 1))
    }


BROKEN = """\
zone: {zone}
rules:
  - key: first
    layer: water-surface
    effect: forbids
    classes: [ocean]
    traits: [invisible]
    industries: [C99]
    exemption: a-letter
    said: {{zh: "甲", en: "A"}}
    from: 2015-01-01
    citation: {{zh: "甲", en: "A"}}
required:
  - {{layer: moon, from: 2015-01-01, reason: {{zh: "甲", en: "A"}}}}
"""


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "space.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))


def test_each_fault_of_a_zone_file_names_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, monkeypatch, BROKEN.format(zone="another"))
    with pytest.raises(DeclarationError) as refused:
        space_rules("elsewhere")
    lines = str(refused.value).splitlines()
    for start, words in (
        ("space.yaml:1: zone", "in the folder of 'elsewhere'"),
        ("space.yaml:6: rules.first.classes", "water-surface has no class 'ocean'"),
        ("space.yaml:7: rules.first.traits", "'invisible' is no trait"),
        ("space.yaml:8: rules.first.industries", "no division of GB/T 4754"),
        ("space.yaml:9: rules.first.exemption", "not declared under exemptions"),
        ("space.yaml:14: required", "'moon' is no kind"),
    ):
        assert any(line.startswith(start) and words in line for line in lines), (start, lines)


def test_dates_in_the_wrong_order_and_keys_used_twice_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = (
        "  - {key: red-line-one, layer: water-surface, effect: limits, said: {zh: 甲, en: A}, from: 2015-01-01,"
        " to: 2014-01-01, citation: {zh: 甲, en: A}}\n"
    )
    written(tmp_path, monkeypatch, "zone: elsewhere\nrules:\n" + rule)
    with pytest.raises(DeclarationError, match=r"space.yaml:3: .*lies before the first"):
        space_rules("elsewhere")
    (tmp_path / "elsewhere" / "space.yaml").write_text(
        "zone: elsewhere\nrules:\n" + rule.replace("to: 2014", "to: 2016"), encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match="'red-line-one' is used twice"):
        space_rules("elsewhere")


def test_a_zone_without_a_file_has_the_rules_of_the_nation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    assert space_rules("plain").required == () and len(space_rules("plain").rules) > 40


@pytest.mark.parametrize("code", ["Z", "C99", "C2", "c26", "nothing", "", "C26111"])
def test_purposes_that_nobody_knows_are_refused_with_the_list(code: str, rules: SpaceRules) -> None:
    with pytest.raises(PurposeRefused, match="housing"):
        purpose_of(code, rules)


def test_what_is_wider_than_a_rule_is_unknown_and_not_a_no(rules: SpaceRules) -> None:
    chemicals = next(rule for rule in rules.rules if rule.key == "river-kilometre-chemicals")
    assert purpose_of("C2611", rules).falls_under(chemicals) is True
    assert purpose_of("C13", rules).falls_under(chemicals) is False
    wide = purpose_of("C", rules)
    assert wide.falls_under(chemicals) is None and wide.unsaid(chemicals) == ("industry",)
    with pytest.raises(PurposeRefused, match="both as true and as false"):
        purpose_of("C", rules, yes=["mining"], no=["mining"])
    with pytest.raises(PurposeRefused, match="is no trait"):
        purpose_of("C", rules, yes=["pretty"])


def test_a_trait_lifts_a_rule_only_where_it_is_claimed(rules: SpaceRules) -> None:
    zone = next(rule for rule in rules.rules if rule.key == "no-building-zone")
    for said, status in (((), Status.STANDS), (("ecological",), None)):
        found = judge(zone, purpose_of("housing", rules, yes=said), {})
        assert (found.status if found else None) is status


def test_one_no_wins_then_the_unknown_then_conditions(rules: SpaceRules) -> None:
    assert answer_of([Status.STANDS, Status.OPEN, Status.CONDITION]) is Answer.NOT_PERMITTED
    assert answer_of([Status.OPEN, Status.CONDITION]) is Answer.UNDECIDED
    assert answer_of([Status.CONDITION, Status.MET]) is Answer.CONDITIONS
    assert answer_of([Status.MET, Status.SLIVER, Status.ENCOURAGES]) is Answer.PERMITTED
    on, housing = dt.date(2018, 6, 1), purpose_of("housing", rules)
    missing = missing_layers(rules, ["ecological-red-line"], housing, on)
    assert answer_of([], missing) is Answer.UNDECIDED
    assert "livestock-zone" not in {reason.data["layer"] for reason in missing}
    farm = missing_layers(rules, ["ecological-red-line"], purpose_of("A03", rules), on)
    assert "livestock-zone" in {reason.data["layer"] for reason in farm}


PAIRS = [(kind.key, key) for kind in layer_kinds().values() for key in (*kind.class_names(), "x")[:6]]


@given(st.sampled_from(PAIRS), st.sampled_from(PAIRS))
def test_the_matrix_does_not_care_for_order(one: tuple[str, str], other: tuple[str, str]) -> None:
    on = dt.date(2016, 1, 1)
    there, back = conflict_between(*one, *other, on), conflict_between(*other, *one, on)
    assert (there is None) == (back is None)
    if there and back:
        assert there.key == back.key and there.prevails == back.prevails and there.yields == back.yields
        assert {there.prevails, there.yields} in ({one, other}, {None})


def test_priority_settles_what_the_matrix_leaves_to_it() -> None:
    # Forest of grade one has rank 3 and grade three rank 5; the city plan has 7.
    found = conflict_between("urban-plan", "M", "retained-forest", "grade-three", dt.date(2016, 1, 1))
    assert found and (found.priority_a, found.priority_b) == (7, 5)
    assert found.prevails == ("retained-forest", "grade-three") and found.severity == "review"
    settled = conflict_between(
        "permanent-basic-farmland", "basic-farmland", "retained-forest", "grade-one", dt.date(2016, 1, 1)
    )
    assert settled and settled.prevails is None and settled.yields is None
    assert conflict_between("urban-plan", "M", "retained-forest", "grade-one", dt.date(2009, 12, 31)) is None


@given(st.floats(73, 135), st.floats(18, 53), st.floats(0, 360), st.floats(10, 20_000))
def test_a_distance_from_the_centre_is_that_on_the_ellipsoid(
    longitude: float, latitude: float, azimuth: float, metres: float
) -> None:
    import shapely

    there = Geod(a=6378137.0, rf=298.257222101).fwd(longitude, latitude, azimuth, metres)[:2]
    flat = LocalPlane(longitude, latitude).to_plane(shapely.Point(there))
    assert (flat.x**2 + flat.y**2) ** 0.5 == pytest.approx(metres, rel=1e-9, abs=1e-6)
    west, south, east, north = widened((longitude, latitude, longitude, latitude), metres)
    assert west <= there[0] <= east and south <= there[1] <= north


def test_a_buffer_of_a_kilometre_has_the_area_of_its_circle() -> None:
    import shapely

    disc = LocalPlane(117.2, 29.3).buffer(shapely.Point(117.2, 29.3), 1000.0, 64)
    # A polygon of 256 corners in the circle: pi r2 (1 - (2 pi / 256)2 / 6) = 3,141,277 m2.
    assert disc.area == pytest.approx(3_141_277, abs=2)

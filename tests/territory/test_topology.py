"""One situation a test: what the report finds, what a rule makes of it, and how much area that moved."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.topology import (
    ChangeKind,
    Defect,
    RepairPlan,
    Rule,
    RuleRefused,
    Tolerances,
    difference,
    repair,
    report,
)
from ecociv.territory.topology.coverage import overlaps, unmatched
from ecociv.territory.topology.measure import is_finite

METRE = 1 / 111_000
"""About a metre of latitude, in degrees."""


def _box(west, south, east, north):
    """A box in thousandths of a degree (about 97 m by 111 m) from 117 E, 29 N."""
    return shapely.box(117 + west / 1000, 29 + south / 1000, 117 + east / 1000, 29 + north / 1000)


def _found(shapes, **options) -> dict[Defect, int]:
    counts = report(np.array(shapes, dtype=object), **options).counts
    return {kind: count for kind, count in counts.items() if count}


BOWTIE = shapely.Polygon([(117, 29), (117.01, 29.01), (117.01, 29), (117, 29.01)])


def test_a_sound_layer_has_no_findings():
    shapes = [_box(0, 0, 10, 10), _box(10, 0, 20, 10), _box(0, 10, 20, 20)]
    # The third lies against the first two, whose common corner is no vertex of it: no overlap, no gap.
    assert _found(shapes) == {}


def test_a_bow_tie_is_invalid_and_says_where_and_becomes_two_triangles():
    found = report(np.array([BOWTIE]), ["a"])
    (finding,) = found.of(Defect.INVALID)
    assert finding.detail == "Self-intersection"
    assert (finding.longitude, finding.latitude) == pytest.approx((117.005, 29.005))
    done = repair(np.array([BOWTIE]), RepairPlan.parse(["make-valid"]), identities=["a"])
    assert shapely.is_valid(done.geometries).all()
    # Each triangle is a quarter of the box; by the ring formula the two cancel.
    (entry,) = done.log
    assert entry.after == pytest.approx(areas_of(np.array([_box(0, 0, 10, 10)]))[0] / 2, rel=1e-4)
    assert entry.detail.startswith("Self-intersection")


def test_overlap_with_its_area_and_pair():
    found = report(np.array([_box(0, 0, 10, 10), _box(9, 0, 20, 10)]), ["a", "b"])
    (finding,) = found.of(Defect.OVERLAP)
    assert finding.identities == ("a", "b")
    assert finding.area == pytest.approx(areas_of(np.array([_box(9, 0, 10, 10)]))[0])
    # Mean width 2A/P of 97 m by 1109 m: 2*97*1109/(2*(97+1109)) = 89 m.
    assert finding.width == pytest.approx(89, abs=1)
    assert found.errors == 1


@pytest.mark.parametrize(
    ("rule", "loser"),
    [
        ("assign-overlaps:larger", "a"),
        ("assign-overlaps:smaller", "b"),
        ("assign-overlaps:first", "b"),
        ("assign-overlaps:priority=red-line>farmland", "b"),
        ("assign-overlaps:priority=farmland>red-line", "a"),
    ],
)
def test_an_overlap_goes_to_one_side_by_the_chosen_rule(rule, loser):
    shapes = np.array([_box(0, 0, 10, 10), _box(9, 0, 20, 10)])  # b is larger
    done = repair(shapes, RepairPlan.parse([rule]), identities=["a", "b"], classes=["red-line", "farmland"])
    (entry,) = done.log
    overlap = areas_of(np.array([_box(9, 0, 10, 10)]))[0]
    assert entry.identity == loser
    assert entry.before - entry.after == pytest.approx(overlap)
    assert done.change == pytest.approx(-overlap)
    assert report(done.geometries).errors == 0


def test_gaps_between_features_and_against_a_boundary():
    ring = [_box(0, 0, 30, 10), _box(0, 20, 30, 30), _box(0, 10, 10, 20), _box(20, 10, 30, 20)]
    found = report(np.array(ring))
    (gap,) = found.of(Defect.GAP)
    assert gap.area == pytest.approx(areas_of(np.array([_box(10, 10, 20, 20)]))[0])
    assert gap.features == (0, 1, 2, 3)
    # A gap is an error only in a layer that claims to cover everything.
    assert found.errors == 0
    assert report(np.array(ring), partition=True).errors == 1
    against = report(np.array(ring), boundary=_box(0, 0, 29, 31))
    assert [len(against.of(kind)) for kind in (Defect.GAP, Defect.OUTSIDE)] == [2, 1]


def test_a_narrow_gap_is_filled_by_the_longest_neighbour_and_a_wide_one_is_left():
    # Between the left and the right a strip of 2 m, closed at both ends.
    strip = 2 * METRE * 1000
    ring = np.array(
        [
            _box(0, 0, 10, 30),
            _box(10 + strip, 0, 30, 30),
            _box(0, -10, 30, 0),
            _box(0, 30, 30, 40),
        ]
    )
    (gap,) = report(ring).of(Defect.GAP)
    assert repair(ring, RepairPlan.parse(["fill-gaps:0.5"])).log == ()
    done = repair(ring, RepairPlan.parse(["fill-gaps:3"]))
    assert [entry.rule for entry in done.log] == [Rule.FILL_GAPS]
    assert done.log[0].feature in (0, 1)
    assert done.change == pytest.approx(gap.area)
    assert report(done.geometries).counts[Defect.GAP] == 0


def test_boundaries_drawn_twice_are_snapped():
    # The second border runs 0.2 m inside the first and has a vertex more.
    off = 0.2 * METRE * 1000
    other = shapely.Polygon(
        [(117.01 - off / 1000, 29), (117.02, 29), (117.02, 29.01), (117.01 - off / 1000, 29.01)]
    )
    shapes = np.array([_box(0, 0, 10, 10), other])
    assert report(shapes).counts[Defect.OVERLAP] == 1
    done = repair(shapes, RepairPlan.parse(["snap:0.5"]), identities=["a", "b"])
    assert [(entry.rule, entry.identity) for entry in done.log] == [(Rule.SNAP, "b")]
    assert not unmatched(done.geometries).any()
    # Its vertices are those of the first, to the last digit.
    assert {(117.01, 29.0), (117.01, 29.01)} <= set(map(tuple, shapely.get_coordinates(done.geometries[1])))
    # Within 0.1 m nothing moves; only vertices that lie on the other's edge are taken into it.
    closer = repair(shapes, RepairPlan.parse(["snap:0.1"]))
    assert closer.change == pytest.approx(0, abs=1e-3)
    assert report(closer.geometries).counts[Defect.OVERLAP] == 1


def test_duplicates_of_one_class_are_dropped_and_of_two_classes_kept():
    turned = shapely.Polygon(shapely.get_coordinates(_box(0, 0, 10, 10))[[2, 1, 0, 3, 2]])
    shapes = np.array([_box(0, 0, 10, 10), turned, _box(0, 0, 10, 10)])
    found = report(shapes, ["a", "b", "a"])
    assert found.counts[Defect.DUPLICATE] == 1
    assert found.counts[Defect.SAME_IDENTITY] == 1
    assert found.counts[Defect.OVERLAP] == 0
    done = repair(shapes, RepairPlan.parse(["drop-duplicates"]), classes=["x", "y", "x"])
    assert done.kept.tolist() == [0, 1]
    assert done.change == pytest.approx(-areas_of(shapes[:1])[0])


def test_slivers_by_the_cited_limit_holes_and_spikes():
    sliver = shapely.box(117, 29, 117.01, 29 + METRE)
    holed = _box(20, 0, 40, 20) - _box(25, 5, 30, 10)
    spiked = shapely.Polygon(
        [(117.05, 29), (117.06, 29), (117.06, 29.005), (117.08, 29.0050001), (117.06, 29.0051), (117.06, 29.01), (117.05, 29.01)]
    )  # fmt: skip
    found = report(np.array([sliver, holed, spiked]))
    assert [len(found.of(kind)) for kind in (Defect.SLIVER, Defect.HOLE, Defect.SPIKE)] == [1, 1, 1]
    assert found.of(Defect.SLIVER)[0].features == (0,)
    (spike,) = found.of(Defect.SPIKE)
    assert (spike.longitude, spike.latitude) == (117.08, 29.0050001)
    assert found.to_json()["tolerances"]["sliver_source"]["zh"]
    done = repair(np.array([spiked]), RepairPlan.parse(["drop-spikes"]))
    assert shapely.bounds(done.geometries[0])[2] == 117.06
    assert report(done.geometries).counts[Defect.SPIKE] == 0


def test_empty_missing_mixed_and_not_finite():
    mixed = shapely.GeometryCollection([_box(0, 0, 10, 10), shapely.Point(117, 29)])
    wrong = shapely.Polygon([(117, 29), (np.nan, 29), (117.1, 29.1)])
    shapes = np.array([None, shapely.Polygon(), mixed, wrong, shapely.LineString([(117, 29), (118, 29)])])
    assert _found(shapes) == {Defect.EMPTY: 2, Defect.NON_POLYGON: 2, Defect.NOT_FINITE: 1}
    done = repair(shapes, RepairPlan.parse(["drop-non-polygons", "drop-empty"]))
    assert done.kept.tolist() == [2, 3]
    assert done.geometries[0].equals(_box(0, 0, 10, 10))


def test_nothing_is_repaired_unless_it_is_chosen():
    shapes = np.array([BOWTIE, _box(0, 0, 10, 10), _box(0, 0, 10, 10), shapely.Polygon()])
    done = repair(shapes, RepairPlan())
    assert done.log == ()
    assert done.change == 0
    assert all(one is other for one, other in zip(done.geometries, shapes, strict=True))


@pytest.mark.parametrize(
    "text", ["mend", "snap", "snap:-1", "snap:1e3", "fill-gaps:x", "assign-overlaps:mine", "make-valid:3"]
)
def test_rules_that_are_none(text):
    with pytest.raises(RuleRefused) as caught:
        RepairPlan.parse([text])
    assert caught.value.text.zh


# -- properties ------------------------------------------------------------------------------------------------

_number = st.integers(0, 12)
_point = st.tuples(_number, _number)
_special = st.sampled_from(
    [None, shapely.Polygon(), shapely.Point(117, 29), BOWTIE, shapely.Polygon([(117, 29), (117, np.nan), (118, 29)]),
     shapely.box(117, 29, 117 + 1e-9, 29.01), _box(0, 0, 12, 12) - _box(0, 2, 5, 5),
     shapely.GeometryCollection([_box(0, 0, 3, 3), shapely.LineString([(117, 29), (117.01, 29)])])]
)  # fmt: skip


def _ring(points):
    """A ring in any state: crossing itself, folded, with repeated vertices."""
    return shapely.Polygon([(117 + x / 1000, 29 + y / 1000) for x, y in points])


_shape = st.one_of(st.lists(_point, min_size=3, max_size=7).map(_ring), _special)
_rules = st.sets(
    st.sampled_from(
        ["make-valid", "drop-non-polygons", "drop-duplicates", "drop-spikes", "snap:0.5", "assign-overlaps:larger",
         "assign-overlaps:first", "fill-gaps:5", "drop-empty"]
    )
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(_shape, min_size=1, max_size=6), _rules)
def test_no_crash_and_the_log_accounts_for_every_square_metre(shapes, rules):
    layer = np.array(shapes, dtype=object)
    report(layer).to_json()
    done = repair(layer, RepairPlan.parse(sorted(rules)))
    moved = sum(entry.after - entry.before for entry in done.log)
    assert done.change == pytest.approx(moved, abs=1e-3)
    assert {entry.rule for entry in done.log} <= {Rule(rule.partition(":")[0]) for rule in rules}
    report(done.geometries).to_json()


@settings(max_examples=25, deadline=None)
@given(st.lists(_shape, min_size=2, max_size=6))
def test_after_make_valid_and_assign_no_overlap_is_left_and_the_covered_area_stays(shapes):
    layer = np.array([each for each in shapes if is_finite(np.array([each]))[0]], dtype=object)
    valid = repair(layer, RepairPlan.parse(["make-valid", "drop-non-polygons", "drop-empty"])).geometries
    done = repair(valid, RepairPlan.parse(["assign-overlaps:larger"]))
    assert report(done.geometries).counts[Defect.OVERLAP] == 0
    before, after = (shapely.area(shapely.union_all(each)) for each in (valid, done.geometries))
    assert after == pytest.approx(before, rel=1e-9, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(_number, _number, st.integers(1, 6), st.integers(1, 6)), min_size=2, max_size=7))
def test_comparing_only_polygons_that_do_not_fit_finds_every_overlap(corners):
    shapes = np.array([_box(x, y, x + width, y + height) for x, y, width, height in corners])
    pairs = overlaps(shapes)
    every = {
        (one, other)
        for one in range(len(shapes))
        for other in range(one + 1, len(shapes))
        if shapely.area(shapely.intersection(shapes[one], shapes[other])) > 0
    }
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == every


# -- difference --------------------------------------------------------------------------------------------------


def _layer(*rows) -> Features:
    shapes, names, classes = zip(*rows, strict=True)
    return Features.of(list(shapes), list(names), list(classes))


def test_what_changed_between_two_versions():
    old = _layer(
        (_box(0, 0, 10, 10), "same", "farm"),
        (_box(10, 0, 20, 10), "moved", "farm"),
        (_box(20, 0, 30, 10), "reclassed", "farm"),
        (_box(30, 0, 40, 10), "removed", "forest"),
    )
    new = _layer(
        (_box(0, 0, 10, 10), "same", "farm"),
        (_box(10, 0, 20, 5), "moved", "farm"),
        (_box(20, 0, 30, 10), "reclassed", "built"),
        (_box(50, 0, 60, 10), "added", "forest"),
    )
    found = difference(old, new)
    assert {each.identity: each.kind.value for each in found.features} == {
        "same": "unchanged",
        "moved": "moved",
        "reclassed": "reclassed",
        "removed": "removed",
        "added": "added",
    }
    assert found.counts[ChangeKind.UNCHANGED] == 1
    moved = next(each for each in found.features if each.identity == "moved")
    assert moved.area_common == pytest.approx(moved.area_new)
    whole, half = (float(areas_of(np.array([each]))[0]) for each in (_box(0, 0, 10, 10), _box(0, 0, 10, 5)))
    # Farmland kept: one whole field and the lower half of another; its upper half is covered no more.
    assert found.areas == pytest.approx(
        {
            ("farm", "farm"): whole + half,
            ("farm", "built"): whole,
            ("farm", None): whole - half,
            ("forest", None): whole,
            (None, "forest"): whole,
        },
        rel=1e-6,
    )
    # By either version the areas add up.
    for side, layer in ((0, old), (1, new)):
        total = sum(area for pair, area in found.areas.items() if pair[side] is not None)
        assert total == pytest.approx(layer.areas().sum(), rel=1e-9)


def test_a_vertex_more_on_a_straight_edge_is_no_move():
    with_vertex = shapely.Polygon([(117, 29), (117.005, 29), (117.01, 29), (117.01, 29.01), (117, 29.01)])
    found = difference(_layer((_box(0, 0, 10, 10), "a", "x")), _layer((with_vertex, "a", "x")))
    assert found.changed == ()


def test_tolerances_that_are_declared_go_before_the_cited_ones():
    small = np.array([_box(0, 0, 10, 10)])
    assert report(small).counts[Defect.SLIVER] == 0
    assert report(small, tolerances=Tolerances(sliver_area=2e6, sliver_width=1.0)).counts[Defect.SLIVER] == 1

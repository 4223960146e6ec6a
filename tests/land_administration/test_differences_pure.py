"""Patches with areas that add up, and identity from run to run: arithmetic first, then properties."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.digests import digest_of_bytes, digest_of_json
from ecociv.land_administration.differences.declaration import rules
from ecociv.land_administration.differences.detection import Comparison, Plan, compare
from ecociv.land_administration.differences.identity import Known, Matching, Relation, Seen, match, together
from ecociv.land_administration.differences.patches import Outlines
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.layers.geopackage import LayerFile, write_features

DAY = dt.date(2018, 6, 1)
PAIR = ("city", "M", "farmland", "basic-farmland")
ZONE = "jingdezhen"


def box(west: float, east: float, south: float = 0.0, north: float = 10.0) -> Any:
    """Sides in thousandths of a degree from 117 east, 29 north."""
    return shapely.box(117 + west / 1000, 29 + south / 1000, 117 + east / 1000, 29 + north / 1000)


def plan(key: str, kind: str, rows: list[tuple[Any, str]]) -> Plan:
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [shape for shape, _class in rows]
    return Plan(
        key,
        kind,
        Features.of(shapes, [f"{key}{n}" for n in range(len(rows))], [name for _shape, name in rows]),
    )


def compared(
    farmland: list[Any], works: list[tuple[Any, str]], counties: Features | None = None
) -> Comparison:
    return compare(
        [
            plan("farmland", "permanent-basic-farmland", [(one, "basic-farmland") for one in farmland]),
            plan("city", "urban-plan", works),
        ],
        counties,
        DAY,
        zone=ZONE,
    )


def test_only_classes_that_the_matrix_knows_become_patches_and_areas_add_up() -> None:
    # The field is 20 wide, works cover its right half, a green space its left half: farmland goes with green.
    found = compared([box(0, 20)], [(box(10, 30), "M"), (box(0, 10), "G")])
    (patch,) = found.patches
    assert patch.pair == PAIR and patch.conflict == "farmland-against-city-plan"
    # Edges are straight on the equal-area map: within a millionth of the ellipsoidal box of 10 by 10.
    assert patch.measured == pytest.approx(float(areas_of(np.array([box(10, 20)]))[0]), rel=1e-6)
    assert patch.area == found.total == Decimal(str(round(patch.measured, 2)))
    assert found.conflicts[PAIR].prevails == ("permanent-basic-farmland", "basic-farmland")


def test_a_sliver_is_counted_apart_and_not_lost() -> None:
    # 1 m of a degree is about 97 m eastward here: 0.005 of a thousandth is half a metre wide, below the width of 2 m.
    found = compared([box(0, 10.005), box(20, 30)], [(box(10, 12), "M"), (box(20, 25), "M")])
    assert [one.sliver for one in found.patches] == [True, False]
    assert sum(one.area for one in found.patches) == found.total


def test_ground_that_two_features_of_a_class_cover_counts_once_and_of_two_classes_for_each() -> None:
    once = compared([box(0, 10)], [(box(0, 10), "M")]).total
    doubled = compared([box(0, 10)], [(box(0, 10), "M"), (box(0, 10), "M"), (box(0, 10), "G")])
    assert doubled.total == once and doubled.covered_twice == ("city",)
    two = compared([box(0, 10)], [(box(0, 10), "M"), (box(0, 10), "R")])
    # The sum is rounded once: 2 x 1,079,920.414 is 2,159,840.83, not twice 1,079,920.41.
    assert abs(two.total - 2 * once) <= Decimal("0.01") and {one.pair[1] for one in two.patches} == {"M", "R"}


def test_a_patch_on_a_border_is_in_both_counties_and_the_rest_outside() -> None:
    counties = Features.of([box(-50, 5), box(5, 8)], ["360222", "360281"], ["x", "y"])
    (patch,) = compared([box(0, 10)], [(box(0, 10), "M")], counties).patches
    # Of ten parts five lie in Fuliang, three in Leping, two in neither.
    assert [(code, float(area / patch.area)) for code, area in patch.counties] == [
        ("360222", pytest.approx(0.5, abs=1e-5)),
        ("360281", pytest.approx(0.3, abs=1e-5)),
        ("", pytest.approx(0.2, abs=1e-5)),
    ]
    assert sum(area for _code, area in patch.counties) == patch.area


def matched(before: list[Any], after: list[Any], ended: list[Any] = []) -> Matching:  # noqa: B006 - never changed
    known = [Known(number, PAIR, shape) for number, shape in enumerate(before, 1)]
    known += [Known(100 + number, PAIR, shape, alive=False) for number, shape in enumerate(ended, 1)]
    return match(known, [Seen(place, PAIR, shape) for place, shape in enumerate(after)], rules().same_share)


def test_more_than_half_both_ways_is_the_same_and_half_is_not() -> None:
    assert matched([box(0, 10)], [box(4, 14)]).kept == {0: 1}  # 6 of 10 both ways
    found = matched([box(0, 10)], [box(5.1, 15.1)])  # 4.9 of 10
    assert found.new == (0,) and not found.endings[1].succeeded and not found.descents
    # What remains of its ground is said: 4.9 of 10.
    assert found.endings[1].left / float(areas_of(np.array([box(0, 10)]))[0]) == pytest.approx(0.49, abs=1e-4)


def test_a_split_keeps_the_identity_with_the_larger_part_and_records_the_other() -> None:
    found = matched([box(0, 10)], [box(0, 6), box(7, 10)])
    assert found.kept == {0: 1} and found.new == (1,)
    assert [(one.number, one.place, one.relation) for one in found.descents] == [(1, 1, Relation.SPLIT)]


def test_three_thirds_succeed_what_none_of_them_is() -> None:
    found = matched([box(0, 9)], [box(0, 3), box(3, 6), box(6, 9)])
    assert found.new == (0, 1, 2) and found.endings[1].succeeded
    assert {one.relation for one in found.descents} == {Relation.SPLIT}


def test_a_merger_keeps_the_larger_and_says_where_the_smaller_went() -> None:
    found = matched([box(0, 6), box(6, 10)], [box(0, 10)])
    assert found.kept == {0: 1} and found.endings[2].succeeded
    assert [(one.number, one.relation) for one in found.descents] == [(2, Relation.MERGE)]


def test_one_that_shrank_to_a_third_is_another_that_comes_from_it() -> None:
    found = matched([box(0, 9)], [box(0, 3)])
    assert found.new == (0,) and found.descents[0].relation is Relation.CHANGED


def test_one_that_had_ended_comes_back_but_not_before_one_that_is_alive() -> None:
    assert matched([], [box(0, 10)], [box(0, 10)]).returned == {0: 101}
    assert matched([box(0, 9)], [box(0, 10)], [box(0, 10)]).kept == {0: 1}


def test_other_classes_on_the_same_ground_are_another_difference() -> None:
    found = match([Known(1, PAIR, box(0, 10))], [Seen(0, ("city", "R", *PAIR[2:]), box(0, 10))], 0.5)
    assert found.new == (0,) and not found.endings[1].succeeded


def test_what_is_left_in_slivers_is_said() -> None:
    found = match([Known(1, PAIR, box(0, 10))], [Seen(0, PAIR, box(0, 0.01), sliver=True)], 0.5)
    assert found.endings[1].left == 0 and found.endings[1].left_in_slivers > 0 and not found.new


spans = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(0, 2)), max_size=6)
works_of = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(0, 2), st.sampled_from("MRG")), max_size=6
)


@settings(max_examples=12)
@given(st.lists(st.tuples(spans, works_of), min_size=2, max_size=4))
def test_nothing_is_lost_between_runs(editions: list[tuple[Any, Any]]) -> None:
    """Every patch of every run is one difference; every difference that was alive is kept, succeeded or resolved."""
    ledger: dict[int, Known] = {}
    counties = Features.of([box(-100, 15, -50, 100)], ["360222"], ["x"])
    numbers = itertools.count(1)
    for fields, works in editions:
        found = compared(
            [box(w, w + width, row * 20, row * 20 + 10) for w, width, row in fields],
            [(box(w, w + width, row * 20, row * 20 + 10), name) for w, width, row, name in works],
            counties,
        )
        assert sum((one.area for one in found.patches), Decimal(0)) == found.total
        assert all(sum(area for _code, area in one.counties) == one.area for one in found.patches)
        counted = {place for place, one in enumerate(found.patches) if not one.sliver}
        seen = [Seen(place, one.pair, one.geometry, one.sliver) for place, one in enumerate(found.patches)]
        made = match(ledger.values(), seen, rules().same_share)
        places = [*made.kept, *made.returned, *made.new]
        assert sorted(places) == sorted(counted)
        alive = {number for number, one in ledger.items() if one.alive}
        assert sorted([*made.kept.values(), *made.endings]) == sorted(alive)
        assert not alive & set(made.returned.values())
        children = {one.number for one in made.descents}
        assert {number for number, one in made.endings.items() if one.succeeded} <= children <= alive
        named = {**made.kept, **made.returned, **{place: next(numbers) for place in made.new}}
        assert len(set(named.values())) == len(named)
        for number in made.endings:
            ledger[number] = Known(number, ledger[number].pair, ledger[number].geometry, alive=False)
        for place, number in named.items():
            ledger[number] = Known(number, found.patches[place].pair, found.patches[place].geometry)


@settings(max_examples=10)
@given(spans, works_of, st.randoms(use_true_random=False))
def test_the_order_of_plans_and_features_decides_nothing(fields: Any, works: Any, shuffle: Any) -> None:
    a = plan(
        "f", "permanent-basic-farmland", [(box(w, w + width), "basic-farmland") for w, width, _r in fields]
    )
    b = plan("c", "urban-plan", [(box(w, w + width), name) for w, width, _r, name in works])

    def turned(one: Plan) -> Plan:
        order = list(range(len(one.features)))
        shuffle.shuffle(order)
        said = one.features
        return Plan(
            one.key,
            one.kind,
            Features(
                said.geometries[order],
                said.identities[order],
                said.classes[order],
                said.names[order],
                [said.attributes[place] for place in order],
            ),
        )

    first = compare([a, b], None, DAY, zone=ZONE)
    again = compare([turned(b), turned(a)], None, DAY, zone=ZONE)
    assert first.digest() == again.digest()


@settings(max_examples=10)
@given(spans, works_of)
def test_layers_read_from_their_files_give_what_layers_in_memory_give(fields: Any, works: Any) -> None:
    plans = [
        plan(
            "f",
            "permanent-basic-farmland",
            [(box(w, w + width), "basic-farmland") for w, width, _r in fields],
        ),
        plan("c", "urban-plan", [(box(w, w + width), name) for w, width, _r, name in works]),
    ]
    counties = Features.of([box(-100, 15, -50, 100)], ["360222"], ["x"])
    held = compare(plans, counties, DAY, zone=ZONE)
    with tempfile.TemporaryDirectory() as folder:
        stored = []
        for one in plans:
            path = Path(folder) / f"{one.key}.gpkg"
            write_features(one.features, path)  # type: ignore[arg-type]
            stored.append(Plan(one.key, one.kind, LayerFile(path)))
        read = compare(stored, counties, DAY, zone=ZONE)
    assert read.digest() == held.digest() and read.counts() == held.counts()
    assert read.covered_twice == held.covered_twice


def test_the_digest_is_that_of_the_canonical_list() -> None:
    """Runs on record were digested as one list; digesting row by row must not change what they compare to."""
    found = compared([box(0, 10), box(20, 30)], [(box(0, 5), "M"), (box(22, 30), "R")])
    rows = [
        [
            *one.pair,
            one.identity_a,
            one.identity_b,
            one.conflict,
            str(one.area),
            one.sliver,
            [[county, str(area)] for county, area in one.counties],
            digest_of_bytes(shapely.to_wkb(one.geometry, byte_order=1)),
        ]
        for one in found.patches
    ]
    assert len(rows) == 2 and found.digest() == digest_of_json(rows)
    assert compared([], []).digest() == digest_of_json([])


def test_matching_pair_by_pair_is_matching_all_at_once() -> None:
    other = ("city", "R", *PAIR[2:])
    known = [
        Known(1, PAIR, box(0, 10)),
        Known(2, other, box(0, 9)),
        Known(3, other, box(20, 30), alive=False),
    ]
    seen = [
        Seen(0, PAIR, box(1, 10)),
        Seen(1, other, box(0, 3)),
        Seen(2, other, box(20, 30)),
        Seen(3, PAIR, box(50, 60)),
    ]
    apart = together(
        match([k for k in known if k.pair == pair], [s for s in seen if s.pair == pair], 0.5)
        for pair in (other, PAIR)
    )
    assert apart == match(known, seen, 0.5)
    assert (apart.kept, apart.returned, apart.new) == ({0: 1}, {2: 3}, (1, 3))


def test_outlines_beyond_what_memory_should_hold_wait_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecociv.land_administration.differences.patches.IN_MEMORY", 100)
    first, second = Outlines(), Outlines()
    shapes = np.array([box(n, n + 1) for n in range(5)], dtype=object)
    first.add(shapes[:2])
    second.add(shapes[2:])
    assert first.adopt(second) == 2 and len(first) == 5
    assert shapely.equals_exact(first.take([4, 0, 3]), shapes[[4, 0, 3]]).all()
    first.add(shapes[:1])  # writing goes on at the end after reading somewhere else
    assert shapely.equals_exact(first.take([5, 4]), shapes[[0, 4]]).all()
    assert first.bounds[3].tolist() == list(shapes[3].bounds)

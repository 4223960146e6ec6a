"""Goal assessment, scoring pieces, entropy weights, TOPSIS, sensitivity of ranks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.standards import MeasurementError, assessment

TABLE = [[97.2, 24, 100], [93.5, 29, 95], [90.1, 33, 88]]
SENSES = ["positive", "negative", "positive"]
FULL = {item.key: 1.0 for item in assessment.goal_items()}
COAST = {item.key: 1.0 for item in assessment.goal_items(coastal=True)}


@pytest.mark.parametrize("coastal", [False, True])
def test_the_points_of_the_goals_add_up(coastal):
    parts = {}
    for item in assessment.goal_items(coastal=coastal):
        parts[item.part] = parts.get(item.part, 0) + item.points
    assert parts == {"resources": 30, "environment": 40, "annual": 20, "satisfaction": 10}


def test_events_take_five_points_each_and_twenty_at_most():
    found = assessment.goal_assessment(FULL, major_events=[0, 1, 4, 5])
    assert found.value.tolist() == [100, 95, 80, 80]
    assert found.deduction.tolist() == [0, 5, 20, 20]


@pytest.mark.parametrize(("score", "grade"), [(90, "excellent"), (80, "good"), (60, "pass")])
def test_both_sides_of_every_grade(score, grade):
    # the annual evaluations (20) and satisfaction (10) are not binding: 70 + 20 x + 10 y
    lower = {90: "good", 80: "pass", 60: "fail"}[score]
    if score == 60:
        # 100 - 30 with both at zero = 70, less two events = 60; a hair below by energy_total (not binding)
        shares = FULL | {"annual_evaluation": 0.0, "satisfaction": 0.0}
        assert assessment.goal_assessment(shares, major_events=2).grade == grade
        below = assessment.goal_assessment(shares | {"energy_total": 0.999}, major_events=2)
    else:
        shares = FULL | {"annual_evaluation": (score - 80) / 20}
        assert assessment.goal_assessment(shares).grade == grade
        below = assessment.goal_assessment(shares | {"energy_total": 0.999})
    assert below.grade == lower


def test_three_missed_binding_targets_fail_and_so_does_falsification():
    two = FULL | {"cod": 0.9, "so2": 0.9}
    assert assessment.goal_assessment(two).grade == "excellent"
    three = assessment.goal_assessment(two | {"nox": 0.9})
    assert (three.grade, three.missed_binding) == ("fail", 3)
    assert assessment.goal_assessment(FULL, falsified=True).grade == "fail"
    assert "不合格" in three.explain("zh")
    assert any("memory" in mark.en for mark in three.marks)


def test_a_missing_item_leaves_no_score():
    found = assessment.goal_assessment(FULL | {"cod": [np.nan, 1.0]})
    assert np.isnan(found.value).tolist() == [True, False]
    assert found.grade.tolist() == ["", "excellent"]
    assert found.validity.enough.tolist() == [False, True]


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        (FULL | {"coastal_waters": 1.0}, "coastal_waters"),
        ({key: value for key, value in FULL.items() if key != "cod"}, "cod"),
        (FULL | {"cod": 1.2}, "0 to 1"),
        (FULL | {"cod": -0.1}, "cod is -0.1"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares, says):
    with pytest.raises(MeasurementError, match=says):
        assessment.goal_assessment(shares)
    assert assessment.goal_assessment(COAST, coastal=True).value == 100


def test_step_deductions_show_their_arithmetic():
    # 5 - 0.5 * (39 - 35) = 3; ten steps take all
    found = assessment.step_deduction([34.9, 35, 35.4, 39, 45, 45.1], 35, full=5, points=0.5)
    assert found.value.tolist() == pytest.approx([5, 5, 4.8, 3, 0, 0])
    whole = assessment.step_deduction([35.9, 36], 35, full=5, points=0.5, steps="whole")
    started = assessment.step_deduction([36, 36.1], 35, full=5, points=0.5, steps="started")
    assert (whole.value.tolist(), started.value.tolist()) == ([5, 4.5], [4.5, 4.0])
    # 35.3 - 35 is 0.2999999999999972 in binary: still three steps of 0.1
    assert assessment.step_deduction(35.3, 35, full=5, points=1, unit=0.1, steps="whole").value == 2


def test_ratio_piecewise_bonus_and_veto():
    assert assessment.ratio_score([0, -3, 30, 90], 60, full=8).value.tolist() == [0, 0, 4, 8]
    assert assessment.ratio_score(0, 40, full=8, sense="negative").value == 8
    with pytest.raises(MeasurementError, match="targets above 0"):
        assessment.ratio_score(1, 0, full=8)
    assert assessment.piecewise_score([59, 60, 75, 90, 101], [(60, 0), (90, 10)]).value.tolist() == [
        0,
        0,
        5,
        10,
        10,
    ]
    # 98 + min(5, 3) = 101 -> 100 with the cap of full; 101 where it may exceed
    assert assessment.adjusted_score(98, full=100, bonus=5, bonus_cap=3).value == 100
    assert assessment.adjusted_score(98, full=100, bonus=5, bonus_cap=3, may_exceed_full=True).value == 101
    assert assessment.adjusted_score(10, full=100, penalty=30, penalty_cap=20).value == 0
    assert assessment.adjusted_score([95, 40], full=100, vetoed=True, veto_ceiling=59).value.tolist() == [
        59,
        40,
    ]
    assert "ceiling" in assessment.adjusted_score(95, full=100, vetoed=True).explain("en")


def test_entropy_and_topsis_golden_vector():
    weights = assessment.entropy_weights(TABLE, SENSES)
    assert weights.entropy.round(5).tolist() == [0.57381, 0.56248, 0.59962]
    assert weights.value.round(5).tolist() == [0.33715, 0.34611, 0.31674]
    assert assessment.topsis(TABLE, senses=SENSES).value.round(5).tolist() == [1, 0.49794, 0]
    assert weights.marks


def test_a_constant_column_has_no_weight():
    found = assessment.entropy_weights([[1, 5], [2, 5], [4, 5]])
    assert found.value.tolist() == [1.0, 0.0]
    assert found.entropy[1] == 1.0
    assert np.isnan(assessment.entropy_weights([[5, 5], [5, 5]]).value).all()
    assert np.isnan(assessment.topsis([[5, 5], [5, 5]], [0.5, 0.5]).value).all()


def test_one_object_gives_nothing_and_gaps_take_no_part():
    one = assessment.entropy_weights([[1, 2]])
    assert np.isnan(one.value).all()
    assert not one.validity.enough
    assert np.isnan(assessment.topsis([[1, 2]], [1, 1]).value).all()
    gap = assessment.topsis([*TABLE, [np.nan, 1, 1]], senses=SENSES)
    assert gap.value[:3].tolist() == assessment.topsis(TABLE, senses=SENSES).value.tolist()
    assert (np.isnan(gap.value[3]), gap.rank.tolist(), gap.validity.n) == (True, [1, 2, 3, 0], 3)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: assessment.topsis([1, 2, 3]), "table"),
        (lambda: assessment.topsis(TABLE, [1, 1]), "3 weights"),
        (lambda: assessment.topsis(TABLE, [1, -1, 1]), "not negative"),
        (lambda: assessment.topsis(TABLE, senses=["positive"]), "1 senses"),
        (lambda: assessment.entropy_weights([[1, np.inf], [2, 3]]), "infinite"),
        (lambda: assessment.rank_sensitivity(TABLE, [1, 1, 1], method="jackknife"), "jackknife"),
        (lambda: assessment.rank_sensitivity(TABLE, [1, 1, 1], spread=1.5), "1.5"),
        (lambda: assessment.step_deduction(1, 1, full=5, points=1, unit=0), "above 0"),
        (lambda: assessment.piecewise_score(1, [(2, 1), (1, 2)]), "rising"),
    ],
)
def test_impossible_input_is_refused(call, says):
    with pytest.raises(MeasurementError, match=says):
        call()


tables = st.integers(2, 8).flatmap(
    lambda n: st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=n, max_size=n)
)


@given(tables, st.randoms(use_true_random=False))
def test_topsis_lies_in_its_range_and_ignores_the_order(rows, random):
    weights = [0.5, 0.3, 0.2]
    found = assessment.topsis(rows, weights, SENSES).value
    known = found[~np.isnan(found)]
    assert ((known >= 0) & (known <= 1)).all()
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = assessment.topsis([rows[i] for i in order], weights, SENSES).value
    assert np.allclose(shuffled, found[order], equal_nan=True)
    entropy = assessment.entropy_weights(rows, SENSES)
    if entropy.validity.enough:
        assert entropy.value.sum() == pytest.approx(1)
        assert (entropy.value >= -1e-12).all()


@pytest.mark.parametrize("method", ["relative", "dirichlet"])
def test_rank_intervals_are_reproducible_and_hold_the_rank(method):
    rng = np.random.default_rng(7)
    scores = rng.uniform(60, 100, (12, 6))
    weights = np.array([3, 2, 2, 1, 1, 0])
    first = assessment.rank_sensitivity(scores, weights, method=method, spread=0.3, draws=400, seed=5)
    again = assessment.rank_sensitivity(scores, weights, method=method, spread=0.3, draws=400, seed=5)
    assert first.low.tolist() == again.low.tolist()
    assert first.stable.tolist() == again.stable.tolist()
    assert (first.best <= first.low).all()
    assert (first.high <= first.worst).all()
    assert ((first.best <= first.value) & (first.value <= first.worst)).all()
    still = assessment.rank_sensitivity(scores, weights, method=method, spread=0.0, draws=10)
    assert still.stable.tolist() == [1.0] * 12
    wide = assessment.rank_sensitivity(scores, weights, method=method, spread=0.9, draws=400, seed=5)
    assert (wide.worst - wide.best).sum() > (still.worst - still.best).sum()


def test_an_object_better_in_all_keeps_its_rank_and_gaps_get_none():
    found = assessment.rank_sensitivity([[90, 90], [80, 70], [70, 80], [np.nan, 99]], [1, 1], spread=0.5)
    assert (found.value.tolist(), found.best[0], found.worst[0]) == ([1, 2, 2, 0], 1, 1)
    assert np.isnan(found.low[3])
    assert "seed" in found.explain("en", at=0)

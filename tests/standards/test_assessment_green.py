"""The green development index: weights, function value, gaps, inapplicable indicators, the published table of 2016."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.standards import MeasurementError, ParameterOutsideValidity, assessment
from ecociv.standards.assessment import CLASSES, IndexClass, Tier
from standards.assessment_oracle import CHECKED, PUBLISHED

NUMBERS = range(1, 56)
POSITIVE = dict.fromkeys(NUMBERS, "positive")
CLASS_KEYS = [name.value for name in CLASSES]


def test_the_tiers_make_109_units():
    tiers = Counter(one.tier for one in assessment.green_indicators())
    # 16 * 3 + 22 * 2 + 17 * 1 = 48 + 44 + 17 = 109
    assert tiers == {Tier.BINDING: 16, Tier.MONITORED: 22, Tier.OTHER: 17, Tier.SEPARATE: 1}
    weights = assessment.green_weights()
    assert {round(weight, 4) for weight in weights.values()} == {2.7523, 1.8349, 0.9174}
    assert sum(weights.values()) == pytest.approx(100, abs=1e-12)


def test_the_sums_of_the_classes_are_the_published_class_weights():
    # units 32, 18, 21, 18, 10, 10 of 109
    sums = assessment.class_units_weights()
    assert [round(sums[name] * 1.09) for name in CLASSES] == [32, 18, 21, 18, 10, 10]
    published = assessment.composite_of_classes(**dict.fromkeys(CLASS_KEYS, 1.0)).used.table
    # 29.358 is published as 29.3 and 19.266 as 19.3, so that the six add up to 100
    assert all(abs(sums[name] - published[name]) < 0.06 for name in CLASSES)
    assert sum(published.values()) == pytest.approx(100)


@pytest.mark.parametrize("region", PUBLISHED)
def test_the_published_index_of_every_region(region):
    index, *classes, _ = PUBLISHED[region]
    found = assessment.composite_of_classes(**dict(zip(CLASS_KEYS, classes, strict=True)))
    assert abs(found.value - index) <= 0.01  # half a hundredth from the result, half from the classes
    assert abs(found.published - index) <= 0.0101


def test_the_unrounded_weights_reproduce_the_table_as_well():
    weights = np.array([assessment.class_units_weights()[name] for name in CLASSES])
    table = np.array(list(PUBLISHED.values()))
    assert np.abs(table[:, 1:7] @ weights / 100 - table[:, 0]).max() <= 0.01


def test_the_ranks_of_the_checked_regions():
    regions = list(PUBLISHED)
    ranks = assessment.competition_rank([PUBLISHED[region][0] for region in regions])
    by_region = dict(zip(regions, ranks.tolist(), strict=True))
    assert [by_region[name] for name in ("北京", "福建", "浙江", "上海", "重庆")] == [1, 2, 3, 4, 5]
    assert by_region["江西"] == 15
    assert len(CHECKED) == 15
    assert len(PUBLISHED) == 31
    assert set(PUBLISHED) > CHECKED


def test_the_function_value_shows_its_arithmetic():
    # (63.1 - 10) / (66.8 - 10) * 40 + 60 = 53.1 / 56.8 * 40 + 60 = 97.39
    assert round(assessment.individual_index(63.1, lowest=10, highest=66.8).value, 2) == 97.39
    # mirrored: (66.8 - 63.1) / 56.8 * 40 + 60 = 62.61
    negative = assessment.individual_index(63.1, lowest=10, highest=66.8, sense="negative")
    assert round(negative.value, 2) == 62.61
    assert "40 + 60" in negative.explain("en")


def test_equal_values_score_100_and_say_that_this_is_a_convention():
    found = assessment.individual_index([7, 7, None])
    assert found.value[:2].tolist() == [100.0, 100.0]
    assert np.isnan(found.value[2])
    assert found.marks
    assert not assessment.individual_index([7, 8]).marks


def test_one_region_alone_is_refused():
    with pytest.raises(MeasurementError, match="bounds"):
        assessment.individual_index(63.1)
    with pytest.raises(MeasurementError, match="bounds of all 55"):
        assessment.green_development_index(dict.fromkeys(NUMBERS, 1.0))


def test_figures_outside_the_bounds_are_refused():
    assert assessment.individual_index(10.0, lowest=10, highest=20).value == 60
    with pytest.raises(MeasurementError, match="outside the bounds"):
        assessment.individual_index(np.nextafter(10.0, 0), lowest=10, highest=20)


def test_no_data_in_the_whole_nation_scores_60_and_keeps_its_weight():
    figures = {number: [1.0, 2.0] for number in NUMBERS} | {12: None}
    found = assessment.green_development_index(figures, senses=POSITIVE)
    assert found.nationwide_missing == (12,)
    # the better region has 100 in all but indicator 12: 100 - 40 * 2 / 109 = 99.266
    assert found.value.tolist() == pytest.approx([60.0, 100 - 40 * 2 / 109])
    assert "60" in found.explain("en", at=1)


def test_a_gap_in_one_region_leaves_only_that_region_without_an_index():
    figures = {number: [1.0, 2.0, 3.0] for number in NUMBERS} | {33: [1.0, np.nan, 3.0]}
    found = assessment.green_development_index(figures, senses=POSITIVE)
    assert np.isnan(found.value).tolist() == [False, True, False]
    assert found.validity.enough.tolist() == [True, False, True]
    assert found.validity.n.tolist() == [55, 54, 55]
    assert found.rank.tolist() == [2, 0, 1]


def test_the_weight_of_an_inapplicable_indicator_stays_in_its_class():
    figures = {number: [1.0, 2.0] for number in NUMBERS} | {29: [np.nan, 5.0]}
    found = assessment.green_development_index(figures, senses=POSITIVE, not_applicable={29: [True, False]})
    quality = [one.number for one in assessment.green_indicators() if one.index_class is IndexClass.QUALITY]
    inland = {number: float(found.weights[number][0]) for number in quality}
    assert inland[29] == 0
    # nine others share 2/109: each of them gets 2/9 of a unit more
    assert inland[23] == pytest.approx((3 + 2 / 9) / 1.09)
    assert sum(inland.values()) == pytest.approx(21 / 1.09)
    assert found.value[0] == pytest.approx(60.0)
    assert sum(float(found.weights[number][0]) for number in NUMBERS) == pytest.approx(100)


def test_only_applicable_regions_make_the_bounds():
    figures = {number: [1.0, 2.0, 3.0] for number in NUMBERS} | {29: [0.0, 50.0, 80.0]}
    found = assessment.green_development_index(
        figures, senses=POSITIVE, not_applicable={29: [True, False, False]}
    )
    assert np.isnan(found.individual[29][0])
    assert found.individual[29][1:].tolist() == [60.0, 100.0]


def test_a_class_without_any_applicable_indicator_leaves_no_index():
    figures = {number: [1.0, 2.0] for number in NUMBERS}
    growth = {number: [True, False] for number in range(43, 48)}
    found = assessment.green_development_index(figures, senses=POSITIVE, not_applicable=growth)
    assert np.isnan(found.classes[IndexClass.GROWTH]).tolist() == [True, False]
    assert np.isnan(found.value).tolist() == [True, False]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda figures: figures.pop(7), "indicators 7"),
        (lambda figures: figures.update({56: [80, 90]}), "56"),
        (lambda figures: figures.update({3: [1.0, np.inf]}), "infinite"),
    ],
)
def test_impossible_figures_are_refused(change, says):
    figures = {number: [1.0, 2.0] for number in NUMBERS}
    change(figures)
    with pytest.raises(MeasurementError, match=says):
        assessment.green_development_index(figures)


def test_marks_say_what_is_from_memory_and_dates_are_kept():
    figures = {number: [1.0, 2.0] for number in NUMBERS}
    found = assessment.green_development_index(figures, on=date(2016, 12, 31))
    assert any("memory" in mark.en for mark in found.marks)
    assert "凭记忆" in found.explain("zh", at=0)
    with pytest.raises(ParameterOutsideValidity):
        assessment.green_development_index(figures, on=date(2016, 12, 11))


@st.composite
def regions(draw):
    count = draw(st.integers(2, 6))
    column = st.lists(st.integers(-1000, 1000), min_size=count, max_size=count)
    return {number: np.array(draw(column), dtype=float) for number in NUMBERS}


@given(regions(), st.randoms(use_true_random=False))
def test_order_of_regions_and_units_do_not_matter(figures, random):
    found = assessment.green_development_index(figures)
    assert ((found.value >= 60 - 1e-9) & (found.value <= 100 + 1e-9)).all()
    order = list(range(found.value.size))
    random.shuffle(order)
    shuffled = assessment.green_development_index({n: column[order] for n, column in figures.items()})
    assert shuffled.value.tolist() == pytest.approx(found.value[order].tolist())
    other_units = assessment.green_development_index({n: column * 8 + 16 for n, column in figures.items()})
    assert other_units.value.tolist() == pytest.approx(found.value.tolist())


@given(regions())
def test_the_index_is_the_weighted_mean_of_its_classes(figures):
    found = assessment.green_development_index(figures)
    weights = assessment.class_units_weights()
    total = sum(weights[name] / 100 * found.classes[name] for name in CLASSES)
    assert total.tolist() == pytest.approx(found.value.tolist())


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.sampled_from(["positive", "negative"]))
def test_individual_scalars_and_arrays_agree_and_better_is_never_lower(values, sense):
    ordered = np.sort(values)
    together = assessment.individual_index(ordered, lowest=-1e6, highest=1e6, sense=sense).value
    alone = [
        assessment.individual_index(value, lowest=-1e6, highest=1e6, sense=sense).value for value in ordered
    ]
    assert together.tolist() == alone
    steps = np.diff(together)
    assert (steps >= 0).all() if sense == "positive" else (steps <= 0).all()
    assert ((together >= 60) & (together <= 100)).all()

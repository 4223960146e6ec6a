"""The sample: the same for everybody, with the probabilities that it states."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from ecociv.supervision.inspection.allocation import Allocation, SampleImpossible, allocate
from ecociv.supervision.inspection.draw import draw, population_text
from ecociv.supervision.inspection.estimate import StratumResult, estimate

populations = st.dictionaries(
    st.integers(1, 400).map(lambda n: f"task:{n}"),
    st.sampled_from(["high", "low", "certainty"]),
    min_size=6,
    max_size=60,
)


def sizes_of(population: dict[str, str], share: int = 2) -> dict[str, int]:
    counts = Counter(population.values())
    return {key: -(-count // share) for key, count in counts.items() if key != "certainty"}


@given(populations, st.text("abc0123", min_size=1), st.randoms())
def test_the_order_of_the_input_plays_no_part(population, seed, random):
    shuffled = list(population.items())
    random.shuffle(shuffled)
    sizes = sizes_of(population)
    assert draw(dict(shuffled), sizes, seed) == draw(population, sizes, seed)
    assert population_text(dict(shuffled)) == population_text(population)


@given(populations, st.text("abc0123", min_size=1))
def test_probabilities_sum_to_the_size(population, seed):
    sizes = sizes_of(population)
    drawn = draw(population, sizes, seed)
    each = {unit.stratum: unit.probability for unit in drawn}
    total = sum((each[stratum] for stratum in population.values()), Fraction(0))
    assert total == len(drawn) == sum(sizes.values()) + Counter(population.values())["certainty"]


@given(populations, st.text("abc0123", min_size=1), st.data())
def test_taking_a_unit_out_changes_only_what_it_must(population, seed, data):
    sizes = {key: max(1, count - 1) for key, count in sizes_of(population).items()}
    before = {unit.key for unit in draw(population, sizes, seed)}
    gone = data.draw(st.sampled_from(sorted(population)))
    rest = {key: stratum for key, stratum in population.items() if key != gone}
    left = Counter(rest.values())
    after = {u.key for u in draw(rest, {k: min(n, left[k]) for k, n in sizes.items()}, seed)}
    if gone not in before:
        assert after == before
    else:
        assert before - {gone} <= after and len(after - before) <= 1


def test_over_2000_seeds_units_come_in_as_often_as_stated():
    # 20 units, 5 drawn: each expected 2000 * 5/20 = 500 times. Draws of one seed exclude each other, which shrinks the
    # statistic by (N - n)/(N - 1) = 15/19; divided by (1 - n/N)(N/(N - 1)) it is chi-square with 19 degrees.
    population = {f"task:{n}": "low" for n in range(20)}
    times = Counter(u.key for s in range(2000) for u in draw(population, {"low": 5}, f"seed-{s}"))
    statistic = sum((times[key] - 500) ** 2 / 500 for key in population) / ((1 - 5 / 20) * 20 / 19)
    assert chi2.ppf(0.001, 19) < statistic < chi2.ppf(0.999, 19)


@given(
    st.dictionaries(st.sampled_from("abcde"), st.integers(1, 80), min_size=1),
    st.integers(1, 200),
    st.sampled_from(list(Allocation)[:2]),
)
def test_an_allocation_fits(sizes, size, how):
    try:
        found = allocate(sizes, size, how=how, least=2)
    except SampleImpossible:
        assert size > sum(sizes.values()) or size < len(sizes)
        return
    assert sum(found.values()) == size
    assert all(1 <= found[key] <= sizes[key] for key in sizes)


def test_without_any_finding_the_interval_has_width():
    # 0 of 10 out of 100: the upper end of Clopper-Pearson for 0 of 10 is 1 - 0.025**(1/10) = 0.3085
    found = estimate({"a": StratumResult("a", 100, 10, 10, 0)})
    assert found.share == 0 and found.low == 0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 10), abs=1e-9)


def test_a_census_leaves_nothing_to_estimate():
    found = estimate({"a": StratumResult("a", 4, 4, 4, 1)})
    assert (found.low, found.high, found.share) == (0.25, 0.25, Fraction(1, 4))


def test_an_unvisited_stratum_gives_no_estimate():
    found = estimate({"a": StratumResult("a", 4, 2, 2, 1), "b": StratumResult("b", 9, 3, 0, 0)})
    assert found.share is None
    assert [each.code for each in found.reasons] == ["not-visited", "stratum-without-visit"]


@pytest.mark.parametrize("size", [0, 31])
def test_a_size_that_cannot_be_says_what_can(size):
    with pytest.raises(SampleImpossible, match="1 to 30"):
        allocate({"a": 30}, size)

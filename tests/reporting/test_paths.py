"""Where the path stands: the arithmetic of a few series by hand, and what must hold for all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.trace import Rounding, TraceInput
from ecociv.reporting.paths import PathPoint, path_in
from reporting.situations import plan


def path(key: str, year: int) -> PathPoint | None:
    return path_in(plan(), *plan().series(key), year)


def test_halfway_between_two_milestones() -> None:
    point = path("1", 2016)  # GDP per person: 4.89 in 2015, 5.49 in 2017; (4.89 + 5.49) / 2 = 5.19
    assert point is not None and point.value == Decimal("5.19")
    assert point.trace.formula == "4.89 + (5.49 - 4.89) * (2016 - 2015) / (2017 - 2015)"
    assert [item.value for item in point.trace.inputs if isinstance(item, TraceInput)] == [Decimal("4.89"), Decimal("5.49")]
    assert point.trace.rounding is None


def test_a_third_is_rounded_once_to_one_digit_more_than_the_plan() -> None:
    point = path("1", 2013)  # from the baseline 3.92: 3.92 + 0.97 / 3 = 4.24333..., two decimals and one more
    assert point is not None and point.value == Decimal("4.243")
    assert point.trace.rounding == Rounding("half-even", 3)


def test_in_a_milestone_year_the_path_is_the_plans_own_figure() -> None:
    point = path("9", 2017)
    assert point is not None and (point.value, point.trace.formula) == (Decimal("8.69"), "8.69")


def test_each_part_of_a_composition_keeps_its_own_path() -> None:
    point = path("3", 2016)  # 7.2 and 6: 6.6; 58.3 and 58: 58.15; 34.5 and 36: 35.25; 6.6 + 58.15 + 35.25 = 100
    assert point is not None
    assert point.value == {"primary": Decimal("6.6"), "secondary": Decimal("58.15"), "tertiary": Decimal("35.25")}


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("35", "relative to peers: their level of that year, not a path"),
        ("14", "the province sets the figure of 2017"),
        ("22", "no baseline and no target before 2020"),
    ],
)
def test_no_path_where_the_plan_gives_none(key: str, why: str) -> None:
    assert path(key, 2016) is None, why


@given(st.integers(2013, 2020))
def test_a_path_stays_between_the_figures_that_it_joins(year: int) -> None:
    for indicator in plan().indicators:
        for series in indicator.series:
            point = path_in(plan(), indicator, series, year)
            if point is None or not isinstance(point.value, Decimal):
                continue
            ends = [item.value for item in point.trace.inputs if isinstance(item, TraceInput)]
            figures = [value for value in ends if isinstance(value, Decimal)]
            assert min(figures) <= point.value <= max(figures)

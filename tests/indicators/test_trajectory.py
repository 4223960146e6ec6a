"""The stated path between milestones: exact at them, continuous through them, flat outside them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.decimals import NotANumber
from ecociv.indicators.trajectory import Basis, Shape, Trajectory, TrajectoryError

D = Decimal
figures = st.decimals(min_value=-1000, max_value=1000, places=3, allow_nan=False)
positive = st.decimals(min_value=D("0.001"), max_value=1000, places=3, allow_nan=False)


@st.composite
def paths(draw: st.DrawFn, shape: Shape | None = None, figures: st.SearchStrategy[Decimal] = figures) -> Trajectory:
    years = draw(st.lists(st.integers(2013, 2030), min_size=1, max_size=4, unique=True))
    baseline = draw(st.one_of(st.none(), figures.map(lambda figure: (2012, figure))))
    return Trajectory(baseline, {year: draw(figures) for year in years}, shape or draw(st.sampled_from(Shape)))


@pytest.fixture
def water_use() -> Trajectory:
    """Indicator 9: 7.82 in 2012, ceilings of 8.45, 8.69 and 8.97."""
    return Trajectory((2012, D("7.82")), {2015: D("8.45"), 2017: D("8.69"), 2020: D("8.97")})


class TestLinear:
    def test_between_figures_by_equal_amounts(self, water_use: Trajectory) -> None:
        assert water_use.expected(2013) == D("8.03")  # 7.82 + (8.45 - 7.82) / 3
        assert water_use.expected(2014) == D("8.24")
        assert water_use.expected(2016) == D("8.57")  # halfway from 8.45 to 8.69
        assert water_use.exact(2018) == Fraction("8.69") + Fraction("0.28") / 3

    def test_flat_outside_and_said_so(self, water_use: Trajectory) -> None:
        assert water_use.expected(2010) == D("7.82")
        assert water_use.expected(2030) == D("8.97")
        assert water_use.basis(2030) is Basis.AFTER_LAST
        assert "末个节点之后持平" in water_use.statement.zh
        assert "flat after the last milestone" in water_use.statement.en

    def test_on_what_each_year_rests(self, water_use: Trajectory) -> None:
        assert [water_use.basis(year) for year in (2010, 2012, 2014, 2015, 2016, 2020, 2021)] == [
            Basis.BASELINE,
            Basis.BASELINE,
            Basis.BETWEEN,
            Basis.MILESTONE,
            Basis.BETWEEN,
            Basis.MILESTONE,
            Basis.AFTER_LAST,
        ]

    def test_without_a_baseline_it_is_flat_before_the_first(self) -> None:
        path = Trajectory(None, {2020: D(50)})
        assert path.expected(2013) == path.expected(2020) == D(50)
        assert path.basis(2013) is Basis.BEFORE_FIRST
        assert "no baseline" in path.statement.en

    def test_zero_at_either_end_needs_no_trick(self) -> None:
        assert Trajectory((2012, D(10)), {2020: D(0)}).expected(2016) == D(5)
        assert Trajectory((2012, D(0)), {2020: D(8)}).expected(2013) == D(1)

    def test_points_for_a_chart(self, water_use: Trajectory) -> None:
        assert water_use.points(2014, 2016) == ((2014, D("8.24")), (2015, D("8.45")), (2016, D("8.57")))


class TestStep:
    def test_nothing_is_expected_before_the_year_itself(self) -> None:
        path = Trajectory((2012, D(8)), {2015: D(10), 2017: D(17)}, Shape.STEP)
        assert [path.expected(year) for year in range(2012, 2019)] == [8, 8, 8, 10, 10, 17, 17]


class TestCompound:
    def test_equal_rates(self) -> None:
        # 100 -> 121 in two years is 10 % a year
        assert Trajectory((2013, D(100)), {2015: D(121)}, Shape.COMPOUND).expected(2014) == D(110)

    def test_falling_below_zero_keeps_its_sign(self) -> None:
        assert Trajectory((2013, D(-100)), {2015: D(-121)}, Shape.COMPOUND).expected(2014) == D(-110)

    @pytest.mark.parametrize(("before", "after"), [("0", "5"), ("5", "0"), ("-5", "5")])
    def test_a_path_through_zero_is_refused_with_the_remedy(self, before: str, after: str) -> None:
        with pytest.raises(TrajectoryError, match="declare the path linear or step"):
            Trajectory((2012, D(before)), {2015: D(after)}, Shape.COMPOUND)


class TestRefusals:
    def test_no_milestone(self) -> None:
        with pytest.raises(TrajectoryError, match="at least one milestone"):
            Trajectory((2012, D(1)), {})

    @pytest.mark.parametrize("year", [2015, 2016])
    def test_a_baseline_not_before_the_milestones(self, year: int) -> None:
        with pytest.raises(TrajectoryError, match="before all milestones"):
            Trajectory((year, D(1)), {2015: D(2)})

    def test_text(self) -> None:
        with pytest.raises(NotANumber, match="milestone of 2015"):
            Trajectory(None, {2015: "2"})  # type: ignore[dict-item]


class TestInvariants:
    @given(paths(figures=positive))
    def test_each_milestone_is_met_exactly(self, path: Trajectory) -> None:
        assert all(path.expected(year) == figure for year, figure in path.knots)

    @given(paths(Shape.LINEAR), st.integers(1, 10**6))
    def test_continuous_through_each_milestone(self, path: Trajectory, parts: int) -> None:
        # No jump: a small step in time is a step of at most the steepest slope, which is at most 2000 a year.
        step = Decimal(1) / parts
        for year, figure in path.knots:
            for near in (Decimal(year) - step, Decimal(year) + step):
                assert abs(path.exact(near) - Fraction(figure)) <= Fraction(2001) * Fraction(step)

    @given(paths(Shape.COMPOUND, positive), st.integers(2012, 2031))
    def test_a_path_stays_between_its_neighbours(self, path: Trajectory, year: int) -> None:
        levels = [figure for _, figure in path.knots]
        tiny = D("1e-20")  # a compound path is carried to 50 figures
        assert min(levels) - tiny <= path.expected(year) <= max(levels) + tiny

    @given(paths(Shape.LINEAR), st.integers(2010, 2031), st.sampled_from([D("0.0001"), D("0.3"), D(15), D(10_000)]))
    def test_the_unit_does_not_matter(self, path: Trajectory, year: int, factor: Decimal) -> None:
        baseline = None if path.baseline is None else (path.baseline[0], path.baseline[1] * factor)
        scaled = Trajectory(baseline, {y: figure * factor for y, figure in path.milestones.items()}, path.shape)
        assert scaled.exact(year) == path.exact(year) * Fraction(factor)
        assert scaled.basis(year) is path.basis(year)

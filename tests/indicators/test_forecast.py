"""Forecasts from few points: what they rest on, what they say of a target, and whether their intervals hold."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecociv.core.targets import AtLeast, AtMost, Between, Composition, Context, Delegated, Direction
from ecociv.indicators.forecast import Scale, TooFewPoints, forecast, outlook, scale_for
from ecociv.indicators.forecast.outlook import Prospect

D = Decimal


def a_year_later(*figures: float, first: int = 2012, **options: object) -> tuple[float, float, float]:
    """Low, median and high (80 %) of the year after the figures."""
    year = first + len(figures)
    made = forecast(dict(enumerate(figures, start=first)), (year,), **options)  # type: ignore[arg-type]
    low, high = made.interval[0.80][year]
    return low, made.median[year], high


class TestForecast:
    def test_a_steady_series_goes_on_where_it_is(self) -> None:
        low, median, high = a_year_later(100.0, 101.0, 99.0, 100.0, 100.5, 99.5)
        assert 99 < median < 101
        assert low < 99.5 < 100.5 < high

    def test_a_steady_trend_goes_on(self) -> None:
        # 100 * 1.08^5 = 146.9: growth of 8 % a year with hardly any noise
        low, median, high = a_year_later(100.0, 108.2, 116.4, 126.1, 136.0)
        assert median == pytest.approx(146.9, rel=0.02)
        assert low > 136.0  # the trend is certain enough for the next year to be higher
        assert high < 160.0

    def test_three_lucky_points_do_not_promise_certainty(self) -> None:
        """A perfect line through three points has no residual: the textbook interval would have no width."""
        low, median, high = a_year_later(10.0, 11.0, 12.1)
        assert (high - low) / median > 0.02

    def test_later_years_are_less_certain(self) -> None:
        made = forecast({2012: 5.0, 2013: 5.3, 2014: 5.2, 2015: 5.6}, (2016, 2018, 2020))
        widths = [made.interval[0.80][year][1] - made.interval[0.80][year][0] for year in made.years]
        assert widths == sorted(widths)

    def test_a_gap_between_the_years_is_a_longer_step(self) -> None:
        # 2 a year from 2012 to 2016 with 2014 not reported
        made = forecast({2012: 40.0, 2013: 42.0, 2015: 46.0, 2016: 48.0}, (2017,))
        assert made.median[2017] == pytest.approx(50.0, rel=0.02)

    def test_only_the_last_eight_points_count(self) -> None:
        recent = {year: 50.0 + (year % 2) for year in range(2012, 2020)}
        longer = recent | {2005: 900.0, 2006: 1.0}
        assert forecast(longer, (2020,)).median == forecast(recent, (2020,)).median
        assert forecast(longer, (2020,)).points == 8

    def test_shares_stay_shares(self) -> None:
        made = forecast({2012: 91.0, 2013: 95.0, 2014: 97.5, 2015: 98.8}, (2016, 2020), whole=100)
        assert made.scale is Scale.LOGIT
        for year in made.years:
            low, high = made.interval[0.95][year]
            assert 0 < low < high < 100

    def test_two_points_are_refused_in_words(self) -> None:
        with pytest.raises(TooFewPoints, match=r"There are 2 yearly figures; .* at least 3"):
            forecast({2012: 1.0, 2013: 2.0}, (2014,))

    def test_a_year_that_is_past_is_refused(self) -> None:
        with pytest.raises(ValueError, match="2014 is not later than the last figure, which is of 2014"):
            forecast({2012: 1.0, 2013: 2.0, 2014: 3.0}, (2014,))

    @given(
        st.lists(st.floats(1, 1000), min_size=3, max_size=8),
        st.floats(0.001, 1000),
    )
    def test_another_unit_changes_nothing_but_the_unit(self, figures: list[float], factor: float) -> None:
        one = forecast(dict(enumerate(figures, start=2010)), (2020,))
        other = forecast({2010 + n: value * factor for n, value in enumerate(figures)}, (2020,))
        assert other.median[2020] == pytest.approx(one.median[2020] * factor, rel=1e-6)
        assert other.interval[0.80][2020][1] == pytest.approx(one.interval[0.80][2020][1] * factor, rel=1e-6)

    @given(
        st.lists(st.just(0.0) | st.floats(0.001, 100), min_size=3, max_size=8), st.sampled_from([None, 100.0])
    )
    def test_quantiles_are_in_order_and_chances_add_up(
        self, figures: list[float], whole: float | None
    ) -> None:
        assume(whole is None or max(figures) < 99.99999)
        made = forecast(dict(enumerate(figures, start=2010)), (2018, 2020), whole=whole)
        for year in made.years:
            low95, high95 = made.interval[0.95][year]
            low80, high80 = made.interval[0.80][year]
            assert low95 <= low80 <= made.median[year] <= high80 <= high95
            bound = made.median[year]
            # the median splits the chance in halves, and the two sides of any bound make one
            assert made.chance(year, at_least=bound) == pytest.approx(0.5, abs=1e-3)
            assert made.chance(year, at_least=low80) + made.chance(year, at_most=low80) == pytest.approx(1.0)

    def test_intervals_hold_on_walks_and_lines_they_were_not_chosen_on(self) -> None:
        """Seeded series of four kinds, five points each, two years ahead: coverage of the 80 % interval."""
        chance = np.random.default_rng(42)
        inside = {"line": 0, "walk": 0, "noise": 0, "drift": 0}
        rounds = 150
        for kind in inside:
            for _ in range(rounds):
                noise = chance.normal(0, 0.05, 7)
                path = {
                    "line": 0.04 * np.arange(7) + noise * 0.3,
                    "walk": np.cumsum(noise),
                    "noise": noise,
                    "drift": np.cumsum(noise + 0.03),
                }[kind]
                figures = 100 * np.exp(path)
                made = forecast({2010 + n: float(v) for n, v in enumerate(figures[:5])}, (2016,))
                low, high = made.interval[0.80][2016]
                inside[kind] += low <= figures[6] <= high
        # the standard error of a share of 0.8 in 150 is 0.033; three of them on either side
        for kind, count in inside.items():
            assert 0.70 <= count / rounds <= 0.99, (kind, count / rounds)


class TestOutlook:
    def test_required_rate_runs_from_the_last_figure_to_the_bound(self) -> None:
        # (49 - 9) / (2017 - 2015) = 20 a year
        seen = outlook({2013: D(3), 2014: D(6), 2015: D(9)}, AtLeast(D(49)), 2017, whole=100).worst
        assert seen.required_rate == D(20)
        assert seen.recent_rate == D(3)
        assert seen.best_rate == D(3)
        assert seen.prospect is Prospect.UNLIKELY
        assert seen.reasons[0].code == "best-pace-too-slow"
        assert seen.act_by is None

    def test_the_latest_year_in_which_acting_still_suffices(self) -> None:
        """Flat for two years after one year of +4: four years remain for +8, so two years at +4 are enough."""
        figures = {2012: D(50), 2013: D(54), 2014: D(54), 2015: D(54), 2016: D(54)}
        seen = outlook(figures, AtLeast(D(62)), 2020).worst
        # going on: about 54; then 2019: +4 = 58, 2020: +4 = 62. The forecast drifts up a little before, so 2019 it is.
        assert seen.act_by == 2019
        assert seen.reasons[0].code == "act-by"
        assert seen.reasons[0].data["year"] == 2019

    def test_no_help_on_record_is_said(self) -> None:
        seen = outlook({2012: D(16), 2013: D("15.8"), 2014: D("15.6")}, AtLeast(D(17)), 2017, whole=100).worst
        assert seen.best_rate is None
        assert seen.reasons[0].code == "never-moved-that-way"

    def test_a_trend_that_suffices_needs_nothing(self) -> None:
        figures = {2012: D("0.572"), 2013: D("0.548"), 2014: D("0.524"), 2015: D("0.502")}
        seen = outlook(figures, AtMost(D("0.51")), 2017).worst
        assert seen.prospect is Prospect.LIKELY
        assert seen.required_rate == 0  # 0.502 is below the ceiling already
        assert seen.reasons[0].code == "trend-suffices"

    def test_the_milestone_itself_is_judged_and_not_forecast(self) -> None:
        figures = {2013: D(80), 2014: D(85), 2015: D(90)}
        assert outlook(figures, AtLeast(D(90)), 2015).worst.prospect is Prospect.MET
        assert outlook(figures, AtLeast(D("90.1")), 2015).worst.prospect is Prospect.MISSED
        assert outlook(figures, AtLeast(D(90)), 2015).worst.forecast is None

    def test_figures_after_the_milestone_are_not_used(self) -> None:
        seen = outlook({2013: D(1), 2014: D(2), 2015: D(3), 2016: D(99)}, AtLeast(D(5)), 2015)
        assert seen.origin == 2015
        assert seen.worst.prospect is Prospect.MISSED

    def test_a_range_counts_both_sides(self) -> None:
        figures = {2012: D(10), 2013: D(10), 2014: D(10), 2015: D(10)}
        inside = outlook(figures, Between(D(9), D(11), Direction.KEEP), 2016).worst
        above = outlook(figures, Between(D(9), D("9.5"), Direction.KEEP), 2016).worst
        assert inside.chance is not None and above.chance is not None
        assert inside.chance > 0.8 > 0.2 > above.chance

    def test_parts_are_never_averaged(self) -> None:
        figures = {
            2012: {"primary": D("7.8"), "tertiary": D("32.7")},
            2013: {"primary": D("7.5"), "tertiary": D("32.6")},
            2014: {"primary": D("7.2"), "tertiary": D("32.5")},
        }
        target = Composition({"primary": D(7), "tertiary": D(40)})
        context = Context(part_directions={"primary": Direction.DECREASE, "tertiary": Direction.INCREASE})
        seen = outlook(figures, target, 2017, whole=100, context=context)
        assert {part.part: part.prospect for part in seen.parts} == {
            "primary": Prospect.LIKELY,
            "tertiary": Prospect.UNLIKELY,
        }
        assert seen.worst.part == "tertiary"

    def test_a_delegated_target_has_no_chance_yet(self) -> None:
        seen = outlook({2013: D(1), 2014: D(2), 2015: D(3)}, Delegated("province", "省下达的控制目标", Direction.DECREASE), 2017)
        assert seen.worst.prospect is Prospect.UNKNOWN
        assert seen.worst.chance is None

    def test_too_few_points_still_give_the_required_rate(self) -> None:
        seen = outlook({2015: D(14), 2016: D(20)}, AtLeast(D(50)), 2020, whole=100).worst
        assert seen.prospect is Prospect.UNKNOWN
        assert seen.required_rate == D("7.5")  # (50 - 20) / 4
        assert seen.reasons[0].data["count"] == 2

    def test_no_figure_at_all(self) -> None:
        seen = outlook({}, AtLeast(D(50)), 2020)
        assert seen.origin is None
        assert seen.worst.prospect is Prospect.UNKNOWN


def test_scales() -> None:
    assert scale_for([3.0, 4.0]) is Scale.LOGARITHM
    assert scale_for([0.0, 4.0]) is Scale.PLAIN
    assert scale_for([0.0, 4.0], whole=100) is Scale.PLAIN
    assert scale_for([100.0, 100.0], whole=100) is Scale.PLAIN
    assert scale_for([3.0, 4.0], whole=100) is Scale.LOGIT

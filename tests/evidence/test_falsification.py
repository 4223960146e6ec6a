"""Tests for falsified data: arithmetic, what each sees and leaves alone, and when it does not apply."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ecociv.core.text import Text
from ecociv.evidence import falsification as tests
from ecociv.evidence.falsification import forgeries
from ecociv.evidence.falsification.finding import Finding, found, holm
from ecociv.evidence.falsification.shape import middle, resolution

pytestmark = pytest.mark.long

HOURS = 24 * 365


@pytest.fixture(scope="module")
def network() -> np.ndarray:
    """Six stations under one generated weather: whole numbers, daily course, each with a level of its own."""
    random = np.random.default_rng(11)
    slow = np.convolve(random.standard_normal(HOURS + 200), np.ones(200) / np.sqrt(200), mode="valid")[:HOURS]
    course = 0.2 * np.sin(2 * np.pi * np.arange(HOURS) / 24)
    own = np.stack(
        [
            np.convolve(random.standard_normal(HOURS + 12), np.ones(12) / 12, mode="valid")[:HOURS]
            for _ in range(6)
        ]
    )
    logs = (
        4.2
        + 0.6 * slow
        + course
        + 0.4 * own
        + 0.12 * random.standard_normal((6, HOURS))
        + np.arange(6)[:, None] * 0.05
    )
    return np.rint(np.exp(logs))


def against(network: np.ndarray, forged: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    return (network[0] if forged is None else forged), network[1:]


HONEST: dict[str, Callable[[np.ndarray], Finding]] = {
    "terminal-digits": lambda n: tests.terminal_digits(n[0]),
    "bunching": lambda n: tests.bunching(n[0], 75.0),
    "limit-avoidance": lambda n: tests.limit_avoidance(*against(n), 75.0),
    "repeated-days": lambda n: tests.repeated_days(n[0]),
    "night-step": lambda n: tests.night_step(*against(n)),
    "weekday": lambda n: tests.weekday_effect(*against(n), 2),
    "neighbour-correlation": lambda n: tests.correlation_drop(*against(n)),
    "neighbour-variance": lambda n: tests.variance_drop(*against(n)),
    "neighbour-shift": lambda n: tests.level_shift(*against(n)),
    "variance-for-mean": lambda n: tests.variance_for_mean(*against(n)),
    "reported-figure": lambda n: tests.reported_figure(float(np.nanmean(n)), n),
}

FORGED: dict[str, tuple[str, float]] = {
    "terminal-digits": ("invented-digits", 0.6),
    "repeated-days": ("copied-days", 1.0),
    "night-step": ("night-shutdown", 0.6),
    "weekday": ("weekend-off", 0.6),
    "neighbour-correlation": ("invented-month", 1.0),
    "neighbour-variance": ("smoothed", 1.0),
    "neighbour-shift": ("scaled", 1.0),
    "variance-for-mean": ("smoothed-throughout", 1.0),
}


@pytest.mark.parametrize("test", HONEST)
def test_honest_series_raise_no_alarm(test: str, network: np.ndarray) -> None:
    outcome = HONEST[test](network)
    assert outcome.test == test
    assert outcome.statistic is not None, outcome.sentence.en
    assert not outcome.alarm, outcome.sentence.en
    assert outcome.score is not None and outcome.score < 0.5 or outcome.p_value is not None


@pytest.mark.parametrize("test", FORGED)
def test_strong_forgeries_raise_the_alarm(test: str, network: np.ndarray) -> None:
    forgery, strength = FORGED[test]
    forged = network.copy()
    forged[0] = forgeries.HOURLY[forgery](network[0], strength, np.random.default_rng(5))
    outcome = tests.weekday_effect(*against(forged), 0) if test == "weekday" else HONEST[test](forged)
    assert outcome.alarm, outcome.sentence.en
    assert outcome.score is not None and outcome.score >= 0.5
    assert outcome.honest_causes


def test_capping_below_a_limit_raises_the_alarm(network: np.ndarray) -> None:
    forged = forgeries.capped(network[0], 0.6, np.random.default_rng(5), limit=75.0)
    outcome = tests.bunching(forged, 75.0)
    assert outcome.alarm
    assert outcome.evidence["limit"] == 75.0
    assert outcome.evidence["edges"][len(outcome.evidence["observed"]) // 2] == 75.0


def test_a_shifted_figure_against_sensors() -> None:
    # Two sensors at 50 and 70 without gaps: mean 60. u of one is 7.5 % = 4.5; half of the variance is in common:
    # u = 4.5 * sqrt(0.5 + 0.5/2) = 3.897. A report of 45 lies 15/3.897 = 3.85 away, one of 52 lies 2.05 away.
    sensors = np.stack([np.full(1200, 50.0), np.full(1200, 70.0)])
    far, near = tests.reported_figure(45.0, sensors), tests.reported_figure(52.0, sensors)
    assert far.statistic == pytest.approx(15 / (4.5 * np.sqrt(0.75)), rel=1e-9)
    assert far.alarm and not near.alarm
    assert far.p_value == pytest.approx(2 * stats.norm.sf(far.statistic), rel=1e-9)


def test_gaps_widen_the_uncertainty_of_the_mean() -> None:
    season = 50 + 30 * np.sin(np.arange(1200) / 1200 * 2 * np.pi)
    whole = tests.sensor_mean(season, 0.05)
    holed = season.copy()
    holed[:500] = np.nan
    part = tests.sensor_mean(holed, 0.05)
    assert whole is not None and part is not None
    assert whole.from_gaps == 0.0 < part.from_gaps
    holed[:700] = np.nan
    assert tests.reported_figure(50.0, holed).statistic is None


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (tests.terminal_digits(np.arange(50.0)), "300 are needed"),
        (tests.terminal_digits(np.tile([10.0, 11.0, 12.0], 500)), "spans"),
        (tests.benford(np.linspace(10, 90, 1000)), "three orders"),
        (tests.benford(np.ones(10)), "500 are needed"),
        (tests.bunching(np.arange(50.0), 75.0), "100 are needed"),
        (tests.repeated_days(np.arange(48.0)), "20 are needed"),
        (tests.night_step(np.ones(48), np.ones((1, 48))), "14 days"),
        (tests.weekday_effect(np.ones(240), np.ones((1, 240)), 0), "12 are needed"),
        (tests.correlation_drop(np.ones(1000), np.ones((1, 1000))), "4 are needed"),
        (tests.level_shift(np.ones(1000), np.ones((1, 1000))), "90 are needed"),
        (tests.variance_for_mean(np.ones(1000), np.ones((1, 1000))), "three neighbours"),
        (tests.late_records(np.zeros(3), np.zeros(3), 1), "30 are needed"),
        (tests.deadline_burst(np.zeros(3), [1.0]), "8 are needed"),
        (tests.one_way_edits(np.zeros(3), np.ones(3), -1), "8 are needed"),
    ],
)
def test_what_does_not_apply_says_so_and_has_no_score(outcome: Finding, says: str) -> None:
    assert outcome.statistic is None and outcome.score is None and not outcome.alarm
    assert outcome.not_valid is not None and says in outcome.not_valid.en


def test_a_conversion_of_units_leaves_digits_out_and_is_no_forgery() -> None:
    ppb = np.random.default_rng(2).integers(5, 200, 3000)
    outcome = tests.terminal_digits(np.rint(ppb * 2.86 * 10) / 10)  # SO2, ug/m3 from ppb, one decimal
    assert outcome.not_valid is not None and "conversion" in outcome.not_valid.en


def test_means_of_whole_readings_have_their_own_digits() -> None:
    # k/24 rounded half up to tenths: 0 and 3, 5, 8 come from three k each, the other six digits from two: 4*3 + 6*2 = 24.
    whole = np.random.default_rng(3).integers(20 * 24, 120 * 24, 4000)
    daily = np.floor(whole / 24 * 10 + 0.5) / 10
    assert tests.terminal_digits(daily).alarm
    assert not tests.terminal_digits(daily, mean_of=24).alarm


def test_benford_where_it_applies() -> None:
    random = np.random.default_rng(4)
    honest = np.exp(random.uniform(np.log(100), np.log(1e8), 4000))
    assert not tests.benford(honest).alarm and not tests.benford(honest, 2).alarm
    made_up = random.uniform(1, 10, 4000) * 10.0 ** random.integers(2, 7, 4000)  # every first digit alike
    assert tests.benford(made_up).alarm
    shares = np.array(tests.benford(honest).evidence["expected"]) / 4000
    assert shares == pytest.approx(np.log10(1 + 1 / np.arange(1, 10)), abs=1e-4)


def test_an_exact_copy_is_found_by_its_days() -> None:
    random = np.random.default_rng(6)
    days = np.rint(random.uniform(20, 200, (40, 24)))
    days[31] = days[12]
    outcome = tests.repeated_days(days.ravel())
    assert outcome.evidence["pair"] == [12, 31]
    assert outcome.statistic == pytest.approx(
        100.0
    )  # the distance counts as a hundredth of the spread at least


def test_the_shift_names_its_day(network: np.ndarray) -> None:
    forged = network[0].copy()
    forged[24 * 200 :] *= 0.5
    outcome = tests.level_shift(forged, network[1:])
    assert abs(outcome.evidence["day"] - 200) <= 2
    assert outcome.statistic == pytest.approx(np.log(2), abs=0.1)


def test_edits() -> None:
    day = 86_400.0
    # 6 of 30 values come 20 days late, the others within the hour: a fifth.
    lag = np.where(np.arange(30) < 6, 20.0, 0.04) * day
    late = tests.late_records(np.zeros(30), lag, usual_lag_days=1)
    assert late.statistic == pytest.approx(0.2) and late.alarm
    # Ten revisions on ten evenly spaced days, all within the 7 days before three deadlines a year apart.
    deadlines = [100 * day, 465 * day, 830 * day]
    inside = np.array([deadlines[k % 3] - (k + 0.5) / 2 * day for k in range(10)])
    burst = tests.deadline_burst(inside, deadlines)
    assert burst.alarm and burst.evidence["inside"] == 10
    spread = tests.deadline_burst(np.linspace(0, 830, 25) * day, deadlines)
    assert not spread.alarm
    # Twelve revisions, all downwards where lower is better: 0.5^12.
    down = tests.one_way_edits(np.full(12, 80.0), np.full(12, 74.0), -1, np.arange(12) * day)
    assert down.p_value == pytest.approx(0.5**12) and down.statistic == 1.0 and down.alarm
    assert not tests.one_way_edits(np.full(12, 80.0), np.full(12, 74.0), +1).alarm
    # One batch that corrects a drift is one decision, however many values it moves.
    assert not tests.one_way_edits(np.full(12, 80.0), np.full(12, 74.0), -1, np.zeros(12)).alarm


def test_score_is_a_half_at_the_threshold() -> None:
    say = Text(zh="例", en="example")
    assert found("bunching", 0.35, 9, say).score == pytest.approx(0.5)
    assert found("bunching", 0.0, 9, say).score == 0.0
    assert not found("bunching", 0.9, 9, say, p_value=0.2).alarm


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_never_lowers_and_keeps_the_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert np.all(corrected >= np.asarray(p_values)) and np.all(corrected <= 1)
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(corrected[order]) >= 0)


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1e4)), max_size=300), st.integers(1, 3))
def test_no_series_breaks_a_test(values: list[float], neighbours: int) -> None:
    own = np.array(values)
    near = np.stack([np.roll(own, k) for k in range(neighbours)]) if own.size else np.empty((neighbours, 0))
    for outcome in (
        tests.terminal_digits(own), tests.benford(own), tests.benford(own, 2), tests.bunching(own, 75.0), tests.repeated_days(own, 6),
        tests.night_step(own, near), tests.weekday_effect(own, near, 3, 1), tests.correlation_drop(own, near, 1),
        tests.variance_drop(own, near, 1), tests.level_shift(own, near, 1), tests.variance_for_mean(own, near, 1),
        tests.reported_figure(50.0, near),
    ):  # fmt: skip
        assert (outcome.statistic is None) == (outcome.not_valid is not None)
        assert outcome.score is None or 0.0 <= outcome.score <= 1.0


@given(
    st.lists(
        st.lists(st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6)), min_size=4, max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_middle_is_the_median_of_what_is_known(rows: list[list[float]]) -> None:
    table = np.array(rows)
    for column, value in zip(table.T, middle(table), strict=True):
        known = column[~np.isnan(column)]
        assert np.isnan(value) if not known.size else value == pytest.approx(np.median(known))


@pytest.mark.parametrize(("step", "factor"), [(1.0, 1), (0.1, 0.1), (5.0, 5), (0.02, 0.02)])
def test_resolution_finds_the_step(step: float, factor: float) -> None:
    assert resolution(np.random.default_rng(1).integers(1, 997, 500) * factor) == pytest.approx(step)


def test_forgeries_leave_their_carrier_alone(network: np.ndarray) -> None:
    before = network[0].copy()
    for forge in forgeries.HOURLY.values():
        forge(network[0], 1.0, np.random.default_rng(1))
    assert np.array_equal(network[0], before)


def test_days_above_a_limit_that_only_the_neighbours_have(network: np.ndarray) -> None:
    forged = forgeries.capped_days(network[0], 1.0, np.random.default_rng(5), limit=75.0)
    before = tests.limit_avoidance(*against(network), 75.0)
    after = tests.limit_avoidance(*against(network, forged), 75.0)
    assert not before.alarm and after.alarm
    assert (
        after.evidence["missing"] == after.evidence["expected_above"] and after.evidence["the_other_way"] == 0
    )
    assert after.statistic == 1.0
    # of the day's hours 80 % are needed, so 19 of 24 are too few
    gone = forged.reshape(365, 24).copy()
    gone[:, :5] = np.nan
    assert tests.limit_avoidance(*against(network, gone.ravel()), 75.0).not_valid is not None


def test_avoidance_counts_days_both_ways() -> None:
    # 40 days at 50 keep the usual ratio at 1; 12 days are expected at 80, of which 9 are found at 74, and 2 the other way
    near = np.array([50.0] * 40 + [80.0] * 12 + [74.0] * 2)
    own = np.array([50.0] * 40 + [74.0] * 9 + [80.0] * 3 + [80.0] * 2)
    outcome = tests.limit_avoidance(own, near[None, :], 75.0, per_day=1)
    assert outcome.statistic == pytest.approx((9 - 2) / 12)
    # chance of 9 or more heads in 11 throws: (55 + 11 + 1) / 2048
    assert outcome.p_value == pytest.approx(67 / 2048)
    # the limit itself complies: a day at 75 is not above it
    at_limit = np.where(own == 74.0, 75.0, own)
    assert tests.limit_avoidance(at_limit, near[None, :], 75.0, per_day=1).statistic == outcome.statistic
    few = tests.limit_avoidance(own[:49], near[None, :49], 75.0, per_day=1)
    assert few.not_valid is not None and few.n == 9

"""False alarms and power on real series: the small version of benchmarks/falsification.py.

Thresholds were chosen on the years from March 2013 to February 2015; what is measured here are the two years after.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict

import numpy as np
import pytest

from ecociv.evidence import falsification as tests
from ecociv.evidence.falsification import forgeries
from ecociv.evidence.falsification.finding import Finding
from shared_data import shared_file

pytestmark = pytest.mark.oracle

YEAR = 8760


@pytest.fixture(scope="module")
def beijing() -> np.ndarray:
    """PM2.5 and NO2 of 12 stations from March 2015 to February 2017, shape (item, station, hour)."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    with gzip.open(
        shared_file("air/uci_prsa_beijing_12sites_2013_2017.csv.gz"), "rt", encoding="utf-8"
    ) as file:
        for row in csv.DictReader(file):
            rows[row["station"]].append(
                [float(row[item]) if row[item] not in ("", "NA") else np.nan for item in ("PM2.5", "NO2")]
            )
    return np.moveaxis(np.array(list(rows.values()))[:, 2 * YEAR : 4 * YEAR], 2, 0)


def outcomes(own: np.ndarray, near: np.ndarray) -> list[Finding]:
    return [
        tests.terminal_digits(own), tests.repeated_days(own), tests.night_step(own, near), tests.weekday_effect(own, near, 6),
        tests.correlation_drop(own, near), tests.variance_drop(own, near), tests.level_shift(own, near), tests.variance_for_mean(own, near),
    ]  # fmt: skip


def carriers(beijing: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return [
        (
            item[station, year * YEAR : (year + 1) * YEAR],
            np.delete(item[:, year * YEAR : (year + 1) * YEAR], station, axis=0),
        )
        for item in beijing
        for year in (0, 1)
        for station in range(12)
    ]


def test_false_alarms_on_the_half_not_chosen_from(beijing: np.ndarray) -> None:
    counted: dict[str, list[bool]] = defaultdict(list)
    for own, near in carriers(beijing):
        for outcome in outcomes(own, near):
            if outcome.statistic is not None:
                counted[outcome.test].append(outcome.alarm)
    assert len(counted) == 8
    for test, alarms in counted.items():
        assert len(alarms) >= 40, test
        assert np.mean(alarms) <= 0.05, f"{test}: {sum(alarms)} of {len(alarms)}"


@pytest.mark.parametrize(
    ("forgery", "test", "least"),
    [
        ("invented-digits", "terminal-digits", 0.9),
        ("copied-days", "repeated-days", 0.9),
        ("night-shutdown", "night-step", 0.9),
        ("smoothed", "neighbour-variance", 0.9),
        ("smoothed-throughout", "variance-for-mean", 0.9),
        ("scaled", "neighbour-shift", 0.8),
        ("invented-month", "neighbour-correlation", 0.4),
    ],
)
def test_power_on_strong_forgeries(forgery: str, test: str, least: float, beijing: np.ndarray) -> None:
    random = np.random.default_rng(20_170_301)
    found = []
    for own, near in carriers(beijing)[::2]:
        forged = forgeries.HOURLY[forgery](own, 1.0, random)
        (outcome,) = (each for each in outcomes(forged, near) if each.test == test)
        if outcome.statistic is not None:
            found.append(outcome.alarm)
    assert len(found) >= 20
    assert np.mean(found) >= least, f"{sum(found)} of {len(found)}"

"""How well the intervals of the forecast hold on real yearly series, beside three plain methods, in one run.

    python benchmarks/forecast.py FOLDER_OF_SHARED_DATA            the table of docs/forecast.md
    python benchmarks/forecast.py FOLDER_OF_SHARED_DATA --choose   the priors that were compared on the first half

Series: yearly precipitation and run-off of the Poyang basins 2006-2019, and the means of six pollutants at 12 Beijing
stations, by year (March to February) and by month of the year. The prior was chosen on one half of the places, the
table is measured on the other half (halves by a checksum of the place's name).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from scipy import stats

from ecociv.indicators.forecast import PRIOR, Prior, forecast

Series = dict[tuple[str, str, str], dict[int, float]]
POLLUTANTS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")


def real_series(folder: Path) -> Series:
    """Yearly figures by (kind, place, property)."""
    made: Series = defaultdict(dict)
    with (folder / "stats/poyang_basins_yearly_runoff.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["scenario"] == "main_2006_2019_raw":
                for name in ("runoff_depth_mm", "precipitation_mm"):
                    made["basin", row["basin_en"], name][int(row["year"])] = float(row[name])
    sums: dict[tuple[tuple[str, str, str], int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    with gzip.open(folder / "air/uci_prsa_beijing_12sites_2013_2017.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            month = int(row["month"])
            year = int(row["year"]) - (month < 3)
            for name in POLLUTANTS:
                if row[name] not in ("", "NA"):
                    for key in (
                        ("air, year", row["station"], name),
                        ("air, month", row["station"], f"{name} {month}"),
                    ):
                        total = sums[key, year]
                        total[0] += float(row[name])
                        total[1] += 1
    for (key, year), (total_, count) in sums.items():
        made[key][year] = total_ / count
    return dict(made)


def windows(
    series: Series, kind: str, half: int, points: int, ahead: int
) -> Iterator[tuple[dict[int, float], float]]:
    """Every run of ``points`` years with the figure ``ahead`` years later."""
    for (of, place, _), figures in series.items():
        if of != kind or zlib.crc32(place.encode()) % 2 != half:
            continue
        years = sorted(figures)
        for start in range(len(years) - points - ahead + 1):
            known = {year: figures[year] for year in years[start : start + points]}
            yield known, figures[years[start + points + ahead - 1]]


def plain_methods(known: dict[int, float], ahead: int, level: float) -> dict[str, tuple[float, float, float]]:
    """Median and interval, on the logarithm, of last value, drift, and straight line with Student's t."""
    y = np.log(np.array([known[year] for year in sorted(known)]))
    n, steps, side = len(y), np.diff(y), 0.5 + level / 2
    walk = float(np.sqrt((steps**2).mean())) * np.sqrt(ahead) * stats.t.ppf(side, n - 1)
    drift = float(steps.std(ddof=1)) * np.sqrt(ahead + ahead**2 / (n - 1)) * stats.t.ppf(side, n - 2)
    x = np.arange(n) - (n - 1) / 2
    slope = float((y * x).sum() / (x @ x))
    left = y - y.mean() - slope * x
    at = n - 1 + ahead - (n - 1) / 2
    line = float(np.sqrt((left @ left) / (n - 2) * (1 + 1 / n + at**2 / (x @ x)))) * stats.t.ppf(side, n - 2)
    centre = {"last value": y[-1], "drift": y[-1] + ahead * steps.mean(), "line": y.mean() + slope * at}
    width = {"last value": walk, "drift": drift, "line": line}
    return {name: (centre[name] - width[name], centre[name], centre[name] + width[name]) for name in centre}


def interval_score(low: float, high: float, truth: float, level: float) -> float:
    """Width, and a penalty for lying outside (Gneiting and Raftery 2007): smaller is better."""
    penalty = 2 / (1 - level)
    return high - low + penalty * max(0.0, low - truth) + penalty * max(0.0, truth - high)


def measure(
    series: Series, kind: str, half: int, points: int, ahead: int, prior: Prior
) -> dict[str, list[float]]:
    """For ours and each plain method: coverage of 80 %, of 95 % (ours only), mean error, mean interval score."""
    rows: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for known, later in windows(series, kind, half, points, ahead):
        year, truth = max(known) + ahead, float(np.log(later))
        made = forecast(known, (year,), prior=prior)
        low, high = (float(np.log(bound)) for bound in made.interval[0.80][year])
        wide = tuple(float(np.log(bound)) for bound in made.interval[0.95][year])
        rows["ours"].append(
            (
                low <= truth <= high,
                wide[0] <= truth <= wide[1],
                abs(truth - float(np.log(made.median[year]))),
                interval_score(low, high, truth, 0.8),
            )
        )
        for name, (low, centre, high) in plain_methods(known, ahead, 0.8).items():
            rows[name].append(
                (low <= truth <= high, np.nan, abs(truth - centre), interval_score(low, high, truth, 0.8))
            )
    return {
        name: [float(len(made)), *np.mean(np.array(made, dtype=float), axis=0)] for name, made in rows.items()
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--choose", action="store_true")
    options = parser.parse_args()
    series = real_series(options.folder)
    cases = [("basin", n, h) for n in (3, 4, 5, 6, 8) for h in (1, 2, 3)] + [
        ("air, year", 3, 1),
        ("air, month", 3, 1),
    ]
    if options.choose:
        for weight, spread, slopes, widening in product(
            (0.5, 1.0), (0.01, 0.03), ((0.3,), (0.3, 1.0, 3.0)), (1.0, 1.15, 1.3)
        ):
            prior = Prior(weight, spread, slopes, widening)
            found = [measure(series, *case[:1], 0, *case[1:], prior) for case in cases]
            covered = [row["ours"][1] for row in found]
            score = np.mean([row["ours"][4] / row["drift"][4] for row in found])
            print(
                f"{prior}: coverage {np.mean(covered):.3f} ({min(covered):.2f}-{max(covered):.2f}), score {score:.3f} of drift"
            )
        return
    print(
        "| series | points | years ahead | n | 80 % covers | 95 % covers | error: ours | last value | drift | line | score: ours | last value | drift | line |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    started = time.perf_counter()
    total = 0
    for kind, points, ahead in cases:
        found = measure(series, kind, 1, points, ahead, PRIOR)
        ours = found["ours"]
        total += int(ours[0])
        errors = " | ".join(f"{found[name][3]:.2f}" for name in ("ours", "last value", "drift", "line"))
        scores = " | ".join(f"{found[name][4]:.2f}" for name in ("ours", "last value", "drift", "line"))
        print(
            f"| {kind} | {points} | {ahead} | {ours[0]:.0f} | {ours[1]:.0%} | {ours[2]:.0%} | {errors} | {scores} |"
        )
    print(f"\n{total} forecasts in {time.perf_counter() - started:.1f} s, the plain methods included")


if __name__ == "__main__":
    main()

"""Speed of the classification of surface water: 1 million samples of 24 items.

``python benchmarks/standards_water.py [--rows 1000000]``

What is compared, in one run on the same arrays:

* ``read``: every input read once by NumPy (the bound that memory sets);
* ``classify``: class, limiting items and number of measured items of each sample, 23 items and the water temperature;
* ``columns``: one ``numpy.select`` an item over whole columns, then the row maximum, as one would write it with a
  table library; no limiting items, no check of impossible readings;
* ``digitize``: the same with ``numpy.digitize``;
* ``rows``: a plain loop over the rows, timed on a part of them and scaled.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from ecociv.standards import parameter
from ecociv.standards import surface_water as water

LIMITS = parameter("surface_water.limits", edition="GB 3838-2002").table["lake"]
Columns = dict[str, np.ndarray]


def samples(rows: int, gaps: float) -> Columns:
    """Readings around the limits of all items, some of them missing."""
    random = np.random.default_rng(20020601)
    columns: Columns = {}
    for item, limits in LIMITS.items():
        if item == "ph":
            columns[item] = random.normal(7.6, 0.6, rows).clip(0, 14)
        elif item == "do":
            columns[item] = random.normal(7.0, 2.0, rows).clip(0.05)
        else:
            columns[item] = random.lognormal(np.log(limits[2] * 0.3), 1.0, rows)
    columns["temperature"] = random.uniform(4, 32, rows)
    if gaps:
        for column in columns.values():
            column[random.random(rows) < gaps] = np.nan
    return columns


def by_columns(columns: Columns) -> np.ndarray:
    """Classes by one selection an item over whole columns."""
    worst = np.zeros(len(columns["ph"]))
    for item, limits in LIMITS.items():
        values = columns[item]
        if item == "ph":
            own = np.select([np.isnan(values), (values >= 6) & (values <= 9)], [0, 1], 6)
        else:
            met = [values >= limit if item == "do" else values <= limit for limit in limits]
            own = np.select([np.isnan(values), *met], range(6), 6)
        if item == "do":
            saturated = values * (31.6 + columns["temperature"]) >= 421.2
            own = np.where(saturated, 1, own)
        worst = np.maximum(worst, own)
    return worst


def by_digitize(columns: Columns) -> np.ndarray:
    """Classes by looking each value up among the limits."""
    worst = np.zeros(len(columns["ph"]), dtype=np.int64)
    for item, limits in LIMITS.items():
        values = columns[item]
        if item == "ph":
            own = np.where((values >= 6) & (values <= 9), 1, 6)
        elif item == "do":
            own = 6 - np.digitize(values, limits[::-1])
            own = np.where(values * (31.6 + columns["temperature"]) >= 421.2, 1, own)
        else:
            # Shared limits: np.digitize counts how many limits lie strictly below the value.
            own = 1 + np.digitize(values, limits, right=True)
        worst = np.maximum(worst, np.where(np.isnan(values), 0, own))
    return worst


def by_rows(columns: Columns) -> list[int]:
    """Classes by a plain loop over the rows."""
    names = list(LIMITS)
    found = []
    for row in zip(*(columns[name].tolist() for name in (*names, "temperature")), strict=True):
        worst = 0
        temperature = row[-1]
        for name, value in zip(names, row, strict=False):
            if value != value:
                continue
            if name == "ph":
                own = 1 if 6 <= value <= 9 else 6
            else:
                own = 6
                for number, limit in enumerate(LIMITS[name], 1):
                    if (value >= limit) if name == "do" else (value <= limit):
                        own = number
                        break
                if name == "do" and value * (31.6 + temperature) >= 421.2:
                    own = 1
            worst = max(worst, own)
        found.append(worst)
    return found


def best(run: Callable[[], object], times: int) -> float:
    """The shortest of some runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def measure(rows: int, gaps: float) -> None:
    """Time everything on one set of samples and print the ratios."""
    columns = samples(rows, gaps)

    def read() -> None:
        for column in columns.values():
            column.sum()

    result = water.classify(**columns, water_body="lake")
    expected = by_columns(columns)
    assert np.array_equal(result.value, expected), "the peers disagree"
    assert np.array_equal(result.value, by_digitize(columns)), "the peers disagree"
    part = {name: column[: rows // 50] for name, column in columns.items()}
    assert by_rows(part) == expected[: rows // 50].astype(int).tolist(), "the peers disagree"

    seconds = {
        "read": best(read, 7),
        "classify": best(lambda: water.classify(**columns, water_body="lake"), 7),
        "columns": best(lambda: by_columns(columns), 2),
        "digitize": best(lambda: by_digitize(columns), 2),
        "rows": best(lambda: by_rows(part), 2) * 50,
    }
    tracemalloc.start()
    kept = water.classify(**columns, water_body="lake")
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    state = (kept.value.nbytes + kept.limiting.bits.nbytes + kept.measured.nbytes) / rows
    print(f"{rows:,} samples of {len(columns)} items, {gaps:.0%} missing")
    for name, taken in seconds.items():
        print(
            f"  {name:9s} {taken * 1e3:9.1f} ms   {taken / seconds['read']:8.1f} x read   "
            f"{taken / seconds['classify']:7.1f} x classify   {rows / taken / 1e6:7.2f} M samples/s"
        )
    print(
        f"  state {state:.0f} bytes a sample (class 1, limiting items 4, number measured 1); held {size / rows:.1f}, "
    )
    print(f"  peak while working {peak / rows:.1f} bytes a sample; inputs {8 * len(columns)} bytes a sample")


def main() -> None:
    """Read the number of rows and measure with and without gaps."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    rows = arguments.parse_args().rows
    for gaps in (0.0, 0.05):
        measure(rows, gaps)


if __name__ == "__main__":
    main()

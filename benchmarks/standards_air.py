"""Speed of the air module in one run: against the cost of reading the inputs once, and against the packages one might pick.

    python benchmarks/standards_air.py [--rows 10000000] [--days 1000000] [--peer-rows 20000] [--repeat 5]

Ratios matter, not seconds: every figure is the best of several runs that take turns on the same machine, so a busy
moment falls on all alike. `aqi-hub` and `python-aqi` are measured on fewer rows and scaled; where one is not
installed the line says so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from ecociv.standards import air

NAMES = ("so2", "no2", "co", "o3", "pm10", "pm2_5")
MEDIANS = {"so2": 10.0, "no2": 30.0, "co": 0.7, "o3": 60.0, "pm10": 60.0, "pm2_5": 35.0}
OLD, NEW = "HJ 633-2012", "HJ 633-2026"
Columns = dict[str, np.ndarray]


def readings(rows: int, seed: int) -> Columns:
    """Concentrations spread like real ones: log-normal, with their usual medians."""
    rng = np.random.default_rng(seed)
    return {name: MEDIANS[name] * rng.lognormal(0.0, 0.6, rows) for name in NAMES}


def as_published(columns: Columns) -> Columns:
    """Rounded as stations publish them: whole ug/m3, CO to a tenth of a mg/m3."""
    return {name: np.round(column, 1 if name == "co" else 0) for name, column in columns.items()}


def with_gaps(columns: Columns, share: float = 0.03) -> Columns:
    """The same with that share of each column missing."""
    rng = np.random.default_rng(7)
    gappy = {name: column.copy() for name, column in columns.items()}
    for column in gappy.values():
        column[rng.random(column.size) < share] = np.nan
    return gappy


def best_in_turns(tasks: dict[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """The best time of each task, the tasks taking turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(repeat):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def read_once(columns: Columns) -> float:
    """The bound: every input read once, and nothing else done with it than to add it up."""
    return float(sum(column.sum() for column in columns.values()))


def interpolated(columns: Columns) -> np.ndarray:
    """What one would write by hand: numpy.interp, ceil and maximum; neither exact nor with level or primary."""
    from ecociv.standards import parameter

    table = parameter("air.breakpoints.hourly", edition=OLD).table
    best = np.full(columns["so2"].shape, -np.inf)
    for name, column in columns.items():
        knots = table[name]
        sub = np.ceil(np.interp(column, knots, table["index"][: len(knots)]))
        np.fmax(best, sub, out=best)
    return best


def hourly(rows: int, repeat: int) -> None:
    real = readings(rows, 1)
    published = as_published(real)
    gappy = with_gaps(published)
    tasks: dict[str, Callable[[], object]] = {
        "read the six inputs once": lambda: read_once(published),
        "hourly_aqi 2012, as published": lambda: air.hourly_aqi(**published, edition=OLD),
        "hourly_aqi 2026, as published": lambda: air.hourly_aqi(**published, edition=NEW),
        "hourly_aqi 2012, 3 % missing": lambda: air.hourly_aqi(**gappy, edition=OLD),
        "hourly_aqi 2026, 3 % missing": lambda: air.hourly_aqi(**gappy, edition=NEW),
        "hourly_aqi 2012, all digits": lambda: air.hourly_aqi(**real, edition=OLD),
        "hourly_aqi 2026, all digits": lambda: air.hourly_aqi(**real, edition=NEW),
        "numpy.interp by hand (index only)": lambda: interpolated(published),
    }
    best = best_in_turns(tasks, repeat)
    bound = best["read the six inputs once"]
    print(f"\n{rows:,} station-hours")
    for name, seconds in best.items():
        print(
            f"  {name:36} {seconds * 1e3:9.1f} ms {rows / seconds / 1e6:8.1f} M rows/s {seconds / bound:6.2f} x bound"
        )
    result = air.hourly_aqi(**published, edition=OLD)
    out = sum(array.nbytes for array in (result.value, result.level, result.primary.bits, result.at_least))
    read = sum(column.nbytes for column in published.values())
    print(
        f"  bytes a row: {read / rows:.0f} read, {out / rows:.0f} written; sub-indices are made when asked for"
    )
    peers(published, rows / best["hourly_aqi 2026, as published"])


def daily(days: int, repeat: int) -> None:
    real = as_published(readings(days, 2))
    figures = {("o3_8h" if name == "o3" else name): column for name, column in real.items()}
    hours = np.round(np.random.default_rng(3).lognormal(3.5, 0.6, (days, 24)))
    best = best_in_turns(
        {
            "read six daily columns once": lambda: read_once(real),
            "daily_aqi 2026": lambda: air.daily_aqi(**figures, edition=NEW),
            "read 24 hours a day once": lambda: float(hours.sum()),
            "daily_mean of one pollutant": lambda: air.daily_mean(hours, "pm2_5", edition="GB 3095-2026"),
            "mda8": lambda: air.mda8(hours, edition="HJ 663-2013"),
        },
        repeat,
    )
    print(f"\n{days:,} station-days")
    bounds = {"daily_aqi 2026": "read six daily columns once"}
    for name, seconds in best.items():
        bound = best[bounds.get(name, name if name.startswith("read") else "read 24 hours a day once")]
        print(
            f"  {name:36} {seconds * 1e3:9.1f} ms {days / seconds / 1e6:8.1f} M days/s {seconds / bound:6.2f} x bound"
        )


def peers(published: Columns, ours: float) -> None:
    """The same figures through the packages on the index, a row at a time as they ask for it."""
    rows = list(zip(*(published[name][:PEER_ROWS].tolist() for name in NAMES), strict=True))
    for name, evaluate in (("aqi-hub", with_aqi_hub), ("python-aqi", with_python_aqi)):
        start = time.perf_counter()
        try:
            found = evaluate(rows)
        except ImportError:
            print(f"  {name:36} not installed")
            continue
        rate = len(rows) / (time.perf_counter() - start)
        same = air.hourly_aqi(
            **{key: published[key][: len(rows)] for key in NAMES}, edition=NEW if name == "aqi-hub" else OLD
        )
        agree = np.mean(np.asarray(found, dtype=np.float64) == same.value)
        print(
            f"  {name:36} {rate / 1e6:22.3f} M rows/s: ours is {ours / rate:,.0f} times faster; equal {agree:.1%}"
        )


def with_aqi_hub(rows: list[tuple[float, ...]]) -> list[float]:
    from aqi_hub.aqi_cn.aqi import cal_aqi_cn, cal_primary_pollutant, get_aqi_level

    found = []
    for so2, no2, co, o3, pm10, pm2_5 in rows:
        value, subs = cal_aqi_cn(pm25=pm2_5, pm10=pm10, so2=so2, no2=no2, co=co, o3=o3, data_type="hourly")
        get_aqi_level(value)
        cal_primary_pollutant(subs)
        found.append(float(value))
    return found


def with_python_aqi(rows: list[tuple[float, ...]]) -> list[float]:
    import aqi

    kinds = (
        aqi.POLLUTANT_SO2_1H,
        aqi.POLLUTANT_NO2_1H,
        "co_1h",
        aqi.POLLUTANT_O3_1H,
        aqi.POLLUTANT_PM10,
        aqi.POLLUTANT_PM25,
    )
    found = []
    for row in rows:
        pairs = [(kind, str(value)) for kind, value in zip(kinds, row, strict=True)]
        try:
            value = aqi.to_aqi(pairs, algo=aqi.ALGO_MEP)
        except IndexError:  # its tables leave gaps between 35 and 36, and the like
            value = None
        found.append(float("nan") if value is None else float(value))
    return found


PEER_ROWS = 20_000


def main() -> None:
    global PEER_ROWS
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=10_000_000)
    arguments.add_argument("--days", type=int, default=1_000_000)
    arguments.add_argument("--peer-rows", type=int, default=PEER_ROWS)
    arguments.add_argument("--repeat", type=int, default=5)
    chosen = arguments.parse_args()
    PEER_ROWS = chosen.peer_rows
    hourly(chosen.rows, chosen.repeat)
    daily(chosen.days, chosen.repeat)


if __name__ == "__main__":
    main()

"""False alarms of the falsification tests on real series, their power on seeded forgeries, and their speed.

    python benchmarks/falsification.py --choose     99 % quantiles on the half from which thresholds are chosen
    python benchmarks/falsification.py              tables of the other half, as in docs/data-quality.md
    python benchmarks/falsification.py --speed      a year of hourly values of 50 stations

Real files are read from ``../shared/data`` beside the project (``ECOCIV_SHARED_DATA`` names another folder).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import os
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from scipy import stats

from ecociv.evidence import falsification as tests
from ecociv.evidence.falsification import forgeries
from ecociv.evidence.falsification.finding import Finding, Numbers
from ecociv.evidence.falsification.thresholds import ALPHA, BETWEEN_CITIES, THRESHOLDS

SHARED = Path(os.environ.get("ECOCIV_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
LIMITS = {"PM2.5": 75.0, "PM10": 150.0, "SO2": 150.0, "NO2": 80.0, "CO": 4000.0, "O3": 160.0}
"""Daily limits of GB 3095-2012, grade II (O3: the 8 h maximum's, CO in ug/m3)."""
NATIONAL = {"pm2_5": 75.0, "pm10": 150.0, "so2": 150.0, "no2": 80.0, "co": 4.0, "o3_1h": 160.0}
CLOCK = timezone(timedelta(hours=8))
SEED = 20_120_229


@dataclass(frozen=True)
class Unit:
    """One real series as the tests get it: which data set and half, values, neighbours, readings a day."""

    data: str
    chosen_from: bool
    name: str
    values: Numbers
    neighbours: Numbers
    per_day: int
    weekday: int = 0
    limit: float | None = None
    mean_of: int | None = None

    @property
    def item(self) -> str:
        """What is measured, where the name says it."""
        return self.name.split()[1] if " " in self.name else ""


def opened(name: str) -> io.TextIOBase:
    path = SHARED / name
    return gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8")  # type: ignore[return-value]


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def beijing() -> Iterator[Unit]:
    """12 stations x 6 items x 4 years of 365 days from 1 March 2013; the first two years are the half chosen from."""
    items = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
    rows: dict[str, list[list[float]]] = defaultdict(list)
    with opened("air/uci_prsa_beijing_12sites_2013_2017.csv.gz") as file:
        for row in csv.DictReader(file):
            rows[row["station"]].append([number(row[item]) for item in items])
    table = np.array(list(rows.values()))  # stations, hours, items
    for year in range(4):
        part = table[:, year * 8760 : (year + 1) * 8760, :]
        weekday = (date(2013, 3, 1) + timedelta(days=365 * year)).weekday()
        for at, item in enumerate(items):
            for station, name in enumerate(rows):
                others = np.delete(part[:, :, at], station, axis=0)
                yield Unit(
                    "beijing-hourly",
                    year < 2,
                    f"{name} {item} {year}",
                    part[station, :, at],
                    others,
                    24,
                    weekday,
                    LIMITS[item],
                )


def national() -> Iterator[Unit]:
    """Stations of the national feed, 19 days; stations of the same city are neighbours; halves by a digest of the name."""
    items = ("pm2_5", "pm10", "so2", "no2", "co", "o3_1h")
    start, hours = datetime(2020, 3, 27, tzinfo=CLOCK), 18 * 24
    found: dict[tuple[str, str], Numbers] = {}
    with opened("air/station_hourly_20200326_20200413.csv.gz") as file:
        for row in csv.DictReader(file):
            at = (
                int((datetime.strptime(row["date"] + "+0800", "%Y%m%d%z") - start) / timedelta(hours=1))
                + int(row["hour"])
                - 1
            )
            if 0 <= at < hours:
                key = (row["city"], row["station"])
                if key not in found:
                    found[key] = np.full((len(items), hours), np.nan)
                found[key][:, at] = [number(row[item]) for item in items]
    cities = defaultdict(list)
    for city, station in found:
        cities[city].append(station)
    for (city, station), values in found.items():
        others = [found[city, other] for other in cities[city] if other != station]
        chosen = zlib.crc32((city + station).encode()) % 2 == 0
        for at, item in enumerate(items):
            near = np.array([other[at] for other in others]) if others else np.full((1, hours), np.nan)
            yield Unit(
                "national-hourly",
                chosen,
                f"{city} {station} {item}",
                values[at],
                near,
                24,
                start.weekday(),
                NATIONAL.get(item),
            )


def national_pooled() -> Iterator[Unit]:
    """The same by city: the values of its stations one after the other, for tests that do not look at the course."""
    cities: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in national():
        city, *_station, item = unit.name.split()
        cities[city, item].append(unit)
    for (city, item), units in cities.items():
        values = np.concatenate([unit.values for unit in units])
        yield Unit(
            "national-by-city",
            zlib.crc32(city.encode()) % 2 == 0,
            f"{city} {item}",
            values,
            np.empty((0, values.size)),
            0,
            0,
            units[0].limit,
        )


def jiangxi() -> Iterator[Unit]:
    """12 cities x 5 items of daily means, 2015 (chosen from) and 2016."""
    items = {"pm2_5": 75.0, "pm10": 150.0, "so2": 150.0, "no2": 80.0, "co": 4.0}
    table: dict[str, dict[date, list[float]]] = defaultdict(dict)
    with opened("air/jiangxi_cities_daily_20141231_20170131.csv") as file:
        for row in csv.DictReader(file):
            table[row["city"]][date.fromisoformat(row["date"])] = [number(row[item]) for item in items]
    empty = [float("nan")] * len(items)
    for year in (2015, 2016):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
        cube = np.array([[known.get(day, empty) for day in days] for known in table.values()])
        for at, (item, limit) in enumerate(items.items()):
            for place, city in enumerate(table):
                others = np.delete(cube[:, :, at], place, axis=0)
                yield Unit(
                    "jiangxi-daily",
                    year == 2015,
                    f"{city} {item} {year}",
                    cube[place, :, at],
                    others,
                    1,
                    days[0].weekday(),
                    limit,
                    24,
                )


def weekly_water() -> Iterator[Unit]:
    """Weekly readings by station, without dates; halves by a digest of the name; limits of class III."""
    items = {"ph": None, "do_mgl": None, "codmn_mgl": 6.0, "nh3n_mgl": 1.0}
    rows: dict[str, list[list[float]]] = defaultdict(list)
    with opened("water/weekly_auto_2012_2018.csv") as file:
        for row in csv.DictReader(file):
            rows[row["station"]].append([number(row[item]) for item in items])
    for station, values in rows.items():
        table = np.array(values)
        for at, (item, limit) in enumerate(items.items()):
            yield Unit(
                "water-weekly",
                zlib.crc32(station.encode()) % 2 == 0,
                f"{station} {item}",
                table[:, at],
                np.empty((0, len(table))),
                0,
                0,
                limit,
            )


def four_hourly_water() -> Iterator[Unit]:
    """Four-hourly readings of January 2015, whole numbers; halves by the number of the station."""
    items = ("sta_ph_v", "sta_do_v", "sta_an_v", "sta_toc_v", "sta_pp_v")
    start, slots = datetime(2015, 1, 1, tzinfo=CLOCK), 31 * 6
    found: dict[str, Numbers] = {}
    with opened("water/china_4hourly_2015_01.csv") as file:
        for row in csv.DictReader(file):
            at = int((datetime.fromisoformat(row["sta_time"] + "+08:00") - start) / timedelta(hours=4))
            if 0 <= at < slots:
                values = [number(row[item]) for item in items]
                found.setdefault(row["sta_id"], np.full((len(items), slots), np.nan))[:, at] = [
                    np.nan if v == 9999 else v for v in values
                ]
    for station, table in found.items():
        for at, item in enumerate(items):
            yield Unit(
                "water-4-hourly",
                int(station) % 2 == 0,
                f"{station} {item}",
                table[at],
                np.empty((0, slots)),
                6,
            )


SETS: dict[str, Callable[[], Iterator[Unit]]] = {
    "beijing-hourly": beijing,
    "national-hourly": national,
    "national-by-city": national_pooled,
    "jiangxi-daily": jiangxi,
    "water-weekly": weekly_water,
    "water-4-hourly": four_hourly_water,
}


def findings_of(unit: Unit, only: set[str] | None = None) -> dict[str, Finding]:
    """Every test that the form of the series allows."""
    limit = (BETWEEN_CITIES if unit.data == "jiangxi-daily" else THRESHOLDS).__getitem__
    v, near, per_day = unit.values, unit.neighbours, unit.per_day
    todo: dict[str, Callable[[], Finding]] = {
        "terminal-digits": lambda: tests.terminal_digits(v, mean_of=unit.mean_of),
        "benford-first": lambda: tests.benford(v, 1),
        "benford-second": lambda: tests.benford(v, 2),
    }
    if unit.limit is not None:
        todo["bunching"] = lambda: tests.bunching(v, unit.limit or 0.0)
    if unit.limit is not None and per_day == 24 and len(near) and unit.item != "O3":  # its limit is of eight hours
        todo["limit-avoidance"] = lambda: tests.limit_avoidance(v, near[:8], unit.limit or 0.0)
    if per_day >= 6:
        todo["repeated-days"] = lambda: tests.repeated_days(v, per_day)
    if per_day == 24:
        todo["night-step"] = lambda: tests.night_step(v, near)
    if per_day and len(near):
        todo["weekday"] = lambda: tests.weekday_effect(
            v, near, unit.weekday, per_day, threshold=limit("weekday")
        )
        todo["neighbour-correlation"] = lambda: tests.correlation_drop(
            v, near, per_day, threshold=limit("neighbour-correlation")
        )
        todo["neighbour-variance"] = lambda: tests.variance_drop(
            v, near, per_day, threshold=limit("neighbour-variance")
        )
        todo["neighbour-shift"] = lambda: tests.level_shift(
            v, near, per_day, threshold=limit("neighbour-shift")
        )
        todo["variance-for-mean"] = lambda: tests.variance_for_mean(
            v, near, per_day, threshold=limit("variance-for-mean")
        )
        if per_day == 24:
            middle = np.nanmean(v) if np.isfinite(v).any() else float("nan")
            todo["reported-figure"] = lambda: tests.reported_figure(float(middle), v)
    return {name: test() for name, test in todo.items() if only is None or name in only}


def choose() -> None:
    """Quantiles of each statistic on the half from which thresholds are chosen, 0 where the p-value gives no alarm."""
    for data, units in SETS.items():
        seen: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
        for unit in units():
            if unit.chosen_from:
                for name, outcome in findings_of(unit).items():
                    seen[name].append((unit.name, outcome))
        for name, outcomes in seen.items():
            valid = [(u, o) for u, o in outcomes if o.statistic is not None]
            if not valid:
                print(f"{data:16} {name:22} n={len(outcomes):5} valid=0")
                continue
            sizes = np.array([o.statistic for _, o in valid])
            sure = np.array([o.p_value is None or o.p_value <= ALPHA for _, o in valid])
            q = np.percentile(np.where(sure, sizes, 0.0), [50, 90, 95, 98, 99, 100])
            top = [valid[i][0] for i in np.argsort(-sizes)[:2]]
            print(
                f"{data:16} {name:22} n={len(outcomes):5} valid={len(valid):5} q50..100 "
                + " ".join(f"{x:.3f}" for x in q),
                f"p<=a {sure.mean():.2f}",
                top,
            )


def interval(hits: int, n: int) -> tuple[float, float]:
    """Exact 95 % interval of a share (Clopper and Pearson 1934)."""
    low = 0.0 if hits == 0 else float(stats.beta.ppf(0.025, hits, n - hits + 1))
    high = 1.0 if hits == n else float(stats.beta.ppf(0.975, hits + 1, n - hits))
    return low, high


def false_alarms() -> None:
    """Rate of alarms on the half that no threshold was chosen from."""
    print(
        "| test | data | series | test applies | alarms | rate | 95 % interval |\n|---|---|---|---|---|---|---|"
    )
    totals: dict[tuple[str, str], list[int]] = {}
    for data, units in SETS.items():
        for unit in units():
            if not unit.chosen_from:
                for name, outcome in findings_of(unit).items():
                    if name == "reported-figure":
                        continue  # measured with the shifted figure below: the mean of the sensors is no return
                    count = totals.setdefault((name, data), [0, 0, 0])
                    count[0] += 1
                    count[1] += outcome.statistic is not None
                    count[2] += outcome.alarm
    for (name, data), (n, valid, alarms) in sorted(totals.items()):
        if valid:
            low, high = interval(alarms, valid)
            print(
                f"| {name} | {data} | {n} | {valid} | {alarms} | {alarms / valid:.1%} | {low:.1%} – {high:.1%} |"
            )
        else:
            print(f"| {name} | {data} | {n} | 0 | – | does not apply | – |")


MATCHING = {
    "invented-digits": "terminal-digits",
    "copied-days": "repeated-days",
    "night-shutdown": "night-step",
    "weekend-off": "weekday",
    "smoothed": "neighbour-variance",
    "smoothed-throughout": "variance-for-mean",
    "scaled": "neighbour-shift",
    "invented-month": "neighbour-correlation",
}


def power() -> None:
    """Share of forged series that the matching test alarms on, over carriers of the other half to which it applies."""
    carriers = [unit for unit in beijing() if not unit.chosen_from][::2]
    daily = [unit for unit in jiangxi() if not unit.chosen_from]
    print(
        "| forgery | strength | test | carriers | alarms | power | 95 % interval | any test |\n|---|---|---|---|---|---|---|---|"
    )
    for forgery, test in MATCHING.items():
        for strength in (0.25, 0.5, 1.0):
            random = np.random.default_rng(SEED)
            hits = n = anything = 0
            for unit in carriers:
                forged = forgeries.HOURLY[forgery](unit.values, strength, random)
                if forgery == "weekend-off":  # its days 5 and 6 are counted from the first day of the series
                    unit = Unit(**{**unit.__dict__, "weekday": 0})
                outcomes = findings_of(Unit(**{**unit.__dict__, "values": forged}))
                outcomes.pop("reported-figure", None)
                if outcomes[test].statistic is not None:
                    n += 1
                    hits += outcomes[test].alarm
                    anything += any(each.alarm for each in outcomes.values())
            row(forgery, strength, test, hits, n, f"{anything / n:.0%}" if n else "–")
    for label, units in (("capped (hourly)", carriers), ("capped (daily means)", daily)):
        for strength in (0.25, 0.5, 1.0):
            random = np.random.default_rng(SEED)
            outcomes = [
                tests.bunching(forgeries.capped(u.values, strength, random, limit=u.limit), u.limit)
                for u in units
                if u.limit
            ]
            valid = [each for each in outcomes if each.statistic is not None]
            row(label, strength, "bunching", sum(each.alarm for each in valid), len(valid), "–")
    avoided(carriers)
    shifted(carriers)
    edited()


def row(forgery: str, strength: float | str, test: str, hits: int, n: int, anything: str) -> None:
    low, high = interval(hits, n) if n else (0.0, 1.0)
    print(
        f"| {forgery} | {strength} | {test} | {n} | {hits} | {hits / max(n, 1):.0%} | {low:.0%} – {high:.0%} | {anything} |"
    )


def avoided(carriers: list[Unit]) -> None:
    """Days brought just below the limit of a day's mean."""
    for strength in (0.25, 0.5, 1.0):
        random = np.random.default_rng(SEED)
        outcomes = [
            tests.limit_avoidance(
                forgeries.capped_days(u.values, strength, random, limit=u.limit), u.neighbours[:8], u.limit
            )
            for u in carriers
            if u.limit and u.item != "O3"
        ]
        valid = [each for each in outcomes if each.statistic is not None]
        row("capped days", strength, "limit-avoidance", sum(each.alarm for each in valid), len(valid), "–")


def shifted(carriers: list[Unit]) -> None:
    """A yearly figure moved down from the true mean; the sensors are a random half of the carrier's year in blocks.

    The truth is the mean of the whole year, each sensor's level has its error of 7.5 %, and a fifth of the year is lost
    in blocks of a week: a shift of nothing measures the false alarms.
    """
    for shift in (0.0, 0.1, 0.2, 0.3, 0.4):
        random = np.random.default_rng(SEED)
        outcomes = []
        for unit in carriers:
            network = np.vstack([unit.values[None, :], unit.neighbours[:4]])
            truth = float(np.nanmean(network))
            seen = network * (
                1 + 0.075 * np.sqrt(0.5) * (random.standard_normal() + random.standard_normal((5, 1)))
            )
            for sensor in seen:
                for week in random.choice(52, size=10, replace=False):
                    sensor[week * 168 : (week + 1) * 168] = np.nan
            outcomes.append(tests.reported_figure(truth * (1 - shift), seen))
        valid = [each for each in outcomes if each.statistic is not None]
        row(
            "shifted annual figure",
            f"−{shift:.0%}",
            "reported-figure",
            sum(e.alarm for e in valid),
            len(valid),
            "–",
        )


def edited() -> None:
    """Simulated books of edits: 2,000 of honest ones for false alarms, 500 of each forgery."""
    year = 365 * 86_400.0
    deadlines = [year * k + 31 * 86_400.0 for k in range(1, 4)]
    random = np.random.default_rng(SEED)
    for label, n, share in (
        ("honest edits", 2000, 0.0),
        ("back-dated edits", 500, 0.25),
        ("back-dated edits", 500, 0.5),
        ("back-dated edits", 500, 1.0),
    ):
        hits = {"late-records": 0, "deadline-burst": 0, "one-way-edits": 0}
        for _ in range(n):
            count = int(random.integers(10, 40))
            moments = random.uniform(0, 3.2 * year, count)
            before = random.lognormal(4, 0.5, count)
            direction = random.choice([-1.0, 1.0], count)
            forged = random.random(count) < share
            moments = np.where(
                forged, random.choice(deadlines, count) - random.uniform(0, 7, count) * 86_400.0, moments
            )
            after = before * (1 + 0.1 * np.where(forged, -1.0, direction) * random.random(count))
            valid_to = np.arange(400) * 86_400.0
            late = random.random(400) < 0.3 * share
            recorded = (
                valid_to
                + np.where(late, random.uniform(30, 300, 400), random.exponential(0.2, 400)) * 86_400.0
            )
            hits["late-records"] += tests.late_records(valid_to, recorded, 0.2).alarm
            hits["deadline-burst"] += tests.deadline_burst(moments, deadlines).alarm
            hits["one-way-edits"] += tests.one_way_edits(before, after, -1, moments).alarm
        for test, count in hits.items():
            row(label, share, test, count, n, "–")


def speed() -> None:
    """All tests that need no return, on 50 stations x 8,760 hours with 8 neighbours each; generated."""
    random = np.random.default_rng(SEED)
    common = np.cumsum(random.standard_normal(8760)) * 0.05
    common -= common.mean()
    series = np.rint(np.exp(3.5 + 0.5 * common + 0.3 * random.standard_normal((50, 8760))))
    start = time.perf_counter()
    for at in range(50):
        near = series[[(at + step) % 50 for step in range(1, 9)]]
        findings_of(Unit("", False, "", series[at], near, 24, 0, 75.0))
    print(
        f"50 stations x 8,760 hours, 8 neighbours, {len(findings_of(Unit('', False, '', series[0], near, 24, 0, 75.0)))} tests: {time.perf_counter() - start:.1f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--power", action="store_true")
    asked = parser.parse_args()
    if asked.choose:
        choose()
    elif asked.speed:
        speed()
    elif asked.power:
        power()
    else:
        false_alarms()
        print()
        power()

"""Monthly tests of sections and drinking-water sources, and monthly negative ions, as the files that laboratories send."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecociv.core.missing import Missing
from ecociv.evidence.mapping import Mapping, load_mapping, load_places
from ecociv.evidence.sample.assumptions import Assumptions
from ecociv.standards.parameters import parameter

NOTE = "生成的示例数据 generated sample"
_ITEMS = ("codmn", "cod", "bod5", "nh3n", "tp")
_DECIMALS = {
    "ph": 2,
    "do": 1,
    "codmn": 1,
    "cod": 0,
    "bod5": 1,
    "nh3n": 3,
    "tp": 3,
    "fluoride": 2,
    "sulfate": 0,
}
_DECIMALS |= {"chloride": 0, "nitrate": 2, "iron": 3, "manganese": 3}
_OWN_LEVEL = {
    "fluoride": 0.3,
    "sulfate": 0.12,
    "chloride": 0.06,
    "nitrate": 0.14,
    "iron": 0.25,
    "manganese": 0.3,
}
"""Where an item of a clean source lies on average, as a share of its limit."""
_DRY_SEASON = 0.10
"""Share by which the month of the lowest flow lies above the mean."""


def write_sections(zone: str, given: Assumptions, path: Path) -> None:
    """Tests of the sections of the water function zones: most comply with their target class, some fail year by year."""
    water = given.water_quality
    mapping, places = load_mapping(water.sections.mapping, zone=zone), load_places(zone)
    rows: list[list[str]] = []
    for name, place in mapping.place.names.items():
        target = int(places.by_key[place].details["target_class"])
        for year in given.years.all():
            level = water.failing if place in water.fails.get(year, ()) else water.complying
            level = water.headwaters.of_limit if place in water.headwaters.sections else level
            random = given.random("section", place, year)
            for month in range(1, 13):
                figures = _river(given, target, level, month, random)
                absent = place in water.not_monitored.get(year, ()) or random.random() < water.missing_share
                rows.append(_row(given, mapping, name, year, month, figures, absent=absent))
    _write(path, mapping, rows)


def _river(
    given: Assumptions, target: int, level: float, month: int, random: np.random.Generator
) -> dict[str, float]:
    water, limits = (
        given.water_quality,
        parameter("surface_water.limits", edition="GB 3838-2002").table["river"],
    )
    season = 1 + _DRY_SEASON * np.cos(2 * np.pi * (month - 1) / 12)
    figures = {
        "ph": random.normal(7.35, 0.18),
        "do": max(limits["do"][target - 1] + 1.2 * season + random.normal(0, 0.4), 0),
    }
    for item in _ITEMS:
        at = level if item in water.failing_items else water.complying
        spread = random.normal(0, water.spread)
        figures[item] = limits[item][target - 1] * at * season * np.exp(spread - water.spread**2 / 2)
    return figures


def write_sources(zone: str, given: Assumptions, path: Path) -> None:
    """Tests of the drinking-water sources, which comply in every month."""
    water = given.water_quality
    mapping = load_mapping(water.sources.mapping, zone=zone)
    second = parameter("surface_water.drinking.supplementary", edition="GB 3838-2002").table
    limits = {**second, "fluoride": 1.0}
    rows: list[list[str]] = []
    for name, place in mapping.place.names.items():
        for year in given.years.all():
            random = given.random("source", place, year)
            for month in range(1, 13):
                figures = _river(given, 2, 0.5, month, random)
                for item, share in _OWN_LEVEL.items():
                    spread = random.normal(0, water.spread)
                    figures[item] = limits[item] * share * np.exp(spread - water.spread**2 / 2)
                rows.append(_row(given, mapping, name, year, month, figures))
    _write(path, mapping, rows)


def write_ions(zone: str, given: Assumptions, path: Path) -> None:
    """Monthly negative ions: each year a declared number of areas reaches the figure."""
    ions = given.ions
    mapping = load_mapping(ions.mapping, zone=zone)
    order = [int(n) for n in given.random("ions").permutation(len(mapping.place.names))]
    rows: list[list[str]] = []
    for number, name in enumerate(mapping.place.names):
        for year in ions.planned:
            rows += [
                [name, f"{year}-{month:02d}", _mark(mapping, Missing.PLANNED), NOTE] for month in range(1, 13)
            ]
        for year in ions.years.all():
            low, high = ions.reaching if order[number] < ions.areas_that_reach[year] else ions.below
            random = given.random("ions", name, year)
            level = random.uniform(low, high)
            for month in range(1, 13):
                season = 1 + 0.12 * np.cos(2 * np.pi * (month - 7) / 12)
                figure = level * season * np.exp(random.normal(0, 0.06))
                rows.append([name, f"{year}-{month:02d}", f"{figure:.0f}", NOTE])
    _write(path, mapping, rows, columns=("negative_ions",))


def _mark(mapping: Mapping, kind: Missing) -> str:
    return next(mark for mark, means in mapping.missing.items() if means is kind and mark)


def _row(
    given: Assumptions,
    mapping: Mapping,
    name: str,
    year: int,
    month: int,
    figures: dict[str, float],
    *,
    absent: bool = False,
) -> list[str]:
    limits = given.water_quality.detection_limits
    cells = []
    for item in mapping.values:
        shown = f"{figures[item]:.{_DECIMALS[item]}f}"
        if item in limits and figures[item] < limits[item]:
            shown = f"<{limits[item]:g}"
        cells.append(_mark(mapping, Missing.MISSING) if absent else shown)
    return [name, f"{year}-{month:02d}", *cells, NOTE]


def _write(path: Path, mapping: Mapping, rows: list[list[str]], columns: Sequence[str] = ()) -> None:
    header = [mapping.place.column or "place", mapping.time.date.column, *(columns or mapping.values), "note"]
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(ordered)

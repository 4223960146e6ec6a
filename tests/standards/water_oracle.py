"""Compares our classes with those of the weekly bulletins and writes down every disagreement with its likely reason.

``python tests/standards/water_oracle.py FILE`` rewrites ``docs/standards/surface-water-oracle.md``.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecociv.standards import surface_water
from ecociv.standards.surface_water.items import class_name

PAGE = Path(__file__).resolve().parents[2] / "docs" / "standards" / "surface-water-oracle.md"
FILE = "water/weekly_auto_2012_2018.csv"
ITEMS = ("ph", "do", "codmn", "nh3n")
WARMEST = 33.0
"""A weekly mean of a river above this many degrees Celsius is not taken for a reason."""

REASONS = {
    "oxygen saturation": "Only oxygen keeps the sample out of class I, and it lies above the concentration that is 90 % "
    "saturated in water of the temperature named. Table 1 counts that as class I; the bulletins do not print the "
    "water temperature.",
    "on the limit": "A printed figure stands exactly on the limit of our class and the bulletin is one class worse: "
    "the class was taken before the figure was rounded for print.",
    "zero printed": "A figure is printed as 0, which stands for an item that was not reported; the bulletin is worse "
    "than the figures that are there.",
    "class of a neighbouring week": "The bulletin's class is the one that the figures of the station give in its record "
    "before or after: the columns of this week and of another week were exchanged. By chance about a third of the "
    "disagreements would fit.",
    "displaced column": "Within a dozen lines of another disagreement: the column of classes in that bulletin does not "
    "belong to its figures.",
    "item not printed": "The bulletin is worse than every figure it prints: another item decided, or the class is a "
    "misprint.",
    "figure or class misprinted": "A printed figure does not allow so good a class as the bulletin gives.",
}


@dataclass(frozen=True)
class Disagreement:
    """One row in which the bulletin and we differ."""

    row: int
    station: str
    river: str
    figures: tuple[float, ...]
    official: int
    ours: int
    reason: str
    detail: str


@dataclass(frozen=True)
class Comparison:
    """All rows: how many agree, and the disagreements."""

    rows: int
    disagreements: tuple[Disagreement, ...]
    undecided: int
    """Rows that are class I or II according to a water temperature that is not printed."""

    @property
    def agreement(self) -> float:
        """Share of rows in which the class is the same."""
        return 1 - len(self.disagreements) / self.rows

    @property
    def admissible(self) -> float:
        """The same, where the standard's alternative for oxygen may have decided."""
        different = [one for one in self.disagreements if one.reason != "oxygen saturation"]
        return 1 - len(different) / self.rows


def compare(path: Path) -> Comparison:
    """Classify every row of the file and compare."""
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    columns = {
        item: np.array([float(record[name]) if record[name] else np.nan for record in records])
        for item, name in zip(ITEMS, ("ph", "do_mgl", "codmn_mgl", "nh3n_mgl"), strict=True)
    }
    official = np.array([int(record["official_class"]) for record in records])
    result = surface_water.classify(**columns)
    others = surface_water.classify(ph=columns["ph"], codmn=columns["codmn"], nh3n=columns["nh3n"]).value
    # 90 % of 468 / (31.6 + T) mg/L falls below DO from this temperature on.
    warm_enough = 421.2 / columns["do"] - 31.6
    may_be_first = (result.value == 2) & (others == 1) & (warm_enough <= WARMEST)
    by_station: dict[str, list[int]] = {}
    for row, record in enumerate(records):
        by_station.setdefault(record["station"][-4:], []).append(row)
    found = []
    different: list[int] = np.flatnonzero(result.value != official).tolist()
    for row in different:
        record, given, ours = records[row], int(official[row]), int(result.value[row])
        figures = tuple(float(columns[item][row]) for item in ITEMS)
        same_station = by_station[record["station"][-4:]]
        reason, detail = _reason(
            given,
            ours,
            figures,
            bool(may_be_first[row]),
            float(warm_enough[row]),
            row,
            same_station,
            result.value,
            different,
        )
        found.append(
            Disagreement(row + 2, record["station"], record["river"], figures, given, ours, reason, detail)
        )
    return Comparison(len(records), tuple(found), int(np.count_nonzero(may_be_first)))


def _reason(
    official: int,
    ours: int,
    figures: tuple[float, ...],
    may_be_first: bool,
    warm_enough: float,
    row: int,
    same_station: list[int],
    classes: np.ndarray,
    different: list[int],
) -> tuple[str, str]:
    if official == 1 and may_be_first:
        return "oxygen saturation", f"class I from {warm_enough:.1f} °C on"
    limits = {"do": (7.5, 6, 5, 3, 2), "codmn": (2, 4, 6, 10, 15), "nh3n": (0.15, 0.5, 1.0, 1.5, 2.0)}
    on_limit = [
        item
        for item, value in zip(ITEMS[1:], figures[1:], strict=True)
        if ours <= 5 and value == limits[item][ours - 1]
    ]
    if official == ours + 1 and on_limit:
        return "on the limit", ", ".join(on_limit)
    if official > ours and 0.0 in figures[1:]:
        zeros = [item for item, value in zip(ITEMS[1:], figures[1:], strict=True) if value == 0]
        return "zero printed", ", ".join(zeros)
    place = same_station.index(row)
    for step in (1, -1):
        if 0 <= place + step < len(same_station) and classes[same_station[place + step]] == official:
            return "class of a neighbouring week", f"as line {same_station[place + step] + 2}"
    close = [other for other in different if 0 < abs(other - row) <= 12]
    if close:
        return "displaced column", f"see line {min(close, key=lambda other: abs(other - row)) + 2}"
    return ("item not printed", "") if official > ours else ("figure or class misprinted", "")


def page(comparison: Comparison) -> str:
    """The page of the documentation, in Markdown."""
    counts = Counter(one.reason for one in comparison.disagreements)
    lines = [
        "# Surface water: comparison with the weekly bulletins",
        "",
        "国家地表水水质自动监测周报（2012—2018年）的水质类别与本库单因子评价结果的比较。"
        "本页由`tests/standards/water_oracle.py`生成。",
        "",
        f"{comparison.rows:,} weekly readings of national automatic stations carry an official class, decided by pH, "
        "dissolved oxygen, permanganate index and ammonia nitrogen. Compared as they are printed, without rounding, "
        "with -1 read as not monitored:",
        "",
        "| | rows | share |",
        "|---|---:|---:|",
        f"| same class | {comparison.rows - len(comparison.disagreements):,} | {comparison.agreement:.3%} |",
        f"| same class, or one that the 90 % saturation of Table 1 admits | "
        f"{comparison.rows - len(comparison.disagreements) + counts['oxygen saturation']:,} | {comparison.admissible:.3%} |",
        f"| different class | {len(comparison.disagreements)} | {1 - comparison.agreement:.3%} |",
        "",
        f"In {comparison.undecided} rows class I or II hangs on a water temperature that is not printed; the bulletin "
        "says II in nearly all of them, so oxygen was judged by its concentration.",
        "",
        "Had the figures been rounded first to the decimals of the 2020 regulation, more than 240 further rows would "
        "differ (pH 9.4 rounds to 9): the bulletins compare unrounded figures, and so does `classify` unless told "
        "otherwise.",
        "",
        "## Reasons that we think the disagreements have",
        "",
        "| reason | rows | |",
        "|---|---:|---|",
        *(f"| {reason} | {counts[reason]} | {words} |" for reason, words in REASONS.items()),
        "",
        "The reason is tried in this order; the first that fits is written down. None of them is proven.",
        "",
        "## Every disagreement",
        "",
        "| line | station | river | pH | DO | CODMn | NH3-N | bulletin | ours | reason | |",
        "|---:|---|---|---:|---:|---:|---:|---|---|---|---|",
    ]
    for one in comparison.disagreements:
        figures = " | ".join("" if figure != figure else f"{figure:g}" for figure in one.figures)
        lines.append(
            f"| {one.row} | {one.station} | {one.river} | {figures} | {class_name(one.official, 'en')} | "
            f"{class_name(one.ours, 'en')} | {one.reason} | {one.detail} |"
        )
    return "\n".join(lines) + "\n"


def main(path: str) -> None:
    """Rewrite the page."""
    comparison = compare(Path(path))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(comparison), encoding="utf-8")
    counts = Counter(one.reason for one in comparison.disagreements)
    sys.stdout.write(
        f"{comparison.agreement:.3%} same, {comparison.admissible:.3%} admissible, {dict(counts)}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])

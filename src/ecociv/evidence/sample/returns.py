"""The yearly return of the departments, and its restatement."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecociv.evidence.sample.assumptions import Anchors, Assumptions, Reported, ReturnAssumptions

_HEADER = ("series", "year", "value", "unit", "supplier", "note")
_NOTE = "生成的示例数据 generated sample"
Row = tuple[str, int, str, str, str, str]


def write_return(assumptions: Assumptions, path: Path) -> None:
    """Write the yearly return in the columns of its mapping."""
    _write(path, _rows(assumptions))


def write_restatement(assumptions: Assumptions, path: Path) -> None:
    """Write the later return that corrects figures."""
    declared = assumptions.annual_return
    rows = []
    for figure in assumptions.restatement.figures:
        about: Reported = declared.coherent.get(figure.series) or declared.series[figure.series]
        note = f"{_NOTE}; {assumptions.restatement.reason.zh}"
        rows.append((figure.series, figure.year, figure.value, about.unit, about.supplier, note))
    _write(path, rows)


def _write(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(rows)


def _rows(assumptions: Assumptions) -> list[Row]:
    declared, years = assumptions.annual_return, list(assumptions.years.all())
    random = np.random.default_rng(assumptions.seed + 1)
    figures = {
        key: _with_deviation(
            series.anchors,
            years,
            0.0 if series.steady else declared.deviation_share,
            random.standard_normal(len(years)),
        )
        for key, series in declared.series.items()
    }
    # What is published is rounded; figures that hang together start from what is published.
    rounded = {
        key: {year: round(value, declared.series[key].decimals) for year, value in by_year.items()}
        for key, by_year in figures.items()
    }
    rows: list[Row] = []
    for key, series in declared.series.items():
        marks = {year: mark for mark, gap_years in series.gaps.items() for year in gap_years}
        rows += [
            _row(key, year, marks.get(year) or _shown(value, series.decimals), series)
            for year, value in rounded[key].items()
        ]
    for key, value_of_year in _coherent(declared, rounded, years).items():
        made = declared.coherent[key]
        rows += [_row(key, year, _shown(value, made.decimals), made) for year, value in value_of_year.items()]
    for key, whole in declared.composition.items():
        for year in years:
            parts = {
                name: round(_between(anchors, year), whole.decimals) for name, anchors in whole.parts.items()
            }
            parts[whole.rest] = 100 - sum(parts.values())
            rows += [
                _row(f"{key}.{name}", year, _shown(share, whole.decimals), whole)
                for name, share in parts.items()
            ]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def _coherent(
    declared: ReturnAssumptions, rounded: Mapping[str, Mapping[int, float]], years: list[int]
) -> dict[str, dict[int, float]]:
    def term(name: str, year: int) -> float:
        return rounded[name][year] if name in rounded else _between(declared.latent[name], year)

    made: dict[str, dict[int, float]] = {}
    for key, rule in declared.coherent.items():
        first, second = rule.product or rule.quotient or ("", "")
        made[key] = {
            year: rule.times
            * (
                term(first, year) * term(second, year)
                if rule.product
                else term(first, year) / term(second, year)
            )
            for year in years
        }
    return made


def _row(key: str, year: int, value: str, about: Reported) -> Row:
    return key, year, value, about.unit, about.supplier, _NOTE


def _shown(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


def _between(anchors: Anchors, year: int) -> float:
    """Straight between the anchors, flat outside them."""
    known = sorted(anchors)
    return float(np.interp(year, known, [anchors[at] for at in known]))


def _with_deviation(
    anchors: Anchors, years: list[int], share: float, chance: NDArray[np.float64]
) -> dict[int, float]:
    """The figure of each year; between anchors it deviates by a share of the whole change."""
    change = max(anchors.values()) - min(anchors.values())
    return {
        year: _between(anchors, year) + (0.0 if year in anchors else share * change * float(chance[place]))
        for place, year in enumerate(years)
    }

"""The sample zone in one step: generated evidence loaded, and every year of it computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecociv.evidence import sample
from ecociv.indicators.compute import compute


def load_sample(
    zone: str, *, author: Any = "sample data", progress: Callable[[int, int], None] | None = None
) -> list[str]:
    """Load the generated sample evidence of a zone and compute its years; a second time changes nothing.

    Returns
    -------
    list of str
        One line for each file and each year.
    """
    tell = progress or (lambda done, total: None)
    loaded = sample.load(zone, author=author)
    years = list(loaded.years.all())
    steps = len(loaded.reports) + len(years)
    lines = [
        report.as_text().splitlines()[0] + f"：{report.values_new} / {report.values_revised}"
        for report in loaded.reports
    ]
    tell(len(loaded.reports), steps)
    for number, year in enumerate(years, start=1):
        lines.append(compute(zone, year).as_text())
        tell(len(loaded.reports) + number, steps)
    return lines

"""The sample zone in one step: generated evidence loaded, and every year of it computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ecociv.evidence import sample
from ecociv.indicators.compute import compute
from ecociv.plan.package import load_zone


def load_sample(
    zone: str, *, author: Any = "sample data", progress: Callable[[int, int], None] | None = None
) -> list[str]:
    """Load the generated sample evidence of a zone and compute its years; a second time changes nothing.

    Returns
    -------
    list of str
        One line for each step of the loading and each year.
    """
    tell = progress or (lambda done, total: None)
    years = sample.years(zone)
    steps = sample.STEPS + len(years)
    loaded = sample.load(
        zone, author=author, directory=load_zone(zone), progress=lambda title, done, total: tell(done, steps)
    )
    lines = [step.as_text() for step in loaded.steps]
    for number, year in enumerate(years, start=1):
        lines.append(compute(zone, year).as_text())
        tell(sample.STEPS + number, steps)
    return lines

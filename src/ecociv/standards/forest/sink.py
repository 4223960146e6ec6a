"""Carbon-sink accounting (林业碳汇): removals of a project beyond the baseline, less leakage and the risk reserve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed


@dataclass(frozen=True, eq=False, kw_only=True)
class CarbonSink(Computed):
    """Creditable removals of a period.

    Attributes
    ----------
    value : float or array
        tCO2 that may be issued. A negative net has no reserve taken from it and stays negative: a debt, not zero.
    net : float or array
        tCO2 before the reserve.
    reserve : float or array
        tCO2 put by against loss of permanence.
    """

    net: Any
    reserve: Any


def carbon_sink(
    project: ArrayLike,
    *,
    baseline: ArrayLike,
    leakage: ArrayLike,
    reserve_share: ArrayLike,
    source: Citation,
    project_emissions: ArrayLike = 0.0,
) -> CarbonSink:
    """Removals that a project may claim for a period.

    Parameters
    ----------
    project, baseline : array_like
        Change of the carbon stock with the project and in the baseline, tCO2; negative for a loss.
    leakage : array_like
        Emissions that the project causes outside, tCO2, at least 0.
    reserve_share : array_like
        Share put into the risk reserve, 0..1, from the methodology of the period.
    source : Citation
        Methodology that fixes leakage and reserve; the library holds no figure of its own.
    project_emissions : array_like
        Emissions inside the project (fire, machines), tCO2.

    Notes
    -----
    net = project - project emissions - baseline - leakage; issued = net (1 - reserve share) where net is positive.

    Examples
    --------
    >>> method = Citation("methodology of the project", "buffer", 2023)
    >>> sink = carbon_sink(12_000, baseline=2_000, leakage=500, reserve_share=0.1, source=method)
    >>> sink.net, sink.reserve, sink.value
    (9500.0, 950.0, 8550.0)
    """
    rows = measurements(
        project=project,
        baseline=baseline,
        leakage=leakage,
        project_emissions=project_emissions,
        reserve_share=reserve_share,
    )
    given = rows.given()
    for name, column in given.items():
        if name in ("project", "baseline"):
            refuse_impossible(name, np.abs(column), unit="tCO2")
        else:
            refuse_impossible(name, column, unit="")
    if (given["reserve_share"] > 1).any():
        raise MeasurementError(
            f"reserve_share is {np.nanmax(given['reserve_share']):g}; it is a share from 0 to 1 (10 % is 0.1)."
        )
    net = given["project"] - given["project_emissions"] - given["baseline"] - given["leakage"]
    reserve = np.maximum(net, 0.0) * given["reserve_share"]
    names = {
        "project": Text(zh="项目碳储量变化", en="stock change with the project"),
        "project_emissions": Text(zh="项目内排放", en="emissions inside the project"),
        "baseline": Text(zh="基线碳储量变化", en="stock change in the baseline"),
        "leakage": Text(zh="泄漏", en="leakage"),
    }
    return CarbonSink(
        value=rows.restore(net - reserve),
        unit="tonne",
        edition=str(source),
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="可签发的林业碳汇量", en="Creditable removals of the forest"),
        formula="net = project - emissions - baseline - leakage; issued = net - max(net, 0) * reserve share",
        terms=(
            *(Term(label, given[name], "tonne") for name, label in names.items()),
            Term(
                Text(zh="风险储备比例", en="share of the risk reserve"),
                given["reserve_share"],
                coefficient=True,
            ),
        ),
        standard=source,
        net=rows.restore(net),
        reserve=rows.restore(reserve),
    )

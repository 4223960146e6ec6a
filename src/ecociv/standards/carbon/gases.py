"""Greenhouse gases as CO2 equivalent, by the set of warming potentials that the caller names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, measurements
from ecociv.standards.computed import Computed, Term, all_needed
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import marks_of

GWP_SETS = ("SAR", "AR5")
"""Second assessment report (the provincial inventory guideline of 2011) and fifth."""

GAS_NAMES = {
    "co2": Text(zh="二氧化碳", en="carbon dioxide"),
    "ch4": Text(zh="甲烷", en="methane"),
    "n2o": Text(zh="氧化亚氮", en="nitrous oxide"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class CO2Equivalent(Computed):
    """Gases in CO2 equivalent.

    Attributes
    ----------
    value : float or array
        tCO2e; NaN where a gas given is missing.
    components : dict
        tCO2e of each gas.
    """

    components: dict[str, Any]


def potentials(gwp: str) -> ParameterValue:
    """The warming potentials of a set; `MeasurementError` for a set that is not known."""
    if gwp.upper() not in GWP_SETS:
        raise MeasurementError(f"{gwp!r} is no set of warming potentials; sets: {', '.join(GWP_SETS)}.")
    return parameter(f"carbon.gwp.{gwp.lower()}")


def co2_equivalent(
    *, co2: ArrayLike | None = None, ch4: ArrayLike | None = None, n2o: ArrayLike | None = None, gwp: str
) -> CO2Equivalent:
    """Gases in tonnes as CO2 equivalent.

    Parameters
    ----------
    co2, ch4, n2o : array_like, optional
        t; removals are negative.
    gwp : str
        ``"SAR"`` (CH4 21, N2O 310) or ``"AR5"`` (28, 265).

    Examples
    --------
    >>> co2_equivalent(ch4=10, n2o=1, gwp="SAR").value, co2_equivalent(ch4=10, n2o=1, gwp="AR5").value
    (520.0, 545.0)
    """
    used = potentials(gwp)
    rows = measurements(co2=co2, ch4=ch4, n2o=n2o)
    given = rows.given()
    for name, column in given.items():
        if np.isinf(column).any():
            raise MeasurementError(f"{name} is infinite; mark an invalid figure as missing (NaN).")
    parts = {gas: column * float(used.table[gas]) for gas, column in given.items()}
    return CO2Equivalent(
        value=rows.restore(np.sum(list(parts.values()), axis=0)),
        unit="tonne",
        edition=used.edition,
        marks=marks_of(used),
        validity=all_needed(rows),
        label=Text(zh="二氧化碳当量", en="CO2 equivalent"),
        formula="sum(gas * GWP)",
        terms=(
            *(Term(GAS_NAMES[gas], column, "tonne") for gas, column in given.items()),
            *(
                Term(
                    Text(zh=f"{GAS_NAMES[gas].zh}的GWP", en=f"GWP of {GAS_NAMES[gas].en}"),
                    used.table[gas],
                    "1",
                    used,
                )
                for gas in given
            ),
        ),
        standard=used.citation,
        components={gas: rows.restore(part) for gas, part in parts.items()},
    )

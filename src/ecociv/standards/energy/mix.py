"""The share of non-fossil energy in primary energy consumption, by both conventions for electricity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, joined_marks
from ecociv.standards.energy.coal import Method, standard_coal


@dataclass(frozen=True, eq=False, kw_only=True)
class NonFossilShare(Computed):
    """Share of non-fossil energy.

    Attributes
    ----------
    value : float or array
        Percent; NaN where a figure is missing or nothing was consumed.
    non_fossil, primary : float or array
        tce of non-fossil and of all primary energy, by the same convention.
    method : Method
        Calorific (电热当量法) or equivalent (发电煤耗法).
    """

    non_fossil: Any
    primary: Any
    method: Method


def non_fossil_share(
    *,
    fossil: ArrayLike,
    electricity: ArrayLike,
    other: ArrayLike = 0.0,
    method: str = "equivalent",
    generation_rate: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
) -> NonFossilShare:
    """The share of non-fossil energy in primary energy consumption.

    Parameters
    ----------
    fossil : array_like
        Primary fossil energy consumed (coal, oil, gas), tce.
    electricity : array_like
        Primary electricity consumed from water, wind, sun, nuclear power and biomass, MWh.
    other : array_like
        Non-fossil energy used otherwise (biogas, solar heat), tce.
    method : str
        ``"equivalent"``: electricity at the coal rate of that year's generation (发电煤耗法, the convention of the
        national targets); ``"calorific"``: at its heat (电热当量法). The two differ by a factor of about 2.4 in the
        numerator; the result says which was used.
    generation_rate, edition, on
        As in `energy.standard_coal`.

    Examples
    --------
    >>> arguments = dict(fossil=900_000, electricity=300_000, edition="GB/T 2589-2020")
    >>> round(non_fossil_share(**arguments, method="equivalent", generation_rate=0.3).value, 2)  # 90 / 990
    9.09
    >>> round(non_fossil_share(**arguments, method="calorific").value, 2)  # 36.87 / 936.87
    3.94
    """
    power = standard_coal(
        "electricity", electricity, edition=edition, on=on, method=method, generation_rate=generation_rate
    )
    rows = measurements(fossil=fossil, electricity=power.value, other=other)
    given = rows.given()
    for name in ("fossil", "other"):
        refuse_impossible(name, given[name], unit="tce")
    green = given["electricity"] + given["other"]
    primary = green + given["fossil"]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(primary > 0, green / primary * 100, np.nan)
    convention = {
        Method.CALORIFIC: Text(zh="电热当量计算法", en="electricity at its calorific value"),
        Method.EQUIVALENT: Text(zh="发电煤耗计算法", en="electricity at the coal rate of generation"),
    }[power.method]
    return NonFossilShare(
        value=rows.restore(share),
        unit="percent",
        edition=power.edition,
        marks=joined_marks(power.marks),
        validity=all_needed(rows),
        label=Text(
            zh="非化石能源占一次能源消费比重", en="Share of non-fossil energy in primary energy consumption"
        ),
        formula="non-fossil / (non-fossil + fossil) * 100",
        terms=(
            power,
            Term(Text(zh="其他非化石能源", en="other non-fossil energy"), given["other"], "tce"),
            Term(Text(zh="化石能源", en="fossil energy"), given["fossil"], "tce"),
        ),
        standard=power.standard,
        notes=(convention,),
        non_fossil=rows.restore(green),
        primary=rows.restore(primary),
        method=power.method,
    )

"""CO2 per unit of GDP, its fall, and the stage of the dual control of carbon (碳排放双控)."""

from __future__ import annotations

from datetime import date

from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.computed import Computed
from ecociv.standards.energy import ConstantGdp, Intensity
from ecociv.standards.energy import intensity as per_gdp
from ecociv.standards.parameters import ParameterValue, parameter

STAGES = {
    "statistics base": Text(zh="夯实统计核算基础", en="building the base of statistics"),
    "intensity first": Text(zh="强度控制为主、总量控制为辅", en="intensity mainly, total besides"),
}


def intensity(
    emission: ArrayLike | Computed,
    gdp: ArrayLike | ConstantGdp,
    *,
    price_base: int | None = None,
    basis: str = "",
) -> Intensity:
    """CO2 per unit of GDP at constant prices, t per 10^4 yuan.

    Parameters
    ----------
    emission : array_like or result
        tCO2 (an `Emission` or `Inventory` brings its marks along).
    gdp, price_base, basis
        As in `ecociv.standards.energy.intensity`; its `reduction_rate` and `annual_rate` serve here too.

    Examples
    --------
    >>> round(intensity(5836, 10_000, price_base=2020).value, 4)
    0.5836
    """
    stands_on = basis or (emission.edition if isinstance(emission, Computed) else "")
    return per_gdp(
        emission,
        gdp,
        price_base=price_base,
        basis=stands_on,
        label=Text(zh="单位地区生产总值二氧化碳排放", en="CO2 emission per unit of GDP"),
        numerator_unit="tonne",
    )


def control_stage(on: date) -> ParameterValue:
    """What the dual control of carbon controls on a day: ``table["main"]`` and ``table["auxiliary"]``.

    Examples
    --------
    >>> from datetime import date
    >>> stage = control_stage(date(2026, 1, 1))
    >>> stage.edition, stage.table["main"], stage.table["auxiliary"]
    ('intensity first', 'intensity', 'total')
    """
    return parameter("carbon.control_stage", on=on)

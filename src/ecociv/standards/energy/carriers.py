"""The carriers of energy: their keys, names and the unit in which an amount is given."""

from __future__ import annotations

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError

UNITS = {
    "raw_coal": "tonne",
    "coke": "tonne",
    "crude_oil": "tonne",
    "fuel_oil": "tonne",
    "gasoline": "tonne",
    "kerosene": "tonne",
    "diesel": "tonne",
    "lpg": "tonne",
    "refinery_gas": "tonne",
    "natural_gas": "wan_m3",
    "electricity": "MWh",
    "heat": "gj",
    "steam": "tonne",
    "tap_water": "tonne",
}
"""Unit of the amount of each carrier; natural gas in 10^4 m3, as in the statistical returns."""

CARRIER_NAMES = {
    "raw_coal": Text(zh="原煤", en="raw coal"),
    "coke": Text(zh="焦炭", en="coke"),
    "crude_oil": Text(zh="原油", en="crude oil"),
    "fuel_oil": Text(zh="燃料油", en="fuel oil"),
    "gasoline": Text(zh="汽油", en="gasoline"),
    "kerosene": Text(zh="煤油", en="kerosene"),
    "diesel": Text(zh="柴油", en="diesel"),
    "lpg": Text(zh="液化石油气", en="liquefied petroleum gas"),
    "refinery_gas": Text(zh="炼厂干气", en="refinery gas"),
    "natural_gas": Text(zh="油田天然气", en="oil-field natural gas"),
    "electricity": Text(zh="电力", en="electricity"),
    "heat": Text(zh="热力", en="heat"),
    "steam": Text(zh="蒸汽（低压）", en="steam (low pressure)"),
    "tap_water": Text(zh="自来水", en="tap water"),
}

FUELS = tuple(key for key in UNITS if key not in ("electricity", "heat", "steam", "tap_water"))
"""Carriers with a net calorific value."""

_TO_TCE = {"wan_m3": 10.0}
"""kgce per small unit (m3) is so many tce per large one (10^4 m3); 1 for t, MWh and GJ, a thousand kg, kWh, MJ."""


def carrier_of(name: str) -> str:
    """The key of a carrier from its key or its Chinese or English name.

    Raises
    ------
    MeasurementError
        No such carrier; all are listed.

    Examples
    --------
    >>> carrier_of("原煤"), carrier_of("electricity")
    ('raw_coal', 'electricity')
    """
    if name in UNITS:
        return name
    for key, label in CARRIER_NAMES.items():
        if name in (label.zh, label.en):
            return key
    known = ", ".join(f"{key} ({label.zh})" for key, label in CARRIER_NAMES.items())
    raise MeasurementError(f"{name!r} is no carrier of energy known here. Carriers: {known}.")


def scale_of(carrier: str) -> float:
    """Factor from a coefficient per kg, m3, kWh or MJ in kgce to one per unit of the amount in tce."""
    return _TO_TCE.get(UNITS[carrier], 1.0)

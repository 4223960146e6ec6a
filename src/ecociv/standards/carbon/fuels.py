"""CO2 of fuel combustion: amount x net calorific value x carbon content x oxidation x 44/12."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import Float64, MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import marks_of

CARBON_TO_CO2 = 44 / 12
"""Molar masses of CO2 and carbon as the guidelines write them."""


class FactorSet(StrEnum):
    """Which set of default factors: of a provincial inventory or of the report of an enterprise."""

    PROVINCIAL = "provincial"
    ENTERPRISE = "enterprise"


FUEL_NAMES = {
    "raw_coal": Text(zh="原煤", en="raw coal"),
    "anthracite": Text(zh="无烟煤", en="anthracite"),
    "bituminous": Text(zh="烟煤", en="bituminous coal"),
    "lignite": Text(zh="褐煤", en="lignite"),
    "washed_coal": Text(zh="洗精煤", en="washed coal"),
    "other_washed_coal": Text(zh="其他洗煤", en="other washed coal"),
    "briquette": Text(zh="型煤", en="briquettes"),
    "coke": Text(zh="焦炭", en="coke"),
    "crude_oil": Text(zh="原油", en="crude oil"),
    "fuel_oil": Text(zh="燃料油", en="fuel oil"),
    "gasoline": Text(zh="汽油", en="gasoline"),
    "diesel": Text(zh="柴油", en="diesel"),
    "kerosene": Text(zh="煤油", en="kerosene"),
    "naphtha": Text(zh="石脑油", en="naphtha"),
    "petroleum_coke": Text(zh="石油焦", en="petroleum coke"),
    "tar": Text(zh="焦油", en="tar"),
    "crude_benzene": Text(zh="粗苯", en="crude benzene"),
    "refinery_gas": Text(zh="炼厂干气", en="refinery gas"),
    "lpg": Text(zh="液化石油气", en="liquefied petroleum gas"),
    "lng": Text(zh="液化天然气", en="liquefied natural gas"),
    "natural_gas": Text(zh="天然气", en="natural gas"),
    "coke_oven_gas": Text(zh="焦炉煤气", en="coke-oven gas"),
    "blast_furnace_gas": Text(zh="高炉煤气", en="blast-furnace gas"),
    "converter_gas": Text(zh="转炉煤气", en="converter gas"),
}

_GASES = ("natural_gas", "coke_oven_gas", "blast_furnace_gas", "converter_gas")


def fuel_unit(fuel: str) -> str:
    """Unit of the amount: 10^4 m3 for gases, t for all else (refinery gas, LPG and LNG included)."""
    return "wan_m3" if fuel in _GASES else "tonne"


def fuel_of(name: str) -> str:
    """The key of a fuel from its key or its Chinese or English name.

    Examples
    --------
    >>> fuel_of("原煤"), fuel_of("diesel")
    ('raw_coal', 'diesel')
    """
    if name in FUEL_NAMES:
        return name
    for key, label in FUEL_NAMES.items():
        if name in (label.zh, label.en):
            return key
    known = ", ".join(f"{key} ({label.zh})" for key, label in FUEL_NAMES.items())
    raise MeasurementError(f"{name!r} is no fuel known here. Fuels: {known}.")


@dataclass(frozen=True, eq=False, kw_only=True)
class Emission(Computed):
    """An emission of CO2.

    Attributes
    ----------
    value : float or array
        tCO2; NaN where an input is missing.
    factor : float or array
        tCO2 per unit of the activity.
    """

    factor: Any


def fuel_combustion(
    fuel: str,
    amount: ArrayLike,
    *,
    factors: str,
    ncv: ArrayLike | None = None,
    carbon: ArrayLike | None = None,
    oxidation: ArrayLike | None = None,
) -> Emission:
    """CO2 of burning a fuel.

    Parameters
    ----------
    fuel : str
        Key or Chinese name, see `FUEL_NAMES`.
    amount : array_like
        Fuel burnt in t, gases in 10^4 m3. NaN is missing.
    factors : str
        ``"provincial"`` or ``"enterprise"``: which defaults fill what was not measured. The sets differ by a few
        percent, so the choice is the caller's and stands on the result.
    ncv : array_like, optional
        Measured net calorific value in GJ/t (gases GJ/10^4 m3).
    carbon : array_like, optional
        Measured carbon content in tC/GJ.
    oxidation : array_like, optional
        Share of carbon oxidised, 0..1.

    Raises
    ------
    MeasurementError
        Unknown fuel, a fuel that the set does not list, figures that are negative or in another unit.

    Examples
    --------
    >>> round(fuel_combustion("原煤", 1, factors="provincial").value, 4)
    1.9003
    >>> burnt = fuel_combustion("natural_gas", [1, 2], factors="enterprise")
    >>> burnt.value.round(3).tolist()
    [21.622, 43.244]
    """
    key = fuel_of(fuel)
    table = _defaults(key, factors)
    default = table.table[key]
    rows = measurements(amount=amount, ncv=ncv, carbon=carbon, oxidation=oxidation)
    given = rows.given()
    unit = fuel_unit(key)
    refuse_impossible("amount", given["amount"], unit=unit)
    _check(given, unit)
    steps = {
        name: given[name] if name in given else float(default[name])
        for name in ("ncv", "carbon", "oxidation")
    }
    factor = np.broadcast_to(
        np.asarray(steps["ncv"] * steps["carbon"] * steps["oxidation"] * CARBON_TO_CO2), (rows.size,)
    )
    labels = {
        "ncv": (Text(zh="低位发热量", en="net calorific value"), f"gj/{unit}"),
        "carbon": (Text(zh="单位热值含碳量", en="carbon content"), "tonne/gj"),
        "oxidation": (Text(zh="碳氧化率", en="share oxidised"), "1"),
    }
    terms = tuple(
        Term(label, steps[name], own, None if name in given else table)
        for name, (label, own) in labels.items()
    )
    return Emission(
        value=rows.restore(given["amount"] * factor),
        unit="tonne",
        edition=table.edition,
        marks=marks_of(table) if any(name not in given for name in labels) else (),
        validity=all_needed(rows),
        label=Text(zh=f"{FUEL_NAMES[key].zh}燃烧的二氧化碳排放", en=f"CO2 of burning {FUEL_NAMES[key].en}"),
        formula="amount * NCV * carbon content * oxidation * 44/12",
        terms=(Term(FUEL_NAMES[key], given["amount"], unit), *terms),
        standard=table.citation,
        factor=rows.restore(factor),
    )


def _defaults(fuel: str, factors: str) -> ParameterValue:
    if factors not in set(FactorSet):
        raise MeasurementError(f"{factors!r} is no set of factors; sets: {', '.join(FactorSet)}.")
    table = parameter(f"carbon.fuels.{factors}")
    if fuel not in table.table:
        raise MeasurementError(
            f"{FUEL_NAMES[fuel].zh} ({fuel}) is not in the {factors} set. It lists: {', '.join(table.table)}."
        )
    return table


def _check(given: dict[str, Float64], unit: str) -> None:
    bounds = {
        "ncv": (600.0 if unit == "wan_m3" else 60.0, f"GJ/{'10^4 m3' if unit == 'wan_m3' else 't'}"),
        "carbon": (0.15, "tC/GJ"),
        "oxidation": (1.0, ""),
    }
    for name, (highest, own) in bounds.items():
        if name not in given:
            continue
        refuse_impossible(name, given[name], unit=own)
        if (given[name] > highest).any():
            raise MeasurementError(
                f"{name} is {np.nanmax(given[name]):g} {own}; it cannot exceed {highest:g}. Check the unit."
            )

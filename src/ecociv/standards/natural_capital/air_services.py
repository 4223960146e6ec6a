"""Physical quantities of services of air and climate: carbon, oxygen, cooling, purification, negative ions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, Measurements
from ecociv.standards.natural_capital.service import Quantity, ServiceQuantity, checked, coefficient, quantity
from ecociv.standards.parameters import parameter

CO2_OF_CARBON = 44 / 12
"""Mass of carbon dioxide that holds a mass of carbon."""

OXYGEN_OF_CO2 = 32 / 44
"""Mass of oxygen set free for a mass of carbon dioxide fixed."""

_PLANTS = {
    "npp": Quantity(Text(zh="净初级生产力（干物质）", en="net primary production (dry matter)"), "tonne"),
    "nep": Quantity(Text(zh="净生态系统生产力（碳）", en="net ecosystem production (carbon)"), "tonne", None),
    "co2": Quantity(Text(zh="固定二氧化碳量", en="carbon dioxide fixed"), "tonne", None),
}


def carbon_fixation(*, nep: ArrayLike | None = None, npp: ArrayLike | None = None) -> ServiceQuantity:
    """Carbon dioxide fixed in a year, t: 44/12 of the carbon of NEP, or 1.63 of the dry matter of NPP.

    Parameters
    ----------
    nep : array_like
        Net ecosystem production in t of carbon; negative where the ecosystem is a source.
    npp : array_like
        Net primary production in t of dry matter. Exactly one of both is given.

    Examples
    --------
    >>> round(carbon_fixation(nep=12).value, 6), round(carbon_fixation(npp=100).value, 6)
    (44.0, 163.0)
    """
    _one_of(nep=nep, npp=npp)
    rows = checked(_PLANTS, nep=nep, npp=npp)
    label = Text(zh="固碳量（二氧化碳）", en="Carbon dioxide fixed")
    if nep is not None:
        value = rows.given()["nep"] * CO2_OF_CARBON
        return quantity(value, rows, _PLANTS, label=label, unit="tonne", formula="44 / 12 * NEP")
    name = Text(zh="固碳倍数", en="CO2 per dry matter")
    return _of_dry_matter(rows, "co2", name, label, "1.63 * NPP")


def oxygen_release(*, npp: ArrayLike | None = None, co2: ArrayLike | None = None) -> ServiceQuantity:
    """Oxygen set free in a year, t: 1.19 of the dry matter of NPP, or 32/44 of the carbon dioxide fixed.

    Examples
    --------
    >>> round(oxygen_release(npp=100).value, 6), round(oxygen_release(co2=44).value, 6)
    (119.0, 32.0)
    """
    _one_of(npp=npp, co2=co2)
    rows = checked(_PLANTS, npp=npp, co2=co2)
    label = Text(zh="释氧量", en="Oxygen set free")
    if co2 is not None:
        value = rows.given()["co2"] * OXYGEN_OF_CO2
        return quantity(value, rows, _PLANTS, label=label, unit="tonne", formula="32 / 44 * CO2")
    name = Text(zh="释氧倍数", en="oxygen per dry matter")
    return _of_dry_matter(rows, "oxygen", name, label, "1.19 * NPP")


def _of_dry_matter(rows: Measurements, key: str, name: Text, label: Text, formula: str) -> ServiceQuantity:
    """The dry matter of NPP times the factor of photosynthesis."""
    used = parameter("natural_capital.photosynthesis")
    factor = float(used.table[key])
    return quantity(
        rows.given()["npp"] * factor,
        rows,
        _PLANTS,
        label=label,
        unit="tonne",
        formula=formula,
        used=(used,),
        coefficients=(coefficient(used, name, factor),),
    )


_COOLING = {
    "heat": Quantity(Text(zh="单位面积蒸腾吸热", en="heat taken up by transpiration"), "kj / m2 / day"),
    "area": Quantity(Text(zh="面积", en="area"), "km2"),
    "days": Quantity(Text(zh="高温天数（日最高气温高于26℃）", en="days above 26 degrees Celsius"), "day"),
    "evaporation": Quantity(Text(zh="水面蒸发量", en="evaporation"), "m3"),
    "latent_heat": Quantity(Text(zh="汽化潜热", en="latent heat"), "kj / kg"),
    "humidifying": Quantity(Text(zh="加湿单位水量耗电", en="electricity to humidify"), "kwh / m3"),
}


def transpiration_cooling(*, heat: ArrayLike, area: ArrayLike, days: ArrayLike) -> ServiceQuantity:
    """Electricity that air conditioning would need for the cooling by plants, kWh: G S d 10^6 / (3600 r).

    Parameters
    ----------
    heat : array_like
        Heat taken up, kJ a m2 and day.
    area : array_like
        km2.
    days : array_like
        Days above 26 degrees Celsius.

    Examples
    --------
    >>> round(transpiration_cooling(heat=70.4, area=100, days=60).value)
    39111111
    """
    used = parameter("natural_capital.cooling")
    rows = checked(_COOLING, heat=heat, area=area, days=days)
    given, performance = rows.given(), float(used.table["performance"])
    return quantity(
        given["heat"] * given["area"] * given["days"] * 1e6 / (3600 * performance),
        rows,
        _COOLING,
        label=Text(zh="植被蒸腾降温", en="Cooling by transpiration"),
        unit="kwh",
        formula="G * S * d * 10^6 / (3600 * r)",
        used=(used,),
        coefficients=(
            coefficient(used, Text(zh="空调能效比r", en="performance r of air conditioning"), performance),
        ),
    )


def evaporation_cooling(
    *, evaporation: ArrayLike, latent_heat: ArrayLike, humidifying: ArrayLike
) -> ServiceQuantity:
    """Electricity for the cooling and moistening by open water, kWh: E rho q / (3600 r) + E gamma.

    Parameters
    ----------
    evaporation : array_like
        m3 of water in the hot season.
    latent_heat : array_like
        kJ a kg of water at the temperature of the place.
    humidifying : array_like
        kWh that a humidifier needs for a m3 of water.

    Examples
    --------
    >>> round(evaporation_cooling(evaporation=1000, latent_heat=2430, humidifying=125).value)
    350000
    """
    used = parameter("natural_capital.cooling")
    rows = checked(_COOLING, evaporation=evaporation, latent_heat=latent_heat, humidifying=humidifying)
    given = rows.given()
    performance, density = float(used.table["performance"]), float(used.table["water_density"])
    cooling = given["evaporation"] * density * given["latent_heat"] / 3600 / performance
    moistening = given["evaporation"] * given["humidifying"]
    return quantity(
        cooling + moistening,
        rows,
        _COOLING,
        label=Text(zh="水面蒸发降温增湿", en="Cooling and moistening by evaporation"),
        unit="kwh",
        formula="E * rho * q / 3600 / r + E * gamma",
        used=(used,),
        coefficients=(
            coefficient(used, Text(zh="空调能效比r", en="performance r of air conditioning"), performance),
        ),
        parts={"cooling": cooling, "moistening": moistening},
    )


_UPTAKE = {
    "per_area": Quantity(Text(zh="单位面积净化量", en="uptake of an area"), "tonne / km2"),
    "area": Quantity(Text(zh="面积", en="area"), "km2"),
    "emission": Quantity(Text(zh="污染物排放量", en="emission of the pollutant"), "tonne"),
}


def purification(
    *, per_area: ArrayLike, area: ArrayLike, emission: ArrayLike | None = None
) -> ServiceQuantity:
    """Pollutant taken up in a year, t: uptake of an area times the area, at most what is emitted.

    Parameters
    ----------
    per_area : array_like
        t a km2 and year: SO2, NOx or dust by plants, COD, ammonia, nitrogen or phosphorus by wetland.
    area : array_like
        km2.
    emission : array_like, optional
        t emitted; given where the environment meets its standard, so that nature can take up no more than comes.

    Examples
    --------
    >>> purification(per_area=8.8, area=1000, emission=[5000.0, 20000.0]).value.tolist()
    [5000.0, 8800.0]
    """
    rows = checked(_UPTAKE, per_area=per_area, area=area, emission=emission)
    given = rows.given()
    capacity = given["per_area"] * given["area"]
    taken = np.minimum(capacity, given["emission"]) if "emission" in given else capacity
    return quantity(
        taken,
        rows,
        _UPTAKE,
        label=Text(zh="污染物净化量", en="Pollutant taken up"),
        unit="tonne",
        formula="min(q * A, emission)" if "emission" in given else "q * A",
        parts={"capacity": capacity},
    )


_IONS = {
    "concentration": Quantity(Text(zh="负离子浓度（个/立方厘米）", en="ions a cm3")),
    "area": Quantity(Text(zh="林地面积", en="forest area"), "hectare"),
    "height": Quantity(Text(zh="林分高度", en="height of the stand"), "metre"),
    "lifetime": Quantity(Text(zh="负离子寿命", en="life of an ion"), "minute"),
}


def negative_ions(
    *, concentration: ArrayLike, area: ArrayLike, height: ArrayLike, lifetime: ArrayLike
) -> ServiceQuantity:
    """Negative ions that a forest makes in a year: 5.256e15 Q A H / L (from memory, marked).

    Parameters
    ----------
    concentration : array_like
        Ions a cm3.
    area : array_like
        Hectares.
    height : array_like
        Height of the stand, m.
    lifetime : array_like
        Minutes, above 0.

    Returns
    -------
    ServiceQuantity
        ``parts["above_threshold"]`` is the number that counts for the value: what exceeds 600 ions a cm3.

    Examples
    --------
    >>> ions = negative_ions(concentration=1800, area=10, height=12, lifetime=10)
    >>> f"{ions.value:.4e}", f"{ions.parts['above_threshold']:.4e}"
    ('1.1353e+20', '7.5686e+19')
    """
    used = parameter("natural_capital.negative_ions")
    rows = checked(_IONS, concentration=concentration, area=area, height=height, lifetime=lifetime)
    given = rows.given()
    if (given["lifetime"] <= 0).any():
        raise MeasurementError(
            "lifetime is 0 in some element; the formula divides by it, so it must be above 0 minutes."
        )
    each = float(used.table["factor"]) * given["area"] * given["height"] / given["lifetime"]
    above = np.maximum(given["concentration"] - used.table["threshold"], 0.0)
    return quantity(
        each * given["concentration"],
        rows,
        _IONS,
        label=Text(zh="年负离子产量（个）", en="Negative ions a year"),
        unit="1",
        formula="5.256e15 * Q * A * H / L",
        used=(used,),
        parts={"above_threshold": each * above},
    )


def _one_of(**given: ArrayLike | None) -> None:
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise MeasurementError(f"Give exactly one of {' and '.join(given)}; {len(named)} were given.")

"""Factors of the revised universal soil-loss equation, and the soil that plants retain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.natural_capital.service import Quantity, ServiceQuantity, checked, coefficient, quantity
from ecociv.standards.parameters import parameter

_SHARE = "percent"

_SOIL = {
    "sand": Quantity(Text(zh="砂粒含量", en="sand"), _SHARE),
    "silt": Quantity(Text(zh="粉粒含量", en="silt"), _SHARE),
    "clay": Quantity(Text(zh="黏粒含量", en="clay"), _SHARE),
    "organic_carbon": Quantity(Text(zh="有机碳含量", en="organic carbon"), _SHARE),
}


def soil_erodibility(
    *, sand: ArrayLike, silt: ArrayLike, clay: ArrayLike, organic_carbon: ArrayLike
) -> ServiceQuantity:
    """Erodibility K of soil by the EPIC formula, in SI units (t hm2 h hm-2 MJ-1 mm-1).

    Parameters
    ----------
    sand, silt, clay, organic_carbon : array_like
        Percent of mass; NaN is missing. Sand, silt and clay add up to 100.

    Raises
    ------
    MeasurementError
        Fractions that do not add up to 100 within 1.

    Examples
    --------
    >>> round(soil_erodibility(sand=40, silt=40, clay=20, organic_carbon=1.5).value, 4)
    0.0343
    """
    rows = checked(_SOIL, sand=sand, silt=silt, clay=clay, organic_carbon=organic_carbon)
    column = rows.given()
    coarse, fine, finest, carbon = (column[name] for name in _SOIL)
    with np.errstate(invalid="ignore"):
        wrong = np.abs(coarse + fine + finest - 100) > 1
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MeasurementError(
            f"Sand, silt and clay add up to {coarse[place] + fine[place] + finest[place]:g} % in element {place}; they "
            "must add up to 100. Shares (0 to 1) must be given as percent."
        )
    used = parameter("natural_capital.rusle.erodibility")
    rest = 1 - coarse / 100
    with np.errstate(invalid="ignore", divide="ignore"):
        texture = np.where(fine + finest > 0, (fine / (finest + fine)) ** 0.3, 0.0)
    texture = np.where(np.isnan(fine + finest), np.nan, texture)
    value = (
        (0.2 + 0.3 * np.exp(-0.0256 * coarse * (1 - fine / 100)))
        * texture
        * (1 - 0.25 * carbon / (carbon + np.exp(3.72 - 2.95 * carbon)))
        * (1 - 0.7 * rest / (rest + np.exp(-5.51 + 22.9 * rest)))
        * used.number
    )
    return quantity(
        value,
        rows,
        _SOIL,
        label=Text(zh="土壤可蚀性K", en="Erodibility of soil K"),
        unit="1",
        formula="{0.2+0.3exp[-0.0256 Sd(1-Si/100)]} (Si/(Cl+Si))^0.3 [1-0.25C/(C+exp(3.72-2.95C))] [1-0.7Sn/(Sn+exp(-5.51+22.9Sn))] * SI",
        used=(used,),
        coefficients=(coefficient(used, Text(zh="国际单位换算", en="to SI units"), used.number),),
    )


_TERRAIN = {
    "slope": Quantity(Text(zh="坡度（度）", en="slope in degrees")),
    "length": Quantity(Text(zh="坡长", en="length of slope"), "metre"),
}


def slope_factor(*, slope: ArrayLike, length: ArrayLike) -> ServiceQuantity:
    """Product LS of the factors of slope length and steepness; both are among its `parts`.

    Parameters
    ----------
    slope : array_like
        Degrees, from 0 to below 90; NaN is missing.
    length : array_like
        Horizontal length of the slope in m.

    Raises
    ------
    MeasurementError
        A negative figure, or a slope of 90 degrees and more.

    Examples
    --------
    >>> steep = slope_factor(slope=12, length=30)
    >>> round(steep.parts["S"], 3), round(steep.parts["L"], 3)
    (3.595, 1.164)
    """
    rows = checked(_TERRAIN, slope=slope, length=length)
    angle, distance = rows.given()["slope"], rows.given()["length"]
    if (angle >= 90).any():
        raise MeasurementError(
            f"slope is {np.nanmax(angle):g} degrees; it must be below 90. Percent must be converted."
        )
    used = parameter("natural_capital.rusle.topography")
    sine = np.sin(np.radians(angle))
    percent = 100 * np.tan(np.radians(angle))
    step = np.searchsorted(np.asarray(used.table["bounds_percent"], dtype=np.float64), percent, side="right")
    exponents = np.asarray(used.table["exponents"])
    power = exponents[np.minimum(step, len(exponents) - 1)]
    along = (distance / used.table["length"]) ** power
    branch = np.searchsorted(np.asarray(used.table["bounds_degrees"], dtype=np.float64), angle, side="right")
    lines = np.asarray(used.table["steepness"], dtype=np.float64)
    line = lines[np.minimum(branch, len(lines) - 1)]
    steepness = line[:, 0] * sine + line[:, 1]
    return quantity(
        along * steepness,
        rows,
        _TERRAIN,
        label=Text(zh="地形因子LS", en="Topographic factor LS"),
        unit="1",
        formula="L * S; L = (length / 22.13)^m; S = a sin(slope) + b",
        used=(used,),
        parts={"L": along, "S": steepness},
    )


_COVER = {"cover": Quantity(Text(zh="植被覆盖度", en="vegetation cover"), _SHARE)}


def cover_factor(cover: ArrayLike) -> ServiceQuantity:
    """Factor C of the cover by plants.

    Parameters
    ----------
    cover : array_like
        Vegetation cover in percent, 0 to 100; NaN is missing.

    Raises
    ------
    MeasurementError
        A cover beyond 0 to 100.

    Notes
    -----
    C = 0.6508 - 0.3436 lg c, at most 1; 1 on bare ground and 0 from 78.3 % on.

    Examples
    --------
    >>> [round(number, 4) for number in cover_factor([0, 10, 50, 78.3, 90]).value.tolist()]
    [1.0, 0.3072, 0.067, 0.0, 0.0]
    """
    rows = checked(_COVER, cover=cover)
    column = rows.given()["cover"]
    if (column > 100).any():
        raise MeasurementError(f"cover is {np.nanmax(column):g} %; it lies from 0 to 100.")
    used = parameter("natural_capital.rusle.cover")
    a, b, full = (float(used.table[name]) for name in ("a", "b", "full"))
    with np.errstate(divide="ignore"):
        value = np.clip(a - b * np.log10(column), 0.0, 1.0)  # lg 0 gives 1, as on bare ground
    value = np.where(column >= full, 0.0, value)
    return quantity(
        value,
        rows,
        _COVER,
        label=Text(zh="植被覆盖因子C", en="Cover factor C"),
        unit="1",
        formula="0.6508 - 0.3436 lg c; 1 for c = 0, 0 for c >= 78.3",
        used=(used,),
        notes=(
            Text(
                zh="论文印作0.3464，仅0.3436使78.3%处为0，按0.3436计",
                en="the paper prints 0.3464; only 0.3436 gives 0 at 78.3 %, and is used",
            ),
        ),
    )


_RUSLE = {
    "r": Quantity(Text(zh="降雨侵蚀力R", en="rainfall erosivity R")),
    "k": Quantity(Text(zh="土壤可蚀性K", en="erodibility K")),
    "ls": Quantity(Text(zh="地形因子LS", en="topographic factor LS")),
    "c": Quantity(Text(zh="植被覆盖因子C", en="cover factor C")),
    "p": Quantity(Text(zh="水土保持措施因子P", en="practice factor P")),
}


def soil_retention(
    *, r: ArrayLike, k: ArrayLike, ls: ArrayLike, c: ArrayLike, p: ArrayLike = 1.0
) -> ServiceQuantity:
    """Soil that cover and practice retain, t per hectare and year: R K LS (1 - C P).

    Parameters
    ----------
    r, k, ls, c, p : array_like
        The factors, in SI units; `c` and `p` from 0 to 1. With `p` left at 1 only the plants count.

    Returns
    -------
    ServiceQuantity
        ``parts`` holds the ``potential`` and the ``actual`` loss.

    Raises
    ------
    MeasurementError
        A negative factor, or `c` or `p` above 1.

    Examples
    --------
    >>> held = soil_retention(r=9000, k=0.03, ls=slope_factor(slope=12, length=30).value, c=0.05)
    >>> round(held.parts["potential"]), round(held.parts["actual"], 1), round(held.value, 1)
    (1130, 56.5, 1073.7)
    """
    rows = checked(_RUSLE, r=r, k=k, ls=ls, c=c, p=p)
    column = rows.given()
    for name in ("c", "p"):
        if (column[name] > 1).any():
            raise MeasurementError(f"{name} is {np.nanmax(column[name]):g}; the factor lies from 0 to 1.")
    potential = column["r"] * column["k"] * column["ls"]
    actual = potential * column["c"] * column["p"]
    return quantity(
        potential - actual,
        rows,
        _RUSLE,
        label=Text(zh="土壤保持量", en="Soil retained"),
        unit="tonne / hectare",
        formula="R * K * LS * (1 - C * P)",
        parts={"potential": potential, "actual": actual},
        edition="RUSLE",
    )

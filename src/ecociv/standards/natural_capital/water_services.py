"""Physical quantities of services of water: water conserved, runoff held back, floods stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.natural_capital.service import Quantity, ServiceQuantity, checked, coefficient, quantity
from ecociv.standards.parameters import parameter

_RAIN = {
    "precipitation": Quantity(Text(zh="降水量", en="precipitation"), "mm"),
    "runoff": Quantity(Text(zh="暴雨径流量", en="storm runoff"), "mm"),
    "evapotranspiration": Quantity(Text(zh="蒸散发量", en="evapotranspiration"), "mm"),
    "area": Quantity(Text(zh="面积", en="area"), "m2"),
}


def water_conservation(
    *, precipitation: ArrayLike, runoff: ArrayLike, evapotranspiration: ArrayLike, area: ArrayLike
) -> ServiceQuantity:
    """Water that an ecosystem holds in a year, m3: (P - R - ET) A / 1000.

    Parameters
    ----------
    precipitation, runoff, evapotranspiration : array_like
        mm a year; runoff is that of storms.
    area : array_like
        m2.

    Notes
    -----
    A negative figure is kept: such a cell gives off more than it gets, and the sum needs it.

    Examples
    --------
    >>> round(water_conservation(precipitation=1650, runoff=820, evapotranspiration=710, area=500e6).value / 1e8, 2)
    0.6
    """
    rows = checked(
        _RAIN, precipitation=precipitation, runoff=runoff, evapotranspiration=evapotranspiration, area=area
    )
    rain, gone, vapour, place = (rows.given()[name] for name in _RAIN)
    return quantity(
        (rain - gone - vapour) * place * 1e-3,
        rows,
        _RAIN,
        label=Text(zh="水源涵养量", en="Water conserved"),
        unit="m3",
        formula="(P - R - ET) * A / 1000",
    )


_FOREST_RAIN = {
    "precipitation": Quantity(Text(zh="年降水量", en="yearly precipitation"), "mm"),
    "area": Quantity(Text(zh="林地面积", en="forest area"), "m2"),
}


def forest_runoff_reduction(*, precipitation: ArrayLike, area: ArrayLike, forest: str) -> ServiceQuantity:
    """Water that a forest holds back against bare ground, m3: A J K R / 1000.

    Parameters
    ----------
    precipitation : array_like
        mm a year.
    area : array_like
        m2.
    forest : str
        ``"conifer"``, ``"evergreen_broadleaf"``, ``"mixed"``, ``"bamboo"`` or ``"shrub"``.

    Examples
    --------
    >>> round(forest_runoff_reduction(precipitation=1600, area=1e6, forest="conifer").value)
    345600
    """
    used = parameter("natural_capital.runoff_reduction", edition="ChinaXiv-201711.00109")
    types = [name for name in used.table if name != "runoff_rain"]
    if forest not in types:
        raise MeasurementError(f"{forest!r} is no forest type here; types: {', '.join(types)}.")
    rows = checked(_FOREST_RAIN, precipitation=precipitation, area=area)
    share, rain = float(used.table[forest]), float(used.table["runoff_rain"])
    value = rows.given()["precipitation"] * rows.given()["area"] * 1e-3 * rain * share
    return quantity(
        value,
        rows,
        _FOREST_RAIN,
        label=Text(zh="森林减少径流量", en="Runoff held back by forest"),
        unit="m3",
        formula="A * J * K * R / 1000",
        used=(used,),
        coefficients=(
            coefficient(used, Text(zh="减少径流效益系数R", en="share R held back"), share),
            coefficient(used, Text(zh="产流降雨比例K", en="share K of rain that makes runoff"), rain),
        ),
    )


_LAKE = {
    "area": Quantity(Text(zh="湖泊面积", en="area of the lake"), "km2"),
    "exchanges": Quantity(Text(zh="年换水次数", en="exchanges of water a year")),
}


def lake_flood_storage(
    area: ArrayLike, *, region: str, exchanges: ArrayLike | None = None
) -> ServiceQuantity:
    """Flood storage of lakes, 10^4 m3: exp(a) A^b T. The coefficients hold for their region only.

    Parameters
    ----------
    area : array_like
        km2 of each lake (not of all together: the formula is not linear).
    region : str
        ``"plateau"`` (Tibet), ``"eastern_plain"``, ``"yungui"``.
    exchanges : array_like, optional
        Exchanges of water a year; needed where the region has no figure of its own.

    Raises
    ------
    MeasurementError
        An unknown region, or exchanges needed and not given.

    Examples
    --------
    >>> round(lake_flood_storage(10.0, region="eastern_plain").value, 1)
    5891.9
    """
    used = parameter("natural_capital.flood.lakes")
    if region not in used.table:
        raise MeasurementError(f"{region!r} has no coefficients; regions: {', '.join(used.table)}.")
    row = used.table[region]
    turns = row["exchanges"] if exchanges is None else exchanges
    if turns is None:
        raise MeasurementError(
            f"The region {region} has no figure of its own for exchanges of water; give exchanges=."
        )
    rows = checked(_LAKE, area=area, exchanges=turns)
    surface, times = rows.given()["area"], rows.given()["exchanges"]
    return quantity(
        np.exp(row["a"]) * surface ** row["b"] * times,
        rows,
        _LAKE,
        label=Text(zh="湖泊调蓄量", en="Flood storage of the lake"),
        unit="wan_m3",
        formula="exp(a) * A^b * T",
        used=(used,),
        coefficients=(
            coefficient(used, Text(zh="a", en="a"), row["a"]),
            coefficient(used, Text(zh="b", en="b"), row["b"]),
        ),
    )


_RESERVOIR = {"capacity": Quantity(Text(zh="总库容", en="total capacity"), "wan_m3")}
_SWAMP = {"area": Quantity(Text(zh="沼泽面积", en="area of the swamp"), "km2")}


def reservoir_flood_storage(capacity: ArrayLike) -> ServiceQuantity:
    """Flood storage of reservoirs, 35 % of the total capacity, in the unit of the capacity (10^4 m3).

    Examples
    --------
    >>> round(reservoir_flood_storage(2000).value, 1)
    700.0
    """
    used = parameter("natural_capital.flood.stores")
    rows = checked(_RESERVOIR, capacity=capacity)
    share = float(used.table["reservoir"])
    return quantity(
        rows.given()["capacity"] * share,
        rows,
        _RESERVOIR,
        label=Text(zh="水库调蓄量", en="Flood storage of the reservoir"),
        unit="wan_m3",
        formula="0.35 * C",
        used=(used,),
        coefficients=(coefficient(used, Text(zh="调蓄比例", en="share that regulates floods"), share),),
    )


def swamp_flood_storage(area: ArrayLike) -> ServiceQuantity:
    """Flood storage of swamps, m3: 0.3 m over the area in km2.

    Examples
    --------
    >>> round(swamp_flood_storage(2000).value / 1e8, 2)
    6.0
    """
    used = parameter("natural_capital.flood.stores")
    rows = checked(_SWAMP, area=area)
    depth = float(used.table["swamp"])
    return quantity(
        rows.given()["area"] * 1e6 * depth,
        rows,
        _SWAMP,
        label=Text(zh="沼泽调蓄量", en="Flood storage of the swamp"),
        unit="m3",
        formula="0.3 * S * 10^6",
        used=(used,),
        coefficients=(coefficient(used, Text(zh="调蓄水深", en="depth held"), depth, "metre"),),
        notes=(
            Text(
                zh="论文标作万立方米，但其6.00亿立方米的结果仅与立方米相符",
                en="the paper labels it 10^4 m3; its own result of 6.00e8 m3 fits only m3",
            ),
        ),
    )

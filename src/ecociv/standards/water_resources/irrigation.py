"""The effective use coefficient of irrigation water, of a district and of a region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, measurements
from ecociv.standards.parameters import parameter
from ecociv.standards.water_resources.efficiency import WaterFigure, checked, quotient, water_figure

SCALES = ("large", "medium", "small", "well")
"""Classes of irrigation districts: large, medium and small by area, and districts fed by wells alone."""


def irrigation_coefficient(net: ArrayLike, gross: ArrayLike) -> WaterFigure:
    """Effective use coefficient of irrigation water: water that reaches the field over water withdrawn.

    Raises
    ------
    MeasurementError
        More water on the field than was withdrawn.

    Examples
    --------
    >>> irrigation_coefficient(0.255, 0.5).value
    0.51
    """
    rows = measurements(net=net, gross=gross)
    given = checked(rows, "wan_m3")
    with np.errstate(invalid="ignore"):
        if (given["net"] > given["gross"]).any():
            raise MeasurementError(
                "The net irrigation water exceeds the gross withdrawal; check units and exchange."
            )
    return water_figure(
        quotient(given["net"], given["gross"]),
        "1",
        rows,
        label=Text(zh="农田灌溉水有效利用系数", en="Effective use coefficient of irrigation water"),
        formula="net / gross",
        names={
            "net": (Text(zh="净灌溉用水量", en="Net irrigation water"), "wan_m3"),
            "gross": (Text(zh="毛灌溉用水量", en="Gross irrigation water"), "wan_m3"),
        },
    )


def regional_irrigation_coefficient(
    coefficients: Mapping[str, ArrayLike], gross: Mapping[str, ArrayLike]
) -> WaterFigure:
    """The coefficient of a region from those of its scale classes, weighted by gross withdrawal.

    Parameters
    ----------
    coefficients, gross : mapping
        Coefficient and gross withdrawal (any one unit) by scale class: ``large``, ``medium``, ``small``, ``well``. A
        class without withdrawal may be left out of both.

    Raises
    ------
    MeasurementError
        Classes that are not the same in both, or a coefficient above 1.

    Examples
    --------
    >>> region = regional_irrigation_coefficient({"large": 0.48, "medium": 0.50, "small": 0.55},
    ...                                          {"large": 100, "medium": 60, "small": 40})
    >>> region.value
    0.5
    """
    unknown = [scale for scale in {*coefficients, *gross} if scale not in SCALES]
    if unknown or set(coefficients) != set(gross):
        raise MeasurementError(
            f"Coefficients and withdrawals are given for the same classes out of {', '.join(SCALES)}; found "
            f"{', '.join(sorted(coefficients))} and {', '.join(sorted(gross))}."
        )
    named: dict[str, ArrayLike] = {
        f"{scale} coefficient": coefficients[scale] for scale in SCALES if scale in coefficients
    }
    named |= {f"{scale} gross": gross[scale] for scale in SCALES if scale in gross}
    rows = measurements(**named)
    given = checked(rows, "")
    scales = [scale for scale in SCALES if scale in gross]
    for scale in scales:
        if np.nanmax(given[f"{scale} coefficient"], initial=0.0) > 1:
            raise MeasurementError(f"The coefficient of {scale} districts exceeds 1.")
    used = sum((given[f"{s} coefficient"] * given[f"{s} gross"] for s in scales), np.zeros(rows.size))
    total = sum((given[f"{s} gross"] for s in scales), np.zeros(rows.size))
    zh = {"large": "大型灌区", "medium": "中型灌区", "small": "小型灌区", "well": "纯井灌区"}
    names = {}
    for scale in scales:
        names[f"{scale} coefficient"] = (
            Text(zh=f"{zh[scale]}系数", en=f"Coefficient, {scale} districts"),
            "1",
        )
        names[f"{scale} gross"] = (
            Text(zh=f"{zh[scale]}毛用水量", en=f"Gross withdrawal, {scale} districts"),
            "wan_m3",
        )
    return water_figure(
        quotient(used, total),
        "1",
        rows,
        label=Text(
            zh="农田灌溉水有效利用系数（区域）", en="Effective use coefficient of irrigation water, region"
        ),
        formula="sum(coefficient * gross) / sum(gross)",
        names=names,
    )


def irrigation_scale(area_wan_mu: ArrayLike, *, well_only: ArrayLike = False) -> Any:
    """The scale class of irrigation districts by their designed irrigated area.

    Examples
    --------
    >>> irrigation_scale([35, 30, 29.9, 1, 0.4]).tolist()
    ['large', 'large', 'medium', 'medium', 'small']
    """
    bounds = parameter("water_resources.irrigation_scale").table
    rows = measurements(area=area_wan_mu, well=np.asarray(well_only, dtype=np.float64))
    given = checked(rows, "wan_mu")
    area = given["area"]
    with np.errstate(invalid="ignore"):
        names = np.select(
            [np.isnan(area), given["well"] == 1, area >= bounds["large"], area >= bounds["medium"]],
            ["", "well", "large", "medium"],
            "small",
        )
    return rows.restore(names)

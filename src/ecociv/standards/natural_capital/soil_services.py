"""Physical quantities of services of soil: silt and nutrients kept, sand fixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import Float64, MeasurementError
from ecociv.standards.natural_capital.service import Quantity, ServiceQuantity, checked, coefficient, quantity
from ecociv.standards.parameters import parameter

_SOLIDS = {
    "retention": Quantity(Text(zh="土壤保持量", en="soil retained"), "tonne"),
    "fixed": Quantity(Text(zh="防风固沙量", en="sand fixed"), "tonne"),
    "potential": Quantity(Text(zh="潜在风蚀量", en="potential wind erosion"), "tonne"),
    "actual": Quantity(Text(zh="实际风蚀量", en="actual wind erosion"), "tonne"),
    "density": Quantity(Text(zh="容重", en="bulk density"), "tonne / m3"),
    "depth": Quantity(Text(zh="覆沙厚度", en="depth of the sand cover"), "metre"),
    "content": Quantity(Text(zh="土壤养分含量", en="nutrient content of the soil"), "percent"),
}


def silt_avoided(retention: ArrayLike, *, density: ArrayLike, share: float | None = None) -> ServiceQuantity:
    """Silt kept out of reservoirs and rivers, m3: share of the soil retained, over its density.

    Parameters
    ----------
    retention : array_like
        Soil retained in t.
    density : array_like
        Bulk density in t a m3.
    share : float, optional
        Share that would settle; 24 % by default.

    Examples
    --------
    >>> round(silt_avoided(1.25e6, density=1.25).value)
    240000
    """
    used = parameter("natural_capital.silt_share")
    part = used.number if share is None else float(share)
    rows = checked(_SOLIDS, retention=retention, density=density)
    given = rows.given()
    return quantity(
        part * given["retention"] / _above_zero("density", given["density"]),
        rows,
        _SOLIDS,
        label=Text(zh="减少泥沙淤积量", en="Silt avoided"),
        unit="m3",
        formula="lambda * A / rho",
        used=(used,) if share is None else (),
        coefficients=(coefficient(used, Text(zh="淤积比例", en="share that settles"), part),)
        if share is None
        else (),
    )


def nutrient_retained(retention: ArrayLike, *, content: ArrayLike) -> ServiceQuantity:
    """Nitrogen or phosphorus kept in the soil, t: soil retained times its content in percent.

    Examples
    --------
    >>> round(nutrient_retained(1e6, content=0.15).value)
    1500
    """
    rows = checked(_SOLIDS, retention=retention, content=content)
    given = rows.given()
    return quantity(
        given["retention"] * given["content"] / 100,
        rows,
        _SOLIDS,
        label=Text(zh="减少面源污染量", en="Nutrient kept in the soil"),
        unit="tonne",
        formula="A * C / 100",
    )


def sand_fixation(*, potential: ArrayLike, actual: ArrayLike) -> ServiceQuantity:
    """Sand that plants fix, t: potential less actual wind erosion (RWEQ runs outside).

    Examples
    --------
    >>> sand_fixation(potential=900, actual=250).value
    650.0
    """
    rows = checked(_SOLIDS, potential=potential, actual=actual)
    given = rows.given()
    return quantity(
        given["potential"] - given["actual"],
        rows,
        _SOLIDS,
        label=Text(zh="防风固沙量", en="Sand fixed"),
        unit="tonne",
        formula="potential - actual",
    )


def sand_cover_area(fixed: ArrayLike, *, density: ArrayLike, depth: ArrayLike) -> ServiceQuantity:
    """Land kept from being covered by sand, m2: sand fixed over density and depth of a cover.

    Examples
    --------
    >>> round(sand_cover_area(7794200, density=1.28, depth=0.1).value)
    60892188
    """
    rows = checked(_SOLIDS, fixed=fixed, density=density, depth=depth)
    given = rows.given()
    weight = _above_zero("density", given["density"]) * _above_zero("depth", given["depth"])
    return quantity(
        given["fixed"] / weight,
        rows,
        _SOLIDS,
        label=Text(zh="减少沙化土地面积", en="Land kept from sand"),
        unit="m2",
        formula="Q / (rho * h)",
    )


def _above_zero(name: str, column: Float64) -> Float64:
    if (column == 0).any():
        raise MeasurementError(
            f"{name} is 0 in element {int(np.argmax(column == 0))}; the formula divides by it."
        )
    return column

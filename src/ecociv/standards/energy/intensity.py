"""Energy or emission per unit of GDP, and its fall against an earlier period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed, flat, joined_marks
from ecociv.standards.energy.coal import MixedBasis, TotalEnergy
from ecociv.standards.energy.gdp import ConstantGdp

_PRACTICE = Citation("国家统计局 单位GDP能耗统计方法", verified=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Intensity(Computed):
    """A quantity per unit of GDP.

    Attributes
    ----------
    value : float or array
        Per 10^4 yuan; NaN where a figure is missing or GDP is zero.
    price_base : int or None
        Year whose prices the GDP is at; ``None`` where the caller did not say, which bars no division but is noted.
    basis : str
        What the numerator stands on (edition, method, exclusions); figures on different bases are not compared.
    """

    price_base: int | None
    basis: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Reduction(Computed):
    """The fall of a figure against an earlier one.

    Attributes
    ----------
    value : float or array
        Percent, positive where the figure fell (降低率); NaN where one is missing or the earlier one is zero.
    change : float or array
        The same with the sign of the change: negative where it fell.
    """

    @property
    def change(self) -> Any:
        """Percent, negative where the figure fell."""
        return -self.value


def intensity(
    energy: ArrayLike | Computed,
    gdp: ArrayLike | ConstantGdp,
    *,
    price_base: int | None = None,
    basis: str = "",
    label: Text | None = None,
    numerator_unit: str = "tce",
) -> Intensity:
    """Energy consumption per unit of GDP at constant prices.

    Parameters
    ----------
    energy : array_like, TotalEnergy or other result
        tce. A `TotalEnergy` brings its edition and method along.
    gdp : array_like or ConstantGdp
        10^4 yuan at constant prices; a `ConstantGdp` brings its price base along.
    price_base : int, optional
        Year of the prices where `gdp` is a plain array.
    basis : str
        What a plain array of energy stands on, in words of the caller.

    Raises
    ------
    MixedBasis
        `price_base` contradicts the GDP given.
    MeasurementError
        Negative figures, or a GDP in another unit than 10^4 yuan.

    Examples
    --------
    >>> round(intensity(4310, 10_000, price_base=2020).value, 3)
    0.431
    """
    if isinstance(gdp, ConstantGdp):
        if price_base not in (None, gdp.price_base):
            raise MixedBasis(
                f"The GDP is at prices of {gdp.price_base}, not of {price_base}; leave price_base out."
            )
        if gdp.unit != "wan_yuan":
            raise MeasurementError(f"The GDP is in {gdp.unit}; convert it to wan_yuan (10^4 yuan).")
        price_base = gdp.price_base
    amount = energy.value if isinstance(energy, Computed) else energy
    product = gdp.value if isinstance(gdp, ConstantGdp) else gdp
    rows = measurements(energy=amount, gdp=product)
    given = rows.given()
    if not isinstance(energy, Computed):
        refuse_impossible("energy", given["energy"], unit=numerator_unit)
    refuse_impossible("gdp", given["gdp"], unit="10^4 yuan")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(given["gdp"] > 0, given["energy"] / given["gdp"], np.nan)
    marks = joined_marks(*(part.marks for part in (energy, gdp) if isinstance(part, Computed)))
    unstated = Text(
        zh="未注明GDP的价格基年，不宜与他期比较",
        en="price base of the GDP not stated; do not compare with other periods",
    )
    return Intensity(
        value=rows.restore(ratio),
        unit=f"{numerator_unit}/wan_yuan",
        edition=energy.edition if isinstance(energy, Computed) else "ratio to GDP at constant prices",
        marks=marks,
        validity=all_needed(rows),
        label=label or Text(zh="单位地区生产总值能耗", en="Energy consumption per unit of GDP"),
        formula="energy / GDP at constant prices",
        terms=(
            energy
            if isinstance(energy, Computed)
            else Term(Text(zh="总量", en="total"), given["energy"], numerator_unit),
            gdp
            if isinstance(gdp, ConstantGdp)
            else Term(Text(zh="地区生产总值", en="GDP"), given["gdp"], "wan_yuan"),
        ),
        standard=_PRACTICE,
        notes=() if price_base is not None else (unstated,),
        price_base=price_base,
        basis=_basis_of(energy, basis),
    )


def _basis_of(energy: ArrayLike | Computed, basis: str) -> str:
    if isinstance(energy, TotalEnergy):
        return f"{energy.edition} {energy.method}"
    own = getattr(energy, "basis", None)
    return str(own) if own else basis


def reduction_rate(before: ArrayLike | Intensity, after: ArrayLike | Intensity) -> Reduction:
    """The fall of an intensity, in percent of the earlier one.

    Raises
    ------
    MixedBasis
        Two `Intensity` results at prices of different years, or on different editions, methods or exclusions.

    Notes
    -----
    降低率 = (1 - later / earlier) * 100.

    Examples
    --------
    >>> round(reduction_rate(0.431, 0.412).value, 2), round(reduction_rate(0.431, 0.412).change, 2)
    (4.41, -4.41)
    """
    if isinstance(before, Intensity) and isinstance(after, Intensity):
        if before.price_base != after.price_base:
            raise MixedBasis(
                f"GDP at prices of {before.price_base} and of {after.price_base} cannot be compared; "
                "move one series with move_price_base."
            )
        if before.basis != after.basis or before.unit != after.unit:
            raise MixedBasis(
                f"Intensities on {before.basis or 'an unstated basis'} and {after.basis or 'an unstated basis'} "
                "cannot be compared; compute both by one edition, method and set of exclusions."
            )
    earlier = before.value if isinstance(before, Intensity) else before
    later = after.value if isinstance(after, Intensity) else after
    rows = measurements(before=earlier, after=later)
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(name, column, unit="")
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = np.where(given["before"] > 0, (1 - given["after"] / given["before"]) * 100, np.nan)
    names = (Text(zh="前期", en="earlier period"), Text(zh="当期", en="later period"))
    terms = tuple(
        part if isinstance(part, Intensity) else Term(name, column)
        for part, name, column in zip((before, after), names, given.values(), strict=True)
    )
    return Reduction(
        value=rows.restore(fall),
        unit="percent",
        edition="reduction rate",
        marks=joined_marks(*(part.marks for part in (before, after) if isinstance(part, Intensity))),
        validity=all_needed(rows),
        label=Text(zh="降低率", en="Reduction"),
        formula="(1 - later / earlier) * 100",
        terms=terms,
        standard=_PRACTICE,
    )


def cumulative_reduction(yearly: ArrayLike) -> Reduction:
    """The fall over several years from the yearly reductions, compounded along the last axis.

    Parameters
    ----------
    yearly : array_like
        Reductions in percent, positive where the figure fell, one a year.

    Examples
    --------
    >>> round(cumulative_reduction([3.0, 2.0, 4.0]).value, 3)  # 1 - 0.97 * 0.98 * 0.96
    8.742
    """
    table = measurements(yearly=yearly)
    column = table.given()["yearly"]
    if table.is_scalar or (column > 100).any() or np.isinf(column).any():
        raise MeasurementError("Give the reductions of several years in percent, each at most 100.")
    stack = column.reshape(table.shape)
    total = np.asarray((1 - np.prod(1 - stack / 100, axis=-1)) * 100)
    rows = measurements(total=total)
    return Reduction(
        value=rows.restore(total.reshape(-1)),
        unit="percent",
        edition="reduction rate",
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="累计降低率", en="Cumulative reduction"),
        formula="(1 - product(1 - r / 100)) * 100",
        terms=tuple(
            Term(
                Text(zh=f"第{year + 1}年降低率", en=f"reduction of year {year + 1}"),
                flat(stack[..., year]),
                "percent",
            )
            for year in range(stack.shape[-1])
        ),
        standard=_PRACTICE,
    )


def annual_rate(total: ArrayLike, years: int) -> Reduction:
    """The equal yearly fall that makes up a total fall over some years.

    Examples
    --------
    >>> round(annual_rate(13.5, 5).value, 2)
    2.86
    """
    if years < 1:
        raise MeasurementError(f"{years} years were given; at least 1 is needed.")
    rows = measurements(total=total)
    column = rows.given()["total"]
    if (column > 100).any() or np.isinf(column).any():
        raise MeasurementError(f"A fall of {np.nanmax(column):g} % was given; it is at most 100 %.")
    return Reduction(
        value=rows.restore((1 - (1 - column / 100) ** (1 / years)) * 100),
        unit="percent",
        edition="reduction rate",
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="年均降低率", en="Yearly reduction"),
        formula="(1 - (1 - total / 100) ** (1 / years)) * 100",
        terms=(
            Term(Text(zh="累计降低率", en="total reduction"), column, "percent"),
            Term(Text(zh="年数", en="years"), years, "year"),
        ),
        standard=_PRACTICE,
    )

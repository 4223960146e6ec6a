"""GDP at constant prices: chained from volume indices, deflated, or moved to another price base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed
from ecociv.standards.results import DataValidity

_ACCOUNTS = Citation("国民经济核算制度 (GDP accounting at constant prices)", verified=False)
PRACTICE = "GDP at constant prices"
_NOMINAL = Text(zh="现价地区生产总值", en="GDP at current prices")


@dataclass(frozen=True, eq=False, kw_only=True)
class ConstantGdp(Computed):
    """GDP at the prices of one base year.

    Attributes
    ----------
    value : float or array
        10^4 yuan (or whatever unit the caller gave), at prices of `price_base`.
    price_base : int
        The year whose prices are used.
    """

    price_base: int


def chain_gdp(
    index: ArrayLike, *, years: Sequence[int], price_base: int, base_gdp: float, unit: str = "wan_yuan"
) -> ConstantGdp:
    """GDP at constant prices from the yearly volume indices (previous year = 100).

    Parameters
    ----------
    index : array_like
        Volume index of each year, previous year = 100; the first one is not used unless the base lies before.
    years : sequence of int
        Consecutive years of the indices.
    price_base : int
        One of `years`; its GDP stays as given.
    base_gdp : float
        GDP of the base year at current prices.
    unit : str
        Unit of `base_gdp` and of the result.

    Returns
    -------
    ConstantGdp
        One value a year, forwards and backwards from the base. A missing index breaks the chain beyond it.

    Raises
    ------
    MeasurementError
        Years that are not consecutive, a base outside them, an index outside 50..200 (a growth rate in its place).

    Examples
    --------
    >>> gdp = chain_gdp([103.8, 108.8, 104.7], years=[2020, 2021, 2022], price_base=2020, base_gdp=1000)
    >>> gdp.value.round(1).tolist()
    [1000.0, 1088.0, 1139.1]
    """
    values = as_float64("index", index)
    if values.ndim != 1 or len(years) != values.size:
        raise MeasurementError(
            f"{values.size} indices stand against {len(years)} years; give one index for each year."
        )
    if any(later - earlier != 1 for earlier, later in zip(years, years[1:], strict=False)):
        raise MeasurementError(
            f"The years {list(years)} are not consecutive; a chain needs each year once, in order."
        )
    if price_base not in years:
        raise MeasurementError(f"The price base {price_base} is not among the years {years[0]}..{years[-1]}.")
    wrong = (values < 50) | (values > 200)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MeasurementError(
            f"The index of {years[place]} is {values[place]:g}; previous year = 100 is meant. "
            "For a growth rate of 8.5 give 108.5."
        )
    refuse_impossible("base_gdp", np.array([base_gdp], dtype=np.float64), unit=unit)
    base = list(years).index(price_base)
    factor = _chain(values / 100, base)
    rows = measurements(factor=factor)
    return ConstantGdp(
        value=base_gdp * factor,
        unit=unit,
        edition=PRACTICE,
        marks=(),
        validity=all_needed(rows),
        label=Text(zh=f"地区生产总值（{price_base}年价）", en=f"GDP at prices of {price_base}"),
        formula="GDP_base * product(index / 100)",
        terms=(
            Term(Text(zh=f"{price_base}年地区生产总值", en=f"GDP of {price_base}"), float(base_gdp), unit),
            Term(Text(zh="当年指数（上年=100）", en="index of the year (previous year = 100)"), values),
            Term(Text(zh=f"对{price_base}年的累计指数", en=f"chained index against {price_base}"), factor),
        ),
        standard=_ACCOUNTS,
        price_base=price_base,
    )


def _chain(growth: Float64, base: int) -> Float64:
    """Product of the growth factors away from the base in both directions; a gap breaks only what lies beyond it."""
    after = np.cumprod(growth[base + 1 :])
    before = 1 / np.cumprod(growth[base:0:-1])
    return np.concatenate([before[::-1], [1.0], after])


def deflate(
    nominal: ArrayLike, deflator: ArrayLike, *, price_base: int, unit: str = "wan_yuan"
) -> ConstantGdp:
    """GDP at constant prices from current prices and the deflator (base year = 100).

    Examples
    --------
    >>> deflate(1200, 104.0, price_base=2020).value.__round__(2)
    1153.85
    """
    rows = measurements(nominal=nominal, deflator=deflator)
    given = rows.given()
    refuse_impossible("nominal", given["nominal"], unit=unit)
    refuse_impossible("deflator", given["deflator"], unit="", at_least=np.nextafter(0, 1))
    return ConstantGdp(
        value=rows.restore(given["nominal"] / (given["deflator"] / 100)),
        unit=unit,
        edition=PRACTICE,
        marks=(),
        validity=all_needed(rows),
        label=Text(zh=f"地区生产总值（{price_base}年价）", en=f"GDP at prices of {price_base}"),
        formula="nominal / (deflator / 100)",
        terms=(
            Term(_NOMINAL, given["nominal"], unit),
            Term(
                Text(zh=f"平减指数（{price_base}年=100）", en=f"deflator ({price_base} = 100)"),
                given["deflator"],
            ),
        ),
        standard=_ACCOUNTS,
        price_base=price_base,
    )


def move_price_base(gdp: ConstantGdp, *, link_old: float, link_new: float, price_base: int) -> ConstantGdp:
    """Move a series to another price base through one year known at both prices.

    Parameters
    ----------
    link_old, link_new : float
        GDP of one and the same year at the prices of the old base and of the new one.

    Examples
    --------
    >>> old = deflate([90.0, 110.0], 100, price_base=2015)
    >>> move_price_base(old, link_old=110.0, link_new=121.0, price_base=2020).value.round(6).tolist()
    [99.0, 121.0]
    """
    for name, figure in (("link_old", link_old), ("link_new", link_new)):
        refuse_impossible(
            name, np.array([figure], dtype=np.float64), unit=gdp.unit, at_least=np.nextafter(0, 1)
        )
    validity: DataValidity = gdp.validity
    return ConstantGdp(
        value=gdp.value * (link_new / link_old),
        unit=gdp.unit,
        edition=PRACTICE,
        marks=gdp.marks,
        validity=validity,
        label=Text(zh=f"地区生产总值（{price_base}年价）", en=f"GDP at prices of {price_base}"),
        formula="GDP_old * link_new / link_old",
        terms=(
            gdp,
            Term(Text(zh="衔接年旧基期价值", en="link year at old prices"), link_old, gdp.unit),
            Term(Text(zh="衔接年新基期价值", en="link year at new prices"), link_new, gdp.unit),
        ),
        standard=_ACCOUNTS,
        price_base=price_base,
    )
